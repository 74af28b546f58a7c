"""From clippings to a site: building it, and following changes."""

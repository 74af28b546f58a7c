"""The digest becomes outputs; nothing here writes to disk."""

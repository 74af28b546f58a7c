"""The local preview: server, file watcher and live reload."""

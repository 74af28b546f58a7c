"""The local preview: a server, a watcher and a reloading browser."""

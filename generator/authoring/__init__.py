"""What changes the curator's files, on request."""

"""What reading and rendering both need to know of a clipping's source text."""

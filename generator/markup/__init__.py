"""Rules about source text that reading and rendering share."""

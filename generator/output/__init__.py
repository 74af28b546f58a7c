"""Outputs become files."""

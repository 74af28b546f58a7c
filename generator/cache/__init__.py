"""What earlier builds learned, kept in SQLite; stamps, hashes and seals of files."""

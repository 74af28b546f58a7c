"""Store results of earlier builds in SQLite. Also stamps, hashes and seals of files."""

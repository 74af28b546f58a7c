"""Full-text search: the terms of texts, the files of the index, and queries."""

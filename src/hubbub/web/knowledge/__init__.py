"""Pages of what is known: articles, their editor and their review."""

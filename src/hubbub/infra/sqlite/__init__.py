"""Django's SQLite backend, in which those who wait to write get their turn."""

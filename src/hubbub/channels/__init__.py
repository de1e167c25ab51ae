"""Connectors: hear posts, send replies, read accounts. One folder in `adapters/` and one line in `registry`."""

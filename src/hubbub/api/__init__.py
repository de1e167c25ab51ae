"""The JSON interface: the same functions as the pages, with a token instead of a session."""

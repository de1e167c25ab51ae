"""The demo network that ships with Hubbub."""

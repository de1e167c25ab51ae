"""One folder per network."""

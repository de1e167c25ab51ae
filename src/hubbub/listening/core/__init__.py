"""Pure rules of listening: queries and the matcher."""

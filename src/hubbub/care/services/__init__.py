"""Writes of the care domain; each is one transaction."""

"""Writes of the workforce, a module a noun; each is one transaction."""

"""Reads of the workforce, a module a noun. They return frozen values."""

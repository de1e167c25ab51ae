"""Telephone calls that nobody took."""

"""Signed calls of any program, in and out."""

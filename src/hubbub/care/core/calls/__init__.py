"""Telephone calls as values: what a record says, whose number it is, which column is what, how many come when."""

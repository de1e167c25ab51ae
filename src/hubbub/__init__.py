"""Hubbub: the social contact centre."""

__version__ = "0.1.0"

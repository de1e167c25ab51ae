"""Which raw lines may matter, told from their bytes, before anything is parsed."""

from hubbub.listening.core.sieve.sieve import Picked, Sieve

__all__ = ["Picked", "Sieve"]

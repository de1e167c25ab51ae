"""Today: the running day, what is missing next and what helps; or how another day went."""

"""Who links to whom: accounts are numbered 0, 1, 2 …, and links run from one to another."""

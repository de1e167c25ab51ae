"""The web chat as visitors have it: a widget on pages of other origins, and what it calls."""

"""The board: how the desk does just now, and how it did."""

"""Customers: who is who, what they own, what they allowed, and how a file tells of them."""

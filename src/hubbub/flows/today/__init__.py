"""The running day: what the workforce plans and what the desk does, put together."""

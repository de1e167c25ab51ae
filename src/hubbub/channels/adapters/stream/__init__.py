"""A file of posts that another program writes to, followed as it grows."""

"""What is listened for, as people look at it."""

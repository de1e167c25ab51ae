"""What is heard, as people look at it: topics, trends, events, channels."""

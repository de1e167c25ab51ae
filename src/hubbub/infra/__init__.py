"""Input and output that every domain needs: changes, outbox, HTTP, secrets, segments, archive."""

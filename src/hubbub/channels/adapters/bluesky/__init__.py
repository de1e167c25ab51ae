"""Bluesky: everything public over Jetstream, and one account over its own server."""

"""Replays of recorded traffic, one module a kind of channel."""

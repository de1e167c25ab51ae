"""The demo network: a small network of its own process, and a living world of made-up people in it."""

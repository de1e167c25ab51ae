"""Settings and entry points: the outermost layer."""

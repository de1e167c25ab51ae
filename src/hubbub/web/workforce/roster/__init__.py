"""The roster of a week: made, looked at, changed by hand, published, and taken along."""

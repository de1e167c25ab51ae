"""How much will come: from what was counted, by interval of the day, as distributions. See docs/forecast.md."""

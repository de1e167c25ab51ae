"""Pages for what comes by telephone and on paper."""

"""The running day: who kept to the roster, what comes next, who is there for it, and what helps. Pure."""

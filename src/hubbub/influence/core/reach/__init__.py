"""Who sees what is said: the chance of each follower by hour, how many that makes, and how many are real."""

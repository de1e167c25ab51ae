"""Who an audience is: kinds of people with evidence, who can be engaged, its quality, its clusters, what it shares."""

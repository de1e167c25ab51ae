"""Who works when: shifts, breaks and days off of a week, by a grouped integer model. See docs/roster.md."""

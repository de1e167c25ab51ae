"""What is said out there: topics, the matcher, enrichment, trends and events."""

"""What a manager plans for: queues with their targets, and the rules of the place."""

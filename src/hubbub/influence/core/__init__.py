"""Pure values and rules of influence."""

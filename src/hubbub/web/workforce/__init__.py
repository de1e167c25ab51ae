"""The workforce: how many people are needed, when they work, and what that costs."""

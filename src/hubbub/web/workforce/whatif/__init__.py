"""What if: changes beside the present plan, tried, kept, compared and shared."""

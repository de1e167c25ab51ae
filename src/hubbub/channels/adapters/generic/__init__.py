"""Messages of any origin, posted into the API as JSON."""

"""Files of posts: spreadsheets saved as CSV, and JSON lines."""

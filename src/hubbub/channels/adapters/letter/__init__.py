"""Letters on paper, typed in by a person, with their scans."""

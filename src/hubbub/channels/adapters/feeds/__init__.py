"""RSS and Atom feeds: blogs, news, release notes, forums."""

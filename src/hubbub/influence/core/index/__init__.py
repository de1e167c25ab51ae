"""An index of brands: how it is reckoned, how it is published, and how anyone reckons it again."""

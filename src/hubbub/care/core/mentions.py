"""Whom a note names: @ and a colleague's or a team's name."""

import re
from collections.abc import Iterable


def mentioned(text: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return which of these names stand in a text behind an @, as they are spelt in the list.

    >>> mentioned("@bob stone, ask @Nights; not bob@nights.example", ["Bob", "Bob Stone", "Nights"])
    ('Bob Stone', 'Nights')
    """
    known = {name.casefold(): name for name in names if name}
    if not known or "@" not in text:
        return ()
    pattern = pattern_of(known.values())
    return tuple(
        dict.fromkeys(known[hit[1].casefold()] for hit in pattern.finditer(text) if hit[1].casefold() in known)
    )


def pattern_of(names: Iterable[str]) -> re.Pattern[str]:
    """Return what finds any of these names behind an @, the longest first."""
    either = "|".join(re.escape(each) for each in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<![\w@.])@({either})(?!\w)", re.IGNORECASE)

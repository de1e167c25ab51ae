"""Corrections: somebody says what posts count as, beside what the queries and estimates say."""

from dataclasses import dataclass, field

from hubbub.kernel.errors import InvalidInput

MOST = 5_000
"""Posts at a time."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What posts are to count as from now on. What is left out stays as it is."""

    add: frozenset[int] = field(default=frozenset())  # topics
    drop: frozenset[int] = field(default=frozenset())
    sentiment: int | None = None

    def topics(self, before: tuple[int, ...]) -> tuple[int, ...]:
        """Return the topics of a post, ascending.

        >>> Correction(add=frozenset({9}), drop=frozenset({1})).topics((1, 4))
        (4, 9)
        """
        return tuple(sorted((set(before) - self.drop) | self.add))


def checked(correction: Correction) -> Correction:
    """Return a correction that says something; InvalidInput if it does not."""
    if not (correction.add or correction.drop) and correction.sentiment is None:
        raise InvalidInput(reason="Choose what these posts are to count as.")
    if correction.add & correction.drop:
        raise InvalidInput(reason="A topic can't be both put in and taken out.")
    return correction


@dataclass(frozen=True, slots=True)
class Before:
    """What a post counted as before a correction."""

    uri: str
    said_us: int
    topics: tuple[int, ...]
    sentiment: int

"""What a post that somebody missed is worth reading: who reads it, how often it was said, and whether it wants us."""

from collections.abc import Sequence
from math import log2, log10
from typing import Final

from hubbub.care.core.understanding import KINDS, Kind
from hubbub.listening.core.heard import HeardLine

KIND_WORTH: Final = {
    Kind.COMPLAINT: 1.5,
    Kind.QUESTION: 1.2,
    Kind.OPPORTUNITY: 1.2,
    Kind.SUGGESTION: 1.0,
    Kind.PRAISE: 0.8,
    Kind.TALK: 0.3,
    Kind.PROMOTION: -1.0,
    Kind.SPAM: -3.0,
}
COPIED: Final = 0.8
"""Said twice as often is worth this much; ten times the readers are worth 1."""


def worth(post: HeardLine, copies: int = 1) -> float:
    """Return what a post is worth beside others: a number without a unit.

    A kind counts as likely as it is, so that an unsure complaint stands below a sure one.
    """
    found = log10(1 + (post.followers or 0)) + COPIED * log2(max(1, copies))
    if len(post.kinds) == len(KINDS):
        found += sum(KIND_WORTH[kind] * share for kind, share in zip(KINDS, post.kinds, strict=True))
    return found


def ranked(groups: Sequence[list[HeardLine]]) -> list[list[HeardLine]]:
    """Return groups of posts that say the same, the most worth first; each is as loud as its loudest."""
    return sorted(groups, key=lambda same: (-max(worth(post, len(same)) for post in same), same[0].uri))

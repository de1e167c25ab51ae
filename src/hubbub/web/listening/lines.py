"""Heard posts as lines of a list: what is said alike together, with what the desk knows of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from hubbub.accounts.core.access import Access
from hubbub.care import selectors as care
from hubbub.care.core.understanding import KINDS, Kind
from hubbub.kernel.speech import mark
from hubbub.listening.core.heard import HeardLine

MOODS = (("", mark("Any mood")), ("-1", mark("Cold")), ("0", mark("Neither")), ("1", mark("Warm")))
SENTIMENTS = {"-1": -1, "0": 0, "1": 1}
KIND_PLACES = {kind.value: place for place, kind in enumerate(KINDS)}


@dataclass(frozen=True, slots=True)
class PostLine:
    """A heard post with what the desk knows of it."""

    post: HeardLine
    kind: Kind | None
    case: int | None
    others: tuple[HeardLine, ...] = ()  # who said the same, a little earlier


def lines_of(access: Access, groups: Sequence[Sequence[HeardLine]]) -> list[PostLine]:
    """Return groups of posts that say the same as lines."""
    numbers = care.cases_of(access, [post.uri for same in groups for post in same])
    found = []
    for same in groups:
        case = next((numbers[each.uri] for each in same if each.uri in numbers), None)
        found.append(PostLine(same[0], _kind(same[0]), case, tuple(same[1:])))
    return found


def alike(posts: Sequence[HeardLine]) -> list[list[HeardLine]]:
    """Put copies of what was said together: reposts and what is copied and pasted."""
    groups: dict[int | str, list[HeardLine]] = {}
    for post in posts:
        groups.setdefault(post.likeness or post.uri, []).append(post)
    return list(groups.values())


def _kind(post: HeardLine) -> Kind | None:
    return KINDS[post.kinds.index(max(post.kinds))] if len(post.kinds) == len(KINDS) else None

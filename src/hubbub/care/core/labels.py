"""Labels: what somebody said a text is. They correct one post at once; a workspace's own model is fitted on them."""

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from hubbub.care.core.understanding import KINDS, SENTIMENTS, Kind
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.text import fold

NO_SEVERITY = "none"
HELD_BACK = 5
"""One text in so many is held back: no model is fitted on it, so that it can tell which model is better."""


class What(StrEnum):
    """What a label is about."""

    KIND = "kind"
    SENTIMENT = "sentiment"
    SEVERITY = "severity"
    NEEDS = "needs"  # an answer
    ABOUT = "about"  # whom it speaks to
    COMPLAINT = "complaint"  # or not; files say so, people choose a kind


_ARTICLES: Final = {Kind.PRAISE: "praise", Kind.PROMOTION: "promotion", Kind.SPAM: "spam", Kind.TALK: "just talk",
                    Kind.OPPORTUNITY: "an opportunity"}  # fmt: skip
CHOICES: Final[Mapping[What, Mapping[str, str]]] = {
    What.KIND: {kind.value: _ARTICLES.get(kind, f"a {kind.value}") for kind in KINDS},
    What.SENTIMENT: {mood.value: mood.value for mood in SENTIMENTS},
    What.SEVERITY: {
        "danger": "danger to people",
        "legal": "a legal threat",
        "leak": "a data leak",
        "money": "about money",
        "delay": "about a delay",
        "annoyance": "an annoyance",
        NO_SEVERITY: "not grave",
    },
    What.NEEDS: {"yes": "an answer", "no": "no answer"},
    What.ABOUT: {
        "to us": "said to us",
        "about us": "about us",
        "about others": "about others",
        "none": "about something else",
    },
    What.COMPLAINT: {"yes": "a complaint", "no": "no complaint"},
}
"""What can be said, each with the words that finish 'It is …', or 'It needs …'."""

BY_PEOPLE: Final = (What.KIND, What.SENTIMENT, What.SEVERITY, What.NEEDS, What.ABOUT)
"""What people here say of a post, in the order in which a page shows it."""

LEARNT: Final = (What.KIND, What.SENTIMENT, What.COMPLAINT)
"""What the model learns. The rest is found by words and by whom a post names; labels of it correct one post."""


def checked(what: str, value: str) -> tuple[What, str]:
    """Return a label that says something; InvalidInput if it does not."""
    try:
        found = What(what)
    except ValueError:
        raise InvalidInput(reason=f"Say what is corrected: {_either(BY_PEOPLE)}.") from None
    if value not in CHOICES[found]:
        raise InvalidInput(reason=f"‘{value[:40]}’ is no {found.value}. Choose {_either(CHOICES[found])}.")
    return found, value


def _either(names: "Mapping[str, str] | tuple[str, ...]") -> str:
    *others, last = map(str, names)
    return f"{', '.join(others)} or {last}"


def as_sentence(what: str, value: str) -> str:
    """Say what a label says.

    >>> as_sentence("kind", "question"), as_sentence("needs", "no")
    ('It is a question.', 'It needs no answer.')
    """
    return f"It {verb_of(what)} {CHOICES[What(what)][value]}."


def verb_of(what: str) -> str:
    """Return the word between 'it' and what is said."""
    return "needs" if what == What.NEEDS else "is"


def digest_of(text: str) -> str:
    """Name a text by what it says, whatever its case and spaces."""
    return hashlib.blake2b(" ".join(fold(text).split()).encode(), digest_size=16).hexdigest()


def is_held_back(text: str) -> bool:
    """Whether no model is ever fitted on a text: one in five is not, always the same ones."""
    return int(digest_of(text), 16) % HELD_BACK == 0

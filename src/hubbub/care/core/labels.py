"""Labels: what somebody said a text is. They correct one post at once; a workspace's own model is fitted on them."""

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from hubbub.care.core.understanding import Kind, Sentiment
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say
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


CHOICES: Final[Mapping[What, Mapping[str, str]]] = {
    What.KIND: {
        Kind.COMPLAINT.value: mark("a complaint"),
        Kind.QUESTION.value: mark("a question"),
        Kind.PRAISE.value: mark("praise"),
        Kind.SUGGESTION.value: mark("a suggestion"),
        Kind.OPPORTUNITY.value: mark("an opportunity"),
        Kind.PROMOTION.value: mark("promotion"),
        Kind.SPAM.value: mark("spam"),
        Kind.TALK.value: mark("just talk"),
    },
    What.SENTIMENT: {
        Sentiment.NEGATIVE.value: mark("negative"),
        Sentiment.NEUTRAL.value: mark("neutral"),
        Sentiment.POSITIVE.value: mark("positive"),
    },
    What.SEVERITY: {
        "danger": mark("danger to people"),
        "legal": mark("a legal threat"),
        "leak": mark("a data leak"),
        "money": mark("about money"),
        "delay": mark("about a delay"),
        "annoyance": mark("an annoyance"),
        NO_SEVERITY: mark("not grave"),
    },
    What.NEEDS: {"yes": mark("an answer"), "no": mark("no answer")},
    What.ABOUT: {
        "to us": mark("said to us"),
        "about us": mark("about us"),
        "about others": mark("about others"),
        "none": mark("about something else"),
    },
    What.COMPLAINT: {"yes": mark("a complaint"), "no": mark("no complaint")},
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
        raise InvalidInput(reason=say("Say what is corrected: {names}.", names=_either(BY_PEOPLE))) from None
    if value not in CHOICES[found]:
        known = _either(CHOICES[found])
        words = say("‘{value}’ is no {what}. Choose {names}.", value=value[:40], what=found.value, names=known)
        raise InvalidInput(reason=words)
    return found, value


def _either(names: "Mapping[str, str] | tuple[str, ...]") -> str:
    *others, last = map(str, names)
    return say("{names} or {last}", names=", ".join(others), last=last)


def as_sentence(what: str, value: str) -> str:
    """Say what a label says.

    >>> as_sentence("kind", "question"), as_sentence("needs", "no")
    ('It is a question.', 'It needs no answer.')
    """
    words = say(CHOICES[What(what)][value])
    return say("It needs {words}.", words=words) if what == What.NEEDS else say("It is {words}.", words=words)


def verb_of(what: str) -> str:
    """Return the word between 'it' and what is said."""
    return "needs" if what == What.NEEDS else "is"


def digest_of(text: str) -> str:
    """Name a text by what it says, whatever its case and spaces."""
    return hashlib.blake2b(" ".join(fold(text).split()).encode(), digest_size=16).hexdigest()


def is_held_back(text: str) -> bool:
    """Whether no model is ever fitted on a text: one in five is not, always the same ones."""
    return int(digest_of(text), 16) % HELD_BACK == 0

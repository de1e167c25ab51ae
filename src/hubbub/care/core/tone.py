"""The tone check list: what a reply should be like, and hints where a simple look can tell.

It only hints; a person decides, except where a manager made a check required. The looks know English;
for a customer who writes another language they say nothing.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from hubbub.kernel.speech import mark, say

LONG: Final = 600  # characters; a public reply that is longer is rarely read to its end


class Check(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the list. `look`: which of the looks below tells; empty: only a person can tell."""

    say: str
    look: str = ""
    required: bool = False


class Better(msgspec.Struct, frozen=True):
    """A word to leave out, and what to say instead."""

    word: str
    better: str = ""


CHECKS: Final = (
    Check(mark("Greets them by name"), "name"),
    Check(mark("Says sorry once, where they complain"), "sorry"),
    Check(mark("Says what happens next"), "next"),
    Check(mark("Blames nobody"), "blame"),
    Check(mark("Plain words, short, no shouting"), "plain"),
    Check(mark("Sounds like one of us"), "words"),
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What the looks are about."""

    text: str
    name: str = ""  # the customer's first name
    kind: str = ""
    lang: str = ""
    private: bool = False
    words: Sequence[Better] = ()

    @property
    def is_english(self) -> bool:
        """Whether the looks know the language; where nobody told, they try."""
        return not self.lang or self.lang.casefold().startswith("en")


@dataclass(frozen=True, slots=True)
class Looked:
    """A check, and what a look found: `good` None where only a person can tell."""

    say: str
    required: bool
    good: bool | None
    hint: str = ""


def looked(checks: Sequence[Check], draft: Draft) -> tuple[Looked, ...]:
    """Look at a draft, one check after the other.

    >>> [(each.good, each.hint) for each in looked(CHECKS[:2], Draft("Sorry! Sorry!", "Jo", "complaint"))]
    [(False, 'Jo is not greeted by name.'), (False, 'You say sorry 2 times; once is enough.')]
    """
    return tuple(_one(each, draft) for each in checks)


def missing(checks: Sequence[Check], draft: Draft, ticked: frozenset[str]) -> tuple[str, ...]:
    """Return the required checks that neither a look nor the person found to be met."""
    return tuple(
        each.hint or say("“{check}” is not ticked.", check=say(each.say))
        for each in looked(checks, draft)
        if each.required and not each.good and each.say not in ticked
    )


def _one(check: Check, draft: Draft) -> Looked:
    look = _LOOKS.get(check.look)
    if look is None or not draft.text.strip():
        return Looked(check.say, check.required, None)
    found = look(draft)
    return Looked(check.say, check.required, None if found is None else not found, found or "")


_SORRY = re.compile(r"\b(?:sorry|apologi[sz]e|apologies)\b", re.IGNORECASE)
_NEXT = re.compile(
    r"\?|\b(?:will|shall|going to|please|next|soon|today|tomorrow|within)\b"
    r"|\bby (?:mon|tues|wednes|thurs|fri|satur|sun)day\b"
    r"|['’]ll\b",
    re.IGNORECASE,
)
_BLAME = re.compile(
    r"\b(?:you should(?:n['’]t)? have|you failed to|you (?:did not|didn['’]t|forgot to|must have|never)"
    r"|your (?:own )?(?:fault|mistake)|as (?:i|we) (?:already )?(?:said|told you|explained)"
    r"|user error|you['’]?re wrong|you are wrong)\b",
    re.IGNORECASE,
)
_STIFF = re.compile(
    r"\b(?:unfortunately|per our policy|as per|kindly|please be advised|we regret to inform"
    r"|escalat\w+|ticket|tier \d|sla|rma)\b",
    re.IGNORECASE,
)
_SHOUT = re.compile(r"\b[A-ZÀ-Þ]{4,}(?:\W+[A-ZÀ-Þ]{2,})+\b|!{2,}")


def _name(draft: Draft) -> str | None:
    if not draft.name:
        return None
    there = re.search(rf"(?<!\w){re.escape(draft.name)}(?!\w)", draft.text, re.IGNORECASE)
    return "" if there else say("{name} is not greeted by name.", name=draft.name)


def _sorry(draft: Draft) -> str | None:
    if not draft.is_english:
        return None
    times = len(_SORRY.findall(draft.text))
    if times > 1:
        return say("You say sorry {number} times; once is enough.", number=times)
    return say("They complain, and you don’t say sorry.") if draft.kind == "complaint" and not times else ""


def _next(draft: Draft) -> str | None:
    if not draft.is_english:
        return None
    return "" if _NEXT.search(draft.text) else say("What happens next, or what do you need from them?")


def _blame(draft: Draft) -> str | None:
    if not draft.is_english:
        return None
    hit = _BLAME.search(draft.text)
    return say("“{words}” sounds like blame.", words=hit[0]) if hit else ""


def _plain(draft: Draft) -> str | None:
    if hit := _SHOUT.search(draft.text):
        return say("“{words}” sounds like shouting.", words=hit[0][:40])
    if draft.is_english and (hit := _STIFF.search(draft.text)):
        return say("“{words}” sounds stiff; say it as you would in a shop.", words=hit[0])
    if not draft.private and len(draft.text) > LONG:
        return say("{number} characters: shorter is read to its end.", number=len(draft.text))
    return ""


def _words(draft: Draft) -> str | None:
    if not draft.words:
        return None
    for each in draft.words:
        if re.search(rf"(?<!\w){re.escape(each.word)}(?!\w)", draft.text, re.IGNORECASE):
            if each.better:
                return say("We don’t say “{word}”; say “{better}”.", word=each.word, better=each.better)
            return say("We don’t say “{word}”.", word=each.word)
    return ""


_LOOKS: Final[dict[str, Callable[[Draft], str | None]]] = {
    "name": _name,
    "sorry": _sorry,
    "next": _next,
    "blame": _blame,
    "plain": _plain,
    "words": _words,
}
LOOKS: Final = tuple(_LOOKS)

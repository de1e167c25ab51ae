"""Whether two accounts are one person: likelihood, with the reasons in words.

Each sign weighs as much as it is rarer among strangers than between two accounts of one person, in natural
logarithms; the weights are judgements, and add up (naive Bayes). A name or a handle alone never makes us sure:
without an address, a number or a product, a person decides.
"""

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from hubbub.kernel.speech import mark, say
from hubbub.kernel.text import fold

SURE: Final = 0.9
"""From here on two accounts are joined without asking, where there is proof; it can be undone."""
MAYBE: Final = 0.3
"""From here on a person is asked."""
MOST_UNPROVEN: Final = 0.89

_PRIOR: Final = -4.0
_LETTERS = re.compile(r"[^\W_]+")
_DIGITS_AT_END = re.compile(r"\d+$")
LEAST_HANDLE: Final = 5


@dataclass(frozen=True, slots=True)
class Trait:
    """Something an account is known by, under which like ones are found."""

    kind: str  # mail, phone, serial, handle, name
    value: str


@dataclass(frozen=True, slots=True)
class Profile:
    """An account as far as matching needs it."""

    account: int
    channel: str
    name: str = ""
    handle: str = ""
    mails: frozenset[str] = field(default_factory=frozenset)  # its own, or told in private
    phones: frozenset[str] = field(default_factory=frozenset)
    serials: frozenset[str] = field(default_factory=frozenset)  # of products that are theirs


@dataclass(frozen=True, slots=True)
class Likeness:
    """How likely two accounts are one person, and why."""

    p: float
    reasons: tuple[str, ...]
    proven: bool  # by an address, a number or a product

    @property
    def sure(self) -> bool:
        """Whether they may be joined without asking."""
        return self.proven and self.p >= SURE


def traits(profile: Profile) -> frozenset[Trait]:
    """Return under what like accounts are looked for."""
    found = {Trait("mail", mail) for mail in profile.mails}
    found |= {Trait("phone", phone) for phone in profile.phones}
    found |= {Trait("serial", serial) for serial in profile.serials}
    if len(handle := plain_handle(profile.handle)) >= LEAST_HANDLE:
        found.add(Trait("handle", handle))
    if len(words := name_words(profile.name)) > 1:
        found.add(Trait("name", " ".join(sorted(words))))
    found |= {Trait("handle", local) for local in map(_local, profile.mails) if len(local) >= LEAST_HANDLE}
    return frozenset(Trait(each.kind, each.value[:200]) for each in found)


def likeness(one: Profile, other: Profile) -> Likeness:
    """Return how likely two accounts are one person's.

    >>> jo = Profile(1, "bluesky", "Jo Lee", "jolee_widgets")
    >>> likeness(jo, Profile(2, "mail", "Jo Lee", mails=frozenset({"jolee.widgets@example.org"}))).sure
    False
    """
    signs = list(_signs(one, other))
    proven = any(proof for _, _, proof in signs)
    p = 1 / (1 + math.exp(-_PRIOR - sum(weight for weight, _, _ in signs)))
    told = sorted(signs, key=lambda sign: -abs(sign[0]))
    return Likeness(
        round(p if proven else min(p, MOST_UNPROVEN), 3), tuple(words for _, words, _ in told), proven and p >= MAYBE
    )


def _signs(one: Profile, other: Profile) -> Iterable[tuple[float, str, bool]]:
    """Yield what speaks for and against: weight, words, and whether it is proof."""
    for mine, theirs, words in (
        (one.mails, other.mails, mark("the same e-mail address")),
        (one.phones, other.phones, mark("the same telephone number")),
        (one.serials, other.serials, mark("the same serial number")),
    ):
        if same := mine & theirs:
            yield 8.0, f"{say(words)}, {min(same)}", True
    handle, other_handle = plain_handle(one.handle), plain_handle(other.handle)
    if handle == other_handle and len(handle) >= LEAST_HANDLE:
        yield (5.0 if len(handle) >= 8 else 3.5), say("the same handle, {handle}", handle=one.handle), False
    elif any(
        len(each) >= LEAST_HANDLE and each in set(map(_local, mails))
        for each, mails in ((handle, other.mails), (other_handle, one.mails))
    ):
        yield 3.5, say("a handle like the e-mail address"), False
    yield from _names(name_words(one.name), name_words(other.name), one.name or other.name)
    if one.channel == other.channel and one.channel not in ("mail", "phone", "letter", "chat"):
        yield -2.0, say("both are on the same network"), False


def _names(mine: frozenset[str], theirs: frozenset[str], name: str) -> Iterable[tuple[float, str, bool]]:
    if len(mine) < 2 or len(theirs) < 2:
        return
    if mine == theirs:
        yield 3.0, say("the same name, {name}", name=name), False
    elif mine < theirs or theirs < mine:
        yield 1.5, say("one name is part of the other"), False
    elif mine.isdisjoint(theirs):
        yield -3.0, say("other names"), False


def plain_handle(handle: str) -> str:
    """Return a handle without its server, signs and accents: what of it people keep from network to network.

    >>> plain_handle("@Jo_Lee.bsky.social"), plain_handle("jolee@mastodon.example"), plain_handle("jo.lee")
    ('jolee', 'jolee', 'jolee')
    """
    head = handle.lstrip("@").partition("@")[0]
    if head.count(".") >= 2:  # a domain: its first part is the person's
        head = head.partition(".")[0]
    return "".join(_LETTERS.findall(_bare(head)))


def name_words(name: str) -> frozenset[str]:
    """Return the words of a name of two letters or more, folded and without accents."""
    return frozenset(word for word in _LETTERS.findall(_bare(name)) if len(word) > 1 and not word.isdigit())


def _local(mail: str) -> str:
    return _DIGITS_AT_END.sub("", plain_handle(mail.partition("+")[0].partition("@")[0]))


def _bare(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", fold(text)) if not unicodedata.combining(letter))

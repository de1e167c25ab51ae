"""What earlier posts and cases of somebody tell about a complaint: an old product, earlier contact, a habit."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hubbub.care.core.likeness import content_words
from hubbub.care.core.reasons import Reason
from hubbub.kernel.speech import say
from hubbub.kernel.text import clip, fold

OFTEN = 0.3
"""From this share of complaints among somebody's posts they complain often."""
ENOUGH = 5
"""From fewer posts nothing is said of how often."""
QUOTED = 140
_HAVE = r"bought|got|had|own(?:ed)?|have|purchased|using|used"
_SINCE = re.compile(rf"\b(?:{_HAVE})\b[^.!?\n]{{0,60}}?\b(?:in|since|from|back in)\s+((?:19|20)\d\d)\b")
_AGE = re.compile(r"\b(\d{1,2})[- ]years?[- ]old\b")
_AGO = re.compile(rf"\b(?:{_HAVE})\b[^.!?\n]{{0,60}}?\b(\d{{1,2}})\s+years?\s+ago\b")
_FOR = re.compile(r"\b(?:had|owned|have|used)\b[^.!?\n]{0,60}?\bfor\s+(\d{1,2})\s+years?\b")
_SENTENCE = re.compile(r"[^.!?\n…]+[.!?…]*")


@dataclass(frozen=True, slots=True)
class Word:
    """An earlier post of somebody."""

    uri: str
    said_at: datetime
    text: str
    url: str = ""
    about_us: bool = False
    complains: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """An earlier case of theirs."""

    number: int
    opened_at: datetime
    solved: bool


@dataclass(frozen=True, slots=True)
class Told:
    """One line of what somebody's past tells, and where it stands."""

    reason: Reason
    at: datetime | None = None
    url: str = ""
    case: int = 0


def bought_in(text: str, said_at: datetime) -> int | None:
    """Return the year from which a sentence says that somebody has a thing; None where it says none.

    >>> at = datetime(2026, 11, 24)
    >>> bought_in("I bought this widget in 2019. Time flies.", at), bought_in("My 6-year-old widget", at)
    (2019, 2020)
    >>> bought_in("We met in 2019", at), bought_in("bought it in 2031", at)
    (None, None)
    """
    plain = fold(text).replace("’", "'")
    if found := _SINCE.search(plain):
        year = int(found[1])
    elif found := _AGE.search(plain) or _AGO.search(plain) or _FOR.search(plain):
        year = said_at.year - int(found[1])
    else:
        return None
    return year if year <= said_at.year else None


def age_of(words: Sequence[Word], complaint: str) -> tuple[Word, int] | None:
    """Return the latest sentence of somebody that says since when they have what they complain of, and that year."""
    thing = content_words(complaint)
    for word in sorted(words, key=lambda each: each.said_at, reverse=True):
        for sentence in _SENTENCE.findall(word.text):
            year = bought_in(sentence, word.said_at)
            if year is not None and thing & content_words(sentence):
                return replace(word, text=sentence.strip()), year
    return None


def telling(words: Sequence[Word], most: int) -> tuple[Word, ...]:
    """Return which posts are worth keeping, the latest first: about us, or of since when somebody has a thing."""
    found = [word for word in words if word.about_us or bought_in(word.text, word.said_at) is not None]
    return tuple(sorted(found, key=lambda word: word.said_at, reverse=True)[:most])


def told(
    words: Sequence[Word], contacts: Sequence[Contact], *, complaint: str, looked: int, complaining: int
) -> tuple[Told, ...]:
    """Say what somebody's past tells about a complaint, the weightiest first.

    Parameters
    ----------
    words : earlier posts that `telling` kept
    contacts : their earlier cases, the latest first
    looked, complaining : how many posts were looked through, and how many of them complain
    """
    found = []
    if (age := age_of(words, complaint)) is not None:
        word, year = age
        reason = Reason(
            "hourglass",
            say("Has it since {year}", year=str(year)),
            say(", they say: “{text}”", text=clip(word.text, QUOTED)),
        )
        found.append(Told(reason, word.said_at, word.url))
    if contacts:
        last = contacts[0]
        day, end = last.opened_at, say("solved") if last.solved else say("not solved yet")
        if len(contacts) > 1:
            when = say(" {number} times, last {day:%-d %B %Y}: {end}.", number=len(contacts), day=day, end=end)
        else:
            when = say(" on {day:%-d %B %Y}: {end}.", day=day, end=end)
        reason = Reason("people", say("Wrote to us"), when)
        found.append(Told(reason, last.opened_at, case=last.number))
    about = [word for word in words if word.about_us and (age is None or word.uri != age[0].uri)]
    if about:
        reason = Reason("waves", say("Spoke of us before"), f": “{clip(about[0].text, QUOTED)}”")
        found.append(Told(reason, about[0].said_at, about[0].url))
    if looked >= ENOUGH:
        strong = say("Complains often") if complaining >= OFTEN * looked else say("Seldom complains")
        if us := sum(word.complains for word in words if word.about_us):
            more = say(
                ": {number} of their last {looked} posts do, {us} about us.", number=complaining, looked=looked, us=us
            )
        else:
            more = say(": {number} of their last {looked} posts do.", number=complaining, looked=looked)
        found.append(Told(Reason("chart", strong, more)))
    return tuple(found)

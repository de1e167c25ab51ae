"""When many people have a like problem at once: how many in which time, and how many is usual then."""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hubbub.care.core.reasons import Reason
from hubbub.kernel.speech import say, say_many

WEEK = timedelta(days=7)
DAY = timedelta(days=1)
_WINDOWS = 3  # of today, that are needed to say what is usual where no week is known


@dataclass(frozen=True, slots=True)
class Gathering:
    """The most people who spoke of a like problem within a span that holds one moment."""

    voices: frozenset[str]
    since: datetime


@dataclass(frozen=True, slots=True)
class Usual:
    """How many people have the problem in as long a time, usually; and what that was learnt from."""

    voices: float = 0.0
    weeks: int = 0  # the same hours of so many weeks before
    hours: float = 0.0  # where no week is known: so many hours just before

    @property
    def known(self) -> bool:
        """Whether anything was learnt at all."""
        return bool(self.weeks or self.hours)

    def data(self) -> dict[str, float]:
        """As a row keeps it."""
        return {"voices": round(self.voices, 2), "weeks": self.weeks, "hours": round(self.hours, 1)}


UNKNOWN = Usual()


def gathering(said: Iterable[tuple[datetime, str]], at: datetime, span: timedelta) -> Gathering:
    """Return the most people within any `span` that holds `at`; the earliest such time. `said` holds `at` itself."""
    near = sorted(each for each in said if each[1] and abs(each[0] - at) <= span)
    best = Gathering(frozenset(), at)
    inside: deque[tuple[datetime, str]] = deque()
    voices: Counter[str] = Counter()
    for moment, voice in near:
        inside.append((moment, voice))
        voices[voice] += 1
        while moment - inside[0][0] > span:
            _, gone = inside.popleft()
            voices[gone] -= 1
            if not voices[gone]:
                del voices[gone]
        if inside[0][0] <= at <= inside[0][0] + span and len(voices) > len(best.voices):
            best = Gathering(frozenset(voices), inside[0][0])
    return best


def windows(since: datetime, span: timedelta, weeks: int, heard_since: datetime | None) -> list[datetime]:
    """Return when the same hours began in past weeks, as far back as was listened; the latest first."""
    if heard_since is None:
        return []
    return [start for k in range(1, weeks + 1) if (start := since - k * WEEK) >= heard_since]


def usual_of_weeks(said: Iterable[tuple[datetime, str]], starts: Sequence[datetime], span: timedelta) -> Usual:
    """Return what is usual by the same hours of past weeks; `starts` is what `windows` says, at least one."""
    voices = {(start, voice) for at, voice in said for start in starts if start <= at < start + span}
    return Usual(len(voices) / len(starts), weeks=len(starts))


def usual_of_today(
    said: Iterable[tuple[datetime, str]], since: datetime, span: timedelta, heard_since: datetime | None
) -> Usual:
    """Return what was usual in the day before `since`, where no week is known; nothing, if that is too little."""
    begin = max(heard_since, since - DAY) if heard_since else since
    whole = (since - begin) // span
    if whole < _WINDOWS:
        return UNKNOWN
    voices = {((since - at) // span, voice) for at, voice in said if since - whole * span < at < since}
    return Usual(len(voices) / whole, hours=whole * span / timedelta(hours=1))


def is_storm(voices: int, usual: Usual, *, needed: float, times: float) -> bool:
    """Say whether so many people are many: enough of them, and several times the usual where that is known."""
    return voices >= needed and voices >= times * usual.voices


def reasons_of(voices: int, usual: Usual, since: datetime, span: timedelta) -> tuple[Reason, ...]:
    """Say why it is an incident."""
    said = [
        Reason(
            "people",
            say("{number} people", number=voices),
            say(" with a like problem within {time}.", time=_words(span)),
        )
    ]
    strong = say("{number:.0f} times the usual", number=voices / usual.voices) if usual.voices else ""
    if usual.weeks:
        where = say_many(
            " for these hours of a {day:%A}, learnt from {number} week.",
            " for these hours of a {day:%A}, learnt from {number} weeks.",
            usual.weeks,
            day=since,
        )
        said.append(Reason("chart", strong or say("Usually nobody"), where))
    elif usual.hours:
        where = say(", learnt from the {hours:g} hours before: no week is known yet.", hours=usual.hours)
        said.append(Reason("chart", strong or say("Nobody before"), where))
    else:
        said.append(Reason("question", say("What is usual is not known yet"), say(": too little was heard before.")))
    return tuple(said)


def _words(span: timedelta) -> str:
    """Say how long a time is.

    >>> _words(timedelta(hours=2)), _words(timedelta(hours=1.5)), _words(timedelta(hours=0.1))
    ('2 hours', '90 minutes', '6 minutes')
    """
    hours = span / timedelta(hours=1)
    if hours > 1 and hours == int(hours):
        return say("{number:.0f} hours", number=hours)
    return say("{number:.0f} minutes", number=hours * 60)

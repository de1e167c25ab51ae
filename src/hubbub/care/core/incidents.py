"""Incidents as pages and the API get to see them, and the words they begin with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from hubbub.care.core.words import Severity
from hubbub.kernel.ids import PersonId
from hubbub.kernel.speech import mark, say

BARS: Final = 60
"""At most so many bars show how an incident grew."""


class Say(StrEnum):
    """What is said for an incident, each once to each place."""

    HOLDING = "holding"  # we know of it; where to get help
    OFFER = "offer"  # help in private
    FEEDBACK = "feedback"  # what was wrong, and what was done

    @property
    def label(self) -> str:
        """As a page says it."""
        return say({"holding": mark("Holding"), "offer": mark("Offer"), "feedback": mark("Feedback")}[self.value])


class Members(StrEnum):
    """What becomes of the cases nobody answered when an incident is closed."""

    RESOLVE = "resolve"
    ANSWER = "answer"  # with the feedback, each where it was asked; then resolved
    DUE = "due"  # each in its service level from now on


_GRAVE: Final[Mapping[str, str]] = {
    Severity.DANGER: mark("Danger"),
    Severity.LEGAL: mark("Legal"),
    Severity.LEAK: mark("Leak"),
    Severity.MONEY: mark("Money"),
    Severity.DELAY: mark("Delay"),
    Severity.ANNOYANCE: mark("Annoyance"),
}
_PROBLEMS: Final = (
    mark("failure"), mark("connection"), mark("delivery"), mark("luggage"), mark("delay"), mark("billing"),
    mark("service"), mark("quality"),
)  # fmt: skip
"""The kinds of problem that `problem_words` tells apart."""


def title_of(topic: str, problem: str) -> str:
    """Name an incident by what it is about; never by what somebody said, which may have to go one day.

    >>> title_of("Acme widgets", "failure"), title_of("Acme", ""), title_of("", "")
    ('Acme widgets: failure', 'Acme: a like problem of many', 'A like problem of many')
    """
    if problem:
        return ": ".join(filter(None, (topic[:70], _problem(problem))))
    return say("{topic}: a like problem of many", topic=topic[:70]) if topic else say("A like problem of many")


def _problem(name: str) -> str:
    return say(name) if name in _PROBLEMS else name


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """An incident as the list shows it."""

    id: int
    title: str
    open: bool
    began_at: datetime
    opened_at: datetime
    closed_at: datetime | None
    lead: PersonId | None
    lead_name: str
    voices: int
    posts: int
    cases: int
    exposure: int
    severities: tuple[str, ...]
    merged_into: int | None

    @property
    def severity_words(self) -> tuple[str, ...]:
        """What makes it grave, as a page says it."""
        return tuple(say(_GRAVE.get(each, each)) for each in self.severities)


@dataclass(frozen=True, slots=True)
class Note:
    """A version of what is known."""

    version: int
    text: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """What happened with an incident."""

    at: datetime
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """How many posts a piece of time had."""

    at: datetime
    posts: int


@dataclass(frozen=True, slots=True)
class Group:
    """Some of the cases of an incident, by what we have done."""

    name: str
    cases: int
    exposure: int


@dataclass(frozen=True, slots=True)
class Spoken:
    """Something that was said for an incident, and how far it is on its way."""

    kind: Say
    to: str  # "Demo, @AcmeCustServ", "Kit, case 12"
    text: str
    name: str
    at: datetime
    state: str
    words: str
    url: str

    @property
    def state_words(self) -> str:
        """How far it is, as a page says it."""
        return say(self.state.replace("_", " "))


@dataclass(frozen=True, slots=True)
class Member:
    """A case of an incident."""

    number: int
    who: str
    excerpt: str
    channel: str
    exposure: int
    status: str
    answered: bool
    private: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where a public post may leave, and how long it may be."""

    connection: int
    network: str
    handle: str
    most: int | None
    said: bool  # by this incident already


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident with all a page shows."""

    line: IncidentLine
    topic: str
    problem: str
    rule: str
    playbook: int
    reasons: tuple[Mapping[str, Any], ...]
    note: Note | None
    notes: tuple[Note, ...]  # earlier ones, the newest first
    events: tuple[Event, ...]
    bars: tuple[Bar, ...]
    step: timedelta
    usual: float | None  # posts a bar
    channels: tuple[tuple[str, int], ...]
    groups: tuple[Group, ...]
    members: tuple[Member, ...]  # seen by most first
    spoken: tuple[Spoken, ...]
    drafts: Mapping[str, str]
    outlets: tuple[Outlet, ...]
    waiting: int  # cases nobody answered
    offered: int

    @property
    def problem_words(self) -> str:
        """What kind of problem it is, as a page says it."""
        return _problem(self.problem)


def step_of(span: timedelta) -> timedelta:
    """Return how long a bar of a curve is, so that there are few enough."""
    steps = [timedelta(minutes=each) for each in (1, 2, 5, 10, 15, 30, 60, 180, 360, 720, 1440)]
    return next((each for each in steps if span / each <= BARS), timedelta(days=7))


def bars(minutes: Sequence[tuple[datetime, int]]) -> tuple[tuple[Bar, ...], timedelta]:
    """Return a curve of counts by minute as bars, with empty ones between, and how long a bar is."""
    if not minutes:
        return (), timedelta(minutes=1)
    first, last = min(at for at, _ in minutes), max(at for at, _ in minutes)
    step = step_of(last - first)
    found = [0] * (int((last - first) / step) + 1)
    for at, posts in minutes:
        found[int((at - first) / step)] += posts
    return tuple(Bar(first + place * step, posts) for place, posts in enumerate(found)), step


def holding_draft(topic: str) -> str:
    """Return how a holding message may begin; a person finishes it."""
    if topic:
        return say(
            "We know that some of you have trouble with {topic} just now, and we are on it. "
            "We will say here as soon as we know more.",
            topic=topic,
        )
    return say(
        "We know that some of you have trouble just now, and we are on it. We will say here as soon as we know more."
    )


def offer_draft() -> str:
    """Return how an offer of help in private may begin."""
    return say("Sorry about this. We would like to put it right for you: which model is it, and since when?")


def feedback_draft(topic: str, note: str) -> str:
    """Return how the word to everybody may begin once it is over."""
    thanks = say("To everybody who told us about the trouble: thank you, it is settled.")
    if topic:
        thanks = say("To everybody who told us about the trouble with {topic}: thank you, it is settled.", topic=topic)
    known = say("What was wrong: … What we did: …")
    if note:
        known = say("What was wrong, and what we did: {note}", note=note)
    return f"{thanks} {known}"

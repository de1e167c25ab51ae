"""What the playbook may ask about one post: plain facts, gathered by triage."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, get_origin, get_type_hints

from hubbub.care.core.reading import TextReading
from hubbub.care.core.thread import Look


class About(StrEnum):
    """Whom a post speaks to."""

    TO_US = "to us"
    ABOUT_US = "about us"
    ABOUT_OTHERS = "about others"
    NONE = "none"


NEVER_DAYS: Final = 36_500.0
"""Days since something that never was."""

SPOKE_LATELY: Final = timedelta(days=30)
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FEWEST_HEARD: Final = 3
"""From so few posts nothing is said of what somebody's posts are like."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A case that a person had before."""

    opened_at: datetime
    solved: bool
    answered_at: datetime | None  # last
    case: int = 0


@dataclass(frozen=True, slots=True)
class Author:
    """What is known of who said it. The default: somebody nobody knows."""

    known: bool = False
    listed: bool = False
    lists: frozenset[str] = frozenset()
    muted: bool = False
    heard: int = 0
    adverts: int = 0
    earlier: tuple[Earlier, ...] = ()
    in_warranty: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """When and where it was said. `at` is the arrival, on the workspace's clock."""

    at: datetime
    channel: str = ""
    language: str = "und"
    topics: frozenset[str] = frozenset()
    topic_classes: frozenset[str] = frozenset()
    to_others: bool = False  # names or answers others than us
    open_hours: bool = True


NOBODY: Final = Author()


@dataclass(frozen=True, slots=True)
class Facts:
    """One post in its surroundings. Every field is a fact that a rule may test."""

    kind: str  # the likeliest kind
    unsure: bool  # two kinds within .15 of each other, or none likelier than .5
    about: str  # see About
    private: bool
    severity: frozenset[str]
    noise: float  # likelihood of promotion, spam or bot, 0 to 1
    known: bool  # a customer, confirmed by a person
    exposure: float  # people likely to see it
    growth: float  # the same, added in the last hour
    listed: bool  # the author is on a list of people to watch for
    same_voice_case: bool  # the same person has an open case on the matter
    second_voice: bool  # another independent person has a like problem
    asks_anyone: bool  # "anyone?", "what can I do?"
    crowd_solved: bool  # somebody answered, and the author thanked or confirmed
    wrote_again: bool  # the author wrote again meanwhile
    review_reached: bool  # the watch is due for review
    long_in_public: bool  # two public turns without an end
    delicate: bool  # personal data, compensation or liability is spoken of
    storm: bool  # many people have a like problem at once, or an incident of it is open
    automatic: bool  # a machine wrote it: an automatic answer, a bounce, a mailing, our own mail come back
    kind_p: float = 1.0  # how likely that kind is, 0 to 1
    sentiment: str = "neutral"
    abusive: bool = False  # people are insulted, slurred or threatened
    lists: frozenset[str] = frozenset()  # lists of our own that the author is on, by name
    topic: frozenset[str] = frozenset()  # the topics it matched, by name
    topic_class: frozenset[str] = frozenset()
    language: str = "und"
    channel: str = ""
    hour: float = 12.0  # of its arrival, on the workspace's clock: 9.5 is half past nine
    weekday: str = "monday"  # the same
    open_hours: bool = True  # it arrived while we are open
    earlier_cases: float = 0.0  # of this person
    unsolved_cases: float = 0.0  # of those, still open
    days_since: float = NEVER_DAYS  # since their last case began
    muted: bool = False  # somebody here muted the author
    asks_favour: bool = False  # to repost, to vote
    community: bool = False  # a known customer, or somebody we had to do with before
    adverts: float = 0.0  # share of what the author said that is likely promotion, 0 to 1
    open_question: bool = False  # put to everybody: asks anyone, or for advice
    others_talk: bool = False  # said to others in a talk among themselves
    spoke_lately: bool = False  # we wrote to this person within 30 days
    in_warranty: bool = False  # the author's product is in warranty


def facts_of(
    reading: TextReading,
    *,
    about: About,
    private: bool,
    noise: float,
    reach: float,
    author: Author = NOBODY,
    moment: Moment,
    same_voice: bool = False,
    seen: Look | None = None,
    review_reached: bool = False,
    long_in_public: bool = False,
    storm: bool = False,
    automatic: bool = False,
) -> Facts:
    """Put together what is known of a post: its text, its author, and its thread where one was looked at."""
    asks_anyone = seen.asks_anyone if seen else reading.asks_anyone
    before = [each for each in author.earlier if each.opened_at < moment.at]
    last_word = max((each.answered_at for each in before if each.answered_at), default=None)
    last = max((each.opened_at for each in before), default=None)
    return Facts(
        kind=reading.kind,
        unsure=reading.unsure,
        about=about,
        private=private,
        severity=frozenset(reading.severities),
        noise=noise,
        known=author.known,
        exposure=seen.exposure if seen else reach,
        growth=seen.growth if seen else 0.0,
        listed=author.listed,
        same_voice_case=same_voice,
        second_voice=bool(seen and seen.second_voice),
        asks_anyone=asks_anyone,
        crowd_solved=bool(seen and seen.crowd_solved),
        wrote_again=bool(seen and seen.wrote_again),
        review_reached=review_reached,
        long_in_public=long_in_public,
        delicate=not private and reading.delicate,
        storm=storm,
        automatic=automatic,
        kind_p=max(reading.kinds),
        sentiment=reading.feeling,
        abusive=reading.abusive,
        lists=author.lists,
        topic=moment.topics,
        topic_class=moment.topic_classes,
        language=moment.language,
        channel=moment.channel,
        hour=moment.at.hour + moment.at.minute / 60,
        weekday=WEEKDAYS[moment.at.weekday()],
        open_hours=moment.open_hours,
        earlier_cases=float(len(before)),
        unsolved_cases=float(sum(not each.solved for each in before)),
        days_since=(moment.at - last).total_seconds() / 86_400 if last else NEVER_DAYS,
        muted=author.muted,
        asks_favour=reading.asks_favour,
        community=author.known or bool(before),
        adverts=author.adverts / author.heard if author.heard >= FEWEST_HEARD else 0.0,
        open_question=asks_anyone or reading.asks_advice,
        others_talk=moment.to_others,
        spoke_lately=last_word is not None and moment.at - last_word < SPOKE_LATELY,
        in_warranty=author.in_warranty,
    )


FACTS: Final[Mapping[str, type]] = {name: get_origin(kind) or kind for name, kind in get_type_hints(Facts).items()}
"""The facts, each with what kind of value it is: a text, a number, true or false, or a set of texts."""

_USUAL: Final[Mapping[type, Any]] = {bool: False, float: 0.0, str: "", frozenset: frozenset()}
_DEFAULTS: Final[Mapping[str, Any]] = {
    field.name: _USUAL[FACTS[field.name]] if field.default is MISSING else field.default for field in fields(Facts)
}


def kept(facts: Facts) -> dict[str, Any]:
    """Return facts as a decision keeps them: only what is not as usual, in values that JSON has."""
    found = {name: getattr(facts, name) for name in FACTS}
    return {
        name: sorted(value) if isinstance(value, frozenset) else value
        for name, value in found.items()
        if value != _DEFAULTS[name]
    }


def facts_kept(data: Mapping[str, Any]) -> Facts:
    """Return the facts that a decision kept; what it says nothing of is as usual."""
    found = {name: value for name, value in data.items() if name in FACTS}
    sets = {name: frozenset(value) for name, value in found.items() if FACTS[name] is frozenset}
    return Facts(**{**_DEFAULTS, **found, **sets})

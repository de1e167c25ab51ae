"""What the playbook may ask about one post: plain facts, gathered by triage."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, get_origin, get_type_hints

from hubbub.care.core.reading import TextReading
from hubbub.care.core.thread import Look


class About(StrEnum):
    """Whom a post speaks to."""

    TO_US = "to us"
    ABOUT_US = "about us"
    ABOUT_OTHERS = "about others"
    NONE = "none"


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
    automatic: bool  # a machine wrote it: an automatic answer, a bounce, a mailing, our own mail come back


def facts_of(
    reading: TextReading,
    *,
    about: About,
    private: bool,
    noise: float,
    reach: float,
    known: bool = False,
    listed: bool = False,
    same_voice: bool = False,
    seen: Look | None = None,
    review_reached: bool = False,
    long_in_public: bool = False,
    automatic: bool = False,
) -> Facts:
    """Put together what is known of a post: its text, its author, and its thread where one was looked at."""
    return Facts(
        kind=reading.kind,
        unsure=reading.unsure,
        about=about,
        private=private,
        severity=frozenset(reading.severities),
        noise=noise,
        known=known,
        exposure=seen.exposure if seen else reach,
        growth=seen.growth if seen else 0.0,
        listed=listed,
        same_voice_case=same_voice,
        second_voice=bool(seen and seen.second_voice),
        asks_anyone=seen.asks_anyone if seen else reading.asks_anyone,
        crowd_solved=bool(seen and seen.crowd_solved),
        wrote_again=bool(seen and seen.wrote_again),
        review_reached=review_reached,
        long_in_public=long_in_public,
        delicate=not private and reading.delicate,
        automatic=automatic,
    )


FACTS: Final[Mapping[str, type]] = {name: get_origin(kind) or kind for name, kind in get_type_hints(Facts).items()}
"""The facts, each with what kind of value it is: a text, a number, true or false, or a set of texts."""

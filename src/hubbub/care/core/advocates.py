"""Who may be asked, after a good end, whether they would tell others how they were treated."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from hubbub.kernel.speech import say

DELAY_DAYS: Final = 3
MOST_DAYS: Final = 30
THANKS_WITHIN: Final = timedelta(days=30)
"""So long after a case ended, a thank-you of the same voice belongs to it; likewise after one was asked."""
GOOD: Final = 4  # of 5
BAD: Final = 2


class State(StrEnum):
    """What became of a proposal."""

    PROPOSED = "proposed"
    ASKED = "asked"
    NEVER = "never"  # somebody decided not to ask them


@dataclass(frozen=True, slots=True)
class Ending:
    """How a case ended, as far as it tells whether its person may be asked."""

    thanked: bool
    scores: tuple[int, ...] = ()  # what they gave, 1 to 5
    reopened: bool = False
    grave: bool = False  # of an incident, alerted about, or its author was abusive
    allowed: bool | None = None  # their word on being asked; None: nothing is noted
    asked_before: bool = False


def why_not(ending: Ending) -> str:
    """Say why somebody is not proposed; empty where they are.

    >>> why_not(Ending(thanked=True)), why_not(Ending(thanked=True, scores=(2,)))
    ('', 'They were not satisfied.')
    """
    if ending.asked_before:
        return "They were proposed before: once is enough."
    if ending.allowed is False:
        return "They said they do not want to be asked."
    if ending.grave:
        return "It was grave, part of an incident, or they were abusive."
    if ending.reopened:
        return "It was opened again."
    if any(score <= BAD for score in ending.scores):
        return "They were not satisfied."
    if not ending.thanked and not any(score >= GOOD for score in ending.scores):
        return "They neither thanked nor rated it well."
    return ""


def draft(name: str, *, private: bool) -> str:
    """Return words to start from: they ask, offer nothing for it, and leave it open."""
    if name:
        asked = say(
            "Hello {name}, we are glad that it is settled. If you have a minute, would you tell others here how you "
            "were treated? Only if you like, and in your own words.",
            name=name,
        )
    else:
        asked = say(
            "Hello, we are glad that it is settled. If you have a minute, would you tell others here how you were "
            "treated? Only if you like, and in your own words."
        )
    return asked + (" " + say("Thank you!") if private else "")

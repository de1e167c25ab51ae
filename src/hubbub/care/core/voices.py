"""Whose voice counts, and when two accounts are likely one person's."""

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from hubbub.kernel.speech import mark, say

NOISE = 0.9
LIKELY = 0.8
"""From this likelihood two accounts count as one voice, until a person says otherwise."""
SAME_WORDS = 0.9
SOON = timedelta(hours=1)
YOUNG = timedelta(days=30)
FEW = 20  # followers
TOGETHER = timedelta(days=2)
_TAIL = re.compile(r"(?:[._-]?(?:\d+|two|alt|backup|bis|neu|new|real|the2nd))+$")
_PRIOR = math.log(0.02 / 0.98)


@dataclass(frozen=True, slots=True)
class Speaker:
    """An account, as far as it tells whether it is somebody's second one."""

    handle: str
    followers: int | None
    joined_at: datetime | None


@dataclass(frozen=True, slots=True)
class Likelihood:
    """How likely two accounts are one person's, and why."""

    p: float
    reasons: tuple[str, ...]


def why_no_voice(
    *, noise: float, p_bot: float, employee: bool, automatic: bool, bare_repost: bool, ours: bool = False
) -> str:
    """Say why somebody who spoke is no voice; empty where they are one."""
    if ours:
        return say("we said it")
    if bare_repost:
        return say("a repost")
    if automatic:
        return say("a machine wrote it")
    if employee:
        return say("works for us")
    if p_bot >= NOISE:
        return say("likely a bot, {likely:.0%}", likely=p_bot)
    return say("likely spam or promotion, {likely:.0%}", likely=noise) if noise >= NOISE else ""


def same_person(one: Speaker, other: Speaker, *, sameness: float, apart: timedelta, now: datetime) -> Likelihood:
    """Return how likely two accounts that complained are one person's.

    Careful: without nearly the same words soon after each other it is never likely, and these alone are not enough.
    The weights are chosen by hand, as logits on a prior of 1 in 50.
    """
    if sameness < SAME_WORDS or apart > SOON:
        return Likelihood(0.0, ())
    minutes = max(1, round(apart / timedelta(minutes=1)))
    weight, why = _PRIOR + 2.5, [say("nearly the same words within {number} minutes", number=minutes)]
    small = [each for each in (one, other) if _is_small(each, now)]
    if small:
        weight += 2.5 if len(small) == 2 else 1.5
        if len(small) == 2:
            young = mark("both accounts are younger than {days} days, with fewer than {few} followers")
        else:
            young = mark("@{handle} is younger than {days} days, with fewer than {few} followers")
        why.append(say(young, handle=small[0].handle, days=YOUNG.days, few=FEW))
    if len(stem(one.handle)) >= 4 and stem(one.handle) == stem(other.handle):
        weight += 2.5
        why.append(say("their names differ only at the end"))
    joined = one.joined_at, other.joined_at
    if len(small) == 2 and joined[0] and joined[1] and abs(joined[0] - joined[1]) <= TOGETHER:
        weight += 1.5
        why.append(say("both were made within two days"))
    return Likelihood(1 / (1 + math.exp(-weight)), tuple(why))


def _is_small(speaker: Speaker, now: datetime) -> bool:
    young = speaker.joined_at is not None and now - speaker.joined_at < YOUNG
    return young and speaker.followers is not None and speaker.followers < FEW


def stem(handle: str) -> str:
    """Return a name without its server, and without what is put after it for a second account.

    >>> stem("kit.marlow_two"), stem("kit.marlow82"), stem("kit.marlow@mstdn.example")
    ('kit.marlow', 'kit.marlow', 'kit.marlow')
    """
    return _TAIL.sub("", handle.lower().lstrip("@").partition("@")[0])

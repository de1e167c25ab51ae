"""What happened around a complaint, read from everything that was said, in the order it was said.

The order in which posts arrived plays no part, so shuffled arrivals come to the same decision.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hubbub.kernel.speech import say


@dataclass(frozen=True, slots=True)
class Said:
    """One post of a case, as far as decisions need it."""

    post: int
    said_at: datetime
    voice: str  # "" where nobody can be told
    name: str
    ours: bool = False
    speaks: bool = True  # False: a likely bot, an employee, a repost without words
    about_us: bool = False
    complains: bool = False
    joins_in: bool = False
    confirms: bool = False
    asks_anyone: bool = False
    reach: float = 0.0
    counts_as: str = ""  # another voice, where this is likely its second account


@dataclass(frozen=True, slots=True)
class Look:
    """What the playbook asks of a thread."""

    lead: Said
    voices: int  # people with the problem
    second_voice: bool
    crowd_solved: bool
    helper: str
    wrote_again: bool
    asks_anyone: bool
    exposure: float
    growth: float


def look(said: Sequence[Said], *, now: datetime, window: timedelta) -> Look:
    """Read a thread (at least one post). `window`: how far apart two voices may be to be about one thing."""
    ordered = sorted(said, key=lambda each: (each.said_at, each.post))
    troubled = [
        each for each in ordered if each.complains and each.about_us and each.voice and each.speaks and not each.ours
    ]
    lead = (troubled or [each for each in ordered if not each.ours] or ordered)[0]
    with_it = {
        each.counts_as or each.voice
        for each in ordered
        if each.voice
        and each.speaks
        and not each.ours
        and (each.complains or each.joins_in)
        and (each.about_us or each.said_at >= lead.said_at)
        and abs(each.said_at - lead.said_at) <= window
    }
    own = [each for each in ordered if each.voice and each.voice == lead.voice and each.post != lead.post]
    helper = _helper(ordered, own, lead)
    reach: dict[str, tuple[float, datetime]] = {}
    for each in ordered:
        if not each.ours:
            reach.setdefault(each.voice or f"post {each.post}", (each.reach, each.said_at))
    return Look(
        lead=lead,
        voices=max(1, len(with_it)),
        second_voice=bool(with_it - {lead.counts_as or lead.voice}) and bool(lead.voice),
        crowd_solved=bool(helper),
        helper=helper,
        wrote_again=any(not each.confirms for each in own),
        asks_anyone=any(each.asks_anyone for each in (lead, *own)),
        exposure=sum(number for number, _ in reach.values()),
        growth=sum(n for voice, (n, at) in reach.items() if voice != lead.voice and now - at <= timedelta(hours=1)),
    )


def _helper(ordered: Sequence[Said], own: Sequence[Said], lead: Said) -> str:
    """Return who answered before the author's last word, a thank-you; empty where it is not so."""
    if not own or not own[-1].confirms:
        return ""
    others = [
        each
        for each in ordered
        if not each.ours
        and each.speaks
        and each.voice != lead.voice
        and lead.said_at <= each.said_at <= own[-1].said_at
        and not each.complains
        and not each.joins_in
    ]
    return others[-1].name or say("Somebody") if others else ""

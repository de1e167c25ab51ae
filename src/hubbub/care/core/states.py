"""What agents are at: states as spans of time that join without a gap from coming to going.

A rule takes the open span and returns the chain of spans that it becomes: the first takes its place, each begins where
the one before it ends, and the last is open unless the person went. Nothing lasts no time at all.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from hubbub.kernel.speech import mark


@dataclass(frozen=True, slots=True)
class State:
    """One thing an agent can be at."""

    key: str
    name: str
    takes: bool  # cases are offered
    works: bool  # counts as working time
    chosen: bool = True  # can be chosen by hand


AVAILABLE, ON_CASE, WRAP_UP, BREAK, TRAINING, MEETING, AWAY = (
    "available", "on-case", "wrap-up", "break", "training", "meeting", "away",
)  # fmt: skip
BUILT_IN: Final = {
    each.key: each
    for each in (
        State(AVAILABLE, mark("Available"), takes=True, works=True),
        State(ON_CASE, mark("On a case"), takes=True, works=True, chosen=False),
        State(WRAP_UP, mark("Wrap-up"), takes=False, works=True),
        State(BREAK, mark("Break"), takes=False, works=False),
        State(TRAINING, mark("Training"), takes=False, works=True),
        State(MEETING, mark("Meeting"), takes=False, works=True),
        State(AWAY, mark("Away"), takes=False, works=False),
    )
}
OWN: Final = "own-"
"""Before the number of a state that a manager added."""


@dataclass(frozen=True, slots=True)
class Times:
    """How long things last that end by themselves."""

    wrap_up: timedelta = timedelta(seconds=30)  # after a case was resolved
    away_after: timedelta = timedelta(minutes=5)  # without a page
    off_after: timedelta = timedelta(hours=2)  # without a page


@dataclass(frozen=True, slots=True)
class Span:
    """In one state from then to then; `until` None: still."""

    state: str
    since: datetime
    until: datetime | None = None
    by_hand: bool = False
    ends_at: datetime | None = None  # by itself


Chain = tuple[Span, ...]


def enter(
    span: Span | None, state: str, at: datetime, *, by_hand: bool = False, ends_at: datetime | None = None
) -> Chain:
    """Go into a state; clocks that disagree move nothing back in time."""
    if span is None:
        return (Span(state, at, None, by_hand, ends_at),)
    at = max(at, span.since)
    fresh = Span(state, at, None, by_hand, ends_at)
    if span.state == state:
        return (replace(fresh, since=span.since),)
    return (fresh,) if at == span.since else (replace(span, until=at), fresh)


def go(span: Span, at: datetime) -> Chain:
    """Go home: nothing comes after. A span that would have lasted no time lasts the least there is."""
    return (replace(span, until=max(at, span.since + timedelta(microseconds=1))),)


def settle(span: Span, seen_at: datetime, now: datetime, times: Times) -> Chain:
    """Let happen what happens by itself up to now: wrap-up ends, who has no page open is away, and later gone."""
    chain: Chain = (span,)
    while (found := _by_itself(chain[-1], seen_at, times)) is not None and found[0] <= now:
        at, state = found
        more = enter(chain[-1], state, at) if state else go(chain[-1], at)
        chain = chain[:-1] + more
        if not state:
            break
    return chain


def _by_itself(span: Span, seen_at: datetime, times: Times) -> tuple[datetime, str] | None:
    """Return when the next thing happens by itself, and into which state it leads; "" leads home."""
    coming = [(max(seen_at + times.off_after, span.since), "")]
    if span.state == WRAP_UP and span.ends_at is not None:
        coming.append((span.ends_at, AVAILABLE))
    if span.state in (AVAILABLE, ON_CASE, WRAP_UP):
        coming.append((max(seen_at + times.away_after, span.since), AWAY))
    return min(coming)


def come(span: Span | None, now: datetime) -> Chain:
    """A page is open: who was away by themselves, or not there, is available."""
    if span is None or (span.state == AWAY and not span.by_hand):
        return enter(span, AVAILABLE, now)
    return (span,)


def open_case(span: Span | None, now: datetime) -> Chain:
    """A case that needs work is open; who is in a break or a meeting stays there."""
    if span is None or span.state in (AVAILABLE, WRAP_UP) or (span.state == AWAY and not span.by_hand):
        return enter(span, ON_CASE, now)
    return (span,)


def leave_case(span: Span | None, now: datetime) -> Chain:
    """No case is open any more."""
    if span is not None and span.state == ON_CASE:
        return enter(span, AVAILABLE, now)
    return (span,) if span is not None else ()


def wrap_up(span: Span | None, now: datetime, times: Times) -> Chain:
    """A case is done: some time to finish what belongs to it."""
    if span is None or span.state not in (AVAILABLE, ON_CASE, WRAP_UP):
        return (span,) if span is not None else ()
    if not times.wrap_up:
        return leave_case(span, now)
    return enter(span, WRAP_UP, now, ends_at=max(now, span.since) + times.wrap_up)

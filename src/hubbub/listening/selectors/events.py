"""Reads of events: what they are, how they run, and where their mood turned."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db import models

from hubbub.accounts.core.access import Access, Permission
from hubbub.infra.places import Places
from hubbub.kernel.errors import NotFound
from hubbub.kernel.ids import TopicId
from hubbub.listening.core.digest import Digest, Distinct, distinct, words_of
from hubbub.listening.core.events import LIVELY_AFTER, EventAccount, EventValue
from hubbub.listening.core.heard import HeardLine, Sought
from hubbub.listening.core.turns import Turn, turns
from hubbub.listening.core.volume import Volume
from hubbub.listening.models import EventAccountRow, EventRow
from hubbub.listening.selectors.posts import posts, said_by_second

LOOKED_AT = 300  # posts around a turn
ASKED_AGAIN = timedelta(minutes=30)


def events(access: Access) -> tuple[EventValue, ...]:
    """Return the workspace's events, the latest first."""
    access.require(Permission.READ)
    rows = EventRow.objects.filter(topic__workspace_id=access.workspace).select_related("topic").order_by("-since")
    return tuple(_value(row, ()) for row in rows)


def event(access: Access, event_id: int) -> EventValue:
    """Return one event with its accounts."""
    access.require(Permission.READ)
    row = EventRow.objects.filter(topic__workspace_id=access.workspace, pk=event_id).select_related("topic").first()
    if row is None:
        raise NotFound(what="event", which=event_id)
    return _value(row, tuple(_account(each) for each in row.accounts.order_by("handle")))


def _value(row: EventRow, accounts: tuple[EventAccount, ...]) -> EventValue:
    return EventValue(row.pk, row.topic.name, TopicId(row.topic_id), row.topic.query, row.since, row.until, accounts)


def _account(row: EventAccountRow) -> EventAccount:
    return EventAccount(
        row.handle,
        TopicId(row.topic_id),
        row.name,
        row.followers,
        row.posts,
        row.last_post_at,
        row.asked_at,
        row.found,
    )


def accounts_to_ask(now: datetime, limit: int = 20) -> list[tuple[int, int, str]]:
    """Return (account, workspace, handle) whose network was not asked lately. For the events flow."""
    lively = models.Q(event__until__gt=now - LIVELY_AFTER) & ~models.Q(asked_at__gt=now - ASKED_AGAIN)
    rows = EventAccountRow.objects.filter(models.Q(asked_at=None) | lively)
    found = rows.order_by("asked_at", "pk").values_list("pk", "topic__workspace_id", "handle")
    return list(found[:limit])


@dataclass(frozen=True, slots=True)
class Explained:
    """A turn of the mood, with the posts and words around it."""

    at: datetime
    turn: Turn
    words: tuple[Distinct, ...]
    posts: tuple[HeardLine, ...]


def turns_of(access: Access, topic: int, volume: Volume, places: Places, *, explain: bool) -> list[Explained]:
    """Return where the mood of a curve turned, and, explained, what was said there that was not said before."""
    access.require(Permission.READ)
    found = []
    for turn in turns([step.moods for step in volume.steps]):
        if not explain:
            found.append(Explained(volume.steps[turn.step].start, turn, (), ()))
            continue
        at, ends = volume.steps[turn.step].start, volume.steps[turn.end - 1].end
        step = volume.steps[turn.step].end - at
        lines = _around(access, topic, at, min(ends, at + 5 * step), places)
        before = _around(access, topic, max(volume.steps[turn.start].start, at - 5 * step), at, places)
        found.append(Explained(at, turn, tuple(_new_words(lines, before)), tuple(_telling(lines, turn))))
    return found


def _around(access: Access, topic: int, since: datetime, until: datetime, places: Places) -> Sequence[HeardLine]:
    return posts(access, Sought(since, until, topic), places, limit=LOOKED_AT).posts


def _new_words(lines: Sequence[HeardLine], before: Sequence[HeardLine]) -> list[Distinct]:
    return distinct(_digest(lines), _digest([*lines, *before]), 5)


def _digest(lines: Sequence[HeardLine]) -> Digest:
    words = Counter(word for line in lines for word in words_of(line.text))
    return Digest(posts=len(lines), sampled=len(lines), words=dict(words))


def _telling(lines: Sequence[HeardLine], turn: Turn) -> list[HeardLine]:
    """Choose posts of the new mood that were said most or are read most, each once."""
    mood = 1 if turn.change > 0 else -1
    copies: Counter[int | str] = Counter(line.likeness or line.uri for line in lines)
    ranked = sorted(
        (line for line in lines if line.sentiment == mood),
        key=lambda line: (-copies[line.likeness or line.uri], -(line.followers or 0), line.uri),
    )
    kept: dict[int | str, HeardLine] = {}
    for line in ranked:
        kept.setdefault(line.likeness or line.uri, line)
        if len(kept) == 2:
            break
    return list(kept.values())


def peak_second(access: Access, topic: int, volume: Volume, places: Places) -> tuple[datetime, int] | None:
    """Return the second of the busiest minute in which most was said, of what is archived; None where nothing is."""
    peak = volume.peak
    if peak is None or not peak.posts or peak.end - peak.start > timedelta(minutes=1):
        return None
    seconds = said_by_second(access, topic, peak.start, places)
    if not seconds.any():
        return None
    best = int(np.argmax(seconds))
    return peak.start + timedelta(seconds=best), int(seconds[best])

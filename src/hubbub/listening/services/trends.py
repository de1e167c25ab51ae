"""Looks for bursts, and keeps those that are found."""

from collections import defaultdict
from datetime import datetime, timedelta

import numpy as np
from django.db.models import Sum

from hubbub.infra import changes
from hubbub.listening.core.bursts import GOES_ON_MIN, LEAST_POSTS, WEEK_H, WEEKS, WINDOWS_MIN, Found, burst, rising
from hubbub.listening.core.digest import Digest, merged, unpacked
from hubbub.listening.models import EVERY_POST, BurstRow, DigestPart, HourRollup, RolledUp, Rollup

GOES_ON = timedelta(minutes=GOES_ON_MIN)
TERMS_H, BEFORE_H = 2, 28 * 24
"""Words of so many hours are held against those of so many before."""
KEPT = timedelta(days=90)


def look(now: datetime) -> list[int]:
    """Look at every topic of every workspace; return the bursts that began."""
    began = []
    for (workspace, topic), minutes in _lively(now).items():
        found = burst(_hours(workspace, topic, now), minutes, now.minute + 1)
        if found is not None and (row := _keep(workspace, topic, "", found, now)):
            began.append(row)
    for workspace, topic in _talked_of(now):
        for term, found in _terms(workspace, topic, now):
            if row := _keep(workspace, topic, term, found, now):
                began.append(row)
    BurstRow.objects.filter(seen_at__lt=now - KEPT).delete()
    return began


def _lively(now: datetime) -> dict[tuple[int, int], np.ndarray]:
    """Return the posts of the last minutes, of topics that had enough of them to be a burst."""
    last = int(now.timestamp() // 60)
    cells = Rollup.objects.filter(minute__gt=last - max(WINDOWS_MIN), minute__lte=last).exclude(topic=EVERY_POST)
    found: dict[tuple[int, int], np.ndarray] = defaultdict(lambda: np.zeros(max(WINDOWS_MIN)))
    told = cells.values_list("workspace_id", "topic", "minute").annotate(n=Sum("posts"))
    for workspace, topic, minute, posts in told:
        found[workspace, topic][minute - last - 1] += posts
    return {name: minutes for name, minutes in found.items() if minutes.sum() >= LEAST_POSTS}


def _hours(workspace: int, topic: int, now: datetime) -> np.ndarray:
    """Return the posts of each hour that ended, as far back as matters and something was heard."""
    hour = int(now.timestamp() // 3600)
    first = hour - WEEKS * WEEK_H
    counts = np.zeros(WEEKS * WEEK_H)
    rows = HourRollup.objects.filter(workspace_id=workspace, topic=topic, hour__gte=first, hour__lt=hour)
    settled = RolledUp.objects.values_list("hour", flat=True).first() or 0
    for at, posts in rows.values_list("hour").annotate(n=Sum("posts")):
        counts[at - first] += posts
    since = max(first, settled)
    cells = Rollup.objects.filter(workspace_id=workspace, topic=topic, minute__gte=since * 60, minute__lt=hour * 60)
    for minute, posts in cells.values_list("minute").annotate(n=Sum("posts")):
        counts[minute // 60 - first] += posts
    known = np.flatnonzero(counts)
    return counts[known[0] :] if len(known) else counts[:0]


def _talked_of(now: datetime) -> list[tuple[int, int]]:
    hour = int(now.timestamp() // 3600)
    parts = DigestPart.objects.filter(hours=1, hour__gt=hour - TERMS_H).exclude(topic=EVERY_POST)
    return list(parts.order_by("workspace_id", "topic").values_list("workspace_id", "topic").distinct())


def _terms(workspace: int, topic: int, now: datetime) -> list[tuple[str, Found]]:
    """Return the words and tags that come much more often than before."""
    hour = int(now.timestamp() // 3600)
    here = _digest(workspace, topic, hour - TERMS_H + 1, hour + 1)
    before = _digest(workspace, topic, hour - BEFORE_H, hour - TERMS_H + 1)
    found = []
    tried = len(here.words) + len(here.tags)
    for counts, known, sampled, past, sign in (
        (here.words, before.words, here.sampled, before.sampled, ""),
        (here.tags, before.tags, here.posts, before.posts, "#"),
    ):
        # What was kept of the past are its most frequent words: of one that is not among them there were fewer still.
        least = min(known.values(), default=0) if len(known) > 100 else 0
        for term, posts in counts.items():
            then = known.get(term, least)
            if (len(term) > 2 or not term.isascii()) and rising(posts, sampled, then, past, tried):
                expected = (then + 0.5) / (past + 1) * sampled
                found.append((f"{sign}{term}"[:100], Found(posts, TERMS_H * 60, expected)))
    return sorted(found, key=lambda each: -each[1].posts / each[1].expected)[:5]


def _digest(workspace: int, topic: int, since: int, until: int) -> Digest:
    parts = DigestPart.objects.filter(workspace_id=workspace, topic=topic, hour__gte=since, hour__lt=until)
    return merged(unpacked(made) for made in parts.values_list("made", flat=True))


def _keep(workspace: int, topic: int, term: str, found: Found, now: datetime) -> int | None:
    """Keep a burst, or that it goes on; return it if it is new."""
    rows = BurstRow.objects.filter(workspace_id=workspace, topic=topic, term=term)
    row = rows.filter(seen_at__gte=now - (GOES_ON if not term else timedelta(hours=TERMS_H + 1))).first()
    if row is None:
        row = BurstRow.objects.create(
            workspace_id=workspace,
            topic=topic,
            term=term,
            began_at=now - timedelta(minutes=found.minutes),
            seen_at=now,
            posts=found.posts,
            minutes=found.minutes,
            expected=found.expected,
        )
        changes.record(workspace, "burst", row.pk, now=now)
        return row.pk
    row.seen_at = now
    if found.times > row.posts / max(row.expected, 0.1):
        row.posts, row.minutes, row.expected = found.posts, found.minutes, found.expected
    row.save()
    return None

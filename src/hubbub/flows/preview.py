"""A preview of a query while somebody types it: what of the last minutes would have matched."""

import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hubbub.accounts.core.access import Access, Permission
from hubbub.channels import selectors as channels
from hubbub.channels.registry import channel_class
from hubbub.flows.looking import Looker, told_of
from hubbub.infra.places import Places
from hubbub.infra.spool import Frame, frames
from hubbub.kernel.ids import StreamId
from hubbub.listening.core.heard import HeardLine, Sought
from hubbub.listening.core.matcher import Matcher
from hubbub.listening.core.query import Facts, Query
from hubbub.listening.selectors.posts import posts

ENOUGH_S = 0.35
LITTLE = 500  # things told
HEARD = timedelta(days=7)
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Sample:
    """A post that would have matched."""

    who: str
    text: str
    said_at: datetime


@dataclass(frozen=True, slots=True)
class Preview:
    """How a query would have done."""

    looked: int  # lines
    matching: int  # posts
    since: datetime
    until: datetime
    samples: tuple[Sample, ...]
    heard: int = 0  # of the last posts heard for other topics,
    heard_matching: int = 0  # so many match

    @property
    def a_day(self) -> int | None:
        """As many posts a day, at this rate; None where too little was looked through to tell."""
        span = (self.until - self.since) / timedelta(days=1)
        return round(self.matching / span) if self.looked >= 1_000 and span > 0 else None


def preview(access: Access, query: Query, places: Places, *, now: datetime) -> Preview | None:
    """Look through the latest of what was told, as far back as somebody who types has patience for.

    Where that is little, what was heard for other topics lately is looked through, too. Returns None where there is
    neither. What several streams tell is taken in turn of when it came, the latest first.
    """
    access.require(Permission.READ)
    told = _of_spool(access, query, places)
    if told is not None and told.looked >= LITTLE:
        return told
    recent = posts(access, Sought(now - HEARD, now + timedelta(minutes=1)), places, limit=LITTLE).posts
    if not recent:
        return told
    rows = Matcher([(0, query)]).match([post.text for post in recent], lambda row: _facts(recent[row])).pairs[0]
    matching = [recent[row] for row in sorted({int(row) for row in rows})]
    samples = told.samples if told else ()
    more = (Sample(post.handle or post.name, post.text, post.said_at) for post in matching)
    samples += tuple(each for each in more if each.text not in {known.text for known in samples})
    told = told or Preview(0, 0, now, now, ())
    return replace(told, samples=samples[:SHOWN], heard=len(recent), heard_matching=len(matching))


def _facts(post: HeardLine) -> Facts:
    told = {"lang": post.language, "handle": post.handle, "author": post.author, "url": post.url, "links": (),
            "text": post.text, "followers": post.followers, "media": post.media, "parent": None,
            "repost_of": None}  # fmt: skip
    return Facts.of(told, post.channel)


def _of_spool(access: Access, query: Query, places: Places) -> Preview | None:
    found: dict[StreamId, str] = {
        StreamId(each.stream): each.kind for each in channels.connections(access) if each.stream is not None
    }
    kept: list[tuple[Frame, Looker]] = []
    for stream, kind in found.items():
        if not channel_class(kind).abilities.narrow and (held := list(frames(places.spool, stream))):
            looker = Looker(kind, query)
            kept += [(frame, looker) for frame in held]
    if not kept:
        return None
    until_s = time.monotonic() + ENOUGH_S  # from here on: the query is compiled
    kept.sort(key=lambda each: each[0].at, reverse=True)
    looked, matching, since = 0, 0, kept[0][0].at
    samples: list[Sample] = []
    for frame, looker in kept:
        lines = frame.lines()
        seen = looker.look(lines, frame.at)
        looked, matching, since = looked + len(lines), matching + len(seen.rows), min(since, frame.at)
        for row in reversed(seen.rows.tolist()):
            if len(samples) < SHOWN:
                handle, author, text, at = told_of(seen.batch, row, "handle", "author", "text", "happened_at")
                samples.append(Sample(handle or author or "", text or "", at))
        if time.monotonic() > until_s:
            break
    # A frame tells when its last line came: what was looked through began about a frame earlier.
    earlier = [frame.at for frame, _ in kept if frame.at < since]
    return Preview(looked, matching, max(earlier, default=since), kept[0][0].at, tuple(samples))

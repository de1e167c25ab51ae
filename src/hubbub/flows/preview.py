"""A preview of a query while somebody types it: what of the last minutes would have matched."""

import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hubbub.accounts.core.access import Access, Permission
from hubbub.flows.looking import Looker, kept, matching, told_of
from hubbub.infra.places import Places
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
    rows = matching(Matcher([(0, query)]), [post.text for post in recent], lambda row: _facts(recent[row]))
    samples = told.samples if told else ()
    more = (Sample(post.handle or post.name, post.text, post.said_at) for post in (recent[row] for row in rows))
    samples += tuple(each for each in more if each.text not in {known.text for known in samples})
    told = told or Preview(0, 0, now, now, ())
    return replace(told, samples=samples[:SHOWN], heard=len(recent), heard_matching=len(rows))


def _facts(post: HeardLine) -> Facts:
    told = {"lang": post.language, "handle": post.handle, "author": post.author, "url": post.url, "links": (),
            "text": post.text, "followers": post.followers, "media": post.media, "parent": None,
            "repost_of": None}  # fmt: skip
    return Facts.of(told, post.channel)


def _of_spool(access: Access, query: Query, places: Places) -> Preview | None:
    told = sorted(kept(access, places), key=lambda each: each[1].at, reverse=True)
    if not told:
        return None
    lookers = {kind: Looker(kind, query) for kind in {kind for kind, _ in told}}
    until_s = time.monotonic() + ENOUGH_S  # from here on: the query is compiled
    looked, found, since = 0, 0, told[0][1].at
    samples: list[Sample] = []
    for kind, frame in told:
        lines = frame.lines()
        seen = lookers[kind].look(lines, frame.at)
        looked, found, since = looked + len(lines), found + len(seen.rows), min(since, frame.at)
        for row in reversed(seen.rows.tolist()):
            if len(samples) < SHOWN:
                handle, author, text, at = told_of(seen.batch, row, "handle", "author", "text", "happened_at")
                samples.append(Sample(handle or author or "", text or "", at))
        if time.monotonic() > until_s:
            break
    # A frame tells when its last line came: what was looked through began about a frame earlier.
    earlier = [frame.at for _, frame in told if frame.at < since]
    return Preview(looked, found, max(earlier, default=since), told[0][1].at, tuple(samples))

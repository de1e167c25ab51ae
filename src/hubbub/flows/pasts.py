"""Reads what authors of watches said before: from what was heard, and from their networks. Once a watch."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from hubbub.accounts import selectors as accounts
from hubbub.accounts.core.access import Access
from hubbub.care import selectors as care
from hubbub.care.core.past import Word
from hubbub.care.core.reading import read_texts
from hubbub.care.core.understanding import Kind
from hubbub.care.selectors.pasts import Asked, pasts_to_read
from hubbub.care.services.pasts import learn_past
from hubbub.channels import selectors as channels
from hubbub.channels.core.contract import TIMELINE, Channel
from hubbub.channels.registry import channel_class, open_channel
from hubbub.infra.places import Places
from hubbub.kernel.batch import Event, RawBatch
from hubbub.kernel.errors import HubbubError
from hubbub.kernel.ids import WorkspaceId
from hubbub.kernel.text import clip
from hubbub.listening import selectors as listening
from hubbub.listening.core.heard import Sought
from hubbub.listening.core.matcher import Matcher
from hubbub.listening.core.query import Facts, Query, QueryError, parse
from hubbub.listening.selectors.posts import posts

log = logging.getLogger(__name__)
ANSWER_S = 15.0
LOOKS_BACK = timedelta(days=365)
MOST_TEXT = 500
Timelines = Mapping[int, tuple[str, RawBatch] | None]
"""By account, the kind of channel and its lines; None where its network can't be asked."""


def read_pasts(
    places: Places, *, allow_private: frozenset[str] = frozenset(), now: datetime, among: int | None = None
) -> int:
    """Read the past of whoever's turn it is; return of how many it was read. Trouble: they are asked later.

    `among`: see `pasts_to_read`.
    """
    done = 0
    asked = sorted(pasts_to_read(now, among=among), key=lambda each: each.workspace)
    for workspace, group in groupby(asked, key=lambda each: each.workspace):
        some = list(group)
        access = accounts.enter_as_hubbub(WorkspaceId(workspace))
        ours = _OurTopics(access)
        timelines = asyncio.run(_timelines(channels.for_asking(workspace), some, allow_private))
        for account in some:
            if account.id in timelines:
                told = timelines[account.id]
                words = _heard(access, account, ours, places, now) | (_said(*told, ours) if told else {})
                learn_past(account.id, _read(access, list(words.values())), now=now)
                done += 1
    return done


async def _timelines(
    networks: Sequence[tuple[str, dict[str, Any], dict[str, Any]]],
    asked: Sequence[Asked],
    allow_private: frozenset[str],
) -> Timelines:
    """Ask the network of each account; who could not be asked just now is left out."""
    found: dict[int, tuple[str, RawBatch] | None] = {}
    async with AsyncExitStack() as stack:
        opened: list[Channel] = []
        for kind, config, secret in networks:
            channel = open_channel(kind, config, secret, allow_private=allow_private)
            stack.push_async_callback(channel.aclose)
            opened.append(channel)
        for account in asked:
            try:
                found[account.id] = await _timeline(opened, account)
            except (HubbubError, TimeoutError) as error:
                log.info("What %s said before is read later. %s", account.native, error)
                if isinstance(error, HubbubError) and not error.retry:
                    found[account.id] = None  # it would be refused again
    return found


async def _timeline(opened: Sequence[Channel], account: Asked) -> tuple[str, RawBatch] | None:
    for channel in opened:
        if channel.connector == account.channel:
            async with asyncio.timeout(ANSWER_S):
                raw = await channel.timeline(account.native)
            if raw is not None:
                return channel.kind, raw
    return None


class _OurTopics:
    """Says whether a post is about us."""

    def __init__(self, access: Access) -> None:
        topics = [topic for topic in listening.all_topics() if topic.workspace == access.workspace and topic.klass.ours]
        self.ids = frozenset(int(topic.id) for topic in topics)
        queries: list[tuple[int, Query]] = []
        for topic in topics:
            try:
                queries.append((int(topic.id), parse(topic.query)))
            except QueryError:  # written by an older version; the topic page shows it
                continue
        self._matcher = Matcher(queries)

    def rows(self, texts: Sequence[str], facts: Sequence[Facts]) -> frozenset[int]:
        """Return which of some posts are about us."""
        return frozenset(self._matcher.match(texts, facts.__getitem__).pairs[0].tolist()) if texts else frozenset()


def _said(kind: str, raw: RawBatch, ours: _OurTopics) -> dict[str, Word]:
    """Return what a network told, by uri."""
    made = channel_class(kind)
    told = [
        post
        for post in made.parse(raw).posts.to_pylist()
        if not post["private"] and post["event"] == Event.CREATE and post["text"] and post["repost_of"] is None
    ][:TIMELINE]
    about = ours.rows([post["text"] for post in told], [Facts.of(post, made.connector) for post in told])
    return {
        post["uri"]: Word(
            post["uri"],
            post["created_at"] or post["happened_at"],
            clip(post["text"], MOST_TEXT),
            post["url"] or "",
            about_us=row in about,
        )
        for row, post in enumerate(told)
    }


def _heard(access: Access, account: Asked, ours: _OurTopics, places: Places, now: datetime) -> dict[str, Word]:
    """Return what was heard of an account already, by uri: rows and archive, no further back than is quick."""
    sought = Sought(now - LOOKS_BACK, now, channel=account.channel, author=account.native)
    return {
        line.uri: Word(
            line.uri,
            line.said_at,
            clip(line.text, MOST_TEXT),
            line.url,
            about_us=not ours.ids.isdisjoint(line.topics),
        )
        for line in posts(access, sought, places, limit=TIMELINE).posts
        if line.text
    }


def _read(access: Access, words: Sequence[Word]) -> list[Word]:
    """Note which of some posts complain."""
    readings = read_texts([word.text for word in words], care.understanding(access.workspace))
    return [
        Word(word.uri, word.said_at, word.text, word.url, word.about_us, reading.kind is Kind.COMPLAINT)
        for word, reading in zip(words, readings, strict=True)
    ]

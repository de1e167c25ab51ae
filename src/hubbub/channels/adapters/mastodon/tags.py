"""Public hashtags of a server: hears who says something with them. Nothing leaves by it."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import quote

import msgspec

from hubbub.channels.adapters.mastodon.heard import Mark
from hubbub.channels.adapters.mastodon.names import checked_id
from hubbub.channels.adapters.mastodon.news import DUE, OPENED, told
from hubbub.channels.adapters.mastodon.paging import pages
from hubbub.channels.adapters.mastodon.reader import Reader
from hubbub.channels.adapters.mastodon.server import NETWORK, address_of
from hubbub.channels.adapters.mastodon.status import Head, line_of, line_of_gone
from hubbub.channels.core.answers import UNREADABLE
from hubbub.channels.core.contract import (
    Abilities,
    Account,
    BadConnection,
    Field,
    NotPossible,
    Outgoing,
    Refused,
    Sent,
    SlowDown,
)
from hubbub.channels.core.gather import merged
from hubbub.infra.http import Http
from hubbub.kernel.batch import RawBatch
from hubbub.kernel.speech import mark, say
from hubbub.kernel.text import clean, clip, fold

MOST_TAGS = 10
_TAG = re.compile(r"\w{1,60}")
_REMEMBERED = 2_000
"""Posts that were heard lately: those with two of the tags are told twice."""


class Tags(Reader):
    """Hashtags of one server; satisfies `Channel`."""

    kind: ClassVar[str] = "mastodon_tags"
    connector: ClassVar[str] = "mastodon"
    label: ClassVar[str] = mark("Mastodon hashtags")
    about: ClassVar[str] = mark("Hears public posts with certain hashtags, as far as a server knows them.")
    abilities: ClassVar[Abilities] = Abilities(threads=True, asks=True, edits=True, deletes=True)
    fields: ClassVar[Sequence[Field]] = (
        Field(
            "server", mark("Server"), mark("A large one knows most of what is said, such as https://mastodon.social.")
        ),
        Field("tags", mark("Hashtags"), mark("Such as #acme #widget; at most 10.")),
        Field(
            "token",
            mark("Access token"),
            mark(
                "Only where the server shows hashtags to its own people alone. With one, nobody else shares the stream."
            ),
            secret=True,
            required=False,
        ),
    )

    def __init__(self, config: Mapping[str, Any], secret: Mapping[str, Any], http: Http) -> None:
        super().__init__(http, address_of(config.get("server"), self.label), str(secret.get("token") or "").strip())
        self._tags = _tags(config.get("tags"))

    @property
    def scope(self) -> str | None:
        """Server and tags: they are public, so they are heard once for all, unless a token opens more."""
        return None if self._server.has_token else f"mastodon:{self._server.host}#{'#'.join(self._tags)}"

    async def check(self) -> Account | None:
        """Ask for each hashtag once. There is no account of ours behind it."""
        await self._server.instance()
        for tag in self._tags:
            try:
                await self._server.get(_timeline(tag), list[msgspec.Raw], (("limit", 1),))
            except SlowDown:
                raise
            except Refused as refused:
                if self._server.has_token:
                    raise
                words = say(
                    "{host} shows hashtags to its own people only; give an access token. {refused}",
                    host=self._server.host,
                    refused=refused,
                )
                raise BadConnection(reason=words) from refused
        return None

    async def hear(self, cursor: Any) -> AsyncIterator[RawBatch]:
        """Yield public posts with the tags, from the cursor on, else from the newest there are; for ever."""
        domain, marks = await self._domain(), _marks(cursor, self._tags)
        heard: dict[str, str] = {}

        def batch(lines: list[bytes]) -> RawBatch:
            return RawBatch(lines, {tag: msgspec.to_builtins(mark) for tag, mark in marks.items()}, datetime.now(UTC))

        streams = {tag: told(self._server, "hashtag", (("tag", tag),)) for tag in self._tags}
        async with aclosing(merged(streams)) as events:
            async for tag, (event, data) in events:
                if (event, data) not in (OPENED, DUE):
                    if (line := _line(domain, event, data, heard)) is not None:
                        yield batch([line])
                    continue
                first = not marks[tag].after
                async with aclosing(pages(self._server, marks[tag], _timeline(tag), ())) as found:
                    async for page in found:
                        lines = [line for each in page if (line := _fresh(domain, each, heard)) is not None]
                        if lines or first:
                            yield batch(lines)

    async def send(self, message: Outgoing) -> Sent:
        """Raise: nothing leaves by a hashtag."""
        raise NotPossible(network=say("{network} without an account of yours", network=NETWORK), deed="take replies")


def _timeline(tag: str) -> str:
    return f"/api/v1/timelines/tag/{quote(tag)}"


def _line(domain: str, event: str, data: bytes, heard: dict[str, str]) -> bytes | None:
    """Return the line of what a stream told, None where it is known or no post."""
    if event in ("update", "status.update"):
        return _fresh(domain, msgspec.Raw(data), heard)
    if event != "delete":
        return None
    try:
        key = checked_id(data.decode("ascii", "replace").strip().strip('"'))
    except ValueError:
        return None
    heard.pop(key, None)
    return line_of_gone(domain, key, datetime.now(UTC))


def _fresh(domain: str, status: msgspec.Raw, heard: dict[str, str]) -> bytes | None:
    """Return the line of a post that was not heard yet, or not in this wording."""
    try:
        head = msgspec.json.decode(status, type=Head)
    except UNREADABLE:
        return line_of(domain, status)  # the parser says what is wrong with it
    key, edited = str(head.id), head.edited_at or ""
    if heard.get(key) == edited:
        return None
    heard[key] = edited
    while len(heard) > _REMEMBERED:
        heard.pop(next(iter(heard)))
    return line_of(domain, status)


def _tags(given: object) -> list[str]:
    """Return hashtags without their #, in order; BadConnection where there is none, or what is none."""
    words = re.split(r"[\s,;#]+", fold(clean(str(given or ""))))
    tags = sorted({word for word in words if word})
    if not tags:
        raise BadConnection(reason=say("{channel}: give at least one hashtag, such as #acme.", channel=say(Tags.label)))
    if len(tags) > MOST_TAGS:
        raise BadConnection(
            reason=say(
                "{channel}: {number} hashtags; at most {most} fit one connection.",
                channel=say(Tags.label),
                number=len(tags),
                most=MOST_TAGS,
            )
        )
    for tag in tags:
        if not _TAG.fullmatch(tag):
            raise BadConnection(
                reason=say(
                    "{channel}: {tag!r} is no hashtag; letters and digits make one.",
                    channel=say(Tags.label),
                    tag=clip(tag, 60),
                )
            )
    return tags


def _marks(cursor: object, tags: Sequence[str]) -> dict[str, Mark]:
    try:
        kept = msgspec.convert(cursor if cursor is not None else {}, dict[str, Mark])
    except msgspec.ValidationError:
        kept = {}
    return {tag: kept.get(tag, Mark()) for tag in tags}

"""What networks still have of what a query asks, for a topic that looks back."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hubbub.channels.core.values import StreamValue
from hubbub.channels.registry import channel_class, open_channel
from hubbub.kernel.batch import Lines, RawBatch
from hubbub.kernel.errors import HubbubError
from hubbub.kernel.speech import say
from hubbub.listening.core.query import Query
from hubbub.listening.core.query.nodes import Term, anchors

MOST_SEARCHES: Final = 20
"""Of one query, on one network."""
ANSWER_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a network found, in the form of `spool.Frame`."""

    stream: int
    raw: RawBatch
    since: datetime  # when the oldest of it was said

    @property
    def at(self) -> datetime:
        """When it was answered."""
        return self.raw.arrived_at

    def lines(self) -> Lines:
        """Return the lines."""
        return Lines.of(self.raw.lines)


def words_of(query: Query) -> list[str]:
    """Return what to search for, so that whatever matches is found: of each choice of a query one word or phrase."""
    terms = [each for each in anchors(query.root) or () if isinstance(each, Term)]
    return sorted(dict.fromkeys(term.literal for term in terms))[:MOST_SEARCHES]


async def answers(
    streams: Sequence[StreamValue], query: Query, since: datetime, allow_private: frozenset[str]
) -> tuple[list[tuple[str, Answer]], list[str]]:
    """Search each network for a query; return kinds of channels with what was found, and in words which failed."""
    found: list[tuple[str, Answer]] = []
    trouble: list[str] = []
    for stream in streams:
        channel = open_channel(stream.kind, stream.config, stream.secret, allow_private=allow_private)
        try:
            for words in words_of(query):
                async with asyncio.timeout(ANSWER_S):
                    raw = await channel.search(words, since)
                if raw is not None and (oldest := _oldest(stream.kind, raw)) is not None:
                    found.append((stream.kind, Answer(stream.id, raw, oldest)))
        except (HubbubError, TimeoutError) as error:
            trouble.append(
                say(
                    "{channel} could not be searched. {trouble}",
                    channel=say(channel.label),
                    trouble=str(error) or say("It took too long."),
                )
            )
        finally:
            await channel.aclose()
    return found, trouble


def _oldest(kind: str, raw: RawBatch) -> datetime | None:
    said = channel_class(kind).parse(raw).posts.column("created_at").drop_null().to_pylist()
    return min(said, default=None)

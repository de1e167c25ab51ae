"""What channels share that nobody listens to: a person or a program hands over what was said."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

import msgspec

from hubbub.channels.core.bare import Bare
from hubbub.channels.core.contract import Account, BadConnection, NotPossible, Outgoing, Sent
from hubbub.infra.http import Http
from hubbub.kernel.batch import Batch, BatchBuilder, RawBatch, rows_of
from hubbub.kernel.speech import say
from hubbub.kernel.text import clean, clip

YEARS: Final = (1970, 2200)
MAX_REASON: Final = 300


class HandedOver(Bare):
    """No network: there is nobody to ask and nothing to send through. What a channel has of these, it says itself."""

    unsent: ClassVar[str]  # what can't be done with a reply, in words that finish "… can't …"
    label: ClassVar[str]

    def __init__(self, config: Mapping[str, Any], secret: Mapping[str, Any], http: Http) -> None:
        self._http = http

    async def check(self) -> Account | None:
        """Return None: there is nothing to reach."""
        return None

    async def hear(self, cursor: Any) -> AsyncIterator[RawBatch]:
        """Yield nothing: what was said comes by itself."""
        none: tuple[RawBatch, ...] = ()
        for raw in none:
            yield raw

    async def send(self, message: Outgoing) -> Sent:
        """Raise: no program carries it."""
        raise NotPossible(network=say(self.label), deed=self.unsent)


def source_of(config: Mapping[str, Any], most: int) -> str:
    """Return the name of a source as its settings give it; BadConnection in words if it is none."""
    given = config.get("source")
    source = " ".join(clean(given).split()) if isinstance(given, str) else ""
    if not 1 <= len(source) <= most:
        raise BadConnection(reason=say("Source: give a name of at most {most} characters.", most=most))
    return source


def uri_part(source: str) -> str:
    """Return a source's name as one part of a uri."""
    return source.replace("%", "%25").replace("/", "%2F")


def told(
    raw: RawBatch, rows: Sequence[int] | None, add: Callable[[BatchBuilder, int, bytes, datetime], None], what: str
) -> Batch:
    """Return the posts that `add` makes of lines. One that it can't read, or calls senseless, is rejected in words.

    Parameters
    ----------
    add : is given builder, row, line and when it arrived; a ValueError says in words what makes no sense
    what : what a line is called, such as message
    """
    builder = BatchBuilder()
    for row, line in rows_of(raw, rows):
        try:
            add(builder, row, line, raw.arrived_at)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            words = clip(str(error), MAX_REASON).replace("`$[1]", "`$")  # the second of a pair is what was handed over
            builder.reject(row, say("This {what} can't be read: {words}.", what=say(what), words=words))
        except ValueError as error:
            builder.reject(row, str(error))
    return builder.build()


def moment(at: datetime, senseless: str) -> datetime:
    """Return a moment with a zone, UTC where none is told; ValueError in these words if it is of no sensible year."""
    if not YEARS[0] <= at.year <= YEARS[1]:
        raise ValueError(senseless)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at

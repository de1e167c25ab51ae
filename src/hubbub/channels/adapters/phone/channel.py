"""The telephone: who called in vain is heard as if they had written that they want to speak with us."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

import msgspec

from hubbub.channels.adapters.handed_over import YEARS, HandedOver, moment, source_of, told, uri_part
from hubbub.channels.core.contract import Abilities, Field
from hubbub.infra.http import Http
from hubbub.kernel.batch import Batch, BatchBuilder, RawBatch
from hubbub.kernel.speech import mark, say

MAX_SOURCE = 60


class Ring(msgspec.Struct, frozen=True, omit_defaults=True):
    """A call that asks for one back: by whom, when, and in words why."""

    id: str
    at: datetime
    number: str
    words: str
    name: str = ""


_LINES = msgspec.json.Decoder(tuple[str, Ring])


class Phone(HandedOver):
    """One telephone system; satisfies the `Channel` protocol. Answers are given by calling."""

    kind: ClassVar[str] = "phone"
    connector: ClassVar[str] = "phone"
    label: ClassVar[str] = mark("Telephone")
    about: ClassVar[str] = mark("Takes call records; who called in vain becomes a case with a call-back.")
    abilities: ClassVar[Abilities] = Abilities(narrow=True)
    fields: ClassVar[Sequence[Field]] = (
        Field(
            "source",
            mark("Source"),
            help=mark("The telephone system. Calls with the same source and id are the same call."),
        ),
    )
    unsent: ClassVar[str] = mark("carry words: call back, and note what came of it")

    def __init__(self, config: Mapping[str, Any], secret: Mapping[str, Any], http: Http) -> None:
        super().__init__(config, secret, http)
        self.source = source_of(config, MAX_SOURCE)

    def lines(self, rings: Iterable[Ring]) -> list[bytes]:
        """Return the lines that `parse` takes."""
        return [msgspec.json.encode((self.source, ring)) for ring in rings]

    @staticmethod
    def parse(raw: RawBatch, rows: Sequence[int] | None = None) -> Batch:
        """Turn calls into posts. Pure; never raises."""
        return told(raw, rows, _add, mark("call"))


def uri_of(source: str, native: str) -> str:
    """Return the identity of a call."""
    return f"phone:{uri_part(source)}/{native}"


def _add(builder: BatchBuilder, row: int, line: bytes, arrived_at: datetime) -> None:
    source, ring = _LINES.decode(line)
    if not ring.id.strip() or not ring.number.strip() or not ring.words.strip():
        raise ValueError(say("This call has no id, no number or no words."))
    at = moment(ring.at, say("This call is not of the years {first} to {last}.", first=YEARS[0], last=YEARS[1]))
    builder.add(
        row,
        uri_of(source, ring.id),
        min(at, arrived_at),
        author=ring.number,
        name=ring.name.strip() or ring.number,
        text=ring.words,
        private=True,
    )

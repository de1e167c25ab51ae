"""What a visitor said, as a line of JSON, and its way into a batch."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from hubbub.channels.adapters.handed_over import moment, told
from hubbub.kernel.batch import Batch, BatchBuilder, RawBatch
from hubbub.kernel.details import Details, File
from hubbub.kernel.speech import mark, say


class Sent(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file that a visitor sent."""

    key: str
    name: str
    type: str
    size: int

    @property
    def is_image(self) -> bool:
        """Whether a browser can show it."""
        return self.type.startswith("image/")


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of a visitor."""

    connection: int
    visit: str
    number: int
    name: str
    text: str
    at: datetime
    file: Sent | None = None


_LINES = msgspec.json.Decoder(Said)


def uri(connection: int, visit: str, number: int) -> str:
    """Return what a line is called."""
    return f"chat:{connection}/{visit}/{number}"


def line(said: Said) -> bytes:
    """Return the line that `parse` takes."""
    return msgspec.json.encode(said)


def parse(raw: RawBatch, rows: Sequence[int] | None = None) -> Batch:
    """Turn what visitors said into posts. Pure; never raises."""
    return told(raw, rows, _add, mark("message"))


def _add(builder: BatchBuilder, row: int, line: bytes, arrived_at: datetime) -> None:
    """Add a message; ValueError in words if a part of it makes no sense."""
    said = _LINES.decode(line)
    if not said.visit.isalnum() or not said.visit.isascii() or len(said.visit) > 40:
        raise ValueError(say("This message says of no visit."))
    if said.number < 1 or said.connection < 1:
        raise ValueError(say("This message has no number."))
    if not said.text.strip() and said.file is None:
        raise ValueError(say("This message has no text."))
    at = moment(said.at, say("This message has no date that can be."))
    sent = said.file
    builder.add(
        row,
        uri(said.connection, said.visit, said.number),
        min(at.astimezone(UTC), arrived_at),
        author=said.visit,
        name=said.name,
        text=said.text,
        root=uri(said.connection, said.visit, 1),
        media=1 if sent is not None and sent.is_image else 0,
        private=True,
        details=Details(files=(File(f"{said.visit}/{said.number}", sent.name, sent.type, max(0, sent.size)),))
        if sent
        else None,
    )

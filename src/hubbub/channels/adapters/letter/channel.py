"""White mail: what came on paper, as a person typed it in; answers leave on paper, too."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

import msgspec

from hubbub.channels.adapters.handed_over import YEARS, HandedOver, moment, told
from hubbub.channels.core.contract import Abilities, Attached, Field
from hubbub.infra import files
from hubbub.infra.places import places
from hubbub.kernel.batch import Batch, BatchBuilder, RawBatch
from hubbub.kernel.details import Details, File
from hubbub.kernel.speech import mark, say

MAX_FILES = 10
TYPES: Mapping[str, bytes] = {
    "application/pdf": b"%PDF-",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
}


class Letter(msgspec.Struct, frozen=True, omit_defaults=True):
    """A letter: who wrote what, when it came, and its scans."""

    id: str
    author: str  # what its writer is known by here
    name: str
    received_at: datetime
    text: str  # the subject on the first line
    address: str = ""  # to answer it: name and address, a line each
    files: tuple[File, ...] = ()
    parent: str | None = None  # the post it continues


_LINE = msgspec.json.Decoder(Letter)


class Letters(HandedOver):
    """A workspace's letters; satisfies the `Channel` protocol."""

    kind: ClassVar[str] = "letter"
    connector: ClassVar[str] = "letter"
    label: ClassVar[str] = mark("Letters")
    about: ClassVar[str] = mark("Takes letters that people type in, with their scans; answers are printed and posted.")
    abilities: ClassVar[Abilities] = Abilities(private=True, by_hand=True, narrow=True)
    fields: ClassVar[Sequence[Field]] = ()
    unsent: ClassVar[str] = mark("leave by themselves: print it, and say when it was posted")

    @staticmethod
    def lines(letters: Iterable[Letter]) -> list[bytes]:
        """Return the lines that `parse` takes."""
        return [msgspec.json.encode(letter) for letter in letters]

    @staticmethod
    def parse(raw: RawBatch, rows: Sequence[int] | None = None) -> Batch:
        """Turn letters into posts. Pure; never raises."""
        return told(raw, rows, _add, mark("letter"))

    async def attachment(self, ref: str) -> Attached | None:
        """Return a scan by its key."""
        data = files.read(places().files, ref)
        if data is None or (found := type_of(data)) is None:
            return None
        return Attached(name=f"{ref[:12]}.{found.rpartition('/')[2]}", type=found, data=data)


def type_of(data: bytes) -> str | None:
    """Return what a scan is, by its content; None where it is neither PDF, PNG nor JPEG."""
    return next((name for name, mark in TYPES.items() if data.startswith(mark)), None)


def uri_of(letter: str) -> str:
    """Return the identity of a letter."""
    return f"letter:{letter}"


def _add(builder: BatchBuilder, row: int, line: bytes, arrived_at: datetime) -> None:
    letter = _LINE.decode(line)
    if not letter.id.strip() or not letter.author.strip() or not letter.text.strip():
        raise ValueError(say("This letter has no id, no writer or no words."))
    if len(letter.files) > MAX_FILES:
        raise ValueError(
            say("This letter has {number} scans; at most {most} are taken.", number=len(letter.files), most=MAX_FILES)
        )
    received = moment(
        letter.received_at, say("This letter is not of the years {first} to {last}.", first=YEARS[0], last=YEARS[1])
    )
    builder.add(
        row,
        uri_of(letter.id),
        min(received, arrived_at),
        author=letter.author,
        name=letter.name,
        text=letter.text,
        parent=letter.parent,
        media=len(letter.files),
        private=True,
        ref=letter.address or None,
        details=Details(files=letter.files) if letter.files else None,
    )

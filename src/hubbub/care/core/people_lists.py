"""Lists of accounts: how a member is written, and what a file of them says."""

import csv
import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say
from hubbub.kernel.text import clean, clip

MEANS: Final = {
    "": mark("Only what the playbook asks for"),
    "listed": mark("Press or VIP: they are answered at once"),
    "employee": mark("They work for us: they are no voice"),
}
"""What being on a list means beside its name."""
MOST_ROWS: Final = 10_000
"""Lines of one file."""
_COLUMNS: Final = {
    "handle": ("handle", "account", "username", "user", "name", "address", "e-mail", "email", "konto"),
    "channel": ("channel", "network", "kanal", "netzwerk"),
    "reason": ("reason", "why", "note", "grund", "notiz"),
}


@dataclass(frozen=True, slots=True)
class Member:
    """Who is put on a list, and why."""

    channel: str
    handle: str
    reason: str = ""


def key_of(handle: str) -> str:
    """Return a handle as lists keep it.

    >>> key_of(" @Jo.Example.org "), key_of("Jo@Example.org")
    ('jo.example.org', 'jo@example.org')
    """
    return clean(handle).strip().removeprefix("@").casefold()


def member_of(channel: str, handle: str, reason: str, channels: Collection[str]) -> Member:
    """Return a member as it is kept.

    Raises
    ------
    InvalidInput
        If there is no such channel, no handle, or one is too long.
    """
    channel, kept = channel.strip().casefold(), key_of(handle)
    if channel not in channels:
        raise InvalidInput(
            reason=say(
                "There is no channel {kind!r}; there are {kinds}.", kind=clip(channel, 20), kinds=", ".join(channels)
            )
        )
    if not kept or len(kept) > 200 or " " in kept:
        raise InvalidInput(
            reason=say("‘{given}’ is no handle: one word, as the network writes it.", given=clip(handle, 40))
        )
    return Member(channel, kept, clip(" ".join(clean(reason).split()), 200))


def read_members(text: str, channel: str, channels: Collection[str]) -> tuple[Member, ...]:
    """Return who a CSV file puts on a list: all of them, or the first line that can't be read, in words.

    Parameters
    ----------
    text : with a first line of names: handle, and perhaps channel and reason; between them commas or semicolons
    channel : of those of which the file says none
    """
    head, _, _ = text.partition("\n")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ",")
    try:
        places = _places(next(rows, []))
        found = tuple(_members(rows, places, channel, channels))
    except csv.Error as error:
        raise InvalidInput(reason=say("The file can't be read as CSV: {error}.", error=error)) from None
    if not found:
        raise InvalidInput(reason="The file has no line beside its first one.")
    return tuple({(each.channel, each.handle): each for each in found}.values())


def _places(head: Sequence[str]) -> dict[str, int]:
    names = [each.strip().casefold() for each in head]
    places = {
        part: next(names.index(word) for word in known if word in names)
        for part, known in _COLUMNS.items()
        if any(word in names for word in known)
    }
    if "handle" not in places:
        raise InvalidInput(
            reason=say(
                "The first line names the columns: handle, and perhaps channel and reason. It has {columns}.",
                columns=clip(", ".join(filter(None, names)), 200) or say("nothing"),
            )
        )
    return places


def _members(
    rows: Iterator[list[str]], places: dict[str, int], channel: str, channels: Collection[str]
) -> Iterator[Member]:
    for number, row in enumerate(rows, 2):
        if not any(each.strip() for each in row):
            continue
        if number > MOST_ROWS + 1:
            raise InvalidInput(reason=say("At most {most:,} lines at once. Split the file.", most=MOST_ROWS))
        told = {part: row[place] if place < len(row) else "" for part, place in places.items()}
        try:
            where = told.get("channel", "").strip() or channel
            yield member_of(where, told["handle"], told.get("reason", ""), channels)
        except InvalidInput as error:
            raise InvalidInput(reason=say("Line {number}: {error}", number=number, error=error)) from None

"""What stands in the headers of a mail: people, message ids, dates. Pure."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_tz
from typing import NamedTuple

from hubbub.channels.adapters.mail.charset import words_of

HEARD = "x-hubbub-heard"
"""Put on top of a mail when it is heard: the mailbox's address, and where the mail lies in it."""

SIZE = "x-hubbub-size"
"""Put on top of a part whose content was taken out: how many bytes it had."""

MARK = "x-hubbub"
"""In what we send: our address, so that our own words are known when they come back."""

MAX_PEOPLE = 100
MAX_REFERENCES = 20
MAX_ADDRESS = 254
_ID = re.compile(r"<\s*([^<>\s]{1,900})\s*>")
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"?|\([^()]*\)|<[^<>]*>|,|;|:|[^",;:<>()]+|.', re.DOTALL)
_ADDRESS = re.compile(r"[^\s<>()\",;:@]+@[^\s<>()\",;:@]+|\"[^\"\r\n<>]+\"@[^\s<>()\",;:@]+")


class Person(NamedTuple):
    """Somebody a header names."""

    address: str  # lower case
    name: str = ""


def people_of(value: str) -> list[Person]:
    """Return whom a header names, as far as they have an address.

    >>> people_of('"Dahl, Mia" <Mia@Acme.example>, bob@acme.example (Bob), Team: =?utf-8?q?J=C3=B8?= <j@x.example>;')[0]
    Person(address='mia@acme.example', name='Dahl, Mia')
    """
    found: list[Person] = []
    words: list[str] = []
    angle = comment = ""

    def end() -> None:
        nonlocal angle, comment
        said = "".join(words)
        address = address_of(angle or said)
        if address:
            name = words_of(said).strip(" '") if angle else words_of(comment)
            found.append(Person(address, "" if name.lower() == address else name))
        words.clear()
        angle = comment = ""

    for piece in _PIECE.findall(value):
        if len(found) >= MAX_PEOPLE:
            break
        if piece in (",", ";"):
            end()
        elif piece == ":":
            words.clear()  # the name of a group
        elif piece[0] == "<":
            angle = piece
        elif piece[0] == "(" and len(piece) > 1:
            comment = piece[1:-1]
        elif piece[0] == '"' and len(piece) > 1:
            words.append(re.sub(r"\\(.)", r"\1", piece.strip('"')))
        else:
            words.append(piece)
    if len(found) < MAX_PEOPLE:
        end()
    return found


def address_of(text: str) -> str:
    """Return the address in some text, in lower case; empty where there is none.

    >>> address_of("<mailto:Bob@Example.org>")
    'bob@example.org'
    """
    found = _ADDRESS.search(text[:1_000].replace("mailto:", " "))
    address = found[0].strip(".'").lower() if found else ""
    return address if len(address) <= MAX_ADDRESS else ""


def ids_of(value: str) -> list[str]:
    """Return the message ids in a header, without angle brackets.

    >>> ids_of("<a@x> comment <b@x>"), ids_of("naked@x")
    (['a@x', 'b@x'], ['naked@x'])
    """
    return _ID.findall(value) or [each for each in value.split()[:1] if "@" in each and len(each) <= 900]


def moment_of(value: str) -> datetime | None:
    """Return the time a Date header tells; None where it tells none."""
    try:
        parts = parsedate_tz(value[:200])
        if parts is None:
            return None
        said = datetime(*parts[:6], tzinfo=UTC).timestamp() - (parts[9] or 0)
        return datetime.fromtimestamp(said, UTC) if said > 0 else None
    except (ValueError, TypeError, OverflowError, IndexError, OSError):
        return None

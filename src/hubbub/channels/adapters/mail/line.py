"""A mail as it travels: the bytes the server gave, without the content of large files. Pure."""

from hubbub.channels.adapters.mail.headers import HEARD, SIZE
from hubbub.channels.adapters.mail.mime import Part, read

MAX_FILE = 64 * 1024
"""Bytes of a file, as it travels, from which on its content is left where it is."""

MAX_WORDS = 1_000_000
"""Bytes of words of one part that travel."""


def line_of(data: bytes, *, mailbox: str, uid: int, validity: int) -> bytes:
    """Return the line for a mail that was heard in a mailbox."""
    where = f"{HEARD.title()}: {mailbox}; uid={uid}; validity={validity}\r\n".encode("ascii", "replace")
    made, at = [where], 0
    for part in read(data).walk():
        most = MAX_WORDS if part.type in ("text/plain", "text/html") and part.disposition != "attachment" else MAX_FILE
        if part.parts or part.end - part.start <= most:
            continue
        made.append(data[at : part.begins])
        if most == MAX_FILE:
            size = f"{SIZE.title()}: {_size_of(part)}\r\n".encode("ascii")
            made += (size, data[part.begins : part.start], b"\r\n")
        else:
            made.append(data[part.begins : part.start + most])
        at = part.end
    made.append(data[at:])
    return b"".join(made)


def _size_of(part: Part) -> int:
    """Return how many bytes a file has, nearly: nothing is decoded for it."""
    size = part.end - part.start
    if part.first("content-transfer-encoding").strip().lower() != "base64":
        return size
    lines = part.data.count(b"\n", part.start, part.end)
    ends = 2 if part.data.find(b"\r\n", part.start, part.end) >= 0 else 1
    padding = part.data[max(part.start, part.end - 8) : part.end].count(b"=")
    return max(0, (size - lines * ends) * 3 // 4 - padding)

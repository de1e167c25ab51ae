"""The parts of a mail, found in its bytes without trusting any of them. Pure.

The standard library's parser reads line by line and takes seconds for what a stranger can make; this
one searches, within limits, and leaves the bytes where they are.
"""

import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from hubbub.channels.adapters.mail.charset import from_base64, parameter_of, text_of

MAX_PARTS = 500
MAX_DEPTH = 20
MAX_HEADERS = 256_000
"""Bytes of the headers of one part that are read."""

MAX_FIELDS = 5_000
MAX_VALUE = 20_000
"""Characters of one header."""

MAX_LOOKS = 20_000
"""Places at which a boundary may begin that are looked at."""

_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(rb"\r?\n[ \t]+")
_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:[ \t]*(.*)", re.DOTALL)
_PARAMETER = re.compile(r';\s*([^\s=;"]{1,100})\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)')
_ESCAPED = re.compile(r"\\(.)")
_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+")


@dataclass(frozen=True)
class Part:
    """A mail, or a part of one. `begins`, `start` and `end` say where its headers and its body lie in the bytes."""

    data: bytes = field(repr=False)
    number: str  # "" for the whole mail, else as IMAP counts: "1", "2.1"
    fields: tuple[tuple[str, str], ...]  # lower-case names, unfolded values, from the top
    begins: int
    start: int
    end: int
    parts: tuple["Part", ...] = ()

    def all(self, name: str) -> list[str]:
        """Return every value of a header, from the top."""
        return [value for each, value in self.fields if each == name]

    def first(self, name: str) -> str:
        """Return the topmost value of a header; empty where it is missing."""
        return next((value for each, value in self.fields if each == name), "")

    @cached_property
    def type(self) -> str:
        """The media type, such as text/plain."""
        named = self.first("content-type").partition(";")[0].strip().lower()
        return named if _TYPE.fullmatch(named) else "text/plain"

    @cached_property
    def parameters(self) -> Mapping[str, str]:
        """What the type says beside itself, such as charset."""
        return parameters(self.first("content-type"))

    @cached_property
    def disposition(self) -> str:
        """`attachment`, `inline` or nothing."""
        return self.first("content-disposition").partition(";")[0].strip().lower()

    @cached_property
    def filename(self) -> str:
        """The file's name, without any folder; empty where it has none."""
        pieces = parameters(self.first("content-disposition"))
        name = parameter_of(dict(pieces), "filename") or parameter_of(dict(self.parameters), "name")
        return re.split(r"[/\\]", name)[-1][:200].strip()

    def content(self) -> bytes:
        """Return the body as it was before it was encoded to travel."""
        body = self.data[self.start : self.end]
        encoding = self.first("content-transfer-encoding").strip().lower()
        if encoding == "base64":
            return from_base64(body)
        return binascii.a2b_qp(body) if encoding == "quoted-printable" else body

    def text(self) -> str:
        """Return the body as text."""
        return text_of(self.content(), self.parameters.get("charset", "")).replace("\r\n", "\n").replace("\r", "\n")

    def walk(self) -> Iterator["Part"]:
        """Yield this part and all below it, from the top."""
        yield self
        for part in self.parts:
            yield from part.walk()


def parameters(value: str) -> dict[str, str]:
    """Return the parameters of a header as they came, their names in lower case.

    >>> parameters('text/plain; charset="utf-8"; Format=flowed')
    {'charset': 'utf-8', 'format': 'flowed'}
    """
    found: dict[str, str] = {}
    for name, given in _PARAMETER.findall(value):
        plain = _ESCAPED.sub(r"\1", given[1:-1]) if given.startswith('"') else given.strip()
        found.setdefault(name.lower(), plain)
    return found


def read(data: bytes) -> Part:
    """Read a mail. Whatever the bytes are, there is an answer."""
    return _Reader(data).part(0, len(data), "", 0)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.parts, self.fields, self.looks = MAX_PARTS, MAX_FIELDS, MAX_LOOKS

    def part(self, begins: int, end: int, number: str, depth: int) -> Part:
        self.parts -= 1
        start, fields = self._headers(begins, end)
        made = Part(self.data, number, fields, begins, start, end)
        boundary = made.parameters.get("boundary", "")
        if not made.type.startswith("multipart/") or not boundary or depth >= MAX_DEPTH:
            return made
        mark = b"--" + boundary.encode("utf-8", "replace")[:300].rstrip()
        parts = []
        for index, (first, last) in enumerate(self._between(mark, start, end), 1):
            if self.parts <= 0:
                break
            parts.append(self.part(first, last, f"{number}.{index}" if number else str(index), depth + 1))
        return Part(self.data, number, fields, begins, start, end, tuple(parts))

    def _headers(self, begins: int, end: int) -> tuple[int, tuple[tuple[str, str], ...]]:
        """Return where the body starts, and the headers."""
        data = self.data
        for blank in (b"\r\n", b"\n"):
            if data.startswith(blank, begins, end):
                return begins + len(blank), ()
        found = _END_OF_HEADERS.search(data, begins, end)
        stop, start = (found.start(), found.end()) if found else (end, end)
        block = _FOLD.sub(b" ", data[begins : min(stop, begins + MAX_HEADERS)])
        fields = []
        for line in block.splitlines():
            if self.fields <= 0:
                break
            if match := _FIELD.match(line):
                self.fields -= 1
                value = text_of(match[2][:MAX_VALUE], "utf-8").strip()
                fields.append((match[1].decode("ascii").lower(), value))
        return start, tuple(fields)

    def _between(self, mark: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield where the parts between lines that are the mark lie; a last one may never be closed."""
        data, begun = self.data, -1
        at = start if data.startswith(mark, start, end) else data.find(b"\n" + mark, start, end)
        while at >= 0 and self.looks > 0:
            self.looks -= 1
            line = at + (data[at : at + 1] == b"\n")
            after = line + len(mark)
            eol = data.find(b"\n", after, end)
            stop = eol if eol >= 0 else end
            rest = data[after : min(stop, after + 200)].strip()
            if rest in (b"", b"--"):
                if begun >= 0:
                    cut = at - (data[at - 1 : at] == b"\r") if at > begun else begun
                    yield begun, max(begun, cut)
                if rest:
                    return
                begun = min(stop + 1, end)
                at = data.find(b"\n" + mark, stop, end)
            else:
                at = data.find(b"\n" + mark, after, end)
        if 0 <= begun < end:
            yield begun, end

"""What every connector promises. A new network is a class that satisfies `Channel`.

The contract, which `tests/channels/contract.py` holds every connector to:

* `hear` yields `RawBatch`es in the network's order. Starting again from a batch's cursor hears
  everything after that batch; hearing something twice is allowed, missing something is not.
* `parse` is pure and never raises: a line it can't read becomes a `Reject` with the reason.
* A channel whose lines are JSON objects may name the `keys` under which words stand as they are. Lines that
  can't matter are then left out before they are parsed.
* `send` raises `Refused` when the network said no, `Unreachable` when nothing was acted on, and
  `AnswerLost` when nobody can tell. `find` then tells whether it is there.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Protocol

from hubbub.infra.http import Http
from hubbub.kernel.batch import Batch, RawBatch
from hubbub.kernel.details import File
from hubbub.kernel.errors import HubbubError
from hubbub.kernel.speech import say
from hubbub.kernel.text import graphemes


class Refused(HubbubError):
    """The network answered, and said no. `words` are its own."""

    status = 502
    message = "{network} said: “{words}”"


class SlowDown(Refused):
    """The network asks us to wait before the next call."""

    status, retry = 503, True
    message = "{network} asks us to wait {wait_s} seconds. It said: “{words}”"


class SignInAgain(Refused):
    """The account's password or permission is no longer accepted."""

    message = "{network} does not let this account in any more. It said: “{words}”"


class NotPossible(HubbubError):
    """This channel has no such thing."""

    status = 409
    message = "{network} can't {deed}."


class BadConnection(HubbubError):
    """The settings of a connection can't be used; the sentence says which and why."""

    status = 400
    message = "{reason}"


@dataclass(frozen=True, slots=True)
class Keys:
    """Under which keys of a line stands all that `parse` takes from it; a value that is no string counts whole."""

    words: tuple[str, ...]  # what was said
    names: tuple[str, ...]  # who is named, and which post: authors, those answered, threads
    sites: tuple[str, ...] = ()  # web addresses, where not among the words
    always: tuple[str, ...] = ()  # words among the names by which a line is always heard, as of an edit or a delete
    site: str = ""  # the host on which posts stand, where lines do not name it


MOST_FOUND = 1_000
"""Posts that one search brings."""

TIMELINE = 40
"""Posts of an account that are read at once, at most."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a channel can do. Lengths are counted the network's way, see `length`."""

    reply: bool = False
    posts: bool = False  # carries a public post of ours that answers nobody
    private: bool = False
    private_note: str = ""  # what somebody should know before they write privately there
    threads: bool = False
    asks: bool = False  # the network can be asked about any account
    searches: bool = False  # the network can be searched for what was said
    edits: bool = False
    deletes: bool = False
    files: int = 0  # how many may leave with a message
    file_types: tuple[str, ...] = ()  # that it takes, such as image/png; empty: all
    file_bytes: int = 8_000_000  # the largest one it takes
    max_length: int | None = None
    counts: str = "characters"  # or "graphemes"
    max_bytes: int | None = None
    by_hand: bool = False  # no network carries a reply: a person prints it, takes it away and says so
    ordered: bool = False  # a delete never comes before its create
    looks_up: bool = False  # `find` can tell whether a message arrived
    repeats: bool = False  # sent again with the same key, it is the same message: the other side promised
    historical: bool = False  # what it hears is old: nothing is due
    narrow: bool = False  # all it hears concerns us (our mentions, an import), so that no topic need match
    poll_s: float | None = None  # how often it asks, where it asks
    keys: Keys | None = None  # what stands where in its lines, if they are JSON objects with the words as they are


@dataclass(frozen=True, slots=True)
class Field:
    """One setting of a connection, as the form shows it."""

    name: str
    label: str
    help: str = ""
    secret: bool = False
    required: bool = True
    default: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody's profile on a network."""

    id: str
    handle: str
    name: str = ""
    followers: int | None = None
    follows: int | None = None
    posts: int | None = None
    reactions: float | None = None
    joined_at: datetime | None = None
    bio: str = ""
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of a message, with its content."""

    name: str
    type: str  # such as image/png
    data: bytes = field(repr=False)
    alt: str = ""  # a picture in words


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to send. `key` is fixed when it is queued, so that a repeat is the same message."""

    key: str
    text: str
    queued_at: datetime
    parent: str | None = None  # uri it answers
    parent_ref: str | None = None  # what `parse` kept for answering it
    to: str | None = None  # account id, for a private message
    private: bool = False
    files: tuple[Attached, ...] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """The network's yes."""

    uri: str
    url: str | None = None


class Channel(Protocol):
    """One connection to one network. Made by `registry.open_channel`; closed by `aclose`."""

    kind: ClassVar[str]  # as stored: "bluesky", "jetstream", "feed", …
    connector: ClassVar[str]  # as HUBBUB_ALLOW_PRIVATE names it
    label: ClassVar[str]  # as people read it
    about: ClassVar[str]  # one sentence for the page that offers it
    abilities: ClassVar[Abilities]
    fields: ClassVar[Sequence[Field]]

    def __init__(self, config: Mapping[str, Any], secret: Mapping[str, Any], http: Http) -> None: ...

    @property
    def scope(self) -> str | None:
        """The name under which a public stream is shared by all workspaces; None if it is one connection's own."""
        ...

    async def check(self) -> Account | None:
        """Try the connection; return our own account there, None where there is none. Raises in words."""
        ...

    def hear(self, cursor: Any) -> AsyncIterator[RawBatch]:
        """Yield what is said from the cursor on (None: from now or from what the network still has)."""
        ...

    @staticmethod
    def parse(raw: RawBatch, rows: Sequence[int] | None = None) -> Batch:
        """Turn lines (all, or the rows named) into a batch. Pure; never raises."""
        ...

    async def account(self, id_or_handle: str) -> Account | None:
        """Read a profile; None where the network has none."""
        ...

    async def last_post(self, id_or_handle: str) -> datetime | None:
        """Read when an account last said something in public; None where it never did, or nobody can tell."""
        ...

    async def timeline(self, id_or_handle: str) -> RawBatch | None:
        """Read the newest public posts of an account, at most TIMELINE, in the form `parse` takes; no reposts.

        No lines where the network has no such account; None where nobody can be asked.
        """
        ...

    async def thread(self, uri: str) -> RawBatch | None:
        """Read the conversation around a post, in the form `parse` takes; None where there are no threads."""
        ...

    async def search(self, words: str, since: datetime) -> RawBatch | None:
        """Read the newest public posts with these words, at most MOST_FOUND, in the form `parse` takes.

        None where there is no search.
        """
        ...

    async def attachment(self, ref: str) -> Attached | None:
        """Fetch a file that came with a message, by what its details name it; None where it is gone."""
        ...

    async def send(self, message: Outgoing) -> Sent:
        """Send a reply or private message."""
        ...

    async def find(self, message: Outgoing) -> Sent | None:
        """Say whether a message with this key arrived."""
        ...

    def expected_uri(self, message: Outgoing) -> str | None:
        """The uri the message will have, where the key fixes it."""
        ...

    async def aclose(self) -> None:
        """Close every connection."""
        ...


def length(text: str, abilities: Abilities) -> int:
    """Count a text as the network does."""
    return graphemes(text) if abilities.counts == "graphemes" else len(text)


def too_much(files: Sequence[File], abilities: Abilities) -> str | None:
    """Say in words what a network does not take of these files, as the rest of a sentence that names it; or None."""
    if len(files) > abilities.files:
        most = abilities.files
        return say("takes at most {most} files with a message.", most=most) if most else say("takes no files.")
    for file in files:
        if abilities.file_types and file.type not in abilities.file_types:
            if kind := file.type.partition("/")[2]:
                return say("takes no {kind} files like {name}.", kind=kind, name=file.name)
            return say("takes no such files like {name}.", name=file.name)
        if (file.size or 0) > abilities.file_bytes:
            most = abilities.file_bytes // 1_000_000
            return say("takes files of at most {most} MB; {name} is larger.", most=most, name=file.name)
    return None


def too_long(text: str, abilities: Abilities) -> str | None:
    """Say in words why a text is too long for the network, or None."""
    if abilities.max_length is not None and (count := length(text, abilities)) > abilities.max_length:
        return say("{number} characters; at most {most} fit.", number=count, most=abilities.max_length)
    if abilities.max_bytes is not None and (size := len(text.encode())) > abilities.max_bytes:
        return say("{number} bytes; at most {most} fit.", number=size, most=abilities.max_bytes)
    return None

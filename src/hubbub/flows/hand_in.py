"""Posts that somebody hands over: a message through the API, a file from the command line."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from hubbub.accounts import selectors as accounts
from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.services import audit
from hubbub.care import selectors as care
from hubbub.care.services import triage
from hubbub.channels import services
from hubbub.channels.adapters.file.channel import File
from hubbub.channels.adapters.generic.channel import Generic
from hubbub.channels.registry import open_channel
from hubbub.flows.apart import Hearing, Imported, heard_apart, long_lived_objects
from hubbub.flows.beside import ingest_beside
from hubbub.flows.decide import decide
from hubbub.infra.places import Places
from hubbub.kernel.batch import RawBatch
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.ids import WorkspaceId

POSTS = 2_000  # of a file, decided about at a time


@dataclass(frozen=True, slots=True)
class Handed:
    """What became of a message: whether it was new, and the number of its case."""

    stored: bool
    case: int | None


def hand_in(access: Access, source: str, message: Mapping[str, Any], *, places: Places, now: datetime) -> Handed:
    """Take one message of a source, once however often it is handed in, and decide about it.

    Raises
    ------
    InvalidInput
        If the message can't be read; nothing was stored.
    """
    access.require(Permission.WORK)
    channel = open_channel("generic", {"source": source}, {})
    assert isinstance(channel, Generic)
    raw = RawBatch(channel.lines([message]), None, now)
    batch = channel.parse(raw)
    if batch.rejects:
        raise InvalidInput(reason=batch.rejects[0].reason)
    config = {"source": channel.source}
    stream_id = services.stream_for(access, "generic", channel.source, config=config, now=now)
    done = ingest_beside(stream_id, raw.lines, places, now=now)
    decide(access.workspace, now)
    uri = batch.posts.column("uri")[0].as_py()
    return Handed(done.heard > 0, care.case_of(access, uri))


def import_file(
    workspace: WorkspaceId,
    config: Mapping[str, Any],
    *,
    places: Places,
    tell: Callable[[Imported], None] = lambda _: None,
) -> Imported:
    """Hear a file from where an earlier import of it stopped, and decide about every post.

    Raises
    ------
    BadConnection
        If the file can't be read; the sentence says why.
    """
    access = accounts.enter_as_hubbub(workspace)
    channel = open_channel("file", config, {})
    assert isinstance(channel, File)
    asyncio.run(channel.check())
    stream = services.stream_for(access, "file", channel.source, config=config, now=datetime.now(UTC))
    hearing = Hearing(stream, "file", config, places, str(connection.settings_dict["NAME"]))
    so_far = Imported(0, 0, 0)
    with long_lived_objects():
        for batch in heard_apart(hearing):
            _decide(workspace)
            so_far += batch
            tell(so_far)
        _decide(workspace)  # what an import that was killed had heard last
    now = datetime.now(UTC)
    audit(access, "file imported", channel.source, now=now, after={"heard": so_far.heard, "rejected": so_far.rejected})
    services.note_well(stream, now=now)
    return so_far


def _decide(workspace: WorkspaceId) -> None:
    understanding = care.understanding(workspace)
    while triage.triage(workspace, understanding=understanding, now=datetime.now(UTC), limit=POSTS):
        pass

"""Hearing again what could not be read, after it or the reading was mended."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.services import audit
from hubbub.channels import selectors, services
from hubbub.channels.core.values import HeldLine
from hubbub.channels.registry import channel_class
from hubbub.flows.beside import ingest_beside
from hubbub.infra.failpoints import failpoint
from hubbub.infra.places import Places
from hubbub.kernel.batch import RawBatch
from hubbub.kernel.errors import InvalidInput, NotFound
from hubbub.kernel.ids import StreamId
from hubbub.kernel.speech import say

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Again:
    """What became of lines that were read again."""

    heard: int  # posts that were new
    known: int  # lines that could be read, and told nothing new or nothing anybody listens for
    held: int  # lines that still can't be read


def hear_again(access: Access, places: Places, *, now: datetime, which: int | None = None, raw: str = "") -> Again:
    """Read quarantined lines again (all, or one), hear those that can be read now, and let them go.

    Parameters
    ----------
    raw : what stands there instead, where somebody mended the one line; only on a stream nobody else hears

    Raises
    ------
    InvalidInput
        If a mended line still can't be read, with the reason; it stays as it came.
    NotFound
        If the one line is not held, or not here.
    """
    access.require(Permission.LISTEN)
    if raw:
        return _mended(access, places, which, raw, now)
    done = Again(0, 0, 0)
    for lines in selectors.held_lines(access, which, AT_ONCE):
        by_stream: dict[tuple[StreamId, str], list[HeldLine]] = defaultdict(list)
        for line in lines:
            by_stream[line.stream, line.kind].append(line)
        for (stream, kind), held in by_stream.items():
            done = _plus(done, _hear(access, stream, kind, held, places, now))
    if which is not None and done == Again(0, 0, 0):
        raise NotFound(what="quarantined line", which=which)
    with transaction.atomic():
        audit(access, "quarantine read again", "", now=now, after={"heard": done.heard, "still held": done.held})
    return done


def _hear(access: Access, stream: StreamId, kind: str, held: list[HeldLine], places: Places, now: datetime) -> Again:
    parsed = channel_class(kind).parse(RawBatch([line.raw for line in held], None, now))
    reasons = {reject.row: reject.reason for reject in parsed.rejects}
    readable = [line for row, line in enumerate(held) if row not in reasons and line.whole]
    services.note_held({held[row].id: reason for row, reason in reasons.items()}, now=now)
    heard = 0
    if readable:
        heard = ingest_beside(stream, [line.raw for line in readable], places, now=now).heard
        failpoint("quarantine.heard")
        services.release([line.id for line in readable])
    return Again(heard, max(0, len(readable) - heard), len(held) - len(readable))


def _mended(access: Access, places: Places, which: int | None, raw: str, now: datetime) -> Again:
    held = next((line for lines in selectors.held_lines(access, which, 1) for line in lines), None)
    if which is None or held is None:
        raise InvalidInput(reason="This line is not held any more.")
    if not held.own:
        raise InvalidInput(reason="Others hear this stream, too: its lines can be read again, but not changed.")
    line = raw.encode().replace(b"\r\n", b" ").replace(b"\n", b" ").strip()
    parsed = channel_class(held.kind).parse(RawBatch([line], None, now))
    if parsed.rejects:
        raise InvalidInput(reason=say("It still can’t be read: {reason}", reason=parsed.rejects[0].reason))
    heard = ingest_beside(held.stream, [line], places, now=now).heard
    with transaction.atomic():
        services.release([held.id])
        before, after = held.raw.decode("utf-8", "replace")[:2_000], line.decode()[:2_000]
        audit(access, "quarantined line mended", held.scope, now=now, before=before, after=after)
    return Again(heard, 1 - min(1, heard), 0)


def _plus(one: Again, other: Again) -> Again:
    return Again(one.heard + other.heard, one.known + other.known, one.held + other.held)

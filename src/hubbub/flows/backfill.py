"""Hearing what was said before one listened: counted and archived like all else, but nobody has to look at it."""

from collections.abc import Iterable
from datetime import datetime

from hubbub.flows.beside import ingest_beside
from hubbub.infra.places import Places
from hubbub.kernel.batch import RawBatch
from hubbub.kernel.ids import StreamId


def hear_past(stream: StreamId, batches: Iterable[RawBatch], places: Places, *, now: datetime) -> int:
    """Hear lines of a stream that are older than its cursor, which stays; return how many posts were new.

    What is known already is not counted again, so that it can be heard as often as one likes.
    """
    return sum(ingest_beside(stream, raw.lines, places, now=now, past=True).heard for raw in batches)

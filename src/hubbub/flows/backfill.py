"""Hearing what was said before one listened: counted and archived like all else, but nobody has to look at it."""

from collections.abc import Iterable
from datetime import datetime

from hubbub.care.core.understanding import LinearModel
from hubbub.channels import selectors as channels
from hubbub.flows.ears import Ears
from hubbub.flows.ingest import ingest
from hubbub.infra.places import Places
from hubbub.kernel.batch import RawBatch
from hubbub.kernel.ids import StreamId
from hubbub.listening.services import Fenced

TRIES = 20


def hear_past(stream: StreamId, batches: Iterable[RawBatch], places: Places, *, now: datetime) -> int:
    """Hear lines of a stream that are older than its cursor, which stays; return how many posts were new.

    What is known already is not counted again, so that it can be heard as often as one likes. A listener that hears
    the same stream meanwhile goes on: whoever comes second takes up what the first committed.
    """
    ears, understanding = Ears.open(), LinearModel.shipped()
    heard = 0
    for raw in batches:
        for tries_left in reversed(range(TRIES)):
            try:
                value = channels.stream(stream)
                done = ingest(value, raw, ears=ears, understanding=understanding, places=places, now=now, past=True)
            except Fenced:
                if not tries_left:
                    raise
                continue
            heard += done.heard
            break
    return heard

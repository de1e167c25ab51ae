"""Hearing lines that are no piece of a stream: what is handed in, what is older, what is heard again after a mend."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from hubbub.care.core.understanding import LinearModel
from hubbub.channels import selectors as channels
from hubbub.channels.core.values import StreamValue
from hubbub.flows.ears import EARS_FOLLOW, Ears
from hubbub.flows.ingest import Ingested, catch_up, ingest
from hubbub.infra import changes, segments
from hubbub.infra.places import Places
from hubbub.kernel.batch import RawBatch
from hubbub.kernel.ids import StreamId
from hubbub.listening.services import Fenced

T = TypeVar("T")

TRIES = 20


def ingest_beside(stream: StreamId, lines: Sequence[bytes], places: Places, *, now: datetime, **how: Any) -> Ingested:
    """Ingest lines on a stream that another process may listen to meanwhile; its cursor stays where it is.

    What is known already is not counted again. Whoever comes second takes up what the first committed.

    Raises
    ------
    Fenced
        If the others were quicker twenty times.
    """
    ears, understanding = _ears(*map(changes.last_of, EARS_FOLLOW)), LinearModel.shipped()

    def work(value: StreamValue) -> Ingested:
        raw = RawBatch(lines, value.cursor, now)
        return ingest(value, raw, ears=ears, understanding=understanding, places=places, now=now, **how)

    return beside(stream, places, work)


def beside(stream: StreamId, places: Places, work: Callable[[StreamValue], T]) -> T:
    """Do work that commits on a stream another process may listen to meanwhile; return what it does.

    `work` is given the stream as it stands, and again whenever others committed first.

    Raises
    ------
    Fenced
        If the others were quicker twenty times.
    """
    with segments.alone(places.segments, stream, "turn"):  # many that come at once take turns, and none loses them all
        for tries_left in reversed(range(TRIES)):
            value = channels.stream(stream)
            catch_up(stream, value.next_segment, places)  # who committed last may have died before it told the index
            try:
                return work(value)
            except Fenced:
                if not tries_left:
                    raise
    raise AssertionError


@lru_cache(maxsize=1)
def _ears(*versions: int) -> Ears:
    """Compile the topics once for each change of what they hang on."""
    return Ears.open()

"""The archiver: carries committed segments into the Delta table, in order, each once."""

from datetime import datetime, timedelta

import pyarrow as pa

from hubbub.flows.ingest import catch_up
from hubbub.infra import archive, segments
from hubbub.infra.failpoints import failpoint
from hubbub.infra.places import Places
from hubbub.kernel.ids import StreamId
from hubbub.listening import selectors
from hubbub.listening.core.digest import digests
from hubbub.listening.services import history

ROWS = 100_000  # a Delta commit this large is six times cheaper a row than one of 1,000
AGE = timedelta(minutes=5)
AT_ONCE = 200_000  # posts held in memory: some 2 kB each, several times over while they are sorted and told


def archive_due(places: Places, *, now: datetime, age: timedelta = AGE, rows: int = ROWS) -> int:
    """Archive streams whose waiting segments are many or old; return how many segments went."""
    done = 0
    with archive.carrying(places.archive):
        for waiting in selectors.waiting_segments():
            if waiting.posts >= rows or abs(now - waiting.oldest) >= age:  # in the future once a clock was set back
                for numbers in waiting.pieces(AT_ONCE):
                    done += archive_stream(places, waiting.stream, numbers, waiting.next_segment, now=now)
    return done


def archive_stream(
    places: Places, stream: StreamId, numbers: tuple[int, ...], next_segment: int, *, now: datetime
) -> int:
    """Append a stream's waiting segments to the archive, note it, and remove the files."""
    catch_up(stream, next_segment, places)
    held = archive.archived_up_to(places.archive, stream)
    tables = {number: segments.read(places.segments, stream, number) for number in numbers}
    fresh = [table for number, table in tables.items() if held is None or number > held]
    if fresh:
        failpoint("archive.before_append")
        archive.append(places.archive, stream, numbers[-1], fresh)
        failpoint("archive.appended")
    history.archived(stream, numbers[-1], digests(pa.concat_tables(tables.values())), now=now)
    failpoint("archive.marked")
    segments.remove(places.segments, stream, numbers[-1])
    return len(numbers)

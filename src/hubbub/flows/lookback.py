"""A new topic looks back: at what public streams told of late, at what networks have, at what was archived for others.

What no topic had matched is heard as the past is: counted and archived, but nobody has to look at it. What was heard
already is put into the topic by a mark, as a correction is. Killed half-way, it begins again: nothing counts twice.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from hubbub.accounts import selectors as accounts
from hubbub.accounts.core.access import Access
from hubbub.channels import selectors as channels
from hubbub.flows.archive import archive_due
from hubbub.flows.beside import ingest_beside
from hubbub.flows.corrections import State, mark
from hubbub.flows.looking import Looker, kept, matching
from hubbub.flows.searching import Answer, answers
from hubbub.infra import archive
from hubbub.infra.archive import Part
from hubbub.infra.identities import Counted
from hubbub.infra.places import Places
from hubbub.infra.spool import Frame
from hubbub.kernel.batch import Event
from hubbub.kernel.errors import HubbubError
from hubbub.kernel.ids import StreamId, TopicId, WorkspaceId
from hubbub.kernel.speech import say, speaking
from hubbub.listening import selectors
from hubbub.listening.core import sketch
from hubbub.listening.core.baseline import Baseline, baseline
from hubbub.listening.core.corrections import MOST, Correction
from hubbub.listening.core.digest import distinct
from hubbub.listening.core.heard import Sought, at_us, us_of
from hubbub.listening.core.matcher import Matcher
from hubbub.listening.core.query import Facts, Query, parse
from hubbub.listening.core.span import Span
from hubbub.listening.models import EVERY_POST
from hubbub.listening.selectors import backfill, history
from hubbub.listening.services import backfill as services

log = logging.getLogger(__name__)

LOOKS_BACK: Final = timedelta(days=90)
"""So far back into the archive."""
TOLD_EVERY: Final = 5  # pieces
LEAST_TIMES: Final = 2.0
"""A word tells something of a topic where it comes so many times as often as elsewhere."""
_READ: Final = ("uri", "said_at", "event", "private", "topics", "channel", *Facts.TOLD)


def look_back_all(
    places: Places,
    *,
    allow_private: frozenset[str] = frozenset(),
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> int:
    """Let every topic that was asked to look back do so; return how many did."""
    done = 0
    for workspace, topic in backfill.asked():
        access = accounts.enter_as_hubbub(WorkspaceId(workspace))
        with speaking(access.language):
            done += _look_back(access, topic, places, allow_private, now)
    return done


def _look_back(
    access: Access, topic: int, places: Places, allow_private: frozenset[str], now: Callable[[], datetime]
) -> bool:
    try:
        found, trouble = look_back(access, topic, places, allow_private=allow_private, now=now())
    except HubbubError as error:
        services.ended(topic, None, str(error), now=now())
    except Exception:
        log.exception("Topic %s could not look back", topic)
        services.ended(topic, None, say("Something unexpected happened; the log says what."), now=now())
    else:
        services.ended(topic, found, trouble, now=now())
        return True
    return False


def look_back(
    access: Access, topic: int, places: Places, *, allow_private: frozenset[str] = frozenset(), now: datetime
) -> tuple[Baseline, str]:
    """Hear what was said of a topic before it was listened for; return what it comes to, and who could not be asked."""
    query = parse(selectors.topic(access, topic).query)
    archive_due(places, now=now, age=timedelta(0), rows=0)  # what waits is looked through with the rest
    since = now - LOOKS_BACK
    told: list[tuple[str, Frame | Answer]] = [each for each in kept(access, places) if each[1].at <= now]
    found_there, trouble = asyncio.run(answers(channels.for_searching(access), query, since, allow_private))
    told += found_there
    parts = archive.parts(places.archive, access.workspace, us_of(since), us_of(now))
    earliest = min([*(piece.since for _, piece in told), *(at_us(part.since_us) for part in parts)], default=now)
    earliest = max(earliest, since)
    services.note_pieces(topic, len(told) + len(parts), earliest)
    found = 0
    for done, posts in enumerate(_steps(access, topic, query, told, parts, places, now), 1):
        found += posts
        if done % TOLD_EVERY == 0:
            services.note_progress(topic, done, found)
    services.note_progress(topic, len(told) + len(parts), found)
    archive_due(places, now=now, age=timedelta(0), rows=0)  # so that its people and words are known
    return _baseline(access, topic, earliest, now), " ".join(trouble)


def _steps(
    access: Access,
    topic: int,
    query: Query,
    told: Sequence[tuple[str, Frame | Answer]],
    parts: Sequence[Part],
    places: Places,
    now: datetime,
) -> Iterator[int]:
    """Look through one piece after the other; yield how many posts of each count for the topic now."""
    lookers = {kind: Looker(kind, query) for kind in {kind for kind, _ in told}}
    heard: set[str] = set()
    for kind, piece in told:
        yield _hear(lookers[kind], piece, heard, places, now)
    matcher = Matcher([(0, query)])
    for part in parts:
        yield _put_in(access, topic, matcher, part, places, now)


def _hear(looker: Looker, piece: Frame | Answer, heard: set[str], places: Places, now: datetime) -> int:
    """Hear what of a piece matches, and what became of it since: edits and deletes of these posts."""
    seen = looker.look(piece.lines(), piece.at)
    uris = seen.batch.posts.column("uri").to_pylist()
    events = seen.batch.posts.column("event").to_pylist()
    matching = set(seen.rows.tolist())
    rows = []
    for row, (uri, event) in enumerate(zip(uris, events, strict=True)):
        if (event == Event.CREATE and row in matching) or (event != Event.CREATE and uri in heard):
            rows.append(row)
            heard.add(uri)
    if not rows:
        return 0
    places_of = seen.batch.posts.column("row").to_pylist()
    lines = [seen.lines[places_of[row]] for row in rows]
    return ingest_beside(StreamId(piece.stream), lines, places, now=now, past=True).heard


def _put_in(access: Access, topic: int, matcher: Matcher[int], part: Part, places: Places, now: datetime) -> int:
    """Put what of a part of the archive matches into the topic, where it is not yet."""
    try:
        table = part.read(_READ)
    except FileNotFoundError:
        return 0  # put together with others meanwhile; what it held was looked through, or is next time
    wording = pc.is_in(table.column("event"), pa.array([int(Event.CREATE), int(Event.EDIT)], pa.int8()))
    table = table.filter(pc.and_(wording, pc.invert(table.column("private"))))
    topics, rows = table.column("topics"), table.select((*Facts.TOLD, "channel")).to_pylist()
    found = _matching(matcher, rows)
    uris = iter(dict.fromkeys(table.column("uri")[row].as_py() for row in found if topic not in topics[row].as_py()))

    def after(row: Mapping[str, Any], cell: Counted) -> State:  # what it reads now may be another wording
        put = Correction(add=frozenset({topic}) if _matching(matcher, [row]) else frozenset())
        return put.topics(cell.topics), cell.sentiment

    done = 0
    while some := tuple(islice(uris, MOST)):
        sought = Sought(at_us(part.since_us), at_us(part.until_us + 1), uris=some)
        done += len(mark(access, sought, after, places, now=now))
    return done


def _matching(matcher: Matcher[int], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    texts = [row["text"] for row in rows]
    return matching(matcher, texts, lambda row: Facts.of(rows[row], rows[row]["channel"]))


def _baseline(access: Access, topic: int, since: datetime, now: datetime) -> Baseline:
    """Return what was said of a topic since a moment, as far as it was looked through."""
    span = Span(since, now, ZoneInfo(access.timezone))
    counts = history.volume_of(access, TopicId(topic), span)
    digest = history.digest_of(access, topic, span)
    everything = history.digest_of(access, EVERY_POST, span)
    telling = [each for each in distinct(digest, everything, 40) if each.times is None or each.times >= LEAST_TIMES]
    words = tuple(each.word for each in telling[:8])
    names = tuple(share.name for share in counts.channels)
    return baseline(since, now, counts.whole, names, digest, sketch.count([digest.authors]), words)

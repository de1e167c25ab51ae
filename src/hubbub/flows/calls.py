"""Call records: kept, and who called in vain is heard like anybody who writes to us, so that a case comes of it."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from hubbub.accounts import selectors as accounts
from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.services import audit
from hubbub.care.core.calls.columns import Columns, call_of, columns_of
from hubbub.care.core.calls.record import Call, words_of
from hubbub.care.selectors import calls as selectors
from hubbub.care.selectors import people
from hubbub.care.services import calls as services
from hubbub.care.services.calls import Kept
from hubbub.channels import services as channels
from hubbub.channels.adapters.file.table import Table, open_table
from hubbub.channels.adapters.phone.channel import Phone, Ring, uri_of
from hubbub.channels.registry import open_channel
from hubbub.flows.beside import ingest_beside
from hubbub.flows.decide import decide
from hubbub.infra.failpoints import failpoint
from hubbub.infra.places import Places
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.ids import WorkspaceId
from hubbub.kernel.speech import say, speaking

AT_ONCE = 2_000
RINGS = 200
SHOWN = 5


@dataclass(frozen=True, slots=True)
class ImportedCalls:
    """How an import of calls went."""

    read: int = 0
    kept: Kept = field(default_factory=Kept)
    rejected: int = 0
    reasons: Sequence[tuple[str, int, int]] = ()  # in words, how often, and the first line with it


def take(access: Access, source: str, calls: Sequence[Call], *, places: Places, now: datetime) -> Kept:
    """Keep what a telephone system tells of calls, and let who called in vain be called back. All of it, or nothing.

    Raises
    ------
    InvalidInput
        If a call makes no sense; the sentence names it.
    NotFound
        If a call belongs to a case that is not there.
    """
    source = services.source_name(source)
    done = services.keep(access, [replace(call, source=source) for call in calls], now=now)
    if done.new or done.changed:
        audit(access, "calls taken", source, now=now, after={"new": done.new, "changed": done.changed})
    failpoint("calls.kept")
    hand_over(access.workspace, places, now=now)
    return done


def hand_over(workspace: WorkspaceId, places: Places, *, now: datetime) -> int:
    """Hear the calls that ask for one back, and ask for it in their cases; return how many were asked for.

    Killed at any point, it is taken up again by whoever comes next: what was heard is known by its uri.
    """
    hubbub = accounts.enter_as_hubbub(workspace)
    with speaking(hubbub.language):
        return _hand_over(hubbub, places, now)


def _hand_over(hubbub: Access, places: Places, now: datetime) -> int:
    workspace, asked = hubbub.workspace, 0
    while waiting := selectors.waiting_calls(workspace, RINGS):
        moot = {pk for pk, call in waiting if _is_moot(workspace, call)}
        for source in sorted({call.source for _, call in waiting}):
            calls = [call for pk, call in waiting if call.source == source and pk not in moot]
            if calls:
                _hear(hubbub, source, calls, places, now)
        decide(workspace, now)
        failpoint("calls.heard")
        uris = {pk: "" if pk in moot else uri_of(call.source, call.native) for pk, call in waiting}
        asked += services.settle(workspace, uris, now=now)
    return asked


def _is_moot(workspace: WorkspaceId, call: Call) -> bool:
    """Whether we spoke with them since."""
    assert call.started_at is not None
    return selectors.reached_since(workspace, call.number, call.started_at)


def _hear(hubbub: Access, source: str, calls: Sequence[Call], places: Places, now: datetime) -> None:
    config = {"source": source}
    channel = open_channel("phone", config, {})
    assert isinstance(channel, Phone)
    names = people.names_of_numbers(hubbub.workspace, {call.number for call in calls})
    rings = [
        Ring(
            id=call.native,
            at=call.last_at or now,
            number=call.number,
            words=words_of(call),
            name=call.name or names.get(call.number, ""),
        )
        for call in calls
    ]
    stream = channels.stream_for(hubbub, "phone", source, config=config, now=now)
    ingest_beside(stream, channel.lines(rings), places, now=now)


# Files ----------------------------------------------------------------------
def look(access: Access, path: Path, mapping: str = "") -> tuple[Table, Columns]:
    """Return how a file of calls is read.

    Raises
    ------
    BadConnection
        If the file can't be read.
    InvalidInput
        If its columns can't be told apart; the sentence says which to name.
    """
    table = open_table(path)
    columns = columns_of(
        table.header,
        (table.values(record) for _, record in table.records()),
        given=mapping,
        zone=ZoneInfo(access.timezone),
        country=accounts.calling_code(access),
    )
    return table, columns


def import_calls(
    access: Access,
    path: Path,
    *,
    source: str,
    mapping: str = "",
    places: Places,
    tell: Callable[[int], None] = lambda _: None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> ImportedCalls:
    """Keep the calls of a file. The same file again adds nothing; lines that can't be read are kept apart.

    Raises
    ------
    BadConnection
        If the file can't be read.
    InvalidInput
        If its columns can't be told apart; the sentence says which to name.
    """
    access.require(Permission.LISTEN)
    source = services.source_name(source)
    table, columns = look(access, path, mapping)
    reasons: Counter[str] = Counter()
    first: dict[str, int] = {}
    read, rejected, kept = 0, 0, Kept()
    lines = _calls(table, columns, source)
    while some := list(islice(lines, AT_ONCE)):
        read += len(some)
        good = [each for _, each, _ in some if isinstance(each, Call)]
        bad = [(number, each, raw) for number, each, raw in some if isinstance(each, str)]
        try:
            kept += services.keep(access, good, now=now())
        except InvalidInput:  # one contradicts what is known of it
            for number, call, raw in ((number, call, raw) for number, call, raw in some if isinstance(call, Call)):
                try:
                    kept += services.keep(access, [call], now=now())
                except InvalidInput as error:
                    bad.append((number, str(error), raw))
        services.keep_rejects(access, source, bad, now=now())
        rejected += len(bad)
        for number, reason, _ in bad:
            reasons[reason] += 1
            first.setdefault(reason, number)
        tell(read)
    audit(
        access, "calls imported", source, now=now(),
        after={"read": read, "new": kept.new, "changed": kept.changed, "rejected": rejected},
    )  # fmt: skip
    hand_over(access.workspace, places, now=now())
    told = tuple((reason, count, first[reason]) for reason, count in reasons.most_common(SHOWN))
    return ImportedCalls(read, kept, rejected, told)


def _calls(table: Table, columns: Columns, source: str) -> Iterator[tuple[int, Call | str, str]]:
    """Yield each record's line, what it is (a call, or why it can't be read) and how it stands there."""
    repeats: Counter[str] = Counter()
    for number, record in table.records():
        if isinstance(record, str):
            yield number, say("This line {problem}.", problem=record.partition(":")[0]), record
            continue
        row = table.values(record)
        raw = "; ".join(row)
        digest = hashlib.sha256("\x1f".join(row).encode("utf-8", "replace")).hexdigest()[:32]
        repeats[digest] += 1
        try:
            yield number, call_of(columns, row, source=source, fallback_id=f"{digest}-{repeats[digest]}"), raw
        except InvalidInput as error:
            yield number, str(error), raw


def read_line(reasons: Iterable[tuple[str, int, int]]) -> list[str]:
    """Say why lines could not be read, each reason once, with where to look."""
    return [
        say("Line {line}: {reason} (and {more:,} more like it)", line=line, reason=reason, more=count - 1)
        if count > 1
        else say("Line {line}: {reason}", line=line, reason=reason)
        for reason, count, line in reasons
    ]

"""Lists of cases, and how much each view holds."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Person
from hubbub.care.core.case import NEVER, Folder, Priority, Status
from hubbub.care.core.filters import ME, NOBODY, QUEUES, Filter
from hubbub.care.core.views import (
    CaseLine,
    Counts,
    Due,
    Page,
    TagLine,
)
from hubbub.care.models import (
    CaseRow,
    CaseTag,
    Entry,
    ReadMark,
)
from hubbub.care.selectors.playbooks import day_end
from hubbub.care.selectors.sorting import tags_of
from hubbub.infra import db
from hubbub.infra.memory import recall
from hubbub.infra.search import Index, parse
from hubbub.kernel.errors import InvalidInput
from hubbub.listening.selectors import topic_names

PAGE = 50

LOOKED_THROUGH, MOST_LOOKS = 500, 20
"""How many finds of a search are held against the rest of what is asked for, at a time and for one page."""


COUNTED = 1000

NEEDS = Filter()

LOOKED_AT, LOOKED_AT_TO_COUNT = 20_000, 5_000
"""So many cases that an index leads to are held against what no index leads to: for one page, and for one count."""

FEW = 500  # cases of a tag that are looked up one by one

CASES = Index("case")


MINE = (Folder.NEEDS, Folder.HELD)


LINE = tuple(each.name for each in fields(CaseLine) if each.name not in ("owner_name", "unread", "tags"))
"""The columns of a case that its line in a list shows."""


def lines_of(rows: Sequence[Mapping[str, Any]], access: Access) -> tuple[CaseLine, ...]:
    """Return cases as lists show them, given their `LINE` columns."""
    marks = ReadMark.objects.filter(case__in=[row["id"] for row in rows], person_id=access.me)
    read = dict(marks.values_list("case_id", "at"))
    owners = Person.objects.filter(pk__in={row["owner"] for row in rows if row["owner"] is not None})
    names = dict(owners.values_list("pk", "name"))
    tags = tags_of(row["id"] for row in rows)
    return tuple(
        line_of(row, names.get(row["owner"], ""), read.get(row["id"]), tags.get(row["id"], ())) for row in rows
    )


def line_of(
    row: Mapping[str, Any], owner_name: str, read_at: datetime | None, tags: tuple[TagLine, ...] = ()
) -> CaseLine:
    """Return a line of a list, given its `LINE` columns."""
    read = {"status": Status(row["status"]), "folder": Folder(row["folder"]), "priority": Priority(row["priority"])}
    shown = {name: row[name] for name in LINE} | read
    unread = read["status"] is not Status.CLOSED and (read_at is None or read_at < row["last_inbound_at"])
    return CaseLine(**shown, owner_name=owner_name, unread=unread, tags=tags)


def cases(
    access: Access, asked: Filter = NEEDS, *, now: datetime | None = None, cursor: str = "", limit: int = PAGE
) -> Page:
    """Return a page of cases: what is due first, or the newest first where nothing is due.

    `now` is needed where it asks for what is late. A page may hold less than it could, or nothing, and yet have a next
    one: where little fits of many.

    Raises
    ------
    InvalidInput
        If the cursor is none of ours.
    """
    access.require(Permission.READ)
    limit = max(1, min(limit, 200))
    if asked.words.strip():
        return _found(access, _all(access).filter(_fits(access, asked, now)), asked.words, cursor, limit)
    paths = _paths(access, asked)
    if cursor:
        paths = [rows.filter(_after(_place(cursor), asked)) for rows in paths]
    paths, edge = _bounded(paths, asked, LOOKED_AT)
    fits = _fits(access, asked, now)
    rows = paths[0].filter(fits)
    if len(paths) > 1:
        first = [_ordered(each.filter(fits), asked).values_list("pk", flat=True)[: limit + 1] for each in paths]
        rows = _all(access).filter(pk__in=[pk for keys in first for pk in keys])
    found = _as_dicts(_ordered(rows, asked)[: limit + 1], (*LINE, "sort_at"))
    more = found[limit - 1] if len(found) > limit else edge
    return Page(lines_of(found[:limit], access), _cursor(more) if more else "")


def count(access: Access, asked: Filter, now: datetime) -> int:
    """Count cases, up to `COUNTED`, which stands for that many or more; of words, none are counted.

    Where little fits of very many, the count is of the first of these.
    """
    access.require(Permission.READ)
    if asked.words.strip():
        return 0
    paths, _ = _bounded(_paths(access, asked), asked, LOOKED_AT_TO_COUNT)
    fits = _fits(access, asked, now)
    return min(COUNTED, sum(rows.filter(fits).order_by()[:COUNTED].count() for rows in paths))


Place = tuple[datetime, int, int]


def _all(access: Access) -> QuerySet[CaseRow]:
    return CaseRow.objects.filter(workspace_id=access.workspace)


def _paths(access: Access, asked: Filter) -> list[QuerySet[CaseRow]]:
    """Return rows to which an index leads in order; together they hold all that is asked for."""
    rows = _all(access)
    if asked.view == "mine":
        return [rows.filter(owner_id=access.me, folder__in=MINE)]
    if asked.owner not in ("", NOBODY):
        rows = rows.filter(owner_id=_person(access, asked.owner))
    elif asked.queue:
        rows = rows.filter(queue=asked.queue)
    elif asked.topic:
        rows = rows.filter(topic=asked.topic)
    if asked.view == "all" and not asked.folders and not asked.queue and not asked.topic:
        return [rows]
    folders = (asked.folders or Folder) if asked.view == "all" else (asked.view,)
    return [rows.filter(folder=folder) for folder in folders]


def _person(access: Access, owner: str) -> int:
    return access.me if owner == ME else int(owner)


def _fits(access: Access, asked: Filter, now: datetime | None) -> Q:
    """Return all conditions of a filter but its words."""
    wanted: dict[str, Any] = {
        "topic": asked.topic,
        "team": asked.team,
        "queue": asked.queue,
        "channel__in": asked.channels,
        "kind__in": asked.kinds,
        "lang__in": asked.langs,
        "folder__in": asked.folders,
        "priority__in": [Priority[each.upper()] for each in asked.priorities],
    }
    fits = Q(**{name: value for name, value in wanted.items() if value})
    if asked.view == "mine":
        fits &= Q(owner_id=access.me, folder__in=MINE)
    elif asked.view != "all":
        fits &= Q(folder=asked.view)
    if asked.owner:
        fits &= Q(owner__isnull=True) if asked.owner == NOBODY else Q(owner_id=_person(access, asked.owner))
    if asked.late:
        fits &= Q(folder=Folder.NEEDS, sort_at__lt=now)
    return fits & _tagged(asked.tag) if asked.tag else fits


def _ordered(rows: QuerySet[CaseRow], asked: Filter) -> QuerySet[CaseRow]:
    down = "-" if asked.newest_first else ""
    return rows.order_by(f"{down}sort_at", f"{down}priority", f"{down}id")  # as the indexes have it


def _after(place: Place, asked: Filter) -> Q:
    """Return which rows stand after a place in the list."""
    at, pk, priority = place
    if asked.newest_first:
        then = Q(priority__lt=priority) | Q(priority=priority, pk__lt=pk)
        return Q(Q(sort_at__lt=at) | Q(then, sort_at=at), sort_at__lte=at)
    then = Q(priority__gt=priority) | Q(priority=priority, pk__gt=pk)
    return Q(Q(sort_at__gt=at) | Q(then, sort_at=at), sort_at__gte=at)


def _bounded(
    paths: list[QuerySet[CaseRow]], asked: Filter, most: int
) -> tuple[list[QuerySet[CaseRow]], dict[str, Any] | None]:
    """Cut rows off behind the first `most`, where little may fit of many; return where, None where nothing is cut."""
    if not asked.narrow:
        return paths, None
    columns = ("sort_at", "pk", "priority")
    edges = [_ordered(rows, asked).values_list(*columns)[most : most + 1].first() for rows in paths]
    found: list[Place] = [edge for edge in edges if edge is not None]
    if not found:
        return paths, None
    at, pk, priority = min(found, key=lambda edge: _rank(edge, asked))
    cut = Q(sort_at__gte=at) if asked.newest_first else Q(sort_at__lte=at)
    bounded = [rows.filter(cut).exclude(_after((at, pk, priority), asked)) for rows in paths]
    return bounded, {"sort_at": at, "id": pk, "priority": priority}


def _rank(edge: Place, asked: Filter) -> tuple[float, int, int]:
    at, pk, priority = edge
    sign = -1 if asked.newest_first else 1
    return sign * at.timestamp(), sign * priority, sign * pk


def _found(access: Access, rows: QuerySet[CaseRow], search: str, cursor: str, limit: int) -> Page:
    """Return the rows that a search finds, the youngest case first, `LOOKED_THROUGH` finds at a time."""
    below = _place(cursor)[1] if cursor else None
    query, columns = parse(search), (*LINE, "sort_at")
    found: list[dict[str, Any]] = []
    number = search.strip().removeprefix("#")
    if number.isdecimal() and len(number) < 12:  # a case's own number finds it first
        if below is None:
            found += _as_dicts(rows.filter(number=int(number)), columns)
        rows = rows.exclude(number=int(number))
    for _ in range(MOST_LOOKS):
        keys = CASES.find(access.workspace, query, below=below, limit=LOOKED_THROUGH)
        of_these = rows.filter(pk__in=keys).order_by("-id")
        found += _as_dicts(of_these, columns)
        below = keys[-1] if len(keys) == LOOKED_THROUGH else None
        if below is None or len(found) > limit:
            break
    if len(found) > limit:
        return Page(lines_of(found[:limit], access), _cursor(found[limit - 1]))
    more = {"sort_at": NEVER, "id": below, "priority": 0} if below is not None else None
    return Page(lines_of(found, access), _cursor(more) if more else "")


def _as_dicts(rows: QuerySet[CaseRow], columns: Sequence[str]) -> list[dict[str, Any]]:
    return [dict(zip(columns, each, strict=True)) for each in db.rows(rows, columns)]


def _tagged(tag: int) -> Q:
    """Return which cases have a tag: few are named one by one, of many each case is asked on the way."""
    keys = list(CaseTag.objects.filter(tag=tag).values_list("case_id", flat=True)[: FEW + 1])
    return Q(pk__in=keys) if len(keys) <= FEW else Q(Exists(CaseTag.objects.filter(tag=tag, case=OuterRef("pk"))))


def _cursor(row: Mapping[str, Any]) -> str:
    return (
        base64.urlsafe_b64encode(f"{row['sort_at'].isoformat()} {row['id']} {row['priority']}".encode())
        .decode()
        .rstrip("=")
    )


def _place(cursor: str) -> Place:
    try:
        at, pk, priority = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().rsplit(" ", 2)
        found = datetime.fromisoformat(at), int(pk), min(int(priority), 9)
        if found[0].utcoffset() != timedelta() or not 0 <= found[1] < 2**63:
            raise ValueError
    except (ValueError, UnicodeDecodeError, binascii.Error):
        raise InvalidInput(reason="The cursor is none of ours; begin the list anew.") from None
    return found


def due(access: Access, view: str, now: datetime) -> Due:
    """Return how much a view that is a folder holds, and how soon what needs an answer is due."""
    access.require(Permission.READ)
    return recall(access.workspace, ("due", view), lambda: _due(access.workspace, view, now))


def _due(workspace: int, view: str, now: datetime) -> Due:
    found = _count(
        workspace,
        {
            **{folder: {"folder": folder} for folder in Folder if folder == view},
            "late": _late(now),
            "soon": {"folder": Folder.NEEDS, "sort_at >=": now, "sort_at <": now + timedelta(minutes=15)},
        },
    )
    return Due(here=found.get(view), late=found["late"], soon=found["soon"])


def counts(access: Access, now: datetime) -> Counts:
    """Return how much every view and queue holds."""
    access.require(Permission.READ)
    midnight = day_end(access.timezone, now)
    mine = _count(access.workspace, {folder: {"owner_id": access.me, "folder": folder} for folder in MINE})
    return replace(
        recall(access.workspace, "counts", lambda: _counts_of_all(access.workspace, now)),
        mine=sum(mine.values()),
        answered_today=Entry.objects.filter(
            person_id=access.me,
            kind="reply",
            at__gte=midnight - timedelta(days=1),
            case__workspace_id=access.workspace,
        ).count(),
    )


def _counts_of_all(workspace: int, now: datetime) -> Counts:
    """Return the counts that are the same for everybody."""
    topics = tuple(topic_names(workspace).items())
    rows = CaseRow.objects.filter(workspace_id=workspace, folder=Folder.HELD).order_by("sort_at")
    found = _count(
        workspace,
        {
            "late": _late(now),
            **{("folder", folder): {"folder": folder} for folder in Folder},
            **{("queue", queue): {"queue": queue, "folder": Folder.NEEDS} for queue in QUEUES},
            **{("topic", pk): {"topic": pk, "folder": Folder.NEEDS} for pk, _ in topics},
        },
    )
    return Counts(
        folders={folder.value: found["folder", folder] for folder in Folder},
        mine=0,
        queues={queue: found["queue", queue] for queue in QUEUES},
        topics=tuple((pk, name, found["topic", pk]) for pk, name in topics),
        late=found["late"],
        next_held=rows.values_list("not_before", flat=True).first(),
        answered_today=0,
    )


def _late(now: datetime) -> dict[str, Any]:
    return {"folder": Folder.NEEDS, "sort_at <": now}


def _count(workspace: int, wanted: Mapping[Any, Mapping[str, Any]]) -> dict[Any, int]:
    ours = {key: {"workspace_id": workspace, **each} for key, each in wanted.items()}
    return db.counts(CaseRow, ours, COUNTED)

"""Reads of the live board. Of clocks and of what is due only, by their indexes: never of all cases."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.core.board import HOUR, SOON, Board, Colleague, Due, Level, Waiting, What, due_by, levels_by
from hubbub.care.core.case import Folder
from hubbub.care.core.levels import CaseFacts, ClockKind, Levels, length_words
from hubbub.care.core.states import AVAILABLE, AWAY, BUILT_IN
from hubbub.care.core.views import CaseLine
from hubbub.care.models import CaseRow, ClockRow, StateSpan
from hubbub.care.selectors.levels import levels
from hubbub.care.selectors.lists import COUNTED, LINE, lines_of
from hubbub.care.selectors.playbooks import day_end
from hubbub.care.selectors.ratings import score_since
from hubbub.care.selectors.team import states
from hubbub.infra import db
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say

SETTLES = timedelta(days=7)
REPLIES = (ClockKind.FIRST, ClockKind.NEXT)
LONGEST = 5
LISTED = 200


def board(access: Access, now: datetime) -> Board:
    """Return what the live board shows."""
    access.require(Permission.READ)
    midnight = day_end(access.timezone, now) - timedelta(days=1)
    ended = ClockRow.objects.filter(workspace_id=access.workspace, stopped_at__gte=midnight)
    counted = list(ended.order_by().values_list("kind", "channel", "outcome").annotate(n=Count("id")))
    replies = [(channel, outcome, n) for kind, channel, outcome, n in counted if kind in REPLIES]
    solved = sum(n for kind, _, outcome, n in counted if kind == ClockKind.RESOLUTION and outcome != "dropped")
    channels, queues = _due(access, now)
    first, contacts = _first_contact(ended)
    settled = ClockRow.objects.filter(
        workspace_id=access.workspace, stopped_at__gte=midnight - 2 * SETTLES, stopped_at__lt=midnight - SETTLES
    )
    settled_first, settled_contacts = _first_contact(settled)
    needs = {"needs": {"workspace_id": access.workspace, "folder": Folder.NEEDS}}
    return Board(
        at=now,
        channels=channels,
        queues=queues,
        needs=db.counts(CaseRow, needs, COUNTED)["needs"],
        longest=_longest(access),
        levels=_levels(access, replies, now),
        people=_people(access),
        came=ClockRow.objects.filter(
            workspace_id=access.workspace, started_at__gte=midnight, kind=ClockKind.RESOLUTION
        ).count(),
        answered=sum(n for _, outcome, n in replies if outcome != "dropped"),
        resolved=solved,
        first_contact=first,
        contacts=contacts,
        settled_first=settled_first,
        settled=settled_contacts,
        score=score_since(access.workspace, midnight),
    )


def _due(access: Access, now: datetime) -> tuple[tuple[Due, ...], tuple[Due, ...]]:
    """Return what is due within the hour by channel and by queue; of a thousand cases at most."""
    rows = CaseRow.objects.filter(workspace_id=access.workspace, folder=Folder.NEEDS, sort_at__lt=now + HOUR)
    found = list(rows.order_by("sort_at", "priority", "id").values_list("channel", "queue", "sort_at")[:COUNTED])
    by_channel = due_by(((channel, at) for channel, _, at in found), now)
    return by_channel, due_by(((queue, at) for _, queue, at in found if queue), now)


def _longest(access: Access) -> tuple[Waiting, ...]:
    rows = [row for kind in REPLIES for row in _waiting(access, kind)]
    rows.sort(key=lambda row: row.started_at)
    return tuple(
        Waiting(
            row.case.number,
            row.case.who,
            row.channel,
            row.started_at,
            row.due_at,
            row.case.owner.name if row.case.owner else "",
        )
        for row in rows[:LONGEST]
    )


def _waiting(access: Access, kind: ClockKind) -> QuerySet[ClockRow]:
    rows = ClockRow.objects.filter(workspace_id=access.workspace, kind=kind, stopped_at__isnull=True)
    return rows.select_related("case__owner").order_by("started_at")[:LONGEST]


def _levels(access: Access, replies: Iterable[tuple[str, str, int]], now: datetime) -> tuple[Level, ...]:
    late = ClockRow.objects.filter(
        workspace_id=access.workspace, stopped_at__isnull=True, due_at__lt=now, kind__in=REPLIES
    )
    waiting = dict(late.order_by().values_list("channel").annotate(n=Count("id")))
    replies = list(replies)
    used = levels(access.workspace)
    named = {channel for channel, _, _ in replies} | waiting.keys()
    return levels_by(replies, waiting, {channel: _targets(used, channel) for channel in named})


def _targets(used: Levels, channel: str) -> tuple[str, ...]:
    """Return what counts for an ordinary case of a channel, in words."""
    words = []
    for private in (False, True):
        facts = CaseFacts(channel, private)
        hours = used.policy(facts).calendar
        length = length_words(used.target(facts, ClockKind.FIRST))
        told = (
            say("in {length}, {hours}", length=length, hours=hours.name) if hours else say("in {length}", length=length)
        )
        words.append(told)
    return tuple(dict.fromkeys(words))


def _people(access: Access) -> tuple[Colleague, ...]:
    """Return who is here, and at what; free is who is available and has no case that needs an answer."""
    spans = StateSpan.objects.filter(workspace_id=access.workspace, until__isnull=True).select_related("person")
    here = list(spans.order_by("person__name", "person"))
    known = states(access.workspace)
    open_ones = CaseRow.objects.filter(
        workspace_id=access.workspace, owner__in=[row.person_id for row in here], folder=Folder.NEEDS
    )
    load = dict(open_ones.order_by().values_list("owner").annotate(n=Count("id")))
    return tuple(
        Colleague(
            row.person.name,
            row.state == AVAILABLE and not load.get(row.person_id),
            known.get(row.state, BUILT_IN[AWAY]).name,
            load.get(row.person_id, 0),
        )
        for row in here
    )


def _first_contact(ended: QuerySet[ClockRow]) -> tuple[int, int]:
    """Return how many were resolved at first contact, and of how many in which we answered."""
    found = ended.filter(kind=ClockKind.RESOLUTION, replies__gte=1).exclude(outcome="dropped")
    counted = found.aggregate(all=Count("id"), first=Count("id", filter=Q(replies=1, undone_at__isnull=True)))
    return counted["first"], counted["all"]


def board_cases(
    access: Access, what: What, now: datetime, *, channel: str = "", queue: str = ""
) -> tuple[CaseLine, ...]:
    """Return the cases behind a number, up to 200: what is due first, else what happened last, comes first."""
    access.require(Permission.READ)
    midnight = day_end(access.timezone, now) - timedelta(days=1)
    rows = CaseRow.objects.filter(workspace_id=access.workspace)
    clocks = ClockRow.objects.filter(workspace_id=access.workspace)
    if channel:
        rows, clocks = rows.filter(channel=channel), clocks.filter(channel=channel)
    if queue:
        rows, clocks = rows.filter(queue=queue), clocks.filter(queue=queue)
    edges = {What.LATE: (None, now), What.SOON: (now, now + SOON), What.HOUR: (now + SOON, now + HOUR)}
    if what is What.NEEDS or what in edges:
        since, until = edges.get(what, (None, None))
        needs = rows.filter(folder=Folder.NEEDS)
        needs = needs.filter(sort_at__gte=since) if since else needs
        needs = needs.filter(sort_at__lt=until) if until else needs
        keys = list(needs.order_by("sort_at", "priority", "id").values_list("pk", flat=True)[:LISTED])
    else:
        keys = list(dict.fromkeys(_behind(clocks, what, midnight, now).values_list("case", flat=True)[:LISTED]))
    found = {row["id"]: row for row in CaseRow.objects.filter(pk__in=keys).values(*LINE)}
    return lines_of([found[key] for key in keys if key in found], access)


def _behind(clocks: QuerySet[ClockRow], what: What, midnight: datetime, now: datetime) -> QuerySet[ClockRow]:
    """Return the clocks behind a number, newest first."""
    today = clocks.filter(stopped_at__gte=midnight).order_by("-stopped_at")
    replies, solved = today.filter(kind__in=REPLIES), today.filter(kind=ClockKind.RESOLUTION)
    match what:
        case What.MET:
            return replies.filter(outcome="met")
        case What.MISSED:
            late = Q(stopped_at__isnull=True, due_at__lt=now) | Q(stopped_at__gte=midnight, outcome="breached")
            return clocks.filter(late, kind__in=REPLIES).order_by("due_at")
        case What.ANSWERED:
            return replies.filter(outcome__in=("met", "breached"))
        case What.CAME:
            return clocks.filter(started_at__gte=midnight, kind=ClockKind.RESOLUTION).order_by("-started_at")
        case What.RESOLVED:
            return solved.exclude(outcome="dropped")
        case What.FIRST_CONTACT:
            return solved.exclude(outcome="dropped").filter(replies=1, undone_at__isnull=True)
    raise InvalidInput(reason=say("The board has no number {what!r}.", what=what))

"""Reads of what people work by published rosters, of swaps, and of calendars that are read without signing in."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from hubbub.accounts.core.access import Access, Permission
from hubbub.kernel.errors import NotFound
from hubbub.workforce.core.plan.presence import Shift
from hubbub.workforce.core.plan.swaps import Swap, SwapState
from hubbub.workforce.models import MemberRow, RosterRow, RulesRow, ShiftRow, SwapRow
from hubbub.workforce.selectors.people import own_member
from hubbub.workforce.selectors.plan import shift_of
from hubbub.workforce.selectors.rosters import in_order, monday_of, published_shifts

BACK, AHEAD = timedelta(days=28), timedelta(days=180)
OPEN = (SwapState.OFFERED, SwapState.TAKEN)
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Own:
    """A published shift of one's own."""

    shift: Shift
    row: int | None
    """What it can be offered by; none where it is being changed."""
    swap: Swap | None = None


def own_shifts(access: Access, since: date, until: date) -> tuple[Own, ...]:
    """Return what one works from the first day to before the last, as it was published."""
    access.require(Permission.READ)
    mine = own_member(access)
    if mine is None:
        return ()
    told = _published(access.workspace, mine.id, since, until)
    rows = {
        row.day: row
        for row in ShiftRow.objects.filter(member_id=mine.id, day__gte=since, day__lt=until).select_related("roster")
    }
    open_swaps = {each.shift.id: each for each in swaps(access, giver=mine.id)}
    found = []
    for each in told:
        row = rows.get(each.day)
        same = row is not None and shift_of(row).pieces == each.pieces and row.roster.published_at is not None
        found.append(Own(each, row.pk if row and same else None, open_swaps.get(row.pk) if row else None))
    return tuple(found)


def _published(workspace: int, member: int, since: date, until: date) -> tuple[Shift, ...]:
    rosters = RosterRow.objects.filter(
        workspace_id=workspace, published_at__isnull=False, monday__gte=monday_of(since), monday__lt=until
    )
    return in_order(
        each
        for roster in rosters
        for each in published_shifts(roster)
        if each.member == member and since <= each.day < until
    )


def swaps(access: Access, *, giver: int | None = None) -> tuple[Swap, ...]:
    """Return swaps that are open: all to who plans; to others those they offer, and those they may take."""
    access.require(Permission.READ)
    rows = SwapRow.objects.filter(workspace_id=access.workspace, state__in=OPEN)
    if giver is not None:
        rows = rows.filter(giver_id=giver)
    elif not access.may(Permission.PLAN):
        mine = own_member(access)
        who = mine.id if mine else 0
        rows = rows.filter(Q(giver_id=who) | Q(taker_id=who) | Q(taker=None))
    return _values(rows.order_by("id")[:SHOWN])


def _values(rows: QuerySet[SwapRow]) -> tuple[Swap, ...]:
    return tuple(value_of(each) for each in rows.select_related("giver", "taker", "shift", "for_shift"))


def value_of(row: SwapRow) -> Swap:
    """Return a row as a value."""
    return Swap(
        row.pk, SwapState(row.state), row.giver_id, row.giver.name, row.taker_id, row.taker.name if row.taker else "",
        shift_of(row.shift), shift_of(row.for_shift) if row.for_shift else None, row.note,
    )  # fmt: skip


def swaps_pass(access: Access) -> bool:
    """Tell whether swaps that break no rule are done without anybody's leave."""
    access.require(Permission.READ)
    return RulesRow.objects.filter(workspace_id=access.workspace, swaps_pass=True).exists()


def feed_key(access: Access) -> str | None:
    """Return by which name one's own calendar is found; None where one stands on no roster."""
    access.require(Permission.READ)
    rows = MemberRow.objects.filter(workspace_id=access.workspace, person_id=access.me)
    return rows.values_list("feed", flat=True).first()


@dataclass(frozen=True, slots=True)
class Calendar:
    """The shifts of one person for a calendar, and of nobody else."""

    name: str
    workspace: str
    timezone: str
    language: str
    key: str
    shifts: tuple[Shift, ...]
    published_at: datetime | None


def calendar(key: str, today: date) -> Calendar:
    """Return the calendar behind a secret name.

    Raises
    ------
    NotFound
        If no calendar has it, or whose it was has left.
    """
    row = MemberRow.objects.filter(feed=key).select_related("workspace").first() if key else None
    if row is None or (row.left_on is not None and row.left_on <= today):
        raise NotFound(what="calendar", which=key[:40])
    since, until = today - BACK, today + AHEAD
    told = RosterRow.objects.filter(
        workspace_id=row.workspace_id, published_at__isnull=False, monday__gte=monday_of(since), monday__lt=until
    )
    newest = max((each for each in told.values_list("published_at", flat=True) if each is not None), default=None)
    return Calendar(
        row.name, row.workspace.name, row.workspace.timezone, row.workspace.language, str(row.pk),
        _published(row.workspace_id, row.pk, since, until), newest,
    )  # fmt: skip

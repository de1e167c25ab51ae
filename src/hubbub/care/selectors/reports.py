"""Reads of reports: of what happened in the span only, by the indexes of clocks, contacts, ratings and states."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.core.levels import ClockKind
from hubbub.care.core.report import Asked, Cut, Report, Row, What, cases_of
from hubbub.care.core.views import CaseLine
from hubbub.care.models import CaseRow, ClockRow, Contact, Incident, Rating, StateSpan
from hubbub.care.selectors.lists import LINE, lines_of
from hubbub.care.selectors.team import DONE
from hubbub.listening.selectors import topic_names

_CASE = ("case_id", "case__channel", "case__kind", "case__rule", "case__wrap_up_id", "case__problems")
REPLIES = (ClockKind.FIRST, ClockKind.NEXT)


def report(access: Access, asked: Asked, now: datetime) -> Report:
    """Return a report."""
    access.require(Permission.READ)
    return Report(asked, {what: rows_of(access, what, asked, now) for what in What}, _states(access, asked, now))


def report_cases(access: Access, asked: Asked, cut: Cut, now: datetime) -> list[int]:
    """Return the ids of the cases behind a number, the newest first."""
    access.require(Permission.READ)
    return cases_of(rows_of(access, cut.what, asked, now), cut, asked.zone)


def lines_by_id(access: Access, ids: Sequence[int]) -> tuple[CaseLine, ...]:
    """Return cases as lists show them, in this order."""
    access.require(Permission.READ)
    found = {row["id"]: row for row in CaseRow.objects.filter(workspace_id=access.workspace, pk__in=ids).values(*LINE)}
    return lines_of([found[key] for key in ids if key in found], access)


def rows_of(access: Access, what: What, asked: Asked, now: datetime) -> list[Row]:
    """Return what happened, oldest first."""
    match what:
        case What.RATED:
            return _ratings(access, asked)
        case What.HANDLED:
            return _contacts(access, asked)
        case What.GROUPED:
            return _grouped(access, asked)
    clocks = ClockRow.objects.filter(workspace_id=access.workspace)
    began = clocks.filter(started_at__gte=asked.since, started_at__lt=asked.until)
    ended = clocks.filter(stopped_at__gte=asked.since, stopped_at__lt=asked.until).exclude(outcome="dropped")
    earlier = ClockRow.objects.filter(case=OuterRef("case"), kind=ClockKind.RESOLUTION, id__lt=OuterRef("id"))
    solving, solved = began.filter(kind=ClockKind.RESOLUTION), ended.filter(kind=ClockKind.RESOLUTION)
    contacts = solved.filter(replies__gte=1)
    rows = {
        What.ARRIVED: solving.filter(~Exists(earlier)),
        What.REOPENED: solving.filter(Exists(earlier)),
        What.ANSWERED: ended.filter(kind__in=REPLIES),
        What.FIRST: ended.filter(kind=ClockKind.FIRST),
        What.NEXT: ended.filter(kind=ClockKind.NEXT),
        What.RESOLVED: solved,
        What.CONTACTS: contacts,
        What.FIRST_CONTACT: contacts.filter(
            ~Exists(earlier.exclude(outcome="dropped")), replies=1, undone_at__isnull=True
        ),
        What.LATE: clocks.filter(
            kind__in=REPLIES, stopped_at__isnull=True, due_at__gte=asked.since, due_at__lt=min(asked.until, now)
        ),
    }[what]
    began_with = what in (What.ARRIVED, What.REOPENED)
    who = "case__owner_id" if began_with or what is What.LATE else "person_id"
    at = "started_at" if began_with else "due_at" if what is What.LATE else "stopped_at"
    columns = (*_CASE, at, who, "outcome", "target_s", "started_at", "stopped_at", "spent_s")

    def row(each: Sequence[Any]) -> Row:
        *_, outcome, target, start, stop, spent = each
        lasted = (stop - start).total_seconds() if stop is not None else 0.0
        return _row(each, level="late" if stop is None else outcome, target_s=target or 0, seconds=lasted, open_s=spent)

    return _rows(rows, asked, columns, who, row, at)


def _row(each: Sequence[Any], **more: Any) -> Row:
    case, channel, kind, rule, wrap_up, problems, at, person = each[:8]
    return Row(case, at, channel, kind, person or 0, rule, wrap_up or 0, tuple(problems or ()), **more)


def _rows(
    rows: QuerySet[Any], asked: Asked, columns: Sequence[str], who: str, row: Callable[[Sequence[Any]], Row], at: str
) -> list[Row]:
    wanted = {
        "case__channel": asked.channel,
        "case__kind": asked.kind,
        "case__team": asked.team,
        "case__topic": asked.topic,
        who: asked.person,
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    return [row(each) for each in rows.order_by(at, "id").values_list(*columns).iterator(5_000)]


def _ratings(access: Access, asked: Asked) -> list[Row]:
    rows = Rating.objects.filter(
        workspace_id=access.workspace, answered_at__gte=asked.since, answered_at__lt=asked.until
    )
    columns = (*_CASE, "answered_at", "person_id", "score")
    return _rows(rows, asked, columns, "person_id", lambda each: _row(each, score=each[8] or 0), "answered_at")


def _contacts(access: Access, asked: Asked) -> list[Row]:
    rows = Contact.objects.filter(
        workspace_id=access.workspace, ended_at__gte=asked.since, ended_at__lt=asked.until, outcome__in=DONE
    )
    columns = (*_CASE, "ended_at", "person_id", "worked_s", "wrap_s")
    return _rows(rows, asked, columns, "person_id", lambda each: _row(each, seconds=each[8] + each[9]), "ended_at")


def _grouped(access: Access, asked: Asked) -> list[Row]:
    opened = Incident.objects.filter(
        workspace_id=access.workspace, opened_at__gte=asked.since, opened_at__lt=asked.until
    )
    wanted = {
        "channel": asked.channel, "kind": asked.kind, "team": asked.team, "topic": asked.topic, "owner": asked.person,
    }  # fmt: skip
    rows = CaseRow.objects.filter(workspace_id=access.workspace, incident__in=opened)
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    columns = ("id", "channel", "kind", "rule", "wrap_up_id", "problems", "incident__opened_at", "owner_id", "incident")
    return [_row(each, incident=each[8]) for each in rows.order_by("id").values_list(*columns)]


def _states(access: Access, asked: Asked, now: datetime) -> dict[int, dict[str, float]]:
    """Return for how many seconds of the span each person was in each state."""
    end = min(asked.until, now)
    rows = StateSpan.objects.filter(
        Q(until__isnull=True) | Q(until__gt=asked.since), workspace_id=access.workspace, since__lt=end
    )
    if asked.person:
        rows = rows.filter(person_id=asked.person)
    found: defaultdict[int, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for person, state, since, until in rows.values_list("person_id", "state", "since", "until"):
        lasted = min(until or end, end) - max(since, asked.since.astimezone(UTC))
        found[person][state] += max(0.0, lasted.total_seconds())
    return {person: dict(states) for person, states in found.items()}


def incident_titles(access: Access, asked: Asked) -> dict[int, str]:
    """Return the incidents that were opened in the span, newest first."""
    access.require(Permission.READ)
    rows = Incident.objects.filter(workspace_id=access.workspace, opened_at__gte=asked.since, opened_at__lt=asked.until)
    return dict(rows.order_by("-opened_at").values_list("pk", "title"))


def topics_of(access: Access) -> dict[int, str]:
    """Return the topics there are."""
    access.require(Permission.READ)
    return dict(topic_names(access.workspace))

"""The life of an incident as people lead it: begun by hand, led, noted, merged."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Membership, Workspace
from hubbub.care.core.case import Status
from hubbub.care.core.incidents import title_of
from hubbub.care.core.notices import Why
from hubbub.care.models import CaseRow, Incident, IncidentNote
from hubbub.care.selectors.levels import levels
from hubbub.care.services import cases
from hubbub.care.services.counting import recount
from hubbub.care.services.incidents.row import due_from, happened, lock, put, put_all, store
from hubbub.care.services.notices import tell
from hubbub.kernel.errors import Conflict, InvalidInput, NotFound
from hubbub.kernel.ids import PersonId
from hubbub.kernel.speech import say
from hubbub.kernel.text import clean, clip
from hubbub.listening.selectors import topic_names

MAX_NOTE = 20_000
MAX_TITLE = 120


@transaction.atomic
def start(access: Access, *, title: str, numbers: Sequence[int], now: datetime) -> int:
    """Make one incident of some cases; return its id."""
    access.require(Permission.WORK)
    Workspace.objects.select_for_update(no_key=True).get(pk=access.workspace)
    if not numbers:
        raise InvalidInput(reason="Name at least one case.")
    rows = [cases.lock(access, number) for number in sorted(set(numbers))]
    if taken := next((row for row in rows if _open(row)), None):
        raise Conflict(
            reason=say(
                "Case {number} stands in another incident already. Take it out there first.", number=taken.number
            )
        )
    first, names = min(rows, key=lambda row: row.opened_at), topic_names(access.workspace)
    incident = Incident(
        workspace_id=access.workspace,
        title=_title(title) if title.strip() else title_of(names.get(first.topic, ""), next(iter(first.problems), "")),
        began_at=first.opened_at,
        opened_at=now,
        topic=first.topic,
        problem=next(iter(first.problems), ""),
        lead_id=access.person,
    )
    incident.save()
    for row in rows:
        _take_in(access, row, incident, now)
    recount(incident)
    store(
        access,
        incident,
        "incident opened",
        access.say("Begun by {name}.", name=access.name),
        now,
        cases=[row.number for row in rows],
    )
    return incident.pk


def _open(row: CaseRow) -> bool:
    return row.incident is not None and row.incident.open


def _title(title: str) -> str:
    title = " ".join(clean(title).split())
    if not title or len(title) > MAX_TITLE:
        raise InvalidInput(reason=say("A title has 1 to {most} characters.", most=MAX_TITLE))
    return title


def _take_in(access: Access, row: CaseRow, incident: Incident, now: datetime) -> None:
    """Put a case in; what nobody has begun to answer is answered with the incident."""
    if row.status in (Status.NEW, Status.WATCHING) and row.owner_id is None and not row.private and not row.alert:
        row.incident = incident
        row.take(replace(row.value(), status=Status.NEW, due_at=None, not_before=None, review_at=None))
    cases.event(access, row, now, access.say("Put into the incident “{title}”.", title=clip(incident.title, 80)))
    put(row, incident, now)


@transaction.atomic
def add(access: Access, incident: int, number: int, *, now: datetime) -> None:
    """Put a case into an incident by hand."""
    row = lock(access, incident)
    case = cases.lock(access, number)
    if case.incident_id == row.pk:
        raise Conflict(reason=say("Case {number} stands in it already.", number=number))
    if _open(case):
        raise Conflict(reason=say("Case {number} stands in another incident. Take it out there first.", number=number))
    _take_in(access, case, row, now)
    recount(row)
    store(
        access,
        row,
        "incident case added",
        access.say("{name} put case {number} in.", name=access.name, number=number),
        now,
        case=number,
    )


@transaction.atomic
def take_out(access: Access, incident: int, number: int, *, now: datetime) -> None:
    """Take a case out: it is another matter, and due by itself from now on."""
    row = lock(access, incident)
    case = cases.lock(access, number)
    if case.incident_id != row.pk:
        raise NotFound(what="case of this incident", which=number)
    due_from(case, now, levels(access.workspace))
    cases.event(access, case, now, access.say("Taken out of the incident “{title}”.", title=clip(row.title, 80)))
    put(case, None, now)
    recount(row)
    store(
        access,
        row,
        "incident case out",
        access.say("{name} took case {number} out.", name=access.name, number=number),
        now,
        case=number,
    )


@transaction.atomic
def rename(access: Access, incident: int, *, title: str, now: datetime) -> None:
    """Give an incident another title."""
    row = lock(access, incident, open_only=False)
    row.title = _title(title)
    store(
        access,
        row,
        "incident renamed",
        access.say("{name} named it “{title}”.", name=access.name, title=row.title),
        now,
    )


@transaction.atomic
def lead(access: Access, incident: int, *, to: PersonId | None, now: datetime) -> None:
    """Say who leads an incident."""
    row = lock(access, incident)
    name = ""
    if to is not None:
        members = Membership.objects.filter(workspace_id=access.workspace, person_id=to).exclude(role="analyst")
        member = members.select_related("person").first()
        if member is None:
            raise NotFound(what="colleague", which=to)
        name = member.person.name
    row.lead_id = to
    store(
        access,
        row,
        "incident lead",
        access.say("{name} leads it.", name=name) if name else access.say("Nobody leads it."),
        now,
        lead=to,
    )
    if to is not None:
        words = access.say("{name} asks you to lead the incident “{title}”.", name=access.name, title=row.title)
        place = f"incidents/{row.pk}/"
        tell(access.workspace, [to], why=Why.INCIDENT, text=words, place=place, by=access.person, now=now)


@transaction.atomic
def note(access: Access, incident: int, *, text: str, seen: int | None = None, now: datetime) -> None:
    """Write a new version of what is known.

    Parameters
    ----------
    seen : the version the person saw; a colleague's newer one stops this
    """
    row = lock(access, incident, open_only=False)
    text = clean(text).strip()
    if not text or len(text) > MAX_NOTE:
        raise InvalidInput(reason=say("A note has 1 to {most:,} characters.", most=MAX_NOTE))
    last = IncidentNote.objects.filter(incident=row).order_by("-version").first()
    version = last.version if last else 0
    if seen is not None and seen != version and last is not None:
        raise Conflict(reason=say("{name} wrote a newer note meanwhile. Read it, then add yours.", name=last.name))
    if last is not None and last.text == text:
        return
    IncidentNote.objects.create(
        incident=row, version=version + 1, text=text, person_id=access.person, name=access.name, at=now
    )
    store(
        access,
        row,
        "incident note",
        access.say("{name} wrote what is known.", name=access.name),
        now,
        version=version + 1,
    )


@transaction.atomic
def merge(access: Access, incident: int, other: int, *, now: datetime) -> None:
    """Put all of another open incident into this one."""
    row, gone = lock(access, incident), lock(access, other)
    if row.pk == gone.pk:
        raise Conflict(reason="That is the same incident.")
    rows = gone.members.select_for_update(of=("self",)).select_related("account").order_by("id")
    put_all(access.workspace, list(rows), row, now)
    row.began_at = min(row.began_at, gone.began_at)
    row.severities = sorted({*row.severities, *gone.severities})
    gone.open, gone.closed_at, gone.merged_into = False, now, row
    recount(row)
    recount(gone)
    happened(access, gone, access.say("{name} put it into “{title}”.", name=access.name, title=row.title), now)
    store(
        access,
        row,
        "incident merged",
        access.say("{name} put “{title}” into it.", name=access.name, title=gone.title),
        now,
        other=gone.pk,
    )

"""Reads of incidents."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncMinute

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.core.incidents import (
    Event,
    Group,
    IncidentLine,
    IncidentView,
    Member,
    Note,
    Outlet,
    Say,
    Spoken,
    bars,
    holding_draft,
    offer_draft,
)
from hubbub.care.models import CaseRow, Entry, Incident, IncidentMessage
from hubbub.channels import selectors as channels
from hubbub.infra.memory import recall
from hubbub.infra.models import OutboxMessage
from hubbub.kernel.errors import NotFound
from hubbub.kernel.ids import PersonId
from hubbub.kernel.speech import say
from hubbub.listening.selectors import topic_names

SHOWN = 200
MEMBERS = 50
EVENTS = 50
SAID = 100
FAR = 5_000
"""Who reaches so many is answered in person."""


def incidents(access: Access, *, open_only: bool = False, limit: int = SHOWN) -> tuple[IncidentLine, ...]:
    """Return the incidents: open ones first, the newest first."""
    access.require(Permission.READ)
    kept = recall(access.workspace, ("incidents", open_only), lambda: _incidents(access.workspace, open_only))
    return kept[:limit]


def _incidents(workspace: int, open_only: bool) -> tuple[IncidentLine, ...]:
    rows = Incident.objects.filter(workspace_id=workspace).select_related("lead")
    rows = rows.filter(open=True) if open_only else rows
    return tuple(map(_line, rows.order_by("-open", "-opened_at")[:SHOWN]))


def open_incidents(access: Access) -> int:
    """Return how many incidents are open."""
    access.require(Permission.READ)
    return Incident.objects.filter(workspace_id=access.workspace, open=True).count()


def _line(row: Incident) -> IncidentLine:
    return IncidentLine(
        id=row.pk,
        title=row.title,
        open=row.open,
        began_at=row.began_at,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        lead=PersonId(row.lead_id) if row.lead_id is not None else None,
        lead_name=row.lead.name if row.lead else "",
        voices=row.voices,
        posts=row.posts,
        cases=row.cases,
        exposure=row.exposure,
        severities=tuple(row.severities),
        merged_into=row.merged_into_id,
    )


def incident_of(access: Access, number: int) -> IncidentLine | None:
    """Return the incident a case stands in, None where it stands in none."""
    access.require(Permission.READ)
    rows = Incident.objects.filter(members__workspace_id=access.workspace, members__number=number)
    row = rows.select_related("lead").first()
    return _line(row) if row is not None else None


def incident(access: Access, pk: int) -> IncidentView:
    """Return an incident with all a page shows."""
    access.require(Permission.READ)
    rows = Incident.objects.filter(workspace_id=access.workspace, pk=pk).select_related("lead")
    row = rows.first() if 0 <= pk < 2**63 else None
    if row is None:
        raise NotFound(what="incident", which=pk)
    topic = topic_names(access.workspace).get(row.topic, "")
    posts = Entry.objects.filter(case__incident=row, post__isnull=False)
    minutes = posts.annotate(minute=TruncMinute("post__said_at")).values_list("minute").annotate(n=Count("pk"))
    curve, step = bars([(at, n) for at, n in minutes.order_by("minute")])
    notes = [Note(each.version, each.text, each.name, each.at) for each in row.notes.order_by("-version")[:20]]
    messages = list(row.messages.order_by("-at", "-id")[:SAID])
    members = row.members.all()
    events = row.events.order_by("-at", "-id")[:EVENTS]
    return IncidentView(
        line=_line(row),
        topic=topic,
        problem=row.problem,
        rule=row.rule,
        playbook=row.playbook,
        reasons=tuple(row.reasons),
        note=notes[0] if notes else None,
        notes=tuple(notes[1:]),
        events=tuple(Event(each.at, each.name, each.text) for each in events),
        bars=curve,
        step=step,
        usual=_usual(row.usual, step),
        channels=tuple(posts.values_list("post__channel").annotate(n=Count("pk")).order_by("-n")),
        groups=_groups(members),
        members=tuple(map(_member, members.order_by("-exposure", "id")[:MEMBERS])),
        spoken=_spoken(access, messages),
        drafts={
            Say.HOLDING: row.holding or holding_draft(topic),
            Say.OFFER: row.offer or offer_draft(),
            Say.FEEDBACK: row.feedback,
        },
        outlets=_outlets(access, row),
        waiting=members.filter(folder="incident").count(),
        offered=row.messages.filter(kind=Say.OFFER).count(),
    )


def _usual(usual: Mapping[str, float] | None, step: timedelta) -> float | None:
    """Return how many a bar usually has: people stand for posts."""
    if not usual or not (usual.get("weeks") or usual.get("hours")):
        return None
    return usual["voices"] * (step / timedelta(hours=usual.get("within_hours", 2)))


def _groups(members: "QuerySet[CaseRow]") -> tuple[Group, ...]:
    waits, rest = Q(folder="incident"), ~Q(folder="incident")
    far, known = Q(exposure__gte=FAR), Q(account__known=True)
    wanted = (
        (say("Reaching over 5,000, not answered"), waits & far),
        (say("Known customers, not answered"), waits & ~far & known),
        (say("Others, not answered"), waits & ~far & ~known),
        (say("Due by themselves"), rest & Q(folder__in=("needs", "held"))),
        (say("Answered, with the customer"), Q(folder__in=("waiting", "parked"))),
        (say("Resolved or closed"), Q(folder__in=("resolved", "closed"))),
    )
    found = []
    for name, which in wanted:
        told = members.filter(which).aggregate(n=Count("pk"), seen=Sum("exposure"))
        if told["n"]:
            found.append(Group(name, told["n"], told["seen"] or 0))
    return tuple(found)


def _member(row: CaseRow) -> Member:
    return Member(
        number=row.number,
        who=row.who,
        excerpt=row.excerpt,
        channel=row.channel,
        exposure=row.exposure,
        status=row.status,
        answered=row.first_replied_at is not None,
        private=row.private,
        at=row.opened_at,
    )


def _spoken(access: Access, messages: Sequence[IncidentMessage]) -> tuple[Spoken, ...]:
    sent = OutboxMessage.objects.in_bulk([each.outbox for each in messages])
    names = {each.id: each.name for each in channels.connections(access)}
    who = dict(CaseRow.objects.filter(pk__in=[each.case_id for each in messages]).values_list("pk", "who"))
    found = []
    for each in messages:
        kind, _, number = each.where.partition(" ")
        to = names.get(int(number), say("A network")) if kind == "connection" else ""  # type: ignore[call-overload]
        if kind == "case":
            to = say("{who}, case {number}", who=who.get(each.case_id or 0, ""), number=number)
        row = sent.get(each.outbox)
        state, words, url = (row.state, row.words, row.url) if row else ("queued", "", "")
        found.append(Spoken(Say(each.kind), to, each.text, each.name, each.at, state, words, url))
    return tuple(found)


def _outlets(access: Access, row: Incident) -> tuple[Outlet, ...]:
    kind = Say.HOLDING if row.open else Say.FEEDBACK
    said = set(row.messages.filter(kind=kind, case=None).values_list("where", flat=True))
    return tuple(
        Outlet(each.id, each.label, each.handle, each.abilities.max_length, f"connection {each.id}" in said)
        for each in channels.connections(access)
        if each.enabled and each.abilities.posts
    )

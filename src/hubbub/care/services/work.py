"""What people are at, and how long they work on cases. One person's changes go one after the other."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Membership
from hubbub.accounts.services import audit
from hubbub.care.core import states
from hubbub.care.core.handling import Beat, worked
from hubbub.care.core.states import Chain, Span
from hubbub.care.models import AgentRow, CaseRow, Contact, OwnState, Presence, StateSpan, TeamRules
from hubbub.care.selectors import team as selectors
from hubbub.care.selectors.timeline import PRESENT
from hubbub.infra import changes
from hubbub.kernel.errors import Conflict, InvalidInput, NotFound
from hubbub.kernel.ids import PersonId
from hubbub.kernel.speech import mark, say

LEFT_AFTER = timedelta(days=1)
"""A contact without a heartbeat for so long came to nothing."""
MOST_STATES = 20
SHORT = timedelta(seconds=50)  # less than the least time after which somebody is away


def agent_of(workspace: int, person: int) -> AgentRow:
    """Return somebody's row, locked. For this domain only; a case that is to be locked too, is locked before."""
    return AgentRow.objects.select_for_update().get_or_create(workspace_id=workspace, person_id=person)[0]


# States ------------------------------------------------------------------
def _open(workspace: int, person: int) -> tuple[StateSpan | None, Span | None]:
    row = StateSpan.objects.filter(workspace_id=workspace, person_id=person, until__isnull=True).first()
    return row, (_value(row) if row is not None else None)


def _store(
    workspace: int, person: int, row: StateSpan | None, chain: Chain, now: datetime, contact: int | None
) -> None:
    """Write what the open span became; wrap-up that ended is added to its contact."""
    if not chain or (row is not None and chain == (_value(row),)):
        return
    for place, span in enumerate(chain):
        kept = row if place == 0 and row is not None else StateSpan(workspace_id=workspace, person_id=person)
        if span.state == states.WRAP_UP:
            kept.contact_id = kept.contact_id or contact
        kept.state, kept.since, kept.until = span.state, span.since, span.until
        kept.by_hand, kept.ends_at = span.by_hand, span.ends_at
        kept.save()
        if span.state == states.WRAP_UP and span.until is not None and kept.contact_id is not None:
            wrapped = Contact.objects.select_for_update().get(pk=kept.contact_id)
            wrapped.wrap_s += (span.until - span.since).total_seconds()
            wrapped.save(update_fields=["wrap_s"])
    changes.record(workspace, "state", person, now=now)


def _value(row: StateSpan) -> Span:
    return Span(row.state, row.since, row.until, row.by_hand, row.ends_at)


def _settled(workspace: int, person: int, now: datetime, seen_at: datetime) -> tuple[StateSpan | None, Span | None]:
    """Return somebody's open span after what happened by itself up to now was written."""
    row, span = _open(workspace, person)
    if row is None or span is None:
        return None, None
    chain = states.settle(span, max(seen_at, span.since), now, selectors.rules(workspace).times)
    if chain == (span,):
        return row, span  # as nearly always
    _store(workspace, person, row, chain, now, None)
    return _open(workspace, person)


def seen(access: Access, *, now: datetime) -> None:
    """A page of somebody is open: who was not here, is available. Call it before that is noted, see `note_seen`."""
    if access.person is None or not access.may(Permission.WORK):
        return
    _, span = _open(access.workspace, access.person)
    last = Membership.objects.values_list("seen_at", flat=True).get(
        workspace_id=access.workspace, person_id=access.person
    )
    here = last is not None and now - last < SHORT
    if here and span is not None and span.state != states.AWAY and (span.ends_at is None or span.ends_at > now):
        return  # as nearly always
    _come(access, access.person, last or now, now)


@transaction.atomic
def _come(access: Access, person: int, last: datetime, now: datetime) -> None:
    agent_of(access.workspace, person)
    row, span = _settled(access.workspace, person, now, last)
    _store(access.workspace, person, row, states.come(span, now), now, None)


@transaction.atomic
def choose_state(access: Access, state: str, *, person: PersonId | None = None, now: datetime) -> None:
    """Go into a state; who leads the team may do so for others."""
    access.require(Permission.WORK)
    who = person or access.me
    if who != access.me:
        access.require(Permission.TEAM)
        if not Membership.objects.filter(workspace_id=access.workspace, person_id=who).exclude(role="analyst").exists():
            raise NotFound(what="person", which=who)
    found = selectors.states(access.workspace, gone=False).get(state)
    if found is None or not found.chosen:
        raise InvalidInput(reason="Choose one of the states.")
    agent_of(access.workspace, who)
    row, span = _settled(access.workspace, who, now, now)
    by_hand = state != states.AVAILABLE
    _store(access.workspace, who, row, states.enter(span, state, now, by_hand=by_hand), now, None)
    if who != access.me:
        name = Membership.objects.values_list("person__name", flat=True).get(
            workspace_id=access.workspace, person_id=who
        )
        audit(access, "state changed", name, now=now, before=span.state if span else None, after=state)


@transaction.atomic
def sign_out(person: PersonId, *, now: datetime) -> None:
    """Somebody goes home, from wherever they work."""
    for workspace in StateSpan.objects.filter(person_id=person, until__isnull=True).values_list("workspace", flat=True):
        agent_of(workspace, person)
        row, span = _settled(workspace, person, now, now)
        if row is not None and span is not None:
            _store(workspace, person, row, states.go(span, now), now, None)


def settle_all(*, now: datetime) -> None:
    """Let happen what happens by itself: wrap-ups end, who has no page open is away, and later gone."""
    pages: dict[tuple[int, int], datetime] = {}
    for rows in (
        Membership.objects.filter(seen_at__isnull=False).values_list("workspace", "person", "seen_at"),
        AgentRow.objects.filter(beat_at__isnull=False).values_list("workspace", "person", "beat_at"),
    ):
        for workspace, person, at in rows:
            if at is not None:
                pages[workspace, person] = max(at, pages.get((workspace, person), at))
    rules: dict[int, states.Times] = {}
    for row in StateSpan.objects.filter(until__isnull=True):
        workspace, person = row.workspace_id, row.person_id
        if workspace not in rules:
            rules[workspace] = selectors.rules(workspace).times
        seen_at = max(pages.get((workspace, person), row.since), row.since)
        if states.settle(_value(row), seen_at, now, rules[workspace]) != (_value(row),):
            with transaction.atomic():
                agent_of(workspace, person)
                _settled(workspace, person, now, seen_at)


def forget_before(workspace: int, before: datetime) -> int:
    """Forget in which states people were until then; return how many."""
    return StateSpan.objects.filter(workspace_id=workspace, until__lt=before).delete()[0]


# Handling time -----------------------------------------------------------
def beat(access: Access, case: CaseRow, *, active: bool, fresh: bool, now: datetime) -> None:
    """A page of somebody shows a case; part of the transaction that notes who looks. For this domain only."""
    if access.person is None or not access.may(Permission.WORK) or case.value().status.ended:
        return
    _count(access, case, Beat(now, case.pk, active, fresh), now)
    row, span = _settled(access.workspace, access.person, now, now)
    _store(access.workspace, access.person, row, states.open_case(span, now), now, None)


def left(access: Access, case: CaseRow, *, now: datetime) -> None:
    """A page shows the case no more: its time ends here. For this domain only."""
    if access.person is None or not access.may(Permission.WORK):
        return
    if not case.value().status.ended:
        _count(access, case, Beat(now, case.pk), now)
    else:
        agent_of(access.workspace, access.person)
    elsewhere = Presence.objects.filter(
        person_id=access.person, case__workspace_id=access.workspace, seen_at__gt=now - PRESENT
    ).exclude(case=case)
    if not elsewhere.exists():
        row, span = _settled(access.workspace, access.person, now, now)
        _store(access.workspace, access.person, row, states.leave_case(span, now), now, None)


def _count(access: Access, case: CaseRow, beat: Beat, now: datetime) -> Contact:
    agent = agent_of(access.workspace, access.me)
    span = worked(agent.beat_at, beat)
    agent.beat_at = max(filter(None, (agent.beat_at, now)))
    agent.save(update_fields=["beat_at"])
    contact, made = Contact.objects.get_or_create(
        case=case,
        person_id=access.me,
        ended_at=None,
        defaults={
            "workspace_id": access.workspace,
            "channel": case.channel,
            "kind": case.kind,
            "began_at": now - span,
            "last_at": now,
        },
    )
    if not span and not made:
        return contact
    contact.worked_s += span.total_seconds()
    contact.last_at = now
    if made or span:
        opened = Presence.objects.filter(
            person_id=access.me, case__workspace_id=access.workspace, seen_at__gt=now - PRESENT
        ).count()
        contact.at_once = max(contact.at_once, opened, 1)
    contact.save(update_fields=["worked_s", "last_at", "at_once"])
    return contact


def answered(access: Access, case: CaseRow, *, now: datetime) -> None:
    """Somebody answered a case: what they worked on it until now is one contact. For this domain only."""
    if access.person is None or access.via != "web":
        return
    _end(access, case, "reply", now)
    row, span = _settled(access.workspace, access.person, now, now)
    _store(access.workspace, access.person, row, states.open_case(span, now), now, None)


def resolved(access: Access, cases: Sequence[CaseRow], *, now: datetime) -> None:
    """Somebody resolved cases: their contacts end, and wrap-up begins. For this domain only."""
    if access.person is None or access.via != "web":
        return
    mine = Contact.objects.filter(case__in=cases, person_id=access.person)
    worked_on = set(mine.filter(Q(ended_at__isnull=True) | Q(outcome="reply")).values_list("case", flat=True))
    ended = [_end(access, case, "resolve", now) for case in cases if case.pk in worked_on]
    contact = next((each.pk for each in reversed(ended) if each is not None), None)
    row, span = _settled(access.workspace, access.person, now, now)
    if row is not None and row.state == states.WRAP_UP and row.contact_id not in (None, contact):
        _store(access.workspace, access.person, row, states.enter(span, states.AVAILABLE, now), now, None)
        row, span = _open(access.workspace, access.person)
    times = selectors.rules(access.workspace).times
    _store(access.workspace, access.person, row, states.wrap_up(span, now, times), now, contact)


def _end(access: Access, case: CaseRow, outcome: str, now: datetime) -> Contact | None:
    """End somebody's contact; None where no page of theirs ever showed the case.

    As long as the customer says nothing more, what one does goes on with the contact that ended before.
    """
    mine = Contact.objects.filter(case=case, person_id=access.me)
    before = mine.filter(outcome="reply", ended_at__gte=case.last_inbound_at).last()
    if before is None and not mine.filter(ended_at__isnull=True).exists():
        return None
    contact = _count(access, case, Beat(now, case.pk), now)
    if before is not None:
        before.worked_s += contact.worked_s
        before.at_once = max(before.at_once, contact.at_once)
        contact.delete()
        contact = before
    contact.last_at, contact.ended_at, contact.outcome = now, now, outcome
    contact.channel, contact.kind = case.channel, case.kind
    contact.save()
    return contact


def end_left(*, now: datetime) -> int:
    """End contacts that came to nothing; return how many."""
    rows = Contact.objects.filter(ended_at__isnull=True, last_at__lt=now - LEFT_AFTER)
    return rows.update(ended_at=now, outcome="left")


# What a manager sets -----------------------------------------------------
@transaction.atomic
def change_rules(
    access: Access, *, wrap_up_s: int, away_min: int, off_min: int, give_back_min: int, now: datetime
) -> None:
    """Change how long things last that end by themselves."""
    access.require(Permission.PEOPLE)
    for value, least, most, what in (
        (wrap_up_s, 0, 3_600, mark("Wrap-up: give 0 to 3,600 seconds.")),
        (away_min, 1, 240, mark("Away: give 1 to 240 minutes.")),
        (off_min, 5, 1_440, mark("Gone: give 5 to 1,440 minutes.")),
        (give_back_min, 1, 1_440, mark("Give back: give 1 to 1,440 minutes.")),
    ):
        if not least <= value <= most:
            raise InvalidInput(reason=what)
    if off_min <= away_min:
        raise InvalidInput(reason="Somebody is away before they are gone: give more minutes for gone.")
    row, _ = TeamRules.objects.get_or_create(workspace_id=access.workspace)
    after = {"wrap_up_s": wrap_up_s, "away_min": away_min, "off_min": off_min, "give_back_min": give_back_min}
    before = {name: getattr(row, name) for name in after}
    for name, value in after.items():
        setattr(row, name, value)
    row.save()
    audit(access, "team rules changed", access.workspace_name, now=now, before=before, after=after)


@transaction.atomic
def add_state(access: Access, *, name: str, takes: bool, works: bool, now: datetime) -> None:
    """Add a state that people can choose."""
    access.require(Permission.PEOPLE)
    name = " ".join(name.split())
    if not name or len(name) > 30:
        raise InvalidInput(reason="Give the state a name of at most 30 characters.")
    known = selectors.states(access.workspace, gone=False)
    if len(known) >= MOST_STATES:
        raise InvalidInput(reason=say("At most {most} states can be chosen from.", most=MOST_STATES))
    if name.lower() in {each.name.lower() for each in known.values()}:
        raise Conflict(reason=say("There is a state {name} already.", name=name))
    row = OwnState.objects.filter(workspace_id=access.workspace, name__iexact=name).first()
    row = row or OwnState(workspace_id=access.workspace)
    row.name, row.takes, row.works, row.gone = name, takes, works, False
    row.save()
    audit(access, "state added", name, now=now, after={"takes cases": takes, "works": works})


@transaction.atomic
def remove_state(access: Access, state: str, *, now: datetime) -> None:
    """Offer a state no more; who is in it stays until they choose another."""
    access.require(Permission.PEOPLE)
    number = state.removeprefix(states.OWN)
    row = (
        OwnState.objects.filter(workspace_id=access.workspace, pk=int(number), gone=False).first()
        if number.isdecimal() and len(number) < 19 and state.startswith(states.OWN)
        else None
    )
    if row is None:
        raise NotFound(what="state", which=state[:20])
    row.gone = True
    row.save(update_fields=["gone"])
    audit(access, "state removed", row.name, now=now)

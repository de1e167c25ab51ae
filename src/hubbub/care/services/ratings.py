"""Asking how satisfied people are after a resolution: one link, one answer, no account.

The link holds the question's number under a signature, so nobody can answer for another; what the number stands for
is known here only.
"""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db import transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.selectors import enter_as_hubbub, speaking_there
from hubbub.accounts.services import audit
from hubbub.care.core.levels import ClockKind
from hubbub.care.core.notices import Why
from hubbub.care.core.playbook.triggers import Event
from hubbub.care.core.rating import (
    BAD,
    LINK,
    OPEN_FOR,
    Answered,
    NoSuchQuestion,
    OnBad,
    Question,
    answer_of,
    rules_of,
)
from hubbub.care.models import CaseRow, Entry, Rating, RatingSettings
from hubbub.care.selectors.levels import levels
from hubbub.care.selectors.ratings import rating_rules
from hubbub.care.selectors.ways import last_from_customer, ways
from hubbub.care.services import clocks
from hubbub.care.services.cases.answer import outgoing_payload
from hubbub.care.services.cases.row import store
from hubbub.care.services.events import happened
from hubbub.care.services.notices import tell
from hubbub.channels.core.contract import Outgoing, too_long
from hubbub.infra import changes, outbox
from hubbub.kernel.ids import WorkspaceId
from hubbub.kernel.speech import say

AT_A_TIME = 50
_signer = Signer(sep=".", salt="hubbub.rating")


@transaction.atomic
def save_rules(access: Access, data: Mapping[str, Any], *, now: datetime) -> None:
    """Set whether, when and in which words people are asked."""
    access.require(Permission.PLAYBOOK)
    rules_of(dict(data))
    row = RatingSettings.objects.select_for_update().filter(workspace_id=access.workspace).first()
    before = row.data if row is not None else None
    RatingSettings.objects.update_or_create(workspace_id=access.workspace, defaults={"data": dict(data)})
    audit(access, "ratings changed", "how people are asked", now=now, before=before, after=dict(data))


# Asking ---------------------------------------------------------------------
def ask_due(link: Callable[[str], str], now: datetime) -> int:
    """Send the questions whose time has come; return how many were sent. `link` makes an address of a token."""
    due = Rating.objects.filter(ask_at__lte=now).order_by("ask_at").values_list("pk", "case")[:AT_A_TIME]
    return sum(_ask(rating, case, link, now) for rating, case in due)


@transaction.atomic
def _ask(rating: int, case: int, link: Callable[[str], str], now: datetime) -> bool:
    row = CaseRow.objects.select_for_update(of=("self",)).select_related("account").get(pk=case)
    asked = Rating.objects.filter(pk=rating, ask_at__isnull=False).first()
    if asked is None:
        return False
    asked.ask_at = None
    with speaking_there(row.workspace_id):
        asked.why_not = _send(row, asked, link, now)
    asked.asked_at = None if asked.why_not else now
    asked.save()
    return asked.asked_at is not None


def _send(row: CaseRow, asked: Rating, link: Callable[[str], str], now: datetime) -> str:
    """Queue the question, in private only; return why it can't be, empty where it was."""
    rules = rating_rules(row.workspace_id)
    if not rules.on or not row.value().status.ended:
        return say("The case was reopened, or nobody is asked any more.")
    access = enter_as_hubbub(WorkspaceId(row.workspace_id))
    way, target = ways(access, row)[1], last_from_customer(row, private=True)
    if not way.possible or way.connection is None or way.abilities.by_hand or target is None:
        return say("No private message can be sent to them here.")
    text = rules.ask.replace(LINK, link(_signer.sign(str(asked.pk))))
    if too_long(text, way.abilities) is not None:
        return say("The message is too long for {network}.", network=way.network)
    message = Outgoing(
        key=secrets.token_hex(12),
        text=text,
        queued_at=now,
        parent=target.uri,
        parent_ref=target.ref or None,
        to=target.author,
        private=True,
    )
    payload, expected = outgoing_payload(way.connection, message)
    outbox.put(
        workspace=row.workspace_id,
        connection=way.connection,
        conversation=f"{row.workspace_id}:{target.root}",
        subject=row.pk,
        key=message.key,
        payload=payload,
        expected_uri=expected,
        now=now,
    )
    Entry.objects.create(case=row, at=now, kind="event", name="Hubbub", text=say("Asked how satisfied they are."))
    changes.record(row.workspace_id, "case", row.pk, now=now)
    return ""


# Answering ------------------------------------------------------------------
def question(token: str, now: datetime) -> Question:
    """Return what a link asks; NoSuchQuestion for one that is not ours, or too old."""
    row = _of(token, now)
    rules = rating_rules(row.workspace_id)
    return Question(row.workspace.name, rules.question, rules.thanks, row.answered_at is not None)


def _of(token: str, now: datetime) -> Rating:
    try:
        number = int(_signer.unsign(token))
    except (BadSignature, ValueError):
        raise NoSuchQuestion from None
    row = Rating.objects.select_related("workspace").filter(pk=number, asked_at__gte=now - OPEN_FOR).first()
    if row is None:
        raise NoSuchQuestion
    return row


@transaction.atomic
def answer(token: str, *, score: str, comment: str, now: datetime) -> None:
    """Keep somebody's one answer; a bad one brings about what the workspace wants.

    Raises
    ------
    InvalidInput
        If no score was chosen.
    Answered
        If this was answered before.
    NoSuchQuestion
        If the link is not ours, or too old.
    """
    found = _of(token, now)
    given, words = answer_of(score, comment)
    row = CaseRow.objects.select_for_update(of=("self",)).select_related("account").get(pk=found.case_id)
    taken = Rating.objects.filter(pk=found.pk, answered_at__isnull=True)
    if not taken.update(answered_at=now, score=given, comment=words):
        raise Answered
    with speaking_there(row.workspace_id):
        said = say("They gave {score} of 5.", score=given)
        Entry.objects.create(case=row, at=now, kind="event", name="Hubbub", text=said)
        changes.record(row.workspace_id, "case", row.pk, now=now)
        on_bad = rating_rules(row.workspace_id).on_bad
        if given <= BAD:
            happened(row, Event.RATED_BADLY, str(given), now=now)
        if given <= BAD and on_bad is not OnBad.NOTHING:
            _bad(row, given, found.person_id, now, reopen=on_bad is OnBad.REOPEN)


def _bad(row: CaseRow, score: int, person: int | None, now: datetime, *, reopen: bool) -> None:
    access = enter_as_hubbub(WorkspaceId(row.workspace_id))
    if reopen and row.value().status.ended and row.incident_id is None:
        due = levels(row.workspace_id).due(clocks.facts_of(row), now, ClockKind.NEXT)
        store(access, row, row.value().reopen(now, due), "reopened", now, score=score)
    to = {each for each in (row.owner_id, person) if each is not None}
    text = say("Case {number}, {who}: they gave {score} of 5.", number=row.number, who=row.who, score=score)
    tell(row.workspace_id, to, why=Why.RATED, case=row.pk, text=text, now=now)

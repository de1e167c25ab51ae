"""Replies that do not leave yet: they wait for approval or for their time, or came back to their author.

                        ┌──────────approved, no time──────────▶ outbox
    written ─▶ approval ┼──approved, a time──▶ later ──due────▶ outbox
        │               └──sent back──▶ back ◀──held back──┘
        └──────a time, no approval───────────▶ later

One that came back keeps its words until its author takes them into the composer, or drops them.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec
from django.db import transaction

from hubbub.accounts.core.access import GRANTS, Access, Permission, Role
from hubbub.accounts.models import Membership
from hubbub.accounts.selectors import enter, speaking_there
from hubbub.care.core.answering import Written
from hubbub.care.core.errors import NeedsApproval
from hubbub.care.core.notices import Why
from hubbub.care.models import CaseRow, PendingReply
from hubbub.care.selectors.answering import last_line, news_since
from hubbub.care.services.cases.answer import (
    EVERY,
    Ready,
    leave,
    made_ready,
    named,
    needs_approval,
    nobody_answered_since,
    sent_before,
)
from hubbub.care.services.cases.drafts import draft_spent, put_back
from hubbub.care.services.cases.row import lock, store
from hubbub.care.services.notices import tell
from hubbub.infra import changes
from hubbub.kernel.details import File
from hubbub.kernel.errors import Conflict, HubbubError, InvalidInput, NotFound
from hubbub.kernel.ids import OutboxId, PersonId
from hubbub.kernel.speech import say, speaking
from hubbub.kernel.text import clean

LATEST = timedelta(days=90)
MAX_WORD = 300


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a reply: it is on its way, or it waits."""

    outbox: OutboxId | None = None
    pending: int | None = None
    state: str = "queued"


@transaction.atomic
def answer(
    access: Access, number: int, written: Written, *, seen_reply: int | None = None, key: str = "",
    send_at: datetime | None = None, hold: bool = True, ask: bool = False, undoable: bool = False, also: str = "",
    now: datetime,
) -> Answered:  # fmt: skip
    """Send a reply, or let it wait where it has to or is to; nothing changes where something speaks against it.

    Parameters
    ----------
    send_at, hold : when it is to leave, and whether it is held back where somebody writes meanwhile
    ask : ask for approval although nobody has to
    also : words that are said publicly before a private reply, as one deed
    undoable : for some seconds it can be taken back

    Raises what `reply` raises, but for NeedsApproval where the reply can wait for it.
    """
    row = lock(access, number)
    key = named(access, key)
    if (done := _answered_before(row, key)) is not None:
        return done
    written = replace(written, aside=written.aside and row.value().status.ended)
    ready = made_ready(access, row, written)
    row.value().answer(now, access.person)  # raises where it is closed
    nobody_answered_since(access, row, seen_reply)
    with speaking(access.language):
        reason = needs_approval(access, row, ready) or (say("Asked for by its author.") if ask else "")
    if send_at is not None and not now < send_at <= now + LATEST:
        raise InvalidInput(reason="Choose a time from now on, within 90 days.")
    if also:
        return _two(access, row, ready, also, reason, key=key, undoable=undoable, now=now)
    if not reason and send_at is None:
        return Answered(outbox=leave(access, row, ready, key=key, undoable=undoable, now=now))
    pending = PendingReply.objects.create(
        workspace_id=access.workspace,
        case=row,
        person_id=access.me,
        name=access.name,
        text=ready.written.text,
        private=written.private,
        persona_id=written.persona,
        files=msgspec.to_builtins(written.attached),
        canned=list(written.canned),
        state="approval" if reason else "later",
        why=reason,
        at=now,
        send_at=send_at,
        hold=hold,
        seen=last_line(row.pk),
        key=key,
    )
    if reason:
        to = _leads(access)
        words = access.say("{name} asks for approval.", name=access.name)
        tell(access.workspace, to, why=Why.APPROVAL, case=row.pk, text=words, now=now)
    store(access, row, row.value(), "ask approval" if reason else "send later", now, length=len(pending.text))
    draft_spent(access, row, written.mode, pending.text, now, written.attached)
    return Answered(pending=pending.pk, state=pending.state)


def _answered_before(row: CaseRow, key: str) -> Answered | None:
    """Return the reply that has this name already: it left, or it waits."""
    if (done := sent_before(row, key)) is not None:
        return Answered(outbox=done)
    waiting = PendingReply.objects.filter(case=row, key=key).first() if key else None
    return Answered(pending=waiting.pk, state=waiting.state) if waiting is not None else None


def _two(
    access: Access, row: CaseRow, private: Ready, also: str, reason: str, *, key: str, undoable: bool, now: datetime
) -> Answered:
    """Say publicly that it is taken up, then write privately: both are ready before either leaves."""
    if reason:
        raise NeedsApproval(reason=reason)
    written = private.written
    if not written.private:
        raise InvalidInput(reason="Only a private reply is announced publicly.")
    said = made_ready(access, row, replace(written, text=also, private=False, attached=(), ticked=EVERY, canned=()))
    if reason := needs_approval(access, row, said):
        raise NeedsApproval(reason=reason)
    pair = f"{row.pk}-{now.timestamp():.0f}"
    leave(access, row, said, undoable=undoable, pair=pair, now=now)
    return Answered(outbox=leave(access, row, private, key=key, undoable=undoable, pair=pair, now=now))


@transaction.atomic
def approve(access: Access, which: int, *, text: str, now: datetime) -> None:
    """Let a reply leave, in its author's name, as it is or with other words.

    Raises
    ------
    Conflict
        If it is one's own, or waits no more.
    """
    access.require(Permission.APPROVE)
    row, pending = _locked(access, which)
    if pending.person_id == access.person:
        raise Conflict(reason="Nobody approves their own replies.")
    _only(pending, "approval")
    text = clean(text).strip() or pending.text
    changed = text != pending.text
    pending.text, pending.approved_by_id, pending.approved_name = text, access.person, access.name
    store(access, row, row.value(), "approve", now, author=pending.person_id, changed=changed)
    if pending.send_at is not None and pending.send_at > now:
        pending.state = "later"
        pending.save()
    else:
        _release(row, pending, now)
    if changed:
        words = access.say("{name} approved your reply, with other words.", name=access.name)
    else:
        words = access.say("{name} approved your reply.", name=access.name)
    tell(access.workspace, [pending.person_id], why=Why.APPROVAL, case=row.pk, text=words, now=now)


@transaction.atomic
def send_back(access: Access, which: int, *, word: str, now: datetime) -> None:
    """Give a reply back to its author, with a word."""
    access.require(Permission.APPROVE)
    row, pending = _locked(access, which)
    _only(pending, "approval")
    word = " ".join(clean(word).split())[:MAX_WORD]
    if not word:
        raise InvalidInput(reason="Say in a word what to change.")
    _back(access.workspace, pending, f"{access.name}: {word}", now)
    store(access, row, row.value(), "send back", now, author=pending.person_id)


@transaction.atomic
def take_to_composer(access: Access, which: int, *, now: datetime) -> int:
    """Bring a reply of one's own that does not leave yet back into the composer; return its case."""
    row, pending = _locked(access, which)
    if pending.person_id != access.person:
        raise NotFound(what="reply", which=which)
    mode = "private" if pending.private else "public"
    put_back(access, row, mode, pending.text, _files(pending), now)
    pending.delete()
    store(access, row, row.value(), "reply taken back", now)
    return row.number


@transaction.atomic
def send_now(access: Access, which: int, *, now: datetime) -> None:
    """Send a reply of one's own before its time."""
    row, pending = _locked(access, which)
    if pending.person_id != access.person:
        raise NotFound(what="reply", which=which)
    _only(pending, "later")
    _release(row, pending, now)


@transaction.atomic
def change_time(access: Access, which: int, *, send_at: datetime, now: datetime) -> None:
    """Let a reply of one's own leave at another time."""
    row, pending = _locked(access, which)
    if pending.person_id != access.person:
        raise NotFound(what="reply", which=which)
    _only(pending, "later")
    if not now < send_at <= now + LATEST:
        raise InvalidInput(reason="Choose a time from now on, within 90 days.")
    pending.send_at = send_at
    pending.save(update_fields=["send_at"])
    store(access, row, row.value(), "send later", now)


def send_due(which: int, *, now: datetime) -> None:
    """Send a reply whose time has come, or give it back where somebody wrote meanwhile or it can't leave."""
    found = PendingReply.objects.filter(pk=which).values_list("workspace", flat=True)
    with speaking_there(found.first() or 0):
        try:
            _send_due(which, now)
        except HubbubError as error:
            with transaction.atomic():
                pending = PendingReply.objects.select_for_update().filter(pk=which, state="later").first()
                if pending is not None:
                    _back(pending.workspace_id, pending, say("It could not leave: {why}", why=error), now)


@transaction.atomic
def _send_due(which: int, now: datetime) -> None:
    found = PendingReply.objects.filter(pk=which, state="later", send_at__lte=now).first()
    if found is None:
        return
    row = CaseRow.objects.select_for_update().get(pk=found.case_id)
    pending = PendingReply.objects.select_for_update().filter(pk=which, state="later", send_at__lte=now).first()
    if pending is None:
        return
    if pending.hold and (who := news_since(pending)):
        _back(pending.workspace_id, pending, say("Held back: {who} since you wrote it.", who=who), now)
        return
    _release(row, pending, now)


def _release(row: CaseRow, pending: PendingReply, now: datetime) -> OutboxId:
    """Let it leave as its author's, checked once more, but for what its author has seen already."""
    by = enter(PersonId(pending.person_id), row.workspace.slug)
    written = Written(
        pending.text, pending.private, pending.persona_id, _files(pending), True, EVERY, tuple(pending.canned)
    )
    ready = made_ready(by, row, written)
    sent = leave(by, row, ready, key=pending.key, approved=pending.approved_name, now=now)
    pending.delete()
    return sent


def _back(workspace: int, pending: PendingReply, why: str, now: datetime) -> None:
    pending.state, pending.why, pending.approved_by, pending.approved_name = "back", why[:300], None, ""
    pending.save()
    tell(workspace, [pending.person_id], why=Why.APPROVAL, case=pending.case_id, text=why, now=now)
    changes.record(workspace, "case", pending.case_id, now=now)


def _locked(access: Access, which: int) -> tuple[CaseRow, PendingReply]:
    """Return a reply and its case, both locked, the case first as everywhere."""
    access.require(Permission.WORK)
    rows = PendingReply.objects.filter(pk=which, workspace_id=access.workspace)
    number = rows.values_list("case__number", flat=True).first()
    if number is None:
        raise NotFound(what="reply", which=which)
    row = lock(access, number)
    pending = rows.select_for_update(of=("self",)).first()
    if pending is None:
        raise Conflict(reason="It has left, or was taken back, meanwhile.")
    return row, pending


def _only(pending: PendingReply, state: str) -> None:
    if pending.state != state:
        raise Conflict(reason="Somebody decided about it meanwhile.")


def _files(pending: PendingReply) -> tuple[File, ...]:
    return msgspec.convert(pending.files, tuple[File, ...])


def _leads(access: Access) -> list[int]:
    """Who may approve, oneself left out."""
    roles = [role for role in Role if Permission.APPROVE in GRANTS[role]]
    rows = Membership.objects.filter(workspace_id=access.workspace, role__in=roles).exclude(person_id=access.me)
    return list(rows.values_list("person_id", flat=True))

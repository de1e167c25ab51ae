"""What people do with cases: answer, note, give away, resolve, reopen. Each leaves a line in the audit log."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from django.db import transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Membership
from hubbub.accounts.services import audit
from hubbub.care.core.case import Case, Status
from hubbub.care.core.errors import CannotSend, CaseMoved, LookBeforeSending
from hubbub.care.core.guard import warnings
from hubbub.care.core.playbook import pace_of
from hubbub.care.models import CaseRow, Entry, Presence, ReadMark
from hubbub.care.selectors import last_from_customer, playbook, ways
from hubbub.channels.core.contract import Attached, Outgoing, too_long, too_much
from hubbub.channels.registry import open_channel
from hubbub.channels.selectors import for_sending
from hubbub.infra import changes, outbox
from hubbub.infra.files import read
from hubbub.kernel.details import File
from hubbub.kernel.errors import InvalidInput, NotFound
from hubbub.kernel.ids import OutboxId, PersonId
from hubbub.kernel.text import clean

MAX_NOTE = 20_000


def lock(access: Access, number: int, permission: Permission = Permission.WORK) -> CaseRow:
    """Return a case's row, locked; the one place where writes on cases check access. For this domain only."""
    access.require(permission)
    row = (
        CaseRow.objects.select_for_update(of=("self",))
        .select_related("account")
        .filter(workspace_id=access.workspace, number=number)
        .first()
        if 0 <= number < 2**63
        else None
    )
    if row is None:
        raise NotFound(what="case", which=number)
    return row


def store(access: Access, row: CaseRow, case: Case, action: str, now: datetime, **after: object) -> None:
    """Write a case's new state, the audit line and the change, in the caller's transaction. For this domain only."""
    before = {"status": row.status, "owner": row.owner_id}
    row.take(case)
    row.save()
    after = {"status": row.status, "owner": row.owner_id, **after}
    audit(access, action, f"case {row.number}", now=now, before=before, after=after)
    changes.record(access.workspace, "case", row.pk, now=now)


def event(access: Access, row: CaseRow, now: datetime, text: str) -> None:
    """Note in the timeline what happened. For this domain only."""
    Entry.objects.create(case=row, at=now, kind="event", person_id=access.person, name=access.name, text=text)


@transaction.atomic
def reply(
    access: Access,
    number: int,
    *,
    text: str,
    private: bool = False,
    confirmed: bool = False,
    seen_reply: int | None = None,
    key: str = "",
    attached: Sequence[File] = (),
    now: datetime,
) -> OutboxId:
    """Store a reply and queue its delivery, or change nothing.

    Parameters
    ----------
    confirmed : the person was shown what to look at in the draft and sends it all the same
    seen_reply : the last reply (its moment's id, 0 for none) the person saw; a colleague's newer one stops this
    key : the caller's own name for this reply; the same key again is the same reply
    attached : files that are kept already; `ref` is the key they are kept under

    Raises
    ------
    CannotSend
        If the channel can't carry it: no way to answer, too long, empty.
    LookBeforeSending
        If a public draft speaks of compensation, liability or personal data and is not confirmed.
    CaseMoved
        If a colleague answered meanwhile.
    CaseClosed
        If the case is closed.
    """
    row = lock(access, number)
    text = clean(text).strip()
    if key:
        key = f"{access.workspace}-{key}"[:40]
        done = Entry.objects.filter(case=row, data__key=key, kind="reply").first()
        if done is not None and done.outbox is not None:
            return OutboxId(done.outbox)
    if not text and not attached:
        raise CannotSend(reason="Write something first.")
    way = ways(access, row)[private]
    if not way.possible or way.connection is None:
        raise CannotSend(reason=way.reason)
    if (long := too_long(text, way.abilities)) is not None:
        raise CannotSend(reason=f"Too long for {way.network}: {long}")
    if (wrong := too_much(attached, way.abilities)) is not None:
        raise CannotSend(reason=f"{way.network} {wrong}")
    if not private and not confirmed and (found := warnings(text)):
        raise LookBeforeSending(reason=" ".join(each.advice for each in found))
    _nobody_answered_since(access, row, seen_reply)
    by_hand = way.abilities.by_hand
    answered = row.value().answer(now, access.person)
    case = row.value() if by_hand else answered  # a letter answers once it was posted
    target = last_from_customer(row, private=private)
    assert target is not None
    message = Outgoing(
        key=secrets.token_hex(12),
        text=text,
        queued_at=now,
        parent=target.uri,
        parent_ref=target.ref or None,
        to=target.author if private else None,
        private=private,
    )
    queued = outbox.put(
        workspace=access.workspace,
        connection=way.connection,
        conversation=f"{access.workspace}:{target.root}",
        subject=row.pk,
        key=message.key,
        payload=_payload(message, attached),
        expected_uri=_expected_uri(way.connection, message),
        by_hand=by_hand,
        now=now,
    )
    Entry.objects.create(
        case=row,
        at=now,
        kind="reply",
        outbox=queued,
        person_id=access.person,
        name=access.name,
        text=text,
        private=private,
        data={
            "as": way.as_handle,
            "network": way.network,
            "key": key,
            "by_hand": by_hand,
            "files": msgspec.to_builtins(attached),
        },
    )
    store(access, row, case, "reply", now, private=private, length=len(text))
    _read(access, row, now)
    return queued


def _nobody_answered_since(access: Access, row: CaseRow, seen_reply: int | None) -> None:
    """Stop a reply when a colleague answered after the person last looked."""
    if seen_reply is None:
        return
    newer = Entry.objects.filter(case=row, kind="reply", pk__gt=seen_reply).exclude(person_id=access.me).last()
    if newer is not None:
        raise CaseMoved(who=newer.name, deed="answered")


def _payload(message: Outgoing, attached: Sequence[File]) -> dict[str, object]:
    return {
        "key": message.key,
        "text": message.text,
        "queued_at": message.queued_at.isoformat(),
        "parent": message.parent,
        "parent_ref": message.parent_ref,
        "to": message.to,
        "private": message.private,
        "files": msgspec.to_builtins(attached),
    }


def message_of(payload: Mapping[str, Any], kept: Path) -> Outgoing:
    """Return the message that an outbox row carries; its files are read from where they are kept.

    Raises
    ------
    CannotSend
        If a file is not there any more.
    """
    known = {**payload, "queued_at": datetime.fromisoformat(payload["queued_at"])}
    files = msgspec.convert(known.pop("files", []), tuple[File, ...])
    return Outgoing(**known, files=tuple(_attached(each, kept) for each in files))


def _attached(file: File, kept: Path) -> Attached:
    if (data := read(kept, file.ref)) is None:
        raise CannotSend(reason=f"The file {file.name} is not there any more. Attach it again.")
    return Attached(file.name, file.type, data, file.alt)


def _expected_uri(connection: int, message: Outgoing) -> str | None:
    kind, config, secret = for_sending(connection)
    return open_channel(kind, config, secret).expected_uri(message)


@transaction.atomic
def note(access: Access, number: int, *, text: str, now: datetime) -> None:
    """Leave a note that only colleagues see."""
    row = lock(access, number)
    text = clean(text).strip()
    if not text:
        raise InvalidInput(reason="Write something first.")
    if len(text) > MAX_NOTE:
        raise InvalidInput(reason=f"A note has at most {MAX_NOTE:,} characters.")
    Entry.objects.create(case=row, at=now, kind="note", person_id=access.person, name=access.name, text=text)
    store(access, row, row.value(), "note", now)
    _read(access, row, now)


@transaction.atomic
def assign(access: Access, number: int, *, to: PersonId | None, now: datetime) -> None:
    """Give a case to somebody who works here, or to nobody."""
    row = lock(access, number)
    name = ""
    if to is not None:
        member = (
            Membership.objects.filter(workspace_id=access.workspace, person_id=to)
            .exclude(role="analyst")
            .select_related("person")
            .first()
        )
        if member is None:
            raise NotFound(what="colleague", which=to)
        name = member.person.name
    if row.owner_id == to:
        return
    case = row.value().assign(to)
    event(access, row, now, _given(access, to, name))
    store(access, row, case, "assign", now)


def _given(access: Access, to: PersonId | None, name: str) -> str:
    if to is None:
        return f"{access.name} gave it back."
    return f"Taken by {name}." if to == access.person else f"{access.name} gave it to {name}."


@transaction.atomic
def resolve(access: Access, number: int, *, now: datetime) -> None:
    """The matter is settled."""
    row = lock(access, number)
    case = row.value().resolve(now)
    event(access, row, now, f"Resolved by {access.name}.")
    store(access, row, case, "resolve", now)


@transaction.atomic
def reopen(access: Access, number: int, *, now: datetime) -> None:
    """The matter is not settled after all."""
    row = lock(access, number)
    case = row.value().reopen(now, _in_time(access, row, now))
    event(access, row, now, f"Reopened by {access.name}.")
    store(access, row, case, "reopen", now)


def _in_time(access: Access, row: CaseRow, now: datetime) -> datetime:
    """When an answer is due that somebody decides on now."""
    return now + playbook(access.workspace).service_level[pace_of(row.channel, private=row.private)]


@transaction.atomic
def take_up(access: Access, number: int, *, now: datetime) -> None:
    """Make a watched or imported case one that needs an answer, in its service level from now on."""
    row = lock(access, number)
    case = row.value().assign(access.person).due(_in_time(access, row, now))
    event(access, row, now, f"Taken up by {access.name}.")
    store(access, row, case, "take up", now)


@transaction.atomic
def send_again(access: Access, number: int, outbox_id: int, *, now: datetime) -> None:
    """Send a failed or uncertain reply once more; it is looked up first where the network allows it."""
    row = lock(access, number)
    _own(row, outbox_id)
    by_hand = Entry.objects.filter(outbox=outbox_id, data__by_hand=True).exists()
    outbox.send_again(access.workspace, outbox_id, by_hand=by_hand, now=now)
    store(access, row, row.value(), "send again", now, outbox=outbox_id)


@transaction.atomic
def has_arrived(access: Access, number: int, outbox_id: int, *, now: datetime) -> None:
    """A person looked: an uncertain reply has arrived. Or they took it to the post: now the case is answered."""
    row = lock(access, number)
    _own(row, outbox_id)
    posted = outbox.is_by_hand(access.workspace, outbox_id)
    outbox.has_arrived(access.workspace, outbox_id, now=now)
    case = row.value()
    if posted and case.status is not Status.CLOSED:
        case = case.answer(now, access.person)
        event(access, row, now, f"{access.name} posted the letter.")
    store(access, row, case, "posted" if posted else "has arrived", now, outbox=outbox_id)


@transaction.atomic
def take_back(access: Access, number: int, outbox_id: int, *, now: datetime) -> None:
    """A letter that was written is not to be posted after all."""
    row = lock(access, number)
    _own(row, outbox_id)
    outbox.take_back(access.workspace, outbox_id, now=now)
    store(access, row, row.value(), "taken back", now, outbox=outbox_id)


def _own(row: CaseRow, outbox_id: int) -> None:
    if not Entry.objects.filter(case=row, outbox=outbox_id).exists():
        raise NotFound(what="reply", which=outbox_id)


# Looking ------------------------------------------------------------------
@transaction.atomic
def look(access: Access, number: int, *, typing: bool, now: datetime) -> None:
    """Tell colleagues that one looks at a case, and note it as read. Everybody who may read may look."""
    row = lock(access, number, Permission.READ)
    mark, made = Presence.objects.get_or_create(case=row, person_id=access.me, defaults={"seen_at": now})
    came = made or now - mark.seen_at > timedelta(seconds=40)
    changed = came or mark.typing != typing
    mark.seen_at, mark.typing = now, typing
    mark.save(update_fields=["seen_at", "typing"])
    _read(access, row, now)
    if changed:
        changes.record(access.workspace, "presence", row.pk, now=now)


@transaction.atomic
def leave(access: Access, number: int, *, now: datetime) -> None:
    """Tell colleagues that one looks elsewhere."""
    row = lock(access, number, Permission.READ)
    if Presence.objects.filter(case=row, person_id=access.me).delete()[0]:
        changes.record(access.workspace, "presence", row.pk, now=now)


def _read(access: Access, row: CaseRow, now: datetime) -> None:
    if access.person is not None:
        ReadMark.objects.update_or_create(case=row, person_id=access.person, defaults={"at": now})


# What the sender reports ---------------------------------------------------
@transaction.atomic
def delivery_failed(case_id: int, *, now: datetime) -> None:
    """A reply could not be delivered: the case needs somebody again."""
    row = CaseRow.objects.select_for_update().filter(pk=case_id).first()
    if row is not None and Status(row.status) is Status.WAITING:
        row.take(row.value().hear(row.last_inbound_at, now))
        row.save()
        changes.record(row.workspace_id, "case", row.pk, now=now)


@transaction.atomic
def happened(case_id: int, text: str, *, now: datetime) -> None:
    """Put into a case's timeline that something happened."""
    row = CaseRow.objects.get(pk=case_id)
    Entry.objects.create(case=row, at=now, kind="event", name="Hubbub", text=text)
    changes.record(row.workspace_id, "case", row.pk, now=now)


def threads_read(cases: Iterable[int], *, now: datetime) -> None:
    """Note that the conversations around some cases were fetched."""
    CaseRow.objects.filter(pk__in=list(cases)).update(thread_read_at=now)

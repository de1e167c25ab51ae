"""Answering a case: a reply is stored and its delivery queued, or nothing changes."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from django.db import transaction

from hubbub.accounts.core.access import Access
from hubbub.care.core.errors import CannotSend, CaseMoved, LookBeforeSending
from hubbub.care.core.guard import warnings
from hubbub.care.models import CaseRow, Entry
from hubbub.care.selectors import last_from_customer, ways
from hubbub.care.services.cases.row import lock, read_by, store
from hubbub.channels.core.contract import Attached, Outgoing, too_long, too_much
from hubbub.channels.registry import open_channel
from hubbub.channels.selectors import for_sending
from hubbub.infra import outbox
from hubbub.infra.files import read
from hubbub.kernel.details import File
from hubbub.kernel.ids import OutboxId
from hubbub.kernel.text import clean


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
    read_by(access, row, now)
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

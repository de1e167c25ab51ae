"""Answering a case: a reply is stored and its delivery queued, or nothing changes."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
from django.db import transaction
from django.db.models import F

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.core.answering import Asked, Rules, Written, approval_reason
from hubbub.care.core.canned import unfilled
from hubbub.care.core.case import changes_between
from hubbub.care.core.errors import CannotSend, CaseMoved, LookBeforeSending, NeedsApproval, NotYourCase
from hubbub.care.core.guard import warnings
from hubbub.care.core.personas import Persona
from hubbub.care.core.tone import missing
from hubbub.care.core.views import Way
from hubbub.care.models import CannedReply, CaseRow, Entry
from hubbub.care.selectors import answer_rules, last_from_customer, undo_of, ways, words_of
from hubbub.care.selectors import persona as persona_of
from hubbub.care.services import work
from hubbub.care.services.cases.drafts import draft_spent
from hubbub.care.services.cases.made_of import articles_used
from hubbub.care.services.cases.row import lock, read_by, store
from hubbub.channels.core.contract import Attached, Outgoing, too_long, too_much
from hubbub.channels.registry import open_channel
from hubbub.channels.selectors import for_sending
from hubbub.infra import outbox
from hubbub.infra.files import read
from hubbub.kernel.details import File
from hubbub.kernel.errors import NotFound
from hubbub.kernel.ids import OutboxId
from hubbub.kernel.speech import say
from hubbub.kernel.text import clean

NO_CASE: Final = 0
"""What a message belongs to that stands in no case."""

EVERY: Final = frozenset({"*"})
"""Every tone check is taken for met: somebody looked at it before."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A reply that may leave: nothing speaks against it any more."""

    written: Written
    signed: str  # the words as they leave
    way: Way
    connection: int
    persona: Persona | None
    rules: Rules


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
    """Store a reply and queue its delivery at once, or change nothing.

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
    NeedsApproval
        If somebody else has to look at it first.
    NotYourCase
        If only the owner answers, and somebody else is.
    CaseMoved
        If a colleague answered meanwhile.
    CaseClosed
        If the case is closed.
    """
    row = lock(access, number)
    if (done := sent_before(row, named(access, key))) is not None:
        return done
    written = Written(text, private, attached=tuple(attached), confirmed=confirmed)
    ready = made_ready(access, row, written)
    nobody_answered_since(access, row, seen_reply)
    if reason := needs_approval(access, row, ready):
        raise NeedsApproval(reason=reason)
    return leave(access, row, ready, key=named(access, key), now=now)


def named(access: Access, key: str) -> str:
    """Return a caller's own name for a reply as it is kept. For this domain only."""
    return f"{access.workspace}-{key}"[:40] if key else ""


def sent_before(row: CaseRow, key: str) -> OutboxId | None:
    """Return the reply that has this name, as `named` made it. For this domain only."""
    if not key:
        return None
    done = Entry.objects.filter(case=row, data__key=key, kind="reply").first()
    return OutboxId(done.outbox) if done is not None and done.outbox is not None else None


def made_ready(access: Access, row: CaseRow, written: Written) -> Ready:
    """Return a reply that nothing speaks against, or raise what does. For this domain only."""
    rules = answer_rules(access.workspace)
    text = clean(written.text).strip()
    if not text and not written.attached:
        raise CannotSend(reason="Write something first.")
    _one_may_answer(access, row, rules)
    way = ways(access, row)[written.private]
    if not way.possible or way.connection is None:
        raise CannotSend(reason=way.reason)
    persona = _persona(access, way.connection, written)
    signed = text + persona.signature(private=written.private) if persona and text else text
    if (long := too_long(signed, way.abilities)) is not None:
        raise CannotSend(reason=say("Too long for {network}: {why}", network=way.network, why=long))
    if (wrong := too_much(written.attached, way.abilities)) is not None:
        raise CannotSend(reason=f"{way.network} {wrong}")
    draft = words_of(rules, row, text, private=written.private)
    if written.ticked != EVERY and (lacks := missing(rules.checks, draft, written.ticked)):
        raise CannotSend(reason=say("The tone check list asks for more. {checks}", checks=" ".join(lacks)))
    if not written.confirmed:
        look_first(text, private=written.private)
    return Ready(replace(written, text=text), signed, way, way.connection, persona, rules)


def _one_may_answer(access: Access, row: CaseRow, rules: Rules) -> None:
    if rules.owner_only and row.owner_id not in (None, access.person) and not access.may(Permission.APPROVE):
        raise NotYourCase(owner=row.owner.name if row.owner else say("Somebody else"))


def _persona(access: Access, connection: int, written: Written) -> Persona | None:
    if written.persona is None:
        return None
    found = persona_of(access, written.persona)
    if not found.may(person=access.me, connection=connection):
        raise CannotSend(reason=say("You can't write as {name} here. Choose somebody else.", name=found.name))
    return found


def look_first(text: str, *, private: bool) -> None:
    """Stop words that a person should look at before they leave. For this domain only."""
    left = [say("{field} is still to be filled in.", field=field) for field in unfilled(text)]
    if look := left + ([] if private else [each.advice for each in warnings(text)]):
        raise LookBeforeSending(reason=" ".join(look))


def nobody_answered_since(access: Access, row: CaseRow, seen_reply: int | None) -> None:
    """Stop a reply when a colleague answered after the person last looked. For this domain only."""
    if seen_reply is None:
        return
    newer = Entry.objects.filter(case=row, kind="reply", pk__gt=seen_reply).exclude(person_id=access.me).last()
    if newer is not None:
        raise CaseMoved(who=newer.name)


def needs_approval(access: Access, row: CaseRow, ready: Ready) -> str:
    """Say why somebody else has to look at a reply first; empty where nobody has to. For this domain only."""
    asked = Asked(
        kind=row.kind,
        queue=row.queue,
        channel=row.channel,
        private=ready.written.private,
        by=access.me,
        asked_by_playbook=row.needs_approval,
        persona=ready.persona.name if ready.persona and ready.persona.approve else "",
    )
    return approval_reason(ready.rules, asked)


def leave(
    access: Access, row: CaseRow, ready: Ready, *, key: str = "", undoable: bool = False, approved: str = "",
    pair: str = "", now: datetime,
) -> OutboxId:  # fmt: skip
    """Store a reply and queue its delivery. For this domain only.

    `key`: as `named` made it. `undoable`: for some seconds it can be taken back. `approved`: who looked at it.
    `pair`: what links two replies.
    """
    written, way = ready.written, ready.way
    by_hand = way.abilities.by_hand
    was = row.value()
    answered = was.answer(now, access.person)
    case = was if by_hand or written.aside else answered  # a letter answers once it was posted
    target = last_from_customer(row, private=written.private)
    assert target is not None
    message = Outgoing(
        key=secrets.token_hex(12),
        text=ready.signed,
        queued_at=now,
        parent=target.uri,
        parent_ref=target.ref or None,
        to=target.author if written.private else None,
        private=written.private,
    )
    wait_s = undo_of(ready.rules, row.channel) if undoable and not by_hand else 0
    queued = outbox.put(
        workspace=access.workspace,
        connection=ready.connection,
        conversation=f"{access.workspace}:{target.root}",
        subject=row.pk,
        key=message.key,
        payload=_payload(message, written.attached),
        expected_uri=_expected_uri(ready.connection, message),
        by_hand=by_hand,
        not_before=now + ready.rules.undo if wait_s else None,
        now=now,
    )
    data = {
        "as": way.as_handle,
        "network": way.network,
        "key": key,
        "by_hand": by_hand,
        "files": msgspec.to_builtins(written.attached),
        "persona": ready.persona.words if ready.persona else "",
        "approved": approved,
        "pair": pair,
    }
    if wait_s:
        data["undo"] = changes_between(was, case)
        data["unsigned"] = written.text
    entry = Entry.objects.create(
        case=row,
        at=now,
        kind="reply",
        outbox=queued,
        person_id=access.person,
        name=access.name,
        text=ready.signed,
        private=written.private,
        data={name: value for name, value in data.items() if value not in ("", [])},
    )
    if written.canned:
        CannedReply.objects.filter(workspace_id=access.workspace, pk__in=written.canned).update(uses=F("uses") + 1)
    articles_used(row, entry, written.text, now)
    store(access, row, case, "reply", now, private=written.private, length=len(written.text))
    read_by(access, row, now)
    draft_spent(access, row, written.mode, written.text, now, written.attached)
    work.answered(access, row, now=now)
    return queued


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


def outgoing_payload(connection: int, message: Outgoing) -> tuple[dict[str, object], str | None]:
    """Return a message without files as the outbox carries it, and the uri it will have. For this domain only."""
    return _payload(message, ()), _expected_uri(connection, message)


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
        raise CannotSend(reason=say("The file {name} is not there any more. Attach it again.", name=file.name))
    return Attached(file.name, file.type, data, file.alt)


def _expected_uri(connection: int, message: Outgoing) -> str | None:
    kind, config, secret = for_sending(connection)
    return open_channel(kind, config, secret).expected_uri(message)


def publish(access: Access, connection: int, text: str, *, conversation: str, now: datetime) -> OutboxId:
    """Queue a public post that answers nobody, in the caller's transaction. For this domain only."""
    message = Outgoing(key=secrets.token_hex(12), text=text, queued_at=now)
    return outbox.put(
        workspace=access.workspace,
        connection=connection,
        conversation=conversation,
        subject=NO_CASE,
        key=message.key,
        payload=_payload(message, ()),
        expected_uri=_expected_uri(connection, message),
        now=now,
    )


def own_reply(row: CaseRow, outbox_id: int) -> Entry:
    """Return the line of a reply in its case. For this domain only."""
    entry = Entry.objects.filter(case=row, outbox=outbox_id, kind="reply").first()
    if entry is None:
        raise NotFound(what="reply", which=outbox_id)
    return entry

"""What is said for an incident: once on each network, or once to each of the first. A person sends it, always."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from hubbub.accounts.core.access import Access
from hubbub.care.core.errors import CannotSend
from hubbub.care.core.incidents import Say
from hubbub.care.models import CaseRow, Incident, IncidentMessage
from hubbub.care.services import cases
from hubbub.care.services.cases.answer import look_first, publish
from hubbub.care.services.incidents.row import happened, lock, store
from hubbub.channels import selectors as channels
from hubbub.channels.core.contract import too_long
from hubbub.kernel.errors import HubbubError, InvalidInput
from hubbub.kernel.ids import ConnectionId
from hubbub.kernel.speech import say
from hubbub.kernel.text import clean

MOST = 50
"""Of the first, that are answered at once."""
MAX_DRAFT = 5_000


@dataclass(frozen=True, slots=True)
class Offered:
    """To how many it went, and why not to others."""

    sent: int
    not_sent: tuple[tuple[int, str], ...]  # case, why


@transaction.atomic
def keep(access: Access, incident: int, kind: Say, text: str) -> None:
    """Keep a draft, as it is typed."""
    row = lock(access, incident, open_only=False)
    _draft(row, kind, clean(text)[:MAX_DRAFT])
    row.save(update_fields=[kind.value])


def _draft(row: Incident, kind: Say, text: str) -> None:
    setattr(row, kind.value, text)


@transaction.atomic
def post(
    access: Access,
    incident: int,
    kind: Say,
    *,
    text: str,
    connections: Sequence[int],
    confirmed: bool = False,
    now: datetime,
) -> int:
    """Say something in public, as one post on each network, once; return on how many.

    Raises
    ------
    InvalidInput
        If no network is chosen, or it was said there before.
    CannotSend
        If it is empty or too long for a network, or one carries no posts.
    LookBeforeSending
        If it speaks of compensation, liability or personal data and is not confirmed.
    """
    row = lock(access, incident, open_only=kind is not Say.FEEDBACK)
    text = _checked(text, confirmed=confirmed)
    if not connections:
        raise InvalidInput(reason="Choose at least one network.")
    known = {each.id: each for each in channels.connections(access)}
    for connection in dict.fromkeys(connections):
        value = known.get(ConnectionId(connection))
        if value is None or not value.enabled or not value.abilities.posts:
            raise CannotSend(reason="One of the chosen networks carries no posts of ours.")
        if (long := too_long(text, value.abilities)) is not None:
            raise CannotSend(reason=say("Too long for {where}: {why}", where=value.label, why=long))
        where = f"connection {connection}"
        if IncidentMessage.objects.filter(incident=row, kind=kind, where=where).exists():
            raise InvalidInput(reason=say("It was said on {where} already: once is enough.", where=value.label))
        queued = publish(access, connection, text, conversation=f"{access.workspace}:incident:{row.pk}", now=now)
        _said(access, row, kind, where, queued, text, None, now)
    _draft(row, kind, text)
    names = ", ".join(each.label for pk, each in known.items() if pk in connections)
    store(
        access,
        row,
        f"incident {kind}",
        access.say("{name} posted on {names}.", name=access.name, names=names),
        now,
        text=text,
    )
    return len(dict.fromkeys(connections))


def _checked(text: str, *, confirmed: bool) -> str:
    text = clean(text).strip()
    if not text:
        raise CannotSend(reason="Write something first.")
    if not confirmed:
        look_first(text, private=False)
    return text


def _said(
    access: Access, row: Incident, kind: Say, where: str, queued: int, text: str, case: CaseRow | None, now: datetime
) -> None:
    IncidentMessage.objects.create(
        incident=row,
        kind=kind,
        where=where,
        case=case,
        outbox=queued,
        text=text,
        person_id=access.person,
        name=access.name,
        at=now,
    )


@transaction.atomic
def reply_first(
    access: Access, incident: int, *, text: str, first: int, confirmed: bool = False, now: datetime
) -> Offered:
    """Answer the first that spoke in public with the holding message, each once."""
    row = lock(access, incident)
    text = _checked(text, confirmed=confirmed)
    found = _to_each(access, row, Say.HOLDING, text, first, private=False, confirmed=confirmed, now=now)
    _draft(row, Say.HOLDING, text)
    happened(
        access,
        row,
        access.say("{name} answered the first {number} in public.", name=access.name, number=found.sent),
        now,
    )
    return found


@transaction.atomic
def offer(access: Access, incident: int, *, text: str, first: int, now: datetime) -> Offered:
    """Offer help in private to the first that came, each once."""
    row = lock(access, incident)
    text = clean(text).strip()
    if not text:
        raise CannotSend(reason="Write something first.")
    found = _to_each(access, row, Say.OFFER, text, first, private=True, confirmed=True, now=now)
    _draft(row, Say.OFFER, text)
    happened(
        access, row, access.say("{name} offered help to {number} in private.", name=access.name, number=found.sent), now
    )
    return found


def _to_each(
    access: Access, row: Incident, kind: Say, text: str, first: int, *, private: bool, confirmed: bool, now: datetime
) -> Offered:
    if not 1 <= first <= MOST:
        raise InvalidInput(reason=say("Choose 1 to {most} people.", most=MOST))
    done = IncidentMessage.objects.filter(incident=row, kind=kind, case__isnull=False).values("case")
    members = row.members.exclude(pk__in=done).exclude(status__in=("resolved", "closed"))
    members = members if private else members.filter(private=False)
    sent, not_sent = 0, []
    for pk, number in members.order_by("opened_at", "id").values_list("pk", "number")[: first * 2]:
        if sent == first:
            break
        try:
            with transaction.atomic():
                key = f"incident-{row.pk}-{kind}-{number}"
                queued = cases.reply(access, number, text=text, private=private, confirmed=confirmed, key=key, now=now)
                _said(access, row, kind, f"case {number}", queued, text, CaseRow.objects.get(pk=pk), now)
        except HubbubError as error:
            not_sent.append((number, str(error)))
        else:
            sent += 1
    if not sent and not_sent:
        raise CannotSend(
            reason=say("It could not go to anybody. Case {number}: {why}", number=not_sent[0][0], why=not_sent[0][1])
        )
    return Offered(sent, tuple(not_sent))

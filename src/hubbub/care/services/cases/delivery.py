"""What becomes of a reply on its way, and what people do about it."""

from datetime import datetime

from django.db import transaction

from hubbub.accounts.core.access import Access
from hubbub.care.core.case import Status
from hubbub.care.models import CaseRow, Entry
from hubbub.care.services import clocks
from hubbub.care.services.cases.row import event, lock, store
from hubbub.infra import changes, outbox
from hubbub.kernel.errors import NotFound


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
        event(access, row, now, access.say("{name} posted the letter.", name=access.name))
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


@transaction.atomic
def delivery_failed(case_id: int, *, now: datetime) -> None:
    """A reply could not be delivered: the case needs somebody again."""
    row = CaseRow.objects.select_for_update().filter(pk=case_id).first()
    while row is not None and row.merged_into is not None:  # the answer stands in the other case by now
        others = CaseRow.objects.select_for_update().filter(workspace=row.workspace_id, number=row.merged_into)
        row = others.first()
    if row is not None and Status(row.status) is Status.WAITING:
        row.take(row.value().hear(row.last_inbound_at, now))
        clocks.save(row, now)
        changes.record(row.workspace_id, "case", row.pk, now=now)


@transaction.atomic
def happened(case_id: int, text: str, *, now: datetime) -> None:
    """Put into a case's timeline that something happened."""
    row = CaseRow.objects.get(pk=case_id)
    Entry.objects.create(case=row, at=now, kind="event", name="Hubbub", text=text)
    changes.record(row.workspace_id, "case", row.pk, now=now)

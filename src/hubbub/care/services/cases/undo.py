"""Undo send: for some seconds a reply waits where no sender may take it, and its author can have it back."""

from datetime import datetime

import msgspec
from django.db import transaction

from hubbub.accounts.core.access import Access
from hubbub.care.core.errors import TooLate
from hubbub.care.models import CaseRow, Entry
from hubbub.care.services import clocks
from hubbub.care.services.cases.answer import own_reply
from hubbub.care.services.cases.drafts import put_back
from hubbub.care.services.cases.row import lock, store
from hubbub.infra import outbox
from hubbub.kernel.details import File
from hubbub.kernel.errors import NotFound


@transaction.atomic
def undo(access: Access, number: int, outbox_id: int, *, now: datetime) -> None:
    """Take a reply of one's own back before it leaves; its words and files stand in the composer again.

    Of two that were sent as one deed, both come back, or the one that has not left.

    Raises
    ------
    TooLate
        If a sender has taken it: either that or this wins, never both.
    """
    row = lock(access, number)
    entry = own_reply(row, outbox_id)
    if entry.person_id != access.person:
        raise NotFound(what="reply", which=outbox_id)
    taken_back = [_back(access, row, each, now) for each in _pair(row, entry)]
    if not any(taken_back):
        raise TooLate


def _pair(row: CaseRow, entry: Entry) -> list[Entry]:
    """Return what belongs together, the last first, as its changes are undone first."""
    if not entry.data.get("pair"):
        return [entry]
    return list(Entry.objects.filter(case=row, kind="reply", data__pair=entry.data["pair"]).order_by("-pk"))


def _back(access: Access, row: CaseRow, entry: Entry, now: datetime) -> bool:
    if "undo" not in entry.data or not outbox.withdraw(access.workspace, entry.outbox or 0, now=now):
        return False
    case = row.value().undone(entry.data["undo"])
    files = msgspec.convert(entry.data.get("files", []), tuple[File, ...])
    put_back(access, row, "private" if entry.private else "public", entry.data["unsigned"], files, now)
    entry.delete()
    clocks.revive(row, entry.at)
    store(access, row, case, "undo send", now, private=entry.private)
    return True

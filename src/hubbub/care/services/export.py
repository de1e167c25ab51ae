"""Taking cases out as a file: who did it, and how much, stands in the audit log."""

from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO

from django.db import transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.services import audit
from hubbub.care.core.export import MOST, Form, defused
from hubbub.care.selectors.export import chunks, columns_of
from hubbub.infra.sheets import write


@transaction.atomic
def export(access: Access, ids: Iterable[int], form: Form, what: str, to: BinaryIO, *, now: datetime) -> int:
    """Write cases into a file, one a row, `MOST` at most; return how many."""
    access.require(Permission.EXPORT)
    columns = {defused(name): kind for name, kind in columns_of(access).items()}
    many = write(form.value, columns, chunks(access, ids, MOST), to, defused)
    audit(access, "cases exported", what[:200], now=now, after={"form": form.value, "cases": many})
    return many

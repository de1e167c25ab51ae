"""Taking cases out as a file: who did it, and how much left, stands in the audit log."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.services import audit
from hubbub.care.core.export import Form, Value, defused
from hubbub.care.selectors.export import chunks, columns_of
from hubbub.infra.sheets import pieces


def export(access: Access, ids: Iterable[int], form: Form, what: str, *, now: datetime) -> Iterator[bytes]:
    """Return cases as a file, one a row, in pieces that are read while it is sent; no number is too many.

    No transaction holds others up so long. Each line of the audit log stands by itself: that a file was begun, before
    anything leaves, and how many cases left, also where somebody turned away in the midst of it.
    """
    access.require(Permission.EXPORT)
    columns = {defused(name): kind for name, kind in columns_of(access).items()}
    audit(access, "export begun", what, now=now, after={"form": form.value})
    return _written(access, columns, ids, form, what, now)


def _written(
    access: Access, columns: dict[str, type], ids: Iterable[int], form: Form, what: str, now: datetime
) -> Iterator[bytes]:
    many = 0

    def counted() -> Iterator[list[list[Value]]]:
        nonlocal many
        for rows in chunks(access, ids):
            many += len(rows)
            yield rows

    try:
        yield from pieces(form.value, columns, counted(), defused)
    finally:
        audit(access, "cases exported", what, now=now, after={"form": form.value, "cases": many})

"""Taking cases out as a file: who did it, and how much left, stands in the audit log."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.services import audit, audit_came_to
from hubbub.care.core.export import Form, Value, defused
from hubbub.care.selectors.export import chunks, columns_of
from hubbub.infra.sheets import pieces


def export(access: Access, ids: Iterable[int], form: Form, what: str, *, now: datetime) -> Iterator[bytes]:
    """Return cases as a file, one a row, in pieces that are read while it is sent; no number is too many.

    It is no transaction, which would hold others up so long: its line in the audit log is there before anything leaves,
    and says in the end how many cases left, also where somebody turned away in the midst of it.
    """
    access.require(Permission.EXPORT)
    columns = {defused(name): kind for name, kind in columns_of(access).items()}
    line = audit(access, "cases exported", what, now=now, after={"form": form.value})
    return _written(access, columns, ids, form, line)


def _written(access: Access, columns: Mapping[str, type], ids: Iterable[int], form: Form, line: int) -> Iterator[bytes]:
    many = 0

    def counted() -> Iterator[list[list[Value]]]:
        nonlocal many
        for rows in chunks(access, ids):
            many += len(rows)
            yield rows

    try:
        yield from pieces(form.value, columns, counted(), defused)
    finally:
        audit_came_to(line, {"form": form.value, "cases": many})

"""Customers: read from a file, and looked for behind the accounts that write."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.db import transaction

from hubbub.accounts import selectors as accounts
from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.services import audit
from hubbub.care.core.customers.contacts import mail_of
from hubbub.care.core.customers.table import CustomerRow, columns_of, customer_of
from hubbub.care.services.customers import look_for_matches
from hubbub.care.services.customers.matches import unmatched_workspaces
from hubbub.care.services.customers.taking_in import take_in
from hubbub.channels import selectors as channels
from hubbub.channels.adapters.file.table import open_table
from hubbub.kernel.errors import Conflict, InvalidInput
from hubbub.kernel.ids import WorkspaceId
from hubbub.kernel.speech import say, speaking

SHOWN = 20


@dataclass(frozen=True, slots=True)
class ImportedCustomers:
    """How an import of customers went."""

    read: int
    new: int
    changed: int
    rejected: int
    reasons: Sequence[tuple[str, int, int]]  # in words, how often, and the first line with it


def look(now: datetime) -> int:
    """Look in every workspace which accounts are one person's; return how many were looked through."""
    done = 0
    for workspace in unmatched_workspaces():
        access = accounts.enter_as_hubbub(WorkspaceId(workspace))
        with speaking(access.language):
            done += look_for_matches(access, ours=_ours(access), now=now)
    return done


def _ours(access: Access) -> frozenset[str]:
    """Our own addresses, as customers write them in their mails."""
    return frozenset(filter(None, (mail_of(each.handle) for each in channels.connections(access))))


@transaction.atomic
def take_one(access: Access, row: CustomerRow, *, now: datetime) -> tuple[int, bool]:
    """Keep what another system tells of one customer; return who they are here, and whether they are new."""
    customer, new = take_in(access, row, now=now)
    audit(access, "customer taken in", f"customer {customer}", now=now)
    return customer, new


def import_customers(
    access: Access,
    path: Path,
    *,
    mapping: str = "",
    tell: Callable[[int], None] = lambda _: None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> ImportedCustomers:
    """Keep the customers of a CSV or JSON lines file, with their products; the same file again changes nothing.

    A line that can't be read is left out and said; the others are kept.

    Raises
    ------
    BadConnection
        If the file can't be read.
    InvalidInput
        If its columns can't be told apart; the sentence says which to name.
    """
    access.require(Permission.LISTEN)
    table = open_table(path)
    places, country = columns_of(table.header, mapping), accounts.calling_code(access)
    reasons: Counter[str] = Counter()
    first: dict[str, int] = {}
    read = new = changed = 0
    for number, record in table.records():
        read += 1
        try:
            if isinstance(record, str):
                raise InvalidInput(reason=say("This line {problem}.", problem=record.partition(":")[0]))
            _, made = take_in(access, customer_of(table.values(record), places, country), now=now())
            new, changed = new + made, changed + (not made)
        except (InvalidInput, Conflict) as error:
            reasons[str(error)] += 1
            first.setdefault(str(error), number)
        tell(read)
    audit(access, "customers imported", path.name[:100], now=now(), after={"read": read, "new": new})
    told = tuple((reason, count, first[reason]) for reason, count in reasons.most_common(SHOWN))
    return ImportedCustomers(read, new, changed, reasons.total(), told)

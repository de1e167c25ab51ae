"""The row of a customer: locked, found again by its words, and told of. Every write on customers goes through here."""

from datetime import datetime

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Workspace
from hubbub.care.models import CaseRow, Customer
from hubbub.infra import changes
from hubbub.infra.search import Index
from hubbub.kernel.errors import NotFound
from hubbub.kernel.tokens import tokens

CUSTOMERS = Index("customer")


def one_at_a_time(access: Access) -> None:
    """Let one change of who is who happen after the other: each may touch every account of a person."""
    access.require(Permission.WORK)
    Workspace.objects.select_for_update(no_key=True).get(pk=access.workspace)


def lock(access: Access, customer: int) -> Customer:
    """Return a customer's row, locked."""
    access.require(Permission.WORK)
    row = Customer.objects.select_for_update().filter(workspace_id=access.workspace, pk=customer).first()
    if row is None:
        raise NotFound(what="customer", which=customer)
    return row


def tell(customer: Customer, now: datetime) -> None:
    """Let a customer be found by what is known of them now, and the pages of their cases show it."""
    accounts = list(customer.accounts.values_list("name", "handle", "native"))
    serials = list(customer.owned.values_list("product", "serial"))
    texts = [customer.name, customer.reference, customer.address, customer.note]
    texts += [part for each in (*accounts, *serials) for part in each]
    CUSTOMERS.put(customer.workspace_id, {customer.pk: [tokens(each) for each in dict.fromkeys(texts) if each]})
    cases = CaseRow.objects.filter(account__customer=customer).order_by("-id").values_list("pk", flat=True)[:50]
    changes.record_many([(customer.workspace_id, "case", case) for case in cases], now=now)
    changes.record(customer.workspace_id, "customer", customer.pk, now=now)

"""Customers as another system knows them: one at a time, each found again by reference, address or number."""

from datetime import datetime

from django.db import transaction

from hubbub.accounts.core.access import Access
from hubbub.care.core.customers.table import CustomerRow
from hubbub.care.core.customers.views import SOURCES
from hubbub.care.models import Customer, SocialAccount
from hubbub.care.services.customers import profile, things
from hubbub.care.services.customers.matches import one_person
from hubbub.care.services.customers.rows import one_at_a_time, tell
from hubbub.kernel.errors import Conflict
from hubbub.kernel.speech import say


@transaction.atomic
def take_in(access: Access, given: CustomerRow, *, now: datetime) -> tuple[int, bool]:
    """Keep what another system tells of a customer; return who they are here, and whether they are new.

    What is empty there stays as it is here. Their address and number are known accounts of theirs from now on. The
    caller notes it in the audit log.

    Raises
    ------
    Conflict
        If the reference is one customer's and the address or number another's.
    InvalidInput
        If a text is too long, or a warranty ends before it begins.
    """
    one_at_a_time(access)
    row = Customer.objects.filter(workspace_id=access.workspace, reference=given.reference or None).first()
    accounts = [
        SocialAccount.objects.get_or_create(
            workspace_id=access.workspace,
            channel=channel,
            native=native,
            defaults={"name": given.name, "handle": native if channel == "mail" else "", "seen_at": now},
        )[0]
        for channel, native in (("mail", given.mail), ("phone", given.phone))
        if native
    ]
    owners = [each.customer for each in accounts if each.customer is not None]
    row = row or next(iter(owners), None)
    if row is not None and any(owner.reference and owner != row for owner in owners):
        other = next(owner for owner in owners if owner != row)
        raise Conflict(
            reason=say(
                "That address or number is {name}’s, reference {reference}.", name=other.name, reference=other.reference
            )
        )
    made = row is None
    row = row or Customer.objects.create(workspace_id=access.workspace, name=given.name[:200], created_at=now)
    for each in accounts:
        each.known = True
        if each.customer is None:
            each.customer = row
        each.save(update_fields=["known", "customer"])
    for each in accounts[1:]:
        one_person(access, accounts[0], each, now)
    if accounts:
        accounts[0].refresh_from_db()
        row = accounts[0].customer or row
    told = {"name": given.name, "reference": given.reference, "address": given.address, "note": given.note}
    told["heard_of"] = given.heard_of if given.heard_of in SOURCES else ("other" if given.heard_of else "")
    told["heard_of_note"] = given.heard_of if told["heard_of"] == "other" else ""
    profile.put(row, **{name: value for name, value in told.items() if value})
    if given.product:
        things.put(
            row,
            product=given.product,
            serial=given.serial,
            since=given.since,
            warranty_until=given.warranty_until,
        )
    row.accounts.update(matched=False)
    tell(row, now)
    return row.pk, made

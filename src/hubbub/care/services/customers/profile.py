"""Who a customer is."""

from datetime import datetime

from django.db import transaction

from hubbub.accounts.core.access import Access
from hubbub.accounts.services import audit
from hubbub.care.core.customers.views import SOURCES
from hubbub.care.models import Customer, SocialAccount
from hubbub.care.services.customers.rows import lock, one_at_a_time, tell
from hubbub.channels.core.values import handle_words
from hubbub.kernel.errors import Conflict, InvalidInput, NotFound
from hubbub.kernel.speech import mark, say
from hubbub.kernel.text import clean

LENGTHS = {mark("name"): 200, mark("reference"): 60, mark("address"): 500, mark("note"): 5_000, "heard_of_note": 200}
_NAMED = {"heard_of_note": mark("heard of note")}


@transaction.atomic
def make(access: Access, *, name: str, reference: str = "", now: datetime) -> int:
    """Make a customer who has no account yet; return their id.

    Raises
    ------
    InvalidInput
        If there is no name.
    Conflict
        If somebody else has the reference.
    """
    one_at_a_time(access)
    row = Customer(workspace_id=access.workspace, created_at=now)
    row.name, row.reference = _fit("name", name), _fit("reference", reference)
    _check(row)
    row.save()
    audit(access, "customer made", f"customer {row.pk}", now=now)
    tell(row, now)
    return row.pk


@transaction.atomic
def customer_of_account(access: Access, account: int, *, now: datetime) -> int:
    """Return the customer that an account is of; one is made where there is none."""
    one_at_a_time(access)
    row = SocialAccount.objects.filter(workspace_id=access.workspace, pk=account).first()
    if row is None:
        raise NotFound(what="account", which=account)
    return ensure(access, row, now).pk


def ensure(access: Access, account: SocialAccount, now: datetime) -> Customer:
    """Return an account's customer, made where there is none. Part of a larger transaction."""
    if account.customer is not None:
        return account.customer
    name = (account.name or handle_words(account.channel, account.handle) or account.native)[:200]
    account.customer = Customer.objects.create(workspace_id=access.workspace, name=name, created_at=now)
    account.save(update_fields=["customer"])
    tell(account.customer, now)
    return account.customer


@transaction.atomic
def change(access: Access, customer: int, *, now: datetime, **given: str) -> None:
    """Change what is known of a customer: name, reference, address, note, heard_of, heard_of_note.

    Raises
    ------
    InvalidInput
        If the name is empty, a text too long, or `heard_of` none of the known ways.
    Conflict
        If somebody else has the reference.
    """
    row = lock(access, customer)
    if changed := put(row, **given):  # which ones, not what they say: the log outlives an erasure
        audit(access, "customer changed", f"customer {row.pk}", now=now, after={"changed": changed})
        tell(row, now)


def put(row: Customer, **given: str) -> list[str]:
    """Put what is known into a locked customer; return what is other than before. Part of a larger transaction."""
    before = {name: getattr(row, name) for name in given}
    for name, value in given.items():
        if name == "heard_of":
            if value not in SOURCES:
                raise InvalidInput(
                    reason=say("They heard of us by {ways}, or it is not known.", ways=", ".join(map(say, SOURCES[1:])))
                )
            row.heard_of = value
        else:
            setattr(row, name, _fit(name, value))
    _check(row)
    row.save()
    return [name for name in given if before[name] != getattr(row, name)]


def _fit(name: str, value: str) -> str:
    value = clean(value).strip()
    if len(value) > LENGTHS[name]:
        raise InvalidInput(
            reason=say(
                "The {what} has at most {most:,} characters.", what=say(_NAMED.get(name, name)), most=LENGTHS[name]
            )
        )
    return value


def _check(row: Customer) -> None:
    if not row.name:
        raise InvalidInput(reason="Give the customer a name.")
    if row.reference:
        others = Customer.objects.filter(workspace_id=row.workspace_id, reference=row.reference).exclude(pk=row.pk)
        if other := others.first():
            raise Conflict(
                reason=say("{name} has the reference {reference} already.", name=other.name, reference=row.reference)
            )

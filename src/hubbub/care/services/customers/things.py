"""What a customer owns, and what they allowed."""

from datetime import date, datetime

from django.db import transaction

from hubbub.accounts.core.access import Access
from hubbub.accounts.services import audit
from hubbub.care.core.customers.views import Way
from hubbub.care.models import Consent, Customer, Owned
from hubbub.care.services.customers.rows import lock, tell
from hubbub.kernel.errors import Conflict, InvalidInput, NotFound
from hubbub.kernel.speech import say
from hubbub.kernel.text import clean


@transaction.atomic
def own(
    access: Access,
    customer: int,
    *,
    product: str,
    serial: str = "",
    since: date | None = None,
    warranty_until: date | None = None,
    now: datetime,
) -> int:
    """Note a product that a customer owns; the same serial number, or product and day, again changes what is noted.

    Raises
    ------
    InvalidInput
        If there is no product, or the warranty ends before it begins.
    Conflict
        If somebody else owns the serial number.
    """
    row = lock(access, customer)
    owned = put(row, product=product, serial=serial, since=since, warranty_until=warranty_until)
    audit(access, "product noted", f"customer {row.pk}", now=now, after={"product": owned.product})
    tell(row, now)
    return owned.pk


def put(row: Customer, *, product: str, serial: str, since: date | None, warranty_until: date | None) -> Owned:
    """Put a product into the things of a locked customer. Part of a larger transaction."""
    product, serial = " ".join(clean(product).split())[:100], " ".join(clean(serial).split())[:100]
    if not product:
        raise InvalidInput(reason="Say which product it is.")
    if since and warranty_until and warranty_until < since:
        raise InvalidInput(reason="The warranty ends before they had it. Look at the two days.")
    same = {"serial": serial} if serial else {"serial": "", "product": product, "since": since, "customer": row}
    owned = Owned.objects.filter(workspace_id=row.workspace_id, **same).first()
    if owned is not None and owned.customer_id != row.pk:
        raise Conflict(reason=say("Serial number {serial} is {name}’s.", serial=serial, name=owned.customer.name))
    owned = owned or Owned(workspace_id=row.workspace_id, customer=row, serial=serial)
    owned.product, owned.since, owned.warranty_until = product, since, warranty_until
    owned.save()
    row.accounts.update(matched=False)  # a serial number may tell that another account is theirs
    return owned


@transaction.atomic
def own_no_more(access: Access, customer: int, owned: int, *, now: datetime) -> None:
    """Take a product from a customer: sold, given back, or noted by mistake."""
    row = lock(access, customer)
    thing = Owned.objects.filter(customer=row, pk=owned).first()
    if thing is None:
        raise NotFound(what="product", which=owned)
    audit(access, "product removed", f"customer {row.pk}", now=now, before={"product": thing.product})
    thing.delete()
    tell(row, now)


@transaction.atomic
def note_consent(
    access: Access,
    customer: int,
    *,
    way: str,
    given: bool,
    at: datetime | None = None,
    source: str,
    words: str,
    now: datetime,
) -> None:
    """Note what a customer allowed or forbade: when, how we know, and in which words. Earlier words stay, as proof.

    Raises
    ------
    InvalidInput
        If the way is none, it lies in the future, or it is not said how we know.
    """
    row = lock(access, customer)
    if way not in set(Way):
        raise InvalidInput(reason=say("A permission is for one of {ways}.", ways=", ".join(Way)))
    source, words = " ".join(clean(source).split())[:100], clean(words).strip()[:1000]
    if not source:
        raise InvalidInput(reason="Say how we know: a form, a call, a case.")
    if given and not words:
        raise InvalidInput(reason="Give the words they agreed to.")
    if at is not None and at > now:
        raise InvalidInput(reason="That is in the future. Say when they told us.")
    Consent.objects.create(
        customer=row,
        way=way,
        given=given,
        at=at or now,
        source=source,
        words=words,
        person_id=access.person,
        noted_at=now,
    )
    action = "permission given" if given else "permission withdrawn"
    audit(access, action, f"customer {row.pk}", now=now, after={"way": way, "source": source})
    tell(row, now)

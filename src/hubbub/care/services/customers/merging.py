"""Two customers that are one person become one, and can be parted again without loss."""

from datetime import datetime
from typing import Any

from django.db import transaction

from hubbub.accounts.core.access import Access
from hubbub.accounts.services import audit
from hubbub.care.models import Consent, Customer, Match, Merge, Owned, SocialAccount
from hubbub.care.services.customers.rows import CUSTOMERS, lock, one_at_a_time, tell
from hubbub.kernel.errors import Conflict, NotFound
from hubbub.kernel.speech import say

TEXTS = ("name", "reference", "address", "note", "heard_of", "heard_of_note")
THINGS: tuple[tuple[str, Any], ...] = (("accounts", SocialAccount), ("owned", Owned), ("consents", Consent))


@transaction.atomic
def merge(access: Access, kept: int, other: int, *, now: datetime) -> int:
    """Make two customers one; what `kept` lacks comes from the other. Return the key by which it can be undone.

    Raises
    ------
    Conflict
        If both are the same.
    """
    one_at_a_time(access)
    if kept == other:
        raise Conflict(reason="That is the same customer.")
    return join(access, lock(access, kept), lock(access, other), now)


def join(access: Access, kept: Customer, gone: Customer, now: datetime) -> int:
    """Make two customers one. Part of a larger transaction, in which nobody else changes who is who."""
    taken = {name: getattr(gone, name) for name in TEXTS if not getattr(kept, name) and getattr(gone, name)}
    memory = {
        "id": gone.pk,
        "created_at": gone.created_at.isoformat(),
        "merges": list(gone.merges.filter(undone_at__isnull=True).values_list("pk", flat=True)),
        "taken": taken,
        **{name: getattr(gone, name) for name in TEXTS},
        **{name: list(model.objects.filter(customer=gone).values_list("pk", flat=True)) for name, model in THINGS},
    }
    made = Merge.objects.create(customer=kept, gone=memory, at=now, person_id=access.person)
    for _, model in THINGS:
        model.objects.filter(customer=gone).update(customer=kept)
    Merge.objects.filter(customer=gone).update(customer=kept)
    CUSTOMERS.drop([gone.pk])
    gone.delete()
    for name, value in taken.items():
        setattr(kept, name, value)
    kept.save()
    audit(access, "customers merged", f"customer {kept.pk}", now=now, after={"with": memory["id"]})
    tell(kept, now)
    return made.pk


@transaction.atomic
def unmerge(access: Access, merge: int, *, now: datetime) -> int:
    """Part two customers again; return the id of the one who comes back, as it was.

    What was noted since they became one stays with the one that was kept.

    Raises
    ------
    Conflict
        If it was undone already, or a reference was given to somebody else since.
    """
    one_at_a_time(access)
    row = Merge.objects.select_for_update().filter(customer__workspace_id=access.workspace, pk=merge).first()
    if row is None:
        raise NotFound(what="merge", which=merge)
    if row.undone_at is not None:
        raise Conflict(reason="They were parted already.")
    kept, memory = lock(access, row.customer_id), row.gone
    for name, value in memory["taken"].items():
        if getattr(kept, name) == value:
            setattr(kept, name, "")
    kept.name = kept.name or memory["name"]
    kept.save()
    taken = Customer.objects.filter(workspace_id=access.workspace, reference=memory["reference"])
    if memory["reference"] and taken.exists():
        raise Conflict(
            reason=say("The reference {reference} is somebody else’s by now.", reference=memory["reference"])
        )
    back = Customer(pk=memory["id"], workspace_id=access.workspace, **{name: memory[name] for name in TEXTS})
    back.created_at = datetime.fromisoformat(memory["created_at"])
    back.save(force_insert=True)
    for name, model in THINGS:
        model.objects.filter(pk__in=memory[name], customer=kept).update(customer=back)
    Merge.objects.filter(pk__in=memory["merges"], customer=kept).update(customer=back)
    Match.objects.filter(
        workspace_id=access.workspace, state="joined", one__customer__in=(kept, back), other__customer__in=(kept, back)
    ).exclude(one__customer=kept, other__customer=kept).exclude(one__customer=back, other__customer=back).update(
        state="refused", person_id=access.person, at=now
    )
    row.undone_at = now
    row.save()
    audit(access, "customers parted", f"customer {kept.pk}", now=now, after={"from": back.pk})
    tell(kept, now)
    tell(back, now)
    return back.pk

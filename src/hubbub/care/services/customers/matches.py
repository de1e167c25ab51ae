"""Which accounts are one person: looked for in the background, asked where it is likely, joined where it is proven."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from hubbub.accounts.core.access import Access
from hubbub.accounts.selectors import calling_code
from hubbub.accounts.services import audit
from hubbub.care.core.customers.contacts import mail_of, told
from hubbub.care.core.customers.matching import MAYBE, Profile, likeness, traits
from hubbub.care.models import Match, Owned, SocialAccount, Trait
from hubbub.care.services.customers.merging import join
from hubbub.care.services.customers.profile import ensure
from hubbub.care.services.customers.rows import one_at_a_time, tell
from hubbub.kernel.errors import Conflict, NotFound
from hubbub.listening.models import Post

AT_ONCE = 5  # nobody else can write on SQLite meanwhile
TEXTS = 20  # private messages of a person that are read for addresses
COMMON = 20  # so many accounts that share a trait say nothing by it
_SERIAL = re.compile(r"\b(?=[A-Z0-9-]*\d)[A-Z0-9][A-Z0-9-]{5,40}\b", re.IGNORECASE)


def look_for_matches(access: Access, *, ours: frozenset[str], now: datetime) -> int:
    """Look through some accounts that were not looked through yet; return how many.

    `ours`: our own addresses and numbers, which are nobody else's.
    """
    with transaction.atomic():
        rows = SocialAccount.objects.filter(workspace_id=access.workspace, matched=False).order_by("id")
        found = list(rows[:AT_ONCE])
        if not found:
            return 0
        one_at_a_time(access)
        country = calling_code(access)
        profiles = [_profile(row, ours, country) for row in found]
        _note(access, profiles)
        for row, mine in zip(found, profiles, strict=True):
            row.refresh_from_db(fields=["customer"])
            if not row.employee:
                _look(access, row, mine, now)
        SocialAccount.objects.filter(pk__in=[row.pk for row in found]).update(matched=True)
    return len(found)


def _note(access: Access, profiles: Sequence[Profile]) -> None:
    """Keep under what accounts are found."""
    Trait.objects.filter(account__in=[each.account for each in profiles]).delete()
    Trait.objects.bulk_create(
        Trait(account_id=each.account, workspace_id=access.workspace, kind=trait.kind, value=trait.value)
        for each in profiles
        for trait in traits(each)
    )


def _look(access: Access, row: SocialAccount, mine: Profile, now: datetime) -> None:
    for other in _alike(access, row, [(each.kind, each.value) for each in traits(mine)]):
        _compare(access, row, mine, other, now)


def _profile(row: SocialAccount, ours: frozenset[str], country: str) -> Profile:
    """Return what an account is known by: its own address, and what its person told us in private."""
    rows = Post.objects.filter(
        workspace_id=row.workspace_id, channel=row.channel, author=row.native, private=True, deleted_at__isnull=True
    )
    texts = list(rows.order_by("-id").values_list("text", flat=True)[:TEXTS])
    mails: set[str] = set()
    phones: set[str] = set()
    serials: set[str] = set()
    for text in texts:
        some_mails, some_phones = told(text, ours=ours, country=country)
        mails |= some_mails
        phones |= some_phones
        serials |= {serial.upper() for serial in _SERIAL.findall(text)}
    if row.channel == "mail" and (own := mail_of(row.native) or mail_of(row.handle)):
        mails.add(own)
    if row.channel == "phone" and row.native.startswith("+"):
        phones.add(row.native)
    theirs = Owned.objects.filter(workspace_id=row.workspace_id)
    owned = set(theirs.filter(serial__in=serials).values_list("serial", flat=True)) if serials else set()
    if row.customer_id is not None:
        owned |= set(theirs.filter(customer=row.customer_id).exclude(serial="").values_list("serial", flat=True))
    return Profile(
        row.pk, row.channel, row.name, row.handle, frozenset(mails - ours), frozenset(phones - ours), frozenset(owned)
    )


def _alike(access: Access, row: SocialAccount, known: Iterable[tuple[str, str]]) -> list[SocialAccount]:
    """Return the accounts that share a rare trait with one, of other people as far as is known."""
    keys: set[int] = set()
    for kind, value in known:
        rows = Trait.objects.filter(workspace_id=access.workspace, kind=kind, value=value).exclude(account=row)
        some = list(rows.values_list("account_id", flat=True)[: COMMON + 1])
        if len(some) <= COMMON:
            keys |= set(some)
    others = SocialAccount.objects.filter(pk__in=keys, employee=False).select_related("customer").order_by("id")
    return [other for other in others if row.customer_id is None or other.customer_id != row.customer_id]


def _compare(access: Access, row: SocialAccount, mine: Profile, other: SocialAccount, now: datetime) -> None:
    if row.customer_id is not None and row.customer_id == other.customer_id:
        return  # joined by what was just compared
    one, two = sorted((row, other), key=lambda each: each.pk)
    before = Match.objects.filter(one=one, other=two).first()
    if before is not None and before.state != "asked":
        return
    by_kind: dict[str, set[str]] = defaultdict(set)
    for kind, value in Trait.objects.filter(account=other).values_list("kind", "value"):
        by_kind[kind].add(value)
    theirs = Profile(
        other.pk,
        other.channel,
        other.name,
        other.handle,
        *(frozenset(by_kind[kind]) for kind in ("mail", "phone", "serial")),
    )
    found = likeness(mine, theirs)
    if found.p < MAYBE:
        return
    match = before or Match(workspace_id=access.workspace, one=one, other=two)
    match.p, match.reasons, match.at = found.p, list(found.reasons), now
    match.state = "joined" if found.sure else "asked"
    match.save()
    if found.sure:
        one_person(access, row, other, now)
        audit(access, "accounts matched", f"customer {row.customer_id}", now=now, after={"p": found.p})


def one_person(access: Access, row: SocialAccount, other: SocialAccount, now: datetime) -> None:
    """Make two accounts one person's: a customer who is known on one is known on all. Part of a larger transaction."""
    kept = ensure(access, row if row.customer_id is not None or other.customer_id is None else other, now)
    gone = other.customer if kept == row.customer else row.customer
    if gone is not None and gone != kept:
        join(access, kept, gone, now)
    for each in (row, other):
        each.customer = kept
        each.save(update_fields=["customer"])
    if kept.accounts.filter(known=True).exists():
        kept.accounts.update(known=True)
    tell(kept, now)


@transaction.atomic
def confirm(access: Access, match: int, *, now: datetime) -> int:
    """A person says that two accounts are one person's; return the customer."""
    one_at_a_time(access)
    row = _asked(access, match)
    one, other = row.one, row.other
    one_person(access, one, other, now)
    row.state, row.person_id, row.at = "joined", access.person, now
    row.save()
    audit(access, "match confirmed", f"customer {one.customer_id}", now=now, after={"p": row.p})
    assert one.customer_id is not None
    return one.customer_id


@transaction.atomic
def refuse(access: Access, match: int, *, now: datetime) -> None:
    """A person says that two accounts are two people's: nobody is asked again."""
    one_at_a_time(access)
    row = _asked(access, match)
    row.state, row.person_id, row.at = "refused", access.person, now
    row.save()
    audit(access, "match refused", f"accounts {row.one_id} and {row.other_id}", now=now, after={"p": row.p})
    for each in (row.one, row.other):
        if each.customer is not None:
            tell(each.customer, now)


def _asked(access: Access, match: int) -> Match:
    row = (
        Match.objects.select_for_update(of=("self",))
        .select_related("one__customer", "other__customer")
        .filter(workspace_id=access.workspace, pk=match)
        .first()
    )
    if row is None:
        raise NotFound(what="match", which=match)
    if row.state != "asked":
        raise Conflict(reason="Somebody answered that already.")
    return row


def unmatched_workspaces() -> list[int]:
    """Return the workspaces with accounts that were not looked through yet."""
    return sorted(set(SocialAccount.objects.filter(matched=False).values_list("workspace_id", flat=True).distinct()))

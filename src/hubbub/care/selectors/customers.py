"""The person a case is about."""

from collections.abc import Sequence
from datetime import date, datetime

from hubbub.accounts.core.access import Access
from hubbub.care.core.case import Status
from hubbub.care.core.views import (
    AccountView,
    CustomerView,
    EarlierCase,
    OwnedView,
)
from hubbub.care.models import (
    CaseRow,
    Entry,
    Owned,
    SocialAccount,
)
from hubbub.channels.core.values import handle_words
from hubbub.influence.core.weight import Profile, weight

EARLIER = 5


def customer_of(access: Access, row: CaseRow, entries: Sequence[Entry], now: datetime) -> CustomerView | None:
    """Return the person of a case, with all their accounts and their other cases."""
    account = row.account
    if account is None:
        return None
    linked = list(account.customer.accounts.all()) if account.customer else [account]
    urls = {(each.post.channel, each.post.author): each.post.url for each in entries if each.post and each.post.url}
    others = CaseRow.objects.filter(workspace_id=access.workspace, account__in=linked).exclude(pk=row.pk)
    newest = list(others.order_by("-id").values_list("number", "title", "status", "opened_at")[:EARLIER])
    return CustomerView(
        id=account.customer_id,
        products=owned_by(account.customer_id, now.date()) if account.customer_id is not None else (),
        name=account.customer.name
        if account.customer and account.customer.name
        else account.name or handle_words(account.channel, account.handle),
        accounts=tuple(account_view(each, urls.get((each.channel, each.native), ""), now) for each in linked),
        cases=others.count() if len(newest) == EARLIER else len(newest),
        earlier=tuple(EarlierCase(number, title, Status(status), at) for number, title, status, at in newest),
    )


def account_view(row: SocialAccount, url: str, now: datetime) -> AccountView:
    """Return an account as pages show it."""
    weighed = weight(
        Profile(
            handle=row.handle,
            name=row.name,
            followers=row.followers,
            follows=row.follows,
            posts=row.posts,
            reactions=row.reactions,
            joined_at=row.joined_at,
        ),
        now,
    )
    return AccountView(
        id=row.pk,
        channel=row.channel,
        handle=row.handle,
        name=row.name,
        followers=row.followers,
        follows=row.follows,
        posts=row.posts,
        joined_at=row.joined_at,
        p_bot=weighed.p_bot,
        reach=int(weighed.reach),
        reach_low=int(weighed.reach_low),
        reach_high=int(weighed.reach_high),
        reasons=weighed.reasons,
        known=row.known,
        employee=row.employee,
        listed=row.listed,
        url=url,
        number=row.native if row.channel == "phone" else "",
    )


def owned_by(customer: int, today: date) -> tuple[OwnedView, ...]:
    """Return what a customer owns."""
    return tuple(
        OwnedView(
            each.pk,
            each.product,
            each.serial,
            each.since,
            each.warranty_until,
            each.warranty_until is not None and each.warranty_until >= today,
        )
        for each in Owned.objects.filter(customer=customer).order_by("product", "pk")
    )

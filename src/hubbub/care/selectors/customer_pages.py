"""Customers as their own pages show them: the list, and all that is known of one."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.core.calls.record import Outcome
from hubbub.care.core.case import Status
from hubbub.care.core.customers.views import (
    CaseOf,
    ConsentView,
    Contact,
    CustomerLine,
    CustomerPage,
    MatchView,
    MergeView,
    Way,
)
from hubbub.care.models import CallRow, CaseRow, Consent, Customer, Entry, Match, Owned, SocialAccount
from hubbub.care.selectors.customers import account_view, owned_by
from hubbub.channels.core.values import handle_words
from hubbub.infra.search import Index, parse
from hubbub.kernel.errors import InvalidInput, NotFound
from hubbub.kernel.speech import say
from hubbub.kernel.text import clip

PAGE = 50
CONTACTS = 50
CASES = 20
WHOLE = 0
CUSTOMERS = Index("customer")


def customers(
    access: Access, *, search: str = "", before: int | None = None
) -> tuple[tuple[CustomerLine, ...], int | None]:
    """Return a page of customers, the newest first, and below whom the next page begins."""
    access.require(Permission.READ)
    rows = Customer.objects.filter(workspace_id=access.workspace)
    if search.strip():
        keys = CUSTOMERS.find(access.workspace, parse(search), below=before, limit=PAGE + 1)
        rows = rows.filter(pk__in=keys)
    elif before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: PAGE + 1])
    shown = found[:PAGE]
    return _lines(shown), shown[-1].pk if len(found) > PAGE else None


def _lines(rows: Sequence[Customer]) -> tuple[CustomerLine, ...]:
    keys = [row.pk for row in rows]
    accounts: dict[int, list[tuple[str, str]]] = defaultdict(list)
    columns = ("customer_id", "channel", "handle", "native", "name")
    for customer, channel, handle, native, name in SocialAccount.objects.filter(customer__in=keys).values_list(
        *columns
    ):
        accounts[customer].append((channel, handle_words(channel, handle) or (native if channel == "phone" else name)))
    owned = dict(Owned.objects.filter(customer__in=keys).values_list("customer").annotate(n=Count("pk")))
    cases = CaseRow.objects.filter(account__customer__in=keys)
    counted = dict(cases.values_list("account__customer").annotate(n=Count("pk")))
    return tuple(
        CustomerLine(
            row.pk, row.name, row.reference, tuple(accounts[row.pk]), owned.get(row.pk, 0), counted.get(row.pk, 0)
        )
        for row in rows
    )


def customer_page(access: Access, customer: int, *, cursor: str = "", now: datetime) -> CustomerPage:
    """Return all that is known of a customer, with their contacts, the newest first.

    Raises
    ------
    NotFound
        If there is no such customer here.
    InvalidInput
        If the cursor is none of ours.
    """
    access.require(Permission.READ)
    row = Customer.objects.filter(workspace_id=access.workspace, pk=customer).first()
    if row is None:
        raise NotFound(what="customer", which=customer)
    accounts = list(row.accounts.order_by("pk"))
    told = tuple(_consent(each) for each in row.consents.select_related("person").order_by("-at", "-pk"))
    latest: dict[Way, ConsentView] = {}
    for each in told:
        latest.setdefault(each.way, each)
    cases = CaseRow.objects.filter(workspace_id=access.workspace, account__in=accounts)
    contacts, following = _contacts(access, accounts, cursor)
    return CustomerPage(
        id=row.pk,
        name=row.name,
        reference=row.reference,
        address=row.address,
        note=row.note,
        heard_of=row.heard_of,
        heard_of_note=row.heard_of_note,
        created_at=row.created_at,
        accounts=tuple(account_view(each, "", now) for each in accounts),
        products=owned_by(row.pk, now.date()),
        allowed=tuple(latest.values()),
        told=told,
        matches=matches_of(access, [each.pk for each in accounts], now),
        merges=_merges(row),
        cases=tuple(
            CaseOf(*each[:2], Status(each[2]), each[3])
            for each in cases.order_by("-pk").values_list("number", "title", "status", "opened_at")[:CASES]
        ),
        cases_in_all=cases.count(),
        contacts=contacts,
        next=following,
    )


def _consent(row: Consent) -> ConsentView:
    return ConsentView(
        Way(row.way), row.given, row.at, row.source, row.words, row.person.name if row.person else "Hubbub"
    )


def _merges(row: Customer) -> tuple[MergeView, ...]:
    rows = row.merges.filter(undone_at__isnull=True).select_related("person").order_by("-pk")
    return tuple(
        MergeView(each.pk, each.gone["name"], each.at, each.person.name if each.person else "Hubbub") for each in rows
    )


def may(customer: int, way: Way) -> bool:
    """Say whether a customer allowed something: their latest word on it."""
    last = Consent.objects.filter(customer=customer, way=way).order_by("-at", "-pk").values_list("given", flat=True)
    return bool(last.first())


# Matches --------------------------------------------------------------------
def matches(access: Access, now: datetime, limit: int = 50) -> tuple[MatchView, ...]:
    """Return the pairs of accounts about which a person is asked, the likeliest first."""
    access.require(Permission.READ)
    return _matches(Q(workspace_id=access.workspace), now, limit)


def matches_of(access: Access, accounts: Iterable[int], now: datetime) -> tuple[MatchView, ...]:
    """Return the pairs about which a person is asked of which one is among these accounts."""
    some = list(accounts)
    return _matches(Q(workspace_id=access.workspace) & (Q(one__in=some) | Q(other__in=some)), now, 10)


def matches_asked(access: Access, up_to: int = 1000) -> int:
    """Count the pairs about which a person is asked, none further than `up_to`."""
    return Match.objects.filter(workspace_id=access.workspace, state="asked")[:up_to].count()


def _matches(which: Q, now: datetime, limit: int) -> tuple[MatchView, ...]:
    rows = Match.objects.filter(which, state="asked").select_related("one", "other").order_by("-p", "id")[:limit]
    return tuple(
        MatchView(
            row.pk, account_view(row.one, "", now), account_view(row.other, "", now), row.p, tuple(row.reasons), row.at
        )
        for row in rows
    )


# Contacts -------------------------------------------------------------------
def all_contacts(access: Access, customer: int) -> Iterator[Contact]:
    """Yield every contact with a customer in full, the newest first."""
    access.require(Permission.READ)
    accounts = list(SocialAccount.objects.filter(workspace_id=access.workspace, customer=customer))
    cursor = None
    while cursor != "":
        some, cursor = _contacts(access, accounts, cursor or "", WHOLE)
        yield from some


def _contacts(
    access: Access, accounts: Sequence[SocialAccount], cursor: str, length: int = 400
) -> tuple[tuple[Contact, ...], str]:
    """Return every contact with the person behind some accounts: what they said, what we answered and noted, calls."""
    before = _moment(cursor)
    own = Q()
    for each in accounts:
        own |= Q(post__channel=each.channel, post__author=each.native)
    if not accounts:
        return (), ""
    entries = Entry.objects.filter(case__workspace_id=access.workspace, case__account__in=accounts)
    entries = entries.filter(own | Q(kind__in=("reply", "note")))
    calls = CallRow.objects.filter(
        workspace_id=access.workspace, number__in=[each.native for each in accounts if each.channel == "phone"]
    )
    if before is not None:
        entries, calls = entries.filter(at__lt=before), calls.filter(started_at__lt=before)
    found = [_entry(each, length) for each in _entry_rows(entries)]
    rows = calls.select_related("case").order_by("-started_at", "-id")[: CONTACTS + 1]
    found += [
        Contact(
            row.started_at,
            "phone",
            "call",
            row.agent,
            clip(row.notes or _what_call(row), 400),
            True,
            row.case.number if row.case else None,
            row.pk,
        )
        for row in rows
    ]
    found.sort(key=lambda contact: contact.at, reverse=True)
    shown = found[:CONTACTS]
    shown += [each for each in found[CONTACTS:] if each.at == shown[-1].at]  # a page ends between two moments
    return tuple(shown), shown[-1].at.isoformat() if len(found) > len(shown) else ""


def _cut(text: str, length: int) -> str:
    return text if length == WHOLE else clip(text, length)


def _what_call(row: CallRow) -> str:
    how = Outcome(row.outcome).label if row.outcome else say("a call")
    return say("Called us: {how}", how=how) if row.direction == "in" else say("We called: {how}", how=how)


def _entry_rows(entries: Any) -> list[tuple[Any, ...]]:
    columns = ("pk", "at", "kind", "name", "text", "private", "case__number", "case__channel")
    of_post = ("post__channel", "post__name", "post__handle", "post__text", "post__deleted_at")
    return list(entries.order_by("-at", "-id").values_list(*columns, *of_post)[: CONTACTS + 1])


def _entry(row: tuple[Any, ...], length: int) -> Contact:
    pk, at, kind, name, text, private, number, channel, of_post, said_by, handle, said, deleted = row
    if kind != "post":
        return Contact(at, channel, kind, name, _cut(text, length), private, number, pk)
    words = say("Deleted by its author") if deleted is not None else _cut(said, length)
    return Contact(at, of_post, kind, said_by or handle_words(of_post, handle), words, private, number, pk)


def _moment(cursor: str) -> datetime | None:
    if not cursor:
        return None
    try:
        found = datetime.fromisoformat(cursor)
    except ValueError:
        raise InvalidInput(reason="The cursor is none of ours; begin the list anew.") from None
    if found.utcoffset() != timedelta():
        raise InvalidInput(reason="The cursor is none of ours; begin the list anew.")
    return found

"""A customer's own data: all of it handed over, or erased everywhere, with a look before and a receipt after."""

import io
import json
import secrets
import zipfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.services import audit
from hubbub.care import selectors as care
from hubbub.care.core.customers.views import Contact
from hubbub.care.models import Erasure
from hubbub.care.selectors import customer_pages
from hubbub.care.services.erasure import forget_customer
from hubbub.flows import erasure
from hubbub.infra.places import Places
from hubbub.kernel.errors import NotFound
from hubbub.kernel.speech import mark, say

BACKUPS = mark("Copies that you keep elsewhere, as backups of the database and the home folder, are not changed.")


@dataclass(frozen=True, slots=True)
class Preview:
    """What an erasure would take."""

    name: str
    accounts: int
    posts: int  # in database and archive
    cases: int
    products: int
    permissions: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an erasure took, of nobody who can be told any more."""

    code: str
    at: datetime
    by: str
    went: dict[str, int]
    backups: str = BACKUPS


def export(access: Access, customer: int, *, now: datetime) -> bytes:
    """Return all that is kept of a customer as a ZIP file: `customer.json` for programs, `contacts.txt` to read.

    Raises
    ------
    NotFound
        If there is no such customer here.
    """
    access.require(Permission.WORKSPACE)
    page = customer_pages.customer_page(access, customer, now=now)
    contacts = list(customer_pages.all_contacts(access, customer))
    told = asdict(page) | {"contacts": [asdict(each) for each in contacts], "exported_at": now}
    for internal in ("next", "matches", "merges", "cases_in_all"):
        told.pop(internal)
    with transaction.atomic():
        audit(access, "customer exported", f"customer {customer}", now=now)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("customer.json", json.dumps(told, default=_plain, ensure_ascii=False, indent=2))
        file.writestr("contacts.txt", "\n\n".join(_lines(contacts)))
    return packed.getvalue()


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime | date) else str(value)


def _lines(contacts: Iterable[Contact]) -> Iterable[str]:
    for each in contacts:
        case = f", {say('case {number}', number=each.case)}" if each.case else ""
        yield f"{each.at:%Y-%m-%d %H:%M} UTC · {each.channel} · {each.kind} · {each.by}{case}\n{each.text}"


def preview(access: Access, customer: int, places: Places, *, now: datetime) -> Preview:
    """Return what an erasure would take. Everything archived is looked through: some seconds for millions of posts."""
    access.require(Permission.WORKSPACE)
    page = customer_pages.customer_page(access, customer, now=now)
    authors = care.authors_of(access, customer)
    heard = (each for _, native in authors for each in erasure.find(access, native, places))
    found = {(each.channel, each.author): each.posts for each in heard}
    return Preview(
        page.name,
        len(authors),
        sum(found.get(each, 0) for each in authors),
        page.cases_in_all,
        len(page.products),
        len(page.told),
    )


def erase(access: Access, customer: int, places: Places, *, now: datetime) -> Receipt:
    """Erase a customer everywhere in this workspace: every account, what they said, own and allowed; counts stay.

    Killed half-way, it can be asked for again: the customer goes last.

    Raises
    ------
    NotFound
        If there is no such customer here.
    Conflict
        If an answer to them is being sent just now.
    """
    before = preview(access, customer, places, now=now)
    lines = 0
    for channel, native in care.authors_of(access, customer):
        try:
            lines += erasure.erase(access, channel, native, places, noted=False, now=now)
        except NotFound:  # known from a file only: they never spoke
            continue
    went = {
        mark("accounts"): before.accounts,
        mark("posts"): before.posts,
        mark("cases"): before.cases,
        mark("products"): before.products,
        mark("permissions"): before.permissions,
        mark("archived lines"): lines,
    }
    with transaction.atomic():
        forget_customer(access.workspace, customer)
        row = Erasure.objects.create(
            workspace_id=access.workspace, code=secrets.token_hex(5), at=now, person_id=access.person, went=went
        )
        audit(access, "customer erased", f"receipt {row.code}", now=now, after=went)
    return Receipt(row.code, now, access.name, went)


def receipt(access: Access, code: str) -> Receipt:
    """Return the receipt of an erasure.

    Raises
    ------
    NotFound
        If there is none of this code here.
    """
    access.require(Permission.WORKSPACE)
    row = Erasure.objects.select_related("person").filter(workspace_id=access.workspace, code=code).first()
    if row is None:
        raise NotFound(what="receipt", which=code)
    return Receipt(row.code, row.at, row.person.name if row.person else "Hubbub", dict(row.went))

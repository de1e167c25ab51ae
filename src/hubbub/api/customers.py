"""The operations on customers: as another system knows them, with their products and permissions."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.params.functions import Path, Query
from pydantic import StringConstraints

from hubbub.accounts import selectors as accounts
from hubbub.api.schemas import Name, Short, Strict
from hubbub.api.shared import READ_ERRORS, WRITE_ERRORS, access_of, now, utc
from hubbub.care.core.calls.numbers import number_of
from hubbub.care.core.customers.contacts import mail_of
from hubbub.care.core.customers.table import CustomerRow
from hubbub.care.selectors import customer_pages
from hubbub.care.services import customers
from hubbub.flows.customers import take_one
from hubbub.kernel.errors import InvalidInput

router = Router(tags=["customers"])
Customer: Any = Path(..., ge=1, le=2**53)
Words = Annotated[str, StringConstraints(max_length=1_000, pattern=r"^[^\x00]*$")]


class ProductIn(Strict):
    """A product that a customer owns."""

    product: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]+$")]
    serial: Short = ""
    since: date | None = None
    warranty_until: date | None = None


class CustomerIn(Strict):
    """A customer as another system knows them: known again by reference, address or number."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]
    reference: Annotated[str, StringConstraints(max_length=60, pattern=r"^[^\x00]*$")] = ""
    mail: Name = ""
    phone: Short = Field("", description="In any usual writing.")
    address: Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")] = ""
    heard_of: Name = Field("", description="How they heard of us.")
    note: Annotated[str, StringConstraints(max_length=5_000, pattern=r"^[^\x00]*$")] = ""


class CustomerOut(Schema):
    """Which customer it is here."""

    customer: int
    new: bool


class ProductOut(Schema):
    """A product as it is noted."""

    id: int
    product: str
    serial: str
    since: date | None
    warranty_until: date | None
    in_warranty: bool


class ConsentIn(Strict):
    """What a customer allowed or forbade."""

    to: Literal["mail", "phone", "letter", "social", "follow-up"]
    given: bool
    at: datetime | None = Field(None, description="When they said so; now if left out.")
    source: Short = Field(description="How you know: a form, a call.")
    words: Words = Field("", description="The words they agreed to; needed where it is given.")


class ConsentOut(Schema):
    """The latest word on one thing."""

    to: str
    given: bool
    at: datetime
    source: str
    words: str


class CustomerLine(Schema):
    """A customer in a list."""

    customer: int
    name: str
    reference: str
    products: int
    cases: int


class CustomerList(Schema):
    """Some customers, and below whom the next ones begin."""

    customers: list[CustomerLine]
    next: int | None


class CustomerAccount(Schema):
    """Somewhere they can be reached."""

    channel: str
    handle: str
    name: str
    known: bool


class CustomerDetails(Schema):
    """What is known of a customer."""

    customer: int
    name: str
    reference: str
    address: str
    note: str
    heard_of: str
    accounts: list[CustomerAccount]
    products: list[ProductOut]
    allowed: list[ConsentOut]
    cases: list[int]


@router.get("", response={200: CustomerList, **READ_ERRORS})
def list_customers(
    request: HttpRequest,
    q: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")] = Query(""),
    before: Annotated[int, Field(ge=1, le=2**53)] | None = Query(None),
) -> Any:
    """Customers, the newest first, or those a search finds."""
    lines, following = customer_pages.customers(access_of(request), search=q, before=before)
    shown = [
        {"customer": each.id, "name": each.name, "reference": each.reference, "products": each.products,
         "cases": each.cases}
        for each in lines
    ]  # fmt: skip
    return {"customers": shown, "next": following}


@router.get("/{customer}", response={200: CustomerDetails, **READ_ERRORS})
def read_customer(request: HttpRequest, customer: int = Customer) -> Any:
    """What is known of a customer."""
    page = customer_pages.customer_page(access_of(request), customer, now=now())
    return {
        "customer": page.id,
        "name": page.name,
        "reference": page.reference,
        "address": page.address,
        "note": page.note,
        "heard_of": page.heard_of,
        "accounts": [
            {"channel": each.channel, "handle": each.handle or each.number, "name": each.name, "known": each.known}
            for each in page.accounts
        ],
        "products": page.products,
        "allowed": [
            {"to": each.way.value, "given": each.given, "at": each.at, "source": each.source, "words": each.words}
            for each in page.allowed
        ],
        "cases": [each.number for each in page.cases],
    }


@router.post("", response={200: CustomerOut, **WRITE_ERRORS})
def take_customer(request: HttpRequest, payload: CustomerIn) -> Any:
    """Tell of a customer; what is left out stays as it is here. The same again changes nothing."""
    access = access_of(request)
    mail, phone = mail_of(payload.mail), number_of(payload.phone, accounts.calling_code(access))
    if payload.mail and not mail:
        raise InvalidInput(reason="mail is no e-mail address.")
    if payload.phone and not phone:
        raise InvalidInput(reason="phone is no telephone number; it looks like +49 30 1234567.")
    if not (mail or phone or payload.reference):
        raise InvalidInput(reason="Give a reference, an e-mail address or a telephone number to know them by.")
    row = CustomerRow(
        payload.name, payload.reference, mail, phone, payload.address, heard_of=payload.heard_of, note=payload.note
    )
    found, new = take_one(access, row, now=now())
    return {"customer": found, "new": new}


@router.post("/{customer}/products", response={200: dict[str, int], **WRITE_ERRORS})
def add_product(request: HttpRequest, payload: ProductIn, customer: int = Customer) -> Any:
    """Note a product that a customer owns; the same serial number again changes what is noted."""
    return {"product": customers.own(access_of(request), customer, now=now(), **payload.dict())}


@router.post("/{customer}/permissions", response={204: None, **WRITE_ERRORS})
def add_permission(request: HttpRequest, payload: ConsentIn, customer: int = Customer) -> Any:
    """Note what a customer allowed or forbade. Earlier words stay, as proof."""
    customers.note_consent(
        access_of(request),
        customer,
        way=payload.to,
        given=payload.given,
        at=utc(payload.at),
        source=payload.source,
        words=payload.words,
        now=now(),
    )
    return Status(204, None)

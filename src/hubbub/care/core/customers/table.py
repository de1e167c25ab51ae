"""A file of customers: which column is what, and one row of it as a customer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from hubbub.care.core.calls.numbers import number_of
from hubbub.care.core.customers.contacts import mail_of
from hubbub.channels.adapters.file.mapping import plain
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say
from hubbub.kernel.text import clip

# As customer databases name the columns of their exports, best first.
NAMES: Final = {
    "reference": """reference customernumber customerno customerid clientid clientnumber accountnumber number id
        kundennummer kundennr nummer""",
    "name": "name fullname customername customer client contact contactname kunde kundenname nom nombre",
    "mail": "mail email emailaddress mailaddress e-mail emailadresse courriel correo",
    "phone": "phone telephone phonenumber mobile mobilenumber cell tel telefon telefonnummer handy telephonenumber",
    "address": "address postaladdress street adresse anschrift direccion",
    "product": "product productname model item article produkt artikel modell producto produit",
    "serial": "serial serialnumber serialno sn seriennummer numeroserie",
    "since": "since purchased purchasedate bought boughton date from kaufdatum gekauft seit",
    "warranty": "warranty warrantyuntil warrantyend guarantee guaranteeuntil garantie garantiebis",
    "heard_of": "heardof howdidyouhear howdidyouhearofus source origin herkunft",
    "note": "note notes comment comments remark bemerkung notiz",
}
_NOTHING: Final = frozenset({"", "-", "–", "n/a", "null", "none"})


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One line of the file: a customer, and a product of theirs where one stands there."""

    name: str
    reference: str = ""
    mail: str = ""
    phone: str = ""
    address: str = ""
    product: str = ""
    serial: str = ""
    since: date | None = None
    warranty_until: date | None = None
    heard_of: str = ""
    note: str = ""


def columns_of(header: Sequence[str], given: str = "") -> dict[str, int]:
    """Return in which column each part stands: as given (`name=Client,mail=E-Mail`), the others by usual names.

    Raises
    ------
    InvalidInput
        If what is given names no part or no column, or there is nothing to tell customers by.
    """
    names = [plain(name) for name in header]
    places: dict[str, int] = {}
    for pair in filter(None, (each.strip() for each in given.split(","))):
        part, equals, column = (each.strip() for each in pair.partition("="))
        if part not in NAMES or not equals:
            raise InvalidInput(
                reason=say("Write name=Client,mail=E-Mail; the parts are {parts}.", parts=", ".join(NAMES))
            )
        if plain(column) not in names:
            raise InvalidInput(
                reason=say(
                    "There is no column ‘{column}’. There are {columns}.",
                    column=clip(column, 60),
                    columns=", ".join(header)[:300],
                )
            )
        places[part] = names.index(plain(column))
    for part, known in NAMES.items():
        wanted = (names.index(word) for word in map(plain, known.split()) if word in names)
        place = next((each for each in wanted if each not in places.values()), None)
        if part not in places and place is not None:
            places[part] = place
    if "name" not in places or not {"reference", "mail", "phone"} & set(places):
        raise InvalidInput(
            reason=say(
                "A file of customers has a name and a reference, an e-mail address or a telephone number. It has "
                "{columns}.",
                columns=", ".join(header)[:300],
            )
        )
    return places


def customer_of(row: Sequence[str], places: Mapping[str, int], country: str = "") -> CustomerRow:
    """Return one line as a customer.

    Raises
    ------
    InvalidInput
        If there is no name, nothing to know them by, or a day, address or number can't be read.
    """

    def cell(part: str) -> str:
        place = places.get(part)
        found = row[place].strip() if place is not None and place < len(row) else ""
        return "" if found.lower() in _NOTHING else found

    mail, phone = cell("mail"), cell("phone")
    if mail and not mail_of(mail):
        raise InvalidInput(reason=say("‘{given}’ is no e-mail address.", given=clip(mail, 60)))
    if phone and not number_of(phone, country):
        raise InvalidInput(
            reason=say("‘{given}’ is no telephone number; it looks like +49 30 1234567.", given=clip(phone, 40))
        )
    if not cell("name"):
        raise InvalidInput(reason="There is no name.")
    if not (mail or phone or cell("reference")):
        raise InvalidInput(reason="There is nothing to know them by: no reference, address or number.")
    return CustomerRow(
        name=cell("name"),
        reference=cell("reference"),
        mail=mail_of(mail),
        phone=number_of(phone, country),
        address=cell("address"),
        product=cell("product"),
        serial=cell("serial"),
        since=day_of(cell("since")),
        warranty_until=day_of(cell("warranty")),
        heard_of=cell("heard_of"),
        note=cell("note"),
    )


def day_of(text: str) -> date | None:
    """Return a day written as 2026-11-30 (or with a time behind it) or 30.11.2026; None for an empty text.

    Raises
    ------
    InvalidInput
        If it is written otherwise: 3/4/2026 is March in one country and April in another.
    """
    if not text:
        return None
    try:
        if text.count(".") == 2:
            day, month, year = text.split(".")
            return date(int(year), int(month), int(day))
        return date.fromisoformat(text[:10])
    except ValueError:
        raise InvalidInput(reason=say("‘{given}’ is no day; write 2026-11-30.", given=clip(text, 40))) from None

"""Canned replies: words with fields to be filled, such as {name}."""

import re
from collections.abc import Mapping
from typing import Final

from hubbub.kernel.speech import mark

FIELDS: Final = {
    "name": mark("the customer’s first name"),
    "me": mark("your first name"),
    "brand": mark("the workspace’s name"),
    "case": mark("the case’s number"),
    "product": mark("the product they speak of"),
    "channel": mark("where they wrote"),
    "persona": mark("as whom you write"),
}
_FIELD = re.compile(r"\{([^{}\n]{1,40})\}")


def unknown(text: str) -> tuple[str, ...]:
    """Return the fields of a text that nobody can fill.

    >>> unknown("Hello {name}, your {gadget} from {brand}")
    ('gadget',)
    """
    return tuple(dict.fromkeys(hit[1] for hit in _FIELD.finditer(text) if hit[1] not in FIELDS))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Fill the fields that have a value; the others stay, to be seen.

    >>> fill("Hello {name}, your {product}", {"name": "Jo", "product": ""})
    'Hello Jo, your {product}'
    """
    return _FIELD.sub(lambda hit: values.get(hit[1]) or hit[0], text)


def unfilled(text: str) -> tuple[str, ...]:
    """Return the known fields that still stand in a text.

    >>> unfilled("Hello Jo, your {product}; see {this}")
    ('{product}',)
    """
    return tuple(dict.fromkeys(hit[0] for hit in _FIELD.finditer(text) if hit[1] in FIELDS))

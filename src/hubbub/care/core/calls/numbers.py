"""Telephone numbers in one form, so that two writings of one number are one caller."""

import re
from typing import Final

LONGEST: Final = 15  # digits of a number with its country, as E.164 allows
SHORTEST: Final = 7

_ZERO_IN_BRACKETS = re.compile(r"\(\s*0\s*\)")
_EXTENSION = re.compile(r"(?:;.*|,.*|#.*|\s*(?:x|ext\.?|extension|durchwahl)\s*\d*)$", re.IGNORECASE | re.ASCII)
_MARKS = re.compile(r"[\s().\-/·\u2010-\u2015\u00a0\u202a-\u202f]+")
_ABROAD = {"1": "011", "7": "810", "61": "0011", "81": "010"}  # before a country; elsewhere 00
_TRUNK = {"1": "1", "7": "8", "36": "06", "370": "8"}  # before a national number; elsewhere 0
_NO_TRUNK = frozenset({"39", "378", "379"})  # there the 0 is part of the number
_LONG_ENOUGH = {"1": 11, "7": 11}  # where the trunk digit also begins numbers: its length with it


def number_of(text: str, country: str = "") -> str:
    """Return a number as +, country and digits; only its digits where the country is not known; "" where it is none.

    `country` is the calling code that numbers without one belong to, such as 49.

    >>> number_of("(030) 1234-567", "49"), number_of("0049 (0)30 1234567"), number_of("anonymous")
    ('+49301234567', '+49301234567', '')
    """
    text = text.strip()[:200]
    head, colon, rest = text.partition(":")
    if colon and head.lower() in ("tel", "sip", "sips"):
        text = rest
    text = _EXTENSION.sub("", text.partition("@")[0])
    plain = _MARKS.sub("", _ZERO_IN_BRACKETS.sub("", text))
    plus = plain.startswith("+")
    digits = plain.removeprefix("+")
    if not digits.isascii() or not digits.isdigit() or not digits.strip("0"):
        return ""
    abroad = _ABROAD.get(country, "00")
    if not plus and digits.startswith(abroad) and len(digits) - len(abroad) >= SHORTEST:
        plus, digits = True, digits[len(abroad) :]
    if plus:
        return f"+{digits}" if SHORTEST <= len(digits) <= LONGEST and not digits.startswith("0") else ""
    if len(digits) > LONGEST + 1:
        return ""
    return _national(digits, country) or digits


def _national(digits: str, country: str) -> str:
    """Return a national number with its country; "" where the country is not known or the number is too short."""
    if not country or len(digits) < SHORTEST - 1:
        return ""
    trunk = "" if country in _NO_TRUNK else _TRUNK.get(country, "0")
    if trunk and digits.startswith(trunk) and len(digits) >= _LONG_ENOUGH.get(country, 0):
        digits = digits[len(trunk) :]
    return f"+{country}{digits}" if SHORTEST <= len(country + digits) <= LONGEST else ""

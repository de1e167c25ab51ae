"""Numbers as people write them, in English and in German."""

import re
from decimal import Decimal

_NUMBER = re.compile(r"[+-]?(?=[.,]?\d)[\d.,]{1,40}", re.ASCII)
_BETWEEN = re.compile(r"[\s'’]")


def amount_of(text: str, *, places: int) -> Decimal | None:
    """Return a number that has at most so many decimal places, None where it is none.

    One comma or point before exactly three digits stands between thousands, where it can: a comma always did, a
    point does in an amount with fewer than three places.

    >>> [str(amount_of(each, places=2)) for each in ("1,250.50", "1.250,50", "1250,5", "1.250", "0,125", "much")]
    ['1250.50', '1250.50', '1250.5', '1250', '0.125', 'None']
    """
    plain = _BETWEEN.sub("", text)
    if not _NUMBER.fullmatch(plain):
        return None
    marks = re.findall(r"[.,]", plain)
    decimal = marks[-1] if marks and not _between_thousands(plain, marks, places) else ""
    if marks.count(decimal) > 1:
        return None
    whole, _, part = plain.rpartition(decimal) if decimal else (plain, "", "")
    return Decimal(f"{re.sub('[.,]', '', whole)}.{part}".removesuffix("."))


def _between_thousands(plain: str, marks: list[str], places: int) -> bool:
    """Whether none of the marks is a decimal one."""
    if len(marks) > 1:
        return len(set(marks)) == 1
    whole, _, part = plain.partition(marks[0])
    can = len(part) == 3 and not whole.lstrip("+-").startswith("0") and bool(whole.strip("+-"))
    return can and (marks[0] == "," or places < 3)

"""How people can be reached, as they tell it themselves in what they write to us."""

import re

from hubbub.care.core.calls.numbers import number_of
from hubbub.kernel.text import fold

READ = 5_000
_MAIL = re.compile(r"(?<![\w.+-])([\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5})")
_PHONE = re.compile(r"(?<![\w.,£$€#-])(\+?\(?\d[\d()./ -]{7,20}\d)(?![\w%-])")
_OWN = re.compile(
    r"\b(?:my|me|mine|reach|call|text|mail|email|e-mail|number|mobile|cell|phone|meine?|mir|mich|unter|erreichen)\b",
    re.IGNORECASE,
)
NEAR = 60
"""Characters before an address or number within which a word says that it is theirs."""


def mail_of(address: str) -> str:
    """Return an e-mail address in the one form we keep, "" where it is none.

    >>> mail_of(" Jo.Lee@Example.ORG"), mail_of("jo at example")
    ('jo.lee@example.org', '')
    """
    found = _MAIL.fullmatch(address.strip())
    return fold(found[1]) if found else ""


def told(text: str, *, ours: frozenset[str], country: str = "") -> tuple[frozenset[str], frozenset[str]]:
    """Return the e-mail addresses and telephone numbers that somebody says in private are theirs; none of ours.

    >>> told("It hums. You can reach me on +49 30 1234567 or jo@example.org", ours=frozenset())
    (frozenset({'jo@example.org'}), frozenset({'+49301234567'}))
    """
    text = text[:READ]
    mails = {fold(hit[1].rstrip(".")) for hit in _MAIL.finditer(text) if _is_theirs(text, hit.start())}
    numbers = {number_of(hit[1], country) for hit in _PHONE.finditer(text) if _is_theirs(text, hit.start())}
    return frozenset(mails - ours), frozenset(number for number in numbers if number.startswith("+")) - ours


def _is_theirs(text: str, at: int) -> bool:
    return bool(_OWN.search(text, max(0, at - NEAR), at))

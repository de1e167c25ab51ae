"""How posts and accounts of a server are called for ever. Pure."""

import re

from hubbub.kernel.speech import say

_DOMAIN = re.compile(r"[\w.\-]{1,253}(:\d{1,5})?|\[[0-9a-f:]{2,45}\](:\d{1,5})?")
_ID = re.compile(r"[A-Za-z0-9_\-]{1,64}")
_ACCT = re.compile(r"[^\s@/?#<>]{1,150}(@[^\s@/?#<>]{1,255})?")
SCHEME = "mastodon://"


def post_uri(domain: str, key: str | int) -> str:
    """Return a post's name for ever; ValueError if no server could have such a one.

    >>> post_uri("social.example", "109")
    'mastodon://social.example/109'
    """
    if not _DOMAIN.fullmatch(domain):
        raise ValueError(say("this is no server's domain"))
    return f"{SCHEME}{domain}/{checked_id(key)}"


def split_uri(uri: str) -> tuple[str, str]:
    """Return the server's domain and the post's id there; ValueError if it is no post's name."""
    domain, _, key = uri.removeprefix(SCHEME).partition("/")
    if post_uri(domain, key) != uri:
        raise ValueError(say("this is not the address of a post"))
    return domain, key


def checked_id(key: str | int) -> str:
    """Return an id as text; ValueError if it is none. Servers before 2.0 told numbers."""
    text = str(key)
    if not _ID.fullmatch(text):
        raise ValueError(say("this is no id"))
    return text


def whole_acct(acct: str, domain: str) -> str:
    """Return an account's name with its domain, in small letters; ValueError if it is none.

    >>> whole_acct("Mia", "social.example"), whole_acct("@Bob@Other.example", "social.example")
    ('mia@social.example', 'bob@other.example')
    """
    plain = acct.removeprefix("@").lower()
    if not _ACCT.fullmatch(plain):
        raise ValueError(say("this is no account"))
    return plain if "@" in plain else f"{plain}@{domain}"


def short_acct(acct: str, domain: str) -> str:
    """Return an account's name as its server's own people write it: without the domain where it is theirs."""
    return acct.removesuffix(f"@{domain}")


def bare_domain(told: str) -> str:
    """Return a server's domain as we write it; some tell a whole address."""
    return told.partition("://")[2].partition("/")[0].lower() if "://" in told else told.strip().lower()

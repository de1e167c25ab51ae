"""How calls between Hubbub and other programs are signed, in either direction: the one way there is.

Hubbub-Signature: t=1790000000,v1=5f0c…   HMAC-SHA256 of `<t>.<body>` in hex, one v1 a key that is accepted
Hubbub-Delivery: a7c1…                    a name that stays when the same thing is sent again
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from hubbub.kernel.errors import HubbubError

SIGNATURE: Final = "Hubbub-Signature"
DELIVERY: Final = "Hubbub-Delivery"
TOLERANCE: Final = timedelta(minutes=5)
OLD_KEY_FOR: Final = timedelta(days=1)
"""So long the key before the present one is still accepted."""

MOST_HEX = 4
"""Signatures of one header that are looked at."""

_TIME = re.compile(r"t=([0-9]{1,12})")
_HEX = re.compile(r"v1=([0-9a-f]{64})")
_NOBODYS = "nobody has this key"


class NotSigned(HubbubError):
    """A call without a good signature, or an old one, or one that came before: strangers are not told which."""

    status = 401
    message = "This call is not signed as agreed."


def new_key() -> str:
    """Return a key that nobody guesses."""
    return secrets.token_urlsafe(32)


def keys_of(secret: Mapping[str, Any], now: datetime) -> tuple[str, ...]:
    """Return the keys that are good now, the newest first, of a secret as `renewed` makes it."""
    try:
        old_is_good = now < datetime.fromisoformat(str(secret.get("old_until") or ""))
    except (ValueError, TypeError):
        old_is_good = False
    found = (secret.get("key"), secret.get("old_key") if old_is_good else None)
    return tuple(each for each in found if isinstance(each, str) and each)


def renewed(secret: Mapping[str, Any], now: datetime) -> dict[str, str]:
    """Return a secret with a new key, in which the present one is good for a day more."""
    return {"key": new_key(), "old_key": str(secret.get("key", "")), "old_until": (now + OLD_KEY_FOR).isoformat()}


def sign(keys: Sequence[str], body: bytes, now: datetime) -> str:
    """Return a signature's header, with one signature for each key.

    >>> sign(["k"], b"{}", datetime.fromisoformat("2026-11-30T12:00:00+00:00"))[:30]
    't=1796040000,v1=4350a32b0f5565'
    """
    seconds = int(now.timestamp())
    return ",".join([f"t={seconds}", *(f"v1={_hex(key, seconds, body)}" for key in keys)])


def headers(keys: Sequence[str], delivery: str, body: bytes, now: datetime) -> dict[str, str]:
    """Return the headers of a signed call with a JSON body."""
    return {"Content-Type": "application/json", SIGNATURE: sign(keys, body, now), DELIVERY: delivery}


def verify(keys: Sequence[str], header: str, body: bytes, now: datetime) -> str:
    """Return what names this one call for ever, by whichever key; takes the same time whatever is wrong.

    Parameters
    ----------
    keys : all that are accepted; none: a call for nobody, refused like any other

    Raises
    ------
    NotSigned
        If no signature in the header was made with one of the keys in the last five minutes.
    """
    parts = [part.strip() for part in header[:1_000].split(",")]
    times = [int(found[1]) for part in parts if (found := _TIME.fullmatch(part))]
    given = [found[1] for part in parts if (found := _HEX.fullmatch(part))][:MOST_HEX] or ["0" * 64]
    seconds = times[0] if len(times) == 1 else 0
    right = [_hex(key, seconds, body) for key in keys or (_NOBODYS,)]
    good = sum([hmac.compare_digest(each, one) for each in given for one in right])  # a list: none is left out
    fresh = abs(now.timestamp() - seconds) <= TOLERANCE.total_seconds()
    if not (good and fresh and keys):
        raise NotSigned
    return hashlib.sha256(_signed(seconds, body)).hexdigest()


def _hex(key: str, seconds: int, body: bytes) -> str:
    return hmac.new(key.encode(), _signed(seconds, body), hashlib.sha256).hexdigest()


def _signed(seconds: int, body: bytes) -> bytes:
    return b"%d." % seconds + body

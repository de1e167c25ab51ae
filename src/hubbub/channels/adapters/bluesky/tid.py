"""Record keys that a message keeps for ever, so that sending it twice makes one record. Pure."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def tid(at: datetime, key: str) -> str:
    """Return the timestamp identifier of a message: 53 bits of microseconds, 10 bits from its key.

    Source: atproto's record key type `tid`, 13 characters that sort as their times do.

    >>> tid(datetime(2026, 11, 22, tzinfo=UTC), "message-1")
    '3n2ucocuc22jf'
    """
    micros = max(0, (at - _EPOCH) // timedelta(microseconds=1)) & (2**53 - 1)
    clock = int.from_bytes(sha256(key.encode("utf-8", "replace")).digest()[:2], "big") & 1023
    number = micros << 10 | clock
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(60, -5, -5))

"""BLAKE2b (RFC 7693) of very many short strings: what `hashlib` says of one, said of a column at a time."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"
import numpy as np
from numpy.typing import NDArray

from hubbub.kernel.compiled import compiled, inlined

BLOCK = 128
_IV = np.array(
    [
        0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1,
        0x510E527FADE682D1, 0x9B05688C2B3E6C1F, 0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179,
    ],
    np.uint64,
)  # fmt: skip
_SIGMA = np.array(
    [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
        [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
        [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
        [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
        [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
        [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
        [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
        [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
        [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    ],
    np.uint64,
)
_0, _1, _3, _7, _8, _ALL = (np.uint64(n) for n in (0, 1, 3, 7, 8, 0xFFFFFFFFFFFFFFFF))
_TURNS = tuple(np.uint64(n) for n in (32, 24, 16, 63))
_BLOCK = np.uint64(BLOCK)


def begun(key: bytes, size: int) -> NDArray[np.uint64]:
    """Return the state of a digest of `size` bytes with a key, before any message."""
    state = _IV.copy()
    state[0] ^= np.uint64(0x01010000 ^ len(key) << 8 ^ size)
    _mix(state, np.frombuffer(key.ljust(BLOCK, b"\0"), np.uint64), _BLOCK, _0)
    return state


def digests(
    states: NDArray[np.uint64], which: NDArray[np.int64], ends: NDArray[np.int32], data: NDArray[np.uint8], size: int
) -> NDArray[np.uint8]:
    """Return the digests of n strings, none of them empty, one of `size` bytes in a row.

    Parameters
    ----------
    states : array of shape (keys, 8), what `begun` returned
    which : array of shape (n,), the key of each string
    ends, data : array of shape (n + 1,), where the strings begin and end in the bytes
    """
    found = np.empty((len(which), 8), np.uint64)
    _digest(states, which, ends, data, np.empty(16, np.uint64), found)
    return found.view(np.uint8)[:, :size]


@compiled
def _digest(states, which, ends, data, message, found):
    for row in range(np.uint64(which.size)):
        state, at, end = found[row], np.uint64(ends[row]), np.uint64(ends[row + _1])
        begun = at
        for place in range(_8):
            state[place] = states[which[row], place]
        while at < end:
            size = min(end - at, _BLOCK)
            message[:] = _0
            for place in range(size):
                message[place >> np.uint64(3)] |= np.uint64(data[at + place]) << (
                    (place & np.uint64(7)) << np.uint64(3)
                )
            at += size
            _mix(state, message, _BLOCK + at - begun, _ALL if at == end else _0)


@inlined
def _turned(number, count):
    return (number >> count) | (number << (np.uint64(64) - count))


@inlined
def _quarter(a, b, c, d, x, y):
    a = a + b + x
    d = _turned(d ^ a, _TURNS[0])
    c = c + d
    b = _turned(b ^ c, _TURNS[1])
    a = a + b + y
    d = _turned(d ^ a, _TURNS[2])
    c = c + d
    b = _turned(b ^ c, _TURNS[3])
    return a, b, c, d


@compiled
def _mix(state, m, count, last):
    """Take a block of 128 bytes into a state; `count` bytes came so far, and `last` is all ones at the end."""
    a0, a1, a2, a3 = state[0], state[1], state[2], state[3]
    b0, b1, b2, b3 = state[4], state[5], state[6], state[7]
    c0, c1, c2, c3 = _IV[0], _IV[1], _IV[2], _IV[3]
    d0, d1, d2, d3 = _IV[4] ^ count, _IV[5], _IV[6] ^ last, _IV[7]
    for turn in range(12):
        s = _SIGMA[turn]
        a0, b0, c0, d0 = _quarter(a0, b0, c0, d0, m[s[0]], m[s[1]])
        a1, b1, c1, d1 = _quarter(a1, b1, c1, d1, m[s[2]], m[s[3]])
        a2, b2, c2, d2 = _quarter(a2, b2, c2, d2, m[s[4]], m[s[5]])
        a3, b3, c3, d3 = _quarter(a3, b3, c3, d3, m[s[6]], m[s[7]])
        a0, b1, c2, d3 = _quarter(a0, b1, c2, d3, m[s[8]], m[s[9]])
        a1, b2, c3, d0 = _quarter(a1, b2, c3, d0, m[s[10]], m[s[11]])
        a2, b3, c0, d1 = _quarter(a2, b3, c0, d1, m[s[12]], m[s[13]])
        a3, b0, c1, d2 = _quarter(a3, b0, c1, d2, m[s[14]], m[s[15]])
    state[0], state[1] = state[0] ^ a0 ^ c0, state[1] ^ a1 ^ c1
    state[2], state[3] = state[2] ^ a2 ^ c2, state[3] ^ a3 ^ c3
    state[4], state[5] = state[4] ^ b0 ^ d0, state[5] ^ b1 ^ d1
    state[6], state[7] = state[6] ^ b2 ^ d2, state[7] ^ b3 ^ d3

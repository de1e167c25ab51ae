"""How often somebody may call: buckets that fill again, in the memory of each web process."""

import threading
from dataclasses import dataclass, field
from time import monotonic

from hubbub.kernel.errors import HubbubError

MOST_KEYS = 20_000


class TooMany(HubbubError):
    """Somebody calls more often than a person would."""

    status, retry = 429, True
    message = "That was a lot at once. Wait {wait_s} seconds, then try again."


@dataclass(slots=True)
class Limit:
    """`burst` calls at once, then `per_s` a second, for each key."""

    burst: float
    per_s: float
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)  # how many, and when that was
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, key: str, now_s: float | None = None) -> None:
        """Take one call; TooMany if there is none left."""
        now_s = monotonic() if now_s is None else now_s
        with self._lock:
            left, at = self._left.get(key, (self.burst, now_s))
            left = min(self.burst, left + (now_s - at) * self.per_s)
            if left < 1:
                raise TooMany(wait_s=max(1, round((1 - left) / self.per_s)))
            if len(self._left) >= MOST_KEYS:
                self._forget(now_s)
            self._left[key] = (left - 1, now_s)

    def _forget(self, now_s: float) -> None:
        """Let go of who may call as often as anybody; in need, of the oldest half."""
        full_s = self.burst / self.per_s
        self._left = {key: value for key, value in self._left.items() if now_s - value[1] < full_s}
        if len(self._left) >= MOST_KEYS:
            oldest = sorted(self._left, key=lambda key: self._left[key][1])
            for key in oldest[: MOST_KEYS // 2]:
                del self._left[key]

    def clear(self) -> None:
        """Begin anew."""
        self._left.clear()


CALLS = Limit(burst=300, per_s=10)
"""Of an address."""
VISITS = Limit(burst=20, per_s=0.1)
"""Begun from an address."""
LINES = Limit(burst=60, per_s=1)
"""Said in a visit."""

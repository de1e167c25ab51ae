"""How long is left, in time of the processor: where others want it too, a roster comes later, and is no worse."""

import time
from typing import Final

LONGEST: Final = 6.0
"""By the clock it takes at most so many times as long."""


class Patience:
    """So many seconds of a processor, from now on."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._worked, self._clock = time.process_time(), time.perf_counter()

    @property
    def left(self) -> float:
        """Seconds of the processor that are left; below zero once they are used up."""
        worked, waited = self._spent()
        return self._seconds - max(worked, waited / LONGEST)

    @property
    def used(self) -> float:
        """The share that is used up, 1 in the end."""
        return 1 - self.left / max(1e-3, self._seconds)

    def by_clock(self, seconds: float) -> float:
        """Return how long so many seconds of the processor take by the clock, as far as it went until now."""
        worked, waited = self._spent()
        return seconds * min(LONGEST, max(1.0, waited / max(worked, 1e-3)))

    def _spent(self) -> tuple[float, float]:
        return time.process_time() - self._worked, time.perf_counter() - self._clock

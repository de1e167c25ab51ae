"""How loops over bytes and numbers are compiled, at their first use; afterwards the machine code is found on disk.

Nothing may be allocated inside: arrays come from outside. Numba would else count references to them by atomic
operations at every call, which took six tenths of the time of the loop that reads lines.
"""

from collections.abc import Callable
from typing import Any

from numba import njit

compiled: Callable[..., Any] = njit(cache=True, nogil=True, _nrt=False)  # type: ignore[call-overload]
inlined: Callable[..., Any] = njit(cache=True, nogil=True, _nrt=False, inline="always")  # type: ignore[call-overload]

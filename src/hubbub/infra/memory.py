"""What a workspace sets seldom and every page shows is remembered for a second, for whoever looks at the inbox.

Tags, colleagues, topics, macros: a dozen questions to the database for each page, with the same answers. Only what is
read within `remembering` may be a second old; whoever writes, and every page of settings, reads anew. What somebody
changes in this process is seen at once.
"""

import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar

from hubbub.kernel.speech import spoken

T = TypeVar("T")

KEEPS_S = 1.0
_on: ContextVar[bool] = ContextVar("remembering", default=False)
_kept: dict[int, dict[tuple[Hashable, str], tuple[float, Any]]] = {}  # by workspace: what, in which language


@contextmanager
def remembering() -> Iterator[None]:
    """Let what is read in this block be a second old."""
    token = _on.set(True)
    try:
        yield
    finally:
        _on.reset(token)


def recall(workspace: int, what: Hashable, read: Callable[[], T]) -> T:
    """Return what is remembered, or read it and remember that. It is shared: nobody may change it."""
    if not _on.get():
        return read()
    kept, key = _kept.setdefault(workspace, {}), (what, spoken())
    until, told = kept.get(key, (0.0, None))
    if time.monotonic() >= until:
        told = read()
        kept[key] = time.monotonic() + KEEPS_S, told
    return told  # type: ignore[no-any-return]


def remembered(read: Callable[[int], T]) -> Callable[[int], T]:
    """Let a function of a workspace be one that is remembered."""

    @wraps(read)
    def asked(workspace: int) -> T:
        return recall(workspace, read, lambda: read(workspace))

    return asked


def forget(workspace: int) -> None:
    """Read everything of a workspace anew from here on."""
    _kept.pop(workspace, None)

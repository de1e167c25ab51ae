"""The file of keys at rest, newest first. It is changed as a whole: whoever dies when, it is as before or as after."""

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hubbub.infra.failpoints import failpoint


def change(path: Path, how: Callable[[Sequence[str]], Sequence[str]]) -> tuple[str, ...]:
    """Write the keys that `how` makes of those there are; return them. Two at once take turns."""
    with _alone(path):
        for left in path.parent.glob(f".{path.name}.*"):  # by who was killed; it may hold keys that are dropped since
            left.unlink(missing_ok=True)
        keys = tuple(how(tuple(path.read_text(encoding="utf-8").split())))
        handle, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
        try:
            with os.fdopen(handle, "w") as file:
                file.write("\n".join((*keys, "")))
                file.flush()
                os.fsync(file.fileno())
            failpoint("keys.drafted")
            Path(draft).replace(path)
        finally:
            Path(draft).unlink(missing_ok=True)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    failpoint("keys.changed")
    return keys


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.with_name(f"{path.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

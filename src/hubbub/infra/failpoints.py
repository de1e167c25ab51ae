"""Named places where a test (or a curious operator) may let the process die, to prove nothing is lost.

`HUBBUB_FAILPOINT=listen.segment_durable` kills the process with SIGKILL the first time it passes
there; `…:3` the third time. Every name is listed in `FAILPOINTS`; a test walks them all.
"""

import os
import signal
from collections import Counter
from typing import Final

FAILPOINTS: Final = (
    "listen.before_segment",
    "listen.segment_written",
    "listen.segment_durable",
    "listen.in_transaction",
    "listen.committed",
    "listen.indexed",
    "triage.in_transaction",
    "triage.committed",
    "escalation.in_transaction",
    "happenings.in_transaction",
    "archive.before_append",
    "archive.appended",
    "archive.marked",
    "quarantine.heard",
    "erasure.rows",
    "erasure.digests",
    "send.claimed",
    "send.accepted",
    "send.recorded",
    "calls.kept",
    "calls.heard",
    "keys.drafted",
    "keys.changed",
    "keys.resealed",
    "learning.fitting",
    "learning.tried",
    "learning.kept",
    "measuring.kept",
    "forecasting.foretelling",
    "forecasting.made",
    "forecasting.in_transaction",
    "forecasting.kept",
)
_passed: Counter[str] = Counter()


def failpoint(name: str) -> None:
    """Die here if the environment asks for it. Costs one dictionary look-up otherwise."""
    wanted = os.environ.get("HUBBUB_FAILPOINT")
    if not wanted:
        return
    if name not in FAILPOINTS:
        raise ValueError(f"{name} is not listed in FAILPOINTS")
    place, _, times = wanted.partition(":")
    _passed[name] += 1
    if place == name and _passed[name] >= int(times or 1):
        os.kill(os.getpid(), signal.SIGKILL)

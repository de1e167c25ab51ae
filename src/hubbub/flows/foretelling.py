"""Forecasts are computed in a process of its own, which gives way to all others.

This module is imported by that process without Django, so it knows nothing of it.
"""

import contextlib
import logging
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection

from hubbub.infra.failpoints import failpoint
from hubbub.kernel.errors import HubbubError, InvalidInput
from hubbub.kernel.speech import mark
from hubbub.workforce.core.plan.foretelling import Asked, Foretold, foretell

log = logging.getLogger(__name__)

NICE = 15
_FAILED = mark("It could not be computed; the log says more.")


class ForetellingEnded(HubbubError):
    """The process that computed forecasts was killed, or failed; those that were told are there."""

    message = "The process that computes forecasts ended too early (exit code {code})."


def foretold_apart(asked: Sequence[Asked]) -> Iterator[Foretold | str]:
    """Foretell queues in another process; yield each in turn, or the sentence why there is no forecast.

    Raises
    ------
    ForetellingEnded
        If that process failed or was killed.
    """
    if not asked:
        return
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_foretell, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    try:
        for each in asked:  # by the pipe, as what is handed over at the start is waited for even if it died
            ours.send(each)
            yield ours.recv()
    except (EOFError, OSError):
        process.join()
        raise ForetellingEnded(code=process.exitcode) from None
    finally:
        process.terminate()
        process.join()


def _foretell(told: Connection) -> None:
    os.nice(NICE)
    failpoint("forecasting.foretelling")
    with contextlib.suppress(EOFError, OSError):  # whoever asked is gone
        while True:
            told.send(_one(told.recv()))


def _one(asked: Asked) -> Foretold | str:
    try:
        return foretell(asked)
    except InvalidInput as error:
        return str(error)
    except Exception:
        log.exception("A forecast could not be computed")
        return _FAILED

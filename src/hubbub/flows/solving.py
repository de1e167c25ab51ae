"""A roster is solved in a process of its own, which gives way to all others and can be stopped.

This module is imported by that process without Django, so it knows nothing of it.
"""

import logging
import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.connection import Connection

from hubbub.kernel.errors import HubbubError
from hubbub.kernel.speech import mark, speaking
from hubbub.workforce.core.plan.making import Made, made
from hubbub.workforce.core.plan.rostering import Known

log = logging.getLogger(__name__)

NICE = 15
LOOK_S = 0.5
_FAILED = mark("The roster could not be made; the log says more.")


class SolvingEnded(HubbubError):
    """The process that solved was killed, or failed."""

    message = "The process that makes the roster ended too early (exit code {code})."


def solved_apart(known: Known, seconds: float, language: str, wanted: Callable[[], bool]) -> Made | str | None:
    """Make a roster in another process: the roster, the sentence why there is none, or None once it is not wanted.

    Parameters
    ----------
    wanted : asked now and then; says no when somebody stopped it

    Raises
    ------
    SolvingEnded
        If that process failed or was killed.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_solve, args=(known, seconds, language, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        while not ours.poll(LOOK_S):
            if not wanted():
                return None
        told: Made | str = ours.recv()
        return told
    except EOFError:
        process.join()
        raise SolvingEnded(code=process.exitcode) from None
    finally:
        process.terminate()
        process.join()


def _solve(known: Known, seconds: float, language: str, tell: Connection) -> None:
    os.nice(NICE)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the solver greets on stdout, which is the terminal of `hubbub run`
    with speaking(language):
        tell.send(_told(known, seconds))


def _told(known: Known, seconds: float) -> Made | str:
    try:
        return made(known, seconds)
    except HubbubError as error:
        return str(error)
    except Exception:
        log.exception("A roster could not be made")
        return str(_FAILED)

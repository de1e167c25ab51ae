"""A model is fitted in a process of its own, which gives way to all others.

This module is imported by that process without Django, so it knows nothing of it.
"""

import multiprocessing
import os
from multiprocessing.connection import Connection

from hubbub.care.core.trial import Material, Trial, try_out
from hubbub.infra.failpoints import failpoint
from hubbub.kernel.errors import HubbubError
from hubbub.kernel.speech import speaking, spoken

NICE = 15


class FittingEnded(HubbubError):
    """The process that fitted a model was killed, or failed; nothing was changed."""

    message = "The process that fits the model ended too early (exit code {code})."


def tried_apart(material: Material) -> Trial:
    """Try a model in another process, and wait for it.

    Raises
    ------
    FittingEnded
        If that process failed or was killed.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_try, args=(material, theirs, spoken()), daemon=True)
    process.start()
    theirs.close()
    try:
        trial: Trial = ours.recv()
        return trial
    except EOFError:
        process.join()
        raise FittingEnded(code=process.exitcode) from None
    finally:
        process.terminate()
        process.join()


def _try(material: Material, tell: Connection, language: str) -> None:
    os.nice(NICE)
    failpoint("learning.fitting")
    with speaking(language):
        tell.send(try_out(material))

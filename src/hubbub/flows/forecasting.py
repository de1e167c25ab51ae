"""Forecasts are made beside the work: each night, and when what they are made of has changed.

Those are computed in a process of its own, which gives way to all others and leaves the database alone.
"""

import logging
from datetime import datetime

from hubbub.accounts import selectors as accounts
from hubbub.flows.foretelling import ForetellingEnded, foretold_apart
from hubbub.infra.failpoints import failpoint
from hubbub.kernel.ids import WorkspaceId
from hubbub.workforce.selectors import forecasts as selectors
from hubbub.workforce.services import forecasts as services

log = logging.getLogger(__name__)

AT_ONCE = 20
"""Queues that go to one process: it is started anew for each so many, so that news is not long in coming."""


def forecast_all(now: datetime) -> int:
    """Forecast the queues that are due, and keep each as it comes; return how many were.

    Killed at any moment, a queue has its forecast or is still due.
    """
    due = []
    for each in selectors.due(now)[:AT_ONCE]:
        access = accounts.enter_as_hubbub(WorkspaceId(each.workspace))
        if (asked := selectors.asked(access, each.queue, each.today)) is not None:
            due.append((access, each.queue, asked))
    done = 0
    try:
        for (access, queue, asked), told in zip(due, foretold_apart([asked for *_, asked in due]), strict=False):
            failpoint("forecasting.made")
            try:
                done += services.keep_forecast(access, queue, asked, told, now=now)
            except Exception:  # the others have theirs all the same
                log.exception("The forecast of queue %d could not be kept", queue)
            failpoint("forecasting.kept")
    except ForetellingEnded as error:
        log.warning("Forecasts: %s", error)
    return done

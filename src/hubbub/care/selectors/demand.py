"""What makes work: each time that somebody waits for us, and how long it then took. For who plans people."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.core.calls.record import Direction
from hubbub.care.core.clocks import Outcome
from hubbub.care.core.levels import ClockKind
from hubbub.care.models import CallRow, ClockRow, Contact
from hubbub.care.selectors.team import DONE
from hubbub.infra import db

REPLIES = (ClockKind.FIRST, ClockKind.NEXT)


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """What came in a span and what was done in it, in seconds since it began; oldest first."""

    came: NDArray[np.float64]
    done: NDArray[np.float64]
    took: NDArray[np.float64]
    """Seconds of work for each that was done."""


def replies_wanted(access: Access, channels: Collection[str], since: datetime, until: datetime) -> Demand:
    """Return each time that a reply was waited for, a case's first or a further one, and what each contact took.

    What nobody was to answer is no work: watches, old posts taken in later, and what a group answered for all.
    """
    access.require(Permission.READ)
    clocks = ClockRow.objects.filter(
        workspace_id=access.workspace, started_at__gte=since, started_at__lt=until, kind__in=REPLIES,
        channel__in=channels,
    ).exclude(outcome=Outcome.DROPPED)  # fmt: skip
    contacts = Contact.objects.filter(
        workspace_id=access.workspace, ended_at__gte=since, ended_at__lt=until, outcome__in=DONE, channel__in=channels
    )
    done = db.rows(contacts.order_by("ended_at"), ("ended_at", "worked_s", "wrap_s"))
    came = [at for (at,) in db.rows(clocks.order_by("started_at"), ("started_at",))]
    return _demand(since, came, [(at, worked + wrap) for at, worked, wrap in done])


def conversations(access: Access, channels: Collection[str], since: datetime, until: datetime) -> Demand:
    """Return each conversation that began or began anew, and what all contacts of those that ended took together."""
    access.require(Permission.READ)
    clocks = ClockRow.objects.filter(workspace_id=access.workspace, kind=ClockKind.RESOLUTION, channel__in=channels)
    began = db.rows(clocks.filter(started_at__gte=since, started_at__lt=until).order_by("started_at"), ("started_at",))
    over = clocks.filter(stopped_at__gte=since, stopped_at__lt=until).exclude(outcome=Outcome.DROPPED)
    ended = db.rows(over.order_by("stopped_at"), ("case_id", "started_at", "stopped_at"))
    worked: dict[int, list[tuple[datetime, float]]] = {}
    contacts = Contact.objects.filter(case_id__in={case for case, _, _ in ended}, outcome__in=DONE)
    for case, at, took, wrap in db.rows(contacts, ("case_id", "ended_at", "worked_s", "wrap_s")):
        worked.setdefault(case, []).append((at, took + wrap))
    done = [
        (stopped, sum(took for at, took in worked.get(case, ()) if started <= at <= stopped))
        for case, started, stopped in ended
    ]
    return _demand(since, [at for (at,) in began], [(at, took) for at, took in done if took > 0])


def first_waited(access: Access, channels: Collection[str]) -> datetime | None:
    """Return when somebody first waited for a reply on some channels; None: never yet."""
    access.require(Permission.READ)
    rows = ClockRow.objects.filter(workspace_id=access.workspace, channel__in=channels)
    return rows.order_by("started_at").values_list("started_at", flat=True).first()


def first_called(access: Access, queue: str) -> datetime | None:
    """Return when somebody first called a queue, or any where it is "*"; None: never yet."""
    access.require(Permission.READ)
    rows = CallRow.objects.filter(workspace_id=access.workspace, direction=Direction.IN)
    rows = rows if queue == "*" else rows.filter(queue=queue)
    return rows.order_by("started_at").values_list("started_at", flat=True).first()


def _demand(since: datetime, came: list[datetime], done: list[tuple[datetime, float]]) -> Demand:
    return Demand(
        np.array([(at - since).total_seconds() for at in came], np.float64),
        np.array([(at - since).total_seconds() for at, _ in done], np.float64),
        np.array([took for _, took in done], np.float64),
    )

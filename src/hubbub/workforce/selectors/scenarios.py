"""What-ifs: reckoned from the present plan, kept ones, and those that are shared with anybody who has their address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hubbub.accounts.core.access import Access, Permission
from hubbub.kernel.errors import NotFound
from hubbub.workforce.core.plan.whatif import Answer, WhatIf, answer, answer_of, read, whatif_of
from hubbub.workforce.models import ScenarioRow
from hubbub.workforce.selectors.money import Base, base


@dataclass(frozen=True, slots=True)
class Scenario:
    """A what-if that is kept, with what came of it then."""

    id: int
    name: str
    since: date
    days: int
    asked: WhatIf
    answer: Answer
    made_at: datetime
    by: str
    shared: str
    """What stands in the address of its page; empty: it is not shared."""


@dataclass(frozen=True, slots=True, eq=False)
class Reckoned:
    """A what-if of the present plan."""

    base: Base
    asked: WhatIf
    answer: Answer


def what_if(access: Access, since: date, days: int, data: Mapping[str, Any]) -> Reckoned:
    """Return what comes of changes beside the present plan.

    Raises
    ------
    InvalidInput
        If something makes no sense.
    """
    begun = base(access, since, days)
    asked = whatif_of(data, begun.works, days)
    return Reckoned(begun, asked, answer(begun.works, begun.rules, asked))


def scenarios(access: Access) -> tuple[Scenario, ...]:
    """Return all that are kept, the newest first."""
    access.require(Permission.PLAN)
    rows = ScenarioRow.objects.filter(workspace_id=access.workspace).select_related("by").order_by("-made_at", "-id")
    return tuple(map(_scenario, rows))


def scenario(access: Access, which: int) -> Scenario:
    """Return one that is kept.

    Raises
    ------
    NotFound
        If it is not there, or not of this workspace.
    """
    access.require(Permission.PLAN)
    row = ScenarioRow.objects.filter(pk=which, workspace_id=access.workspace).select_related("by").first()
    if row is None:
        raise NotFound(what="scenario", which=which)
    return _scenario(row)


def shared(key: str) -> Scenario:
    """Return the one that is shared under an address, for anybody: without who made it.

    Raises
    ------
    NotFound
        If there is none, or none any more.
    """
    row = ScenarioRow.objects.filter(shared=key).first() if key else None
    if row is None:
        raise NotFound(what="scenario", which=key[:8])
    return _scenario(row, by="")


def _scenario(row: ScenarioRow, by: str | None = None) -> Scenario:
    maker = (row.by.name if row.by else "") if by is None else by
    since = date.fromisoformat(row.data["since"])
    return Scenario(
        row.pk, row.name, since, row.data["days"], read(row.data), answer_of(row.result),
        row.made_at, maker, row.shared or "",
    )  # fmt: skip

"""What-ifs that are kept, shared and withdrawn by who plans."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from hubbub.accounts.core.access import Access
from hubbub.accounts.services import audit
from hubbub.infra import changes
from hubbub.kernel.errors import Conflict, InvalidInput, NotFound
from hubbub.kernel.speech import say
from hubbub.kernel.text import one_line
from hubbub.workforce.core.plan.whatif import answer_data, data_of
from hubbub.workforce.models import ScenarioRow
from hubbub.workforce.selectors.scenarios import Reckoned, scenario, what_if
from hubbub.workforce.services.queues import enter

MOST = 100
MOST_NAME = 80


def keep(access: Access, name: str, since: date, days: int, data: Mapping[str, Any], *, now: datetime) -> int:
    """Keep a what-if with what comes of it by the present plan; return its id.

    Raises
    ------
    InvalidInput
        If it makes no sense, or has no name.
    Conflict
        If another one has the name, or there are too many.
    """
    reckoned = what_if(access, since, days, data)
    told = one_line(name)
    if not told or len(told) > MOST_NAME:
        raise InvalidInput(reason=say("A scenario has a name of 1 to {most} letters.", most=MOST_NAME))
    with transaction.atomic():
        enter(access)
        rows = ScenarioRow.objects.filter(workspace_id=access.workspace)
        if rows.filter(name__iexact=told).exists():
            raise Conflict(reason=say("There is a scenario {name} already.", name=told))
        if rows.count() >= MOST:
            raise Conflict(reason=say("There can be {most} scenarios. Remove one first.", most=MOST))
        row = ScenarioRow(workspace_id=access.workspace, name=told, by_id=access.person)
        _write(row, reckoned, now)
        audit(access, "scenario kept", row.name, now=now, after={"days": row.data["days"]})
        changes.record(access.workspace, "plan", row.pk, now=now)
    return row.pk


def renew(access: Access, which: int, *, now: datetime) -> None:
    """Reckon a kept what-if anew, by the present plan.

    Raises
    ------
    InvalidInput
        If a queue that it changes is not planned any more.
    """
    found = scenario(access, which)
    reckoned = what_if(access, found.since, found.days, data_of(found.asked))
    with transaction.atomic():
        enter(access)
        row = _row(access, which)
        _write(row, reckoned, now)
        audit(access, "scenario reckoned anew", row.name, now=now)
        changes.record(access.workspace, "plan", row.pk, now=now)


@transaction.atomic
def remove(access: Access, which: int, *, now: datetime) -> None:
    """Remove one; where it was shared, nobody sees it any more."""
    enter(access)
    row = _row(access, which)
    audit(access, "scenario removed", row.name, now=now)
    row.delete()
    changes.record(access.workspace, "plan", None, now=now)


@transaction.atomic
def share(access: Access, which: int, *, now: datetime) -> str:
    """Share one as a page for anybody who has its address; return what stands in that address."""
    enter(access)
    row = _row(access, which)
    if row.shared is None:
        row.shared = secrets.token_urlsafe(24)
        row.save(update_fields=["shared"])
        audit(access, "scenario shared", row.name, now=now)
        changes.record(access.workspace, "plan", row.pk, now=now)
    return row.shared


@transaction.atomic
def withdraw(access: Access, which: int, *, now: datetime) -> None:
    """Share one no longer: its address is worth nothing from now on, and is never used again."""
    enter(access)
    row = _row(access, which)
    if row.shared is not None:
        row.shared = None
        row.save(update_fields=["shared"])
        audit(access, "scenario withdrawn", row.name, now=now)
        changes.record(access.workspace, "plan", row.pk, now=now)


def _write(row: ScenarioRow, reckoned: Reckoned, now: datetime) -> None:
    plan = reckoned.base.plan
    row.data = {**data_of(reckoned.asked), "since": plan.since.isoformat(), "days": plan.days}
    row.result, row.made_at = answer_data(reckoned.answer), now
    row.save()


def _row(access: Access, which: int) -> ScenarioRow:
    row = ScenarioRow.objects.filter(pk=which, workspace_id=access.workspace).first()
    if row is None:
        raise NotFound(what="scenario", which=which)
    return row

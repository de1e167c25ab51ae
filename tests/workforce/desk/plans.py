"""A week with something to plan for: two queues of two clients, what is expected of them, and perhaps a roster."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from hubbub.accounts.core.access import Access
from hubbub.workforce.models import ContractRow, ForecastRow, MemberRow, RosterRow, ShiftRow
from hubbub.workforce.services.queues import save_queue, save_rules
from tests.make import NOON

MONDAY = date(2026, 11, 30)
WEEK = tuple([(480, 1080)] * 5 + [None, None])
SALES: Mapping[str, Any] = {
    "name": "Sales", "kind": "phone", "client": "Zephyr Air", "conversion": 0.1, "sale_value": 50.0, "margin": 0.4,
    "week": WEEK,
}  # fmt: skip
POSTS: Mapping[str, Any] = {"name": "Posts", "kind": "social", "client": "Quokka Bank", "week": WEEK}
RULES: Mapping[str, Any] = {"rate": 20.0, "on_costs": 0.25, "causes": [{"name": "Away", "share": 0.3}]}


def make_plan(access: Access, many: float = 100.0, days: int = 7) -> tuple[int, int]:
    """Make both queues with a forecast, from a Monday on; return their ids."""
    save_rules(access, RULES, now=NOON)
    made = tuple(save_queue(access, each, now=NOON) for each in (SALES, POSTS))
    expect(made[0], many, 180.0, days)
    expect(made[1], many / 4, 240.0, days)
    return made[0], made[1]


def expect(queue: int, many: float, handling_s: float, days: int = 7, since: date = MONDAY) -> None:
    """Forecast the same for every half-hour of some days."""
    ForecastRow.objects.bulk_create(
        ForecastRow(
            queue_id=queue, day=since + timedelta(days=each), made_on=since, step_min=30, model="usual",
            mean=[many] * 48, low=[many * 0.8] * 48, high=[many * 1.2] * 48, storm=[0.0] * 48,
            handling_s=[handling_s] * 48, day_low=many * 40, day_high=many * 56,
        )
        for each in range(days)
    )  # fmt: skip


def make_roster(access: Access, skill: str, people: int, rate: float | None = None) -> list[int]:
    """Roster some people with one skill, Monday to Friday from 08:00 to 18:00 with half an hour unpaid."""
    contract, _ = ContractRow.objects.get_or_create(
        workspace_id=access.workspace, name="Whole days", defaults={"data": {}}
    )
    roster, _ = RosterRow.objects.get_or_create(workspace_id=access.workspace, monday=MONDAY)
    members = [
        MemberRow.objects.create(
            workspace_id=access.workspace, name=f"{skill} {each}", contract=contract, skills=[skill], rate=rate
        )
        for each in range(people)
    ]
    ShiftRow.objects.bulk_create(
        ShiftRow(
            roster=roster, member=each, day=MONDAY + timedelta(days=day), pieces=[[480, 1080]],
            breaks=[[720, 750, False]],
        )
        for each in members
        for day in range(5)
    )  # fmt: skip
    return [each.pk for each in members]

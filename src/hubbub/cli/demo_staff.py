"""The demo's planning: what came in half a year, who works here, and the roster of these weeks."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import OperationalError, transaction

from hubbub.accounts import selectors as accounts
from hubbub.accounts.core.access import Access
from hubbub.care.core.calls.record import Call, Direction, Outcome
from hubbub.flows.calls import take
from hubbub.flows.rostering import publish
from hubbub.infra.places import Places
from hubbub.kernel.errors import Conflict
from hubbub.simulate.contacts import CALLS, CHATS, MAILS, MATCH, POSTS, STEP_MIN, Came, Stream, came, matches, rung
from hubbub.workforce.core.plan.contracts import ready_made
from hubbub.workforce.core.plan.history import Day
from hubbub.workforce.selectors import people as selectors
from hubbub.workforce.selectors import queues as queue_selectors
from hubbub.workforce.selectors import rosters
from hubbub.workforce.services import forecasts, people, queues
from hubbub.workforce.services import rosters as services

DAYS = 26 * 7
SEED = 12
DAILY, OFFICE = [(480, 1200)] * 6 + [None], [(480, 1080)] * 5 + [None, None]
EVENINGS = [(480, 1320)] * 7
RATE, ON_COSTS = 13.5, 0.21
WEEKS = 2
IN_VAIN = timedelta(hours=1)
"""Who called in vain before that is not called back any more: a demo begins with few cases."""
EVERY = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Planned:
    """A queue of the demo: what comes to it, and how it is planned."""

    stream: Stream
    data: dict[str, Any]


PLANNED = (
    Planned(
        CALLS,
        {
            "name": "Calls", "kind": "phone", "calls": "*", "patience_s": 150.0, "week": DAILY, "occupancy": 0.88,
            "conversion": 0.04, "sale_value": 220.0, "margin": 0.35,
        },
    ),
    Planned(
        CHATS,
        {"name": "Chat", "kind": "chat", "channels": ["chat"], "week": DAILY, "conversion": 0.06, "sale_value": 220.0,
         "margin": 0.35},
    ),
    Planned(MAILS, {"name": "Mail", "kind": "mail", "channels": ["mail"], "week": OFFICE}),
    Planned(POSTS, {"name": "Social", "kind": "social", "week": EVENINGS}),
)  # fmt: skip


PEOPLE = (
    # so many, (contract, skills by the place of their queues)
    (12, 0, (0,)), (5, 1, (0,)), (5, 2, (0, 1)), (4, 0, (0, 1)), (3, 0, (1,)), (4, 0, (2, 3)), (3, 0, (3,)),
)  # fmt: skip
NAMES = (
    "Ana Brook", "Ben Carr", "Cora Dunn", "Dev Ellis", "Elin Frost", "Finn Grey", "Gita Hale", "Hugo Irving",
    "Ines Jarvis", "Jon Keane", "Kira Lowe", "Leo Marsh", "Maya North", "Nils Orton", "Olga Pike", "Paul Quinn",
    "Rosa Reid", "Sam Stone", "Tara Unwin", "Umar Vale", "Vera West", "Will York", "Xenia Abbot", "Yusuf Bond",
    "Zoe Cole", "Adam Drew", "Bella East", "Carl Finch", "Dora Green", "Emil Hart", "Freya Ives", "Gus Joyce",
    "Hana Kerr", "Ivan Lane", "Jana Moss", "Karl Nash",
)  # fmt: skip


@transaction.atomic
def plan_staff(access: Access, *, now: datetime) -> bool:
    """Make the demo's queues, what came to them, and who works there, once; return whether it was done now."""
    if queue_selectors.queues(access):
        return False
    today = now.astimezone(ZoneInfo(access.timezone)).date()
    queues.save_rules(access, {"rate": RATE, "on_costs": ON_COSTS, "country": "GB", "causes": _causes(access)}, now=now)
    for number, each in enumerate(PLANNED):
        made = queues.save_queue(access, each.data, now=now)
        queues.take_history(access, made, _days(each.stream, SEED + number, today), source="import", now=now)
    for day in matches(today - timedelta(days=DAYS), DAYS + 42):
        forecasts.save_event(access, _match(day), now=now)
    _people(access, now)
    return True


def _causes(access: Access) -> list[dict[str, Any]]:
    return [
        {"name": each.name, "share": each.share, "of_rest": each.of_rest}
        for each in queue_selectors.rules(access).causes
    ]


def _days(stream: Stream, seed: int, today: date) -> Iterator[Day]:
    for each in came(stream, seed, today - timedelta(days=DAYS), DAYS):
        yield _day(each)


def _day(told: Came) -> Day:
    counts = tuple(float(each) for each in told.arrivals)
    return Day(told.day, STEP_MIN, counts, counts, told.handling_s)


def _match(day: date) -> dict[str, Any]:
    return {
        "kind": "Match", "name": "Acme United plays", "queue": None, "day": day,
        "start_min": MATCH.start * STEP_MIN, "end_min": MATCH.stop * STEP_MIN,
    }  # fmt: skip


def _people(access: Access, now: datetime) -> None:
    people.add_ready_made(access, now=now)
    known = {each.contract.name: each.id for each in selectors.contracts(access)}
    terms = [known[each.name] for each in ready_made()]
    skills = selectors.skills(access)
    names = iter(NAMES)
    for many, contract, able in PEOPLE:
        for _ in range(many):
            data = {"name": next(names), "contract": terms[contract], "skills": [skills[each] for each in able]}
            people.save_member(access, data, now=now)
    here = [int(each.person) for each in accounts.members(access)]
    people.add_members(access, here, contract=terms[0], skills=[skills[3]], now=now)


class Planner:
    """Has the rosters of this week and the next made by the worker, and publishes them once they are."""

    def __init__(self, access: Access) -> None:
        self._access, self._at = access, datetime.min.replace(tzinfo=UTC)

    def look(self, now: datetime) -> None:
        """Ask for what is not there yet, as soon as there are forecasts; publish what was made."""
        if now - self._at < EVERY:
            return
        self._at = now
        today = now.astimezone(ZoneInfo(self._access.timezone)).date()
        for monday in (today - timedelta(days=today.weekday() - 7 * week) for week in range(WEEKS)):
            with suppress(Conflict, OperationalError):  # no forecast yet, or it is being made
                week = rosters.week(self._access, monday)
                if week.made_at is None and not week.making.trouble:
                    services.ask(self._access, monday, week.left, now=now)
                elif week.made_at is not None and week.published_at is None:
                    publish(self._access, monday, week.version, now=now)


class Telephone:
    """Rings while the demo runs: of today, what ended until now is kept every half a minute, each call once."""

    def __init__(self, access: Access, places: Places) -> None:
        self._access, self._places, self._until = access, places, datetime.min.replace(tzinfo=UTC)

    def ring(self, now: datetime) -> int:
        """Keep the calls that ended since it rang last; return how many there were."""
        if now - self._until < EVERY:
            return 0
        here = now.astimezone(ZoneInfo(self._access.timezone))
        since = max(self._until, here.replace(hour=0, minute=0, second=0, microsecond=0))
        told = [
            Call(
                source="", native=each.id, started_at=each.started, answered_at=each.answered, ended_at=each.ended,
                direction=Direction.IN, caller=each.number, queue="Calls",
                outcome=Outcome.ANSWERED if each.answered else Outcome.ABANDONED,
            )
            for each in rung(CALLS, SEED, since.astimezone(here.tzinfo), here)
            if each.answered or now - each.ended < IN_VAIN
        ]  # fmt: skip
        try:
            take(self._access, "demo-telephone", told, places=self._places, now=now)
        except OperationalError:  # others write just now: it rings again in a moment
            return 0
        self._until = now
        return len(told)

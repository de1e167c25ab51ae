"""Builders of rosters: contracts, people, and what stands for all of it in the walk over the pages."""

from datetime import date, datetime, timedelta

from hubbub.accounts.core.access import Access
from hubbub.accounts.models import Membership
from hubbub.workforce.models import AbsenceRow, ForecastRow, MemberRow, RosterRow, ShiftRow, SwapRow
from hubbub.workforce.selectors import rosters as selectors
from hubbub.workforce.services import people, queues, rosters
from tests.make import NOON


def make_contract(access: Access, name: str = "Full time", now: datetime = NOON, **changes: object) -> int:
    """A contract: five days of eight hours unless changed."""
    return people.save_contract(access, {"name": name, **changes}, now=now)


def make_on_roster(
    access: Access, name: str, contract: int, skills: tuple[str, ...] = (), now: datetime = NOON, **more: object
) -> int:
    """Somebody on the roster."""
    return people.save_member(access, {"name": name, "contract": contract, "skills": skills, **more}, now=now)


def make_rostered(access: Access, at: datetime) -> dict[str, int | str]:
    """Somebody on the roster who asks to be away, and a contract that nobody has."""
    queue = queues.save_queue(access, {"name": "Jabberwocks", "kind": "phone"}, now=at)
    terms = make_contract(access, "Snark time", at)
    rostered = make_on_roster(access, "Bandersnatch Brontë", terms, ("Jabberwocks",), at, rate=12.0)
    away = people.note_absence(access, rostered, date(2026, 12, 24), date(2026, 12, 24), "holiday", now=at)
    AbsenceRow.objects.filter(pk=away.id).update(state="asked")
    jubjub = make_on_roster(access, "Jubjub", terms, ("Jabberwocks",), at)
    later = date(2040, 1, 2)
    far = RosterRow.objects.create(workspace_id=access.workspace, monday=later)
    shift = ShiftRow.objects.create(roster=far, member_id=jubjub, day=later, pieces=[[480, 960]])
    week = date(2026, 12, 7)
    make_forecast(access, queue, monday=week)
    make_forecast(access, queue, monday=week + timedelta(days=7))
    first = {"member": rostered, "day": week, "pieces": [(540, 1020)]}
    rosters.edit(access, week, 0, first, now=at)
    rosters.ask(access, week + timedelta(days=7), [], now=at)
    swaps = _swaps(access, rostered, jubjub, terms, at)
    return {
        **swaps, "feed": MemberRow.objects.get(pk=rostered).feed,
        "csv": "csv",
        "rostered": rostered, "contract": terms, "absence": away.id, "shift-to-come": shift.pk,
        "free-contract": make_contract(access, "Snarkless", at),
        "unrostered": make_on_roster(access, "Tribble Free", terms, (), at),
    }  # fmt: skip


def _swaps(access: Access, one: int, two: int, terms: int, at: datetime) -> dict[str, int]:
    """A published week in which an agent has a shift, another offers theirs, and a third's was taken."""
    monday = date(2040, 1, 9)
    agent = Membership.objects.filter(workspace_id=access.workspace, role="agent").earliest("pk").person_id
    people.add_members(access, [agent], contract=terms, skills=["Jabberwocks"], now=at)
    person = MemberRow.objects.get(workspace_id=access.workspace, person_id=agent)
    week = RosterRow.objects.create(workspace_id=access.workspace, monday=monday, published_at=at)
    times = {"pieces": [[540, 1050]], "breaks": [[630, 645, True], [750, 780, False], [885, 900, True]]}
    own, offered, taken = (
        ShiftRow.objects.create(roster=week, member_id=who, day=monday + timedelta(days=place), **times)
        for place, who in enumerate((person.pk, two, one))
    )
    week.published = selectors.snapshot_of(selectors.current(week))
    week.save()
    offer, done = (
        SwapRow.objects.create(
            workspace_id=access.workspace,
            shift=shift,
            giver_id=shift.member_id,
            taker_id=taker,
            state=state,
            asked_at=at,
        ).pk
        for shift, taker, state in ((offered, None, "offered"), (taken, two, "taken"))
    )
    return {"own_shift": own.pk, "swap": offer, "taken-swap": done}


MONDAY = date(2026, 12, 7)


def make_forecast(
    access: Access, queue: int, many: float = 20.0, monday: date = MONDAY, open_h: tuple[int, int] = (8, 18)
) -> None:
    """What is expected of a queue in a week, the same each half-hour of its open day, Monday to Friday."""
    mean = [many if open_h[0] * 2 <= each < open_h[1] * 2 else 0.0 for each in range(48)]
    for day in range(7):
        told = mean if day < 5 else [0.0] * 48
        ForecastRow.objects.create(
            queue_id=queue, day=monday + timedelta(days=day), made_on=monday - timedelta(days=3), step_min=30,
            model="profile", mean=told, low=told, high=told, storm=[0.0] * 48, handling_s=[180.0] * 48,
            day_low=sum(told), day_high=sum(told),
        )  # fmt: skip


def make_planned_week(
    access: Access, people_: int = 8, many: float = 20.0, now: datetime = NOON
) -> tuple[int, tuple[int, ...]]:
    """A queue with its forecast, and so many full-timers who serve it: its id, and theirs."""
    queue = queues.save_queue(access, {"name": "Sales", "kind": "phone"}, now=now)
    make_forecast(access, queue, many)
    terms = make_contract(access, starts=((480, 600),), hours=(0.0, 40.0))
    return queue, tuple(make_on_roster(access, f"Agent {each}", terms, ("Sales",)) for each in range(people_))

"""The cheapest people for a blended day: against all there are, on other days, and where no plan meets the targets."""

import itertools
from typing import Any

import numpy as np
import pytest

from hubbub.kernel.errors import InvalidInput
from hubbub.workforce import Day, Kind, Queue, Routing, Staffing, Team, cheapest_staffing, play_days, required_agents
from hubbub.workforce import Targets as Asked

HOURS = (np.arange(28) + 0.5) / 2 + 7
COURSE = np.exp(-(((HOURS - 11) / 3.5) ** 2)) + 0.6 * np.exp(-(((HOURS - 16) / 3) ** 2))
PHONE = Queue("phone", Kind.CALL, 40 * COURSE + 3, handling=300, patience=180)
CHAT = Queue("chat", Kind.CHAT, 12 * COURSE + 2, handling=600, within=60, slows=0.15)
SOCIAL = Queue("social", Kind.DEFERRED, 25 * COURSE + 5, 240, within=3600, level=0.9, branching=0.5)


def specialists(*more: Team) -> tuple[Team, ...]:
    return Team("p", ("phone",), cost=22), Team("c", ("chat",), cost=21), Team("s", ("social",), cost=20), *more


@pytest.fixture(scope="module")
def found() -> Staffing:
    day = Day((PHONE, CHAT, SOCIAL), specialists(Team("ps", ("phone", "social"), cost=22)))
    return cheapest_staffing(day, reserves=(1, 2))


def test_what_is_found_meets_its_targets_on_days_it_has_not_seen(found: Staffing) -> None:
    assert found.met and found.tries <= 260
    again = play_days(found.day, days=200, seed=77).whole
    for queue in found.day.queues:
        assert again[queue.name].in_time.mean >= queue.level - 0.01
    assert len(found.margins) == 3 and found.binds.slack == min(each.slack for each in found.margins)
    assert found.binds.slack < 0.05
    assert "in time" in found.words[0] and found.words[0].startswith(found.binds.queue)


def test_people_who_can_do_two_things_for_the_same_money_are_preferred_and_cost_less(found: Staffing) -> None:
    apart = cheapest_staffing(Day((PHONE, CHAT, SOCIAL), specialists()))
    assert apart.met and found.day.cost < 0.97 * apart.day.cost
    assert found.day.people[3].sum() > found.day.people[0].sum()
    dear = Day((PHONE, CHAT, SOCIAL), specialists(Team("ps", ("phone", "social"), cost=60)))
    assert cheapest_staffing(dear).day.people[3].sum() == 0


def test_it_is_cheaper_than_formulas_queue_by_queue(found: Staffing) -> None:
    calls = required_agents(PHONE.items, Asked(0.8, 20), per=1800, handling=300, patience=180).sum() * 22 / 2
    assert cheapest_staffing(Day((PHONE,), specialists()[:1])).day.cost < calls
    assert (found.day.people >= 0).all()


def test_no_other_plan_of_a_small_desk_is_much_cheaper() -> None:
    queues = (
        Queue("phone", Kind.CALL, np.full(16, 25.0), handling=240, patience=200),
        Queue("social", Kind.DEFERRED, np.full(16, 25.0), 240, within=2400, level=0.9, branching=0.3),
    )
    costs = (20.0, 18.0, 21.0)
    names = (("phone",), ("social",), ("phone", "social"))
    teams = tuple(Team(str(k), skills, cost=cost) for k, (skills, cost) in enumerate(zip(names, costs, strict=True)))
    day = Day(queues, teams, routing=Routing(1))
    ours = cheapest_staffing(day, block=16, tries=120)
    plans = sorted(itertools.product(range(7), range(6), range(9)), key=lambda plan: np.dot(plan, costs))
    for plan in plans:
        if np.dot(plan, costs) >= ours.day.cost / 8 or sum(plan) < 6:
            continue
        met = play_days(day.staffed(np.repeat(np.array(plan)[:, None], 16, axis=1)), days=40, seed=5).whole
        if all(met[queue.name].in_time.mean >= queue.level for queue in queues):
            assert ours.day.cost / 8 <= 1.06 * np.dot(plan, costs)
            break


@pytest.mark.parametrize("block", [1, 4, 28])
def test_people_stay_for_a_block_and_come_only_when_they_may(block: int) -> None:
    may = (HOURS > 8) & (HOURS < 18)
    queue = Queue("phone", Kind.CALL, 40 * COURSE * may, handling=300, patience=180)
    plan = cheapest_staffing(Day((queue,), specialists()[:1]), working={"p": may}, block=block, tries=80)
    assert plan.met and (plan.day.people[:, ~may] == 0).all()
    for start in range(0, 28, block):
        inside = plan.day.people[0, start : start + block][may[start : start + block]]
        assert len(set(inside.tolist())) <= 1


def test_mail_of_the_night_is_done_by_day_and_never_by_people_who_are_busy_all_the_time() -> None:
    by_day = (np.arange(48) // 2 >= 8) & (np.arange(48) // 2 < 20)
    mail = Queue("mail", Kind.DEFERRED, np.full(48, 20.0), 240.0, within=16 * 3600.0, level=0.9)
    for again in (True, False):
        plan = cheapest_staffing(Day((mail,), (Team("m", ("mail",)),), again=again), working={"m": by_day})
        assert plan.met
        assert (64 if again else 50) <= plan.day.hours <= 72
    assert plan.outcome.whole["mail"].backlog.mean <= 200  # what comes after people have left


def test_a_target_that_nobody_can_meet_is_said_to_be_missed() -> None:
    night = np.arange(28) < 6
    plan = cheapest_staffing(Day((PHONE,), specialists()[:1]), working={"p": night}, tries=40)
    assert not plan.met and plan.binds.slack < -0.2
    assert "misses its target" in plan.words[0]


def test_people_who_cost_nothing_are_still_no_more_than_needed() -> None:
    queue = Queue("phone", Kind.CALL, np.full(8, 100.0))
    plan = cheapest_staffing(Day((queue,), (Team("all", ("phone",), cost=0), Team("none", ()))), block=8)
    assert plan.met and plan.day.people[:, 0].tolist() == [14, 0]


def test_who_gives_up_is_a_target_too() -> None:
    queue = Queue("phone", Kind.CALL, np.full(10, 60.0), handling=300, patience=120, level=0.3, gives_up=0.02)
    plan = cheapest_staffing(Day((queue,), specialists()[:1]), block=10, tries=60)
    assert plan.met and plan.binds.gives_up
    assert plan.outcome.whole["phone"].gives_up.mean <= 0.02
    assert any("give up" in line for line in plan.words)


def test_the_same_seed_finds_the_same() -> None:
    day = Day((PHONE,), specialists()[:1])
    first, second = (cheapest_staffing(day, tries=40, seed=3).day.people for _ in range(2))
    assert (first == second).all()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [({"working": {"x": [True] * 28}}, "may work then: x"), ({"working": {"p": [True]}}, "may work then: p"),
     ({"block": 0}, "from 1 on")],
)  # fmt: skip
def test_what_can_not_be_is_said_in_a_sentence(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        cheapest_staffing(Day((PHONE,), specialists()[:1]), **wrong)

"""A plan beside a changed one: the same chance in both, so differences are known better than figures."""

from typing import Any

import numpy as np
import pytest

from hubbub.kernel.errors import InvalidInput
from hubbub.workforce import Comparison, Day, Kind, Queue, Routing, Team, changed, play_days, what_if

DAY = Day(
    (
        Queue("phone", Kind.CALL, np.full(20, 100.0), handling=240, patience=180),
        Queue("social", Kind.DEFERRED, np.full(20, 60.0), 240, within=3600, level=0.9),
    ),
    (Team("both", ("phone", "social"), 20, cost=25), Team("social", ("social",), 4, cost=20)),
    routing=Routing(1),
)


def phone(found: Comparison) -> Any:
    return found.queues[0]


def test_a_difference_is_known_better_than_from_two_plays_apart() -> None:
    found = phone(what_if(DAY, changed(DAY, arrivals=1.05))).in_time
    apart = np.hypot(found.before.error, found.after.error)
    assert found.difference.error < 0.6 * apart
    assert found.difference.mean == pytest.approx(found.after.mean - found.before.mean)
    assert found.before.mean == play_days(DAY).whole["phone"].in_time.mean


def test_the_error_of_a_difference_is_the_true_one() -> None:
    after = changed(DAY, people=-1, team="both")
    found = [phone(what_if(DAY, after, days=20, seed=seed)).in_time.difference for seed in range(40)]
    spread = np.std([each.mean for each in found], ddof=1)
    assert np.mean([each.error for each in found]) == pytest.approx(spread, rel=0.35)


@pytest.mark.parametrize(
    "change",
    [{"arrivals": 1.1}, {"handling": 1.1}, {"people": -2, "team": "both"}, {"storm": 400, "at": 4, "queue": "phone"}],
)  # fmt: skip
def test_more_work_or_fewer_people_serve_fewer_in_time_for_sure(change: dict[str, Any]) -> None:
    found = phone(what_if(DAY, changed(DAY, **change)))
    assert found.in_time.difference.mean < 0 and found.in_time.sure
    assert found.average_wait.difference.mean > 0


def test_nothing_changed_differs_in_nothing() -> None:
    found = what_if(DAY, changed(DAY))
    for queue in found.queues:
        assert queue.in_time.difference.mean == queue.in_time.difference.error == 0
        assert not queue.in_time.sure
    assert found.cost[0] == found.cost[1] == 20 * 10 * 25 + 4 * 10 * 20


def test_another_target_is_met_or_not_and_people_cost_what_they_cost() -> None:
    found = what_if(DAY, changed(changed(DAY, queue="phone", level=0.99, within=10), people=1, team="social"))
    assert phone(found).asked == (0.8, 0.99) and phone(found).met[1] is False
    assert found.queues[1].met == (True, True)
    assert found.cost[1] - found.cost[0] == 10 * 20 and found.hours[1] - found.hours[0] == 10
    assert found.occupancy["social"].difference.mean < 0


def test_a_storm_of_posts_leaves_a_backlog_where_it_comes() -> None:
    found = what_if(DAY, changed(DAY, queue="social", storm=300, at=10, lasts=1800))
    assert found.queues[1].items.difference.mean == pytest.approx(300, rel=0.05)
    before, after = (each.each["social"].backlog.mean for each in (found.before, found.after))
    assert (before[:10] == after[:10]).all() and after[10] > before[10] + 50


def test_people_are_taken_from_where_some_are() -> None:
    day = DAY.staffed(np.array([[0, 3] * 10, [2] * 20]))
    fewer = changed(day, people=-5, team="both").people
    assert (fewer[0] == 0).all() and (fewer[1] == 2).all()
    assert changed(day, people=2).people[0].tolist() == [0, 5] * 10


@pytest.mark.parametrize(
    ("change", "says"),
    [({"queue": "fax"}, "no fax"), ({"team": "fax"}, "no fax"), ({"arrivals": 0}, "above 0"),
     ({"at": 20}, "from 0 to 19"),      ({"level": 80}, "as .8"), ({"reserve": -1}, "reserve")],
)  # fmt: skip
def test_what_can_not_be_is_said_in_a_sentence(change: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        changed(DAY, **change)
    with pytest.raises(InvalidInput, match="same queues"):
        what_if(DAY, Day(DAY.queues[::-1], DAY.teams))

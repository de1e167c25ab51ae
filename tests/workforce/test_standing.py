"""How queues stand in each interval: between whole people, with what is carried over, and shared."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.workforce.core.erlang import served
from hubbub.workforce.core.plan.queue import Kind, usual
from hubbub.workforce.core.plan.standing import divided, meets, runs
from hubbub.workforce.core.plan.work import Work

HALF_HOUR = 1800.0


def work_of(kind: Kind, comes: list[float], people: list[float], handling_s: float = 180.0) -> Work:
    many = len(comes)
    return Work(1, usual(kind), np.array(comes), np.full(many, handling_s), np.ones(many, bool), np.array(people))


def test_half_a_person_reaches_what_lies_between_the_whole_ones() -> None:
    low, high = served(100, [13, 14]).in_time
    found = meets(work_of(Kind.PHONE, [100, 100, 0], [13.5, 14, 5]), HALF_HOUR)
    assert found.in_time[:2] == pytest.approx([(low + high) / 2, high])
    assert np.isnan(found.in_time[2]) and found.occupancy[2] == 0  # nobody calls, so nobody is answered


def test_nobody_there_answers_nobody() -> None:
    found = meets(work_of(Kind.PHONE, [100.0], [0.0]), HALF_HOUR)
    assert found.in_time[0] == 0 and np.isnan(found.occupancy[0])


def test_mail_that_is_carried_over_is_late_once_its_deadline_has_passed() -> None:
    mail = work_of(Kind.MAIL, [60.0] * 12, [0.0] * 12, 60.0)
    mail = replace(mail, queue=replace(mail.queue, within_s=2 * HALF_HOUR))
    two_an_hour_later = replace(mail, people=np.array([0.0] * 6 + [4.0] * 6))
    found = meets(two_an_hour_later, HALF_HOUR)
    assert found.in_time[:3].tolist() == [0, 0, 0] and found.in_time[-3:].tolist() == [1, 1, 1]
    assert meets(replace(mail, people=np.full(12, 2.0)), HALF_HOUR).in_time.tolist() == [1.0] * 12


def test_what_comes_at_night_waits_for_the_morning_and_its_deadline_begins_then() -> None:
    night = work_of(Kind.MAIL, [30.0, 30.0, 0.0, 0.0], [0.0, 0.0, 2.0, 2.0], 60.0)
    night = replace(night, opens=np.array([False, False, True, True]))
    night = replace(night, queue=replace(night.queue, within_s=HALF_HOUR))
    found = meets(night, HALF_HOUR)
    assert found.in_time[2] == 1 and np.isnan(found.in_time[[0, 1, 3]]).all()
    assert found.occupancy[2:].tolist() == [1.0, 0.0]


@given(
    needs=st.lists(st.lists(st.integers(0, 50), min_size=4, max_size=4), min_size=1, max_size=5),
    there=st.lists(st.floats(0, 100), min_size=4, max_size=4),
)
def test_people_who_are_shared_are_neither_lost_nor_counted_twice(needs: list[list[int]], there: list[float]) -> None:
    shares = divided([np.array(each, np.int64) for each in needs], np.array(there))
    assert np.sum(shares, axis=0) == pytest.approx(np.array(there))
    assert all((share >= 0).all() for share in shares)


@given(st.lists(st.integers(-5, 5), max_size=40))
def test_runs_hold_every_missing_person_once_and_the_worst_stands_first(gap: list[int]) -> None:
    found = runs(np.array(gap, np.int64))
    assert sum(each.missing for each in found) == -sum(each for each in gap if each < 0)
    assert [each.missing for each in found] == sorted((each.missing for each in found), reverse=True)
    assert all(gap[at] < 0 for each in found for at in range(each.start, each.end))

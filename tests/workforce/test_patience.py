"""Time of the processor is what a roster is given; by the clock it may take longer, but not for ever."""

import time

import pytest

from hubbub.workforce.core.roster.patience import LONGEST, Patience


class Machine:
    """Its processor works for us for a share of the time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.worked = self.clock = 0.0
        monkeypatch.setattr(time, "process_time", lambda: self.worked)
        monkeypatch.setattr(time, "perf_counter", lambda: self.clock)

    def go(self, seconds: float, share: float) -> None:
        self.clock += seconds
        self.worked += seconds * share


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


def test_alone_it_takes_as_long_as_was_said(machine: Machine) -> None:
    patience = Patience(30)
    machine.go(20, 1)
    assert patience.left == 10
    assert patience.used == pytest.approx(2 / 3)
    assert patience.by_clock(patience.left) == 10


def test_beside_other_work_it_takes_longer_for_the_same(machine: Machine) -> None:
    patience = Patience(30)
    machine.go(40, 0.25)
    assert patience.left == 20
    assert patience.by_clock(patience.left) == 80


def test_it_ends_although_the_processor_hardly_works_for_it(machine: Machine) -> None:
    patience = Patience(30)
    machine.go(LONGEST * 30, 0.01)
    assert patience.left <= 0
    assert patience.used >= 1
    assert patience.by_clock(1) == LONGEST

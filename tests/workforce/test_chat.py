"""Several chats at a time: against the balance of their states, and against one at a time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.kernel.errors import InvalidInput
from hubbub.workforce import chats_served, required_for_chat, served


def states(load: float, agents: int, at_once: int, slows: float) -> np.ndarray:
    """The chances of 0, 1, 2 … chats, from the balance of what comes and what ends."""
    chances = [1.0]
    for j in range(1, 4000):
        each, more = divmod(min(j, agents * at_once), agents)
        chats = [each + 1] * more + [each] * (agents - more)
        chances.append(chances[-1] * load / sum(c / (1 + slows * (c - 1)) for c in chats if c))
    return np.array(chances) / sum(chances)


@pytest.mark.parametrize(
    ("load", "agents", "at_once", "slows"), [(10, 5, 3, 0.1), (10, 14, 1, 0.0), (2.0, 1, 4, 0.3), (20, 12, 2, 0.1)]
)
def test_who_waits_and_how_many_one_has_is_what_the_states_say(
    load: float, agents: int, at_once: int, slows: float
) -> None:
    chances = states(load, agents, at_once, slows)
    found = chats_served(load, agents, at_once=at_once, slows=slows, per=1, handling=1, within=0.2)
    number = np.arange(len(chances))
    queued = (np.maximum(number - agents * at_once, 0) * chances).sum()
    assert found.waits == pytest.approx(chances[agents * at_once :].sum(), rel=1e-9)
    assert found.average_wait == pytest.approx(queued / load, rel=1e-9)  # Little's law
    assert found.each == pytest.approx((np.minimum(number, agents * at_once) * chances).sum() / agents, rel=1e-9)


def test_one_at_a_time_is_a_telephone() -> None:
    calls, agents = np.array([50, 100, 900, 40]), np.array([8, 14, 100, 4])
    alone = chats_served(calls, agents, at_once=1, handling=180, within=20)
    phone = served(calls, agents, handling=180, within=20)
    assert alone.in_time == pytest.approx(phone.in_time, rel=1e-10)
    assert alone.average_wait == pytest.approx(phone.average_wait, rel=1e-10)


@given(st.floats(0.1, 3000), st.integers(1, 6), st.floats(0, 0.9), st.floats(0.1, 0.99))
def test_so_many_answer_in_time_and_one_fewer_do_not(chats: float, at_once: int, slows: float, level: float) -> None:
    need = int(required_for_chat(chats, level=level, at_once=at_once, slows=slows))
    met = chats_served(chats, [need, max(0, need - 1)], at_once=at_once, slows=slows).in_time
    assert met[0] >= level > met[1]
    assert need <= required_for_chat(chats, level=level, at_once=at_once, slows=min(0.99, slows + 0.05))


def test_who_can_not_be_helped_and_nobody_at_all() -> None:
    found = chats_served([0, 100, 100], [3, 0, 5])
    assert found.waits.tolist() == [0, 1, 1] and found.in_time.tolist() == [1, 0, 0]
    assert found.average_wait.tolist() == [0, np.inf, np.inf] and found.each.tolist() == [0, 0, 3]


@pytest.mark.parametrize("wrong", [{"at_once": 0}, {"at_once": 1.5}, {"slows": 1}, {"slows": -0.1}, {"handling": 0}])
def test_what_can_not_be_is_said(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidInput):
        required_for_chat(100, **wrong)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        chats_served(100, 5, **wrong)  # type: ignore[arg-type]

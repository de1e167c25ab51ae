"""From what is expected of a queue to who is needed, and who of a roster is there."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from hubbub.kernel.errors import InvalidInput
from hubbub.workforce.core.plan.need import need
from hubbub.workforce.core.plan.presence import Shift, present
from hubbub.workforce.core.plan.queue import Kind, data_of, queue_of, usual
from hubbub.workforce.core.plan.rules import data_of as rules_data
from hubbub.workforce.core.plan.rules import rules_of, usual_rules

MONDAY = date(2026, 11, 30)
DAYTIME = [(480, 1080)] * 5 + [None, None]


@pytest.mark.parametrize("kind", Kind)
def test_a_queue_and_the_rules_come_back_as_they_were_kept(kind: Kind) -> None:
    queue = replace(usual(kind), week=tuple(DAYTIME), channels=("mail",), client="Acme")
    assert queue_of(data_of(queue)) == queue
    assert rules_of(rules_data(usual_rules())) == usual_rules()


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"name": ""}, "name"),
        ({"kind": "fax"}, "one of"),
        ({"level": 1.2}, "service level"),
        ({"handling_s": 0}, "handling time"),
        ({"gives_up": 0.05}, "how long people wait"),
        ({"branching": 1.0}, "below 1"),
        ({"conversion": 1.01}, "Conversion"),
        ({"week": [None] * 7}, "at least once"),
        ({"week": [(600, 540)] + [None] * 6}, "begin before they end"),
        ({"week": [(0, 1440)]}, "all seven days"),
    ],
)
def test_what_makes_no_sense_is_said(told: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        queue_of({"name": "Sales", "kind": "phone", **told})


@pytest.mark.parametrize(
    "told",
    [{"step_min": 7}, {"currency": "pounds"}, {"rate": -1.0}, {"causes": [{"name": "All", "share": 0.5}] * 40},
     {"causes": [{"name": "", "share": 0.1}]}, {"country": "England"}],
)  # fmt: skip
def test_rules_that_make_no_sense_are_refused(told: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        rules_of(told)


def test_callers_need_somebody_in_their_interval_and_mail_may_wait_for_the_morning() -> None:
    opens = np.concatenate([usual(Kind.PHONE).opens(0, 30)] * 1)
    assert opens.all()
    mail = replace(usual(Kind.MAIL), week=tuple([(480, 1080)] * 7))
    works = np.concatenate([mail.opens(day, 30) for day in range(7)])
    items = np.where(works, 0.0, 10.0)  # all of it comes while nobody is there
    found = need(mail, items, per=1800, opens=works, shrinkage=0.25)
    assert not found.answering[~works].any()
    first_hours = found.answering.reshape(7, 48)[:, 16:24]
    assert (first_hours.sum(axis=1) * 0.5 * 3600 / mail.handling_s >= 280 * 0.99).all()  # each night's by the deadline
    assert (found.scheduled == np.ceil(found.answering / 0.75)).all()


def test_a_queue_that_is_never_open_in_a_span_needs_nobody() -> None:
    queue = replace(usual(Kind.SOCIAL), week=tuple(DAYTIME))
    assert not need(queue, np.full(48, 5.0), per=1800, opens=queue.opens(6, 30)).answering.any()


def test_who_is_there_is_counted_without_breaks_and_over_midnight() -> None:
    shifts = [
        Shift(1, 7, MONDAY, ((22 * 60, 30 * 60),), ((26 * 60, 26 * 60 + 15, True),)),
        Shift(2, 8, MONDAY, ((8 * 60, 12 * 60), (16 * 60, 20 * 60)), skills=((480, 720, "Chat"), (960, 1200, "Sales"))),
    ]
    found = present(shifts, {7: "Sales"}, since=MONDAY, days=2, step_min=30)
    assert found["Sales"][44:60].tolist() == [1.0] * 8 + [0.5] + [1.0] * 7
    assert found["Sales"][32:40].sum() == 8
    assert found["Chat"].sum() == 8
    assert shifts[0].worked_min == 480


def test_a_shift_outside_the_span_counts_nowhere() -> None:
    found = present([Shift(1, 7, date(2026, 1, 1), ((0, 60),))], {7: "Sales"}, since=MONDAY, days=1, step_min=60)
    assert not found["Sales"].any()

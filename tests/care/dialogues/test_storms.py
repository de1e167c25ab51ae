"""Dialogue 7 and a storm of 300: one incident on a quiet Tuesday, none on launch day."""

import pytest
from tests.care.dialogues.talk import Talk, in_any_order
from tests.care.test_storms import TROUBLES, usually

from hubbub.care.models import CaseRow


def five_people(talk: Talk) -> None:
    """Five different people in forty minutes."""
    for number, text in enumerate(TROUBLES):
        talk.says(f"person{number}", text, minutes=9)


@in_any_order(5)
def test_7_five_people_in_forty_minutes_on_a_quiet_tuesday_are_one_incident(talk: Talk) -> None:
    five_people(talk)
    (incident,) = talk.incidents()
    assert (incident.rule, incident.voices, incident.posts) == ("P5", 5, 5)
    assert {(case.incident_id, case.due_at) for case in talk.cases()} == {(incident.pk, None)}


@in_any_order(5, sample=6)
def test_7_the_same_five_on_launch_day_with_a_usual_rate_of_ten_an_hour_are_none(talk: Talk) -> None:
    usually(talk.town, an_hour=10)
    five_people(talk)
    assert talk.incidents() == []


def three_hundred(talk: Talk) -> None:
    """Three hundred different people within an hour."""
    for number in range(300):
        talk.says(f"person{number}", TROUBLES[number % len(TROUBLES)], minutes=0.2)


@pytest.mark.parametrize("talk", [0, 300**300], indirect=True, ids=["in order", "shuffled"])
def test_a_storm_of_300_on_a_quiet_tuesday_is_one_incident(talk: Talk) -> None:
    three_hundred(talk)
    (incident,) = talk.incidents()
    assert (incident.voices, incident.posts) == (300, 300)
    assert set(CaseRow.objects.values_list("incident", flat=True)) == {incident.pk}


@pytest.mark.parametrize("talk", [300**300], indirect=True, ids=["shuffled"])
def test_a_launch_day_of_300_where_so_many_are_usual_is_none(talk: Talk) -> None:
    usually(talk.town, an_hour=200)
    three_hundred(talk)
    assert talk.incidents() == []

"""Many people with one problem at once: one incident, in any order of arrival, and none where so many are usual."""

import random
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.make import NOON, Town, make_town, make_workspace

from hubbub.care.models import CaseRow, Entry, Incident, Likeness
from hubbub.care.services import counting
from hubbub.infra.places import Places
from hubbub.listening.models import Rollup

pytestmark = pytest.mark.django_db

TROUBLES = (
    "@AcmeCustServ my widget is broken",
    "My #Acme widget has been broken for 5 days now. Its disgusting!",
    "@AcmeCustServ my widget stopped working this morning, it does not work at all",
    "another broken #acme widget, it just died",
    "So's mine. I'm now on my third #Acme widget, they are so unreliable.",
)


@pytest.fixture
def town(places: Places) -> Town:
    return make_town(make_workspace(), places)


def five(town: Town) -> list[bytes]:
    """Five different people within forty minutes."""
    return [town.line(f"person{n}", text, after=timedelta(minutes=9))[1] for n, text in enumerate(TROUBLES)]


def usually(town: Town, an_hour: int, weeks: int = 4) -> None:
    """What was heard at these hours of past weeks: so many people an hour with a broken widget."""
    town.says("old", "#acme widgets are a thing")
    town.says("old", TROUBLES[0])
    (like, *_) = Likeness.objects.filter(heading__endswith="/failure").order_by("-heading")
    Likeness.objects.exclude(pk=like.pk).delete()
    topics = set(Rollup.objects.values_list("topic", flat=True))
    begin = int((NOON - timedelta(weeks=weeks, days=1)).timestamp() // 60)
    cells = [Rollup(workspace_id=town.access.workspace, topic=each, minute=begin, channel="demo", lang="en",
                    sentiment=0, posts=1) for each in topics]  # fmt: skip
    Rollup.objects.bulk_create(cells)
    rows = [
        Likeness(
            case_id=like.case_id,
            workspace_id=town.access.workspace,
            heading=like.heading,
            voice=f"account 9{week}{n}",
            said_at=NOON - timedelta(weeks=week) + timedelta(minutes=n * 60 / an_hour),
        )
        for week in range(1, weeks + 1)
        for n in range(-3 * an_hour, 3 * an_hour)
    ]
    Likeness.objects.bulk_create(rows)
    CaseRow.objects.all().update(status="closed", folder="closed", opened_at=NOON - timedelta(weeks=weeks, days=1))
    Likeness.objects.filter(pk=like.pk).update(said_at=NOON - timedelta(days=30))


def test_7_five_people_in_forty_minutes_on_a_quiet_tuesday_are_one_incident(town: Town) -> None:
    town.hear(five(town))
    (incident,) = Incident.objects.all()
    assert (incident.rule, incident.open, incident.voices, incident.posts) == ("P5", True, 5, 5)
    assert incident.title == "Acme widgets: failure"
    assert {case.incident_id for case in town.cases()} == {incident.pk}
    assert {(case.rule, case.folder, case.due_at) for case in town.cases()} == {("P5", "incident", None)}


def test_four_people_are_none_and_the_fifth_makes_it_one(town: Town) -> None:
    lines = five(town)
    town.hear(lines[:4])
    assert not Incident.objects.exists()
    town.hear(lines[4:])
    assert Incident.objects.get().voices == 5


def test_five_people_in_five_hours_are_none(town: Town) -> None:
    for n, text in enumerate(TROUBLES):
        town.says(f"person{n}", text, after=timedelta(minutes=61))
    assert not Incident.objects.exists()


def test_7_on_launch_day_with_a_usual_rate_of_ten_an_hour_the_same_five_are_none(town: Town) -> None:
    usually(town, an_hour=10)
    town.hear(five(town))
    assert not Incident.objects.exists()


def test_where_one_an_hour_is_usual_five_are_none_and_six_are_one_which_says_where_that_was_learnt(
    town: Town,
) -> None:
    usually(town, an_hour=1)
    town.hear(five(town))
    assert not Incident.objects.exists()
    town.says("more", TROUBLES[0])
    incident = Incident.objects.get()
    assert incident.usual == {"voices": 2.0, "weeks": 4, "hours": 0.0, "within_hours": 2.0}
    assert "learnt from 4 weeks" in str(incident.reasons)


def test_what_was_heard_before_cases_were_made_does_not_say_what_is_usual(town: Town) -> None:
    usually(town, an_hour=1)
    Likeness.objects.all().delete()
    CaseRow.objects.update(opened_at=NOON - timedelta(minutes=5))
    town.hear(five(town))
    incident = Incident.objects.get()
    assert incident.usual == {"voices": 0.0, "weeks": 0, "hours": 0.0, "within_hours": 2.0}
    assert "What is usual is not known yet" in str(incident.reasons)


def test_where_no_week_is_known_the_hours_before_say_what_is_usual(town: Town) -> None:
    for n in range(60):
        town.says(f"early{n}", TROUBLES[n % 2 * 2], after=timedelta(minutes=8))
        if n < 4:
            assert not Incident.objects.exists()
    assert Incident.objects.count() == 1  # of the first hours, in which nothing was known yet
    Incident.objects.update(open=False)
    for n in range(10):
        town.says(f"later{n}", TROUBLES[0], after=timedelta(minutes=8))
    assert Incident.objects.count() == 1


def test_what_is_no_voice_makes_no_incident(town: Town) -> None:
    lines = five(town)
    town.hear(lines[:4])
    first = Entry.objects.exclude(post=None).order_by("id")[0].post
    assert first is not None
    for n in range(3):
        town.says(f"echo{n}", "", repost_of=first.uri)
    town.says("person0", TROUBLES[2])
    town.says("deal82715", TROUBLES[2])
    assert Incident.objects.count() == 1
    Incident.objects.all().delete()


def test_a_private_message_in_an_incident_is_answered_in_its_own_time(town: Town) -> None:
    town.hear(five(town))
    town.says("shy", "my widget is broken too, please help", to="AcmeCustServ")
    case = town.cases()[-1]
    assert (case.rule, case.folder) == ("P6", "needs")
    assert case.due_at is not None
    assert case.incident_id == Incident.objects.get().pk


def test_danger_in_an_incident_still_comes_before_all_else(town: Town) -> None:
    town.hear(five(town))
    town.says("burnt", "@AcmeCustServ my widget is broken, it caught fire and burnt my hand")
    case = town.cases()[-1]
    assert (case.rule, case.folder, case.queue) == ("P1", "needs", "safety")
    incident = Incident.objects.get()
    assert (case.incident_id, incident.severities) == (incident.pk, ["danger"])


def test_who_says_it_in_the_thread_is_a_voice_too(town: Town) -> None:
    first = town.says("jo", "@AcmeCustServ my widget is broken")
    for n in range(4):
        assert not Incident.objects.exists()
        town.says(f"reply{n}", "So's mine!", reply_to=first)
    assert Incident.objects.get().voices == 5


def storm(town: Town, people: int, seed: int) -> list[bytes]:
    """One line each of many people within an hour, and an echo of some."""
    rng, lines = random.Random(seed), []
    for n in range(people):
        text = TROUBLES[n % len(TROUBLES)]
        lines.append(town.line(f"person{n}", text, after=timedelta(seconds=3600 / people))[1])
        if n % 10 == 3:
            lines.append(town.line(f"person{n}", "@AcmeCustServ still broken, my widget", after=timedelta(0))[1])
    rng.shuffle(lines)
    return lines


def is_one_incident_of(town: Town, people: int, posts: int) -> None:
    (incident,) = Incident.objects.filter(workspace_id=town.access.workspace)
    entries = Entry.objects.filter(post__isnull=False, case__workspace_id=town.access.workspace)
    assert entries.count() == posts == incident.posts
    voices = Likeness.objects.filter(workspace_id=town.access.workspace).values("voice").distinct().count()
    assert voices == incident.voices == people
    cases = CaseRow.objects.filter(workspace_id=town.access.workspace)
    assert {case.incident_id for case in cases} == {incident.pk}
    to_us = list(cases.filter(about="to us").values_list("account_id", flat=True))
    assert len(to_us) == len(set(to_us)), "nobody has two cases"


@pytest.mark.parametrize("pieces", [1, 37])
def test_a_storm_of_300_is_one_incident_with_every_voice_and_no_case_twice(town: Town, pieces: int) -> None:
    lines = storm(town, 300, seed=pieces)
    size = -(-len(lines) // pieces)
    for place in range(0, len(lines), size):
        town.hear(lines[place : place + size])
    counting.count_anew(town.at)  # a large one is counted by the worker
    is_one_incident_of(town, 300, len(lines))
    assert counting.count_anew(town.at) == 0


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(7)), pieces=st.sampled_from([1, 3, 7]))
def test_the_order_of_arrival_changes_nothing(places: Places, order: list[int], pieces: int) -> None:
    number = Incident.objects.count() + CaseRow.objects.count()
    own = (each / f"{number}-{order}-{pieces}" for each in (places.segments, places.identities, places.archive))
    here = Places(*own, places.spool, places.files)
    town = make_town(make_workspace(f"Acme {number}", f"mia{number}@acme.example"), here)
    lines = storm(town, 7, seed=1)
    assert len(lines) == 8
    shuffled = [*(lines[place] for place in order), lines[7]]
    for place in range(0, 8, -(-8 // pieces)):
        town.hear(shuffled[place : place + -(-8 // pieces)])
    is_one_incident_of(town, 7, 8)

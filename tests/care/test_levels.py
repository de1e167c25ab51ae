"""Service levels at work: policies set what is due, clocks keep how it went, and what is about to be late is seen."""

from datetime import timedelta
from typing import Any

import pytest
from tests.make import Town, make_member, make_town, make_workspace

from hubbub.accounts.core.access import Access, Role
from hubbub.accounts.models import AuditEntry, Team
from hubbub.care import selectors
from hubbub.care import selectors as found
from hubbub.care.core.case import Priority
from hubbub.care.core.levels import length_words, minutes_of
from hubbub.care.models import CaseRow, ClockRow, Entry, Notice
from hubbub.care.services import cases, clocks, escalation, levels, people
from hubbub.care.services.cases.row import lock, store
from hubbub.infra.places import Places
from hubbub.kernel.errors import Conflict, HubbubError, InvalidInput, NotAllowed, NotFound
from hubbub.kernel.speech import LANGUAGES, speaking

pytestmark = pytest.mark.django_db

MIN, H = timedelta(minutes=1), timedelta(hours=1)
BROKEN = "@AcmeCustServ My widget has been broken for 5 days now. Its disgusting!"
STILL = "@AcmeCustServ it is still broken, nothing has changed!"
OFFICE = {"name": "Office", "zone": "Europe/London", "week": ["09:00-18:00"] * 5 + ["", ""], "special": ""}


@pytest.fixture
def town(places: Places) -> Town:
    return make_town(make_workspace(), places)


@pytest.fixture
def alice(town: Town) -> Access:
    return make_member(town.access, "Alice")


def policy(town: Town, calendar: int | None = None, **data: Any) -> int:
    data = {"name": "All", "steps": [], **data}
    return levels.save_policy(town.access, data, calendar=calendar, now=town.at)


def ended(kind: str) -> list[tuple[str, int]]:
    rows = ClockRow.objects.filter(kind=kind, stopped_at__isnull=False).order_by("id")
    return list(rows.values_list("outcome", "spent_s"))


def aim_again(town: Town) -> None:
    while clocks.aim_again(town.at):
        pass


def test_a_post_is_due_by_the_first_policy_that_fits_and_in_its_hours(town: Town) -> None:
    calendar = levels.save_calendar(town.access, OFFICE, main=True, now=town.at)
    policy(town, calendar, name="Private", private=True, first=5)
    policy(town, calendar, channels=["demo"], first=60, resolution=10 * 60)
    town.at += timedelta(hours=5, minutes=29, seconds=30)  # half past five: half an hour is left today
    town.says("jo", BROKEN)
    case = town.case()
    assert case.due_at == town.at + timedelta(hours=16)  # at half past nine tomorrow
    assert case.resolve_by is not None and case.resolve_by > case.due_at
    town.says("ann", "My widget is broken, help", to="AcmeCustServ")
    assert town.cases()[1].due_at == town.at + 5 * MIN
    assert {(row.kind, row.policy) for row in ClockRow.objects.filter(case=case)} == {
        ("first", "All"), ("resolution", "All"),
    }  # fmt: skip


def test_a_case_keeps_its_clocks_from_arrival_to_the_end(town: Town, alice: Access) -> None:
    policy(town, first=30, next=20, resolution=120)
    town.says("jo", BROKEN)
    cases.reply(alice, 1, text="Which model is it?", now=town.at + 10 * MIN)
    town.says("jo", STILL, after=60 * MIN)
    assert town.case().due_at == town.at + 20 * MIN
    assert town.case().resolve_by == town.at + 110 * MIN
    cases.reply(alice, 1, text="A new one is on its way.", now=town.at + 25 * MIN)
    cases.resolve(alice, 1, now=town.at + 26 * MIN)
    assert ended("first") == [("met", 600)]
    assert ended("next") == [("breached", 1500)]
    assert ended("resolution") == [("met", 600 + 1500)]
    solved = ClockRow.objects.get(kind="resolution")
    assert (solved.person_id, solved.replies, len(solved.pauses)) == (alice.person, 2, 2)
    assert town.case().resolve_by is None


def test_priority_marks_and_targets_aim_running_clocks_anew_and_change_nothing_that_is_over(
    town: Town, alice: Access
) -> None:
    policy(town, name="Press", listed=True, first=3)
    policy(town, name="Urgent", priorities=[1], first=10)
    last = policy(town, first=60)
    town.says("jo", BROKEN)
    opened = town.case().opened_at
    row = lock(alice, 1)
    row.priority = Priority.URGENT
    store(alice, row, row.value(), "priority", town.at)
    assert town.case().due_at == opened + 10 * MIN
    people.mark(alice, town.account("jo").pk, what="listed", on=True, now=town.at)
    assert (town.case().due_at, town.case().sort_at) == (opened + 3 * MIN, town.case().not_before)
    people.mark(alice, town.account("jo").pk, what="listed", on=False, now=town.at)
    row = lock(alice, 1)
    row.priority = Priority.NORMAL
    store(alice, row, row.value(), "priority", town.at)
    assert town.case().due_at == opened + 60 * MIN
    town.says("ann", BROKEN)
    cases.reply(alice, 2, text="Sorry!", now=town.at)
    kept = ClockRow.objects.filter(stopped_at__isnull=False).values().get()
    levels.save_policy(town.access, {"name": "All", "first": 90, "steps": []}, calendar=None, policy=last, now=town.at)
    aim_again(town)
    assert CaseRow.objects.get(number=1).due_at == opened + 90 * MIN
    assert ClockRow.objects.filter(stopped_at__isnull=False).values().get() == kept
    calendar = levels.save_calendar(town.access, OFFICE, main=False, now=town.at)
    levels.save_policy(
        town.access, {"name": "All", "first": 420, "steps": []}, calendar=calendar, policy=last, now=town.at
    )
    aim_again(town)
    assert CaseRow.objects.get(number=1).due_at == opened + 22 * H  # seven hours from noon: one of them tomorrow


def test_what_is_about_to_be_late_is_told_and_moved_once_each(town: Town, alice: Access) -> None:
    lead = make_member(town.access, "Lea", Role.LEAD)
    team = Team.objects.create(workspace_id=town.access.workspace, name="Second line")
    steps = [
        {"share": 0.5, "do": "tell the owner"},
        {"share": 0.5, "do": "raise the priority"},
        {"share": 0.75, "do": "move to the queue", "to": "safety"},
        {"share": 1, "do": "tell the leads"},
        {"share": 1, "do": "give to the team", "to": str(team.pk)},
    ]
    policy(town, first=40, steps=steps)
    town.says("jo", BROKEN)
    began = town.case().opened_at
    assert alice.person is not None
    cases.assign(town.access, 1, to=alice.person, now=town.at)
    Notice.objects.all().delete()
    assert escalation.take_steps(began + 19 * MIN) == 0
    for minutes in (20, 20, 25, 30, 31, 40, 45, 400):
        escalation.take_steps(began + minutes * MIN)
    told = list(Notice.objects.order_by("id").values_list("person", "why", "text"))
    assert told == [
        (alice.person, "due_soon", "Case 1, Jo: the first reply is due in 20 min."),
        (lead.person, "breached", "Case 1, Jo: the first reply is late."),
    ]
    case = town.case()
    assert (case.priority, case.queue, case.team_id) == (Priority.HIGH, "safety", team.pk)
    said = list(Entry.objects.filter(kind="event", text__startswith="The first reply").values_list("text", flat=True))
    assert said == [
        "The first reply is due soon: the owner was told, priority high.",
        "The first reply is due soon: moved to the queue safety.",
        "The first reply is late: the leads were told, given to the team Second line.",
    ]
    assert AuditEntry.objects.filter(action="escalated").count() == 3


def test_nothing_is_told_once_it_was_answered(town: Town, alice: Access) -> None:
    town.says("jo", BROKEN)
    cases.reply(alice, 1, text="Sorry!", now=town.at)
    Notice.objects.all().delete()
    assert escalation.take_steps(town.at + 30 * H) == 0
    assert not Notice.objects.exists()


@pytest.mark.parametrize("how", ["reopened", "told anew", "told of something else", "held"])
def test_a_resolution_at_first_contact_must_hold(town: Town, alice: Access, how: str) -> None:
    town.says("jo", BROKEN)
    cases.reply(alice, 1, text="Hold the reset for ten seconds.", now=town.at)
    cases.resolve(alice, 1, now=town.at + MIN)
    if how == "reopened":
        cases.reopen(alice, 1, now=town.at + 20 * H)
    elif how == "told anew":
        town.says("jo", BROKEN, after=timedelta(days=6))
    elif how == "told of something else":
        town.says("jo", "@AcmeCustServ where is my refund? I was charged twice!", after=timedelta(days=6))
    solved = ClockRow.objects.filter(kind="resolution").order_by("id")[0]
    assert solved.replies == 1
    assert (solved.undone_at is not None) == (how in ("reopened", "told anew"))


# Settings --------------------------------------------------------------------
def test_only_managers_change_service_levels_and_each_change_is_noted(town: Town, alice: Access) -> None:
    with pytest.raises(NotAllowed):
        levels.save_calendar(alice, OFFICE, main=False, now=town.at)
    charlie = make_workspace("Globex Desk", "charlie@globex.example")
    calendar = levels.save_calendar(town.access, OFFICE, main=True, now=town.at)
    mine = policy(town, calendar, first=5)
    deeds = (
        lambda: levels.save_policy(charlie, {"name": "X", "first": 5}, calendar=calendar, now=town.at),
        lambda: levels.save_policy(charlie, {"name": "X", "first": 5}, calendar=None, policy=mine, now=town.at),
        lambda: levels.remove_policy(charlie, mine, now=town.at),
        lambda: levels.move_policy(charlie, mine, earlier=True, now=town.at),
        lambda: levels.save_calendar(charlie, OFFICE, main=True, calendar=calendar, now=town.at),
        lambda: levels.remove_calendar(charlie, calendar, now=town.at),
    )
    for deed in deeds:
        with pytest.raises(NotFound):
            deed()
    assert (found.policies(charlie), found.calendars(charlie)) == ((), ())
    actions = AuditEntry.objects.filter(workspace=town.access.workspace, via="web").values_list("action", flat=True)
    assert {"calendar made", "policy made"} <= set(actions)


def test_policies_are_read_in_the_order_they_are_put_in(town: Town) -> None:
    names = [policy(town, name=name, first=5) for name in ("A", "B", "C")]
    levels.move_policy(town.access, names[2], earlier=True, now=town.at)
    levels.move_policy(town.access, names[0], earlier=True, now=town.at)  # the first stays the first
    assert [line.policy.name for line in found.policies(town.access)] == ["A", "C", "B"]
    assert [each.name for each in selectors.levels(town.access.workspace).policies] == ["A", "C", "B"]


def test_what_can_not_be_kept_is_refused_in_words(town: Town) -> None:
    calendar = levels.save_calendar(town.access, OFFICE, main=True, now=town.at)
    policy(town, calendar, first=5)

    def refused(error: type[HubbubError], words: str, deed: Any) -> None:
        with pytest.raises(error, match=words):
            deed()

    refused(Conflict, "policy All counts by", lambda: levels.remove_calendar(town.access, calendar, now=town.at))
    refused(Conflict, "calendar office already", lambda: levels.save_calendar(
        town.access, {**OFFICE, "name": "office"}, main=False, now=town.at))  # fmt: skip
    refused(Conflict, "policy all already", lambda: policy(town, name="all", first=5))
    refused(InvalidInput, "another one", lambda: policy(town, name="Everything else", first=5))
    refused(InvalidInput, "team", lambda: policy(town, name="T", first=5, teams=[12345]))


def test_one_calendar_is_the_workspaces_own_and_tells_whether_it_is_open(town: Town) -> None:
    workspace = town.access.workspace
    assert selectors.open_hours(workspace, town.at + timedelta(hours=11))
    levels.save_calendar(town.access, OFFICE, main=True, now=town.at)
    assert not selectors.open_hours(workspace, town.at + timedelta(hours=11))
    night = {**OFFICE, "name": "Night", "week": ["22-6"] * 7}
    levels.save_calendar(town.access, night, main=True, now=town.at)
    assert selectors.open_hours(workspace, town.at + timedelta(hours=11))
    assert [(line.calendar.name, line.main) for line in found.calendars(town.access)] == [
        ("Night", True), ("Office", False),
    ]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("minutes", [1, 15, 90, 240, 1_440, 2_880, 20_160])
def test_a_length_of_time_is_read_as_it_is_written_in_every_language(language: str, minutes: int) -> None:
    with speaking(language):
        assert minutes_of(length_words(timedelta(minutes=minutes)), "") == minutes

"""The running day, read from the desk; and what may be changed in it."""

from datetime import date, timedelta

import numpy as np
import pytest

from hubbub.accounts.models import AuditEntry
from hubbub.care.models import Notice
from hubbub.flows.today import changing
from hubbub.flows.today import day as flow
from hubbub.infra.models import Change
from hubbub.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound
from hubbub.workforce.core.today.adherence import Where
from hubbub.workforce.core.today.remedies import What
from hubbub.workforce.models import ShiftRow
from hubbub.workforce.selectors.rosters import published_shifts
from hubbub.workforce.services import today as services
from tests.make import make_member, make_workspace
from tests.workforce.desk.running import MONDAY, Desk


def test_plan_forecast_actual_and_people_stand_side_by_side(db: None) -> None:
    desk = Desk.made()
    desk.forecast("Sales", 10.0)
    for at in range(480, 600, 2):  # 60 calls in four half-hours: half as many again
        desk.call(at, waited_s=5 if at % 10 else 40, lasts_s=90)
    desk.call(598, waited_s=25, lost=True)
    for name, start in (("Ann", 480), ("Ben", 540)):
        desk.person(name)
        desk.shift(name, start, 960, [(720, 750, False)])
    desk.works("Ann", {"available": [(480, 540)]}, ("on-case", 540))
    found = flow.today(desk.access, desk.at(600))
    sales = found.queues[0]
    assert (sales.came_so_far, sales.expected_so_far, float(sales.came.lost.sum())) == (61, 40, 1)
    assert sales.came.level == pytest.approx(48 / 61)
    assert sales.came.offered[16:20].tolist() == [15, 15, 15, 16]
    assert sales.now.mean[20] > 11
    assert sales.handling_factor == pytest.approx((20 + 60 * 90 / 180) / 80)
    skill = found.skills[0]
    assert skill.planned[16:20].tolist() == [1, 1, 2, 2]
    assert skill.there[16:21].tolist() == [1, 1, 2, 2, 1]  # Ben is missing
    assert skill.worked[16:20].tolist() == [1, 1, 1, 1]
    assert np.isnan(skill.worked[20])
    assert [(each.member.name, each.place.where if each.place else None) for each in found.people] == [
        ("Ann", Where.HERE), ("Ben", Where.MISSING),
    ]  # fmt: skip
    assert found.kept.adherence == pytest.approx(120 / 180)
    assert found.busy == pytest.approx(60 * 90 / 7200)


def test_who_is_here_without_a_shift_ill_or_unknown_is_said(db: None) -> None:
    desk = Desk.made()
    for name in ("Ann", "Ben", "Cy"):
        desk.person(name, signs_in=name != "Cy")
    desk.shift("Ben", 480, 960)
    desk.shift("Cy", 480, 960)
    desk.absent("Ben")
    desk.works("Ann", {}, ("available", 500))
    found = flow.today(desk.access, desk.at(600))
    assert found.extra == ("Ann",)
    assert [each.place and each.place.where for each in found.people] == [Where.ABSENT, None]
    assert found.ahead is not None
    assert found.ahead.there["Sales"][0] == 1  # who does not sign in here is reckoned with as the roster says


def test_mail_that_waits_is_counted_against_its_deadline(db: None) -> None:
    desk = Desk.made()
    desk.mail(500, 560)
    desk.mail(490, 700)
    desk.mail(600)
    desk.mail(-30)  # of the evening before, when nobody was there
    found = flow.today(desk.access, desk.at(720))
    mail = found.queues[1]
    assert (mail.waiting, mail.late) == (2, 1)
    assert mail.came.level == pytest.approx(1 / 2)
    assert mail.required[24] >= 1


def test_the_headline_is_what_is_missing_and_a_move_of_a_break_mends_it(db: None) -> None:
    desk = Desk.made()
    desk.forecast("Sales", [0.0] * 16 + [20.0] * 8 + [10.0] * 12 + [0.0] * 12)
    for at in range(480, 600, 3):
        for _ in range(2):
            desk.call(at)  # as was forecast
    needed = int(flow.today(desk.access, desk.at(600)).queues[0].required[22])
    for at in range(needed):
        desk.person(f"A{at}")
        desk.shift(f"A{at}", 480, 1080, [(660, 690, False)] if at == 0 else [])
        desk.works(f"A{at}", {}, ("available", 480))
    first = ShiftRow.objects.get(member=desk.members["A0"])
    found = flow.today(desk.access, desk.at(600))
    assert found.ahead is not None
    remedy = found.ahead.helped.remedies[0]
    assert (remedy.what, remedy.shift, remedy.was) == (What.BREAK, first.pk, (660, 690))
    roster = desk.roster()
    changing.move_break(
        desk.access, remedy.shift, remedy.which or 0, remedy.start, version=roster.version, now=desk.at(600)
    )
    assert ShiftRow.objects.get(pk=first.pk).breaks == [[remedy.start, remedy.end, False]]
    assert ShiftRow.objects.get(pk=first.pk).locked
    published = next(each for each in published_shifts(desk.roster()) if each.member == desk.members["A0"].pk)
    assert published.breaks == ((remedy.start, remedy.end, False),)  # what they see under My shifts
    assert desk.roster().version == roster.version + 1
    assert AuditEntry.objects.filter(action="break moved", subject="A0").count() == 1
    assert Change.objects.filter(kind="plan", subject=roster.pk).exists()
    told = Notice.objects.get(person_id=desk.members["A0"].person_id)
    assert told.text == f"Your break on 2026-11-30 now begins at {remedy.start // 60}:00."
    after = flow.today(desk.access, desk.at(600))
    assert after.ahead is not None
    assert not after.ahead.helped.remedies
    with pytest.raises(Conflict, match="meanwhile"):
        services.move_break(desk.access, first.pk, 0, remedy.start + 15, version=roster.version, now=desk.at(600))


def test_who_serves_two_queues_is_lent_by_who_plans_and_nobody_else(db: None) -> None:
    desk = Desk.made()
    desk.person("Ann", ("Mail", "Sales"))
    shift = desk.shift("Ann", 480, 960)
    alice, charlie = make_member(desk.access, "Alice"), make_workspace("Other", "charlie@other.example")
    for access, error in ((alice, NotAllowed), (charlie, NotFound)):
        with pytest.raises(error):
            services.lend(access, shift.pk, "Sales", 600, 660, version=1, now=desk.at(590))
        with pytest.raises(error):
            changing.move_break(access, shift.pk, 0, 600, version=1, now=desk.at(590))
    with pytest.raises(NotFound):
        services.lend(desk.access, shift.pk, "Chat", 600, 660, version=1, now=desk.at(590))
    with pytest.raises(InvalidInput):
        services.lend(desk.access, shift.pk, "Sales", 900, 1000, version=1, now=desk.at(590))
    services.lend(desk.access, shift.pk, "Sales", 600, 660, version=1, now=desk.at(590))
    found = flow.today(desk.access, desk.at(600))
    assert [each.planned[20] for each in found.skills] == [1, 0]


def test_people_are_measured_by_what_was_published_and_what_is_being_changed_is_not_changed_here(db: None) -> None:
    desk = Desk.made()
    desk.person("Ann")
    shift = desk.shift("Ann", 480, 960, [(720, 750, False)])
    ShiftRow.objects.filter(pk=shift.pk).update(pieces=[[540, 1020]])
    found = flow.today(desk.access, desk.at(500))
    assert (found.people[0].starts, found.people[0].member.shift and found.people[0].member.shift.id) == (480, 0)
    with pytest.raises(Conflict, match="being changed"):
        changing.move_break(desk.access, shift.pk, 0, 780, version=1, now=desk.at(500))


def test_a_draft_is_shown_to_who_plans_and_nobody_else(db: None) -> None:
    desk = Desk.made()
    desk.roster(published=False)
    desk.person("Ann")
    desk.shift("Ann", 480, 960)
    alice = make_member(desk.access, "Alice")
    assert [each.member.name for each in flow.today(desk.access, desk.at(500)).people] == ["Ann"]
    assert flow.today(alice, desk.at(500)).people == ()


def test_nothing_of_another_workspace_is_seen(db: None) -> None:
    desk = Desk.made()
    desk.forecast("Sales", 10.0)
    desk.person("Ann")
    desk.shift("Ann", 480, 960)
    desk.call(500)
    charlie = make_workspace("Other", "charlie@other.example")
    found = flow.today(charlie, desk.at(600))
    assert (found.queues, found.people, found.extra, found.skills) == ((), (), (), ())
    with pytest.raises(NotFound):
        flow.behind(charlie, desk.queues["Sales"], desk.at(600))
    other = Desk.made(charlie)
    assert flow.today(charlie, desk.at(600)).queues[0].came_so_far == 0
    assert flow.behind(charlie, other.queues["Sales"], desk.at(600)) == ()


def test_behind_a_figure_stand_the_calls_and_cases_it_counts(db: None) -> None:
    desk = Desk.made()
    desk.call(500)
    desk.call(505, lost=True)
    desk.call(540)
    number = desk.mail(500, 560)
    calls = flow.behind(desk.access, desk.queues["Sales"], desk.at(600), interval=16)
    assert [(each.wanted.lost, in_time) for each, in_time in calls] == [(False, True), (True, False)]
    mails = flow.behind(desk.access, desk.queues["Mail"], desk.at(600))
    assert [(each.case, each.who, in_time) for each, in_time in mails] == [(number, "Customer 1", True)]


def test_a_day_that_is_over_shows_how_it_went_and_one_to_come_is_refused(db: None) -> None:
    desk = Desk.made()
    desk.forecast("Sales", 10.0)
    desk.person("Ann")
    desk.shift("Ann", 480, 960)
    desk.works("Ann", {"available": [(490, 960)]})
    desk.call(500)
    found = flow.today(desk.access, desk.at(1440 + 600), MONDAY)
    assert (found.over, found.ahead, found.queues[0].came_so_far) == (True, None, 1)
    assert not np.isnan(found.skills[0].worked).any()
    assert (found.kept.planned_min, found.kept.late_min) == (480, 10)
    with pytest.raises(flow.NoSuchDay, match="still to come"):
        flow.today(desk.access, desk.at(600), MONDAY + timedelta(days=1))


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 10, 25), 9), (date(2027, 3, 28), 7)])
def test_a_night_in_which_the_clock_changes_is_counted_by_hours_that_pass(db: None, day: date, hours: int) -> None:
    desk = Desk.made(day=day)
    desk.person("Ann")
    desk.shift("Ann", 22 * 60, 30 * 60, days=-1)
    desk.works("Ann", {"available": [(-120, 360)]})
    found = flow.today(desk.access, desk.at(700))
    assert found.people[0].kept is not None
    assert found.people[0].kept.planned_min == (hours - 2) * 60
    assert found.kept.adherence == 1.0
    desk.call(90)
    assert flow.today(desk.access, desk.at(700)).queues[0].came.offered.sum() == 1


def test_a_day_needs_the_same_few_reads_however_many_queues_and_people(
    db: None, django_assert_max_num_queries: object
) -> None:
    desk = Desk.made()
    for at in range(8):
        desk.queue(f"Q{at}", "social", channels=[f"c{at}"])
        desk.person(f"A{at}")
        desk.shift(f"A{at}", 480, 960)
        desk.works(f"A{at}", {}, ("available", 480))
    with django_assert_max_num_queries(25):  # type: ignore[operator]
        flow.today(desk.access, desk.at(600))

"""What people are at and how long they work, as the database keeps it, whoever writes at the same moment."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from tests.make import NOON, Town, at_once, make_member, make_town, make_workspace

from hubbub.accounts.core.access import Access, Role
from hubbub.accounts.models import AuditEntry, Membership
from hubbub.accounts.services import note_seen
from hubbub.care.models import Contact, StateSpan
from hubbub.care.selectors import team as selectors
from hubbub.care.services import cases, work
from hubbub.infra.places import Places
from hubbub.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound


@pytest.fixture
def town(places: Places) -> Town:
    town = make_town(make_workspace(), places)
    town.says("jo", "@AcmeCustServ My widget has been broken for 5 days now.")
    town.says("kim", "@AcmeCustServ my invoice is wrong, I was charged twice!")
    return town


@pytest.fixture
def alice(town: Town) -> Access:
    return make_member(town.access, "Alice")


def after(seconds: float) -> Any:
    return NOON + timedelta(hours=1, seconds=seconds)


def spans(who: Access) -> list[tuple[str, float, float | None]]:
    """The states of somebody, with their seconds."""
    rows = list(StateSpan.objects.filter(person=who.me).order_by("since"))
    for one, other in pairwise(rows):
        assert one.until is not None and one.until <= other.since
    zero = after(0)
    return [
        (row.state, (row.since - zero).total_seconds(), row.until and (row.until - zero).total_seconds())
        for row in rows
    ]  # type: ignore[misc]


def beats(who: Access, number: int, since: int, until: int, **how: Any) -> None:
    cases.look(who, number, typing=False, fresh=True, now=after(since))
    for second in range(since + 15, until + 1, 15):
        cases.look(who, number, typing=False, now=after(second), **how)


@pytest.mark.django_db
def test_a_day_at_the_desk_is_told_without_a_gap(alice: Access) -> None:
    work.seen(alice, now=after(0))
    beats(alice, 1, 10, 70)
    cases.reply(alice, 1, text="Sorry! Which one is it?", now=after(75))
    cases.resolve(alice, 1, now=after(80))
    work.settle_all(now=after(100))
    work.settle_all(now=after(130))
    beats(alice, 2, 140, 155)
    cases.leave(alice, 2, now=after(160))
    work.choose_state(alice, "break", now=after(170))
    cases.look(alice, 2, typing=False, now=after(180))
    work.sign_out(alice.me, now=after(200))
    work.sign_out(alice.me, now=after(210))
    assert spans(alice) == [
        ("available", 0, 10),
        ("on-case", 10, 80),
        ("wrap-up", 80, 110),
        ("available", 110, 140),
        ("on-case", 140, 160),
        ("available", 160, 170),
        ("break", 170, 200),
    ]
    contact = Contact.objects.get(case__number=1)
    assert (contact.worked_s, contact.wrap_s, contact.outcome) == (70, 30, "resolve")
    times = selectors.handling_times(alice, after(0), after(3_600))
    assert (times.channels, times.seconds.tolist(), times.at_once.tolist()) == (("demo",), [100.0], [1])
    assert times.by(times.channels)["demo"].count == 1


@pytest.mark.django_db
def test_two_cases_open_at_once_share_the_time_and_it_is_noted(alice: Access) -> None:
    cases.look(alice, 1, typing=False, fresh=True, now=after(0))
    cases.look(alice, 2, typing=False, fresh=True, now=after(1))
    for second in range(10, 61, 10):
        cases.look(alice, 1 + (second // 10) % 2, typing=False, now=after(second))
    found = Contact.objects.order_by("case__number")
    assert sum(each.worked_s for each in found) == 59
    assert [each.at_once for each in found] == [2, 2]


@pytest.mark.django_db
def test_a_new_word_of_the_customer_makes_a_new_contact(town: Town, alice: Access) -> None:
    beats(alice, 1, 0, 30)
    cases.reply(alice, 1, text="Sorry! Which one is it?", now=after(30))
    town.at = after(60)
    uri = town.says("jo", "@AcmeCustServ the blue one")
    assert uri
    beats(alice, 1, 100, 115)
    cases.resolve(alice, 1, now=after(120))
    assert list(Contact.objects.order_by("pk").values_list("worked_s", "outcome")) == [(30, "reply"), (20, "resolve")]


@pytest.mark.django_db
def test_who_only_looks_is_not_counted_and_idle_pages_neither(town: Town, alice: Access) -> None:
    beats(alice, 1, 0, 60, active=False)
    assert Contact.objects.get().worked_s == 0
    assert work.end_left(now=after(0) + work.LEFT_AFTER) == 0
    assert work.end_left(now=after(1) + work.LEFT_AFTER) == 1
    assert selectors.handling_times(alice, after(0), after(1e6)).seconds.size == 0
    analyst = make_member(town.access, "Ann", Role.ANALYST)
    cases.look(analyst, 1, typing=False, now=after(0))
    assert Contact.objects.count() == 1


@pytest.mark.django_db
def test_after_a_crash_the_past_is_told_as_it_was(alice: Access) -> None:
    work.seen(alice, now=after(0))
    note_seen(alice, now=after(100))
    work.seen(alice, now=after(20_000))  # nothing ran meanwhile
    assert spans(alice) == [("available", 0, 400), ("away", 400, 7_300), ("available", 20_000, None)]


@pytest.mark.django_db
def test_without_a_page_one_goes_away_and_comes_back_by_itself(alice: Access) -> None:
    work.seen(alice, now=after(0))
    note_seen(alice, now=after(100))
    work.settle_all(now=after(399))
    assert spans(alice)[-1][0] == "available"
    work.settle_all(now=after(405))
    work.seen(alice, now=after(500))
    assert spans(alice) == [("available", 0, 400), ("away", 400, 500), ("available", 500, None)]
    work.choose_state(alice, "away", now=after(600))
    work.seen(alice, now=after(610))
    assert spans(alice)[-1][0] == "away"  # by hand


@pytest.mark.django_db
def test_a_lead_may_change_others_and_it_is_noted(town: Town, alice: Access, charlie: Access) -> None:
    lead, bob = make_member(town.access, "Lea", Role.LEAD), make_member(town.access, "Bob")
    work.seen(alice, now=after(0))
    with pytest.raises(NotAllowed):
        work.choose_state(bob, "break", person=alice.me, now=after(5))
    with pytest.raises(NotFound):
        work.choose_state(charlie, "break", person=alice.me, now=after(5))
    work.choose_state(lead, "training", person=alice.me, now=after(5))
    assert AuditEntry.objects.filter(action="state changed").get().after == "training"
    assert [each.state.name for each in selectors.history(lead, alice.me, since=NOON)] == ["Training", "Available"]
    with pytest.raises(NotAllowed):
        selectors.history(bob, alice.me, since=NOON)
    with pytest.raises(NotFound):
        selectors.history(charlie, alice.me, since=NOON)


@pytest.mark.django_db
def test_a_manager_adds_states_and_takes_them_away(town: Town, alice: Access) -> None:
    work.add_state(town.access, name="Back office", takes=False, works=True, now=NOON)
    (own,) = [each for each in selectors.offered(alice) if each.key.startswith("own-")]
    with pytest.raises(Conflict):
        work.add_state(town.access, name="back office", takes=True, works=True, now=NOON)
    work.choose_state(alice, own.key, now=after(0))
    work.remove_state(town.access, own.key, now=after(5))
    with pytest.raises(InvalidInput):
        work.choose_state(alice, own.key, now=after(6))
    assert selectors.my_state(alice).state == own  # until they choose another


@pytest.mark.django_db
def test_the_team_is_told_who_is_at_what_and_who_has_room(town: Town, alice: Access) -> None:
    town.later(minutes=15)
    work.seen(alice, now=after(0))
    cases.assign(alice, 1, to=alice.me, now=after(0))
    beats(alice, 2, 10, 25)
    cases.reply(alice, 2, text="Sorry! We look at it.", now=after(30))
    first, mia = selectors.team(town.access, after(40))
    assert (first.name, first.now.state.key if first.now.state else "", first.handled_today, first.mean_s) == (
        "Alice", "on-case", 1, 20.0,
    )  # fmt: skip
    assert first.load == (("chat", 0, 3), ("", 1, 5))
    assert (mia.name, mia.now.state, mia.takes) == ("Mia", None, False)


@pytest.mark.django_db
def test_arrivals_are_counted_by_channel_and_interval(town: Town) -> None:
    found = selectors.arrivals(town.access, NOON, NOON + timedelta(hours=1), timedelta(minutes=15))
    assert (found.channels, found.counts.tolist()) == (("demo",), [[2, 0, 0, 0]])
    assert found.starts[1] == np.datetime64("2026-11-24T12:15")


@pytest.mark.django_db(transaction=True)
def test_what_one_does_in_several_pages_at_once_leaves_one_state(alice: Access) -> None:
    work.seen(alice, now=after(0))
    deeds: list[Any] = [
        lambda: cases.look(alice, 1, typing=False, now=after(10)),
        lambda: cases.look(alice, 2, typing=False, now=after(11)),
        lambda: work.choose_state(alice, "break", now=after(12)),
        lambda: work.settle_all(now=after(13)),
        lambda: work.seen(alice, now=after(14)),
        lambda: cases.leave(alice, 1, now=after(15)),
    ]
    at_once(*deeds)
    told = spans(alice)
    assert told[-1][2] is None
    assert all(one[2] == other[1] for one, other in pairwise(told))
    assert Membership.objects.filter(person=alice.me).count() == 1

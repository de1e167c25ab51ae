"""The live board: each number is true, opens its own cases, and costs the same however many cases there are."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.make import Town, make_member, make_town, make_workspace

from hubbub.accounts.core.access import Access
from hubbub.care import selectors
from hubbub.care.core.board import Level, What, due_by, levels_by
from hubbub.care.models import ClockRow, StateSpan
from hubbub.care.services import cases
from hubbub.infra.places import Places

pytestmark = pytest.mark.django_db

MIN = timedelta(minutes=1)
BROKEN = "@AcmeCustServ My widget has been broken for 5 days now. Its disgusting!"


@pytest.fixture
def town(places: Places) -> Town:
    return make_town(make_workspace(), places)


def numbers(access: Access, what: What, town: Town, **which: str) -> list[int]:
    return [line.number for line in selectors.board_cases(access, what, town.at, **which)]


def test_what_is_due_is_counted_by_channel_and_a_share_needs_something_to_share(town: Town) -> None:
    late, soon, hour = town.at - MIN, town.at + 14 * MIN, town.at + 15 * MIN
    (mail, demo) = due_by([("demo", soon), ("mail", late), ("mail", hour), ("demo", hour)], town.at)
    assert (mail.name, mail.late, mail.soon, mail.hour) == ("mail", 1, 0, 1)
    assert (demo.name, demo.late, demo.soon, demo.hour) == ("demo", 0, 1, 1)
    ended = [("demo", "met", 8), ("demo", "breached", 1), ("demo", "dropped", 9)]
    (level,) = levels_by(ended, {"demo": 1}, {"demo": ("in 30 min",)})
    assert (level.met, level.missed, level.share, level.good) == (8, 2, 0.8, True)
    assert Level("mail", 0, 0, ()).share is None


def test_the_numbers_are_those_of_today_and_open_their_cases(town: Town) -> None:
    alice = make_member(town.access, "Alice")
    town.says("old", BROKEN)
    cases.reply(alice, 1, text="Sorry!", now=town.at)
    cases.resolve(alice, 1, now=town.at)
    town.at += timedelta(days=1)
    for name in ("jo", "ann", "ben"):
        town.says(name, BROKEN)
    town.later(minutes=15)
    cases.reply(alice, 2, text="Hold the reset.", now=town.at)
    cases.resolve(alice, 2, now=town.at + MIN)
    town.at += 30 * MIN
    cases.reply(alice, 3, text="Sorry we are late.", now=town.at)
    town.says("eve", BROKEN)
    StateSpan.objects.filter(workspace_id=alice.workspace).delete()  # what they were at while they answered
    for who, state in ((alice, "available"), (make_member(town.access, "Bob"), "break")):
        StateSpan.objects.create(workspace_id=alice.workspace, person_id=who.person, state=state, since=town.at)
    board = selectors.board(alice, town.at)
    assert (board.came, board.answered, board.resolved, board.late) == (4, 2, 1, 1)
    assert (board.first_contact, board.contacts) == (1, 1)
    (level,) = board.levels
    assert (level.channel, level.met, level.missed) == ("demo", 1, 2)  # one late, one late and waiting
    assert level.targets == ("in 30 min", "in 15 min")
    assert (board.longest[0].number, board.longest[0].who) == (4, "Ben")
    assert [(each.name, each.free, each.doing) for each in board.people] == [
        ("Alice", True, "Available"), ("Bob", False, "Break"),
    ]  # fmt: skip
    behind = {what: numbers(alice, what, town) for what in What}
    assert behind[What.CAME] == [5, 4, 3, 2]
    assert (behind[What.MET], sorted(behind[What.MISSED])) == ([2], [3, 4])
    assert (behind[What.ANSWERED], behind[What.RESOLVED], behind[What.FIRST_CONTACT]) == ([3, 2], [2], [2])
    assert (behind[What.LATE], behind[What.NEEDS]) == ([4], [4])
    assert numbers(alice, What.LATE, town, channel="mail") == []
    charlie = make_workspace("Globex Desk", "charlie@globex.example")
    assert selectors.board(charlie, town.at).came == 0
    assert [numbers(charlie, what, town) for what in What] == [[]] * len(What)


def test_more_cases_cost_no_more_queries(town: Town) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            selectors.board(town.access, town.at)
        return len(seen)

    town.says("jo", BROKEN)
    few = cost()
    for number in range(12):
        town.says(f"person{number}", BROKEN)
    assert ClockRow.objects.count() > 10
    assert cost() == few

"""The search index follows the cases, whatever happens to them."""

from datetime import timedelta

import pytest
from tests.make import NOON, Town, make_town, make_workspace

from hubbub.care import selectors
from hubbub.care.core.filters import Filter
from hubbub.care.models import SearchState
from hubbub.care.services import cases
from hubbub.care.services.searching import Follower, catch_up, make_anew
from hubbub.infra import changes
from hubbub.infra.models import Change
from hubbub.infra.places import Places

BROKEN = "@AcmeCustServ My widget has been broken for 5 days now. Its disgusting!"


@pytest.fixture
def town(db: None, places: Places) -> Town:
    """Jo's widget is broken."""
    made = make_town(make_workspace(), places)
    made.says("jo", BROKEN)
    first = Change.objects.order_by("id").values_list("id", flat=True).first() or 1  # others used lower ones before
    SearchState.objects.update_or_create(pk=1, defaults={"read_to": first - 1})
    return made


def found(town: Town, search: str) -> list[int]:
    """The numbers of the cases that a search finds."""
    return [line.number for line in selectors.cases(town.access, Filter("all", words=search)).lines]


def test_what_was_answered_and_noted_later_is_found(town: Town) -> None:
    catch_up(town.at)
    assert found(town, "disgusting ") == [1]
    cases.note(town.access, 1, text="Warehouse in Łódź has a spare gasket", now=town.at)
    assert found(town, "gasket ") == []
    catch_up(town.at)
    assert found(town, "gasket lodz ") == [1] or found(town, "gasket łódź ") == [1]


def test_a_follower_does_each_change_once_and_one_that_begins_anew_misses_none(town: Town) -> None:
    follower = Follower()
    assert follower.round(town.at) == 1
    assert follower.round(town.at) == 0
    cases.note(town.access, 1, text="gasket", now=town.at)
    assert follower.round(town.at) == 1
    later = town.at + timedelta(minutes=1)
    assert Follower().round(later) == 1  # the lines of the last seconds once more
    assert SearchState.objects.get().read_to == changes.last_id()
    assert Follower().round(later) == 0


def test_many_changes_are_done_in_several_rounds_and_none_is_forgotten(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hubbub.care.services.searching.AT_ONCE", 2)
    for who in ("ann", "ben", "cy", "dee"):
        town.says(who, f"@AcmeCustServ my lamp of {who} flickers, how do I reset it?")
    follower, later = Follower(), town.at + timedelta(minutes=1)
    assert [follower.round(later) for _ in range(4)] == [2, 2, 1, 0]
    assert found(town, "flickers ") == [5, 4, 3, 2]


def test_where_the_log_was_pruned_everything_is_put_in_again(town: Town) -> None:
    catch_up(town.at)
    cases.note(town.access, 1, text="gasket", now=town.at)
    Change.objects.all().delete()
    town.says("ann", "@AcmeCustServ how do I reset my lamp?")
    catch_up(town.at)
    assert found(town, "gasket ") == [1]


def test_the_index_can_be_made_anew(town: Town) -> None:
    catch_up(town.at)
    assert make_anew() == 1
    assert catch_up(NOON) >= 1
    assert SearchState.objects.get().anew_below == 0
    assert found(town, "disgusting ") == [1]

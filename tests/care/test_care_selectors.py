"""What lists, counts and pages show: each case where it belongs and once, and with few questions to the database."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.make import NOON, make_member, make_topic, make_town, make_workspace

from hubbub.accounts.core.access import Access, Role
from hubbub.care import selectors
from hubbub.care.core.case import Case, Folder, Status
from hubbub.care.core.filters import Filter, read
from hubbub.care.models import CaseRow
from hubbub.care.services import cases
from hubbub.care.services.searching import catch_up
from hubbub.infra.places import Places
from hubbub.kernel.errors import InvalidInput, NotFound
from hubbub.kernel.ids import PersonId
from hubbub.listening.core.topics import TopicClass

pytestmark = pytest.mark.django_db

BROKEN = "@AcmeCustServ My widget has been broken for 5 days now. Its disgusting!"


def make_case(access: Access, number: int, state: Case | None = None, **columns: Any) -> CaseRow:
    """A case in any state, due so many minutes after noon as its number is."""
    due = NOON + timedelta(minutes=number)
    state = state or Case(number, Status.NEW, NOON, NOON, due_at=due)
    usual = {"decision": "answer", "rule": "P7", "channel": "demo", "kind": "complaint", "who": f"Person {number}"}
    row = CaseRow(workspace_id=access.workspace, number=number, **{**usual, **columns})
    row.take(replace(state, number=number))
    row.save()
    return row


def numbers(access: Access, **how: Any) -> list[int]:
    return [line.number for line in selectors.cases(access, Filter(**how)).lines]


def paged(access: Access, view: str, limit: int, between: Any = lambda: None) -> list[int]:
    """Every page of a list to its end, with something happening between them."""
    found, cursor = [], ""
    while True:
        page = selectors.cases(access, Filter(view), cursor=cursor, limit=limit)
        found += [line.number for line in page.lines]
        assert len(page.lines) <= limit
        cursor = page.next
        if not cursor:
            return found
        between()


# Views, queues, counts ----------------------------------------------------------
def states() -> dict[str, list[Case]]:
    """Cases of every folder, of some more than one."""
    new = Case(0, Status.NEW, NOON, NOON, due_at=NOON + timedelta(minutes=5))
    later = replace(new, due_at=NOON + timedelta(hours=5))
    watch = Case(0, Status.WATCHING, NOON, NOON, review_at=NOON + timedelta(days=1))
    return {
        "needs": [new, replace(later, status=Status.OPEN, owner=PersonId(0)), replace(new, due_at=NOON)],
        "held": [replace(new, not_before=NOON + timedelta(minutes=10))],
        "watching": [watch, watch],
        "waiting": [new.answer(NOON, None)],
        "incident": [replace(new, grouped=True, due_at=None)],
        "parked": [replace(new, status=Status.PARKED)],
        "resolved": [new.resolve(NOON), later.resolve(NOON)],
        "closed": [watch.close(NOON)],
        "imported": [replace(new, historical=True, due_at=None), replace(watch, historical=True)],
    }


def test_every_view_and_queue_counts_what_it_lists_and_every_case_is_in_one(mia: Access) -> None:
    number, wanted = 0, {}
    topic = make_topic(mia, "acme")
    for folder, found in states().items():
        wanted[folder] = set(range(number + 1, number + 1 + len(found)))
        for state in found:
            number += 1
            mine = {} if state.owner is None else {"owner": PersonId(mia.me)}
            queue = ("safety", "unsure", "praise", "ideas", "")[number % 5]
            make_case(mia, number, replace(state, **mine), queue=queue, topic=topic if number % 2 else 0)
    charlie = make_workspace("Globex Desk", "charlie@globex.example")
    make_case(charlie, 1, queue="safety")

    counts = selectors.counts(mia, NOON + timedelta(minutes=1))
    assert {folder: set(numbers(mia, view=folder)) for folder in Folder} == wanted
    assert counts.folders == {folder: len(found) for folder, found in wanted.items()}
    everything = numbers(mia, view="all")
    assert set(everything) == set().union(*wanted.values())
    assert numbers(mia, view="all", topic=topic) == [each for each in everything if each % 2]
    both = [each for each in everything if each % 2 and each % 5 == 2]
    assert numbers(mia, view="all", queue="praise", topic=topic) == both != []
    assert numbers(mia, view="all", topic=topic + 1) == []
    assert (counts.mine, numbers(mia, view="mine")) == (1, [2])
    for queue, count in counts.queues.items():
        assert len(numbers(mia, view="needs", queue=queue)) == count
    assert sum(counts.queues.values()) > 0
    assert counts.topics == ((topic, "acme", len(numbers(mia, view="needs", topic=topic))),)
    for folder, found in wanted.items():
        due = selectors.due(mia, folder, NOON + timedelta(minutes=1))
        assert (due.here, due.late, due.soon) == (len(found), 1, 1)
    assert counts.late == 1
    assert counts.next_held == NOON + timedelta(minutes=10)
    assert selectors.counts(charlie, NOON).folders["needs"] == 1
    assert numbers(charlie, view="all") == [1]


def test_what_is_due_first_comes_first_and_where_nothing_is_due_the_newest(mia: Access) -> None:
    for number, minutes in enumerate((30, 5, 90, 5), 1):
        make_case(mia, number, Case(number, Status.NEW, NOON, NOON, due_at=NOON + timedelta(minutes=minutes)))
    make_case(mia, 5, Case(5, Status.OPEN, NOON, NOON))  # nothing is due: last
    for number, minutes in enumerate((10, 50, 30), 6):
        said = NOON + timedelta(minutes=minutes)
        make_case(mia, number, Case(number, Status.NEW, NOON, said).answer(said, None))
    assert numbers(mia, view="needs") == [2, 4, 1, 3, 5]
    assert numbers(mia, view="waiting") == [7, 8, 6]


@pytest.mark.parametrize("view", ["", "new", "needs ", "NEEDS"])
def test_a_view_there_is_none_of_is_refused(mia: Access, view: str) -> None:
    with pytest.raises(InvalidInput, match="there are needs, mine, held"):
        read(view, {})


def test_answers_of_today_are_ones_own_since_midnight_in_the_workspace(places: Places) -> None:
    town = make_town(make_workspace(), places)
    alice = make_member(town.access, "Alice")
    town.says("jo", BROKEN)
    midnight = NOON + timedelta(hours=12)  # London's, in winter
    for minutes in (-1, 1, 540):
        cases.reply(alice, 1, text="Sorry to hear that!", now=midnight + timedelta(minutes=minutes))
    evening = midnight + timedelta(hours=20)
    assert selectors.counts(alice, evening).answered_today == 2
    assert selectors.counts(town.access, evening).answered_today == 0


# Page by page ------------------------------------------------------------------------
@pytest.mark.parametrize("limit", [1, 3, 7, 200])
@pytest.mark.parametrize("view", ["needs", "waiting", "all"])
def test_pages_hold_every_case_once_in_order_also_where_many_stand_at_one_moment(
    mia: Access, view: str, limit: int
) -> None:
    for number in range(1, 16):
        due = NOON + timedelta(minutes=number // 5)
        state = Case(number, Status.NEW, NOON, NOON, due_at=due)
        make_case(mia, number, state.answer(due, None) if view == "waiting" else state)
    assert paged(mia, view, limit) == (list(range(1, 16)) if view == "needs" else list(range(15, 0, -1)))


def test_what_changes_between_two_pages_hides_no_case_and_shows_none_twice_that_stayed(mia: Access) -> None:
    rows = {number: make_case(mia, number) for number in range(1, 31)}
    made = iter(range(31, 60))
    gone = iter(range(1, 31, 7))

    def happens() -> None:
        """One is resolved, here or before; new ones come, due before and after what was seen."""
        number = next(gone, None)
        if number is not None:
            row = CaseRow.objects.get(pk=rows[number].pk)
            row.take(row.value().resolve(NOON))
            row.save()
        for minutes in (-60, 500):
            each = next(made)
            make_case(mia, each, Case(each, Status.NEW, NOON, NOON, due_at=NOON + timedelta(minutes=minutes)))

    found = Counter(paged(mia, "needs", 4, happens))
    stayed = set(range(1, 31)) - set(range(1, 31, 7))
    assert {number for number in stayed if found[number] != 1} == set()
    assert max(found.values()) == 1


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "ä",
        "AAAA",
        "MjAyNi0xMS0yNCAx",
        "MjAyNi0xMS0yNFQxMjowMDowMCAx",
        "=" * 9,
        "MDAwMS0wMS0wMVQwMDowMDowMCsxNDowMCAxIDM",
        "\x00",
        "A" * 5_000,
    ],
)
def test_a_cursor_that_is_none_of_ours_is_refused_in_words(mia: Access, cursor: str) -> None:
    with pytest.raises(InvalidInput, match="begin the list anew"):
        selectors.cases(mia, cursor=cursor)


# Search ---------------------------------------------------------------------------------
def test_a_case_is_found_by_its_number_its_person_and_its_words(places: Places) -> None:
    town = make_town(make_workspace(), places)
    town.says("jo_lee", BROKEN)
    town.says("ann", "@AcmeCustServ my parcel still has not arrived, 100% unacceptable_service", to=None)
    catch_up(town.at)
    for search, found in {
        "2": [2],
        "#1": [1],
        "jo lee": [1],
        "JO_LEE": [1],
        "parcel": [2],
        "PARCEL ann": [2],
        "parcel jo": [],
        "widget disgusting": [1],
        "parc": [2],
        '"still has not arrived"': [2],
        '"arrived still"': [],
        "widget OR parcel": [2, 1],
        "ann -parcel": [],
        "_service": [2],
        "%": [],
        "": [2, 1],
        "  ": [2, 1],
        "#": [],
        "999999999999999999999": [],
        "'; drop table": [],
    }.items():
        assert numbers(town.access, view="all", words=search) == found, search
    assert numbers(town.access, view="held", words="parcel") == [2]
    charlie = make_workspace("Globex Desk", "charlie@globex.example")
    assert numbers(charlie, view="all", words="parcel") == []


# One case ----------------------------------------------------------------------------------
def test_charlie_of_another_company_sees_no_case_whatever_its_number(places: Places) -> None:
    town = make_town(make_workspace(), places)
    uri = town.says("jo", BROKEN)
    charlie = make_workspace("Globex Desk", "charlie@globex.example")
    for number in (1, 0, -1, 2**63, 2**80):
        for look in (selectors.case, selectors.decisions):
            with pytest.raises(NotFound, match=f"There is no case {number} for you here"):
                look(*((charlie, number, NOON) if look is selectors.case else (charlie, number)))  # type: ignore[operator]
    assert selectors.case_of(charlie, uri) is None
    assert selectors.case_of(town.access, uri) == 1
    assert selectors.number_of(charlie, selectors.case(town.access, 1, NOON).line.id) is None


def test_a_long_timeline_shows_its_newest_moments_and_says_how_many_are_hidden(places: Places) -> None:
    town = make_town(make_workspace(), places)
    town.says("jo", BROKEN)
    for number in range(12):
        cases.note(town.access, 1, text=f"Note {number}", now=town.at + timedelta(seconds=number))
    view = selectors.case(town.access, 1, town.at, moments=5)
    assert ([each.text for each in view.moments], view.hidden) == ([f"Note {n}" for n in range(7, 12)], 8)
    whole = selectors.case(town.access, 1, town.at)
    assert (len(whole.moments), whole.hidden, whole.moments[0].kind) == (13, 0, "post")


def test_a_case_is_given_to_anybody_who_may_work_on_it(mia: Access) -> None:
    make_member(mia, "Alice")
    make_member(mia, "Ann", Role.ANALYST)
    make_workspace("Globex Desk", "charlie@globex.example")
    assert [name for _, name in selectors.colleagues(mia)] == ["Alice", "Mia"]


# Questions to the database --------------------------------------------------------------------
def questions(deed: Any) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        deed()
    return len(asked)


def test_a_list_asks_the_database_as_often_for_fifty_cases_as_for_one(mia: Access) -> None:
    alice = make_member(mia, "Alice")
    make_case(mia, 1)
    CaseRow.objects.update(owner_id=alice.person)
    once = questions(lambda: selectors.cases(mia))
    for number in range(2, 52):
        make_case(mia, number)
    CaseRow.objects.filter(number__gt=10).update(owner_id=alice.person)
    assert questions(lambda: selectors.cases(mia)) == once == 4


def test_a_case_asks_the_database_as_often_with_a_long_thread_of_many_people_as_with_one_post(places: Places) -> None:
    town = make_town(make_workspace(), places)
    make_topic(town.access, "@AcmeCustServ", TopicClass.BRAND, "Us")
    first = town.says("jo", BROKEN)

    def asks(some: int) -> int:
        for number in range(some):
            town.says(f"person{number}", "@jo have you tried the blue one?", reply_to=first)
            cases.reply(town.access, 1, text=f"Which of the {number + 3} models is it?", now=town.at)
        return questions(lambda: selectors.case(town.access, 1, town.at))

    once = asks(1)
    assert asks(11) == once <= 24
    view = selectors.case(town.access, 1, town.at)
    assert len([each for each in view.moments if each.kind in ("post", "reply")]) == 25

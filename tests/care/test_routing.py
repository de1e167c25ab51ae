"""Who takes which case: the rules, and the same in the database with everybody asking at once."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from tests.make import NOON, Town, at_once, make_member, make_town, make_workspace

from hubbub.accounts.core.access import Access
from hubbub.accounts.models import Membership
from hubbub.accounts.selectors import enter_as_hubbub
from hubbub.care.core.case import Priority
from hubbub.care.core.routing import Agent, Mode, Need, Room, Waiting, best, choose
from hubbub.care.models import AgentRow, CaseRow, Notice, Routed, SkillNeed
from hubbub.care.selectors import case
from hubbub.care.selectors import routing as selectors
from hubbub.care.selectors.routing import RouteLine
from hubbub.care.services import cases, routing, work
from hubbub.infra.places import Places
from hubbub.kernel.errors import InvalidInput, NotAllowed, NotFound
from hubbub.kernel.ids import PersonId

FRENCH = Need(1, "speaks French")
CLAIRE = Agent(PersonId(1), "Claire", {1: 3})
DAN = Agent(PersonId(2), "Dan")


# The rules -----------------------------------------------------------------
def test_a_french_question_goes_to_the_one_who_speaks_french() -> None:
    case = Waiting(1, "mail", needs=(FRENCH,))
    busy = replace(CLAIRE, room=Room(load={"mail": 1}))
    assert choose(case, [DAN, busy], Mode.LEAST).words == "To Claire: speaks French, 2 of 5."


@pytest.mark.parametrize(
    ("claire", "words"),
    [
        (replace(CLAIRE, skills={}), "Waits: nobody speaks French."),
        (replace(CLAIRE, works=False, back="at 14:00"), "Waits: Claire speaks French, but works again at 14:00."),
        (replace(CLAIRE, takes=False, state="on a break"), "Waits: Claire speaks French, but is on a break."),
        (replace(CLAIRE, room=Room(load={"mail": 5})), "Waits: Claire speaks French, but has 5 of 5."),
    ],
)
def test_who_waits_is_told_why(claire: Agent, words: str) -> None:
    found = choose(Waiting(1, "mail", needs=(FRENCH,)), [DAN, claire], Mode.TURNS)
    assert (found.person, found.words) == (None, words)


def test_who_knows_the_customer_is_asked_first_if_they_can() -> None:
    case = Waiting(1, "mail", known_to=PersonId(2))
    assert choose(case, [CLAIRE, DAN], Mode.TURNS) == choose(case, [DAN], Mode.TURNS)
    assert choose(case, [CLAIRE, replace(DAN, takes=False)], Mode.TURNS).person == 1


def test_chats_and_all_others_have_room_of_their_own() -> None:
    full = Room(load={"chat": 3, "mail": 2, "mastodon": 1})
    assert (full.of("chat"), full.of("mail"), full.of("letter")) == ((3, 3), (3, 5), (3, 5))


@given(st.integers(1, 6), st.integers(0, 40), st.sampled_from([Mode.TURNS, Mode.LEAST]))
def test_giving_out_is_fair_and_never_too_much(people: int, many: int, mode: Mode) -> None:
    agents = {each: Agent(PersonId(each), str(each)) for each in range(1, people + 1)}
    given_to: Counter[int] = Counter()
    for number in range(many):
        choice = choose(Waiting(number, "mail"), list(agents.values()), mode)
        if choice.person is None:
            assert sum(given_to.values()) == 5 * people
            break
        given_to[choice.person] += 1
        agents[choice.person] = replace(
            agents[choice.person],
            room=Room(load={"mail": given_to[choice.person]}),
            given_at=NOON + timedelta(seconds=number),
        )
    counts = [given_to[each] for each in agents]
    assert max(counts) - min(counts) <= 1
    assert max(counts) <= 5


def test_next_is_urgent_then_ones_own_then_priority_then_due_then_who_waits_longest() -> None:
    waits = [
        Waiting(1, since=NOON),
        Waiting(2, since=NOON - timedelta(hours=1)),
        Waiting(3, due_at=NOON),
        Waiting(4, priority=Priority.HIGH),
        Waiting(5, owner=PersonId(2)),
        Waiting(6, priority=Priority.URGENT),
        Waiting(7, owner=PersonId(1)),
        Waiting(8, needs=(FRENCH,)),
    ]
    assert [each.case for each in best(waits, DAN)] == [6, 5, 4, 3, 2, 1]


@given(st.permutations(range(1, 9)))
def test_the_best_next_case_does_not_depend_on_the_order_they_lie_in(order: list[int]) -> None:
    waits = [Waiting(each, priority=1 + each % 4, since=NOON + timedelta(minutes=each % 3)) for each in order]
    assert [each.case for each in best(waits, DAN)] == [
        each.case for each in best(sorted(waits, key=lambda w: w.case), DAN)
    ]


# In the database -------------------------------------------------------------
@pytest.fixture
def town(places: Places) -> Town:
    return make_town(make_workspace(), places)


def says(town: Town, *names: str, text: str = "my widget is broken, it does not work at all!") -> None:
    for name in names:
        town.says(name, f"@AcmeCustServ {text}")
    town.later(minutes=15)


@pytest.fixture
def alice(town: Town) -> Access:
    return make_member(town.access, "Alice")


@pytest.fixture
def claire(town: Town) -> Access:
    return make_member(town.access, "Claire")


def here(town: Town, *people: Access) -> None:
    for each in people:
        work.seen(each, now=town.at)


def route(town: Town, mode: Mode, team: int | None = None) -> Access:
    routing.save_routes(town.access, [RouteLine("", mode, team)], now=town.at)
    return enter_as_hubbub(town.access.workspace)


def french(town: Town, who: Access, level: int = 3) -> None:
    skill = routing.add_skill(town.access, name="French", kind="language", now=town.at)
    routing.add_need(town.access, column="lang", value="fr", skill=skill, level=1, now=town.at)
    routing.save_profile(
        town.access,
        who.me,
        takes=None,
        limits={},
        week=["09:00-17:00"] * 5 + [""] * 2,
        skills={skill: level},
        now=town.at,
    )


@pytest.mark.django_db
def test_a_question_in_french_goes_to_the_one_who_speaks_it_in_her_hours(
    town: Town, alice: Access, claire: Access
) -> None:
    french(town, claire)
    says(town, "jean")
    CaseRow.objects.update(lang="fr-CA")
    here(town, alice, claire)
    hubbub = route(town, Mode.TURNS)
    evening = town.at.replace(hour=19)
    assert routing.push(hubbub, now=evening) == 0
    told = selectors.why(alice, case(alice, 1, evening).line, evening)
    assert told == "Waits: Claire speaks French, but works again Wednesday at 09:00."
    assert routing.push(hubbub, now=town.at) == 1
    assert CaseRow.objects.get().owner_id == claire.me
    assert selectors.why(alice, case(alice, 1, town.at).line, town.at) == "To Claire: speaks French, 1 of 5."
    assert Notice.objects.get(person=claire.me).text == "Case 1 is yours: speaks French, 1 of 5."


@pytest.mark.django_db
def test_next_gives_what_fits_and_says_why_there_is_none(town: Town, alice: Access, claire: Access) -> None:
    french(town, claire)
    says(town, "jean")
    CaseRow.objects.update(lang="fr")
    assert routing.next_case(alice, now=town.at) == routing.Next(None, "What waits needs skills that you don't have.")
    assert routing.next_case(claire, now=town.at).number == 1
    assert routing.next_case(claire, now=town.at).number == 1  # one's own comes again until it is answered
    assert routing.next_case(claire, but=1, now=town.at) == routing.Next(None, "Nothing waits for you just now.")


@pytest.mark.django_db
def test_next_stays_within_the_room_and_the_team(town: Town, alice: Access, claire: Access) -> None:
    says(town, "ann", "ben", "cid")
    routing.save_profile(town.access, alice.me, takes=None, limits={"": 2}, week=[""] * 7, skills={}, now=town.at)
    first = routing.next_case(alice, now=town.at).number or 0
    second = routing.next_case(alice, but=first, now=town.at).number
    assert first != second
    cases.reply(alice, first, text="Sorry!", now=town.at)
    cases.assign(alice, 3, to=alice.me, now=town.at)  # by hand one may have more
    assert routing.next_case(alice, but=3, now=town.at).number == second
    from hubbub.accounts.services import make_team

    team = make_team(town.access, "Night", now=town.at)
    route(town, Mode.PULL, team)
    says(town, "dot")
    assert routing.next_case(claire, now=town.at).number is None
    Membership.objects.filter(person=claire.me).update(team=team)
    assert routing.next_case(claire, now=town.at).number == 4


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_never_get_the_same_case(town: Town, alice: Access, claire: Access) -> None:
    says(town, "ann", "ben", "cid", "dot")
    people = [alice, claire, make_member(town.access, "Dan"), make_member(town.access, "Eve")]
    found = at_once(*(lambda who=who: routing.next_case(who, now=town.at).number for who in people))
    assert sorted(found) == [1, 2, 3, 4]
    assert Routed.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_giving_out_and_asking_at_once_never_gives_too_much(town: Town, alice: Access) -> None:
    says(town, "ann", "ben", "cid", "dot", "eli", "fay", text="how do I reset it?")
    for who in (alice,):
        routing.save_profile(town.access, who.me, takes=None, limits={"": 3}, week=[""] * 7, skills={}, now=town.at)
    here(town, alice)
    hubbub = route(town, Mode.LEAST)

    def ask() -> Any:
        return routing.next_case(alice, now=town.at)

    def push() -> Any:
        return routing.push(hubbub, now=town.at)

    at_once(push, ask, push, ask)
    while routing.push(hubbub, now=town.at):
        pass
    assert CaseRow.objects.filter(owner=alice.me).count() == 3


@pytest.mark.django_db
def test_who_goes_away_gives_back_what_they_were_given_after_a_grace(town: Town, alice: Access, claire: Access) -> None:
    says(town, "ann", "ben")
    here(town, alice)
    hubbub = route(town, Mode.TURNS)
    routing.push(hubbub, now=town.at)
    own = CaseRow.objects.filter(owner=alice.me)
    assert own.count() == 2
    cases.reply(alice, 1, text="Sorry! Which one is it?", now=town.at)
    work.choose_state(alice, "away", now=town.at)
    assert routing.give_back(hubbub, now=town.at + timedelta(minutes=14)) == 0
    assert routing.give_back(hubbub, now=town.at + timedelta(minutes=15)) == 1
    assert [each.number for each in own] == [1]  # it waits for the customer
    here(town, claire)
    assert routing.push(hubbub, now=town.at + timedelta(minutes=15)) == 1


@pytest.mark.django_db
def test_what_people_who_are_away_took_themselves_stays_and_costs_no_queries(town: Town, alice: Access) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert routing.give_back(hubbub, now=town.at + timedelta(hours=1)) == 0
        return len(asked)

    says(town, "ann", "ben", "cid", "dot", text="how do I reset it?")
    here(town, alice)
    hubbub = route(town, Mode.TURNS)
    routing.next_case(alice, now=town.at)
    work.choose_state(alice, "away", now=town.at)
    few = cost()
    for number in range(1, 5):
        cases.assign(alice, number, to=alice.me, now=town.at)
    assert cost() == few


@pytest.mark.django_db
def test_a_customer_comes_to_the_same_agent_again(town: Town, alice: Access, claire: Access) -> None:
    says(town, "ann")
    here(town, alice, claire)
    cases.reply(claire, 1, text="Sorry! Which one is it?", now=town.at)
    cases.resolve(claire, 1, now=town.at)
    town.later(days=30)
    here(town, alice, claire)
    work.choose_state(claire, "available", now=town.at)
    says(town, "ann", text="my invoice is wrong, I was charged twice!")
    hubbub = route(town, Mode.TURNS)
    here(town, alice, claire)
    routing.push(hubbub, now=town.at)
    newest = CaseRow.objects.latest("number")
    assert (newest.number, newest.owner_id) == (2, claire.me)
    assert selectors.why(alice, case(alice, 2, town.at).line, town.at) == "To Claire: knows this customer, 1 of 5."


@pytest.mark.django_db
def test_only_managers_set_it_and_strangers_reach_nothing(town: Town, alice: Access, charlie: Access) -> None:
    skill = routing.add_skill(town.access, name="French", kind="language", now=NOON)
    routing.add_need(town.access, column="lang", value="FR", skill=skill, level=2, now=NOON)
    need = SkillNeed.objects.get()
    assert need.value == "fr"
    deeds: list[Any] = [
        lambda who: routing.add_skill(who, name="Dutch", kind="language", now=NOON),
        lambda who: routing.remove_skill(who, skill, now=NOON),
        lambda who: routing.remove_need(who, need.pk, now=NOON),
        lambda who: routing.add_need(who, column="lang", value="nl", skill=skill, level=1, now=NOON),
        lambda who: routing.save_routes(who, [RouteLine("", Mode.TURNS, 987)], now=NOON),
        lambda who: routing.save_profile(
            who, alice.me, takes=True, limits={}, week=[""] * 7, skills={skill: 1}, now=NOON
        ),
    ]
    for deed in deeds:
        with pytest.raises(NotAllowed):
            deed(alice)
    for deed in deeds[1:]:
        with pytest.raises(NotFound):
            deed(charlie)
    with pytest.raises(InvalidInput):
        routing.save_profile(
            town.access, alice.me, takes=True, limits={}, week=["9 to late"] + [""] * 6, skills={}, now=NOON
        )
    assert not AgentRow.objects.filter(person=alice.me).exclude(week=[]).exists()

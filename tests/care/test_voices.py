"""Whose voice counts: second accounts are guessed with care, and a person says what is true."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.make import Town, make_town, make_workspace

from hubbub.care.core.voices import LIKELY, Speaker, same_person
from hubbub.care.models import SecondAccount
from hubbub.care.selectors.voices import voices_of
from hubbub.care.services import people
from hubbub.infra.places import Places
from hubbub.kernel.errors import NotFound

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
OLD = Speaker("marlow", 900, datetime(2015, 1, 1, tzinfo=UTC))
NEW = Speaker("marlow_two", 3, NOW - timedelta(days=4))
OTHER = Speaker("nobodys", 3, NOW - timedelta(days=5))
COPY = {"sameness": 1.0, "apart": timedelta(minutes=4), "now": NOW}


@pytest.mark.parametrize(
    ("one", "other", "changes", "likely"),
    [
        (OLD, NEW, {}, True),  # the same name, new and small, the same words
        (NEW, OTHER, {}, True),  # both new and small, made together, the same words
        (NEW, Speaker("nobodys", 3, NOW - timedelta(days=25)), {}, False),
        (OLD, Speaker("gus", 400, datetime(2014, 1, 1, tzinfo=UTC)), {}, False),  # two people who copy one text
        (OLD, NEW, {"sameness": 0.5}, False),
        (OLD, NEW, {"apart": timedelta(hours=2)}, False),
        (OLD, Speaker("marlow_two", None, None), {}, False),  # too little is known
    ],
)
def test_a_second_account_is_guessed_only_where_several_signs_meet(
    one: Speaker, other: Speaker, changes: dict[str, object], likely: bool
) -> None:
    for pair in ((one, other), (other, one)):
        found = same_person(*pair, **{**COPY, **changes})  # type: ignore[arg-type]
        assert (found.p >= LIKELY) is likely
        assert bool(found.reasons) >= likely


@pytest.fixture
def town(places: Places) -> Town:
    town = make_town(make_workspace(), places)
    town.person("marlow_two", followers=3, joined_at="2026-11-20T00:00:00Z", posts=4, follows=30, reactions=0.1)
    return town


TEXT = "My #Acme widget stopped spinning after yesterday's firmware update, really disappointed"


@pytest.mark.django_db
@pytest.mark.parametrize("turned", [False, True], ids=["first", "second"])
def test_a_likely_second_account_joins_a_watch_and_is_no_second_voice_until_a_person_says_so(
    town: Town, turned: bool
) -> None:
    lines = [town.line("marlow", TEXT)[1], town.line("marlow_two", TEXT)[1]]
    for line in reversed(lines) if turned else lines:
        town.hear([line])
    case = town.case()
    assert (case.rule, case.folder, case.posts, case.voices) == ("P8", "watching", 2, 1)
    counted, not_counted = sorted(voices_of(town.access, case.number), key=lambda each: bool(each.why))
    assert counted.why == ""
    assert not_counted.why.startswith("likely ")
    assert "nearly the same words" in str(not_counted.reasons)

    pair = SecondAccount.objects.get().pk
    with pytest.raises(NotFound):
        people.two_people(make_workspace("Globex", "charlie@globex.example"), pair, now=town.at)
    people.two_people(town.access, pair, now=town.at)
    case = town.case()
    assert (case.rule, case.folder, case.voices) == ("P8a", "needs", 2)


@pytest.mark.django_db
def test_one_person_said_by_a_person_links_the_accounts(town: Town) -> None:
    town.says("marlow", TEXT)
    town.says("marlow_two", TEXT)
    people.one_person_of(town.access, SecondAccount.objects.get().pk, now=town.at)
    assert town.account("marlow").customer_id == town.account("marlow_two").customer_id
    assert town.account("marlow").customer_id is not None
    assert "same person as" in str(voices_of(town.access, town.case().number))
    assert not SecondAccount.objects.exists()


@pytest.mark.django_db
def test_a_watch_tells_who_joined_and_who_is_not_counted_and_why(town: Town) -> None:
    first = town.says("kit", "My #Acme widget has been broken for 5 days now. Its disgusting!")
    town.says("dana", "@kit did you try the reset?", reply_to=first)
    town.says("sam", "So's mine. I'm now on my third #Acme widget, they are so unreliable.")
    people.mark(town.access, town.account("sam").pk, what="employee", on=True, now=town.at)
    told = {each.name: each.why for each in voices_of(town.access, town.case().number)}
    assert told == {"Kit": "", "Dana": "does not say they have it", "Sam": "works for us"}

"""Articles: made from a case without names, looked at by somebody else, suggested in the next case, counted."""

from datetime import timedelta

import pytest
from tests.make import NOON, Town, at_once, make_member, make_town, make_workspace

from hubbub.accounts.core.access import Access, Role
from hubbub.care import selectors as care
from hubbub.care.core.answering import Written
from hubbub.care.core.knowledge.article import State, Words
from hubbub.care.models import Article, ArticleUse, ArticleWord, Notice
from hubbub.care.selectors import knowledge as reads
from hubbub.care.selectors.knowledge import Came
from hubbub.care.services import cases, knowledge
from hubbub.infra.places import Places
from hubbub.kernel.errors import Conflict, HubbubError, InvalidInput, NotAllowed, NotFound

pytestmark = pytest.mark.django_db

COLD = "@AcmeCustServ it is so cold, the lever of my acme widget freezes and jams! order AB-471199"
REPLY = "Hi Jo, warm the lever with your hands, then put Acmegard on its hinge. Call us on 0800 1231234 if not. ^AL"
ANSWER = "Hi {name}, warm the lever with your hands, then put Acmegard on its hinge. Call us on 0800 1231234 if not."


@pytest.fixture
def town(places: Places) -> Town:
    """Jo's lever froze; Alice said what to do."""
    town = make_town(make_workspace(), places)
    town.person("jolee_widgets", name="Jo Lee")
    town.says("jolee_widgets", COLD)
    town.later(minutes=15)
    return town


@pytest.fixture
def alice(town: Town) -> Access:
    return make_member(town.access, "Alice")


@pytest.fixture
def lead(town: Town) -> Access:
    return make_member(town.access, "Leo", Role.LEAD)


def answered(alice: Access, number: int, text: str, town: Town) -> int:
    town.at += timedelta(minutes=1)
    return cases.answer(alice, number, Written(text, confirmed=True), now=town.at).outbox or 0


def made(alice: Access, lead: Access, town: Town) -> int:
    """The published article of case 1."""
    answered(alice, 1, REPLY, town)
    article = knowledge.from_case(alice, 1, now=town.at)
    knowledge.submit(alice, article, now=town.at)
    knowledge.publish(lead, article, seen=1, now=town.at)
    return article


def suggested(access: Access, number: int, town: Town) -> list[int]:
    return [each.id for each in reads.suggestions(access, care.case(access, number, town.at))]


def test_a_case_becomes_a_draft_that_names_nobody_and_says_what_it_left_out(town: Town, alice: Access) -> None:
    with pytest.raises(InvalidInput, match="Nobody has answered"):
        knowledge.from_case(alice, 1, now=town.at)
    answered(alice, 1, REPLY, town)
    town.says("jolee_widgets", "@AcmeCustServ that worked, thanks!")
    view = reads.article(alice, knowledge.from_case(alice, 1, now=town.at))
    assert view.words.answer == ANSWER
    assert view.words.question == "it is so cold, the lever of my acme widget freezes and jams! order [number]"
    assert view.words.title == "It is so cold, the lever of my acme widget freezes and jams"
    assert (view.state, view.live, view.case) == (State.DRAFT, None, 1)
    assert {("name", "Jo"), ("number", "AB-471199"), ("signature", "^AL")} <= set(view.taken)


def test_somebody_else_has_to_look_before_it_is_published(town: Town, alice: Access, lead: Access) -> None:
    answered(alice, 1, REPLY, town)
    article = knowledge.from_case(alice, 1, now=town.at)
    with pytest.raises(NotAllowed):
        knowledge.publish(alice, article, seen=1, now=town.at)
    with pytest.raises(Conflict, match="It is draft by now"):
        knowledge.publish(lead, article, seen=1, now=town.at)
    knowledge.submit(alice, article, now=town.at)
    assert Notice.objects.filter(person_id=lead.me).exists()
    assert reads.waiting_for_review(lead) == 1
    knowledge.send_back(lead, article, word="Name the model", now=town.at)
    words = reads.article(lead, article).words
    knowledge.save(lead, article, Words(words.title, words.question, words.answer + " For WX-10."), seen=1, now=town.at)
    knowledge.submit(lead, article, now=town.at)
    with pytest.raises(Conflict, match="your own words"):
        knowledge.publish(lead, article, seen=2, now=town.at)
    with pytest.raises(Conflict, match="changed meanwhile"):
        knowledge.publish(town.access, article, seen=1, now=town.at)
    knowledge.publish(town.access, article, seen=2, now=town.at)
    view = reads.article(lead, article)
    assert (view.state, view.live, view.taken) == (State.PUBLISHED, 2, ())
    assert [(each.version, each.name, each.reviewer) for each in view.versions] == [(2, "Leo", "Mia"), (1, "Alice", "")]


def test_who_is_alone_may_publish_and_it_is_said(town: Town) -> None:
    article = knowledge.write(town.access, Words("Reset", "How do I reset it?", "Hold it."), now=NOON)
    knowledge.submit(town.access, article, now=NOON)
    knowledge.publish(town.access, article, seen=1, now=NOON)
    (version,) = reads.article(town.access, article).versions
    assert version.reviewed_at == NOON and version.reviewer == ""


def test_published_words_stay_until_others_are_published(town: Town, alice: Access, lead: Access) -> None:
    article = made(alice, lead, town)
    knowledge.save(alice, article, Words("Frozen lever", "lever frozen", "Use a towel."), seen=1, now=town.at)
    with pytest.raises(Conflict, match="Alice saved it meanwhile"):
        knowledge.save(lead, article, Words("Frozen", "lever", "Use two."), seen=1, now=town.at)
    view = reads.article(alice, article)
    assert (view.state, view.live) == (State.DRAFT, 1)
    assert view.shown is not None and view.shown.answer == ANSWER
    assert knowledge.insert(alice, 1, article, now=town.at).answer == ANSWER
    assert [each.title for each in reads.articles(alice, search="towel")[0]] == ["Frozen lever"]
    knowledge.retire(lead, article, now=town.at)
    assert not ArticleWord.objects.exists()
    assert reads.articles(alice)[0] == ()
    knowledge.bring_back(alice, article, now=town.at)
    assert reads.article(alice, article).state == State.DRAFT


def test_a_like_case_is_shown_the_answer_and_another_is_not(town: Town, alice: Access, lead: Access) -> None:
    article = made(alice, lead, town)
    town.says("max", "@AcmeCustServ the lever of my widget jams and freezes, it does not work in the cold")
    town.says("kim", "@AcmeCustServ my invoice is wrong, I was charged twice!")
    assert suggested(alice, 2, town) == [article]
    assert suggested(alice, 3, town) == []


def test_what_was_shown_inserted_and_sent_is_counted_once_a_case(town: Town, alice: Access, lead: Access) -> None:
    article = made(alice, lead, town)
    case = care.case(alice, 1, town.at).line.id
    analyst = make_member(town.access, "Ann", Role.ANALYST)
    knowledge.shown(analyst, case, [article], now=town.at)
    assert not ArticleUse.objects.exists()
    for _ in range(2):
        knowledge.shown(alice, case, [article], now=town.at)
    assert reads.came_of([article])[article] == Came(shown=1)
    words = knowledge.insert(alice, 1, article, now=town.at)
    answered(alice, 1, "Which model is it?", town)
    assert reads.came_of([article])[article] == Came(shown=1, inserted=1)
    answered(alice, 1, words.answer.replace("{name}", "Jo"), town)
    assert reads.came_of([article])[article] == Came(shown=1, inserted=1, sent=1)
    town.says("max", "@AcmeCustServ the lever of my widget jams")
    knowledge.insert(alice, 2, article, now=town.at)
    gone = cases.answer(
        alice, 2, Written("Please warm the lever with both hands, then Acmegard. Call us.", confirmed=True),
        undoable=True, now=town.at,
    )  # fmt: skip
    assert reads.came_of([article])[article].edited == 1
    cases.undo(alice, 2, gone.outbox or 0, now=town.at)
    assert reads.came_of([article])[article] == Came(shown=1, inserted=2, sent=1)


@pytest.mark.parametrize(
    ("then", "settled", "helped"),
    [("", True, 1), ("@AcmeCustServ it still does not work, what now?", True, 0), ("", False, 0),
     ("@AcmeCustServ that worked, thanks!", True, 1)],
)  # fmt: skip
def test_it_helped_where_nothing_more_was_asked_within_a_week(
    town: Town, alice: Access, lead: Access, then: str, settled: bool, helped: int
) -> None:
    article = made(alice, lead, town)
    uri = town.says("max", "@AcmeCustServ the lever of my widget jams")
    knowledge.insert(alice, 2, article, now=town.at)
    answered(alice, 2, ANSWER.replace("{name}", "Max"), town)
    if then:
        town.says("max", then, reply_to=uri, after=timedelta(hours=1))
    if settled:
        cases.resolve(alice, 2, now=town.at + timedelta(hours=2))
    assert knowledge.settle(town.at + timedelta(days=6)) == 0
    assert knowledge.settle(town.at + timedelta(days=8)) == 1
    came = reads.came_of([article])[article]
    assert (came.sent, came.helped, came.not_helped) == (1, helped, 1 - helped)


def test_it_did_not_help_where_its_case_is_a_part_of_one_that_goes_on(town: Town, alice: Access, lead: Access) -> None:
    article = made(alice, lead, town)
    for who in ("max", "kim"):
        town.says(who, f"@AcmeCustServ the lever of my widget jams, says {who}")
    knowledge.insert(alice, 2, article, now=town.at)
    answered(alice, 2, ANSWER.replace("{name}", "Max"), town)
    cases.merge(alice, 2, into=3, now=town.at)
    assert knowledge.settle(town.at + timedelta(days=8)) == 1
    assert reads.came_of([article])[article].not_helped == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_save_at_once_lose_nothing(town: Town, alice: Access, lead: Access) -> None:
    article = knowledge.write(alice, Words("Reset", "How?", "Hold it."), now=NOON)
    done = at_once(
        *(
            lambda who=who: knowledge.save(who, article, Words("Reset", "How?", f"{who.name}’s"), seen=1, now=NOON)
            for who in (alice, lead)
        )
    )
    assert sorted(isinstance(each, Conflict) for each in done) == [False, True]
    row = Article.objects.get()
    assert row.version == 2 and row.versions.count() == 2


@pytest.mark.django_db(transaction=True)
def test_an_article_that_two_pages_show_at_once_is_counted_once(town: Town, alice: Access, lead: Access) -> None:
    article = made(alice, lead, town)
    case = care.case(alice, 1, town.at).line.id
    assert at_once(*(lambda: knowledge.shown(alice, case, [article], now=NOON) for _ in range(2))) == [None, None]
    assert reads.came_of([article])[article] == Came(shown=1)


def test_charlie_sees_and_changes_nothing(town: Town, alice: Access, lead: Access) -> None:
    article = made(alice, lead, town)
    charlie = make_workspace("Globex", "charlie@globex.example")
    assert reads.articles(charlie, search="lever")[0] == ()
    for deed in (
        lambda: reads.article(charlie, article),
        lambda: knowledge.save(charlie, article, Words("a", "b", "c"), seen=1, now=NOON),
        lambda: knowledge.retire(charlie, article, now=NOON),
        lambda: knowledge.insert(charlie, 1, article, now=NOON),
    ):
        with pytest.raises(NotFound):
            deed()


@pytest.mark.parametrize("words", [Words("", "q", "a"), Words("t", "q", " "), Words("t", "q", "a", lang="english")])
def test_what_is_missing_is_said(town: Town, words: Words) -> None:
    with pytest.raises(HubbubError, match=r"title|answer|language"):
        knowledge.write(town.access, words, now=NOON)

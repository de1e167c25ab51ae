"""How satisfied people are: asked in private after a resolution, answered once by a link that nobody can forge."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.make import Town, at_once, make_member, make_town, make_workspace

from hubbub.accounts.core.access import Access
from hubbub.care import selectors
from hubbub.care.core.rating import Answered, NoSuchQuestion, is_asked, rules_of
from hubbub.care.models import Entry, Notice, Rating
from hubbub.care.services import cases, ratings
from hubbub.flows.erasure import erase
from hubbub.infra.models import OutboxMessage
from hubbub.infra.places import Places
from hubbub.kernel.errors import InvalidInput, NotAllowed

pytestmark = pytest.mark.django_db

MIN, H = timedelta(minutes=1), timedelta(hours=1)
BROKEN = "@AcmeCustServ My widget has been broken for 5 days now. Its disgusting!"
RULES: dict[str, Any] = {
    "on": True, "delay_minutes": 60, "channels": [], "ask": "Did we help? {link}", "question": "How did we do?",
    "thanks": "Thank you!", "on_bad": "tell",
}  # fmt: skip


@pytest.fixture
def town(places: Places) -> Town:
    town = make_town(make_workspace(), places)
    ratings.save_rules(town.access, RULES, now=town.at)
    return town


@pytest.fixture
def alice(town: Town) -> Access:
    return make_member(town.access, "Alice")


def solved(town: Town, alice: Access, who: str = "jo", number: int = 1, text: str = BROKEN) -> None:
    town.says(who, text)
    cases.reply(alice, number, text="A new one is on its way.", now=town.at)
    cases.resolve(alice, number, now=town.at)


def asked(town: Town, after: timedelta = H) -> list[str]:
    """The links of questions that were sent."""
    links: list[str] = []
    ratings.ask_due(lambda ticket: links.append(ticket) or f"https://care.acme.example/rate/{ticket}/", town.at + after)
    return links


def test_nobody_is_asked_unless_it_is_switched_on(places: Places) -> None:
    town = make_town(make_workspace(), places)
    solved(town, town.access)
    assert not Rating.objects.exists()


def test_after_a_while_the_question_leaves_in_private_and_the_case_stays_resolved(town: Town, alice: Access) -> None:
    solved(town, alice)
    assert asked(town, 59 * MIN) == []
    (ticket,) = asked(town)
    assert asked(town, 2 * H) == []
    payload = OutboxMessage.objects.order_by("-pk")[0].payload
    assert payload["text"] == f"Did we help? https://care.acme.example/rate/{ticket}/"
    assert (payload["private"], payload["to"]) == (True, "jo")
    assert town.case().status == "resolved"
    assert Entry.objects.filter(text="Asked how satisfied they are.").count() == 1


def test_a_reopened_case_and_one_that_nothing_private_reaches_are_not_asked_about(town: Town, alice: Access) -> None:
    solved(town, alice)
    cases.reopen(alice, 1, now=town.at)
    assert asked(town) == []
    assert "reopened" in Rating.objects.get().why_not


def test_one_person_is_asked_once_in_a_month(town: Town, alice: Access) -> None:
    solved(town, alice)
    asked(town)
    town.at += timedelta(days=10)
    solved(town, alice, number=2, text="@AcmeCustServ where is my refund? I was charged twice!")
    assert Rating.objects.count() == 1


def test_a_link_takes_one_answer_and_no_other(town: Town, alice: Access) -> None:
    solved(town, alice)
    (ticket,) = asked(town)
    ratings.answer(ticket, score="4", comment="  Quick.\u202e ", now=town.at + 2 * H)
    with pytest.raises(Answered):
        ratings.answer(ticket, score="1", comment="", now=town.at + 2 * H)
    line = selectors.rating_of(alice, 1)
    assert line is not None
    assert (line.score, line.comment.strip("\u202e"), line.person) == (4, "Quick.", "Alice")
    assert selectors.board(alice, town.at + 2 * H).score.mean == 4
    assert [(each.name, each.answers) for each in selectors.scores_by_person(alice, town.at + 2 * H)] == [("Alice", 1)]
    charlie = make_workspace("Globex Desk", "charlie@globex.example")
    assert (selectors.ratings(charlie, town.at + 2 * H), selectors.rating_of(charlie, 1)) == ((), None)


@pytest.mark.parametrize("wrong", ["", "1", "2", "{other}", "{cut}", "{late}", "{unsent}"])
def test_a_link_that_was_changed_or_is_too_old_opens_nothing(town: Town, alice: Access, wrong: str) -> None:
    solved(town, alice)
    solved(town, alice, "ann", 2)
    unsent = ratings._signer.sign(str(Rating.objects.order_by("-pk")[0].pk))
    one = ratings._signer.sign(str(Rating.objects.order_by("pk")[0].pk))
    if wrong == "{unsent}":
        with pytest.raises(NoSuchQuestion):
            ratings.question(unsent, town.at)
        return
    asked(town)
    number, _, signature = one.partition(".")
    ticket = wrong.format(other=f"{int(number) + 1}.{signature}", cut=one[:-1], late=one)
    later = timedelta(days=31) if wrong == "{late}" else H
    with pytest.raises(NoSuchQuestion):
        ratings.answer(ticket, score="5", comment="", now=town.at + later + H)
    assert not Rating.objects.filter(answered_at__isnull=False).exists()


def test_a_bad_answer_tells_who_resolved_it_and_reopens_where_that_is_wanted(town: Town, alice: Access) -> None:
    solved(town, alice)
    ratings.save_rules(town.access, {**RULES, "on_bad": "reopen"}, now=town.at)
    (ticket,) = asked(town)
    ratings.answer(ticket, score="1", comment="Never again", now=town.at + 2 * H)
    case = town.case()
    assert (case.status, case.due_at) == ("open", town.at + 2 * H + 30 * MIN)
    assert [(each.person_id, each.why, each.text) for each in Notice.objects.filter(why="rated")] == [
        (alice.person, "rated", "Case 1, Jo: they gave 1 of 5.")
    ]


def test_erasing_a_person_takes_the_comment_and_leaves_the_score(town: Town, alice: Access) -> None:
    solved(town, alice)
    (ticket,) = asked(town)
    ratings.answer(ticket, score="2", comment="I am Jo Smith of Elm Road", now=town.at + 2 * H)
    erase(town.access, "demo", "jo", places=town.places, now=town.at + 3 * H)
    assert Rating.objects.values_list("score", "comment").get() == (2, "")
    assert not Entry.objects.filter(text__contains="Elm Road").exists()


def test_the_page_needs_no_account_sets_no_cookie_and_says_nothing_of_the_customer(town: Town, alice: Access) -> None:
    solved(town, alice)
    (ticket,) = asked(town, timedelta(0) - timedelta(days=9)) or [ratings._signer.sign(str(Rating.objects.get().pk))]
    Rating.objects.update(asked_at="2036-01-01T00:00Z", ask_at=None)
    client, at = Client(enforce_csrf_checks=True), reverse("rate", args=(ticket,))
    page = client.get(at)
    assert (page.status_code, len(client.cookies)) == (200, 0)
    words = page.content.decode()
    assert "How did we do?" in words and "Acme Care" in words
    assert not any(each in words.lower() for each in ("widget", "jo ", "<script"))
    assert Rating.objects.get().answered_at is None  # who only looks has not answered
    assert "Choose one of the five first." in client.post(at, {"comment": "<b>Hm</b>"}).content.decode()
    assert "&lt;b&gt;Hm&lt;/b&gt;" in client.post(at, {"comment": "<b>Hm</b>"}).content.decode()
    done = client.post(at, {"score": "5", "comment": "Fine"})
    assert (done.status_code, len(client.cookies)) == (200, 0)
    assert "Thank you!" in done.content.decode()
    again = client.post(at, {"score": "1"})
    assert (again.status_code, Rating.objects.get().score) == (409, 5)
    assert client.get(reverse("rate", args=("nonsense",))).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_the_same_moment_one_is_kept(places: Places) -> None:
    town = make_town(make_workspace(), places)
    ratings.save_rules(town.access, RULES, now=town.at)
    solved(town, town.access)
    (ticket,) = asked(town)
    scores = ("1", "5")
    done = at_once(*(lambda s=s: ratings.answer(ticket, score=s, comment=s, now=town.at + 2 * H) for s in scores))
    assert sorted(type(each).__name__ for each in done) == ["Answered", "NoneType"]
    kept = Rating.objects.get()
    assert kept.comment == str(kept.score)


def test_spam_storms_and_the_grave_are_not_asked_about() -> None:
    rules = rules_of({**RULES, "channels": ["mail"]})
    usual: dict[str, Any] = {"channel": "mail", "kind": "complaint", "answered": True, "grave": False}
    assert is_asked(rules, **usual)
    for change in ({"channel": "demo"}, {"kind": "spam"}, {"answered": False}, {"grave": True}):
        assert not is_asked(rules, **{**usual, **change})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ask": "Did we help?"}, "needs {link}"),
        ({"ask": ""}, "The message has 1 to"),
        ({"delay_minutes": 10**6}, "14 days"),
        ({"on_bad": "shout"}, "one of nothing"),
    ],
)
def test_words_without_a_link_are_refused(town: Town, change: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        ratings.save_rules(town.access, {**RULES, **change}, now=town.at)


def test_agents_do_not_change_how_people_are_asked(town: Town, alice: Access) -> None:
    with pytest.raises(NotAllowed):
        ratings.save_rules(alice, RULES, now=town.at)

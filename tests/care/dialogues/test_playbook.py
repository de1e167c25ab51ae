"""The dialogues of the playbook, 1 to 13, as they are told in the documents, in every order in which they arrive."""

from datetime import timedelta

import pytest
from tests.care.dialogues.talk import ABOUT, BOT, BOUGHT, BROKEN, CELEBRITY, SO_IS_MINE, Talk, in_any_order
from tests.make import make_member

from hubbub.accounts.core.access import Access
from hubbub.accounts.selectors import enter_as_hubbub
from hubbub.care.core.case import Status
from hubbub.care.core.errors import LookBeforeSending
from hubbub.care.core.routing import Mode
from hubbub.care.selectors import case
from hubbub.care.selectors.routing import RouteLine, why
from hubbub.care.services import cases, routing, work


# 1 ---------------------------------------------------------------------------
def test_1_a_complaint_to_us_is_held_then_due_answered_in_public_and_solved_in_private(talk: Talk) -> None:
    talk.says("jo", BROKEN)
    case = talk.case()
    assert (case.rule, case.decision, case.folder) == ("P7", "hold", "held")
    assert case.not_before == talk.now + timedelta(minutes=10)
    assert case.due_at == talk.now + timedelta(minutes=30), "the service clock starts when it arrived, hold included"

    talk.later(minutes=10)
    assert (talk.case().folder, talk.case().status) == ("needs", Status.NEW)
    talk.we_answer("jo", "We are sorry! Which model is it? Write to us in private and we put it right.")
    assert talk.case().folder == "waiting"

    talk.writes("jo", "It is the 4471, bought in March")
    case = talk.case()
    assert (case.status, case.folder, case.posts) == (Status.OPEN, "needs", 2)
    talk.we_answer("jo", "Jo has a new widget. Thank you for your patience!")
    talk.we_solve("jo")
    assert talk.case().folder == "resolved"


@in_any_order(2)
def test_1_whichever_arrives_first_of_complaint_and_private_message_it_is_one_case(talk: Talk) -> None:
    talk.says("jo", BROKEN)
    talk.writes("jo", "My widget is broken: it is the 4471, bought in March")
    case = talk.case()
    assert (case.posts, case.status) == (2, Status.NEW)
    assert case.due_at is not None


# 2 ---------------------------------------------------------------------------
@in_any_order(3)
def test_2_when_a_stranger_solves_it_we_thank(talk: Talk) -> None:
    first = talk.says("jo", BROKEN)
    talk.answers("dana", first, "@jo @AcmeCustServ hold the reset for 10 s")
    talk.answers("jo", first, "@dana @AcmeCustServ that worked, thanks!")
    solved = [case for case in talk.cases() if case.rule == "P7b"]
    assert [(case.decision, case.queue) for case in solved] == [("thank", "praise")]


def test_2_as_it_happens(talk: Talk) -> None:
    first = talk.says("jo", BROKEN)
    talk.answers("dana", first, "@jo hold the reset for 10 s")
    assert talk.case().folder == "held"
    talk.answers("jo", first, "that worked, thanks!")
    assert (talk.rule(), talk.case().decision, talk.case().queue) == ("P7b", "thank", "praise")


# 3 ---------------------------------------------------------------------------
@in_any_order(2)
def test_3_a_celebrity_is_answered_now_and_bought_followers_change_nothing(talk: Talk) -> None:
    talk.is_someone("star", **CELEBRITY)
    talk.is_someone("shopper", **BOUGHT)
    talk.says("star", BROKEN)
    talk.says("shopper", BROKEN)
    assert (talk.rule("star"), talk.case("star").decision, talk.case("star").folder) == ("P7a", "answer", "needs")
    assert talk.case("star").exposure >= 50_000
    assert (talk.rule("shopper"), talk.case("shopper").folder) == ("P7", "held")


# 4 ---------------------------------------------------------------------------
@in_any_order(2)
def test_4_a_second_voice_turns_a_watch_into_one_case_whichever_arrives_first(talk: Talk) -> None:
    talk.says("kit", ABOUT)
    talk.says("sam", SO_IS_MINE)
    case = talk.case()
    assert (case.rule, case.decision, case.folder) == ("P8a", "intervene", "needs")
    assert (case.posts, case.voices, case.who) == (2, 2, "Kit"), "the first one is helped first"


def test_4_until_then_it_is_watched(talk: Talk) -> None:
    talk.says("kit", ABOUT)
    assert (talk.rule(), talk.case().folder) == ("P8", "watching")
    talk.later(days=6)
    talk.says("sam", SO_IS_MINE)
    assert talk.case().rule == "P8a", "six days later is within the seven"


# 5 ---------------------------------------------------------------------------
@in_any_order(2)
@pytest.mark.parametrize("who", ["second account", "bot", "repost", "employee"])
def test_5_so_is_mine_from_what_is_no_voice_changes_nothing(talk: Talk, who: str) -> None:
    if who == "second account":
        talk.are_one_person("kit", "kit_two")
    if who == "employee":
        talk.we_know("sam", what="employee")
    talk.is_someone("deal82715", **BOT)
    first = talk.says("kit", ABOUT)
    match who:
        case "second account":
            talk.says("kit_two", SO_IS_MINE)
        case "bot":
            talk.says("deal82715", SO_IS_MINE)
        case "repost":
            talk.reposts("sam", first)
        case "employee":
            talk.says("sam", SO_IS_MINE)
    watched = [case for case in talk.cases() if case.folder == "watching"]
    assert {case.rule for case in watched} == {"P8"}
    assert not [case for case in talk.cases() if case.rule == "P8a"]


# 6 ---------------------------------------------------------------------------
@in_any_order(2)
def test_6_the_timeline_says_bought_in_2019_and_nobody_joins_so_the_watch_is_closed(talk: Talk) -> None:
    talk.said_before("kit", "Clearing out the drawers and found the receipt: I bought this widget in 2019.", days=19)
    talk.says("kit", ABOUT)
    talk.says("lou", "My #Acme widget looks lovely in the garden today")  # nobody who joins
    talk.later(minutes=5)
    assert talk.case("kit").folder == "watching"
    (age,) = talk.past("kit")
    assert age.startswith("Has it since 2019")
    assert "I bought this widget in 2019." in age
    talk.later(hours=25)
    assert (talk.rule("kit"), talk.case("kit").status) == ("P8d", Status.CLOSED)


def test_6_the_timeline_tells_of_earlier_contact_and_of_how_often_they_complain(talk: Talk) -> None:
    talk.we_know("kit")  # they wrote to us ninety days ago, and that was solved
    for days in range(2, 8):
        talk.said_before("kit", "The bus is late again, this is terrible service" if days < 6 else "Lunch", days=days)
    talk.said_before("kit", "This #Acme widget stopped working again, so disappointed", days=40)
    talk.says("kit", ABOUT)
    talk.later(minutes=5)
    contact, before, often = talk.past("kit")
    assert contact == "Wrote to us on 26 August 2026: solved."
    assert before.startswith("Spoke of us before: “This #Acme widget")
    assert often.startswith("Complains often: ")


def test_6_somebody_without_a_past_has_none(talk: Talk) -> None:
    talk.says("kit", ABOUT)
    talk.later(minutes=5)
    assert talk.past("kit") == []


# 7: see test_storms.py -------------------------------------------------------


# 8 ---------------------------------------------------------------------------
MARKET = "Anyone know a good widget? Thinking of leaving Nimbrell after the third repair this year."


@in_any_order(2)
def test_8_an_open_question_in_our_market_is_one_to_join_in(talk: Talk) -> None:
    talk.hears_of_rivals()
    talk.says("hanna", MARKET)
    talk.says("lou", "Lovely weather for a walk past the Nimbrell shop")
    case = talk.case("hanna")
    assert (case.rule, case.decision) == ("P12", "join_in")


@in_any_order(3)
def test_8_the_same_inside_a_talk_of_three_friends_is_left_with_the_reason(talk: Talk) -> None:
    talk.hears_of_rivals()
    first = talk.says("faye", "@gus @jude so, I am thinking of leaving Nimbrell. Anyone know a good widget?")
    second = talk.answers("gus", first, "@faye @jude mine is still going, I'll bring it round on Friday")
    talk.answers("jude", second, "@gus @faye thinking of leaving Nimbrell as well. Anyone know a good widget?")
    assert talk.cases() == []
    assert set(talk.rules()) == {"P15"}
    assert "They talk among themselves" in talk.why_left("faye")
    assert "They talk among themselves" in talk.why_left("jude")


# 9 ---------------------------------------------------------------------------
@in_any_order(2)
def test_9_sarcasm_is_a_complaint_or_unsure_and_never_praise(talk: Talk) -> None:
    talk.says("jo", "Great, another update that breaks everything. Well done @AcmeCustServ")
    talk.says("pia", "Shout-out to @AcmeCustServ: a new lid arrived in two days, thank you so much!")
    assert talk.rule("jo") in ("P7", "P4")
    assert talk.rule("pia") == "P10"


# 10 --------------------------------------------------------------------------
@pytest.fixture
def claire(talk: Talk) -> Access:
    """The one who speaks French, from nine to five."""
    claire = make_member(talk.desk, "Claire")
    skill = routing.add_skill(talk.desk, name="French", kind="language", now=talk.now)
    routing.add_need(talk.desk, column="lang", value="fr", skill=skill, level=1, now=talk.now)
    week = ["09:00-17:00"] * 5 + [""] * 2
    routing.save_profile(talk.desk, claire.me, takes=None, limits={}, week=week, skills={skill: 3}, now=talk.now)
    routing.save_routes(talk.desk, [RouteLine("", Mode.TURNS, None)], now=talk.now)
    return claire


@in_any_order(2)
def test_10_a_question_in_french_goes_to_the_one_who_speaks_it_in_her_hours(talk: Talk, claire: Access) -> None:
    alice = make_member(talk.desk, "Alice")
    talk.says(
        "camille",
        "@AcmeCustServ Bonjour, comment changer la langue de mon widget ? Il ne parle plus qu'anglais depuis hier.",
        lang="fr",
    )
    talk.says("jo", BROKEN)
    talk.later(minutes=20)
    number = talk.case("camille").number
    evening = talk.now.replace(hour=19)
    assert (
        why(alice, case(alice, number, evening).line, evening)
        == "Waits: Claire speaks French, but works again Wednesday at 09:00."
    )
    for each in (alice, claire):
        work.seen(each, now=talk.now)
    assert routing.push(enter_as_hubbub(talk.desk.workspace), now=talk.now) == 2
    assert talk.case("camille").owner_id == claire.me
    assert why(alice, case(alice, number, talk.now).line, talk.now).startswith("To Claire: speaks French, ")
    assert talk.case("jo").owner_id in (alice.me, claire.me)


# 11 --------------------------------------------------------------------------
VOUCHER = "@AcmeCustServ my widget is broken, claim your voucher here"


@in_any_order(2)
def test_11_a_bot_is_left_and_a_known_customer_whose_account_looks_odd_never_is(talk: Talk) -> None:
    talk.is_someone("ann38174", **BOT)
    talk.we_know("ann38174")
    talk.is_someone("deal82715", **BOT)
    talk.says("deal82715", VOUCHER)
    talk.says("ann38174", VOUCHER)
    assert [case.rule for case in talk.cases()] == ["P7"]
    assert talk.rule("ann38174") == "P7"
    assert "P3" in talk.rules()


# 12 --------------------------------------------------------------------------
@in_any_order(3)
def test_12_the_same_question_in_public_is_held_in_private_answered_and_a_hello_asks_a_person(talk: Talk) -> None:
    talk.says("jo", "@AcmeCustServ how do I reset it?")
    talk.writes("ann", "how do I reset it?")
    talk.says("bea", "hi @AcmeCustServ 👋")
    assert (talk.rule("jo"), talk.case("jo").decision) == ("P7", "hold")
    assert (talk.rule("ann"), talk.case("ann").decision) == ("P6", "answer")
    assert (talk.rule("bea"), talk.case("bea").decision) == ("P14", "ask")


# 13 --------------------------------------------------------------------------
@in_any_order(2)
def test_13_a_promise_of_compensation_in_public_is_warned_of_before_it_is_sent(talk: Talk) -> None:
    first = talk.says("jo", BROKEN)
    talk.answers("lou", first, "@jo @AcmeCustServ they will sort it out, they are nice")
    promise = "Sorry! We will pay you £50 compensation for this."
    with pytest.raises(LookBeforeSending):
        talk.we_answer("jo", promise)
    assert talk.case("jo").folder in ("held", "needs")
    cases.reply(talk.desk, talk.case("jo").number, text=promise, confirmed=True, now=talk.now)
    assert talk.case("jo").folder == "waiting"


# A1: belligerent -------------------------------------------------------------
@in_any_order(2)
def test_belligerent_with_a_point_is_helped_like_anyone_and_the_lead_is_told(talk: Talk) -> None:
    talk.says("rowan", "@AcmeCustServ you useless idiots, my widget has been broken for 5 days now!")
    talk.says("jo", "@AcmeCustServ how do I reset it?")
    case = talk.case("rowan")
    assert (case.rule, case.decision, case.folder) == ("P7", "hold", "held"), "the merits decide"
    assert case.alert, "the lead is told"
    assert [each["rule"] for each in case.advice] == ["A1"]
    assert "Offer private once, and stay polite" in case.advice[0]["say"]
    talk.later(minutes=10)
    assert talk.case("rowan").folder == "needs"


@in_any_order(2)
def test_belligerent_without_a_point_is_neither_ignored_nor_urgent(talk: Talk) -> None:
    talk.says("rowan", "@AcmeCustServ you are idiots, the whole bunch of you")
    talk.says("jo", "@AcmeCustServ how do I reset it?")
    case = talk.case("rowan")
    assert case.rule in ("P4", "P7", "P14"), "somebody spoke to us: never silent by rule"
    assert case.alert
    assert [each["rule"] for each in case.advice] == ["A1"]
    assert case.due_at is not None
    assert case.due_at > talk.now, "the crowd sees it: nothing is due at once"


@in_any_order(3)
def test_belligerent_in_a_thread_does_not_take_the_help_from_who_asked_politely(talk: Talk) -> None:
    first = talk.says("jo", BROKEN)
    talk.answers("rowan", first, "@jo @AcmeCustServ they are idiots, all of them, forget it")
    talk.answers("dana", first, "@jo @AcmeCustServ hold the reset for 10 s")
    case = talk.case("jo")
    assert case.who == "Jo"
    assert case.folder in ("held", "needs")

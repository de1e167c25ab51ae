"""The words rules: what they find, and what they must leave alone."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.care.core.phrases import phrases
from hubbub.care.core.words import (
    Severity,
    asks_anyone,
    confirms,
    is_abusive,
    joins_in,
    problem_words,
    severities,
)


@pytest.mark.parametrize(
    "text",
    [
        "it smoked and burnt my hand",
        "my widget got so hot that it scorched the table, and there was smoke",
        "Saw sparks when I plugged it in",
        "The battery is badly swollen",
        "the charger has melted",
        "It overheats and switches off by itself",
        "too hot to touch after ten minutes",
        "my toddler swallowed one of the magnets",
        "My widget caught fire!!",
        "The charger is on fire right now",
        "my toaster set the kitchen on fire",
        "there is smoke coming out of the dishwasher",
        "The battery exploded in my bag",
        "I got an electric shock from your kettle",
        "it gave me a nasty shock",
        "We smell gas since the engineer left",
        "my son was choking on the small part",
        "He's been injured by the broken glass",
        "found glass in my salad",
        "My daughter ended up in hospital after your prawns",
        "cut my finger on the sharp edge",
        "The brakes failed on the motorway",
        "burning smell from the router",
        "it nearly killed us",
        "allergic reaction, nothing on the label",
        "I can't believe it caught fire",
        "Das Ladegerät brennt!",
        "la batterie a pris feu",
        "mi hijo está herido",
        "THE PHONE EXPLODED",
    ],
)
def test_danger_to_people_is_found(text: str) -> None:
    assert Severity.DANGER in severities(text)


@pytest.mark.parametrize(
    "text",
    [
        "this deal is fire",
        "they follow a scorched earth policy with their old customers",
        "the weather is scorching",
        "your new record melted my heart",
        "too hot to sleep tonight",
        "on fire today",
        "The team is on fire!",
        "you guys are on fire 🔥",
        "sales are on fire this week",
        "my Fire stick does not pair",
        "burnt toast for breakfast again",
        "I burned 500 calories",
        "no smoke, no fire, it just stopped",
        "Nobody was injured, thank you for asking",
        "it didn't catch fire but it got warm",
        "shocked at the price",
        "my phone is blowing up since that post",
        "adding insult to injury",
        "no smoking room please",
        "smoked salmon was lovely",
        "a slow burn of a film",
        "My widget has been broken for 5 days now. Its disgusting!",
        "how do I reset it?",
        "",
    ],
)
def test_harmless_fire_and_smoke_are_no_danger(text: str) -> None:
    assert Severity.DANGER not in severities(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("You will hear from my lawyer", True),
        ("I'll see you in court", True),
        ("going to sue you for this", True),
        ("reporting you to Trading Standards", True),
        ("taking this to the ombudsman", True),
        ("small claims it is then", True),
        ("Das geht an meinen Anwalt", True),
        ("je vais porter plainte", True),
        ("see you at the tennis court", False),
        ("the ball is in your court", False),
        ("thanks Sue, that was quick", False),
        ("lovely food court", False),
        ("I'm not going to court over a widget", True),  # still a word a lead should see
    ],
)
def test_a_legal_threat_is_told_from_tennis(text: str, expected: bool) -> None:
    assert (Severity.LEGAL in severities(text)) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my data was leaked by you", True),
        ("my card details have been stolen", True),
        ("I logged in and can see someone else's account", True),
        ("why do I see another customer's orders", True),
        ("your app shows me a stranger's address", True),
        ("you leaked my email address", True),
        ("another data breach", True),
        ("you published our phone number", True),
        ("Datenleck bei euch?", True),
        ("the tap is leaking", False),
        ("how do I change my address?", False),
        ("you delivered someone else's parcel", False),
        ("someone else has the same widget", False),
        ("my details have changed", False),
    ],
)
def test_a_leak_of_data_is_told_from_a_leaking_tap(text: str, expected: bool) -> None:
    assert (Severity.LEAK in severities(text)) is expected


def test_money_delay_and_annoyance_are_found_side_by_side() -> None:
    assert severities("Still waiting for my refund. Disgusting!") == {
        Severity.MONEY,
        Severity.DELAY,
        Severity.ANNOYANCE,
    }
    assert severities("you charged me twice") == {Severity.MONEY}
    assert severities("broken for 5 days") == {Severity.DELAY}
    assert severities("hello there") == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "anyone?",
        "Anyone else have this?",
        "what can I do?",
        "What should we do now",
        "any ideas",
        "any good tips?",
        "can anyone help me",
        "does anybody know a trick",
        "Hat jemand eine Idee?",
        "que faire ?",
        "¿alguien sabe algo?",
    ],
)
def test_asking_whoever_reads_it(text: str) -> None:
    assert asks_anyone(text)


@pytest.mark.parametrize(
    "text", ["My widget is broken", "I told everyone", "how do I reset it?", "somebody stole my bike", "no idea", ""]
)
def test_not_asking_whoever_reads_it(text: str) -> None:
    assert not asks_anyone(text)


@pytest.mark.parametrize(
    "text",
    [
        "that worked, thanks!",
        "sorted",
        "@bob Sorted, cheers",
        "thank you so much",
        "Thanks!",
        "yes! fixed now",
        "all working again",
        "It works now",
        "that did the trick",
        "problem solved",
        "you're a star",
        "hat geklappt, danke",
        "merci beaucoup",
        "ça marche, merci",
        "ya funciona, gracias",
        "@AcmeCustServ thanks, it's fixed",
    ],
)
def test_the_author_confirms(text: str) -> None:
    assert confirms(text)


@pytest.mark.parametrize(
    "text",
    [
        "no thanks",
        "No, thank you",
        "thanks for nothing",
        "Thanks for losing my bag",
        "thanks a lot for nothing",
        "Thanks Acme for another wasted day",
        "thanks but it is still broken",
        "that didn't work",
        "tried it, still the same",
        "still not working, thanks",
        "did that work?",
        "that worked?",
        "Please fix this. Thanks",
        "can you call me? thanks",
        "thanks in advance",
        "if that works I'll tell you",
        "it worked fine until yesterday",
        "Mine did that. Leave it off for ten minutes, worked for me",
        "hope it gets fixed",
        "thanks to you I missed my train",
        "My widget is broken",
        "",
    ],
)
def test_the_author_does_not_confirm(text: str) -> None:
    assert not confirms(text)


def test_both_widgets_share_the_problem_of_failing() -> None:
    first = problem_words("My #Acme widget has been broken for 5 days now. Its disgusting!")
    second = problem_words("So's mine. I'm now on my third #Acme widget…they are so unreliable.")
    assert first == second == {"failure"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("it won't turn on", {"failure"}),
        ("app keeps crashing since the update", {"failure"}),
        ("my parcel never arrived", {"delivery"}),
        ("you charged me twice", {"billing"}),
        ("no internet since Monday", {"connection"}),
        ("can't log in, password reset does nothing", {"login"}),
        ("rude staff and cold food, the pizza was stale", {"service", "quality"}),
        ("you lost my suitcase", {"luggage"}),
        ("flight delayed two hours late", {"delay"}),
        ("mein Gerät ist kaputt", {"failure"}),
        ("mon colis est en retard", {"delivery", "delay"}),
        ("no funciona", {"failure"}),
        ("it is not broken, I just want another colour", set()),
        ("love my new widget", set()),
    ],
)
def test_problems_have_one_name_whatever_the_words(text: str, expected: set[str]) -> None:
    assert problem_words(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "So's mine. They are so unreliable",
        "me too",
        "@bob Me too!",
        "Me as well",
        "same here",
        "mine too",
        "mine is broken as well",
        "+1",
        "I have the same problem",
        "happened to me too",
        "neither does mine",
        "ditto",
        "@bob same",
        "bei mir auch",
        "moi aussi",
        "a mí también",
        "you're not alone",
    ],
)
def test_joining_in(text: str) -> None:
    assert joins_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "#metoo",
        "mine works fine",
        "call +1 555 0100",
        "the number is +1(555)0100",
        "it takes me too long",
        "the agent was rude to me as well",
        "+1 for dark mode",
        "it is the same colour as my car",
        "My widget is broken",
        "me",
        "",
    ],
)
def test_not_joining_in(text: str) -> None:
    assert not joins_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "you are all idiots",
        "You're a complete moron",
        "fuck you",
        "I will find you and hurt you, i will kill you",
        "hope you all die",
        "kill yourself",
        "your agent is a stupid cow, she's a bitch",
        "I know where you live",
        "ihr seid Idioten",
        "hijos de puta",
    ],
)
def test_insults_and_threats_at_people_are_abuse(text: str) -> None:
    assert is_abusive(text)


@pytest.mark.parametrize(
    "text",
    [
        "this is shit",
        "what the hell, it's a bloody joke",
        "worst fucking update ever",
        "I feel like an idiot for buying this",
        "your service is useless",
        "this phone is killing me",
        "I could kill for a coffee",
        "you suck",
        "why the fuck you close at five",
        "my dog is a good boy",
        "",
    ],
)
def test_swearing_at_a_thing_is_no_abuse(text: str) -> None:
    assert not is_abusive(text)


def test_curly_apostrophes_capitals_and_spaces_change_nothing() -> None:
    assert (
        joins_in("SO’S   MINE")
        and confirms("That  Worked,\nTHANKS")
        and problem_words("It won’t turn on") == {"failure"}
    )


def test_a_phrase_is_alternatives_gaps_and_lists() -> None:
    rule = phrases("call|ring .. <when> (very) early\n#_times", when="tomorrow today")
    assert rule.search("please call me back tomorrow early") and rule.search("ring today very early")
    assert rule.search("I said it 12 times")
    assert not rule.search("recall today early") and not rule.search("call one two three four today early")


ANY_TEXT = st.text(max_size=300) | st.text(string.printable, max_size=300)


@given(ANY_TEXT)
def test_any_text_gets_an_answer_and_the_same_one_twice(text: str) -> None:
    for rule in (severities, problem_words, asks_anyone, joins_in, confirms, is_abusive):
        assert rule(text) == rule(text)


def test_a_huge_text_is_read_from_its_beginning() -> None:
    filler = "a b " * 25_000
    assert severities("it caught fire " + filler) == {Severity.DANGER}
    assert severities(filler + "it caught fire") == frozenset()

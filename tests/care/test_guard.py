"""The guard in front of a public reply: it warns of promises and data, and leaves kindness alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.care.core import guard
from hubbub.care.core.guard import Risk, is_delicate, warnings


def risks(text: str) -> set[Risk]:
    return {each.kind for each in warnings(text)}


@pytest.mark.parametrize(
    "draft",
    [
        "We will compensate you for the trouble.",
        "We'll refund you £50 straight away!",
        "I can offer you a £20 voucher.",
        "We’ve credited your account with $15",
        "Here's a 20% discount code: SORRY20",
        "As a gesture of goodwill, please accept this voucher",
        "You will get a full refund within five days.",
        "You'll be reimbursed, of course",
        "Happy to send you a gift card",
        "Let us give you a free month",
        "you'll get your money back",
        "The next coffee is on us",
        "We'd like to offer you some compensation",
        "Wir erstatten Ihnen den Betrag",
        "nous vous remboursons",
        "le reembolsamos",
    ],
)
def test_a_promise_of_compensation_is_warned_of(draft: str) -> None:
    assert Risk.COMPENSATION in risks(draft)


@pytest.mark.parametrize(
    "draft",
    [
        "We're sorry about this. Which model do you have?",
        "How refunds work is explained on our help pages.",
        "Which voucher code did you use?",
        "The widget costs £50 in our shop.",
        "We can't offer refunds here, but we'll look into it",
        "Your credit card will not be charged before delivery",
        "Please keep the receipt.",
        "We will send you an engineer on Monday",
        "Thank you, your feedback helps us!",
    ],
)
def test_speaking_of_money_is_no_promise(draft: str) -> None:
    assert Risk.COMPENSATION not in risks(draft)


@pytest.mark.parametrize(
    "draft",
    [
        "This was our fault.",
        "It's our mistake entirely",
        "We are liable for the damage",
        "we're fully responsible for this",
        "We accept responsibility for the leak",
        "We take full responsibility",
        "We admit liability",
        "There was an error on our side",
        "We got this wrong.",
        "You are entitled to a new one",
        "Das war unser Fehler",
        "c'est notre faute",
        "es culpa nuestra: nuestro error",
    ],
)
def test_an_admission_of_liability_is_warned_of(draft: str) -> None:
    assert Risk.LIABILITY in risks(draft)


@pytest.mark.parametrize(
    "draft",
    [
        "We're sorry.",
        "We're so sorry to hear that, and we'll make sure it's looked at.",
        "Sorry for the wait! An engineer is on the way.",
        "I'll take ownership of this and get back to you today.",
        "It is not our fault that it rained",
        "The team responsible for widgets is looking at it",
        "Sorry you had to wait. What does the screen say?",
    ],
)
def test_sorry_alone_is_no_liability(draft: str) -> None:
    assert risks(draft) == set()


@pytest.mark.parametrize(
    "draft",
    [
        "Is your e-mail still mia.miller77@mail.example?",
        "We called you on +44 7700 900123 twice",
        "Is 07700 900 123 still right?",
        "Your order number 4471-99812 left today",
        "Order #A1234567 is on its way",
        "I see account number 12345678",
        "Your card 4111 1111 1111 1111 was declined",
        "We paid to GB82 WEST 1234 5698 7654 32 today",
        "The parcel went to 12 Rose Hill Lane",
        "Wir haben an Gartenstraße 12 geliefert",
        "Envoyé au 5 rue de la Paix",
        "sent to SW1A 1AA",
        "I have your date of birth as 12/03/1981",
        "born on 3rd of March 1981, right?",
        "Please send us your order number",
        "Can you tell us your full name and date of birth?",
        "What's your email address?",
        "Could you share your postcode?",
        "Please confirm your phone number.",
        "Please DM us your password",
        "sort code 12-34-56",
    ],
)
def test_personal_data_asked_or_given_is_warned_of(draft: str) -> None:
    assert risks(draft) == {Risk.PERSONAL_DATA}


@pytest.mark.parametrize(
    "draft",
    [
        "Please DM us your order number",
        "Could you send us your order number? A private message is best.",
        "Please send your details in a private message, not here.",
        "Write to us at help@acme.example",
        "Call us on 0800 123 4567",
        "Please share your details here: https://acme.example/secure",
        "Let us know the details of what happened",
        "May we have the name of the shop?",
        "Our Lagos office on (+234) 70 94250 556 is open until five",
        "You can reach us on +44 20 7946 0000 until six",
        "Our shop is at 12 High Street",
        "The sale ends on 12/03/2025",
        "It takes 10 - 14 days",
        "Model 4711 has 2000000 parts",
        "Hold the button for 10 seconds",
        "The number 4111 1111 1111 1112 is an example",
        "The widget weighs 1.200,50 g and costs 1,000,000",
        "See https://acme.example/help/123456",
        "order now",
        "Hi! What does the display say?",
    ],
)
def test_public_numbers_and_private_ways_are_fine(draft: str) -> None:
    assert risks(draft) == set()


def test_a_draft_that_promises_compensation_is_warned_of_before_it_is_sent() -> None:
    (warning,) = warnings("So sorry! We'll compensate you with a £30 voucher, just tell me which shop.")
    assert warning.kind is Risk.COMPENSATION
    assert warning.words == ("We'll compensate", "£30")
    assert warning.advice.startswith("Offer this privately:")


def test_each_risk_is_named_once_with_all_its_words() -> None:
    found = warnings("Our fault, our fault! We'll refund you €10. Is bob@mail.example right?")
    assert [each.kind for each in found] == list(Risk)
    assert [each.words for each in found] == [
        ("We'll refund", "€10"),
        ("Our fault", "our fault"),
        ("bob@mail.example",),
    ]


def test_the_words_of_a_warning_stand_in_the_draft() -> None:
    draft = "We’ll refund you\n£5, order number AB12345"
    for warning in warnings(draft):
        assert all(words in " ".join(draft.replace("’", "'").split()) for words in warning.words)


@given(st.text(max_size=400))
def test_any_draft_gets_an_answer(draft: str) -> None:
    found = warnings(draft)
    assert len({each.kind for each in found}) == len(found)
    assert all(each.words and each.advice.endswith(".") for each in found)


def test_a_huge_draft_is_read_to_its_end() -> None:
    assert risks("Hello there. " * 20_000 + "This was our fault.") == {Risk.LIABILITY}


PIECES = [
    "rue Étienne", "12 rue de l'Ävenue Été", "Straße 12", "Königsallee 4", "Bahnhofstraße 17",
    "Große Straße", "né le 3 mai 1980", "née le", "1.2.1980", "3rd of märz 80", "date of birth: ",
    "born on", "geboren am ", "calle Ángel, nº 12", "Avenida Ñu 7", "DE89 3704 0044 0532 0130 00",
    "4111 1111 1111 1111", "４１１１ 1111 1111 1111", "+49 (0)171 1234567", "٠١٧١ 1234567", "£1234567890",
    "é@b.example", "bürger@straße.example", "ab@cd.ef", "@name", "order no: AB-12345", "Kundennr. K12345",
    "ACCOUNT ſ 12345", "sort code 12-34-56", "SW1A 1AA", "COMPENSATİON", "compensate", "lıability",
    "liable", "damages", "5", " ", "\u00a0", "—", "é", "İ", "ﬁ",
]  # fmt: skip


@given(
    st.lists(st.sampled_from(PIECES), max_size=6).map(" ".join)
    | st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
)
def test_no_text_that_gives_something_away_is_passed_over(text: str) -> None:
    found = is_delicate(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guard._SUSPECTS, "of", lambda _: {"any"})
        assert found == is_delicate(text)

"""Taking names, handles, addresses and numbers out of texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.care.core.knowledge.taking_out import Taken, parts_of, take_out

JO = dict.fromkeys(parts_of("Jo Lee"), "{name}") | {"jolee_widgets": "{name}"}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Hi Jo, hold the reset for 10 s. ^AL", "Hi {name}, hold the reset for 10 s."),
        ("@jolee_widgets Hold the reset for 10 s.", "Hold the reset for 10 s."),
        ("Mail jo.lee@example.org or support@acme.example.", "Mail [address] or support@acme.example."),
        ("Your order AB-4711 left today", "Your order [number] left today"),
        ("order number is 99", "order number is [number]"),
        ("My IBAN is DE89 3704 0044 0532 0130 00 thanks", "My IBAN is [number] thanks"),
        ("I can be reached on 0161 496 0000", "I can be reached on [number]"),
        ("Please call us on 0161 496 0000", "Please call us on 0161 496 0000"),
        ("Ring 0800 123 1234, it is free", "Ring 0800 123 1234, it is free"),
        ("It cost £12,500 on 2026-11-24", "It cost £12,500 on 2026-11-24"),
        ("AA-00800 came up", "[number] came up"),
        ("Serial W100720 broke after 5 days", "Serial [number] broke after 5 days"),
        ("parcel 1Z999AA10123456784", "parcel [number]"),
        ("Send it to 12 Baker Street please", "Send it to [address] please"),
        ("My name is Erika Mustermann and it rattles", "My name is [name] and it rattles"),
        ("Dear Ms Fischer, it rattles", "Dear Ms [name], it rattles"),
        ("Thanks a lot, it works", "Thanks a lot, it works"),
        ("Hello Acme, it rattles", "Hello Acme, it rattles"),
        ("ask @sam.example or @kim@town.example there", "ask [name] or [name] there"),
        ("See https://acme.example/reset?customer=4711#jo here", "See https://acme.example/reset here"),
        ("See https://acme.example/orders/12345678 here", "See [link] here"),
        ("It rattles.\n\nKind regards\nErika M.\nAcme Ltd", "It rattles."),
        ("Lee, will Jo’s WILL work? JO LEE asks", "{name}, will {name}’s WILL work? {name} asks"),
        ("Born on 3 May 1980, it rattles", "[date], it rattles"),
        ("The WX-10 rattles at 3.5 bar, 10 times", "The WX-10 rattles at 3.5 bar, 10 times"),
    ],
)  # fmt: skip
def test_what_says_who_somebody_is_leaves_a_text(text: str, left: str) -> None:
    assert take_out(text, JO, keep=["Acme"]).text == left


def test_what_was_taken_out_is_told_with_its_kind() -> None:
    taken = take_out("Hi Jo, order AB-4711, mail jo@example.org, see @sam", JO).taken
    assert set(taken) == {
        Taken("name", "Jo"), Taken("number", "AB-4711"), Taken("mail address", "jo@example.org"),
        Taken("handle", "@sam"),
    }  # fmt: skip


letters = st.text("abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=10)
private = st.one_of(
    st.builds("{}.{}@{}.example".format, letters, letters, letters),
    st.builds("@{}_x1".format, letters),
    st.from_regex(r"[A-Z]{2}-?[0-9]{5,9}", fullmatch=True),
    st.from_regex(r"\+49 30 [1-9][0-9]{6}", fullmatch=True),
    st.from_regex(r"[1-9][0-9]{7,11}", fullmatch=True),
    letters.map(str.title).map("Qq{}".format),
)
around = st.sampled_from(
    [
        "{} came up",
        "it is {}.",
        "Please (see {}) again",
        "a\n{}\nb",
        "“{}”",
        "first {}, then nothing",
        "Hello {}! Well",
    ]
)


@given(private, around, around)
def test_nothing_private_survives_wherever_it_stands(secret: str, one: str, two: str) -> None:
    text = f"Well, {one.format(secret)} and {two.format(secret)}"
    cleaned = take_out(text, dict.fromkeys(parts_of(secret), "[name]") if secret.startswith("Qq") else {})
    assert secret not in cleaned.text
    assert cleaned.taken


@given(st.text(max_size=300))
def test_any_text_is_taken_and_a_clean_one_stays_as_it_is(text: str) -> None:
    once = take_out(text, JO)
    assert take_out(once.text, JO).text == once.text

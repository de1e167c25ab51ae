"""Whether two accounts are one person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.care.core.customers.contacts import told
from hubbub.care.core.customers.matching import MAYBE, SURE, Profile, likeness, plain_handle, traits


def jo(account: int = 1, channel: str = "bluesky", name: str = "Jo Lee", handle: str = "", **more: str) -> Profile:
    sets = {key: frozenset(value.split()) for key, value in more.items()}
    return Profile(account, channel, name, handle, **sets)


def test_an_address_that_both_have_is_proof() -> None:
    found = likeness(jo(mails="jo@example.org"), jo(2, "mail", "J.", mails="jo@example.org"))
    assert found.sure and found.reasons[0] == "the same e-mail address, jo@example.org"


def test_a_name_and_a_handle_are_never_proof_however_well_they_fit() -> None:
    found = likeness(jo(handle="jolee_widgets"), jo(2, "mastodon", handle="jolee_widgets@other.example"))
    assert MAYBE <= found.p < SURE
    assert not found.sure
    assert found.reasons == ("the same handle, jolee_widgets", "the same name, Jo Lee")


@pytest.mark.parametrize(
    "other",
    [
        jo(2, "mastodon", "Jo Lee"),  # a name alone
        jo(2, "mastodon", "Max Winter", handle="jolee"),  # another name
        jo(2, "bluesky", "Jo Lee"),
        jo(2, "mastodon", ""),
    ],
)
def test_a_little_alike_is_not_worth_a_question(other: Profile) -> None:
    assert likeness(jo(handle="jolee"), other).p < MAYBE


def test_another_name_weakens_even_proof() -> None:
    same = likeness(jo(phones="+49301234567"), jo(2, "phone", "Jo Lee", phones="+49301234567"))
    other = likeness(jo(phones="+49301234567"), jo(2, "phone", "Max Winter", phones="+49301234567"))
    assert other.p < same.p
    assert "other names" in other.reasons


PROFILES = st.builds(
    Profile,
    st.integers(1, 9),
    st.sampled_from(["mail", "phone", "bluesky", "mastodon", "chat"]),
    st.text(max_size=30),
    st.text(max_size=30),
    st.frozensets(st.sampled_from(["jo@example.org", "a@b.example"]), max_size=2),
    st.frozensets(st.sampled_from(["+4930123456", "+441234567890"]), max_size=2),
    st.frozensets(st.sampled_from(["W-1", "W-2"]), max_size=1),
)


@given(PROFILES, PROFILES)
def test_it_is_the_same_from_both_sides_and_what_is_sure_has_a_trait_in_common(one: Profile, other: Profile) -> None:
    found, back = likeness(one, other), likeness(other, one)
    assert (found.p, found.sure) == (back.p, back.sure)
    assert 0 <= found.p <= 1
    if found.sure:
        assert traits(one) & traits(other)


@pytest.mark.parametrize(
    ("text", "mails", "phones"),
    [
        ("My number is 030 1234567, thanks", set(), {"+49301234567"}),
        ("mail me: Jo.Lee@Example.org.", {"jo.lee@example.org"}, set()),
        ("I wrote to help@shop.example last week", set(), set()),  # not said to be theirs
        ("order 4711-0815-2222 for 1,200.50 €", set(), set()),
        ("call me on our@acme.example", set(), set()),  # ours
    ],
)
def test_what_somebody_says_is_theirs(text: str, mails: set[str], phones: set[str]) -> None:
    assert told(text, ours=frozenset({"our@acme.example"}), country="49") == (mails, phones)


def test_a_handle_is_the_same_on_every_network() -> None:
    assert {plain_handle(each) for each in ("@Jo_Lée", "jolee.bsky.social", "jo-lee@mastodon.example")} == {"jolee"}

"""How much an account weighs: bots, bought followers, and what stays unknown."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.influence.core.weight import Profile, Weight, p_seen, weight

NOON = datetime(2025, 3, 4, 12, tzinfo=UTC)
MIA = Profile(
    handle="mia_miller",
    name="Mia Miller",
    followers=340,
    follows=280,
    posts=2_400,
    reactions=3.0,
    joined_at=NOON - timedelta(days=1_200),
)
CELEBRITY = Profile(
    handle="charlieplays",
    name="Charlie",
    followers=500_000,
    follows=300,
    posts=12_000,
    reactions=2_000.0,
    joined_at=NOON - timedelta(days=3_500),
)
BOUGHT = replace(CELEBRITY, posts=80, reactions=0.0, follows=120_000, joined_at=NOON - timedelta(days=60))


def test_one_in_nine_followers_sees_a_post_and_one_in_seven_with_more_sittings() -> None:
    assert p_seen() == pytest.approx(0.118, abs=0.001)
    assert p_seen(1.25) == pytest.approx(1 / 7, abs=0.001)


def test_a_person_reaches_a_share_of_the_followers_and_is_no_bot() -> None:
    found = weight(MIA, NOON)
    assert found.reach == pytest.approx(340 * p_seen())
    assert found.p_bot < 0.1
    assert found.reasons[0] == "340 followers"


def test_an_old_active_account_with_half_a_million_followers_reaches_fifty_thousand() -> None:
    found = weight(CELEBRITY, NOON)
    assert found.reach >= 50_000
    assert found.p_bot < 0.1


@pytest.mark.parametrize(
    "profile",
    [
        BOUGHT,
        replace(BOUGHT, reactions=None),
        replace(BOUGHT, follows=None, joined_at=None),
        replace(CELEBRITY, reactions=3.0),
    ],
)
def test_half_a_million_bought_followers_reach_far_fewer(profile: Profile) -> None:
    found = weight(profile, NOON)
    assert found.reach < 25_000
    assert any("new followers a day" in reason or "reactions to a post" in reason for reason in found.reasons)


def test_following_back_in_bulk_counts_less() -> None:
    swapped = weight(replace(MIA, followers=20_000, follows=19_500, reactions=30.0), NOON)
    plain = weight(replace(MIA, followers=20_000, follows=300, reactions=30.0), NOON)
    assert swapped.reach == pytest.approx(0.6 * plain.reach)
    assert "follows 19,500: many follow only to be followed" in swapped.reasons


def test_what_is_unknown_stays_a_small_guess_with_a_wide_interval() -> None:
    found = weight(Profile(handle="bob"), NOON)
    assert found.p_bot == pytest.approx(0.1)
    assert 0 == found.reach_low < found.reach < 100 < found.reach_high
    assert found.reasons == (
        "how many follow is unknown, so the reach is a guess",
        "whether it is a bot is unknown",
    )


@pytest.mark.parametrize(
    ("profile", "reason"),
    [
        (replace(MIA, posts=400_000), "posts 333 times a day"),
        (replace(MIA, handle="mia83920174", name="Mia"), "8 digits in the name"),
        (replace(MIA, handle="weather_bot"), "calls itself a bot"),
        (replace(MIA, name="Weather Bot"), "calls itself a bot"),
        (replace(MIA, bio="Automated. Posts the weather every 30 minutes"), "its own words say it is automatic"),
        (replace(MIA, follows=4_800, followers=12), "follows 4,800, followed by 12"),
        (replace(MIA, reactions=0.0), "nobody reacts"),
        (replace(MIA, joined_at=NOON - timedelta(days=3)), "joined 3 days ago"),
        (replace(MIA, has_avatar=False), "has no picture"),
        (replace(MIA, bio=""), "says nothing about itself"),
        (replace(MIA, bio="Claim your FREE voucher"), "its own words offer something for free"),
        (replace(MIA, follows=0), "posts, but follows nobody"),
    ],
)
def test_every_sign_of_a_bot_raises_the_likelihood_and_is_told(profile: Profile, reason: str) -> None:
    found = weight(profile, NOON)
    assert reason in found.reasons
    assert found.p_bot > weight(MIA, NOON).p_bot


def test_a_spam_account_adds_up_to_a_likely_bot() -> None:
    spammer = Profile(
        handle="claim83920174",
        name="Claim Centre",
        followers=12,
        follows=4_000,
        posts=40_000,
        reactions=0.01,
        joined_at=NOON - timedelta(days=40),
        bio="Claim yours today!!!",
    )
    assert weight(spammer, NOON).p_bot > 0.9


@pytest.mark.parametrize("name", ["Abbott", "robotics fan", "Bottega", "Talbot_77", "jo_talbot"])
def test_names_that_only_hold_the_letters_are_no_bots(name: str) -> None:
    assert "calls itself a bot" not in weight(replace(MIA, handle=name.replace(" ", "_"), name=name), NOON).reasons


COUNTS = st.none() | st.integers(0, 2**53)
MOMENTS = st.none() | st.datetimes(timezones=st.just(UTC))
PROFILES = st.builds(
    Profile,
    handle=st.text(max_size=40),
    name=st.text(max_size=40),
    followers=COUNTS,
    follows=COUNTS,
    posts=COUNTS,
    reactions=st.none() | st.floats(0, 1e9),
    joined_at=MOMENTS,
    bio=st.none() | st.text(max_size=100),
    has_avatar=st.none() | st.booleans(),
)


@given(PROFILES)
def test_any_profile_gets_a_bounded_weight(profile: Profile) -> None:
    found = weight(profile, NOON)
    assert 0 < found.p_bot < 1
    assert 0 <= found.reach_low <= found.reach <= found.reach_high
    assert profile.followers is None or found.reach_high <= profile.followers
    assert found.reasons
    assert found == weight(profile, NOON) and isinstance(found, Weight)


@given(PROFILES, st.integers(0, 10**7))
def test_more_reactions_never_lower_the_reach(profile: Profile, more: int) -> None:
    some = replace(profile, reactions=10.0)
    assert weight(replace(some, reactions=10.0 + more), NOON).reach >= weight(some, NOON).reach

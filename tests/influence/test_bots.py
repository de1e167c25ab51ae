"""How likely an account is a bot: signs that never turn round, reasons in words, and answers where little is known."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.influence.core.bots.account import FACTS, Account, columns, facts_of, facts_of_many
from hubbub.influence.core.bots.likelihood import likelihood
from hubbub.influence.core.bots.model import Model
from hubbub.influence.core.bots.signs import BY_HAND, SIGNS
from hubbub.influence.core.weight import Profile, weight
from hubbub.kernel.errors import InvalidInput

NOON = datetime(2025, 3, 4, 12, tzinfo=UTC)
MIA = Account(
    handle="mia_miller",
    name="Mia Miller",
    followers=340,
    follows=280,
    posts=2_400,
    likes=3_100,
    listed=4,
    joined_at=NOON - timedelta(days=1_200),
    bio="Nurse. Nights.",
    place="Leeds",
    link="",
    verified=False,
    has_avatar=True,
    own_look=True,
)
CHURNER = replace(MIA, followers=40, follows=2_900, posts=15, likes=0, listed=0, joined_at=NOON - timedelta(days=20))

ACCOUNTS = st.builds(
    Account,
    handle=st.text(max_size=30),
    name=st.text(max_size=30),
    followers=st.none() | st.integers(0, 2**40),
    follows=st.none() | st.integers(0, 2**40),
    posts=st.none() | st.integers(0, 2**40),
    likes=st.none() | st.integers(0, 2**40),
    listed=st.none() | st.integers(0, 2**40),
    joined_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    bio=st.none() | st.text(max_size=60),
    place=st.none() | st.text(max_size=10),
    verified=st.none() | st.booleans(),
    has_avatar=st.none() | st.booleans(),
    own_look=st.none() | st.booleans(),
    copies=st.none() | st.floats(0, 1),
    churn=st.none() | st.floats(0, 1),
)


def p_bot(account: Account) -> float:
    return likelihood(account, NOON).p_bot


def test_a_person_is_hardly_a_bot_and_one_who_follows_thousands_at_once_likely_is() -> None:
    assert p_bot(MIA) < 0.05
    found = likelihood(CHURNER, NOON)
    assert found.p_bot > 0.5
    assert {"follows 2,900, followed by 40", "began to follow 145 a day", "joined 20 days ago"} <= set(found.reasons)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"likes": 0}, "2,400 posts, but liked only 0 of others"),
        ({"place": ""}, "names no place"),
        ({"own_look": False}, "looks as every new account looks"),
        ({"copies": 0.9}, "90% of its posts are near copies of each other"),
        ({"clockwork": 0.95}, "posts as regularly as a clock"),
        ({"in_step": 0.7}, "70% of its posts came in the minute of the same words elsewhere"),
        ({"churn": 0.6}, "takes back 60% of its follows within a week"),
    ],
)
def test_each_sign_makes_a_bot_likelier_and_is_told(change: dict[str, object], reason: str) -> None:
    found = likelihood(replace(MIA, **change), NOON)  # type: ignore[arg-type]
    assert reason in found.reasons
    assert found.p_bot > p_bot(MIA)


def test_what_speaks_for_a_person_is_told_too() -> None:
    found = likelihood(replace(MIA, verified=True, listed=900, likes=20_000), NOON)
    assert {"verified by its network", "on 900 lists of others", "likes what others post: 20,000 times"} <= set(
        found.reasons
    )


def test_of_an_account_that_is_gone_nothing_is_claimed() -> None:
    found = likelihood(replace(CHURNER, gone=True), NOON)
    assert found.p_bot == pytest.approx(0.1) and not found.points
    assert found.reasons == ("the account is gone, so whether it was a bot is unknown",)


def test_an_account_without_posts_is_judged_by_its_profile_and_says_so() -> None:
    found = likelihood(replace(MIA, posts=0, likes=0), NOON)
    assert "has never posted, so only its profile can be judged" in found.reasons
    assert p_bot(MIA) < found.p_bot < 0.9


def test_a_million_followers_bought_overnight_make_nobody_a_person() -> None:
    spammer = Profile("claim83920174", "Claim", 12, 4_000, 40, None, NOON - timedelta(days=40), "Claim yours today!!!")
    before, after = weight(spammer, NOON), weight(replace(spammer, followers=1_000_012, reactions=0.0), NOON)
    honest = likelihood(
        Account("claim83920174", "Claim", 1_000_012, 4_000, 40, joined_at=spammer.joined_at, bio=spammer.bio), NOON
    )
    assert after.p_bot > honest.p_bot
    assert after.p_bot > 0.8 and before.p_bot > 0.8


@given(ACCOUNTS)
@settings(max_examples=60)
def test_one_account_and_many_are_judged_alike(account: Account) -> None:
    alone = likelihood(replace(account, gone=False), NOON)
    many = Model.shipped().likelihoods(facts_of_many([account, MIA], NOON))
    assert many[0] == pytest.approx(alone.p_bot, abs=1e-9)
    assert 0 < alone.p_bot < 1 and alone.reasons is not None


@given(st.sampled_from(SIGNS), st.floats(-12, 20), st.floats(0, 10))
def test_no_curve_turns_round(sign: object, at: float, more: float) -> None:
    model = Model.shipped()
    curve = model.learnt[SIGNS.index(sign)]  # type: ignore[arg-type]
    low, high = np.interp([at, at + more], curve.x, curve.y)
    assert high >= low if sign.points_up else high <= low  # type: ignore[attr-defined]


def test_every_sign_counts_at_least_what_it_must() -> None:
    for sign, curve in zip(SIGNS, Model.shipped().learnt, strict=True):
        rises = np.abs(np.diff(curve.y))
        assert curve.x == pytest.approx(sign.knots, abs=1e-4)
        assert (rises >= np.array(sign.least or (0,) * len(rises)) - 2e-4).all()


def test_what_is_unknown_counts_nothing() -> None:
    assert Model.shipped().points(facts_of(Account(), NOON)) == {"digits": 0.0, "names_itself": 0.0}
    evidence = Model.shipped().evidence(columns(posts=[np.nan, 10.0]))
    assert evidence[0] == 0 and evidence[1] != 0


def test_columns_of_many_say_what_does_not_fit() -> None:
    with pytest.raises(InvalidInput, match="no column 'fans'"):
        columns(fans=[1])
    with pytest.raises(InvalidInput, match="one length"):
        columns(posts=[1, 2], follows=[1])
    assert np.isnan(columns(posts=[-3.0]).posts[0])


def test_signs_by_hand_and_learnt_signs_have_names_of_their_own() -> None:
    names = [sign.name for sign in SIGNS] + [sign.name for sign, _ in BY_HAND]
    assert len(set(names)) == len(names) and {sign.name for sign, _ in BY_HAND} <= set(FACTS)


@pytest.mark.parametrize("follows", [0, 40])
def test_who_joined_to_complain_is_a_customer_until_more_speaks_against_it(follows: int) -> None:
    new = Profile("ada_reed", "Ada Reed", 0, follows, 1, 0.0, NOON)
    assert weight(new, NOON).p_bot < 0.25
    assert weight(replace(new, handle="claim83920174", bio="Claim yours today!!!"), NOON).p_bot > 0.4
    assert weight(replace(new, follows=3_000), NOON).p_bot > 0.7
    assert weight(replace(new, posts=900, joined_at=NOON - timedelta(days=900)), NOON).p_bot > 0.5

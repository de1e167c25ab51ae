"""What happened around a complaint, whatever the order in which it arrived."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.care.core.thread import Look, Said, look

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
NUMBERS = iter(range(1, 10**6))


def says(voice: str, minute: float, **how: Any) -> Said:
    """Something said so many minutes after noon."""
    said_at = NOON + timedelta(minutes=minute)
    return Said(next(NUMBERS), said_at, voice, voice.title(), **{"about_us": True, "reach": 100.0, **how})


def complains(voice: str = "jo", minute: float = 0, **how: Any) -> Said:
    return says(voice, minute, complains=True, **how)


def helps(voice: str = "dana", minute: float = 5, **how: Any) -> Said:
    return says(voice, minute, **how)


def thanks(voice: str = "jo", minute: float = 9) -> Said:
    return says(voice, minute, confirms=True)


def seen(*said: Said, minute: float = 60) -> Look:
    return look(said, now=NOON + timedelta(minutes=minute), window=WEEK)


@pytest.mark.parametrize(
    ("said", "helper"),
    [
        ([complains(), helps(), thanks()], "Dana"),
        ([complains(), helps("dana", 3), helps("eve", 6), thanks()], "Eve"),
        ([complains(), helps()], ""),
        ([complains(), thanks()], ""),
        ([complains(), thanks(minute=4), helps(minute=5)], ""),
        ([complains(), helps(), thanks(), complains(minute=12)], ""),
        ([complains(), helps(speaks=False), thanks()], ""),
        ([complains(), helps(ours=True), thanks()], ""),
        ([complains(), complains("dana", 5), thanks()], ""),
        ([complains(), helps(joins_in=True), thanks()], ""),
        ([complains(), helps(), thanks("dana")], ""),
        ([helps(minute=-5), complains(), thanks()], ""),
        ([complains(), Said(0, NOON + timedelta(minutes=2), "", "", about_us=True), thanks()], "Somebody"),
    ],
)
def test_who_helped_is_who_spoke_last_before_the_author_said_thank_you(said: list[Said], helper: str) -> None:
    found = seen(*said)
    assert (found.helper, found.crowd_solved) == (helper, bool(helper))


@pytest.mark.parametrize(
    ("other", "voices"),
    [
        (complains("ann", 5), 2),
        (says("ann", 5, joins_in=True), 2),
        (says("ann", 5, joins_in=True, about_us=False), 2),
        (complains("ann", 7 * 24 * 60), 2),
        (complains("ann", 7 * 24 * 60 + 1), 1),
        (complains("jo", 5), 1),
        (says("ann", 5), 1),
        (complains("ann", 5, speaks=False), 1),
        (complains("ann", 5, ours=True), 1),
        (complains("", 5), 1),
        (says("ann", -5, joins_in=True, about_us=False), 1),
    ],
)
def test_a_second_voice_is_another_person_with_the_problem_within_the_window(other: Said, voices: int) -> None:
    found = seen(complains(), other)
    assert (found.voices, found.second_voice, found.lead.voice) == (voices, voices > 1, "jo")


def test_who_is_to_be_helped_first_is_the_first_who_complains_about_us() -> None:
    first = complains("kit", 3)
    talk, later, ours = says("eve", 0), complains("sam", 4), complains("us", 1, ours=True)
    nobody, elsewhere = complains("", 1), complains("lou", 2, about_us=False)
    assert seen(later, talk, ours, nobody, elsewhere, first).lead == first
    assert seen(ours, talk).lead == talk
    assert seen(ours).lead == ours


@pytest.mark.parametrize(
    ("word", "again"), [(thanks(), False), (says("jo", 3), True), (says("ann", 3), False), (complains("", 3), False)]
)
def test_writing_again_is_another_word_of_the_same_person_that_is_no_thanks(word: Said, again: bool) -> None:
    assert seen(complains(), word).wrote_again is again


@pytest.mark.parametrize(("who", "asks"), [("jo", True), ("ann", False)])
def test_only_the_author_asks_anyone(who: str, asks: bool) -> None:
    assert seen(complains(), says(who, 2, asks_anyone=True)).asks_anyone is asks


def test_everybody_who_spoke_is_counted_once_and_what_came_within_the_hour_is_growth() -> None:
    said = [
        complains(reach=1_000.0),
        says("jo", 1, reach=9_000.0),  # the same person: seen by the same people
        says("ann", 10, reach=200.0),
        says("bea", 50, reach=30.0),
        says("", 55, reach=4.0),
        says("", 56, reach=5.0),
        says("us", 57, reach=10**6, ours=True),
    ]
    found = seen(*said, minute=75)
    assert (found.exposure, found.growth) == (1_239.0, 39.0)


POSTS = st.lists(
    st.builds(
        Said,
        post=st.integers(1, 10**6),
        said_at=st.integers(-20_000, 20_000).map(lambda minute: NOON + timedelta(minutes=minute)),
        voice=st.sampled_from(["", "jo", "ann", "bea"]),
        name=st.just("Somebody"),
        ours=st.booleans(),
        speaks=st.booleans(),
        about_us=st.booleans(),
        complains=st.booleans(),
        joins_in=st.booleans(),
        confirms=st.booleans(),
        asks_anyone=st.booleans(),
        reach=st.integers(0, 10**6).map(float),
    ),
    min_size=1,
    max_size=7,
    unique_by=lambda each: each.post,
)


@settings(max_examples=60, deadline=None)
@given(POSTS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_plays_no_part(said: list[Said], random: Any) -> None:
    shuffled = list(said)
    random.shuffle(shuffled)
    found = seen(*said)
    assert seen(*shuffled) == found
    assert found.lead in said
    assert not (found.crowd_solved and not any(each.confirms for each in said))
    assert 0 <= found.growth <= found.exposure
    assert found.voices <= len({each.voice for each in said if each.voice and each.speaks and not each.ours}) or 1

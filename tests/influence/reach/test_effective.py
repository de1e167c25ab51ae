"""How many see a post, by hour."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.influence.core.reach.activity import Activity, activity, hour_of_week, usual, zones_of
from hubbub.influence.core.reach.effective import Followers, Reading, best_hours, effective, sittings
from hubbub.influence.core.reach.feed import flow
from hubbub.influence.core.reach.hours import WEEK, own_week, scratch, seen_by_hour
from hubbub.influence.core.reach.visibility import p_seen
from hubbub.kernel.errors import InvalidInput

DAY = 86_400
EVEN = Reading(flow=np.ones(WEEK))  # feeds that move alike at all hours
MONDAY = 4 * DAY  # 5 January 1970


def evenings(n: int, hour: float, *, weeks: int = 4, seed: int = 1) -> Activity:
    """People who act on most days, around one hour UTC."""
    rng = np.random.default_rng(seed)
    days = np.arange(7 * weeks)
    who, day = np.divmod(np.flatnonzero(rng.random(n * len(days)) < 0.7), len(days))
    return activity(who, MONDAY + day * DAY + (hour + rng.normal(0, 1, len(who))) % 24 * 3_600, n)


def with_acts(acts: Activity) -> Followers:
    return replace(Followers.unknown(len(acts)), activity=acts)


def test_of_564_followers_of_whom_nothing_is_known_66_see_a_post_at_any_hour() -> None:
    found = effective(Followers.unknown(564))
    assert found.by_hour == pytest.approx(np.full(WEEK, 66.35), abs=0.01)
    assert found.people == pytest.approx(564 * float(p_seen()))
    assert effective(Followers.unknown(564), Reading(sittings=1.25)).people == pytest.approx(564 / 7)
    low, high = found.between
    assert 25 < low < 35 and 135 < high < 150


@settings(max_examples=25, deadline=None)
@given(st.floats(0.05, 20), st.floats(1, 1e5), st.floats(1, 1e3))
def test_with_all_hours_alike_the_hours_give_the_formula(sits: float, received: float, read: float) -> None:
    found, even = np.zeros(WEEK), np.ones(WEEK)
    seen_by_hour(even, sits, received, read, even, scratch()[0], found)
    assert found == pytest.approx(np.full(WEEK, float(p_seen(received, read, sits))), rel=1e-6)


@pytest.mark.parametrize("zone", [0.0, -5.5, 9.25, 14.0, -14.0])
def test_a_week_of_ones_own_is_what_one_did_and_what_all_do_at_ones_own_hour(zone: float) -> None:
    rng = np.random.default_rng(1)
    hours, counts, all_do = np.sort(rng.choice(WEEK, 30, replace=False)), rng.integers(1, 5, 30) * 1.0, rng.random(WEEK)
    room = scratch()
    own_week(hours, counts, 0, 30, all_do, zone, 20.0, room[0], room[1])
    did = np.zeros(WEEK)
    did[hours] = counts
    near, days = ((np.roll(of, 1) + 2 * of + np.roll(of, -1)) / 4 for of in (did, did.reshape(7, 24).sum(0)))
    whole, part = int(np.floor(zone)), zone % 1
    expected = (1 - part) * np.roll(all_do, -whole) + part * np.roll(all_do, -whole - 1)
    mine = WEEK * (near + np.tile(days, 7) / 7) / 2
    assert room[1][:WEEK] == pytest.approx((mine + 20 * expected) / (counts.sum() + 20))


def test_by_hour_it_is_what_happens_to_people_with_a_day_of_their_own() -> None:
    rng = np.random.default_rng(3)
    week = np.tile(np.r_[np.zeros(8), np.ones(12) * 1.5, np.ones(4) * 1.5], 7)
    flow = np.tile(np.r_[np.full(12, 0.5), np.full(12, 1.5)], 7)
    found = np.zeros(WEEK)
    seen_by_hour(week, 2.0, 900.0, 100.0, flow, scratch()[0], found)
    looks = np.r_[0, np.cumsum(np.tile(np.repeat(week, 60), 3))] * 2.0 / 24 / 60  # minutes of three weeks
    comes = np.r_[0, np.cumsum(np.tile(np.repeat(flow, 60), 3))] * 900 / 24 / 60
    for hour in (3, 12, 23, 166):
        said = hour * 60 + rng.integers(60, size=20_000)
        read = np.minimum(np.searchsorted(looks, looks[said] + rng.exponential(size=said.size)), len(comes) - 1)
        seen = rng.exponential(100.0, said.size) >= comes[read] - comes[said]
        assert float(seen.mean()) == pytest.approx(found[hour], abs=0.01)


def test_an_audience_of_evenings_is_reached_in_the_evening_and_that_is_sure() -> None:
    found = effective(with_acts(evenings(300, 19)), EVEN)
    best = best_hours(found)
    assert {each.hour % 24 for each in best[:7]} <= {17, 18, 19}
    assert best[0].sure and best[0].low < best[0].gain < best[0].high
    assert not best[-1].sure and best[-1].gain < 0
    assert np.mean([each.gain for each in best]) == pytest.approx(0)
    assert [each.people for each in best] == sorted((each.people for each in best), reverse=True)


def test_when_feeds_move_is_part_of_when_to_post() -> None:
    people, night = with_acts(evenings(300, 19)), np.tile(np.r_[np.full(17, 0.2), np.full(7, 2.94)], 7)
    even, late, unseen = (effective(people, Reading(flow=each)) for each in (np.ones(WEEK), night, None))
    assert late.gain[15] - late.gain[18] > even.gain[15] - even.gain[18]
    assert (unseen.gain_high - unseen.gain_low).mean() > 1.5 * (even.gain_high - even.gain_low).mean()
    posts = MONDAY + np.repeat(np.arange(28) * DAY, 3) + np.tile([18, 19, 20], 28) * 3_600
    assert flow(posts)[18:21].min() > 3 > 1 > flow(posts)[3]
    assert flow(posts).mean() == pytest.approx(1)


def test_the_best_hour_is_told_in_the_zone_asked_for() -> None:
    found = effective(with_acts(evenings(300, 23)))
    here, there = best_hours(found), best_hours(found, zone=3)
    assert (here[0].hour + 3) % WEEK == there[0].hour
    assert here[0].people == there[0].people
    assert (there[0].weekday, there[0].clock) == divmod(there[0].hour, 24)


def test_of_few_people_hours_are_known_less_well() -> None:
    few, many = effective(with_acts(evenings(12, 19)), EVEN), effective(with_acts(evenings(1_200, 19)), EVEN)
    width = [float((each.gain_high - each.gain_low)[19]) for each in (few, many)]
    assert width[0] > width[1]
    one = effective(with_acts(evenings(1, 19)), EVEN)
    assert not any(each.sure for each in best_hours(one))


def test_who_never_posts_is_taken_to_be_there_when_others_of_the_zone_are() -> None:
    acts, n = evenings(300, 19), 300
    lurker = replace(acts, starts=np.append(acts.starts, acts.starts[-1]), sittings=np.append(acts.sittings, 0))
    zone = np.append(np.zeros(n), [0.0])
    at_home = effective(replace(Followers.unknown(n + 1), activity=lurker, zone=zone, p_bot=np.append(np.ones(n), 0.0)))
    away = effective(
        replace(
            Followers.unknown(n + 1), activity=lurker, zone=np.append(np.zeros(n), 6.0), p_bot=np.append(np.ones(n), 0)
        )
    )
    assert best_hours(at_home)[0].hour % 24 in (17, 18, 19)
    assert best_hours(away)[0].hour % 24 in (11, 12, 13)


def test_a_zone_is_told_from_hours_where_they_tell() -> None:
    week = usual(np.tile(np.r_[np.zeros(18), 5.0, 10.0, 5.0, np.zeros(3)], 7))
    acts = activity([0] * 20 + [1], MONDAY + np.r_[np.arange(20) * DAY + 14 * 3_600, 0], 3)
    zones = zones_of(acts, week)
    assert zones[0] == pytest.approx(5, abs=1)
    assert np.isnan(zones[1:]).all()


def test_bots_and_the_dormant_see_nothing() -> None:
    half = replace(Followers.unknown(100), p_bot=np.repeat([0.0, 1.0], 50), p_there=np.tile([1.0, 0.5], 50))
    assert effective(half).people == pytest.approx(37.5 * float(p_seen()))


def test_a_feed_known_only_roughly_moves_the_chance_towards_the_middle() -> None:
    exact = effective(Followers.unknown(10)).people
    rough = effective(replace(Followers.unknown(10), spread=np.ones(10))).people
    draws = p_seen(1_500 * np.exp(np.random.default_rng(1).normal(size=100_000)))
    assert rough > exact
    assert rough == pytest.approx(10 * float(draws.mean()), rel=0.02)


def test_no_followers_reach_nobody_and_have_no_best_hour() -> None:
    found = effective(Followers.unknown(0))
    assert found.people == 0 and found.between == (0, 0)
    assert best_hours(found) == ()
    assert best_hours(effective(replace(Followers.unknown(3), p_bot=np.ones(3)))) == ()


def test_the_order_of_followers_hardly_moves_what_is_found() -> None:
    acts = evenings(200, 9)
    received = np.random.default_rng(2).lognormal(7, 1, 200)
    found = effective(replace(with_acts(acts), received=received)).seen
    lone = effective(replace(Followers.unknown(200), received=received)).seen
    assert lone == pytest.approx(p_seen(received), rel=0.03)
    assert len(found) == 200


def test_sittings_are_counted_and_never_fewer_than_usual() -> None:
    acts = activity([0] * 60 + [1], np.r_[np.repeat(np.arange(20) * DAY, 3) + np.tile([0, 9e3, 9.1e3], 20), 0], 3)
    assert acts.sittings.tolist() == [40, 1, 0]
    assert sittings(acts, 20).tolist() == pytest.approx([47 / 27, 1, 1])


def test_an_hour_counts_once_however_much_is_said_in_it() -> None:
    loud = activity([0] * 50, np.linspace(0, 3_000, 50), 1)
    assert loud.counts.tolist() == [1.0]
    assert loud.hours.tolist() == [72]
    assert hour_of_week([MONDAY, MONDAY + 3_600, MONDAY - 1]).tolist() == [0, 1, 167]


def test_what_does_not_fit_together_is_refused() -> None:
    with pytest.raises(InvalidInput, match="rows"):
        effective(replace(Followers.unknown(3), p_bot=np.zeros(2)))
    with pytest.raises(InvalidInput, match="likelihood"):
        effective(replace(Followers.unknown(1), p_bot=np.array([1.2])))
    with pytest.raises(InvalidInput, match="time zone"):
        effective(replace(Followers.unknown(1), zone=np.array([80.0])))
    with pytest.raises(InvalidInput, match="numbered from 0"):
        activity([3], [0], 2)

"""What happens in the world by itself, on a clock of our own."""

import re
from collections import Counter
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.simulate.living import MORNING, Living, acme, keys, quiet, said, small

from hubbub.simulate.script import story_acts, story_kinds
from hubbub.simulate.values import Event, Post
from hubbub.simulate.world import Kind

ABOUT_US = re.compile(r"acme|#acme", re.IGNORECASE)


@pytest.fixture(scope="module")
def first_minutes() -> list[Event]:
    return Living(acme()).run(480)


def within(events: list[Event], seconds: float) -> list[Event]:
    return [event for event in events if event.at <= MORNING + timedelta(seconds=seconds)]


def about_us(events: list[Event]) -> list[Event]:
    return [event for event in events if event.message or ABOUT_US.search(said(event).text)]


def find(events: list[Event], start: str) -> Post:
    return next(event.post for event in events if event.post and event.post.text.startswith(start))


def test_the_documents_complaint_is_there_within_three_seconds(first_minutes: list[Event]) -> None:
    texts = [said(event).text for event in within(first_minutes, 3)]
    assert "@AcmeCustServ My widget has been broken for 5 days now. Its disgusting!" in texts


def test_within_twenty_seconds_there_is_something_of_every_kind(first_minutes: list[Event]) -> None:
    early = about_us(within(first_minutes, 20))
    kinds = {story_kinds(acme()).get(said(event).id) for event in early}
    assert len(early) >= 8
    assert kinds >= {Kind.FAULT, Kind.PRAISE, Kind.QUESTION, Kind.SPAM, Kind.HELLO}
    assert any(event.message for event in early)
    assert any(said(event).author.followers > 500_000 for event in early)
    assert find(early, "Great, another update that breaks everything. Well done @AcmeCustServ")
    assert find(early, "Shout-out to ")


def test_within_ninety_seconds_there_are_about_twenty(first_minutes: list[Event]) -> None:
    stories = [event for event in about_us(within(first_minutes, 90)) if event.type == "post" or event.message]
    assert 15 <= len(stories) <= 30


def test_a_second_voice_joins_the_complaint_that_is_not_addressed(first_minutes: list[Event]) -> None:
    first = find(first_minutes, "My #Acme widget has been broken for 5 days now. Its disgusting!")
    second = find(first_minutes, "So's mine. I'm now on my third #Acme widget…they are so unreliable.")
    assert second.parent == first.uri
    assert second.author.handle != first.author.handle
    assert timedelta(seconds=10) < second.created_at - first.created_at < timedelta(seconds=20)


def test_a_stranger_solves_a_complaint_and_is_thanked(first_minutes: list[Event]) -> None:
    advice = find(first_minutes, "hold the reset for 10 s")
    thanks = next(e.post for e in first_minutes if e.post and e.post.parent == advice.uri)
    assert thanks.text == "that worked, thanks!"
    assert thanks.author.handle == advice.parent_author


def test_every_line_of_every_story_happens(first_minutes: list[Event]) -> None:
    acts = [act for at_s, act in story_acts(acme()) if at_s < 475]
    happened = {said(event).id for event in first_minutes}
    assert len(acts) == len(list(story_acts(acme())))
    assert [act for act in acts if f"{act.who}/{act.key}" not in happened and not (act.edits or act.deletes)] == []
    types = Counter(event.type for event in first_minutes)
    assert types["edit"] and types["delete"] and types["message"] >= 3


def test_three_of_four_posts_are_not_about_acme(first_minutes: list[Event]) -> None:
    later = [event for event in Living(acme()).run(3600) if event.at > MORNING + timedelta(minutes=25)]
    share = len(about_us(later)) / len(later)
    assert 0.15 < share < 0.35
    assert len(about_us(later)) / 35 < 10  # a minute


def test_product_trouble_comes_in_a_burst() -> None:
    burst = [e for e in Living(acme()).run(1200) if e.type == "post" and "burst-update-3-2" in said(e).id]
    minutes = Counter(int((event.at - MORNING).total_seconds() // 60) for event in burst)
    assert min(minutes) == 6 and sum(minutes.values()) == 42
    assert sum(minutes[minute] for minute in (6, 7, 8, 9)) > 20
    assert len({said(event).author.handle for event in burst}) == 42


def test_a_burst_that_recurs_has_other_voices_the_next_time() -> None:
    burst = msgspec.structs.replace(acme().burst[0], starts_min=0.5, lasts_min=2, again_min=4, posts=5)
    posts = [said(event).id for event in Living(quiet(burst=(burst,))).run(600) if event.type == "post"]
    times = [post_id.split("-")[-2] for post_id in posts if "/burst-" in post_id]
    assert Counter(times) == {"0": 5, "1": 5, "2": 5}


def test_a_night_is_quieter_than_an_evening_and_lives_too() -> None:
    world = msgspec.structs.replace(small(), story=(), burst=())
    night = len(Living(world, start=MORNING.replace(hour=2)).run(3000))
    evening = len(Living(world, start=MORNING.replace(hour=20)).run(3000))
    assert 0.5 < night / evening < 0.75


def test_a_world_may_run_faster() -> None:
    events = Living(small(speed=10.0)).run(30)
    find(events, "@AcmeCustServ the app says my widget is offline")  # at second 235 of the world


def test_somebodys_past_is_dated_back(first_minutes: list[Event]) -> None:
    post = find(first_minutes, "Clearing out the drawers and found the receipt")
    assert post.created_at < MORNING - timedelta(days=15)
    assert first_minutes[0].at == MORNING


def test_a_complaint_of_a_celebrity_is_reposted_and_one_with_bought_followers_is_not() -> None:
    events = Living(acme()).run(1200)
    reposted = Counter(event.post.repost_of for event in events if event.post and event.post.repost_of)
    assert reposted[find(events, "Soundcheck in an hour").uri] >= 5
    assert reposted[find(events, "@AcmeCustServ My widget has been broken for 5 days now. Its disgusting! My").uri] == 0


def test_the_same_seed_makes_the_same_events() -> None:
    one, two = Living(small()), Living(small())
    assert one.run(200) == two.run(200)
    assert keys(Living(small(seed=7)).run(200)) != keys(one.network.events)


def test_two_steps_at_odd_moments_do_what_many_small_ones_do() -> None:
    fine, coarse = Living(small()), Living(small())
    fine.run(100)
    for _ in range(10):
        coarse.now += timedelta(seconds=10)
        coarse.life.step(coarse.now)
    assert {said(event).id for event in coarse.network.events} == {said(event).id for event in fine.network.events}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    stops=st.lists(st.floats(1, 150), min_size=1, max_size=3),
    lost=st.lists(st.floats(0, 5), min_size=3, max_size=3),
    off_s=st.integers(1, 10_000_000),
)
def test_killed_and_started_again_it_goes_on_where_it_was(
    tmp_path_factory: pytest.TempPathFactory, stops: list[float], lost: list[float], off_s: int
) -> None:
    home, start = tmp_path_factory.mktemp("home"), MORNING
    for stop_s, lost_s in zip(stops, lost, strict=False):
        living = Living(small(), home=home, start=start)
        living.run(stop_s)
        living.save()
        living.run(lost_s)  # never reaches the disk
        living.die()
        start = living.now + timedelta(seconds=off_s)
    living = Living(small(), home=home, start=start)
    before = len(living.network.events)
    living.life.step(start)
    assert len(living.network.events) - before < 10  # no flood for the time it was off
    living.run(460)
    living.die()
    posts = [said(event).id for event in living.network.events if event.type in ("post", "message")]
    assert len(posts) == len(set(posts))
    scripted = {f"{act.who}/{act.key}" for _, act in story_acts(small()) if not (act.edits or act.deletes)}
    assert scripted - set(posts) == set()
    assert [event.seq for event in living.network.events] == list(range(1, len(living.network.events) + 1))


def test_stopped_cleanly_and_started_again_it_says_what_it_would_have_said(tmp_path: Path) -> None:
    whole = Living(small())
    whole.run(300)
    first = Living(small(), home=tmp_path)
    first.run(137)
    first.save()
    first.die()
    second = Living(small(), home=tmp_path, start=first.now)
    second.run(163)
    second.die()
    assert {said(event).id for event in second.network.events} == {said(event).id for event in whole.network.events}


def test_a_machine_that_slept_is_no_flood() -> None:
    living = Living(small())
    living.run(100)
    before = len(living.network.events)
    living.now += timedelta(hours=9)
    living.life.step(living.now)
    assert len(living.network.events) - before < 5
    assert len(living.run(60)) > 10

"""Who lives in the world."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulate.living import acme, small

from hubbub.simulate.network import HANDLE
from hubbub.simulate.people import people_of
from hubbub.simulate.world import Role


def test_the_same_seed_makes_the_same_people() -> None:
    assert people_of(small()) == people_of(small())


def test_another_seed_makes_other_people() -> None:
    assert people_of(small()).keys() != people_of(small(seed=1)).keys()


def test_followings_are_heavy_tailed() -> None:
    named = {person.handle for person in acme().person}
    crowd = [
        person.followers
        for person in people_of(acme()).values()
        if person.handle not in named and person.role is not Role.BOT
    ]
    ordered = sorted(crowd, reverse=True)
    top = sum(ordered[: len(ordered) // 10]) / sum(ordered)
    assert top > 0.45  # a tenth of the people have about half of all followers
    assert ordered[len(ordered) // 2] < sum(ordered) / len(ordered) / 1.5


def test_everybody_the_stories_need_is_there() -> None:
    roles = {role: [each for each in people_of(acme()).values() if each.role is role] for role in Role}
    assert all(roles.values())
    people = people_of(acme())
    real, bought = people["vivilanterne"], people["maxglitterhoff"]
    assert min(real.followers, bought.followers) >= 500_000
    assert real.reactions > 1_000 and real.posts > 5_000 and real.joined_days > 3_000
    assert bought.reactions == 0 and bought.posts < 100 and bought.follows > 100_000 and bought.joined_days < 100


def test_bots_have_digits_in_their_handle_tiny_reach_and_very_many_posts() -> None:
    for bot in (each for each in people_of(acme()).values() if each.role is Role.BOT):
        assert sum(letter.isdigit() for letter in bot.handle) >= 8
        assert bot.followers < 100 and bot.posts > 10_000 and bot.reactions < 0.1


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(), strangers=st.integers(0, 80), tail=st.floats(0.5, 10), most=st.integers(0, 10_000))
def test_any_crowd_has_usable_handles_and_counts(seed: int, strangers: int, tail: float, most: int) -> None:
    people = msgspec.structs.replace(acme().people, customers=20, strangers=strangers, tail=tail, followers_most=most)
    world = msgspec.structs.replace(acme(), seed=seed, people=people, person=())
    made = people_of(world)
    assert len({handle.lower() for handle in made}) == len(made) == 20 + strangers + people.helpers + people.bots
    for person in made.values():
        assert HANDLE.fullmatch(person.handle)
        assert min(person.followers, person.follows, person.posts, person.joined_days) >= 0

"""Everybody in the world: the named ones, and a crowd made from the seed."""

import math
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from random import Random

from hubbub.simulate.values import Account
from hubbub.simulate.world import Person, Role, World

_BIOS = (
    "", "", "", "Views my own.", "Tea first.", "Runner, slowly.", "Two cats, one garden.", "Here for the jokes.",
    "Parent of three.", "Nurse. Nights.", "Amateur baker.", "Weekend cyclist.", "Learning the cello.", "Trains.",
    "Mostly photos of clouds.", "Night shift.", "Allotment 14.", "Retired, busier than ever.", "Crosswords.",
)  # fmt: skip
_TEMPTATIONS = ("voucher", "giveaway", "deals", "prize", "promo", "bonus", "gift", "winner", "discount", "coupon")


def people_of(world: World) -> dict[str, Person]:
    """Return everybody but the brand by handle, the same for the same world file."""
    rng = Random(f"{world.seed}/people")
    found = {person.handle: person for person in world.person}
    taken = {handle.lower() for handle in found} | {world.brand.handle.lower()}
    crowd = world.people
    for role, count in (
        (Role.CUSTOMER, crowd.customers),
        (Role.STRANGER, crowd.strangers),
        (Role.HELPER, crowd.helpers),
    ):
        for _ in range(count):
            person = _somebody(world, role, rng, taken)
            found[person.handle] = person
    for _ in range(crowd.bots):
        person = _bot(rng, taken)
        found[person.handle] = person
    return found


def accounts_of(world: World, people: Mapping[str, Person], address: str, born: datetime) -> Iterator[Account]:
    """Yield the accounts as they stand when the world begins."""
    brand = world.brand
    yield Account(
        handle=brand.handle,
        name=f"{brand.name} Customer Service",
        bio=brand.bio,
        followers=brand.followers,
        follows=brand.follows,
        posts=brand.posts,
        reactions=4.0,
        joined_at=born - timedelta(days=4_000),
        url=f"{address}/@{brand.handle}",
    )
    for person in people.values():
        yield Account(
            handle=person.handle,
            name=person.name,
            bio=person.bio,
            followers=person.followers,
            follows=person.follows,
            posts=person.posts,
            reactions=person.reactions,
            joined_at=born - timedelta(days=person.joined_days),
            url=f"{address}/@{person.handle}",
        )


def pareto(rng: Random, least: float, tail: float, most: int) -> int:
    """Return one following: most are small, a few are very large."""
    return min(most, int(least * (1.0 - rng.random()) ** (-1.0 / tail)))


def _somebody(world: World, role: Role, rng: Random, taken: set[str]) -> Person:
    crowd = world.people
    lang = rng.choices(list(crowd.languages), list(crowd.languages.values()))[0]
    names = world.names[lang]
    first, last = rng.choice(names["first"]), rng.choice(names["last"])
    handle = _free(_handles(first, last, rng), taken)
    followers = pareto(rng, crowd.followers_least, crowd.tail, crowd.followers_most)
    posts = int(rng.lognormvariate(6.5, 1.2))
    if role is Role.HELPER:
        followers, posts, lang = followers + 400, posts + 6_000, "en"
    return Person(
        handle=handle,
        name=f"{first} {last}",
        role=role,
        bio=rng.choice(_BIOS),
        lang=lang,
        followers=followers,
        follows=int(rng.lognormvariate(5.3, 0.8)),
        posts=posts,
        reactions=round(min(5_000.0, followers**0.6 * rng.lognormvariate(-2.2, 0.7)), 2),
        joined_days=rng.randint(40, 5_200),
        patience=round(rng.betavariate(3, 2), 2),
    )


def _bot(rng: Random, taken: set[str]) -> Person:
    word = rng.choice(_TEMPTATIONS)
    handle = _free((f"{word}{rng.randint(10_000_000, 99_999_999)}" for _ in range(99)), taken)
    return Person(
        handle=handle,
        name=f"{word.title()} Centre",
        role=Role.BOT,
        bio="Claim yours today!!!",
        followers=rng.randint(0, 40),
        follows=rng.randint(2_000, 5_000),
        posts=rng.randint(20_000, 90_000),
        reactions=round(rng.random() * 0.02, 3),
        joined_days=rng.randint(6, 90),
        patience=0.0,
    )


def _handles(first: str, last: str, rng: Random) -> Iterator[str]:
    """Yield handles somebody of this name would try, one after the other."""
    one, two = _plain(first), _plain(last)
    shapes = [f"{one}_{two}", f"{one}{two}", f"{two}_{one}", f"{one[:1]}{two}", f"{one}{two[:1]}"]
    rng.shuffle(shapes)
    yield from shapes
    while True:
        yield f"{rng.choice(shapes)[:26]}{rng.randint(1, 999)}"


def _plain(name: str) -> str:
    """Return a name in the letters a handle may have."""
    bare = unicodedata.normalize("NFKD", name.lower())
    return "".join(letter for letter in bare if letter.isascii() and letter.isalnum())[:14] or "someone"


def _free(handles: Iterator[str], taken: set[str]) -> str:
    handle = next(each for each in handles if each.lower() not in taken and 0 < len(each) <= 30)
    taken.add(handle.lower())
    return handle


def poisson(rng: Random, mean: float) -> int:
    """Return how many of something happen where `mean` are usual."""
    if mean > 500:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, count, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        count += 1
        product *= rng.random()
    return count

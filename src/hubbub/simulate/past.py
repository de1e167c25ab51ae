"""What people of a world said before the network began: the weeks that a demo can look back on. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random

from hubbub.kernel.errors import HubbubError
from hubbub.simulate.network import Network
from hubbub.simulate.people import accounts_of
from hubbub.simulate.phrases import Phrases
from hubbub.simulate.script import Act, Everyday
from hubbub.simulate.values import Event
from hubbub.simulate.world import Kind, Person, World

EACH_MIN = 30
"""One minute of the living world stands for so many of its past: a demo lives faster."""

SHARE = 0.75
"""Of such a minute that was said."""

GROWTH = 0.4
"""By so much more is said at the end than at the beginning."""

INCIDENT_AGO, INCIDENT_POSTS, INCIDENT_H = timedelta(days=4), 260, 9.0
"""The first fault of the world's bursts had its great day once already."""

REPOSTS = 0.06


def past(world: World, people: Mapping[str, Person], address: str, until: datetime, days: int) -> list[Event]:
    """Return what was said in the days before, from the earliest to the latest; the same for the same arguments."""
    accounts = {account.handle: account for account in accounts_of(world, people, address, until)}
    network = Network(world.name, address, accounts.values())
    for at, act in sorted(_acts(world, people, until, days), key=lambda each: (each[0], each[1].key)):
        try:
            network.say(act.who, act.text, at, key=act.key, lang=act.lang, repost_of=act.repost_of)
        except HubbubError:
            continue  # what it was about did not happen
    return network.events


def _acts(world: World, people: Mapping[str, Person], until: datetime, days: int) -> list[tuple[datetime, Act]]:
    phrases = Phrases(world)
    everyday = Everyday(world, people, phrases)
    found: list[tuple[datetime, Act]] = []
    minutes = days * 24 * 60
    for number in range(0, minutes, EACH_MIN):
        at = until - timedelta(minutes=minutes - number)
        rng = Random(f"{world.seed}/past/{number}")
        likely = SHARE * (1 + GROWTH * number / minutes) * world.rhythm.weight(at) ** 1.5
        for chance in everyday.minute(1_000_000 + number):
            act = chance.act
            spoken = act.text and not (act.to or act.chats or act.repeats or act.key.startswith(Kind.SMALLTALK))
            if spoken and 0 <= chance.luck < likely:
                found.append((at + timedelta(minutes=rng.uniform(0, EACH_MIN)), _renamed(act, number, len(found))))
    found += _incident(world, people, phrases, until)
    return found + _repeated(world, found)


def _renamed(act: Act, *numbers: int) -> Act:
    return Act(act.who, f"past-{'-'.join(map(str, numbers))}", act.text, act.lang)


def _incident(
    world: World, people: Mapping[str, Person], phrases: Phrases, until: datetime
) -> list[tuple[datetime, Act]]:
    burst = next((each for each in world.burst if each.kind is Kind.FAULT), None)
    if burst is None:
        return []
    rng = Random(f"{world.seed}/past/{burst.name}")
    voices = sorted(handle for handle, person in people.items() if person.lang == "en" and person.patience)
    begins, _ = great_day(until)
    return [
        (
            begins + timedelta(hours=INCIDENT_H * rng.betavariate(1.2, 3.5)),
            Act(
                rng.choice(voices), f"past-{burst.name}-{index}", phrases.fill(rng.choice(burst.texts), "en", rng), "en"
            ),
        )
        for index in range(INCIDENT_POSTS)
    ]


def great_day(until: datetime) -> tuple[datetime, datetime]:
    """Return when the first fault of the world's bursts had its great day."""
    begins = (until - INCIDENT_AGO).replace(hour=9, minute=30, second=0, microsecond=0)
    return begins, begins + timedelta(hours=INCIDENT_H)


def _repeated(world: World, said: list[tuple[datetime, Act]]) -> list[tuple[datetime, Act]]:
    """Return copies that people made of what others said, word for word."""
    rng = Random(f"{world.seed}/past/repeated")
    handles = sorted({act.who for _, act in said})
    return [
        (
            at + timedelta(minutes=rng.uniform(1, 90)),
            Act(rng.choice(handles), f"{act.key}-again-{time}", act.text, act.lang),
        )
        for at, act in said
        if rng.random() < REPOSTS
        for time in range(rng.randint(1, 4))
    ]

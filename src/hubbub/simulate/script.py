"""What will happen in a world unless somebody changes it: stories, bursts and the everyday rhythm. Pure.

Times are seconds of the world's own clock, which stands while the network is off. Every act has a
key that follows from the world file alone, and the key becomes that of the post: what already
happened can't happen twice.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from hubbub.simulate.people import poisson
from hubbub.simulate.phrases import Phrases
from hubbub.simulate.world import Burst, Kind, Line, Person, Role, Story, World


@dataclass(frozen=True, slots=True)
class Act:
    """Something somebody is about to do. Posts are named by their id, handle/key."""

    who: str
    key: str
    text: str = ""
    lang: str | None = None
    reply_to: str | None = None
    repost_of: str | None = None
    edits: str | None = None
    deletes: str | None = None
    to: str | None = None  # a private message to this handle
    chats: bool = False  # answers whoever made small talk last
    repeats: bool = False  # reposts small talk
    unless_answered: bool = False  # a helper who sees that the brand was quicker says nothing
    ago_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Chance:
    """An act that happens if its luck is below the hour's weight; a burst has luck below 0, and always happens."""

    at_s: float
    luck: float
    act: Act


def story_acts(world: World) -> Iterator[tuple[float, Act]]:
    """Yield everything the stories say, with its time."""
    for story in world.story:
        for number, line in enumerate(story.line, 1):
            yield story.starts_s + line.after_s, _line_act(world, story, number, line)


def story_kinds(world: World) -> dict[str, Kind]:
    """Return what each post of a story is about, by its id."""
    return {
        f"{line.who}/{story_key(story, number)}": line.kind
        for story in world.story
        for number, line in enumerate(story.line, 1)
    }


def story_key(story: Story, number: int) -> str:
    """Return the key of a story's line."""
    return f"story-{story.name}-{number}"


def _line_act(world: World, story: Story, number: int, line: Line) -> Act:
    def other(target: int | None) -> str | None:
        return None if target is None else f"{story.line[target - 1].who}/{story_key(story, target)}"

    return Act(
        who=line.who,
        key=story_key(story, number),
        text=line.text,
        lang=line.lang,
        reply_to=other(line.to),
        repost_of=other(line.reposts),
        edits=other(line.edits),
        deletes=other(line.deletes),
        to=world.brand.handle if line.private else None,
        ago_s=line.ago_days * 86_400,
    )


class Everyday:
    """The everyday rhythm and the bursts, minute by minute."""

    def __init__(self, world: World, people: Mapping[str, Person], phrases: Phrases) -> None:
        self._world, self._phrases = world, phrases
        self._by_role = {role: [each for each in people.values() if each.role is role] for role in Role}
        talkers = [*self._by_role[Role.STRANGER], *self._by_role[Role.CUSTOMER]]
        self._talkers = talkers
        self._talk = list(accumulate(1.0 + person.posts**0.7 for person in talkers))

    def minute(self, number: int) -> list[Chance]:
        """Return what may happen in one minute of the world's clock, in order."""
        rng = Random(f"{self._world.seed}/minute/{number}")
        found: list[Chance] = []
        for kind, rate in self._world.rates.per_hour().items():
            before = math.floor(number * rate / 60)
            for index in range(poisson(rng, rate / 60)):
                at_s, luck = (number + rng.random()) * 60, rng.random()
                act = self._act(kind, f"{kind}-{number}-{index}", before + index, rng)
                if act is not None and (kind is Kind.SMALLTALK or at_s >= self._world.rates.begin_s):
                    found.append(Chance(at_s, luck, act))
        for burst in self._world.burst:
            found += self._burst(burst, number)
        return sorted(found, key=lambda chance: (chance.at_s, chance.act.key))

    def _who(self, kind: Kind, rng: Random) -> tuple[Sequence[Person], Sequence[float] | None]:
        """Return who may say this kind of thing, and the sums of how much each of them talks."""
        if kind is Kind.SPAM:
            return self._by_role[Role.BOT], None
        if kind is Kind.SMALLTALK:
            return self._talkers, self._talk
        if kind is Kind.RIVAL or (kind is Kind.QUESTION and rng.random() < 0.2):
            return self._by_role[Role.STRANGER], None
        return self._by_role[Role.CUSTOMER], None

    def _act(self, kind: Kind, key: str, turn: int, rng: Random) -> Act | None:
        """Return the `turn`-th thing of a kind that somebody says; None if nobody can."""
        people, weights = self._who(kind, rng)
        if not people:
            return None
        person = rng.choices(people, cum_weights=weights)[0]
        habits, luck = self._world.habits, rng.random()
        chats = kind is Kind.SMALLTALK and luck < habits.chat_share
        if kind is Kind.SMALLTALK and luck > 1 - habits.repost_share:
            return Act(person.handle, key, repeats=True)
        text, lang = self._phrases.say("chat" if chats else kind.value, person, rng, turn)
        to = self._world.brand.handle if kind is Kind.PRIVATE else None
        return Act(person.handle, key, text, lang, to=to, chats=chats)

    def _burst(self, burst: Burst, minute: int) -> Iterator[Chance]:
        """Yield what a burst brings in one minute: loud at first, then dying down."""
        for time in _times(burst, minute):
            rng = Random(f"{self._world.seed}/burst/{burst.name}/{time}")
            voices = [each for each in self._by_role[Role.CUSTOMER] if each.lang == "en"]
            rng.shuffle(voices)
            begins_s = (burst.starts_min + time * burst.again_min) * 60
            for index, person in zip(range(burst.posts), voices, strict=False):
                at_s = begins_s + burst.lasts_min * 60 * rng.betavariate(1.2, 2.5)
                text = self._phrases.fill(rng.choice(burst.texts), "en", rng)
                if minute * 60 <= at_s < (minute + 1) * 60:
                    yield Chance(at_s, -1.0, Act(person.handle, f"burst-{burst.name}-{time}-{index}", text, "en"))


def _times(burst: Burst, minute: int) -> range:
    """Return which times of a burst, counted from 0, may touch a minute."""
    since = minute - burst.starts_min
    if not burst.again_min:
        return range(1 if -1 < since <= burst.lasts_min else 0)
    first = math.ceil((since - burst.lasts_min) / burst.again_min)
    return range(max(0, first), math.floor((since + 1) / burst.again_min) + 1)

"""The world file: everything that makes a demo world what it is, read strictly. See docs/world.md."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from hubbub.simulate.errors import WorldError
from hubbub.simulate.network import HANDLE, MAX_LENGTH

DEFAULT = Path(__file__).parent / "worlds" / "acme.toml"
SHARED = ("texts", "slots", "names", "rhythm")
"""Tables that a world file may leave out; they are then those of the default world."""

REPLIES = (
    "thanks",  # the question is answered
    "welcome",  # the brand answered praise or an idea
    "detail_fault",
    "detail_service",
    "detail_question",
    "detail_hello",
    "details",  # in private: numbers and addresses
    "noted",  # in public: the message was sent
    "no_private",
    "ask_again",
    "cross",
    "solved",
    "unsolved",
    "advocate",  # a post of its own about good help
    "tip",  # a helper about a fault
    "tip_question",
    "helped",  # the helper's advice worked
    "not_helped",
    "glad",  # the helper was thanked
    "chat",  # an answer to small talk
    "edit",  # what an edit adds
)
"""Texts that people answer with."""

SLOT = re.compile(r"\{(\w+)\}")
BUILT_IN = {"brand": 30, "at": 31, "tag": 31, "product": 40, "extra": 40, "rival": 31, "n": 2, "serial": 9, "order": 8}
"""Slots that every text may use, with the most characters each may take."""

Handle = Annotated[str, Meta(pattern=rf"^{HANDLE.pattern}\Z")]
Name = Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,40}\Z")]
Text = Annotated[str, Meta(min_length=1, max_length=MAX_LENGTH)]
Word = Annotated[str, Meta(min_length=1, max_length=40)]
Share = Annotated[float, Meta(ge=0, le=1)]
Count = Annotated[int, Meta(ge=0, le=2_000_000_000)]
Crowded = Annotated[int, Meta(ge=0, le=100_000)]
Rate = Annotated[float, Meta(ge=0, le=100_000)]
Seconds = Annotated[float, Meta(ge=0, le=86_400)]
Minutes = Annotated[float, Meta(ge=0, le=100_000)]
Lang = Annotated[str, Meta(pattern=r"^[a-z]{2,3}\Z")]
Weights = Annotated[tuple[Rate, ...], Meta(min_length=24, max_length=24)]


class Kind(StrEnum):
    """What a post of the world is about; the first part of its key."""

    FAULT = "fault"  # a complaint about a product
    SERVICE = "service"  # a complaint about delivery, bills, waiting
    QUESTION = "question"
    PRAISE = "praise"
    SUGGESTION = "suggestion"
    HELLO = "hello"  # said to the brand, about nothing much
    PRIVATE = "private"  # a fault, told in a private message
    RIVAL = "rival"  # about the market or the competitor
    SPAM = "spam"
    SMALLTALK = "smalltalk"


class Role(StrEnum):
    """What somebody is in the world."""

    CUSTOMER = "customer"
    STRANGER = "stranger"
    HELPER = "helper"  # answers others' questions
    CELEBRITY = "celebrity"
    JOURNALIST = "journalist"
    COMPETITOR = "competitor"
    EMPLOYEE = "employee"
    BOT = "bot"


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the file; a key it does not know is an error."""


class Brand(_Table, frozen=True, kw_only=True):
    """The company whose contact centre it is. Its account has the only password."""

    name: Word
    handle: Handle
    password: Annotated[str, Meta(min_length=8, max_length=200)]
    tag: Annotated[str, Meta(pattern=r"^#\w{1,30}\Z")]
    products: Annotated[tuple[Word, ...], Meta(min_length=1)]
    rival: Handle  # the competitor's account
    bio: Annotated[str, Meta(max_length=300)] = ""
    followers: Count = 20_000
    follows: Count = 2_000
    posts: Count = 30_000


class People(_Table, frozen=True, kw_only=True):
    """How many people there are besides the named ones, and how their followings are spread."""

    customers: Crowded = 1_000
    strangers: Crowded = 1_500
    helpers: Crowded = 6
    bots: Crowded = 20
    followers_least: Annotated[float, Meta(ge=1, le=1_000_000)] = 20.0
    followers_most: Count = 400_000
    tail: Annotated[float, Meta(ge=0.5, le=10)] = 1.2  # the exponent of the Pareto distribution
    languages: dict[Lang, Share] = msgspec.field(default_factory=lambda: {"en": 1.0})


class Rhythm(_Table, frozen=True, kw_only=True):
    """How busy each hour of the week is, Monday first; only the proportions count."""

    utc_offset_h: Annotated[float, Meta(ge=-14, le=14)] = 0.0
    least: Share = 0.6  # of the busiest hour, so that a night lives too
    monday: Weights
    tuesday: Weights
    wednesday: Weights
    thursday: Weights
    friday: Weights
    saturday: Weights
    sunday: Weights

    def weight(self, moment: datetime) -> float:
        """Return how busy a moment is, in [least, 1]."""
        days = (self.monday, self.tuesday, self.wednesday, self.thursday, self.friday, self.saturday, self.sunday)
        most = max(map(max, days))
        local = moment + timedelta(hours=self.utc_offset_h)
        return self.least + (1 - self.least) * days[local.weekday()][local.hour] / most if most else 1.0


class Rates(_Table, frozen=True, kw_only=True):
    """Posts of each kind in the busiest hour."""

    begin_s: Seconds = 0.0  # only small talk before, so that the stories have the first word
    fault: Rate = 0.0
    service: Rate = 0.0
    question: Rate = 0.0
    praise: Rate = 0.0
    suggestion: Rate = 0.0
    hello: Rate = 0.0
    private: Rate = 0.0
    rival: Rate = 0.0
    spam: Rate = 0.0
    smalltalk: Rate = 0.0

    def per_hour(self) -> dict[Kind, float]:
        """Return the rates by kind."""
        return {kind: getattr(self, kind.value) for kind in Kind}


class Habits(_Table, frozen=True, kw_only=True):
    """How people behave towards each other and towards whoever answers them."""

    answer_s: tuple[Seconds, Seconds] = (4.0, 15.0)  # they answer after this long, from and to
    turns: Annotated[int, Meta(ge=0, le=20)] = 4  # of one conversation with the brand
    help_share: Share = 0.2  # of faults and questions that a helper answers
    help_s: tuple[Seconds, Seconds] = (20.0, 120.0)
    chat_share: Share = 0.2  # of small talk that answers somebody
    repost_share: Share = 0.05  # of small talk that repeats somebody
    edit_share: Share = 0.02
    delete_share: Share = 0.01


class Person(_Table, frozen=True, kw_only=True):
    """Somebody in the world, named in the file or made from the seed."""

    handle: Handle
    name: Annotated[str, Meta(min_length=1, max_length=80)]
    role: Role
    bio: Annotated[str, Meta(max_length=300)] = ""
    lang: Lang = "en"
    followers: Count = 150
    follows: Count = 200
    posts: Count = 900
    reactions: Annotated[float, Meta(ge=0, le=2e9)] = 1.0
    joined_days: Annotated[int, Meta(ge=0, le=20_000)] = 1_500  # ago, when the world begins
    patience: Share = 0.6


class Line(_Table, frozen=True, kw_only=True):
    """One thing that happens in a story. Numbers of other lines count from 1."""

    who: Handle
    after_s: Seconds = 0.0  # after the story's start
    text: Annotated[str, Meta(max_length=MAX_LENGTH)] = ""
    kind: Kind = Kind.FAULT
    to: int | None = None  # answers that line
    reposts: int | None = None
    edits: int | None = None
    deletes: int | None = None
    private: bool = False  # a message to the brand
    ago_days: Annotated[float, Meta(ge=0, le=20_000)] = 0.0  # said before the world began
    lang: Lang | None = None


class Story(_Table, frozen=True, kw_only=True):
    """A dialogue that always happens."""

    name: Name
    starts_s: Seconds
    line: Annotated[tuple[Line, ...], Meta(min_length=1)]


class Burst(_Table, frozen=True, kw_only=True):
    """Many people at once: product trouble, or an event with a tag."""

    name: Name
    starts_min: Minutes
    lasts_min: Annotated[float, Meta(gt=0, le=1440)]
    again_min: Minutes = 0.0  # 0: once
    posts: Annotated[int, Meta(ge=1, le=10_000)]
    kind: Kind
    texts: Annotated[tuple[Text, ...], Meta(min_length=1)]
    title: str = ""  # under which a demo follows it as an event; "": it does not
    query: str = ""  # what belongs to that event


class World(_Table, frozen=True, kw_only=True):
    """A whole world file."""

    name: Name
    brand: Brand
    seed: int = 1
    speed: Annotated[float, Meta(gt=0, le=1_000)] = 1.0
    faults: bool = False  # POST /_faults is there, for tests of connectors
    staffed: bool = True  # the demo plans who works: queues, what came to them, people, rosters, a telephone
    people: People = People()
    rates: Rates = Rates()
    habits: Habits = Habits()
    rhythm: Rhythm
    names: dict[Lang, dict[str, tuple[Word, ...]]]
    slots: dict[Lang, dict[str, Annotated[tuple[Word, ...], Meta(min_length=1)]]]
    texts: dict[Lang, dict[str, Annotated[tuple[Text, ...], Meta(min_length=1)]]]
    person: tuple[Person, ...] = ()
    story: tuple[Story, ...] = ()
    burst: tuple[Burst, ...] = ()


def read_world(path: Path = DEFAULT) -> World:
    """Read a world file; WorldError in one sentence that names the place if it can't be used."""
    data = _toml(path)
    if path != DEFAULT:
        data = {table: value for table, value in _default().items() if table in SHARED} | data
    try:
        world = msgspec.convert(data, World)
    except msgspec.ValidationError as error:
        raise WorldError(file=path.name, reason=_sentence(str(error))) from None
    for problem in _problems(world):
        raise WorldError(file=path.name, reason=problem)
    return world


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WorldError(file=path.name, reason=f"it can't be read: {error.strerror}.") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WorldError(file=path.name, reason=f"it is not TOML: {error}.") from None


@cache
def _default() -> dict[str, Any]:
    return _toml(DEFAULT)


def _sentence(error: str) -> str:
    """Turn 'Expected … - at `$.rates.fault`' round, the place first."""
    what, _, place = error.partition(" - at ")
    return f"{place.strip('`').removeprefix('$.') or 'the file'}: {what[0].lower()}{what[1:]}."


def _problems(world: World) -> Iterable[str]:
    """Yield what the types can't say."""
    handles = [world.brand.handle, *(person.handle for person in world.person)]
    lower = {handle.lower() for handle in handles}
    if len(lower) != len(handles):
        double = next(handle for handle in handles if [h.lower() for h in handles].count(handle.lower()) > 1)
        yield f"the handle {double} is there twice."
    if world.brand.rival not in handles:
        yield f"brand.rival: there is no person @{world.brand.rival}."
    for pair, name in ((world.habits.answer_s, "answer_s"), (world.habits.help_s, "help_s")):
        if pair[0] > pair[1]:
            yield f"habits.{name}: the first number is larger than the second."
    if "en" not in world.texts or "en" not in world.names:
        yield "texts and names need English (en): it is spoken where another language has no words."
    if not any(world.people.languages.values()):
        yield "people.languages: every share is 0."
    for lang in world.people.languages:
        if lang not in world.names:
            yield f"people.languages.{lang}: there are no names.{lang}."
    for lang, names in world.names.items():
        if not names.get("first") or not names.get("last"):
            yield f"names.{lang}: it needs first and last."
    for subject, rate in world.rates.per_hour().items():
        if rate and subject.value not in world.texts.get("en", {}):
            yield f"rates.{subject}: there is no texts.en.{subject}."
    for kind in REPLIES:
        if kind not in world.texts.get("en", {}):
            yield f"texts.en: there is no {kind}; people answer with it."
    names_of = [("story", [s.name for s in world.story]), ("burst", [b.name for b in world.burst])]
    for what, given in names_of:
        if len(set(given)) != len(given):
            yield f"{what}: the name {max(given, key=given.count)} is there twice."
    yield from _text_problems(world)
    for story in world.story:
        yield from _story_problems(story, set(handles))


def _text_problems(world: World) -> Iterable[str]:
    """Yield slots that nobody fills, and texts that could grow too long."""
    for lang, kinds in world.texts.items():
        lengths = slot_lengths(world.slots, lang)
        for kind, texts in kinds.items():
            for number, text in enumerate(texts, 1):
                yield from _fit(text, lengths, f"texts.{lang}.{kind}, number {number}")
    lengths = slot_lengths(world.slots, "en")
    for burst in world.burst:
        for number, text in enumerate(burst.texts, 1):
            yield from _fit(text, lengths, f"burst {burst.name}, text {number}")


def slot_lengths(slots: Mapping[str, Mapping[str, Iterable[str]]], lang: str) -> dict[str, int]:
    """Return every slot a language may use, with the most characters it may take."""
    named = dict(slots.get("en", {})) | dict(slots.get(lang, {}))
    return {name: max(map(len, words)) for name, words in named.items()} | BUILT_IN


def _fit(text: str, lengths: Mapping[str, int], place: str) -> Iterable[str]:
    slots, bare = SLOT.findall(text), SLOT.sub("", text)
    unknown = [slot for slot in slots if slot not in lengths]
    if "{" in bare or "}" in bare:
        yield f"{place}: a brace belongs to no slot; a slot is written like {{product}}."
    elif unknown:
        yield f"{place}: there are no words for {{{unknown[0]}}}."
    elif len(bare) + sum(lengths[slot] for slot in slots) > MAX_LENGTH:
        yield f"{place}: it could have more than {MAX_LENGTH} characters."


def _story_problems(story: Story, handles: set[str]) -> Iterable[str]:
    for number, line in enumerate(story.line, 1):
        place = f"story {story.name}, line {number}"
        if line.who not in handles:
            yield f"{place}: there is no person @{line.who}."
        targets = [each for each in (line.to, line.reposts, line.edits, line.deletes) if each is not None]
        if len(targets) > 1 or (line.private and targets):
            yield f"{place}: only one of to, reposts, edits, deletes and private can be."
        for target in targets:
            if not 1 <= target < number:
                yield f"{place}: it speaks of line {target}, which is not an earlier one."
            elif story.line[target - 1].private:
                yield f"{place}: line {target} is private."
        changed = line.edits or line.deletes
        if changed and 1 <= changed < number and story.line[changed - 1].who != line.who:
            yield f"{place}: line {changed} is somebody else's."
        if bool(line.text) == bool(line.reposts or line.deletes):
            yield f"{place}: {'a repost or delete has no text' if line.text else 'the text is missing'}."

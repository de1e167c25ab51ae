"""The living world: does what the script says when its time comes, and answers whoever answers.

Everything it knows follows from the world file and from the network's events in their order, so
after a restart the log tells it where it was. Its clock stands while the network is off or the
machine sleeps: time that passed then is not made up for.
"""

import hashlib
import heapq
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from hubbub.kernel.errors import HubbubError
from hubbub.simulate.dialogue import ABOUT_TROUBLE, LAST_WORDS, Cue, Move, cues, move
from hubbub.simulate.errors import CannotRun
from hubbub.simulate.network import Network
from hubbub.simulate.people import poisson
from hubbub.simulate.phrases import Phrases
from hubbub.simulate.script import Act, Everyday, story_acts, story_kinds
from hubbub.simulate.values import Event, Message, Post, Record, Run
from hubbub.simulate.world import Kind, Person, Role, World

ASLEEP_S = 30.0
"""A longer silence between two steps means that the machine slept."""

LOUD = 200.0
"""Reactions an author usually gets per repost that a complaint of theirs draws."""

PATIENT = 2
"""How many answers of one outsider somebody reacts to."""

_SILENT = frozenset((Role.BOT, Role.COMPETITOR, Role.EMPLOYEE))
_KINDS = {kind.value: kind for kind in Kind}


@dataclass(slots=True)
class Talk:
    """One matter between somebody and the brand."""

    kind: Kind
    turns: int = 0
    ended: bool = False
    told_others: bool = False


class Life:
    """Drives a network with a world. Call `replay` with what the log holds, then `begin`, then `step`."""

    def __init__(self, world: World, people: Mapping[str, Person], network: Network) -> None:
        self._world, self._people, self._network = world, people, network
        self._phrases = Phrases(world)
        self._everyday = Everyday(world, people, self._phrases)
        self._kinds = story_kinds(world)
        self._helpers = [each for each in people.values() if each.role is Role.HELPER]
        self._strangers = [each for each in people.values() if each.role is Role.STRANGER]
        self._heap: list[tuple[float, str, str, Act]] = []
        self._talks: dict[tuple[str, str], Talk] = {}
        self._met: dict[tuple[str, str], int] = {}
        self._lately: deque[str] = deque(maxlen=30)
        self._run: Run | None = None
        self._now_s = 0.0
        self._seen: datetime | None = None
        self._next_minute = 0
        for at_s, act in story_acts(world):
            self._plan(at_s, act)

    # Time

    def replay(self, records: Iterable[Record]) -> None:
        """Live through what the log remembers, without doing anything."""
        for record in records:
            if record.run is not None:
                self._run, self._now_s = record.run, record.run.world_s
            elif record.event is not None:
                self._now_s = max(self._now_s, self._at(record.event.at))
                self.hear(record.event)

    def begin(self, now: datetime) -> None:
        """Let the clock run from where it stood."""
        self._run = Run(now, self._now_s, self._world.speed)
        self._seen = now
        self._next_minute = max(self._next_minute, int(self._now_s // 60))
        self._plan_minutes()
        self._network.keep(Record(run=self._run))

    def step(self, now: datetime) -> None:
        """Do everything whose time has come."""
        if self._seen is None or (now - self._seen).total_seconds() > ASLEEP_S:
            self.begin(now)
        self._seen = now
        self._now_s = max(self._now_s, self._at(now))
        self._plan_minutes()
        while self._heap and self._heap[0][0] <= self._now_s:
            *_, act = heapq.heappop(self._heap)
            try:
                self._do(act, now)
            except HubbubError:
                continue  # what it was about is gone meanwhile, or somebody else took the key

    def next_due(self) -> datetime:
        """Return when the next step has something to do, at the latest when the next minute is planned."""
        assert self._run is not None, "begin first"
        due_s = (self._next_minute - 1) * 60.0
        if self._heap:
            due_s = min(due_s, self._heap[0][0])
        return self._run.at + timedelta(seconds=max(0.0, due_s - self._run.world_s) / self._run.speed)

    def _at(self, moment: datetime) -> float:
        """Return what the world's clock shows at a moment of this run."""
        if self._run is None:
            raise CannotRun(reason="The log has an event before the world's clock began to run.")
        return self._run.world_s + max(0.0, (moment - self._run.at).total_seconds()) * self._run.speed

    def _plan(self, at_s: float, act: Act) -> None:
        heapq.heappush(self._heap, (at_s, act.who, act.key, act))

    def _plan_minutes(self) -> None:
        """Plan the everyday rhythm one minute ahead, thinned by how busy the hour is."""
        assert self._run is not None, "begin first"
        while self._next_minute * 60 <= self._now_s + 60:
            for chance in self._everyday.minute(self._next_minute):
                moment = self._run.at + timedelta(seconds=chance.at_s - self._run.world_s)
                if chance.luck < self._world.rhythm.weight(moment):
                    self._plan(chance.at_s, chance.act)
            self._next_minute += 1

    # Deeds

    def _do(self, act: Act, now: datetime) -> None:
        network = self._network
        if act.unless_answered and act.reply_to is not None and self._was_answered(act.reply_to):
            return
        if act.edits is not None:
            network.edit(act.edits, act.text, now)
        elif act.deletes is not None:
            network.delete(act.deletes, now)
        elif act.to is not None:
            network.tell(act.who, act.to, act.text, now, key=act.key, lang=act.lang)
        elif act.chats or act.repeats:
            self._do_to_others(act, now)
        else:
            network.say(
                act.who,
                act.text,
                now,
                key=act.key,
                reply_to=act.reply_to,
                repost_of=act.repost_of,
                lang=act.lang,
                said_at=now - timedelta(seconds=act.ago_s) if act.ago_s else None,
            )

    def _do_to_others(self, act: Act, now: datetime) -> None:
        """Answer or repost some recent small talk of somebody else; keep silent if there is none."""
        others = [each for each in self._lately if each.partition("/")[0] != act.who]
        if not others:
            return
        chosen = self._rng("lately", act.key).choice(others)
        if act.repeats:
            self._network.say(act.who, "", now, key=act.key, repost_of=chosen)
        else:
            self._network.say(act.who, act.text, now, key=act.key, reply_to=chosen, lang=act.lang)

    def _was_answered(self, post_id: str) -> bool:
        post = self._network.post(post_id)
        talk = self._talks.get((post.author.handle, post.root or post.uri))
        return talk is not None and talk.turns > 0

    # What follows from what is said

    def hear(self, event: Event) -> None:
        """Take in one event of the network, new or replayed, and plan what follows from it."""
        at_s = self._at(event.at)
        if event.message is not None:
            self._hear_message(event.message, at_s)
        elif event.type == "post" and event.post is not None:
            post = event.post
            person = self._people.get(post.author.handle)
            if post.author.handle == self._world.brand.handle:
                self._hear_brand(post, at_s)
            elif post.parent is None:
                if person is not None and post.repost_of is None:
                    self._hear_opening(post, person, at_s)
            elif post.parent_author in self._people:
                self._hear_reply(post, person, at_s)

    def _hear_opening(self, post: Post, person: Person, at_s: float) -> None:
        """Somebody of the world began to speak: a helper, reposts, an edit or a delete may follow."""
        kind = self._kind(post.id)
        if kind is None:
            return  # an outsider speaks through them
        rng = self._rng("opening", post.uri)
        if kind is Kind.SMALLTALK:
            self._lately.append(post.id)
        if kind in ABOUT_TROUBLE:
            self._plan_reposts(post, person, rng, at_s)
        if post.id not in self._kinds:  # else the story says what happens next
            self._plan_help(post, kind, person, rng, at_s)
            self._plan_change(post, person, rng, at_s)

    def _plan_reposts(self, post: Post, person: Person, rng: Random, at_s: float) -> None:
        for index in range(min(12, poisson(rng, person.reactions / LOUD)) if self._strangers else 0):
            stranger = rng.choice(self._strangers)
            act = Act(stranger.handle, f"repost-{_mark(post.uri)}-{index}", repost_of=post.id)
            self._plan(at_s + rng.uniform(20, 900), act)

    def _plan_help(self, post: Post, kind: Kind, person: Person, rng: Random, at_s: float) -> None:
        habits = self._world.habits
        if kind not in (Kind.FAULT, Kind.QUESTION) or person.lang != "en" or not self._helpers:
            return
        if rng.random() < habits.help_share:
            helper = rng.choice(self._helpers)
            text, lang = self._phrases.say("tip" if kind is Kind.FAULT else "tip_question", helper, rng)
            act = Act(helper.handle, f"tip-{_mark(post.uri)}", text, lang, reply_to=post.id, unless_answered=True)
            self._plan(at_s + rng.uniform(*habits.help_s), act)

    def _plan_change(self, post: Post, person: Person, rng: Random, at_s: float) -> None:
        luck, habits = rng.random(), self._world.habits
        if luck < habits.edit_share:
            addition, _ = self._phrases.say("edit", person, rng)
            act = Act(person.handle, f"edit-{_mark(post.uri)}", f"{post.text} {addition}", edits=post.id)
            self._plan(at_s + rng.uniform(20, 200), act)
        elif luck < habits.edit_share + habits.delete_share:
            self._plan(at_s + rng.uniform(30, 300), Act(person.handle, f"delete-{_mark(post.uri)}", deletes=post.id))

    def _hear_reply(self, post: Post, person: Person | None, at_s: float) -> None:
        """Somebody answered a person of the world, and not as the brand."""
        author = self._people[post.parent_author or ""]
        assert post.parent is not None
        rng, about = self._rng("reply", post.uri), self._kind(self._id(post.parent))
        if person is not None:
            advises = post.id.partition("/")[2].startswith("tip-")
            if not advises:
                return
        else:
            advises = about in (*ABOUT_TROUBLE, Kind.QUESTION) and Cue.FIXES in cues(post.text)
            if author.role in _SILENT or self._counted(author.handle, post.author.handle) > PATIENT:
                return
        worked = advises and rng.random() < 0.7
        if worked:
            words = "thanks" if about is Kind.QUESTION else "helped"
            self._talk(author.handle, self._id(post.parent), post.root or post.uri).ended = True
        else:
            words = "not_helped" if advises else "chat"
        text, lang = self._phrases.say(words, author, rng)
        act = Act(author.handle, f"re-{_mark(post.uri)}", text, lang, reply_to=post.id)
        self._plan(at_s + self._delay_s(rng), act)

    def _counted(self, person: str, outsider: str) -> int:
        """Return how often an outsider has answered somebody by now."""
        self._met[person, outsider] = self._met.get((person, outsider), 0) + 1
        return self._met[person, outsider]

    def _hear_brand(self, post: Post, at_s: float) -> None:
        person = self._people.get(post.parent_author or "")
        if person is None or post.parent is None:
            return
        talk = self._talk(person.handle, self._id(post.parent), post.root or post.uri)
        self._answer(person, talk, post.text, post.uri, at_s, reply_to=post.id)

    def _hear_message(self, message: Message, at_s: float) -> None:
        brand = self._world.brand.handle
        private = (message.author.handle, message.conversation)
        if message.to == brand and message.author.handle in self._people:
            if not message.id.partition("/")[2].startswith("re-"):
                self._talks[private] = Talk(self._kinds.get(message.id, Kind.PRIVATE))
        elif message.author.handle == brand and message.to in self._people:
            talk = self._talks.setdefault((message.to, message.conversation), Talk(Kind.PRIVATE))
            self._answer(self._people[message.to], talk, message.text, message.uri, at_s, reply_to=None)

    def _answer(self, person: Person, talk: Talk, said: str, uri: str, at_s: float, *, reply_to: str | None) -> None:
        """Plan what somebody does about one answer of the brand: at most once, and not for ever."""
        private, found = reply_to is None, cues(said)
        rng = self._rng("answer", uri)
        over = talk.ended or talk.turns >= self._world.habits.turns
        asked_to_tell = Cue.TELL_OTHERS in found and not talk.told_others
        if person.role in _SILENT or (over and not asked_to_tell):
            return
        if person.role is Role.HELPER and talk.kind is not Kind.SMALLTALK:
            step = Move.GLAD if talk.turns == 0 else Move.NOTHING
        else:
            step = move(talk.kind, found, turn=talk.turns, patience=person.patience, private=private, rng=rng)
        talk.turns += 1
        talk.ended = step in LAST_WORDS or (step is Move.MESSAGE and not private)
        talk.told_others |= step is Move.ADVOCATE
        if step is Move.NOTHING:
            return
        text, lang = self._phrases.say(_words_for(step, talk.kind), person, rng)
        brand, due_s = self._world.brand.handle, at_s + self._delay_s(rng)
        act = Act(person.handle, f"re-{_mark(uri)}", text, lang)
        if step is Move.ADVOCATE:
            self._plan(due_s, replace(act, key=f"{Kind.PRAISE}-{_mark(uri)}"))
        elif private or step is Move.MESSAGE:
            self._plan(due_s, replace(act, to=brand))
        else:
            self._plan(due_s, replace(act, reply_to=reply_to))
        if step is Move.MESSAGE and not private:
            self._talks[person.handle, self._network.conversation(person.handle, brand)] = Talk(talk.kind)
            text, lang = self._phrases.say("noted", person, rng)
            note = Act(person.handle, f"re-{_mark(uri)}-noted", text, lang, reply_to=reply_to)
            self._plan(due_s + rng.uniform(1, 4), note)

    def _talk(self, person: str, post_id: str, root: str) -> Talk:
        """Return the talk a post of somebody belongs to."""
        return self._talks.setdefault((person, root), Talk(self._kind(post_id) or Kind.HELLO))

    def _kind(self, post_id: str) -> Kind | None:
        """Return what a post is about, as its key tells; None for what an outsider said."""
        if (kind := self._kinds.get(post_id)) is not None:
            return kind
        first, _, rest = post_id.partition("/")[2].partition("-")
        if first == "burst":
            bursts = (burst.kind for burst in self._world.burst if rest.startswith(f"{burst.name}-"))
            return next(bursts, None)
        return _KINDS.get(first)

    def _id(self, uri: str) -> str:
        return uri.removeprefix(f"demo://{self._network.name}/")

    def _delay_s(self, rng: Random) -> float:
        return rng.uniform(*self._world.habits.answer_s)

    def _rng(self, purpose: str, name: str) -> Random:
        return Random(f"{self._world.seed}/{purpose}/{name}")


def _mark(uri: str) -> str:
    """Return a short mark of a uri for a key."""
    return hashlib.sha256(uri.encode()).hexdigest()[:12]


def _words_for(step: Move, kind: Kind) -> str:
    """Return the kind of text a move is made with."""
    if step is not Move.DETAIL:
        return step.value
    return {Kind.SERVICE: "detail_service", Kind.QUESTION: "detail_question", Kind.HELLO: "detail_hello"}.get(
        kind, "detail_fault"
    )

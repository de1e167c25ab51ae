"""The listener: hears every stream that some connection wants, triages what it hears, sees changes within seconds."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from threading import Thread
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from hubbub.care import selectors as care
from hubbub.care.core.understanding import LinearModel, Understanding
from hubbub.care.services import cases
from hubbub.care.services import triage as triaging
from hubbub.channels import selectors as channels
from hubbub.channels import services as health
from hubbub.channels.core.contract import Channel, SignInAgain, SlowDown
from hubbub.channels.core.gather import prompted
from hubbub.channels.core.values import StreamValue
from hubbub.channels.registry import open_channel
from hubbub.flows.ears import EARS_FOLLOW, Ears
from hubbub.flows.ingest import Ingested, catch_up, ingest, recover
from hubbub.flows.sifting import Followed, Sifting
from hubbub.flows.warming import warm
from hubbub.influence.core.weight import PROFILE
from hubbub.infra.changes import Changed, Tailer
from hubbub.infra.db import with_database
from hubbub.infra.http import Unreachable
from hubbub.infra.memory import remembering
from hubbub.infra.places import Places
from hubbub.infra.spool import Spool
from hubbub.kernel.batch import Lines, RawBatch
from hubbub.kernel.errors import HubbubError
from hubbub.kernel.ids import CaseId, StreamId
from hubbub.kernel.speech import say, speaking
from hubbub.listening import selectors as listening
from hubbub.listening.services import Fenced, learn_author

log = logging.getLogger(__name__)
T = TypeVar("T")

LOOKS_EVERY_S = 2.0
RETRY_S = (1.0, 2.0, 5.0, 10.0, 30.0)
STEADY_S = 60.0  # a stream that held so long begins with the shortest retry again
WELL_EVERY_S = 15.0
TRIAGED_AT_ONCE = 5, 25, 100  # in one transaction: at least, at first, at most
HOLDS_S = 0.08  # so long: on SQLite, who resolves a case waits for it
HEARD_EVERY_S = 0.1  # so long lines that may matter wait for others
IDLE_COMMIT_S = 2.0  # a batch in which nothing was heard only moves the cursor, at most this often
PROFILE_S = 2.0
PROFILES_AGAIN_S = 60.0
THREAD_S = 5.0
CONVERSATIONS_AGAIN_S = 30.0


class Shared:
    """What the streams of one listening process share: compiled topics, the model, the database's thread."""

    def __init__(self, places: Places, understanding: Understanding) -> None:
        self.places, self.understanding = places, understanding
        self.ears: Ears | None = None
        self.followed = Followed()
        self._at_once = TRIAGED_AT_ONCE[1]
        self._database = ThreadPoolExecutor(1, "database")
        self._compiling = ThreadPoolExecutor(1, "compiling")

    async def db(self, work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Do something with the database, in the one thread that does."""
        call = partial(with_database, work, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._database, call)

    async def compile(self) -> None:
        """Take the topics as they are now. Meanwhile the old ones are listened for; the swap falls between batches."""
        work = partial(with_database, Ears.open, self.ears)
        self.ears = await asyncio.get_running_loop().run_in_executor(self._compiling, work)

    async def triage_all(self) -> None:
        """Decide about everything that waits."""
        while workspaces := await self.db(listening.waiting_workspaces):
            for workspace in workspaces:
                await self.db(self._triage, workspace)

    def _triage(self, workspace: int) -> None:
        """Decide about as many as take the time that others may wait."""
        reads = care.understanding(workspace, self.understanding)
        with remembering():
            done, held_s = triaging.turn(workspace, understanding=reads, now=_now(), limit=self._at_once)
        if done and (held_s > HOLDS_S or done == self._at_once):
            least, _, most = TRIAGED_AT_ONCE
            self._at_once = max(least, min(most, round(done * HOLDS_S / held_s)))

    def close(self) -> None:
        """Wait for the threads to end."""
        self._compiling.shutdown()
        self._database.shutdown()


@dataclass(slots=True)
class Listener:
    """Everything one listening process holds. `run` returns when `stop` is set."""

    places: Places
    allow_private: frozenset[str]
    understanding: Understanding = field(default_factory=LinearModel.shipped)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    _open: dict[StreamId, tuple[tuple[Any, ...], asyncio.Task[None]]] = field(default_factory=dict)
    _hearing: dict[StreamId, "OneStream"] = field(default_factory=dict)

    async def run(self) -> None:
        """Listen until told to stop; what was heard by then is committed."""
        shared = Shared(self.places, self.understanding)
        tailer = Tailer()
        async with tailer.subscribe(lambda line: line.kind in EARS_FOLLOW) as news:
            try:
                # A post that one stream committed has to be known before another stream tells of it.
                for stream in await shared.db(channels.streams):
                    await shared.db(catch_up, stream.id, stream.next_segment, self.places)
                await shared.db(shared.followed.look)
                await self._refresh(shared)
                await shared.triage_all()
                Thread(target=warm, daemon=True).start()  # what the first post would have to wait for
                while not self.stop.is_set():
                    if await self._news(news):
                        await self._refresh(shared)
                    await self._follow(shared)
            finally:
                await self._end(list(self._open))
                shared.close()

    async def _news(self, news: "asyncio.Queue[Changed]") -> bool:
        """Wait for a change of topics or connections; say whether one came, or a stream's task died."""
        stopping = asyncio.ensure_future(self.stop.wait())
        waiting = asyncio.ensure_future(news.get())
        await asyncio.wait({stopping, waiting}, timeout=LOOKS_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
        came = waiting.done()
        for task in (stopping, waiting):
            task.cancel()
        while not news.empty():
            news.get_nowait()
        return came or any(task.done() for _, task in self._open.values())

    async def _follow(self, shared: Shared) -> None:
        """Let every stream know of threads that another process or stream made us follow."""
        if fresh := await shared.db(shared.followed.look):
            for hearing in self._hearing.values():
                await shared.db(hearing.follow, fresh)

    async def _refresh(self, shared: Shared) -> None:
        """Compile the topics anew and open, keep or close streams as the connections now say."""
        await shared.compile()
        wanted = {stream.id: stream for stream in await shared.db(channels.streams)}
        await self._end(
            [
                stream
                for stream, (shape, task) in self._open.items()
                if stream not in wanted or shape != _shape(wanted[stream]) or task.done()
            ]
        )
        for stream, value in wanted.items():
            if stream not in self._open:
                hearing = OneStream(shared, value, self.allow_private)
                self._hearing[stream] = hearing
                self._open[stream] = (_shape(value), asyncio.create_task(hearing.run(), name=value.scope))

    async def _end(self, streams: list[StreamId]) -> None:
        tasks = [self._open.pop(stream)[1] for stream in streams]
        for stream in streams:
            del self._hearing[stream]
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                log.error("A stream's task died", exc_info=ended)


class OneStream:
    """Hears one stream for ever; trouble is shown in words and tried again, ever more slowly."""

    def __init__(self, shared: Shared, stream: StreamValue, allow_private: frozenset[str]) -> None:
        self.shared, self.stream, self.allow_private = shared, stream, allow_private
        self._turn = asyncio.Lock()  # who puts something into the stream's segments; `stream` says where it stands
        self._opened = asyncio.Event()  # there may be new cases whose conversation nobody has read
        self._sifting: Sifting | None = None
        self._passed = 0  # lines in which nothing was heard, since the cursor was last committed
        self._heard_at = self._committed_at = 0.0
        self._profiles_from = 0.0
        self._spool = Spool(shared.places.spool, stream.id, shared.places.spool_bytes)

    async def run(self) -> None:
        """Hear until cancelled. One channel serves every try, so that a sign-in lasts."""
        stream, tries = self.stream, 0
        channel = open_channel(stream.kind, stream.config, stream.secret, allow_private=self.allow_private)
        try:
            while True:
                begun = _clock()
                with speaking(stream.language):
                    words, wait_s = await self._hear(channel, tries)
                tries = 0 if _clock() - begun > STEADY_S else tries + 1
                log.warning("%s: %s Again in %.0f s.", stream.scope, words, wait_s)
                with contextlib.suppress(Exception):
                    await self.shared.db(health.note_failure, stream.id, words, now=_now())
                await asyncio.sleep(wait_s)
        finally:
            self._spool.flush(_now())
            await channel.aclose()

    async def _hear(self, channel: Channel, tries: int) -> tuple[str, float]:
        """Hear until it breaks; return why in words, and how long to wait."""
        patience = RETRY_S[min(tries, len(RETRY_S) - 1)]
        try:
            self.stream = await self.shared.db(recover, self.stream.id, self.shared.places)
            self._sifting, self._passed = Sifting.of(self.stream), 0
            await self.shared.db(health.note_opened, self.stream.id, now=_now())
            self._opened.set()
            beside = [asyncio.create_task(each(channel)) for each in (self._keep_well, self._read_conversations)]
            try:
                async for raw in prompted(channel.hear(self.stream.cursor), HEARD_EVERY_S):
                    await self._take(raw, channel)
            finally:
                for task in beside:
                    task.cancel()
                await asyncio.gather(*beside, return_exceptions=True)
            return say("The network ended the connection."), patience
        except Fenced as error:
            return str(error), RETRY_S[-1]
        except SlowDown as error:
            return str(error), _wait_s(error, RETRY_S[-1])
        except HubbubError as error:
            return str(error), patience
        except Exception:
            log.exception("Stream %s failed", self.stream.scope)
            return say("Something unexpected happened; the log says what."), patience

    async def _keep_well(self, channel: Channel) -> None:
        """Say that the stream is well as long as it does not break, also when nobody says anything."""
        with contextlib.suppress(HubbubError):
            await channel.check()
            while True:
                await self.shared.db(health.note_well, self.stream.id, now=_now())
                await asyncio.sleep(WELL_EVERY_S)

    def follow(self, uris: set[str]) -> None:
        """Hear what is said in these threads from now on."""
        if self._sifting is not None:
            self._sifting.follow(uris)

    async def _take(self, raw: RawBatch | None, channel: Channel) -> None:
        """Hear one batch, or what waited for others (None: nothing more came), and decide."""
        if self._sifting is None:
            done = None if raw is None else await self._hear_whole(raw, channel)
        else:
            done = await self._hear_sieved(self._sifting, raw)
        if done is not None and done.rows:
            await self._learn_authors(channel)
            await self.shared.triage_all()
            self._opened.set()

    async def _hear_whole(self, raw: RawBatch, channel: Channel) -> Ingested:
        if not channel.abilities.narrow:
            await self.shared.db(self._spool.keep, Lines.of(raw.lines), raw.arrived_at)
        async with self._turn:
            return await self._ingest(raw)

    async def _hear_sieved(self, sifting: Sifting, raw: RawBatch | None) -> Ingested | None:
        """Let through what may matter; hear it once there is much of it, or it waited long enough."""
        if raw is not None:
            assert self.shared.ears is not None
            await self.shared.db(self._sift, sifting, raw, self.shared.ears)
            if not sifting.pressing and _clock() - self._heard_at < HEARD_EVERY_S:
                return None
        if not sifting:
            return None
        async with self._turn:
            self._heard_at = _clock()
            lines, named, left_out = sifting.taken()
            self._passed += left_out
            done = await self._ingest(lines, named=named)
        if done.rows:
            sifting.follow(await self.shared.db(self.shared.followed.look))
        return done

    def _sift(self, sifting: Sifting, raw: RawBatch, ears: Ears) -> None:
        """Keep lines as they came, for topics to come, and sieve them."""
        self._spool.keep(Lines.of(raw.lines), raw.arrived_at)
        sifting.add(raw, ears, self.shared.followed.uris)

    async def _ingest(
        self, raw: RawBatch, *, follow: frozenset[str] = frozenset(), named: NDArray[np.bool_] | None = None
    ) -> Ingested:
        assert self.shared.ears is not None
        done = await self.shared.db(
            self._ingest_here,
            raw,
            ears=self.shared.ears,
            understanding=self.shared.understanding,
            places=self.shared.places,
            now=_now(),
            follow=follow,
            passed=self._passed,
            idle=_clock() - self._committed_at > IDLE_COMMIT_S,
            named=named,
        )
        self.stream = done.stream
        if done.committed:
            self._passed, self._committed_at = 0, _clock()
        else:
            self._passed += len(raw.lines)
        return done

    def _ingest_here(self, raw: RawBatch, **how: Any) -> Ingested:
        """Ingest; where somebody told of the stream's past meanwhile, take up what that committed, and go on."""
        while True:
            try:
                return ingest(self.stream, raw, **how)
            except Fenced:
                now = recover(self.stream.id, self.shared.places)
                if json.dumps(now.cursor, sort_keys=True) != json.dumps(self.stream.cursor, sort_keys=True):
                    raise  # another process listens to it, too
                self.stream = now

    async def _learn_authors(self, channel: Channel) -> None:
        """Read the profiles of authors that a stream names by id only, before anything is decided."""
        if _clock() < self._profiles_from:
            return
        for post, author in await self.shared.db(listening.without_author, self.stream.id):
            try:
                async with asyncio.timeout(PROFILE_S):
                    account = await channel.account(author)
            except (HubbubError, TimeoutError):  # posts are decided about as they are, and none waits for this again
                self._profiles_from = _clock() + PROFILES_AGAIN_S
                return
            if account is not None:
                profile = {name: getattr(account, name) for name in PROFILE}
                await self.shared.db(learn_author, post, **profile)

    async def _read_conversations(self, channel: Channel) -> None:
        """Read what was said around new cases, so that nobody answers what the crowd has answered.

        Beside the hearing: what is said just now waits for no conversation.
        """
        while channel.abilities.threads:
            await self._opened.wait()
            self._opened.clear()
            try:
                while new := await self.shared.db(care.threads_to_read, self.stream.connections, channel.connector):
                    await self._read_around(dict(new), channel)
            except HubbubError as error:
                log.warning("%s: conversations are read later. %s", self.stream.scope, error)
                await self._read_later(_wait_s(error, CONVERSATIONS_AGAIN_S))
            except Exception:
                log.exception("%s: conversations are read later", self.stream.scope)
                await self._read_later(CONVERSATIONS_AGAIN_S)

    async def _read_later(self, wait_s: float) -> None:
        await asyncio.sleep(wait_s)
        self._opened.set()

    async def _read_around(self, posts: Mapping[CaseId, str], channel: Channel) -> None:
        lines: list[bytes] = []
        away: list[Unreachable] = []
        for uri in posts.values():
            try:
                async with asyncio.timeout(THREAD_S):
                    around = await channel.thread(uri)
            except (SlowDown, SignInAgain):
                raise
            except Unreachable as error:
                away.append(error)
            except (HubbubError, TimeoutError):
                pass  # the case is worked on as it is
            else:
                lines += around.lines if around else ()
        if len(away) == len(posts):  # it is the network; one that fails beside others is that conversation
            raise away[0]
        if lines:
            async with self._turn:  # it is no piece of the stream: the cursor stays where it is
                await self._ingest(RawBatch(lines, self.stream.cursor, _now()), follow=frozenset(posts.values()))
            await self.shared.triage_all()
        await self.shared.db(cases.threads_read, posts, now=_now())


def _shape(stream: StreamValue) -> tuple[Any, ...]:
    """What must not change under an open stream."""
    return stream.kind, repr(sorted(stream.config.items())), repr(sorted(stream.secret.items())), stream.connections


def _wait_s(error: HubbubError, otherwise: float) -> float:
    """Return how long a network asks us to wait."""
    return float(str(error.facts.get("wait_s", otherwise)))


def _now() -> datetime:
    return datetime.now(UTC)


def _clock() -> float:
    """Seconds that never go back, whatever happens to the machine's clock."""
    return asyncio.get_running_loop().time()

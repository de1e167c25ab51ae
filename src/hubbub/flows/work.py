"""The worker: sends, ends holds, reviews watches, archives, and tidies once a day."""

import asyncio
import contextlib
import fcntl
import logging
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hubbub.care import selectors as care
from hubbub.care.selectors import calls
from hubbub.care.services import (
    advocates,
    cases,
    clocks,
    counting,
    escalation,
    happenings,
    knowledge,
    mutes,
    ratings,
    triage,
    work,
)
from hubbub.care.services import notices as notice_services
from hubbub.care.services.pasts import forget_old_pasts
from hubbub.care.services.searching import Follower
from hubbub.channels import services as channels
from hubbub.flows import alerts, chat, customers, files, notices, reports, retention, routing
from hubbub.flows.archive import archive_due
from hubbub.flows.calls import hand_over
from hubbub.flows.decide import decide
from hubbub.flows.events import ask_accounts
from hubbub.flows.forecasting import forecast_all
from hubbub.flows.learning import learn_all
from hubbub.flows.lookback import look_back_all
from hubbub.flows.measuring import measure_all
from hubbub.flows.pasts import read_pasts
from hubbub.flows.rostering import make_due
from hubbub.flows.send import Sender
from hubbub.flows.warming import warm_planning
from hubbub.infra import archive, changes
from hubbub.infra.changes import Tailer
from hubbub.infra.db import with_database
from hubbub.infra.places import Places
from hubbub.kernel.errors import Conflict
from hubbub.kernel.ids import WorkspaceId
from hubbub.listening import selectors as listening_selectors
from hubbub.listening import services as listening
from hubbub.listening.services import alerts as alert_services
from hubbub.listening.services import history, trends

log = logging.getLogger(__name__)

SEND_EVERY_S = 2.0  # also without news: backoffs and leases run out
REVIEW_EVERY_S = 1.0
LEVELS_EVERY_S = 2.0
ACT_EVERY_S = 3.0
ARCHIVE_EVERY_S = 20.0
LEFT_OVER_EVERY_S = 5.0
FOLD_EVERY_S = 2.0
ADD_UP_EVERY_S = 300.0
ASK_EVERY_S = 60.0
PASTS_EVERY_S = 3.0
ALL_PASTS, NEWEST_PASTS = timedelta(minutes=5), 500
TRENDS_EVERY_S = 60.0
ALERTS_EVERY_S = 5.0
TELL_EVERY_S = 5.0
LOOK_BACK_EVERY_S = 3.0
REPORTS_EVERY_S = 60.0
MAIL_CHATS_EVERY_S = 20.0
MAIL_NOTICES_EVERY_S = 15.0
PEOPLE_EVERY_S = 2.0
COUNT_EVERY_S = 2.0
SEARCH_EVERY_S = 0.5
LEARN_EVERY_S = 60.0
MEASURE_EVERY_S = 20.0
FORECAST_EVERY_S = 5.0
ADVOCATES_EVERY_S = 60.0
MATCH_EVERY_S = 5.0
ROSTERS_EVERY_S = 1.0
TIDY_EVERY_S = 3600.0
NIGHTLY = timedelta(hours=22)
LEFT_OVER = timedelta(seconds=60)  # whoever heard a post decides about it, and is at it until then
THREADS = 12


@dataclass(slots=True)
class Worker:
    """Everything one working process does. `run` returns when `stop` is set."""

    home: Path
    places: Places
    allow_private: frozenset[str]
    post: alerts.Post | None = None  # none: nobody is mailed or called
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    compacted: datetime | None = None
    pasts_at: datetime | None = None  # when all watches were looked at for pasts to read
    follower: Follower = field(default_factory=Follower)  # of what changes, for the search

    async def run(self) -> None:
        """Work until told to stop. Only one worker a home runs, so that it knows its own former claims."""
        with only_one(self.home / "worker.lock"):
            # Some loops take long: a mail server that is slow, a topic that looks back. Nobody waits for them.
            asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS, "work"))
            sender = Sender(f"{socket.gethostname()}:{self.home}"[:80], self.allow_private, self.places.files)
            loops = [
                asyncio.create_task(each)
                for each in (
                    asyncio.to_thread(warm_planning),
                    self._send(sender),
                    self._often(REVIEW_EVERY_S, self._review),
                    self._often(LEVELS_EVERY_S, self._levels),
                    self._often(REVIEW_EVERY_S, self._send_due),
                    self._often(ACT_EVERY_S, self._act),
                    self._often(ARCHIVE_EVERY_S, self._archive),
                    self._often(FOLD_EVERY_S, self._fold),
                    self._often(ADD_UP_EVERY_S, self._add_up),
                    self._often(ASK_EVERY_S, self._ask_accounts),
                    self._often(PASTS_EVERY_S, self._read_pasts),
                    self._often(TRENDS_EVERY_S, self._look_for_bursts),
                    self._often(LEFT_OVER_EVERY_S, self._left_over),
                    self._often(ALERTS_EVERY_S, self._look_for_alerts),
                    self._often(TELL_EVERY_S, self._tell),
                    self._often(REPORTS_EVERY_S, self._report),
                    self._often(MAIL_CHATS_EVERY_S, self._mail_chats),
                    self._often(PEOPLE_EVERY_S, self._people),
                    self._often(COUNT_EVERY_S, self._count),
                    self._often(MAIL_NOTICES_EVERY_S, self._mail_notices),
                    self._often(LOOK_BACK_EVERY_S, self._look_back),
                    self._often(SEARCH_EVERY_S, self._index),
                    self._often(LEARN_EVERY_S, self._learn),
                    self._often(MEASURE_EVERY_S, self._measure),
                    self._often(FORECAST_EVERY_S, self._forecast),
                    self._often(ADVOCATES_EVERY_S, self._advocates),
                    self._often(MATCH_EVERY_S, self._match),
                    self._often(ROSTERS_EVERY_S, self._rosters),
                    self._often(TIDY_EVERY_S, self._tidy),
                )
            ]
            await self.stop.wait()
            for each in loops:
                each.cancel()
            await asyncio.gather(*loops, return_exceptions=True)
            await sender.aclose()

    async def _send(self, sender: Sender) -> None:
        tailer = Tailer()
        async with tailer.subscribe(lambda line: line.kind == "outbox") as news:
            while True:
                try:
                    await sender.round()
                except Exception:
                    log.exception("The outbox could not be emptied; trying again")
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(SEND_EVERY_S):  # `wait_for` may lose a cancel until Python 3.12
                        await news.get()

    async def _often(self, every_s: float, work: Callable[[], None]) -> None:
        while True:
            try:
                await asyncio.to_thread(with_database, work)
            except Exception:
                log.exception("%s failed; trying again", getattr(work, "__name__", "Work"))
            await asyncio.sleep(every_s)

    def _review(self) -> None:
        now = datetime.now(UTC)
        for workspace in triage.due_for_review(now):
            triage.review(workspace, now=now)
        cases.wake_due(now=now)

    def _index(self) -> None:
        while not self.stop.is_set() and self.follower.round(datetime.now(UTC)):
            pass

    def _levels(self) -> None:
        now = datetime.now(UTC)
        clocks.aim_again(now)
        escalation.take_steps(now)
        if self.post is not None:
            ratings.ask_due(self.post.letters.rating_link, now)

    def _match(self) -> None:
        while not self.stop.is_set() and customers.look(datetime.now(UTC)):
            pass

    def _rosters(self) -> None:
        while not self.stop.is_set() and make_due(lambda: datetime.now(UTC), stopped=self.stop.is_set):
            pass

    def _send_due(self) -> None:
        now = datetime.now(UTC)
        for which in care.due_replies(now):
            cases.send_due(which, now=now)

    def _act(self) -> None:
        now = datetime.now(UTC)
        happenings.act(now)
        mutes.end_due(now=now)

    def _archive(self) -> None:
        try:
            self._look_for_alerts()  # before segments go
        except Exception:
            log.exception("Alerts were not looked for; archiving all the same")
        archive_due(self.places, now=datetime.now(UTC))

    def _fold(self) -> None:
        listening.fold()

    def _add_up(self) -> None:
        now = datetime.now(UTC)
        history.roll_up_hours(now=now)
        history.merge_digests(now=now)

    def _ask_accounts(self) -> None:
        asyncio.run(ask_accounts(self.allow_private, datetime.now(UTC)))

    def _read_pasts(self) -> None:
        now = datetime.now(UTC)
        every = self.pasts_at is None or now - self.pasts_at > ALL_PASTS
        read_pasts(self.places, allow_private=self.allow_private, now=now, among=None if every else NEWEST_PASTS)
        if every:
            self.pasts_at = now

    def _look_for_bursts(self) -> None:
        trends.look(datetime.now(UTC))

    def _look_for_alerts(self) -> None:
        alerts.look(self.places, now=datetime.now(UTC))

    def _tell(self) -> None:
        if self.post is not None:
            alerts.tell(self.post, now=datetime.now(UTC))

    def _report(self) -> None:
        if self.post is not None:
            reports.send_due(self.post, now=datetime.now(UTC))

    def _mail_chats(self) -> None:
        if self.post is not None:
            chat.mail_unseen(self.post, now=datetime.now(UTC))

    def _count(self) -> None:
        counting.count_anew(datetime.now(UTC))

    def _people(self) -> None:
        now = datetime.now(UTC)
        work.settle_all(now=now)
        routing.give_out(now)

    def _mail_notices(self) -> None:
        if self.post is not None:
            notices.mail_due(self.post, now=datetime.now(UTC))

    def _look_back(self) -> None:
        look_back_all(self.places, allow_private=self.allow_private)

    def _advocates(self) -> None:
        advocates.look_all(datetime.now(UTC))

    def _learn(self) -> None:
        learn_all()

    def _measure(self) -> None:
        measure_all(datetime.now(UTC))

    def _forecast(self) -> None:
        while not self.stop.is_set() and forecast_all(datetime.now(UTC)):
            pass

    def _left_over(self) -> None:
        """Hear and triage what a killed import or web process stored but did not decide about: chats, calls, posts."""
        chat.hear_left_over(self.places, now=datetime.now(UTC))
        chat.quiet_down(datetime.now(UTC))
        for workspace in listening_selectors.waiting_workspaces(datetime.now(UTC) - LEFT_OVER):
            decide(workspace, datetime.now(UTC))
        for workspace in calls.workspaces_with_waiting_calls():
            hand_over(WorkspaceId(workspace), self.places, now=datetime.now(UTC))

    def _tidy(self) -> None:
        now = datetime.now(UTC)
        changes.prune(now)
        cases.close_due(now=now)
        alert_services.forget_old(now)
        notice_services.forget_old(now)
        cases.forget_empty_drafts(now)
        forget_old_pasts(now)
        work.end_left(now=now)
        knowledge.settle(now)
        channels.forget_troubles(now - timedelta(days=30))
        channels.forget_old_calls(now=now)
        if self.compacted is None or now - self.compacted > NIGHTLY:
            retention.remove_old(self.places, now=now)
            retention.remove_useless(now)
            archive.compact(self.places.archive)
            files.sweep(self.places.files, now=now)
            self.compacted = now
        listening.forget_tombstones(now - timedelta(days=30))


@contextlib.contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold a lock file while the block runs; Conflict if another process holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(reason=f"Another process holds {path}; only one runs in a home.") from None
        yield

"""Processes that die in the middle of their work: SIGKILL at a named place, in a life of its own.

Each life is a real process with the same database and folders. One server forks them all, with what they
import imported already, so that a life costs a fraction of a second.
"""

import asyncio
import contextlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import django

django.setup()  # where a life begins; in the tests' own process it was done before

from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402

from hubbub.accounts.core.access import Access  # noqa: E402
from hubbub.care.core.understanding import LinearModel  # noqa: E402
from hubbub.care.services.escalation import take_steps  # noqa: E402
from hubbub.care.services.triage import triage  # noqa: E402
from hubbub.channels.adapters.chat.visits import Place, Visit  # noqa: E402
from hubbub.config.secrets import keys_at_rest  # noqa: E402
from hubbub.flows import chat  # noqa: E402
from hubbub.flows.archive import archive_due  # noqa: E402
from hubbub.flows.corrections import correct  # noqa: E402
from hubbub.flows.ears import Ears  # noqa: E402
from hubbub.flows.erasure import erase  # noqa: E402
from hubbub.flows.hand_in import import_file  # noqa: E402
from hubbub.flows.ingest import ingest, recover  # noqa: E402
from hubbub.flows.lookback import look_back_all  # noqa: E402
from hubbub.flows.quarantine import hear_again  # noqa: E402
from hubbub.flows.send import Sender  # noqa: E402
from hubbub.infra.environment import read  # noqa: E402
from hubbub.infra.places import Places  # noqa: E402
from hubbub.kernel.batch import RawBatch  # noqa: E402
from hubbub.kernel.ids import StreamId, WorkspaceId  # noqa: E402
from hubbub.listening.core.corrections import Correction  # noqa: E402
from hubbub.listening.core.heard import Sought  # noqa: E402
from hubbub.listening.services import backfill  # noqa: E402
from tests.make import NO_FILES, NOON  # noqa: E402

KILLED = -signal.SIGKILL
LIFE_S = 180
_lives = multiprocessing.get_context("forkserver")
_lives.set_forkserver_preload([__name__])


def live(failpoint: str, work: Callable[..., None], *given: Any) -> int | None:
    """Do some work in a process that dies at a failpoint (`name` or `name:passage`; "" for none).

    Returns its exit code: 0 when it came to the end of its work, KILLED when it died at the failpoint.
    """
    database = str(settings.DATABASES["default"]["NAME"])
    process = _lives.Process(target=_live, args=(database, failpoint, work, given))
    process.start()
    process.join(LIFE_S)
    if process.exitcode is None:
        process.kill()
    return process.exitcode


def survivors(failpoint: str) -> list[Path]:
    """The processes that a life started for itself and that did not notice its end yet."""
    told = f"HUBBUB_FAILPOINT={failpoint}\0".encode()
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):  # it ended meanwhile, or is none of ours
            found += [environ.parent] if told in environ.read_bytes() else []
    return found


def _live(database: str, failpoint: str, work: Callable[..., None], given: tuple[Any, ...]) -> None:
    if failpoint:
        os.environ["HUBBUB_FAILPOINT"] = failpoint
    connections["default"].settings_dict["NAME"] = database
    work(*given)
    connections.close_all()


def take_out(access: Access, topic: int, places: Places) -> None:
    """Take all posts out of a topic."""
    sought = Sought(NOON - timedelta(days=9), NOON + timedelta(days=9), topic)
    correct(access, sought, Correction(drop=frozenset({topic})), "Out", places, now=NOON + timedelta(hours=1))


def look_back(access: Access, topic: int, places: Places) -> None:
    """Let a new topic look back."""
    backfill.ask(access, topic, now=NOON + timedelta(hours=1))
    look_back_all(places, now=lambda: NOON + timedelta(hours=1))


def hear_and_archive(stream_id: StreamId, workspace: int, batches: Sequence[list[bytes]], places: Places) -> None:
    """Listen as a listener does, from where the last life committed, and archive after each batch."""
    understanding, ears = LinearModel.shipped(), Ears.open()

    def decide_and_archive() -> None:
        while triage(workspace, understanding=understanding, now=NOON):
            pass
        archive_due(places, now=NOON, age=timedelta(0))

    stream = recover(stream_id, places)
    decide_and_archive()
    for number, lines in enumerate(batches, 1):
        if number > (stream.cursor or 0):
            raw = RawBatch(lines, number, NOON)
            stream = ingest(stream, raw, ears=ears, understanding=understanding, places=places, now=NOON).stream
            decide_and_archive()


def send() -> None:
    """Send what is in the outbox, as the worker of this home does."""

    async def run() -> None:
        sender = Sender("this home", frozenset(("demo", "webhook", "mail", "mastodon")), NO_FILES)
        await sender.round()
        await sender.aclose()

    asyncio.run(run())


def say_in_chat(place: Place, visit: Visit, places: Places) -> None:
    """A visitor says something, and their page tries again if it learns nothing of it."""
    chat.say(place, visit, "key-0001", text="Is anybody there?", places=places, now=NOON)


def import_in(workspace: WorkspaceId, config: dict[str, str], places: Places) -> None:
    """Import a file, as `hubbub import` does."""
    import_file(workspace, config, places=places)


def read_again(access: Access, places: Places) -> None:
    """Read what is held in quarantine again, as its page does."""
    hear_again(access, places, now=NOON)


def erase_ann(access: Access, places: Places) -> None:
    """Erase somebody, as the page does."""
    erase(access, "demo", "ann", places, now=NOON)


def rotate(home: str, drop_old: bool) -> None:
    """Change the key at rest of a home, as `hubbub secrets rotate` does."""
    from hubbub.cli import secrets

    use_keys_of(home)
    secrets.SETTLES_S = 0.0
    secrets.rotate.callback(drop_old)  # type: ignore[misc]


def use_keys_of(home: str) -> None:
    """Let this process be of another home, as far as its keys go."""
    settings.ENVIRONMENT = read({"HUBBUB_HOME": home})
    settings.SECRET_KEYS_AT_REST = partial(keys_at_rest, settings.ENVIRONMENT)


def escalate(minutes: int) -> None:
    """Take the steps whose time has come so long after noon."""
    take_steps(NOON + timedelta(minutes=minutes))

"""The single processes of an installation; `hubbub run` starts them all."""

import asyncio
import os
import signal
import threading
from pathlib import Path

import click

from hubbub.cli.setup import start
from hubbub.infra.environment import PARENT
from hubbub.infra.places import places

NICE = {"sqlite": {"listener": 0, "worker": 5}, "postgresql": {"listener": 10, "worker": 10}}
"""People at pages have the processor first: what is heard and what is to be worked off can wait. Not for ever: these
processes hold locks, too, and SQLite's is everybody's."""


def end_with_parent() -> None:
    """End when the process that started us is gone, however it went: its end of our standard input closes."""
    if os.environ.get(PARENT) != "pipe":
        return

    def wait() -> None:
        while os.read(0, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True, name="parent").start()


def _until_stopped(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)


@click.command("web")
def web_command() -> None:
    """Serve the pages, the API and the live events."""
    end_with_parent()
    start(pool=True)
    from django.conf import settings
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    env = settings.ENVIRONMENT
    Granian(
        "hubbub.config.asgi:application",
        address=env.host,
        port=env.port,
        interface=Interfaces.ASGI,
        workers=env.workers,
        websockets=False,
        static_path_route=["/static"],
        static_path_mount=[settings.STATIC_ROOT],
        static_path_expires=31_536_000,
        log_level=LogLevels.warning,
        workers_kill_timeout=5,
        respawn_failed_workers=True,
    ).serve()


@click.command("listener")
def listener_command() -> None:
    """Hear every connection, triage what comes."""
    end_with_parent()
    start(pool=True)
    from django.conf import settings
    from django.db import connection

    from hubbub.flows.listen import Listener

    os.nice(NICE[connection.vendor]["listener"])

    async def run() -> None:
        listener = Listener(places(), settings.ENVIRONMENT.allow_private)
        _until_stopped(listener.stop)
        await listener.run()

    asyncio.run(run())


@click.command("worker")
def worker_command() -> None:
    """Send replies, end holds, archive, tidy."""
    end_with_parent()
    start(pool=True)
    from django.conf import settings
    from django.db import connection
    from django.utils.module_loading import import_string

    from hubbub.flows.alerts import Post
    from hubbub.flows.work import Worker
    from hubbub.infra.sqlite.base import DatabaseWrapper

    DatabaseWrapper.polite = True
    os.nice(NICE[connection.vendor]["worker"])
    env = settings.ENVIRONMENT
    letters = import_string(settings.LETTERS)(env.address)
    post = Post(letters, env.mail_server, env.mail_from, "webhook" in env.allow_private)

    async def run() -> None:
        worker = Worker(settings.HOME, places(), env.allow_private, post)
        _until_stopped(worker.stop)
        await worker.run()

    asyncio.run(run())


@click.command("network")
@click.option("--world", type=click.Path(path_type=Path, dir_okay=False), help="A world of your own (docs/world.md).")
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), help="Where it keeps what was said.")
@click.option("--port", type=click.IntRange(1, 65_535), help="Where it answers.")
def network_command(world: Path | None, home: Path | None, port: int | None) -> None:
    """Run the demo network, alone."""
    end_with_parent()
    from hubbub.infra import environment
    from hubbub.simulate import server
    from hubbub.simulate.world import read_world

    try:
        env = environment.read()
    except environment.SettingError as error:
        raise click.ClickException(str(error)) from None

    def tell(address: str) -> None:
        if PARENT not in os.environ:
            click.echo(f"The demo network answers at {address}", err=True)

    async def run() -> None:
        stop = asyncio.Event()
        _until_stopped(stop)
        await server.serve(
            world=read_world(world) if world else read_world(),
            home=home or env.home / "network",
            port=port or env.network_port,
            ready=tell,
            stop=stop,
        )

    asyncio.run(run())

"""`hubbub run` and `hubbub demo`: prepare, start every process, watch them, stop them all."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import click

from hubbub.cli.prepare import prepare
from hubbub.cli.setup import start
from hubbub.infra.environment import PARENT

READY_S = 60.0
STOP_S = 10.0
RESTART_S = 2.0


@dataclass(slots=True)
class Crew:
    """The processes of one installation. A process that dies is started again; none outlives us."""

    environ: Mapping[str, str]
    _running: dict[str, tuple[list[str], subprocess.Popen[bytes]]] = field(default_factory=dict)
    _again: dict[str, float] = field(default_factory=dict)
    stopping: bool = False

    def begin(self, name: str, *arguments: str) -> None:
        """Start `hubbub <arguments>`."""
        command = [sys.executable, "-m", "hubbub", *arguments]
        self._running[name] = (command, self._start(command))

    def _start(self, command: list[str]) -> subprocess.Popen[bytes]:
        # Their standard input stays open as long as we live: when it closes, they end.
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, env={**self.environ, PARENT: "pipe"}, start_new_session=True
        )

    def watch(self) -> None:
        """Start again what died, after a pause."""
        now = time.monotonic()
        for name, (command, process) in self._running.items():
            if process.poll() is None or self.stopping:
                continue
            if name not in self._again:
                click.echo(f"hubbub: {name} ended with status {process.returncode}; starting it again.", err=True)
                self._again[name] = now + RESTART_S
            elif now >= self._again[name]:
                del self._again[name]
                self._running[name] = (command, self._start(command))

    def ended(self, name: str) -> int | None:
        """Return the exit status of a process that has ended, None while it runs."""
        return self._running[name][1].poll()

    def end(self) -> None:
        """Ask every process to stop, newest first; kill what does not."""
        self.stopping = True
        processes = [process for _, process in reversed(self._running.values())]
        for process in processes:
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + STOP_S
        for process in processes:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            if process.stdin:
                process.stdin.close()


def _free(host: str, port: int, setting: str) -> None:
    """Say early, and in words, that a port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"Port {port} on {host} can't be used: {error.strerror}. Choose another with {setting}=…"
            ) from None


def _wait_for(address: str, crew: Crew, name: str) -> None:
    """Wait until an address answers; stop where its process died."""
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        if crew.ended(name) is not None:
            raise click.ClickException(f"The {name} process could not start; what it said stands above.")
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise click.ClickException(f"{address} does not answer after {READY_S:.0f} seconds.")


@contextlib.contextmanager
def _crew(environ: Mapping[str, str]) -> Iterator[Crew]:
    """Run a crew until Ctrl-C or SIGTERM, and end it however the block ends."""
    crew = Crew(environ)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield crew
    except KeyboardInterrupt:
        click.echo("\nStopping…", err=True)
    finally:
        for number in before:
            signal.signal(number, signal.SIG_IGN)
        crew.end()
        for number, handler in before.items():
            signal.signal(number, handler)
        click.echo("Stopped. Everything is kept; start again to go on.", err=True)


def _stay(crew: Crew, *chores: Callable[[datetime], object]) -> None:
    while True:
        crew.watch()
        for chore in chores:
            chore(datetime.now(UTC))
        time.sleep(0.5)


@click.command("run")
def run_command() -> None:
    """Start web, listener and worker; print the first-run link where nobody has claimed this installation."""
    start()
    from django.conf import settings

    env = settings.ENVIRONMENT
    _free(env.host, env.port, "HUBBUB_PORT")
    prepare(quiet=True)
    with _crew(os.environ) as crew:
        crew.begin("web", "web")
        _wait_for(f"{_local(env.host, env.port)}/health", crew, "web")
        crew.begin("listener", "listener")
        crew.begin("worker", "worker")
        _greet_first(env.address)
        _stay(crew)


def _local(host: str, port: int) -> str:
    local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://{f'[{local}]' if ':' in local else local}:{port}"


def _greet_first(address: str) -> None:
    from hubbub.accounts.services import offer_first_run

    token = offer_first_run()
    click.echo(f"Hubbub is running at {address}")
    if token is not None:
        click.echo("Nobody has set it up yet. Open this link; only who has it can:\n")
        click.echo(f"{address}/start/{token}/\n")
    click.echo("Ctrl-C stops everything.")


@click.command("demo")
@click.option(
    "--world", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="A world of your own (docs/world.md)."
)
def demo_command(world: Path | None) -> None:
    """Start everything with a living demo world; print a link that signs you in."""
    if not os.environ.get("HUBBUB_HOME"):
        os.environ["HUBBUB_HOME"] = str(Path.home() / ".hubbub" / "demo")
    allowed = {*os.environ.get("HUBBUB_ALLOW_PRIVATE", "").replace(",", " ").split(), "demo"}
    os.environ["HUBBUB_ALLOW_PRIVATE"] = ",".join(sorted(allowed))
    start()
    from django.conf import settings

    from hubbub.cli.demo import furnish, keeper, remember
    from hubbub.cli.demo_staff import Planner, Telephone
    from hubbub.infra.places import places
    from hubbub.simulate.world import read_world

    read = read_world(world) if world else read_world()
    env = settings.ENVIRONMENT
    _free(env.host, env.port, "HUBBUB_PORT")
    _free("127.0.0.1", env.network_port, "HUBBUB_NETWORK_PORT")
    network = f"http://127.0.0.1:{env.network_port}"
    with _crew(os.environ) as crew:
        crew.begin("network", "network", *(["--world", str(world)] if world else []))
        prepare(quiet=True)
        crew.begin("web", "web")
        link = furnish(read, network, now=datetime.now(UTC))
        _wait_for(network, crew, "network")
        _wait_for(f"{_local(env.host, env.port)}/health", crew, "web")
        crew.begin("listener", "listener")
        crew.begin("worker", "worker")
        click.echo(f"\nHubbub is running at {env.address}, its demo network at {network}")
        click.echo("This link signs you in, once:\n")
        click.echo(f"{env.address}/enter/{link}/\n")
        click.echo("Ctrl-C stops everything; starting again goes on where it was.")
        remember(read, network, places(), now=datetime.now(UTC))  # the past joins while one looks around
        _stay(crew, *((Telephone(keeper(), places()).ring, Planner(keeper()).look) if read.staffed else ()))

"""`hubbub doctor`: checks an installation, and says what to mend."""

import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

import click

NEEDED = ("hyperscan", "lmdb", "pyarrow", "deltalake", "aiohttp", "granian")
LEAST_FREE = 2 * 2**30


@click.command("doctor")
def doctor_command() -> None:
    """Check settings, packages, disk, database, secrets and channels; exit 1 if something is to mend."""
    bad = 0
    for name, check in CHECKS:
        try:
            said = check()
            click.echo(f"  well  {name}: {said}")
        except Trouble as trouble:
            bad += 1
            click.echo(f"  MEND  {name}: {trouble}")
            if name in STANDS_ON:
                break
    click.echo("\nAll is well." if not bad else f"\n{_several(bad, 'thing')} to mend.")
    sys.exit(1 if bad else 0)


class Trouble(Exception):
    """What is wrong, and what to do."""


def _several(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _settings() -> str:
    from hubbub.infra import environment

    try:
        env = environment.read()
    except environment.SettingError as error:
        raise Trouble(str(error)) from None
    if env.unknown:
        raise Trouble(" ".join(env.unknown))
    return f"home {env.home}, address {env.address}"


def _packages() -> str:
    for name in NEEDED:
        try:
            importlib.import_module(name)
        except ImportError as error:
            raise Trouble(f"{name} can't be loaded ({error}). Run `make setup` again.") from None
    return f"Python {sys.version.split()[0]}, all there"


def _home() -> str:
    from hubbub.infra import environment

    home = environment.read().home
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe = home / ".doctor"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        raise Trouble(f"{home} can't be written: {error.strerror}. Set HUBBUB_HOME to a folder of yours.") from None
    return "can be written"


def _disk() -> str:
    from hubbub.infra import environment

    home = environment.read().home
    free = os.statvfs(home).f_bavail * os.statvfs(home).f_frsize
    if free < LEAST_FREE:
        raise Trouble(f"{home} has {free / 2**30:.1f} GB free; make room, or nothing more can be heard.")
    return f"{free / 2**30:.0f} GB free"


def _database() -> str:
    from django.db import Error, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error as error:
        raise Trouble(
            f"It can't be reached: {' '.join(str(error).split()).rstrip('.')}. Look at DATABASE_URL."
        ) from None
    if waiting:
        raise Trouble(f"It is {_several(len(waiting), 'migration')} behind. Run `hubbub prepare`.")
    return f"{connection.vendor}, up to date"


def _keys() -> str:
    from hubbub.cli.setup import start

    try:
        start()
    except SystemExit as error:  # what stops every other command is one line here
        raise Trouble(str(error.code).removeprefix("hubbub: ")) from None
    from hubbub.infra import secrets

    return f"{len(secrets.keys())} for secrets at rest"


def _secrets() -> str:
    from django.conf import settings

    from hubbub.infra import secrets

    folder: Path = settings.HOME / "secrets"
    if folder.exists() and folder.stat().st_mode & 0o077:
        raise Trouble(f"Others can read {folder}. Run: chmod 700 {folder}")
    found = secrets.look()
    if found.unreadable:
        raise Trouble(str(secrets.SecretUnreadable()))
    return f"{found.all} readable" + (f", {found.older} by an older key" if found.older else "")


def _channels() -> str:
    from hubbub.channels.models import Stream

    rows = list(Stream.objects.filter(connections__enabled=True).distinct())
    failing = [row for row in rows if row.error]
    if failing:
        raise Trouble("; ".join(f"{row.scope}: {row.error}" for row in failing[:3]))
    return _several(len(rows), "stream")


def _outbox() -> str:
    from hubbub.infra.outbox import counts

    found = counts()
    if found["uncertain"]:
        raise Trouble(
            f"{_several(found['uncertain'], 'message')} may or may not have arrived; look, and decide in the case."
        )
    return ", ".join(f"{number} {state}" for state, number in found.items() if number) or "empty"


CHECKS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("Settings", _settings),
    ("Packages", _packages),
    ("Home", _home),
    ("Disk", _disk),
    ("Keys", _keys),
    ("Database", _database),
    ("Secrets", _secrets),
    ("Channels", _channels),
    ("Outbox", _outbox),
)
STANDS_ON = ("Settings", "Packages", "Home", "Keys", "Database")  # without these, nothing more can be checked

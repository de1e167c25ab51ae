"""The key at rest is changed: everything stays readable, whoever dies when and whatever runs meanwhile."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings as django_settings
from django.db import connection

from hubbub.channels.models import Connection
from hubbub.cli import secrets as command
from hubbub.config.secrets import keys_at_rest
from hubbub.infra import secrets
from hubbub.infra.environment import read
from hubbub.infra.failpoints import FAILPOINTS
from hubbub.infra.secrets import Sealed
from hubbub.listening.core.alerts import Kind, Rule
from hubbub.listening.models import AlertRule
from hubbub.listening.services.alerts import save_rule
from tests.flows.dying import KILLED, live, rotate, use_keys_of
from tests.make import NOON, connect_demo, make_workspace

pytestmark = pytest.mark.django_db(transaction=True)
KEYS = [name for name in FAILPOINTS if name.startswith("keys.")]


@pytest.fixture
def home(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home with a key of its own and some secrets of each kind."""
    settings.ENVIRONMENT, settings.SECRET_KEYS_AT_REST = None, ()  # put back by the fixture, whatever a test sets
    monkeypatch.setattr(command, "SETTLES_S", 0.0)
    path = tmp_path / "home"
    use_keys_of(str(path))
    access = make_workspace()
    connect_demo(access)
    for number in range(3):
        Connection.objects.create(workspace_id=access.workspace, kind="demo", name=f"{number}", secret={"p": number})
        rule = Rule(0, access.workspace, f"Rule {number}", Kind.BURST, webhook="https://hooks.example/")
        save_rule(access, rule, now=NOON)
    yield path


def kept(home: Path) -> list[str]:
    """The keys in the file, newest first."""
    return (home / "secrets" / "keys").read_text().split()


def told() -> list[Any]:
    """All secrets, as they are read."""
    rows = (*Connection.objects.order_by("pk"), *AlertRule.objects.order_by("pk"))
    return [row.secret for row in rows]


def in_the_database() -> list[str]:
    """Everything in any column of any table that looks like something encrypted."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")
            found += [each for row in cursor.fetchall() for each in row if str(each).startswith("gAAAA")]
    return found


def opened_by(key: str) -> int:
    """How many of them one key opens."""
    opened = 0
    for each in in_the_database():
        with suppress(InvalidToken):
            opened += bool(Fernet(key).decrypt(each))
    return opened


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(command.secrets_command, arguments)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def test_after_a_rotation_the_newest_key_alone_opens_everything(home: Path) -> None:
    before, (old,) = told(), kept(home)
    assert opened_by(old) == len(in_the_database()) == 7
    code, words = run("rotate")
    assert code == 0
    assert "7 secrets rewritten; 7 of 7 by the new key." in words
    assert "1 older key stays in the file." in words
    new, *rest = kept(home)
    assert rest == [old]
    assert (opened_by(new), opened_by(old)) == (7, 0)
    assert told() == before
    assert secrets.look() == Sealed(newest=7)


def test_old_keys_are_dropped_when_nothing_needs_them(home: Path) -> None:
    before, (old,) = told(), kept(home)
    run("rotate")
    code, words = run("rotate", "--drop-old")
    assert (code, len(kept(home))) == (0, 1)
    assert old not in kept(home)
    assert "The old keys are gone." in words
    assert told() == before
    assert (home / "secrets" / "keys").stat().st_mode & 0o777 == 0o600


def test_a_key_that_something_needs_is_never_dropped(home: Path) -> None:
    lost = Fernet(Fernet.generate_key()).encrypt(b"{}").decode()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE channels_connection SET secret = %s WHERE name = '1'", [lost])
    code, words = run("rotate", "--drop-old")
    assert code == 1
    assert "1 can't be read with any key that is here, and stay as they are." in words
    assert "The old keys stay: 1 secrets are not rewritten." in words
    assert len(kept(home)) == 2
    assert lost in in_the_database()


@pytest.mark.parametrize("drop_old", [False, True], ids=["", "dropping"])
@pytest.mark.parametrize("failpoint", [*KEYS, "keys.resealed:4", "keys.changed:2", "keys.drafted:2"])
def test_whoever_is_killed_while_rotating_loses_nothing_and_may_do_it_again(
    home: Path, failpoint: str, drop_old: bool
) -> None:
    if failpoint in ("keys.changed:2", "keys.drafted:2") and not drop_old:
        pytest.skip("the file is changed once")
    before = told()
    assert live(failpoint, rotate, str(home), drop_old) == KILLED
    assert told() == before
    assert secrets.look().unreadable == 0
    assert live("", rotate, str(home), True) == 0
    assert told() == before
    assert len(kept(home)) == 1
    assert {path.name for path in (home / "secrets").iterdir()} == {"keys", "keys.lock"}
    assert secrets.look() == Sealed(newest=7)


def test_who_runs_meanwhile_reads_and_writes_by_the_keys_there_are(home: Path) -> None:
    stop, trouble = threading.Event(), []

    def work() -> None:
        try:
            while not stop.is_set():
                row = Connection.objects.get(name="2")
                row.secret = {"p": row.secret["p"] + 1}
                row.save(update_fields=["secret"])
        except Exception as error:
            trouble.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        for _ in range(3):
            assert run("rotate", "--drop-old")[0] == 0
    finally:
        stop.set()
        thread.join(20)
    assert trouble == []
    assert secrets.look() == Sealed(newest=7)
    assert Connection.objects.get(name="2").secret["p"] > 2


def test_two_rotations_at_once_lose_no_key(home: Path) -> None:
    before = told()
    done: list[int | None] = []
    threads = [threading.Thread(target=lambda: done.append(live("", rotate, str(home), False))) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert done == [0, 0, 0]
    assert len(set(kept(home))) == 4
    assert told() == before


def test_with_keys_of_the_environment_it_says_what_to_do_and_then_does_it(home: Path) -> None:
    before, (old,) = told(), kept(home)
    new = Fernet.generate_key().decode()
    django_settings.ENVIRONMENT = read({"HUBBUB_HOME": str(home), "HUBBUB_SECRET_KEYS": old})
    code, words = run("rotate")
    assert code == 1
    assert "hubbub new-key" in words
    assert "hubbub secrets reseal" in words
    assert kept(home) == [old]
    django_settings.SECRET_KEYS_AT_REST = keys_at_rest(
        read({"HUBBUB_HOME": str(home), "HUBBUB_SECRET_KEYS": f"{new},{old}"})
    )
    code, words = run("reseal")
    assert code == 0
    assert "7 secrets rewritten" in words
    assert "Nothing needs the other keys any more" in words
    assert (opened_by(new), told()) == (7, before)


def test_no_word_of_it_shows_a_key(home: Path) -> None:
    words = run("rotate")[1] + run("reseal")[1] + run("rotate", "--drop-old")[1] + repr(django_settings.ENVIRONMENT)
    assert not [key for key in kept(home) if key in words]

"""Secrets at rest: nothing readable in the database, keys that change, and a wrong key that says so."""

import logging
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.make import connect_demo, make_workspace

from hubbub.channels.models import Connection
from hubbub.infra.secrets import SecretUnreadable, seal, unseal

OLD, NEW, LOST = (Fernet.generate_key().decode() for _ in range(3))


@pytest.fixture
def keys(settings: Any) -> Any:
    """Sets the keys of this installation."""

    def put(*given: str) -> None:
        settings.SECRET_KEYS_AT_REST = given

    put(OLD)
    return put


@pytest.mark.parametrize("value", [{"password": "pässwörd 🔑"}, {}, [], "", None, 3, {"nested": [{"token": None}]}])
def test_what_is_sealed_comes_back(keys: Any, value: Any) -> None:
    assert unseal(seal(value)) == value


def test_the_same_secret_never_looks_the_same(keys: Any) -> None:
    assert seal({"password": "x"}) != seal({"password": "x"})


def test_new_secrets_take_the_first_key_and_old_ones_are_read_with_the_key_they_were_written_with(keys: Any) -> None:
    old = seal("old")
    keys(NEW, OLD)
    new = seal("new")
    assert (unseal(old), unseal(new)) == ("old", "new")
    keys(NEW)
    assert unseal(new) == "new"
    with pytest.raises(SecretUnreadable):
        unseal(old)


@pytest.mark.parametrize("damage", [lambda token: token[:-4] + "AAA=", lambda token: "", lambda token: "hunter2"])
def test_a_damaged_secret_is_an_error_and_not_its_ciphertext(keys: Any, damage: Any) -> None:
    with pytest.raises(SecretUnreadable):
        unseal(damage(seal("hunter2")))


def test_without_any_key_nothing_is_sealed(keys: Any) -> None:
    keys()
    with pytest.raises(ImproperlyConfigured):
        seal("hunter2")


# In the database -------------------------------------------------------------
@pytest.fixture
def stored(db: None, keys: Any) -> Connection:
    """A connection with the secret {"password": "secret"}."""
    return Connection.objects.get(pk=connect_demo(make_workspace()))


def column(pk: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM channels_connection WHERE id = %s", [pk])
        return str(cursor.fetchone()[0])


def test_the_column_holds_nothing_readable(stored: Connection) -> None:
    written = column(stored.pk)
    assert "secret" not in written
    assert "password" not in written
    assert Connection.objects.get(pk=stored.pk).secret == {"password": "secret"}


def test_a_wrong_key_says_what_to_do_and_gives_nothing_back(stored: Connection, keys: Any) -> None:
    keys(LOST)
    with pytest.raises(SecretUnreadable, match="Put the key it was written with back into the key list"):
        Connection.objects.get(pk=stored.pk)


def test_saving_writes_a_secret_anew_with_the_newest_key(stored: Connection, keys: Any) -> None:
    keys(NEW, OLD)
    Connection.objects.get(pk=stored.pk).save()
    keys(NEW)
    assert Connection.objects.get(pk=stored.pk).secret == {"password": "secret"}


def test_neither_a_printed_row_nor_a_log_of_the_database_shows_a_secret(
    stored: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        CaptureQueriesContext(connection),
        caplog.at_level(logging.DEBUG, "django.db.backends"),
    ):  # each with its values
        stored.secret = {"password": "hunter2"}
        stored.save()
        again = Connection.objects.get(pk=stored.pk)
    assert again.secret["password"] == "hunter2"
    assert any("channels_connection" in line for line in caplog.messages)
    assert "hunter2" not in caplog.text + repr(again) + str(again)

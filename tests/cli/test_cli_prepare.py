"""The commands that set an installation up: links, keys, and the database made ready."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography.fernet import Fernet
from django.test import Client
from tests.cli.terminal import hubbub
from tests.make import make_member, make_workspace

from hubbub.accounts.models import Person, SignInLink


def signed_in(path: str) -> str | None:
    """Who somebody is who opens a link in a new browser."""
    browser = Client()
    browser.get(path)
    key = browser.session.get("_auth_user_id")
    return None if key is None else Person.objects.get(pk=key).email


@pytest.mark.django_db
def test_a_link_signs_one_person_in_once(here: Path) -> None:
    make_member(make_workspace(), "Alice")
    said = hubbub("link", " Alice@Acme.example ")
    assert (said.status, said.err) == (0, "")
    address = urlsplit(said.out.strip())
    assert address.scheme == "http"
    assert signed_in(address.path) == "alice@acme.example"
    assert signed_in(address.path) is None


@pytest.mark.django_db
def test_a_link_of_yesterday_opens_nothing(here: Path) -> None:
    make_workspace()
    path = urlsplit(hubbub("link", "mia@acme.example").out.strip()).path
    SignInLink.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert signed_in(path) is None


@pytest.mark.django_db
def test_nobody_gets_a_link_for_somebody_who_is_not_here_or_not_any_more(here: Path) -> None:
    make_workspace()
    Person.objects.update(is_active=False)
    for email in ("nobody@acme.example", "mia@acme.example"):
        said = hubbub("link", email)
        assert (said.status, said.out) == (1, "")
        assert said.err == f"Error: Nobody with the address {email} is here.\n"
    assert not SignInLink.objects.exists()


def test_a_new_key_is_one_that_hubbub_takes(home: Path) -> None:
    one, two = hubbub("new-key").out, hubbub("new-key").out
    assert one != two
    assert Fernet(one.strip()).decrypt(Fernet(one.strip()).encrypt(b"hello")) == b"hello"

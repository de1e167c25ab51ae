"""Coming in by a link."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from tests.make import make_workspace

from hubbub.accounts import services
from hubbub.accounts.core.access import Role
from hubbub.kernel.ids import PersonId

pytestmark = pytest.mark.django_db

WELCOME = "Choose a password under You"


def test_a_first_link_welcomes_and_asks_for_a_password_and_a_later_one_does_not() -> None:
    mia, now = make_workspace(), datetime.now(UTC)
    first = services.invite(mia, email="ada@acme.example", name="Ada", role=Role.AGENT, now=now)
    client = Client()
    assert WELCOME in client.get(f"/enter/{first}/", follow=True).content.decode()
    later = services.make_link(PersonId(int(client.session["_auth_user_id"])), now)
    assert WELCOME not in Client().get(f"/enter/{later}/", follow=True).content.decode()

"""The first run: one door, one key, one time."""

import pytest
from django.test import Client
from tests.make import PASSWORD

from hubbub.accounts import services as accounts
from hubbub.accounts.models import Person, Workspace
from hubbub.listening.models import Topic

pytestmark = pytest.mark.django_db

GIVEN = {
    "workspace": "Acme Care",
    "timezone": "Europe/London",
    "name": "Mia Dahl",
    "email": "mia@acme.example",
    "password": PASSWORD,
    "again": PASSWORD,
}


@pytest.fixture
def key() -> str:
    """What was printed when Hubbub started."""
    made = accounts.offer_first_run()
    assert made is not None
    return made


def test_before_anybody_claimed_it_every_door_but_one_is_shut(key: str) -> None:
    client = Client()
    assert b"Nobody has set this up yet" in client.get("/").content
    assert key.encode() not in client.get("/").content
    for wrong in ("wrong", key[:-1], key.upper(), "0"):
        assert client.get(f"/start/{wrong}/").status_code == 404
        assert client.post(f"/start/{wrong}/", GIVEN).status_code == 404
    assert not Person.objects.exists()
    assert client.get(f"/start/{key}/").status_code == 200


def test_the_first_person_owns_the_workspace_and_goes_on_signed_in(key: str) -> None:
    client = Client()
    claimed = client.post(f"/start/{key}/", GIVEN)
    assert claimed.headers["Location"] == "/w/acme-care/start/"
    assert client.get("/w/acme-care/start/").status_code == 200
    listened = client.post("/w/acme-care/start/", {"query": "acme OR #acme", "class": "brand"})
    assert listened.headers["Location"] == "/w/acme-care/start/"
    assert Topic.objects.get().query == "acme OR #acme"
    assert client.get("/").headers["Location"] == "/w/acme-care/inbox/needs/"


def test_the_link_is_worth_nothing_once_somebody_claimed_it(key: str) -> None:
    Client().post(f"/start/{key}/", GIVEN)
    charlie = Client()
    assert charlie.get(f"/start/{key}/").status_code == 404
    late = charlie.post(f"/start/{key}/", GIVEN | {"email": "charlie@globex.example"})
    assert late.status_code == 404
    assert charlie.get("/").headers["Location"] == "/signin/"
    assert (Person.objects.count(), Workspace.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"again": "something else"}, "The two passwords differ."),
        ({"password": "short", "again": "short"}, "too short"),
        ({"email": "mia at acme"}, "is no e-mail address"),
        ({"timezone": "Atlantis/Middle"}, "There is no time zone"),
        ({"workspace": " "}, "Give the workspace a name"),
        ({"name": ""}, "Give a name"),
    ],
)
def test_what_can_not_be_used_is_said_and_the_rest_is_kept(key: str, wrong: dict[str, str], said: str) -> None:
    client = Client()
    answer = client.post(f"/start/{key}/", GIVEN | wrong)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert said in page
    assert PASSWORD not in page
    kept = [value for name, value in (GIVEN | wrong).items() if name not in ("password", "again") and value.strip()]
    assert [value for value in kept if f'value="{value}"' not in page] == []
    assert not Person.objects.exists()
    assert client.post(f"/start/{key}/", GIVEN).status_code == 302  # the key still turns

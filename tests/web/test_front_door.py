"""Pages for people whom nobody knows yet speak the language their browser asks for."""

from datetime import timedelta

import pytest
from django.test import Client
from tests.make import PASSWORD, make_member, make_town, make_workspace

from hubbub.accounts import services as accounts
from hubbub.accounts.models import Workspace
from hubbub.care.models import Rating
from hubbub.care.services import cases, ratings
from hubbub.infra.places import Places

pytestmark = pytest.mark.django_db

ASKED = [("de-AT,de;q=0.9,en;q=0.5", "de"), ("fr,en;q=0.5", "en-gb"), ("", "en-gb")]


def page(address: str, asked: str, **form: str) -> str:
    """What a stranger's browser shows."""
    client = Client(HTTP_ACCEPT_LANGUAGE=asked)
    answer = client.post(address, form) if form else client.get(address)
    return answer.content.decode()


@pytest.mark.parametrize(("asked", "lang"), ASKED)
def test_the_page_to_sign_in_speaks_as_the_browser_asks(asked: str, lang: str) -> None:
    make_workspace()
    shown = page("/signin/", asked)
    assert f'<html lang="{lang}"' in shown
    assert ("Anmelden" in shown, "Sign in" in shown) == (lang == "de", lang != "de")


def test_who_signs_in_wrongly_is_told_so_in_their_language() -> None:
    make_workspace()
    told = page("/signin/", "de", login="mia@acme.example", password="not that one")
    assert "Passwort" in told and "correct" not in told


@pytest.mark.parametrize(("asked", "lang"), ASKED)
def test_the_first_run_speaks_as_the_browser_asks(asked: str, lang: str) -> None:
    german = lang == "de"
    key = accounts.offer_first_run()
    assert ("Noch nicht eingerichtet" in page("/", asked)) is german
    assert ("Sie und Ihr Arbeitsbereich" in page(f"/start/{key}/", asked)) is german
    assert ("Die beiden Passwörter" in page(f"/start/{key}/", asked, password="one", again="other")) is german
    assert ("Unter dieser Adresse" in page("/nowhere/", asked)) is german


@pytest.mark.parametrize(("asked", "lang"), ASKED)
def test_a_workspace_writes_in_the_language_it_was_claimed_in(asked: str, lang: str) -> None:
    given = {"workspace": "Acme Care", "timezone": "Europe/Vienna", "name": "Mia Dahl", "email": "mia@acme.example"}
    page(f"/start/{accounts.offer_first_run()}/", asked, **given, password=PASSWORD, again=PASSWORD)
    assert Workspace.objects.get().language == lang[:2]


@pytest.mark.parametrize(("asked", "lang"), ASKED)
def test_the_page_that_asks_for_a_rating_speaks_as_the_browser_asks(places: Places, asked: str, lang: str) -> None:
    town = make_town(make_workspace(), places)
    alice, rules = make_member(town.access, "Alice"), {"on": True, "delay_minutes": 60, "on_bad": "tell"}
    words = {"ask": "Did we help? {link}", "question": "Und, zufrieden?", "thanks": "Thank you. We read every answer."}
    ratings.save_rules(town.access, rules | words, now=town.at)
    town.says("jo", "@AcmeCustServ My widget has been broken for 5 days now. Its disgusting!")
    cases.reply(alice, 1, text="A new one is on its way.", now=town.at)
    cases.resolve(alice, 1, now=town.at)
    tickets: list[str] = []
    ratings.ask_due(
        lambda ticket: tickets.append(ticket) or f"https://care.acme.example/rate/{ticket}/",
        town.at + timedelta(hours=1),
    )
    german, shown = lang == "de", page(f"/rate/{tickets[0]}/", asked)
    assert f'<html lang="{lang}"' in shown
    assert "Und, zufrieden?" in shown  # the workspace's own words, whoever reads them
    assert ("Sehr gut" in shown, "Very good" in shown) == (german, not german)
    assert ("Was möchten Sie uns noch sagen?" in shown) is german
    done = page(f"/rate/{tickets[0]}/", asked, score="5")  # what nobody wrote anew is said in either language
    assert ("Thank you. We read every answer." not in done) is german
    assert Rating.objects.get().score == 5


def test_programs_are_answered_in_english() -> None:
    answer = Client(HTTP_ACCEPT_LANGUAGE="de").post("/hooks/nothing", b"{}", content_type="application/json")
    assert answer.json()["message"] == "This call is not signed as agreed."

"""What stands above a list of cases."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.test import Client
from tests.make import Town, make_town, make_workspace

from hubbub.accounts.models import Person, Workspace
from hubbub.care.models import CaseRow, Entry
from hubbub.care.services import cases
from hubbub.care.services import settings as care_settings
from hubbub.infra.places import Places
from hubbub.listening.services import remove_topic


@pytest.fixture
def town(db: None, places: Places) -> Town:
    """Two people have broken widgets, just now."""
    mia = make_workspace()
    care_settings.first_playbook(mia, now=datetime.now(UTC))
    made = make_town(mia, places, at=datetime.now(UTC))
    for who in ("ann", "ben"):
        made.says(who, f"@AcmeCustServ my acme widget of {who} is broken!")
    return made


def heading(town: Town, path: str, language: str = "en") -> tuple[str, str | None]:
    """Its title, and how many it says there are."""
    client = Client(headers={"HX-Request": "true", "Accept-Language": language})
    client.force_login(Person.objects.get(pk=town.access.person))
    answer = client.get(f"/w/{town.access.slug}/inbox/{path}")
    assert answer.status_code == 200
    page = answer.content.decode()
    title, count = re.search(r"<h1>(.*?)</h1>", page), re.search(r'data-live="count">(.*?)<', page)
    assert title
    return title[1], count[1] if count else None


def test_a_folder_says_how_much_it_holds_and_what_is_none_counts_nothing(town: Town) -> None:
    found = {view: heading(town, f"{view}/")[1] for view in ("needs", "held", "waiting", "mine", "all")}
    assert int(found["needs"] or 0) + int(found["held"] or 0) == 2
    assert (found["waiting"], found["mine"], found["all"]) == ("0", None, None)


def test_what_was_heard_of_a_topic_that_is_gone_can_still_be_seen(town: Town) -> None:
    topic = town.cases()[0].topic
    assert heading(town, f"all/?topic={topic}")[0] != "All cases"
    remove_topic(town.access, topic, now=datetime.now(UTC))
    assert heading(town, f"all/?topic={topic}") == ("All cases", None)


def test_a_browser_that_asks_for_german_is_shown_german(town: Town) -> None:
    assert heading(town, "needs/", "de-AT,de;q=0.9")[0] == "Braucht Antwort"
    assert heading(town, "needs/", "nl")[0] == "Needs an answer"


def test_what_is_written_down_is_in_the_language_of_the_workspace_whoever_does_it(town: Town) -> None:
    Workspace.objects.filter(pk=town.access.workspace).update(language="de")
    town.says("cat", "@AcmeCustServ my acme widget of cat is broken!")
    access = replace(town.access, language="de")
    number = town.cases()[0].number
    cases.assign(access, number, to=access.person, now=datetime.now(UTC))
    row = CaseRow.objects.get(workspace=access.workspace, who="Cat")
    assert "Etwa 24" in [each["strong"] for each in row.reasons]
    assert Entry.objects.filter(case__number=number, kind="event").latest("pk").text == "Übernommen von Mia."

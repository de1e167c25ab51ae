"""What authors of watches said before: read once, from here and from their network, and shown to their desk alone."""

from datetime import timedelta

import pytest
from django.test import Client

from hubbub.accounts.models import Person
from hubbub.care.models import AuthorPast
from hubbub.care.selectors.pasts import past_of
from hubbub.care.services.pasts import KEPT, forget_old_pasts
from hubbub.channels.adapters.demo.channel import Demo
from hubbub.flows.archive import AGE, archive_due
from hubbub.flows.pasts import read_pasts
from hubbub.infra.http import Unreachable
from hubbub.infra.places import Places
from hubbub.kernel.batch import RawBatch
from hubbub.listening.models import Post
from tests.make import Town, make_town, make_workspace

ABOUT = "My #Acme widget has been broken for 5 days now. Its disgusting!"


@pytest.fixture
def town(db: None, places: Places) -> Town:
    return make_town(make_workspace(), places)


def asked(monkeypatch: pytest.MonkeyPatch, answer: RawBatch | Exception | None) -> list[str]:
    """Let the network answer so; return who it is asked about."""
    names: list[str] = []

    async def timeline(self: Demo, who: str) -> RawBatch | None:
        names.append(who)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(Demo, "timeline", timeline)
    return names


def test_what_was_heard_and_archived_here_is_part_of_it_and_each_watch_is_read_once(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = town.says("kit", "My acme widget is a joy, I bought my widget in 2019")
    archive_due(town.places, now=town.at + AGE + timedelta(minutes=1))
    town.at += timedelta(hours=2)
    town.says("kit", ABOUT)
    names = asked(monkeypatch, None)
    assert read_pasts(town.places, now=town.at) == 1
    assert read_pasts(town.places, now=town.at) == 0
    assert names == ["kit"]
    number = next(case.number for case in town.cases() if case.folder == "watching")
    (age, *_) = past_of(town.access, number)
    assert age.reason.strong == "Has it since 2019"
    client = Client(headers={"HX-Request": "true"})
    client.force_login(Person.objects.get(pk=town.access.person))
    assert "Has it since 2019" in client.get(f"/w/{town.access.slug}/inbox/all/{number}/").content.decode()
    assert past_of(make_workspace("Globex Desk", "charlie@globex.example"), number) == ()

    Post.objects.filter(uri=first).update(deleted_at=town.at)
    assert "Has it since 2019" not in str(past_of(town.access, number)), "they took it back"
    forget_old_pasts(town.at + KEPT + timedelta(days=1))
    assert not AuthorPast.objects.exists()


def test_a_network_that_is_not_there_is_asked_later(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.says("kit", ABOUT)
    asked(monkeypatch, Unreachable(host="x", reason="gone"))
    assert read_pasts(town.places, now=town.at) == 0
    asked(monkeypatch, RawBatch([], None, town.at))
    assert read_pasts(town.places, now=town.at) == 1


def test_nobody_is_asked_about_who_only_wrote_to_us(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.says("jo", "@AcmeCustServ My widget has been broken for 5 days now. Its disgusting!")
    names = asked(monkeypatch, None)
    assert read_pasts(town.places, now=town.at) == 0
    assert names == []

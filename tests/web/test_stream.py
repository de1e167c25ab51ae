"""The stream: columns of one's own, what is new in them, and what of it is worth reading."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from tests.channels.hostile import XSS
from tests.make import Town, make_member, make_town, make_workspace

from hubbub.accounts.models import Person
from hubbub.care.services import settings as care_settings
from hubbub.infra.places import Places
from hubbub.listening.core.columns import MOST, Column
from hubbub.listening.models import StreamColumn, Topic
from hubbub.listening.selectors.columns import columns
from hubbub.listening.services.columns import save_column

pytestmark = pytest.mark.django_db


class Reader:
    """Mia, who reads the stream of what her town says."""

    def __init__(self, town: Town) -> None:
        self.town, self.client = town, Client()
        self.client.force_login(Person.objects.get(pk=town.access.person))

    def get(self, path: str = "", **asked: str) -> str:
        return self.client.get(f"/w/{self.town.access.slug}/topics/stream/{path}", asked).content.decode()

    def post(self, path: str, **given: str) -> Any:
        return self.client.post(f"/w/{self.town.access.slug}/topics/stream/{path}", given)

    def column(self, **fields: Any) -> int:
        return save_column(self.town.access, Column(0, "Mine", **fields), now=self.town.at)


@pytest.fixture
def mia(places: Places, settings: Any) -> Reader:
    settings.SEGMENTS, settings.IDENTITIES, settings.ARCHIVE = places.segments, places.identities, places.archive
    access = make_workspace()
    care_settings.first_playbook(access, now=datetime.now(UTC))
    return Reader(make_town(access, places, at=datetime.now(UTC) - timedelta(hours=1)))


def test_one_begins_with_the_topics_there_are(mia: Reader) -> None:
    assert "No column yet" in mia.get()
    assert mia.post("begin/").status_code == 302
    assert [column.name for column in columns(mia.town.access)] == ["Acme", "Acme widgets", "Acme: questions"]
    mia.post("begin/")
    assert len(columns(mia.town.access)) == 3


def test_what_came_since_one_read_it_is_new_and_read_is_read(mia: Reader) -> None:
    mia.town.says("ann", "my acme widget broke")
    mia.town.at += timedelta(seconds=30)
    column = mia.column()
    mia.town.says("ben", "acme, mine as well")
    page = mia.get(f"{column}/posts/")
    assert page.count("is-new") == 1
    assert page.index("mine as well") < page.index("my acme widget broke")
    newest = StreamColumn.objects.get().read_to + timedelta(hours=2)
    assert "is-new" not in mia.post(f"{column}/read/", at=newest.isoformat()).content.decode()
    assert StreamColumn.objects.get().read_to <= datetime.now(UTC)
    early = (newest - timedelta(days=3)).isoformat()
    mia.post(f"{column}/read/", at=early)
    assert "is-new" not in mia.get(f"{column}/posts/")  # never back


def test_new_posts_are_counted_and_the_text_stays_where_it_is(mia: Reader) -> None:
    column = mia.column()
    mia.town.says("ann", "my acme widget broke")
    shown = mia.town.at.isoformat()
    assert "new</button>" not in mia.get(f"{column}/news/", since=shown)
    mia.town.says("ben", "acme, mine as well")
    mia.town.says("cleo", "and my acme")
    assert "2 new</button>" in mia.get(f"{column}/news/", since=shown)
    assert mia.client.get(f"/w/{mia.town.access.slug}/topics/stream/{column}/news/", {"since": "x"}).status_code == 400


def test_what_one_missed_is_ranked_by_worth_and_copies_are_one(mia: Reader) -> None:
    column = mia.column()
    mia.town.person("star", followers=3_000_000)
    mia.town.says("star", "Dear Acme, is there anybody in your shop today at all?")
    for number in range(9):
        mia.town.says(
            f"copy{number}", "Acme is closing all of its shops in the north next week, sign the petition now!"
        )
    mia.town.says("ann", "acme")
    page = mia.get(f"{column}/posts/", by="worth")
    assert "11 posts since" in page
    assert page.count("stream-post") == 3
    assert page.index("Dear Acme") < page.index("Said 9 times") < page.rindex("stream-post")


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({}, {"ann", "ben", "carla"}),
        ({"who": ("ben", "carla")}, {"ben", "carla"}),
        ({"words": "manual"}, {"ben"}),
        ({"kind": "question"}, {"ben"}),
        ({"channel": "bluesky"}, set()),
    ],
)
def test_a_column_shows_what_it_asks_for(mia: Reader, fields: dict[str, Any], shown: set[str]) -> None:
    mia.town.says("ann", "This acme widget is broken again, I want my money back.")
    mia.town.says("ben", "Where can I find the manual of the acme widget?")
    mia.town.says("carla", "acme widgets in the news")
    page = mia.get(f"{mia.column(**fields)}/posts/")
    assert {name for name in ("ann", "ben", "carla") if f"@{name}" in page} == shown


def test_columns_are_arranged_changed_and_removed(mia: Reader) -> None:
    topic = Topic.objects.get(name="Acme").pk
    first, second = mia.column(), mia.column(topic=topic)
    mia.post(f"{second}/move/", to="left")
    mia.post(f"{second}/move/", to="left")
    assert [column.id for column in columns(mia.town.access)] == [second, first]
    mia.post(f"{second}/move/", to="right")
    assert [column.id for column in columns(mia.town.access)] == [first, second]
    given = {"name": "Ann’s", "topic": str(topic), "who": "@Ann, ben", "sentiment": "-1", "kind": "complaint"}
    assert mia.post(f"{first}/", **given).status_code == 302
    changed = columns(mia.town.access)[0]
    assert (changed.name, changed.who, changed.sentiment, changed.kind) == ("Ann’s", ("ann", "ben"), -1, "complaint")
    mia.post(f"{first}/remove/")
    assert [column.id for column in columns(mia.town.access)] == [second]


@pytest.mark.parametrize("given", [{"name": ""}, {"name": "x", "who": "@a b@"}, {"name": "x", "kind": "nonsense"},
                                   {"name": "x", "topic": "999999"}])  # fmt: skip
def test_a_column_that_can_not_be_kept_says_why(mia: Reader, given: dict[str, str]) -> None:
    assert mia.post("new/", **given).status_code in (400, 404)
    assert columns(mia.town.access) == ()


def test_there_is_an_end_to_columns(mia: Reader) -> None:
    for _ in range(MOST):
        mia.column()
    assert mia.post("new/", name="One more").status_code == 409


def test_columns_are_ones_own(mia: Reader) -> None:
    column = mia.column()
    alice = make_member(mia.town.access, "Alice")
    client = Client()
    client.force_login(Person.objects.get(pk=alice.person))
    base = f"/w/{mia.town.access.slug}/topics/stream/{column}/"
    assert [client.get(base + part).status_code for part in ("", "posts/", "news/?since=2026-11-30T00:00:00Z")] == [
        404
    ] * 3
    assert [client.post(base + part).status_code for part in ("remove/", "move/")] == [404] * 2
    assert columns(alice) == ()


def test_what_strangers_write_is_text(mia: Reader) -> None:
    column = mia.column()
    for number, text in enumerate(XSS):
        mia.town.person(f"ann_{number}", name=text)
        mia.town.says(f"ann_{number}", f"acme {text}")
    for page in (mia.get(f"{column}/posts/"), mia.get(f"{column}/posts/", by="worth")):
        assert "<script>alert" not in page
        assert "onerror=alert(1)>" not in page

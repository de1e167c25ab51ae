"""The pages of what people say: foreign text stays text, forms keep what was given, and deeds are done."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape, unescape
from typing import Any

import pytest
from django.test import Client
from tests.channels.hostile import XSS
from tests.make import Town, make_town, make_workspace

from hubbub.accounts.models import AuditEntry, Person, Workspace
from hubbub.care.services import settings as care_settings
from hubbub.channels.core.contract import Account
from hubbub.channels.models import Quarantined
from hubbub.channels.services import connect
from hubbub.flows.archive import archive_due
from hubbub.infra.places import Places
from hubbub.listening.models import BurstRow, Post, Topic
from hubbub.listening.services.events import save_event

pytestmark = pytest.mark.django_db
TYPST = ("#panic()", '"; #read("/etc/passwd")', "*bold* _it_ $x$ `raw` \\ #", "@label <tag>")


@dataclass(slots=True)
class Shop:
    """A workspace of which people say hostile things, which are archived."""

    town: Town
    client: Client
    topic: int
    event: int

    def get(self, path: str, **asked: str) -> Any:
        return self.client.get(f"/w/{self.town.access.slug}/{path}", asked)

    def post(self, path: str, **given: str) -> Any:
        return self.client.post(f"/w/{self.town.access.slug}/{path}", given)


@pytest.fixture
def shop(places: Places, settings: Any) -> Shop:
    settings.SEGMENTS, settings.IDENTITIES, settings.ARCHIVE = places.segments, places.identities, places.archive
    now = datetime.now(UTC)
    access = make_workspace()
    care_settings.first_playbook(access, now=now)
    town = make_town(access, places, at=now - timedelta(minutes=40))
    event = save_event(
        access,
        name=XSS[0][:60],
        text="widget",
        since=now - timedelta(minutes=35),
        until=now - timedelta(minutes=5),
        accounts="@silent_one",
        now=now - timedelta(hours=1),
    )
    for number, text in enumerate((*XSS, *TYPST)):
        town.person(f"ann_{number}", name=text, followers=1_000 * number)
        town.says(f"ann_{number}", f"acme widget is broken {text}", after=timedelta(seconds=40))
    archive_due(places, now=now, age=timedelta(0))
    client = Client()
    client.force_login(Person.objects.get(pk=access.person))
    return Shop(town, client, Topic.objects.get(name="Acme").pk, event)


@pytest.mark.parametrize(
    "path", ["topics/{topic}/", "topics/{topic}/posts/", "topics/events/{event}/", "topics/trends/", "topics/channels/"]
)
def test_what_strangers_write_is_text_on_every_page(shop: Shop, path: str) -> None:
    BurstRow.objects.create(
        workspace_id=shop.town.access.workspace, topic=shop.topic, term="<b>burst</b>", began_at=datetime.now(UTC),
        seen_at=datetime.now(UTC), posts=9, minutes=5, expected=1.0,
    )  # fmt: skip
    answer = shop.get(path.format(topic=shop.topic, event=shop.event), span="day")
    assert answer.status_code == 200
    page = answer.content.decode()
    for text in (*XSS, "<b>burst</b>", "<tag>"):
        assert "<" not in text or text not in page, text
    if path.endswith("posts/"):
        told = unescape(page)
        assert all(f"acme widget is broken {text}" in told for text in TYPST[:2])


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("topics/", "Unser Name: wird zuerst beantwortet"),
        ("topics/{topic}/", "Der Höchstwert war in der Stunde ab"),
        ("topics/{topic}/posts/", "Private Nachrichten stehen nur im Eingang."),
        ("topics/{topic}/baseline/", "Noch keine Ausgangslage"),
        ("topics/events/{event}/", "jeweils so lang wie das Ereignis"),
        ("topics/trends/", "Wörter und Hashtags, die in den letzten 4 Wochen kamen und gingen"),
        ("topics/channels/", "Nur zuhörend"),
        ("topics/alerts/new/", "Viel mehr Beiträge als üblich"),
        ("topics/stream/new/", "Jede Stimmung"),
    ],
)
def test_pages_are_in_the_language_of_who_looks(shop: Shop, path: str, said: str) -> None:
    address = f"/w/{shop.town.access.slug}/{path.format(topic=shop.topic, event=shop.event)}"
    answer = shop.client.get(address, HTTP_ACCEPT_LANGUAGE="de")
    assert answer.status_code == 200
    assert said in answer.content.decode()


BLUESKY = {"server": "http://127.0.0.1:1", "handle": "acme.example"}
MAIL = {"address": "care@acme.example", "imap_host": "127.0.0.1", "smtp_host": "127.0.0.1"}


@pytest.mark.parametrize(
    ("kind", "config", "account", "shown"),
    [
        ("bluesky", BLUESKY, Account("did:plc:ewvi7nxzyoun6zhx", "acme.example"), "@acme.example"),
        ("mail", MAIL, Account("care@acme.example", "care@acme.example"), "care@acme.example"),
        ("mail", MAIL, None, "The <b>mailbox"),
    ],
)
def test_our_accounts_stand_on_the_channel_map_as_their_channel_writes_them(
    shop: Shop, kind: str, config: dict[str, str], account: Account | None, shown: str
) -> None:
    secret = {"app_password": "x", "imap_password": "x", "smtp_password": "x", "password": "x"}
    connect(
        shop.town.access,
        kind=kind,
        name="The <b>mailbox",
        config=config,
        secret=secret,
        account=account,
        now=shop.town.at,
    )
    page = shop.get("topics/channels/").content.decode()
    assert f'<span class="truncate">{escape(shown)}</span>' in page
    assert "did:plc" not in page


def test_a_report_on_paper_holds_whatever_people_wrote(shop: Shop) -> None:
    paper = shop.get(f"topics/events/{shop.event}/report.pdf")
    assert (paper.status_code, paper["Content-Type"]) == (200, "application/pdf")
    assert paper.content.startswith(b"%PDF")
    data = json.loads(shop.get(f"topics/events/{shop.event}/report.json").content)
    assert XSS[0][:20] in json.dumps(data, ensure_ascii=False)


def test_numbers_can_not_become_formulas(shop: Shop) -> None:
    for path in (f"topics/{shop.topic}/numbers.csv", f"topics/events/{shop.event}/numbers.csv"):
        told = shop.get(path).content.decode()
        assert not [line for line in told.splitlines() if line[:1] in "=+@" or line.startswith('"=')]


def test_a_span_that_can_not_be_is_said_so(shop: Shop) -> None:
    for first, last in (
        ("2026-02-30", "2026-03-01"),
        ("2026-03-02", "2026-03-01"),
        ("0001-01-01", "0001-01-02"),
        ("9999-12-31", "9999-12-31"),
        ("0001-01-01", "9999-12-31"),
    ):
        assert shop.get(f"topics/{shop.topic}/", **{"from": first, "to": last}).status_code == 400
    for moment in ("0001-01-01T00:00", "9999-12-31T23:59+14:00", "yesterday"):
        assert shop.get(f"topics/{shop.topic}/posts/", since=moment).status_code == 400
        event = {"name": "Match", "query": "acme", "since": moment, "until": "2026-12-01T10:00"}
        assert shop.post("topics/events/new/", **event).status_code == 400
    assert shop.get("topics/trends/", topic="999999").status_code == 404


def test_a_held_line_is_mended_on_its_page(shop: Shop) -> None:
    stream = Post.objects.values_list("stream_id", flat=True)[0]
    _, line = shop.town.line("zoe", "acme, mended")
    held = Quarantined.objects.create(
        stream_id=stream, reason="cut <i>short</i>", raw=line[:-2], size=len(line) - 2, at=datetime.now(UTC)
    )
    page = shop.get("settings/quarantine/").content.decode()
    assert "cut &lt;i&gt;short&lt;/i&gt;" in page
    refused = shop.post(f"settings/quarantine/{held.pk}/again/", raw="{still not")
    assert refused.status_code == 400
    assert Quarantined.objects.count() == 1
    assert shop.post(f"settings/quarantine/{held.pk}/again/", raw=line.decode()).status_code == 302
    assert not Quarantined.objects.exists()
    assert shop.get(f"topics/{shop.topic}/posts/", span="day", words="mended").content.decode().count("mended") > 1


def test_retention_is_set_on_its_page_and_a_wrong_one_keeps_the_words(shop: Shop) -> None:
    assert shop.post("settings/privacy/keep/", how="days", days="90").status_code == 302
    assert "is kept for 90 days" in shop.get("settings/privacy/").content.decode()
    for days in ("3", "", "many", "99999"):
        refused = shop.post("settings/privacy/keep/", how="days", days=days)
        assert refused.status_code == 400
        assert f'value="{days}"' in refused.content.decode()
    assert Workspace.objects.get().keep_days == 90
    assert shop.post("settings/privacy/keep/", how="for-good", days="").status_code == 302
    assert Workspace.objects.get().keep_days is None


def test_a_person_is_looked_up_and_erased(shop: Shop) -> None:
    assert "Nobody was heard as nobody_here" in shop.get("settings/privacy/", who="nobody_here").content.decode()
    assert 'value="ann_0"' in shop.get("settings/privacy/", who="@ANN_0").content.decode()
    assert shop.post("settings/privacy/erase/", channel="demo", author="ann_0").status_code == 302
    assert "Nobody was heard" in shop.get("settings/privacy/", who="ann_0").content.decode()
    posts = shop.get(f"topics/{shop.topic}/posts/", span="day").content.decode()
    assert "ann_0" not in posts
    assert "ann_1" in posts
    assert AuditEntry.objects.filter(action="person erased", subject="demo").exists()


def test_posts_are_corrected_in_bulk_and_back(shop: Shop) -> None:
    path = f"topics/{shop.topic}/posts/"
    found = shop.get(path).content.decode()
    uris = [unescape(each.partition('"')[0]) for each in found.split('name="uri" value="')[1:]]
    assert len(uris) > 5
    chosen = shop.client.post(
        f"/w/{shop.town.access.slug}/{path}correct/?words=acme", {"uri": uris[:2], "what": "drop"}
    )
    assert (chosen.status_code, chosen["Location"].endswith("?words=acme")) == (302, True)
    left = shop.get(path).content.decode()
    assert "Taken out of Acme: 2 posts" in left
    assert left.count('name="uri"') == found.count('name="uri"') - 2
    undo = left.partition(f"{path}undo/")[2].partition("/")[0]
    assert shop.post(f"{path}undo/{undo}/").status_code == 302
    assert shop.get(path).content.decode().count('name="uri"') == found.count('name="uri"')
    everything = shop.post(f"{path}correct/", all="yes", what="mood:1")
    assert everything.status_code == 302
    assert ">Cold<" not in shop.get(path).content.decode().partition("post-list")[2]
    assert shop.post(f"{path}correct/", what="drop").status_code == 400
    assert shop.post(f"{path}correct/", all="yes", what="add:999").status_code == 400

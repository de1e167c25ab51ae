"""Alerts: raised once, told to whom they are for, never as a storm; by a real mail server and a real webhook."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.utils.translation import get_language

from hubbub.accounts.core.access import Access, Role
from hubbub.accounts.models import AuditEntry, Membership, Person, Workspace
from hubbub.flows.alerts import Post, look, tell
from hubbub.flows.archive import archive_due
from hubbub.flows.erasure import erase
from hubbub.flows.reports import send_due
from hubbub.infra.environment import MailServer
from hubbub.infra.places import Places
from hubbub.infra.signing import verify
from hubbub.kernel.errors import Conflict, NotAllowed, NotFound
from hubbub.kernel.speech import spoken
from hubbub.listening.core.alerts import Kind, Quiet, Rule
from hubbub.listening.core.reports import Report
from hubbub.listening.models import AlertMessage, AlertRow, AlertRule, BurstRow, ReportRow, Rollup, Topic
from hubbub.listening.selectors.alerts import alerts, for_inbox, rules, unseen
from hubbub.listening.selectors.reports import reports
from hubbub.listening.services.alerts import remove_rule, save_rule, saw
from hubbub.listening.services.reports import save_report
from hubbub.web.letters import PageLetters
from tests.flows.mailbox import Mailbox
from tests.make import NOON, Town, make_member, make_topic, make_town, make_workspace

pytestmark = pytest.mark.django_db(transaction=True)
MIA = "mia@acme.example"


@dataclass(slots=True)
class Hook:
    """A web server that a webhook calls."""

    url: str = ""
    status: int = 200
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def hook() -> Iterator[Hook]:
    told = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.calls.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(told.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}/hubbub"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield told
    server.shutdown()
    server.server_close()


def post_of(mailbox: Mailbox, *, allow_private: bool = True) -> Post:
    letters = PageLetters("https://desk.acme.example")
    return Post(letters, mailbox.server, "Acme Care <desk@acme.example>", allow_private)


def rule_for(access: Access, kind: Kind, **changes: Any) -> int:
    return save_rule(access, replace(Rule(0, access.workspace, kind.words[:60], kind), **changes), now=NOON)


def counted(access: Access, topic: int, now: datetime, *, cold: int = 0, warm: int = 0) -> None:
    for sentiment, posts in ((-1, cold), (1, warm)):
        Rollup.objects.update_or_create(
            workspace_id=access.workspace, topic=topic, minute=int(now.timestamp() // 60), channel="demo", lang="en",
            sentiment=sentiment, defaults={"posts": posts},
        )  # fmt: skip


@pytest.fixture
def town(places: Places) -> Town:
    return make_town(make_workspace(), places)


# Rules of counts ------------------------------------------------------------------
def test_what_goes_on_is_one_alert_and_what_comes_again_another(places: Places) -> None:
    access = make_workspace()
    topic = make_topic(access, "acme")
    rule_for(access, Kind.VOLUME, topic=topic, at_least=100, minutes=30, mails=(MIA,))
    counted(access, topic, NOON, warm=99)
    look(places, now=NOON)
    assert alerts(access, NOON) == ()
    counted(access, topic, NOON, warm=100)
    for minute in range(0, 30, 5):
        look(places, now=NOON + timedelta(minutes=minute))
        counted(access, topic, NOON + timedelta(minutes=minute), warm=100)
    [alert] = alerts(access, NOON + timedelta(minutes=26))
    assert alert.on
    assert alert.headline == "acme: 500 posts in 30 minutes."
    assert AlertMessage.objects.count() == 1
    look(places, now=NOON + timedelta(hours=3))
    assert len(alerts(access, NOON)) == 1
    counted(access, topic, NOON + timedelta(hours=3), warm=200)
    look(places, now=NOON + timedelta(hours=3))
    assert len(alerts(access, NOON)) == 2


def test_a_cold_mood_and_a_burst_are_told_of(places: Places) -> None:
    access = make_workspace()
    topic = make_topic(access, "acme")
    rule_for(access, Kind.MOOD, topic=topic, at_least=50, minutes=60)
    rule_for(access, Kind.BURST)
    counted(access, topic, NOON, cold=40, warm=10)
    BurstRow.objects.create(
        workspace_id=access.workspace, topic=topic, began_at=NOON, seen_at=NOON, posts=60, minutes=10, expected=4.0
    )
    look(places, now=NOON)
    told = {alert.headline for alert in alerts(access, NOON)}
    assert told == {
        "acme: 40 of 50 posts in an hour are cold.",
        "acme: 60 posts in 10 minutes, 15 times the usual.",
    }


def test_a_rule_that_is_switched_off_or_another_workspaces_finds_nothing(places: Places) -> None:
    access, charlie = make_workspace(), make_workspace("Zebra", "charlie@zebra.example")
    topic = make_topic(access, "acme")
    rule_for(access, Kind.VOLUME, topic=topic, at_least=1, enabled=False)
    rule_for(charlie, Kind.VOLUME, at_least=1)
    counted(access, topic, NOON, warm=5)
    counted(access, 0, NOON, warm=5)
    look(places, now=NOON)
    assert AlertRow.objects.count() == 0
    with pytest.raises(NotFound):
        rule_for(charlie, Kind.VOLUME, topic=topic, at_least=1, name="Theirs")


# Rules of posts -------------------------------------------------------------------
def test_who_is_widely_read_is_told_of_at_once_and_what_follows_together(
    town: Town, places: Places, mailbox: Mailbox
) -> None:
    access, post = town.access, post_of(mailbox)
    rule_for(access, Kind.REACH, at_least=10_000, mails=(MIA,))
    town.says("ann", "my acme widget broke")
    look(places, now=town.at)  # from here on
    town.person("star", followers=2_000_000)
    town.says("star", "acme? Never again.")
    town.says("nobody", "acme? Never again.")
    look(places, now=town.at)
    look(places, now=town.at)
    [alert] = alerts(access, town.at)
    assert alert.finding.posts == 1
    assert tell(post, now=town.at) == 1
    assert (
        mailbox.mails[0]["Subject"]
        == "@star, 2,000,000 followers, on something heard: “acme? Never again.” · Acme Care"
    )
    for number in range(30):
        town.says("star", f"acme, still broken, {number}", after=timedelta(seconds=20))
    look(places, now=town.at)
    assert tell(post, now=town.at) == 0
    assert alerts(access, town.at)[0].finding.posts == 31
    assert tell(post, now=alert.at + timedelta(hours=1)) == 1
    assert len(mailbox.mails) == 2
    assert "And 30 more." in mailbox.text()


def test_somebody_named_is_heard_and_the_archiver_does_not_get_ahead(town: Town, places: Places) -> None:
    rule_for(town.access, Kind.PERSON, who=("ben",))
    look(places, now=town.at)
    town.says("ben", "acme is fine")
    archive_due(places, now=town.at, age=timedelta(0))
    look(places, now=town.at)
    assert AlertRow.objects.count() == 0  # it is gone from the segments: said plainly in the docs
    town.says("ben", "acme is fine again")
    look(places, now=town.at)
    assert AlertRow.objects.count() == 1


def test_posts_that_come_late_are_history(town: Town, places: Places) -> None:
    rule_for(town.access, Kind.PERSON, who=("ben",))
    look(places, now=town.at)
    town.says("ben", "acme is fine")
    look(places, now=town.at + timedelta(hours=7))
    assert AlertRow.objects.count() == 0


# Telling ----------------------------------------------------------------------------
def test_nobody_gets_more_than_one_mail_in_five_minutes(places: Places, mailbox: Mailbox) -> None:
    access, post = make_workspace(), post_of(mailbox)
    topic = make_topic(access, "acme")
    for number in range(8):
        rule_for(
            access,
            Kind.VOLUME,
            name=f"Rule {number}",
            at_least=1 + number,
            topic=topic,
            mails=(MIA, "bob@acme.example"),
        )
    counted(access, topic, NOON, warm=4)
    look(places, now=NOON)
    assert tell(post, now=NOON) == 8
    assert {mail["To"] for mail in mailbox.mails} == {MIA, "bob@acme.example"}
    assert len(mailbox.mails) == 2
    assert mailbox.mails[0]["Subject"].startswith("4 alerts: acme: 4 posts in 30 minutes.")
    counted(access, topic, NOON, warm=40)
    look(places, now=NOON)
    assert tell(post, now=NOON + timedelta(minutes=1)) == 0
    assert tell(post, now=NOON + timedelta(minutes=5)) == 8
    assert len(mailbox.mails) == 4


def test_alerts_come_in_the_language_of_who_reads(places: Places, mailbox: Mailbox, hook: Hook) -> None:
    access, post = make_workspace(), post_of(mailbox)
    Workspace.objects.filter(pk=access.workspace).update(language="de")
    make_member(access, "Bob")
    Person.objects.filter(name="Bob").update(language="en")
    topic = make_topic(access, "acme")
    bob = Person.objects.get(name="Bob").email
    rule_for(access, Kind.VOLUME, topic=topic, at_least=1, mails=("new@acme.example", bob), webhook=hook.url)
    counted(access, topic, NOON, warm=1_200)
    look(places, now=NOON)
    hook.status = 503
    assert tell(post, now=NOON) == 2
    mails = {mail["To"]: (mail["Subject"], mailbox.text(place)) for place, mail in enumerate(mailbox.mails)}
    subject, text = mails["new@acme.example"]
    assert subject == "acme: 1.200 Beiträge in 30 Minuten. · Acme Care"
    assert "Gesendet von Acme Care. Eine Regel unter Themen, Alarme nennt diese Adresse." in text
    assert "Di, 24. Nov, 12:00. " in text
    subject, text = mails[bob]
    assert subject == "acme: 1,200 posts in 30 minutes. · Acme Care"
    assert "Sent by Acme Care." in text
    assert json.loads(hook.calls[0][1])["headline"] == "acme: 1.200 Beiträge in 30 Minuten."
    assert rules(access, NOON)[0].trouble.endswith(": Antwort war 503")
    assert spoken() == "en"


def test_quiet_hours_keep_mails_but_not_the_inbox(places: Places, mailbox: Mailbox) -> None:
    access, post = make_workspace(), post_of(mailbox)
    topic = make_topic(access, "acme")
    quiet = Quiet(time(11), time(14))
    rule_for(access, Kind.VOLUME, topic=topic, at_least=1, mails=(MIA,), quiet=quiet)
    counted(access, topic, NOON, warm=4)
    look(places, now=NOON)
    assert unseen(access) == 1
    assert tell(post, now=NOON + timedelta(minutes=119)) == 0
    assert tell(post, now=NOON + timedelta(minutes=120)) == 1


def with_a_message_due(places: Places) -> Access:
    access = make_workspace()
    topic = make_topic(access, "acme")
    rule_for(access, Kind.VOLUME, topic=topic, at_least=1, mails=(MIA,))
    counted(access, topic, NOON, warm=4)
    look(places, now=NOON)
    return access


def test_a_server_that_is_away_is_tried_again_and_one_that_refuses_is_not(places: Places, mailbox: Mailbox) -> None:
    access = with_a_message_due(places)
    away = replace(post_of(mailbox), server=MailServer("127.0.0.1", 1, encrypted=False))
    assert tell(away, now=NOON) == 0
    [line] = rules(access, NOON)
    assert "could not be reached" in line.trouble
    mailbox.refuses = "450 later"
    assert tell(post_of(mailbox), now=NOON + timedelta(minutes=1)) == 0
    assert AlertMessage.objects.get().state == "queued"
    mailbox.refuses = "550 nobody of that name"
    assert tell(post_of(mailbox), now=NOON + timedelta(minutes=10)) == 0
    assert AlertMessage.objects.get().state == "failed"
    assert "nobody of that name" in rules(access, NOON)[0].trouble


def test_after_a_day_without_the_server_a_message_is_given_up(places: Places, mailbox: Mailbox) -> None:
    with_a_message_due(places)
    mailbox.refuses = "450 later"
    now = NOON
    while (message := AlertMessage.objects.get()).state == "queued" and now < NOON + timedelta(days=3):
        now = max(now, message.due_at)
        tell(post_of(mailbox), now=now)
    assert message.state == "failed"
    assert timedelta(hours=20) < now - NOON < timedelta(hours=25)


def test_without_a_mail_server_it_is_said_what_to_set(places: Places) -> None:
    access = with_a_message_due(places)
    assert tell(Post(PageLetters("https://desk.acme.example")), now=NOON) == 0
    assert "HUBBUB_MAIL_SERVER" in rules(access, NOON)[0].trouble


def test_a_webhook_is_signed_and_called_again_as_the_same_delivery(
    places: Places, mailbox: Mailbox, hook: Hook
) -> None:
    access, post = make_workspace(), post_of(mailbox)
    topic = make_topic(access, "acme")
    rule_for(access, Kind.VOLUME, topic=topic, at_least=1, webhook=hook.url)
    counted(access, topic, NOON, warm=4)
    look(places, now=NOON)
    hook.status = 503
    assert tell(post, now=NOON) == 0
    assert "503" in rules(access, NOON)[0].trouble
    assert "/hubbub" not in rules(access, NOON)[0].trouble  # an address is often a secret
    assert "/hubbub" not in repr(list(AuditEntry.objects.values_list("after", flat=True)))
    hook.status = 204
    assert tell(post, now=NOON + timedelta(minutes=1)) == 1
    assert tell(post, now=NOON + timedelta(minutes=9)) == 0
    (first, body), (second, again) = hook.calls
    assert first["hubbub-delivery"] == second["hubbub-delivery"] == f"alert-{AlertMessage.objects.get().pk}"
    assert body == again
    key = AlertRule.objects.get().secret["key"]
    assert verify([key], second["hubbub-signature"], body, NOON + timedelta(minutes=1))
    assert json.loads(body)["headline"] == "acme: 4 posts in 30 minutes."


def test_a_webhook_does_not_reach_this_machine_unless_it_may(places: Places, mailbox: Mailbox, hook: Hook) -> None:
    access = make_workspace()
    topic = make_topic(access, "acme")
    rule_for(access, Kind.VOLUME, topic=topic, at_least=1, webhook=hook.url)
    counted(access, topic, NOON, warm=4)
    look(places, now=NOON)
    assert tell(post_of(mailbox, allow_private=False), now=NOON) == 0
    assert hook.calls == []
    assert AlertMessage.objects.get().state == "failed"
    assert "HUBBUB_ALLOW_PRIVATE" in AlertMessage.objects.get().words


def test_foreign_words_begin_no_header_and_are_text_in_a_mail(town: Town, places: Places, mailbox: Mailbox) -> None:
    rule_for(town.access, Kind.REACH, at_least=10_000, mails=(MIA,))
    look(places, now=town.at)
    town.person("star", followers=2_000_000, name="x\r\nBcc: all@acme.example")
    town.says("star", "acme\r\nBcc: all@acme.example\r\n\r\n<script>alert(1)</script><img src=x onerror=alert(1)>")
    look(places, now=town.at)
    assert tell(post_of(mailbox), now=town.at) == 1
    [mail] = mailbox.mails
    assert mail["Bcc"] is None
    page = mail.get_body(("html",))
    assert page is not None
    html = page.get_content()
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;alert(1)" in html


# People -----------------------------------------------------------------------------
def test_each_person_has_seen_what_they_looked_at(places: Places) -> None:
    access = make_workspace()
    alice = make_member(access, "Alice")
    topic = make_topic(access, "acme")
    rule_for(access, Kind.VOLUME, topic=topic, at_least=1)
    rule_for(access, Kind.VOLUME, name="Not in the inbox", topic=topic, at_least=1, inbox=False, mails=(MIA,))
    counted(access, topic, NOON, warm=4)
    look(places, now=NOON)
    assert (unseen(access), unseen(alice)) == (1, 1)
    saw(access, now=NOON)
    assert (unseen(access), unseen(alice)) == (0, 1)
    assert [alert.rule for alert in for_inbox(alice, NOON)] == ["So many posts or more"]


def test_rules_are_changed_by_those_who_may_and_the_audit_log_tells(places: Places) -> None:
    access = make_workspace()
    alice = make_member(access, "Alice", Role.AGENT)
    rule = rule_for(access, Kind.BURST, name="Bursts")
    with pytest.raises(NotAllowed):
        rule_for(alice, Kind.BURST, name="Mine")
    with pytest.raises(NotAllowed):
        remove_rule(alice, rule, now=NOON)
    with pytest.raises(Conflict, match="already"):
        rule_for(access, Kind.BURST, name="bursts")
    with pytest.raises(NotFound):
        remove_rule(make_workspace("Zebra", "charlie@zebra.example"), rule, now=NOON)
    remove_rule(access, rule, now=NOON)
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"alert rule made", "alert rule removed"}


def test_who_is_erased_is_quoted_no_longer(town: Town, places: Places) -> None:
    rule_for(town.access, Kind.PERSON, who=("ben",), mails=(MIA,))
    look(places, now=town.at)
    town.says("ben", "acme is fine")
    look(places, now=town.at)
    erase(town.access, "demo", "ben", places, now=town.at + timedelta(minutes=10))
    [alert] = alerts(town.access, town.at)
    assert alert.finding.first is None
    assert "fine" not in json.dumps(AlertRow.objects.get().found)
    assert AlertMessage.objects.count() == 0


# Reports ----------------------------------------------------------------------------
def test_a_page_comes_by_mail_as_its_maker_sees_it(town: Town, places: Places, mailbox: Mailbox, settings: Any) -> None:
    settings.SEGMENTS, settings.IDENTITIES, settings.ARCHIVE = places.segments, places.identities, places.archive
    town.at = datetime.now(UTC) - timedelta(hours=2)
    for number in range(12):
        town.says(f"ann{number}", f"my acme widget broke, <b>bold</b> {number}")
    archive_due(places, now=datetime.now(UTC), age=timedelta(0))
    topic = Topic.objects.get(name="Acme").pk
    report = Report(0, "Acme, each week", f"topics/{topic}/?span=week", 0, 8, (MIA, "bob@acme.example"))
    save_report(town.access, report, now=NOON)
    monday = ReportRow.objects.get().due_at
    assert (monday.weekday(), monday > NOON) == (0, True)
    post = post_of(mailbox)
    assert send_due(post, now=monday - timedelta(minutes=1)) == 0
    assert send_due(post, now=monday) == 1
    assert send_due(post, now=monday + timedelta(minutes=1)) == 0
    assert [mail["To"] for mail in mailbox.mails] == [MIA, "bob@acme.example"]
    mail = mailbox.mails[0]
    assert mail["Subject"] == "Acme · Acme Care"
    assert "12" in mailbox.text(0)
    page = mail.get_body(("html",))
    assert page is not None
    html = page.get_content()
    assert f"https://desk.acme.example/w/acme-care/topics/{topic}/posts/" in html
    for hostile in ("<script", "<form", "<svg", "<b>bold</b>", 'href="/', "data-vega"):
        assert hostile not in html, hostile
    assert "background:#c4582b" in html
    assert reports(town.access)[0].sent_at == monday
    assert ReportRow.objects.get().due_at == monday + timedelta(days=7)


@pytest.mark.parametrize(("workspace", "maker", "title"), [("de", "", "Trends"), ("en", "de", "Ereignisse")])
def test_a_page_comes_in_its_makers_language_else_the_workspaces(
    workspace: str, maker: str, title: str, town: Town, mailbox: Mailbox
) -> None:
    Workspace.objects.filter(pk=town.access.workspace).update(language=workspace)
    Person.objects.filter(pk=town.access.me).update(language=maker)
    page = "topics/trends/" if title == "Trends" else "topics/events/"
    save_report(town.access, Report(0, "Page", page, None, 8, (MIA,)), now=NOON)
    assert send_due(post_of(mailbox), now=ReportRow.objects.get().due_at) == 1
    assert mailbox.mails[0]["Subject"] == f"{title} · Acme Care"
    html = mailbox.mails[0].get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert '<html lang="de">' in html
    assert "Gesendet von Acme Care, wie Mia es sieht, " in html
    assert ("Kein Ausschlag in den letzten sieben Tagen." if title == "Trends" else "Noch kein Ereignis") in html
    assert (spoken(), get_language()) == ("en", "en-gb")


def test_a_report_of_somebody_who_left_says_so(town: Town, mailbox: Mailbox) -> None:
    mia2 = make_member(town.access, "Max", Role.MANAGER)
    save_report(mia2, Report(0, "Trends", "topics/trends/", None, 8, (MIA,)), now=NOON)
    Membership.objects.filter(person_id=mia2.person).delete()
    due = ReportRow.objects.get().due_at
    assert send_due(post_of(mailbox), now=due) == 0
    assert mailbox.mails == []
    assert reports(town.access)[0].trouble
    assert ReportRow.objects.get().due_at > due

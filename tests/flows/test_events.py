"""Events: who took part, who was silent, what was heard before, during and after."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from hubbub.accounts.core.access import Role
from hubbub.channels.core.contract import Account
from hubbub.channels.models import Connection
from hubbub.flows.events import ask_accounts
from hubbub.infra.places import Places
from hubbub.kernel.errors import HubbubError, NotAllowed, NotFound
from hubbub.listening import selectors as listening
from hubbub.listening.models import EventAccountRow, Topic
from hubbub.listening.selectors.events import accounts_to_ask, event, events
from hubbub.listening.services.events import learn_account, remove_event, save_event
from hubbub.web.listening.report import as_data, report_of
from tests.flows.demo_network import DemoNetwork
from tests.flows.hearing import connect_sky, hear, sky
from tests.make import connect_demo, make_workspace, roles

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
BEGINS, ENDS = NOON + timedelta(hours=1), NOON + timedelta(hours=3)


def fair(access: object, **changed: object) -> int:
    given = {"name": "The fair", "text": "#fair OR fair", "since": BEGINS, "until": ENDS, "now": NOON} | changed
    return save_event(access, **given)  # type: ignore[arg-type]


def said(key: str, text: str, minutes: int, author: str) -> bytes:
    at = BEGINS + timedelta(minutes=minutes)
    return sky(key, text, at_s=(at - NOON).total_seconds(), author=author, createdAt=at.isoformat())


def test_what_was_said_is_told_apart_by_time_and_by_who_took_part(places: Places) -> None:
    access = make_workspace()
    stream = connect_sky(access)
    number = fair(access, accounts="@did:plc:sponsor, did:plc:silent")
    lines = [
        said("a", "off to the fair", -30, "did:plc:one"),
        said("b", "the fair is great", 5, "did:plc:one"),
        said("c", "we are at the #fair", 6, "did:plc:sponsor"),
        said("d", "and now something else", 7, "did:plc:silent"),
        said("e", "home from the fair", 130, "did:plc:two"),
    ]
    hear(access, stream, lines, places, now=ENDS + timedelta(hours=5))
    report = report_of(access, event(access, number), places, ENDS + timedelta(hours=5))
    assert [(part.name, part.volume.whole.posts, part.people) for part in report.parts] == [
        ("Before", 1, 1),
        ("During", 2, 2),
        ("After", 1, 1),
    ]
    assert [(line.account.handle, line.during, line.posts) for line in report.accounts] == [
        ("did:plc:sponsor", 1, 1),
        ("did:plc:silent", 0, 0),
    ]
    assert [line.account.handle for line in report.silent] == ["did:plc:silent"]
    assert sum(point["posts"] for point in as_data(report)["curve"]["points"]) == 4
    assert report.during is not None and report.during.peak is not None
    assert report.during.peak.start == BEGINS + timedelta(minutes=5)
    early = report_of(access, event(access, number), places, NOON)
    assert (early.phase, len(early.parts), early.during) == ("ahead", 1, None)


def test_an_account_that_leaves_is_listened_for_no_longer_and_its_topics_are_nobodys_business() -> None:
    access = make_workspace()
    number = fair(access, accounts="@one @two")
    assert [topic.name for topic in listening.topics(access)] == ["The fair"]
    fair(access, event=number, text="#fair", accounts="@two @three")
    assert sorted(Topic.objects.exclude(event_account=None).values_list("query", flat=True)) == [
        "author:three (#fair)",
        "author:two (#fair)",
    ]
    remove_event(access, number, now=NOON)
    assert not Topic.objects.exists()
    assert events(access) == ()


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"until": BEGINS}, "ends before it begins"),
        ({"until": BEGINS + timedelta(days=100)}, "sixty days"),
        ({"accounts": "@ok not/one"}, "'not/one' is no account"),
        ({"accounts": " ".join(f"a{n}" for n in range(41))}, "40 accounts"),
        ({"text": "NOT hiring"}, "lacks a word"),
    ],
)
def test_what_can_not_be_an_event_says_what_to_mend_and_leaves_nothing(changed: dict[str, object], says: str) -> None:
    access = make_workspace()
    with pytest.raises(HubbubError, match=says):
        fair(access, **changed)
    assert not Topic.objects.exists()


def test_only_who_may_listen_makes_events_and_nobody_sees_those_of_others() -> None:
    access, other = make_workspace(), make_workspace("Globex", "c@globex.example")
    number = fair(access)
    for role, who in roles(access).items():
        if role in (Role.AGENT, Role.LEAD, Role.ANALYST):
            with pytest.raises(NotAllowed):
                fair(who, name=f"By {role}")
    with pytest.raises(NotFound):
        event(other, number)
    with pytest.raises(NotFound):
        fair(other, event=number)


@pytest.mark.django_db(transaction=True)
def test_networks_are_asked_who_is_silent(demo_network: DemoNetwork) -> None:
    access = make_workspace()
    connection = connect_demo(access, server=demo_network.address)
    Connection.objects.filter(pk=connection).update(secret={"password": "long enough"})
    demo_network.say("fair_goer", "I was here")
    now = datetime.now(UTC)
    number = fair(access, since=now, until=now + timedelta(hours=1), accounts="@fair_goer @nobody_there @Bigger")
    assert asyncio.run(ask_accounts(frozenset({"demo"}), now)) == 3
    found = {account.handle: account for account in event(access, number).accounts}
    assert found["fair_goer"].last_post_at is not None
    assert abs(found["fair_goer"].last_post_at - now) < timedelta(minutes=5)
    assert found["fair_goer"].silence(now) == ""
    assert found["fair_goer"].silence(now + timedelta(days=400)).startswith("nothing since ")
    assert "not on a network" in found["nobody_there"].silence(now)
    assert found["bigger"].name == "Bigger" and found["bigger"].last_post_at is None
    assert asyncio.run(ask_accounts(frozenset({"demo"}), now + timedelta(minutes=10))) == 0, "they were just asked"


def test_who_never_posted_is_named_so_and_a_network_that_is_away_is_asked_later(places: Places) -> None:
    access = make_workspace()
    connect_demo(access)  # nobody answers there
    number = fair(access, accounts="@one")
    assert [handle for _, _, handle in accounts_to_ask(NOON)] == ["one"]
    learn_account(EventAccountRow.objects.get().pk, Account("one", "one", posts=0), None, now=NOON)
    assert accounts_to_ask(NOON) == []
    report = report_of(access, event(access, number), places, ENDS)
    assert [line.silence for line in report.accounts] == ["has never posted"]

"""What people are told: once each, by the ways they chose, and never of what they do or see themselves."""

from datetime import timedelta
from typing import Any

import pytest
from tests.make import NOON, Town, make_member, make_town, make_workspace

from hubbub.accounts.core.access import Access
from hubbub.care.core.notices import KEPT, MAILED_AFTER, NoticeLine, Ways, Why
from hubbub.care.models import CaseRow, Notice
from hubbub.care.selectors import notices as selectors
from hubbub.care.services import cases
from hubbub.care.services import notices as services
from hubbub.care.services.notices import tell
from hubbub.flows.alerts import Post
from hubbub.flows.notices import mail_due
from hubbub.infra.environment import MailServer
from hubbub.infra.http import Unreachable
from hubbub.infra.mail import Letter
from hubbub.infra.models import Change
from hubbub.infra.places import Places
from hubbub.kernel.errors import NotFound
from hubbub.web.letters import PageLetters

pytestmark = pytest.mark.django_db
LATER = NOON + MAILED_AFTER


@pytest.fixture
def town(places: Places) -> Town:
    town = make_town(make_workspace(), places)
    town.says("jo", "@AcmeCustServ My widget has been broken for 5 days now.")
    return town


@pytest.fixture
def alice(town: Town) -> Access:
    return make_member(town.access, "Alice")


@pytest.fixture
def bob(town: Town) -> Access:
    return make_member(town.access, "Bob")


def told(who: Access) -> list[tuple[str, bool]]:
    return [(each.text, each.read) for each in selectors.notices(who)]


def make_post(mailed: list[tuple[str, Letter]], error: Exception | None = None) -> Any:
    class Kept(Post):
        def mail(self, to: str, letter: Letter, key: str, now: Any) -> None:
            if error is not None:
                raise error
            mailed.append((to, letter))

    return Kept(PageLetters("https://desk.acme.example"), MailServer("mail", 25, False), "a@b.example")


def test_who_is_given_a_case_is_told_and_who_takes_one_is_not(town: Town, alice: Access, bob: Access) -> None:
    cases.assign(alice, 1, to=alice.me, now=NOON)
    assert told(alice) == told(bob) == []
    cases.assign(alice, 1, to=bob.me, now=NOON)
    (line,) = selectors.notices(bob)
    assert (line.why, line.text, line.case, line.read) == (Why.ASSIGNED, "Alice gave you case 1.", 1, False)
    assert selectors.bell(bob, NOON) == selectors.Bell(1, (line,))
    assert Change.objects.filter(kind="notice", subject=bob.me).count() == 1


def test_a_look_at_the_case_reads_its_notices(town: Town, alice: Access, bob: Access) -> None:
    cases.assign(alice, 1, to=bob.me, now=NOON)
    tell(bob.workspace, [bob.me], why=Why.INCIDENT, text="Another matter", now=NOON)
    cases.look(bob, 1, typing=False, now=NOON)
    assert told(bob) == [("Another matter", False), ("Alice gave you case 1.", True)]


def test_who_looks_at_the_case_is_told_quietly(town: Town, alice: Access, bob: Access) -> None:
    cases.look(bob, 1, typing=False, now=NOON)
    cases.assign(alice, 1, to=bob.me, now=NOON)
    assert told(bob) == [("Alice gave you case 1.", True)]
    assert selectors.bell(bob, NOON) == selectors.Bell(0, ())


def test_each_chooses_by_which_ways(bob: Access, alice: Access) -> None:
    services.choose(
        bob, {Why.ASSIGNED: Ways(app=False, browser=False, mail=False), Why.MENTIONED: Ways(app=False, mail=True)}
    )
    for why in (Why.ASSIGNED, Why.MENTIONED, Why.INCIDENT):
        tell(bob.workspace, [bob.me, alice.me], why=why, text=why.value, now=NOON)
    assert told(bob) == [("incident", False), ("mentioned", True)]
    assert [text for text, _ in told(alice)] == ["incident", "mentioned", "assigned"]
    assert [each.text for each in selectors.bell(alice, NOON).news] == [
        "mentioned",
        "assigned",
    ]
    assert list(Notice.objects.filter(mail_at__isnull=False).values_list("text", "person")) == [("mentioned", bob.me)]


def test_strangers_are_told_nothing_and_read_nothing(town: Town, bob: Access, charlie: Access) -> None:
    tell(bob.workspace, [bob.me, charlie.me], why=Why.MENTIONED, text="Hello", now=NOON)
    assert Notice.objects.count() == 1
    mine = selectors.notices(bob)[0].id
    with pytest.raises(NotFound):
        services.mark(charlie, mine, read=True, now=NOON)
    with pytest.raises(NotFound):
        services.mark(town.access, mine, read=True, now=NOON)
    services.read_all(charlie, now=NOON)
    assert told(bob) == [("Hello", False)]


def test_several_notices_go_in_one_mail_and_what_was_read_goes_in_none(bob: Access, alice: Access) -> None:
    mailed: list[tuple[str, Letter]] = []
    post = make_post(mailed)
    for who in (alice, bob):
        services.choose(who, {Why.MENTIONED: Ways(mail=True)})
    tell(bob.workspace, [alice.me, bob.me], why=Why.MENTIONED, text="First <b>", now=NOON)
    tell(bob.workspace, [bob.me], why=Why.MENTIONED, text="Second", now=NOON + timedelta(seconds=90))
    services.read_all(alice, now=NOON)
    assert mail_due(post, now=LATER - timedelta(seconds=1)) == 0
    assert mail_due(post, now=LATER) == 1
    ((to, letter),) = mailed
    assert to == "bob@acme.example"
    assert letter.subject == "2 notices · Acme Care"
    assert "First &lt;b&gt;" in letter.html and "Second" in letter.html
    assert mail_due(post, now=LATER + timedelta(minutes=5)) == 0


def test_a_mail_that_could_not_go_goes_later(bob: Access) -> None:
    mailed: list[tuple[str, Letter]] = []
    services.choose(bob, {Why.MENTIONED: Ways(mail=True)})
    tell(bob.workspace, [bob.me], why=Why.MENTIONED, text="Hello", now=NOON)
    assert mail_due(make_post(mailed, Unreachable(host="mail", reason="away")), now=LATER) == 0
    assert mail_due(make_post(mailed), now=LATER + timedelta(minutes=1)) == 0
    assert mail_due(make_post(mailed), now=LATER + timedelta(minutes=5)) == 1


def test_old_notices_go_and_those_of_an_erased_case_too(town: Town, bob: Access) -> None:
    tell(bob.workspace, [bob.me], why=Why.MENTIONED, text="Old", now=NOON - KEPT - timedelta(seconds=1))
    tell(bob.workspace, [bob.me], why=Why.MENTIONED, text="New", case=CaseRow.objects.get().pk, now=NOON)
    assert services.forget_old(NOON) == 1
    assert [text for text, _ in told(bob)] == ["New"]


def test_the_list_is_read_page_by_page(bob: Access) -> None:
    for place in range(5):
        tell(bob.workspace, [bob.me], why=Why.INCIDENT, text=f"No. {place}", now=NOON)
    seen: list[NoticeLine] = []
    before = None
    while lines := selectors.notices(bob, before=before, limit=2):
        seen += lines
        before = lines[-1].id
    assert [each.text for each in seen] == [f"No. {place}" for place in (4, 3, 2, 1, 0)]

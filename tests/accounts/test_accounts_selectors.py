"""The door into a workspace, and what one sees behind it."""

from datetime import timedelta

import pytest
from tests.make import NOON, make_member

from hubbub.accounts import selectors, services
from hubbub.accounts.core.access import Access, Permission, Role
from hubbub.accounts.core.errors import BadToken
from hubbub.accounts.models import ApiToken, Person
from hubbub.kernel.errors import NotAllowed, NotFound

pytestmark = pytest.mark.django_db


def test_a_stranger_hears_the_same_of_a_workspace_that_exists_and_of_one_that_does_not(
    mia: Access, charlie: Access
) -> None:
    with pytest.raises(NotFound) as existing:
        selectors.enter(charlie.me, mia.slug)
    with pytest.raises(NotFound) as missing:
        selectors.enter(charlie.me, "no-such-desk")
    assert str(existing.value) == str(missing.value).replace("no-such-desk", mia.slug)


@pytest.mark.parametrize("role", Role)
def test_a_member_enters_with_the_role_they_have_now(mia: Access, role: Role) -> None:
    alice = make_member(mia, "Alice", role)
    entered = selectors.enter(alice.me, mia.slug)
    assert (entered.workspace, entered.person, entered.name, entered.role, entered.via) == (
        mia.workspace, alice.person, "Alice", role, "web",
    )  # fmt: skip


def test_who_may_not_sign_in_any_more_comes_in_by_no_door(mia: Access) -> None:
    alice = make_member(mia, "Alice")
    token = services.make_token(alice, "laptop", now=NOON)
    Person.objects.filter(pk=alice.person).update(is_active=False)
    with pytest.raises(NotFound):
        selectors.enter(alice.me, mia.slug)
    with pytest.raises(BadToken):
        selectors.enter_by_token(token, NOON)


@pytest.mark.parametrize("token", ["", "hb_", "hb_unknown", "☃", "x" * 5_000])
def test_a_token_that_is_none_opens_nothing(mia: Access, token: str) -> None:
    services.make_token(mia, "laptop", now=NOON)
    with pytest.raises(BadToken):
        selectors.enter_by_token(token, NOON)


def test_a_stolen_digest_is_no_token(mia: Access) -> None:
    services.make_token(mia, "laptop", now=NOON)
    with pytest.raises(BadToken):
        selectors.enter_by_token(ApiToken.objects.get().digest, NOON)


def test_when_a_token_was_used_is_noted_once_a_minute_at_most(mia: Access) -> None:
    token = services.make_token(mia, "laptop", now=NOON)
    used = []
    for seconds in (0, 30, 60, 61):
        selectors.enter_by_token(token, NOON + timedelta(seconds=seconds))
        used.append(selectors.tokens(mia)[0].used_at)
    assert used == [NOON, NOON, NOON, NOON + timedelta(seconds=61)]


def test_workspaces_see_nothing_of_each_other(mia: Access, charlie: Access) -> None:
    alice = make_member(mia, "Alice")
    services.make_team(mia, "Evenings", now=NOON)
    services.make_token(alice, "laptop", now=NOON)
    assert [each.name for each in selectors.members(mia)] == ["Alice", "Mia"]
    assert [each.name for each in selectors.members(charlie)] == ["Charlie"]
    assert selectors.teams(charlie) == selectors.tokens(charlie) == ()
    assert [each.action for each in selectors.audit_log(charlie)] == ["workspace made"]
    assert [each.slug for each in selectors.workspaces_of(charlie.me)] == [charlie.slug]


def test_the_audit_log_is_read_page_by_page_newest_first(mia: Access) -> None:
    for number in range(7):
        services.make_team(mia, f"Team {number}", now=NOON)
    pages, before = [], None
    while page := selectors.audit_log(mia, before, limit=3):
        pages.append([each.subject for each in page])
        before = page[-1].id
    assert pages == [["Team 6", "Team 5", "Team 4"], ["Team 3", "Team 2", "Team 1"], ["Team 0", "Acme Care"]]


def test_the_audit_log_names_who_has_a_case(mia: Access) -> None:
    alice = make_member(mia, "Alice")
    services.audit(mia, "assign", "case 7", now=NOON, before={"owner": None}, after={"owner": alice.me})
    assert selectors.audit_log(mia, limit=1)[0].changes == (("owned by", "", "Alice"),)


def test_an_agent_does_not_read_the_audit_log(mia: Access) -> None:
    with pytest.raises(NotAllowed, match="can't read the audit log"):
        selectors.audit_log(make_member(mia, "Alice"))


def test_hubbub_itself_enters_as_nobody_and_may_everything(mia: Access) -> None:
    hubbub = selectors.enter_as_hubbub(mia.workspace)
    assert (hubbub.person, hubbub.name, hubbub.via) == (None, "Hubbub", "system")
    assert all(hubbub.may(each) for each in Permission)
    assert selectors.tokens(hubbub) == ()


def test_the_command_line_names_the_workspaces_there_are(mia: Access, charlie: Access) -> None:
    assert services.workspace_named("acme-care") == mia.workspace
    with pytest.raises(Exception, match=r"no workspace 'acme'; there are: acme-care, globex-desk\."):
        services.workspace_named("acme")

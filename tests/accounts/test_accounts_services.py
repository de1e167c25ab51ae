"""People, roles, links and tokens: what changes, what is refused, and what the audit log says of it."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.make import NOON, PASSWORD, at_once, make_member, make_workspace, member_count

from hubbub.accounts import selectors, services
from hubbub.accounts.core.access import Access, Role
from hubbub.accounts.core.errors import BadToken, LastOwner, LinkSpent, NotYours
from hubbub.accounts.models import ApiToken, AuditEntry, Installation, Membership, Person, SignInLink, Team, Workspace
from hubbub.kernel.errors import Conflict, HubbubError, InvalidInput, NotAllowed, NotFound
from hubbub.kernel.ids import PersonId

pytestmark = pytest.mark.django_db

MIA = {
    "name": "Mia Dahl",
    "email": "mia@acme.example",
    "password": PASSWORD,
    "workspace": "Acme Care",
    "timezone": "Europe/London",
    "now": NOON,
}
UNATTENDED = {key: value for key, value in MIA.items() if key != "password"}


def role_of(access: Access) -> str:
    return Membership.objects.get(workspace_id=access.workspace, person_id=access.person).role


def audited() -> list[tuple[str, str, Any, Any]]:
    rows = AuditEntry.objects.order_by("id")
    return list(rows.values_list("action", "subject", "before", "after"))


# First run -----------------------------------------------------------------
def test_only_the_first_run_link_that_was_printed_last_opens() -> None:
    old = services.offer_first_run()
    new = services.offer_first_run()
    assert old is not None
    assert new is not None
    assert not services.first_run_open(old)
    assert services.first_run_open(new)
    with pytest.raises(NotYours):
        services.claim(old, **MIA)
    assert not Person.objects.exists()


def test_claiming_makes_the_first_owner_and_closes_the_door() -> None:
    token = services.offer_first_run()
    assert token is not None
    person, access = services.claim(token, **MIA)
    assert (access.person, access.role, access.workspace_name) == (person, Role.OWNER, "Acme Care")
    assert Person.objects.get().check_password(PASSWORD)
    assert access.timezone == "Europe/London"

    assert services.offer_first_run() is None
    assert not services.first_run_open(token)
    with pytest.raises(NotYours):
        services.claim(token, **{**MIA, "email": "charlie@globex.example"})
    with pytest.raises(Conflict, match="has an owner already"):
        services.claim_unattended(**{**UNATTENDED, "email": "charlie@globex.example"})
    assert (Person.objects.count(), Workspace.objects.count()) == (1, 1)


def test_claiming_unattended_closes_the_door_too() -> None:
    token = services.offer_first_run()
    assert token is not None
    access = services.claim_unattended(**UNATTENDED)
    assert access.role is Role.OWNER
    assert not Person.objects.get().has_usable_password()
    with pytest.raises(NotYours):
        services.claim(token, **{**MIA, "email": "charlie@globex.example"})


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": "   "}, "Give a name"),
        ({"name": "M" * 101}, "at most 100 characters"),
        ({"email": "mia at acme"}, "mia at acme is no e-mail address"),
        ({"email": ""}, "An empty text is no e-mail address"),
        ({"password": "short"}, "too short"),
        ({"password": "password123"}, "too common"),
        ({"password": "mia@acme.example"}, "too similar"),
        ({"workspace": " \t "}, "Give the workspace a name"),
        ({"timezone": "Europe/Acme"}, "no time zone 'Europe/Acme'"),
    ],
)
def test_a_claim_that_can_not_be_used_changes_nothing_and_may_be_tried_again(wrong: dict[str, str], words: str) -> None:
    token = services.offer_first_run()
    assert token is not None
    with pytest.raises(InvalidInput, match=words):
        services.claim(token, **{**MIA, **wrong})
    assert not Person.objects.exists()
    assert not Workspace.objects.exists()
    assert services.claim(token, **MIA)[1].role is Role.OWNER


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("unattended", [False, True])
def test_of_two_who_claim_at_the_same_moment_one_becomes_the_owner(unattended: bool) -> None:
    token = services.offer_first_run()
    assert token is not None
    if unattended:
        Installation.objects.all().delete()  # as `hubbub demo` finds it, where nothing was ever offered

    def claims(email: str) -> Callable[[], object]:
        if unattended:
            return lambda: services.claim_unattended(**{**UNATTENDED, "email": email})
        return lambda: services.claim(token, **{**MIA, "email": email})

    outcomes = at_once(*(claims(f"person{number}@acme.example") for number in range(4)))
    lost = [each for each in outcomes if isinstance(each, HubbubError)]
    assert {type(each) for each in lost} == {Conflict if unattended else NotYours}
    assert len(lost) == 3
    assert (Person.objects.count(), Workspace.objects.count(), Membership.objects.count()) == (1, 1, 1)


# Links ---------------------------------------------------------------------
def test_a_link_signs_its_person_in_once(mia: Access) -> None:
    secret = services.make_link(mia.me, NOON)
    assert services.use_link(secret, NOON + timedelta(days=1)).pk == mia.person
    for spent in (secret, "", "never was one"):
        with pytest.raises(LinkSpent):
            services.use_link(spent, NOON + timedelta(days=1))


def test_a_link_runs_out(mia: Access) -> None:
    secret = services.make_link(mia.me, NOON, timedelta(minutes=5))
    with pytest.raises(LinkSpent):
        services.use_link(secret, NOON + timedelta(minutes=5))
    assert services.use_link(secret, NOON + timedelta(minutes=5, microseconds=-1)).pk == mia.person


def test_a_link_of_somebody_who_may_not_sign_in_is_not_spent(mia: Access) -> None:
    secret = services.make_link(mia.me, NOON)
    Person.objects.filter(pk=mia.person).update(is_active=False)
    with pytest.raises(LinkSpent):
        services.use_link(secret, NOON)
    Person.objects.filter(pk=mia.person).update(is_active=True)
    assert services.use_link(secret, NOON).pk == mia.person


@pytest.mark.django_db(transaction=True)
def test_of_many_who_use_a_link_at_the_same_moment_one_comes_in() -> None:
    mia = make_workspace()
    secret = services.make_link(mia.me, NOON)
    outcomes = at_once(*(lambda: services.use_link(secret, NOON) for _ in range(4)))
    assert sorted(type(each).__name__ for each in outcomes) == ["LinkSpent", "LinkSpent", "LinkSpent", "Person"]


# Inviting ------------------------------------------------------------------
def test_an_invited_person_comes_in_by_a_link_with_the_role_and_team_given(mia: Access) -> None:
    team = services.make_team(mia, "Evenings", now=NOON)
    secret = services.invite(mia, email=" Alice@Acme.example ", name="Alice  Lind", role=Role.LEAD, team=team, now=NOON)
    assert secret is not None
    alice = services.use_link(secret, NOON)
    assert (alice.email, alice.name, alice.has_usable_password()) == ("alice@acme.example", "Alice Lind", False)
    found = next(each for each in selectors.members(mia) if each.person == alice.pk)
    assert (found.role, found.team) == (Role.LEAD, "Evenings")


def test_somebody_who_works_elsewhere_keeps_name_and_password_and_no_link_opens_their_other_desk(
    mia: Access, charlie: Access
) -> None:
    open_link = services.new_link(charlie, charlie.me, now=NOON)
    given = services.invite(mia, email="charlie@globex.example", name="Mallory", role=Role.AGENT, now=NOON)
    assert given is None
    with pytest.raises(LinkSpent):
        services.use_link(open_link, NOON)
    for access in (mia, charlie):
        with pytest.raises(Conflict, match="only they can reset their sign-in"):
            services.new_link(access, charlie.me, now=NOON)
    person = Person.objects.get(pk=charlie.person)
    assert (person.name, person.check_password(PASSWORD)) == ("Charlie", True)
    assert [each.slug for each in selectors.workspaces_of(charlie.me)] == ["acme-care", "globex-desk"]


def test_nobody_is_invited_twice_or_into_another_workspaces_team(mia: Access, charlie: Access) -> None:
    make_member(mia, "Alice")
    theirs = services.make_team(charlie, "Nights", now=NOON)
    with pytest.raises(Conflict, match="works here already"):
        services.invite(mia, email="ALICE@acme.example", name="Alice", role=Role.LEAD, now=NOON)
    with pytest.raises(NotFound):
        services.invite(mia, email="bob@acme.example", name="Bob", role=Role.AGENT, team=theirs, now=NOON)
    assert member_count(mia) == 2
    assert not Person.objects.filter(email="bob@acme.example").exists()


# Roles ---------------------------------------------------------------------
def test_the_last_owner_can_neither_leave_nor_step_down(mia: Access) -> None:
    for other in Role:
        if other is not Role.OWNER:
            with pytest.raises(LastOwner, match="Mia is the last owner"):
                services.change_member(mia, mia.me, role=other, team=None, now=NOON)
    with pytest.raises(LastOwner):
        services.remove_member(mia, mia.me, now=NOON)
    services.change_member(mia, mia.me, role=Role.OWNER, team=None, now=NOON)
    assert role_of(mia) == Role.OWNER

    bob = make_member(mia, "Bob", Role.OWNER)
    services.remove_member(mia, mia.me, now=NOON)
    with pytest.raises(LastOwner, match="Bob is the last owner"):
        services.remove_member(bob, bob.me, now=NOON)


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_demote_each_other_at_the_same_moment_one_stays() -> None:
    mia = make_workspace()
    bob = make_member(mia, "Bob", Role.OWNER)
    outcomes = at_once(
        lambda: services.change_member(mia, bob.me, role=Role.AGENT, team=None, now=NOON),
        lambda: services.change_member(bob, mia.me, role=Role.AGENT, team=None, now=NOON),
    )
    assert sorted(type(each) for each in outcomes if each is not None) == [LastOwner]
    assert sorted((role_of(mia), role_of(bob))) == [Role.AGENT, Role.OWNER]


@pytest.mark.parametrize("deed", ["demote", "remove", "link", "promote", "invite"])
def test_a_manager_can_not_touch_owners_or_make_one(mia: Access, deed: str) -> None:
    bob = make_member(mia, "Bob", Role.MANAGER)
    deeds: dict[str, Callable[[], object]] = {
        "demote": lambda: services.change_member(bob, mia.me, role=Role.AGENT, team=None, now=NOON),
        "remove": lambda: services.remove_member(bob, mia.me, now=NOON),
        "link": lambda: services.new_link(bob, mia.me, now=NOON),
        "promote": lambda: services.change_member(bob, bob.me, role=Role.OWNER, team=None, now=NOON),
        "invite": lambda: services.invite(bob, email="eve@acme.example", name="Eve", role=Role.OWNER, now=NOON),
    }
    with pytest.raises(NotAllowed, match=r"can't change owners here\. An owner can\."):
        deeds[deed]()
    assert (role_of(mia), role_of(bob), member_count(mia)) == (Role.OWNER, Role.MANAGER, 2)


@pytest.mark.parametrize("role", [Role.AGENT, Role.LEAD, Role.ANALYST])
def test_who_may_not_change_who_works_here_changes_nobody(mia: Access, role: Role) -> None:
    bob, alice = make_member(mia, "Bob", role), make_member(mia, "Alice")
    before = audited()
    for deed in (
        lambda: services.invite(bob, email="eve@acme.example", name="Eve", role=Role.AGENT, now=NOON),
        lambda: services.change_member(bob, bob.me, role=Role.MANAGER, team=None, now=NOON),
        lambda: services.remove_member(bob, alice.me, now=NOON),
        lambda: services.new_link(bob, alice.me, now=NOON),
        lambda: services.make_team(bob, "Evenings", now=NOON),
        lambda: services.change_workspace(bob, name="Ours", timezone="UTC", now=NOON),
    ):
        with pytest.raises(NotAllowed):
            deed()
    assert (role_of(bob), member_count(mia), audited()) == (role, 3, before)


def test_who_is_removed_is_out_with_all_their_keys_and_may_come_back(mia: Access) -> None:
    alice = make_member(mia, "Alice")
    token = services.make_token(alice, "laptop", now=NOON)
    services.remove_member(mia, alice.me, now=NOON)
    with pytest.raises(NotFound):
        selectors.enter(alice.me, alice.slug)
    with pytest.raises(BadToken):
        selectors.enter_by_token(token, NOON)
    services.invite(mia, email="alice@acme.example", name="Alice", role=Role.ANALYST, now=NOON)
    assert selectors.enter(alice.me, alice.slug).role is Role.ANALYST
    with pytest.raises(BadToken):
        selectors.enter_by_token(token, NOON)


# Teams ---------------------------------------------------------------------
def test_a_team_has_one_name_and_its_people_outlive_it(mia: Access) -> None:
    team = services.make_team(mia, "  Late   shift ", now=NOON)
    alice = make_member(mia, "Alice")
    services.change_member(mia, alice.me, role=Role.AGENT, team=team, now=NOON)
    assert [(each.name, each.size) for each in selectors.teams(mia)] == [("Late shift", 1)]
    with pytest.raises(Conflict):
        services.make_team(mia, "LATE SHIFT", now=NOON)
    for name in ("", "t" * 61):
        with pytest.raises(InvalidInput):
            services.make_team(mia, name, now=NOON)
    services.remove_team(mia, team, now=NOON)
    assert selectors.teams(mia) == ()
    assert {each.team for each in selectors.members(mia)} == {None}


# Tokens --------------------------------------------------------------------
def test_a_token_is_for_one_person_in_one_workspace_until_it_is_revoked(mia: Access, charlie: Access) -> None:
    alice = make_member(mia, "Alice")
    services.invite(charlie, email="alice@acme.example", name="Alice", role=Role.ANALYST, now=NOON)
    token = services.make_token(alice, "laptop", now=NOON)
    entered = selectors.enter_by_token(token, NOON)
    assert (entered.person, entered.workspace, entered.role, entered.via) == (
        alice.person, alice.workspace, Role.AGENT, "api",
    )  # fmt: skip

    (listed,) = selectors.tokens(alice)
    assert token.startswith(listed.shown)
    assert len(listed.shown) < 12
    assert selectors.tokens(selectors.enter(alice.me, charlie.slug)) == ()
    for other in (mia, charlie, selectors.enter(alice.me, charlie.slug)):
        with pytest.raises(NotFound):
            services.revoke_token(other, listed.id, now=NOON)
    services.revoke_token(alice, listed.id, now=NOON)
    with pytest.raises(BadToken):
        selectors.enter_by_token(token, NOON)


@pytest.mark.parametrize("name", ["", "   ", "n" * 61])
def test_a_token_needs_a_name_to_be_known_again_by(mia: Access, name: str) -> None:
    with pytest.raises(InvalidInput, match="so that you know it again"):
        services.make_token(mia, name, now=NOON)
    assert not ApiToken.objects.exists()


# Oneself -------------------------------------------------------------------
@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("a wrong one", "another long one", "old password is not right"),
        ("", "another long one", "old password is not right"),
        (PASSWORD, "short", "too short"),
        (PASSWORD, "password123", "too common"),
        (PASSWORD, "mia@acme.example", "too similar"),
    ],
)
def test_a_password_is_changed_only_by_who_knows_the_old_one_and_to_a_good_one(
    mia: Access, old: str, new: str, words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        services.change_password(mia.me, old=old, new=new)
    assert Person.objects.get().check_password(PASSWORD)


def test_who_came_by_a_link_chooses_a_password_without_an_old_one(mia: Access) -> None:
    services.invite(mia, email="alice@acme.example", name="Alice", role=Role.AGENT, now=NOON)
    alice = Person.objects.get(email="alice@acme.example")
    services.change_password(PersonId(alice.pk), old="", new="another long one")
    services.change_password(PersonId(alice.pk), old="another long one", new=PASSWORD)
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_ones_own_name_and_colours(mia: Access) -> None:
    services.change_self(mia.me, name=" Mia  Dahl ", theme="dark")
    for name, theme in (("", "dark"), ("M" * 101, ""), ("Mia", "pink")):
        with pytest.raises(InvalidInput):
            services.change_self(mia.me, name=name, theme=theme)
    person = Person.objects.get()
    assert (person.name, person.theme) == ("Mia Dahl", "dark")


# Workspaces ----------------------------------------------------------------
@pytest.mark.parametrize(
    ("names", "slugs"),
    [
        (["Acme Care", "acme care", "ACME-Care!"], ["acme-care", "acme-care-2", "acme-care-3"]),
        (["客服", "Поддержка"], ["desk", "desk-2"]),
        (["A" * 80], ["a" * 34]),
    ],
)
def test_workspaces_of_one_name_have_addresses_of_their_own(names: list[str], slugs: list[str]) -> None:
    made = [make_workspace(name, f"mia{number}@acme.example") for number, name in enumerate(names)]
    assert [access.slug for access in made] == slugs


# The audit log -------------------------------------------------------------
def test_each_change_leaves_one_line_that_says_from_what_to_what_and_no_secret(mia: Access) -> None:
    team = services.make_team(mia, "Evenings", now=NOON)
    invited = services.invite(mia, email="alice@acme.example", name="Alice", role=Role.AGENT, now=NOON)
    alice = selectors.enter(PersonId(Person.objects.get(email="alice@acme.example").pk), mia.slug)
    services.change_member(mia, alice.me, role=Role.LEAD, team=team, now=NOON)
    link = services.new_link(mia, alice.me, now=NOON)
    token = services.make_token(alice, "laptop", now=NOON)
    services.revoke_token(alice, selectors.tokens(alice)[0].id, now=NOON)
    services.change_workspace(mia, name="Acme Help", timezone="Europe/Paris", now=NOON)
    services.remove_member(mia, alice.me, now=NOON)
    services.remove_team(mia, team, now=NOON)

    was = {"name": "Acme Care", "timezone": "Europe/London", "calling_code": ""}
    now_is = {"name": "Acme Help", "timezone": "Europe/Paris", "calling_code": ""}
    assert audited() == [
        ("workspace made", "Acme Care", None, None),
        ("team made", "Evenings", None, None),
        ("person added", "alice@acme.example", None, {"role": "agent"}),
        ("role changed", "alice@acme.example", {"role": "agent", "team": None}, {"role": "lead", "team": team}),
        ("sign-in link made", "alice@acme.example", None, None),
        ("token made", "laptop", None, None),
        ("token revoked", "laptop", None, None),
        ("workspace changed", "Acme Help", was, now_is),
        ("person removed", "alice@acme.example", {"role": "lead"}, None),
        ("team removed", "Evenings", None, None),
    ]
    by = list(AuditEntry.objects.order_by("id").values_list("name", "via", "at"))
    assert by[4:6] == [("Mia", "web", NOON), ("Alice", "web", NOON)]
    assert AuditEntry.objects.filter(workspace_id=mia.workspace).count() == len(by)

    stored = json.dumps(
        [list(model.objects.values()) for model in (AuditEntry, SignInLink, ApiToken, Installation, Person)],
        default=str,
    )
    for secret in (invited, link, token, PASSWORD):
        assert secret is not None
        assert secret not in stored


def test_a_refused_change_leaves_no_line(mia: Access, charlie: Access) -> None:
    before = audited()
    team = Team.objects.create(workspace_id=mia.workspace, name="Evenings").pk
    for deed in (
        lambda: services.change_member(charlie, mia.me, role=Role.AGENT, team=None, now=NOON),
        lambda: services.remove_member(charlie, mia.me, now=NOON),
        lambda: services.new_link(charlie, mia.me, now=NOON),
        lambda: services.remove_team(charlie, team, now=NOON),
        lambda: services.change_member(charlie, charlie.me, role=Role.OWNER, team=team, now=NOON),
    ):
        with pytest.raises(NotFound):
            deed()
    assert audited() == before
    assert (role_of(mia), Team.objects.filter(pk=team).exists()) == (Role.OWNER, True)

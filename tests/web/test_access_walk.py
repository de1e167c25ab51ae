"""Every address and every operation there is, as everybody: nothing leaks, nothing changes, each change is noted."""

import itertools
from typing import Any

import pytest
from tests.web.office import SECRETS, STAFF, differing, everything, said
from tests.web.walk import (
    ANYBODY,
    API_CALLS,
    CALLS,
    IDS,
    METHODS,
    NOBODY,
    NOTED,
    OPERATIONS,
    PAGES,
    PATTERNS,
    SIGNER,
    SOMEBODY,
    Call,
    Walker,
    operations,
    routes,
    undone,
)

from hubbub.accounts.core.access import Role
from hubbub.accounts.models import AuditEntry


def test_everything_there_is_stands_in_the_tables() -> None:
    pages = {name for name, address, _ in routes() if not address.startswith("/api/")}
    assert pages == set(PAGES)
    assert operations() == {(path, method) for path, calls in OPERATIONS.items() for method in calls}
    others = {address for _, address, _ in routes() if address.startswith("/api/")}
    assert len(others) == len(OPERATIONS) + 2  # and the description, and its root, which says nothing


def secrets_in(answer: Any) -> list[str]:
    """What of the workspace an answer tells."""
    told = answer.content.decode() + repr(dict(answer.headers)) + repr(answer.cookies)
    return [each for each in SECRETS if each.lower() in told.lower()]


REFUSALS = {NOBODY: 404, SIGNER: 401}


# The walk -------------------------------------------------------------------
def test_a_stranger_learns_and_changes_nothing_of_another_workspace(walker: Walker) -> None:
    office, charlie, before = walker.office, walker.office.charlie, everything()
    for (name, method, call), htmx in itertools.product(CALLS, (False, True)):
        if "slug" not in PATTERNS[name].pattern.converters:
            continue
        where = f"{method} {name}"
        with undone():
            theirs = walker.page(name, method, call, charlie, htmx=htmx)
            assert differing(before, everything()) == set(), where
        with undone():
            nowhere = walker.page(name, method, call, charlie, "nowhere", htmx=htmx)
        assert theirs.status_code == 404, where
        assert said(theirs, office.access.slug) == said(nowhere, "nowhere"), where
        told = theirs.content.decode().replace(office.access.slug, "")
        assert [each for each in SECRETS if each.lower() in told.lower()] == [], where


def test_ids_of_another_workspace_are_as_good_as_none_in_ones_own(walker: Walker) -> None:
    charlie, before = walker.office.charlie, everything()
    for name, method, call in CALLS:
        asked = set(PATTERNS[name].pattern.converters)
        if "slug" not in asked or not IDS & (asked | {each.strip("{}") for each in call.data.values() if "{" in each}):
            continue
        where = f"{method} {name}"
        with undone():
            foreign = walker.page(name, method, call, charlie, charlie.slug)
            changed = differing(before, everything())
        with undone():
            missing = walker.page(name, method, call, charlie, charlie.slug, missing=True)
        assert secrets_in(foreign) == [], where
        if foreign.status_code != 200:  # a list that is filtered by a topic nobody has is empty
            assert changed == set(), where
            assert foreign.status_code == 404, where
        assert said(foreign) == said(missing), where


def test_who_is_signed_out_is_led_to_the_door_and_changes_nothing(walker: Walker) -> None:
    before = everything()
    for name, method, call in CALLS:
        if call.who is ANYBODY:
            continue
        where = f"{method} {name}"
        with undone():
            answer = walker.page(name, method, call, None)
            assert differing(before, everything()) == set(), where
        if call.who is SIGNER:
            assert answer.status_code == 401, where
            continue
        assert answer.status_code in (302, 404), where
        if answer.status_code == 302:
            assert answer.headers["Location"].startswith("/signin/?next="), where
            assert answer.content == b"", where
        assert call.who is NOBODY or answer.status_code == 302, where


@pytest.mark.parametrize("role", STAFF)
def test_each_role_does_what_it_may_and_nothing_else(walker: Walker, role: Role) -> None:
    who, before = walker.office.people[role], everything()
    for name, method, call in CALLS:
        where = f"{method} {name} as {role}"
        allowed = call.who in (ANYBODY, SOMEBODY) or (call.who not in REFUSALS and role in call.who)
        with undone():
            answer = walker.page(name, method, call, who)
            changed, noted = differing(before, everything()), noted_since(before)
        refusal = REFUSALS.get(call.who, 403) if isinstance(call.who, str) else 403
        check(where, call, answer.status_code, changed, noted, allowed=allowed, refusal=refusal)


@pytest.mark.parametrize("role", STAFF)
def test_each_role_does_by_the_api_what_it_may_and_nothing_else(walker: Walker, role: Role) -> None:
    who, before = walker.office.people[role], everything()
    for path, method, call in API_CALLS:
        with undone():
            answer = walker.operation(path, method, call, walker.office.tokens[who.me])
            changed, noted = differing(before, everything()), noted_since(before)
        check(f"{method} {path} as {role}", call, answer.status_code, changed, noted, allowed=role in call.who)


def check(
    where: str, call: Call, status: int, changed: set[str], noted: int, *, allowed: bool, refusal: int = 403
) -> None:
    """What was allowed works and is noted once; what was not changes nothing."""
    if not allowed:
        assert (status, changed, noted) == (refusal, set(), 0), where
        return
    assert 200 <= status < 400, where
    assert noted == (call.writes is NOTED), (where, noted)
    if call.writes is not NOTED:
        assert changed <= set(call.writes), where


def noted_since(before: dict[str, Any]) -> int:
    """How many lines the audit log has more."""
    return AuditEntry.objects.count() - len(before["accounts.AuditEntry"])


def test_a_stranger_learns_and_changes_nothing_by_the_api(walker: Walker) -> None:
    office, before = walker.office, everything()
    token = office.tokens[office.charlie.me]
    for path, method, call in API_CALLS:
        where = f"{method} {path}"
        with undone():
            answer = walker.operation(path, method, call, token)
            changed = differing(before, everything())
        assert secrets_in(answer) == [], where
        if "{number}" in path:
            with undone():
                missing = walker.operation(path, method, call, token, missing=True)
            assert (answer.status_code, changed) == (404, set()), where
            assert said(answer) == said(missing), where
    with undone():
        found = walker.operation("/api/v1/cases", "GET", OPERATIONS["/api/v1/cases"]["GET"], token)
        assert found.json() == {"cases": [], "next": ""}


@pytest.mark.parametrize("token", [None, "", "hb_nobody", "hb_\x00", "Ünïcode"])
def test_without_a_good_token_the_api_says_nothing_and_changes_nothing(walker: Walker, token: str | None) -> None:
    before = everything()
    for path, method, call in API_CALLS:
        answer = walker.operation(path, method, call, token)
        assert (answer.status_code, answer.json()["code"]) == (401, "bad_token"), f"{method} {path}"
    assert differing(before, everything()) == set()


def test_a_session_opens_pages_and_never_the_api(walker: Walker) -> None:
    client = walker.client(walker.office.access)
    assert client.get("/api/v1/me").status_code == 401
    assert client.post("/api/v1/cases/1/resolve").status_code == 401


def test_other_methods_are_refused_everywhere_in_words(walker: Walker) -> None:
    owner, before = walker.office.access, everything()
    for name, calls in PAGES.items():
        for method in METHODS:
            if method in calls:
                continue
            with undone():
                answer = walker.page(
                    name,
                    method,
                    Call(NOBODY, what=next(iter(calls.values())).what),
                    None if name == "account_login" else owner,
                )
                changed = differing(before, everything())
            assert (answer.status_code, changed) == (405, set()), f"{method} {name}"
            assert answer.headers["Allow"], f"{method} {name}"
            assert b"button of a page" in answer.content, f"{method} {name}"
    for path, calls in OPERATIONS.items():
        for method in METHODS:
            if method not in calls:
                answer = walker.operation(path, method, Call(NOBODY), walker.office.tokens[owner.me])
                assert answer.status_code == 405, f"{method} {path}"
    assert differing(before, everything()) == set()

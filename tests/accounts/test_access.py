"""Who may do what, spelled out."""

import pytest

from hubbub.accounts.core.access import GRANTS, Access, Permission, Role
from hubbub.kernel.errors import NotAllowed
from hubbub.kernel.ids import PersonId, WorkspaceId

TABLE = """
                            agent  lead  manager  analyst  owner
read cases                  yes    yes   yes      yes      yes
work on cases               yes    yes   yes      -        yes
change canned replies       -      yes   yes      -        yes
approve replies             -      yes   yes      -        yes
lead the team               -      yes   yes      -        yes
plan people's hours         -      yes   yes      -        yes
take cases out as a file    -      yes   yes      yes      yes
change what is listened to  -      -     yes      -        yes
change the playbook         -      -     yes      -        yes
change who works here       -      -     yes      -        yes
change owners               -      -     -        -        yes
change the workspace        -      -     yes      -        yes
read the audit log          -      yes   yes      yes      yes
"""
HEAD, *LINES = [line.split() for line in TABLE.strip().splitlines()]
GRANTED = {
    (role, " ".join(line[: -len(HEAD)])): word == "yes"
    for line in LINES
    for role, word in zip(HEAD, line[-len(HEAD) :], strict=True)
}
LEAST = {
    "read cases": "An agent",
    "work on cases": "An agent",
    "change canned replies": "A team lead",
    "approve replies": "A team lead",
    "lead the team": "A team lead",
    "plan people's hours": "A team lead",
    "take cases out as a file": "A team lead",
    "change what is listened to": "A manager",
    "change the playbook": "A manager",
    "change who works here": "A manager",
    "change owners": "An owner",
    "change the workspace": "A manager",
    "read the audit log": "A team lead",
}


def access_of(role: Role | None) -> Access:
    return Access(WorkspaceId(1), "acme", "Acme Care", PersonId(7) if role else None, "Alice", role)


def test_the_table_names_every_role_and_every_deed() -> None:
    assert {role for role, _ in GRANTED} == set(Role) == set(GRANTS)
    assert {deed for _, deed in GRANTED} == set(Permission) == set(LEAST)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("deed", Permission)
def test_a_role_may_what_the_table_says_and_a_refusal_names_who_could(role: Role, deed: Permission) -> None:
    access = access_of(role)
    assert access.may(deed) is GRANTED[role, deed]
    if access.may(deed):
        access.require(deed)
    else:
        with pytest.raises(NotAllowed, match=f"^As {role.label} you can't {deed} here. {LEAST[deed]} can.$"):
            access.require(deed)


@pytest.mark.parametrize("deed", Permission)
def test_hubbub_itself_may_everything_and_is_nobody(deed: Permission) -> None:
    hubbub = access_of(None)
    hubbub.require(deed)
    assert hubbub.me == 0

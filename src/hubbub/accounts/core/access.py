"""Who may do what: roles, permissions, and the pass that every read and write asks for."""

from dataclasses import dataclass
from enum import StrEnum

from hubbub.kernel.errors import NotAllowed
from hubbub.kernel.ids import PersonId, WorkspaceId
from hubbub.kernel.speech import mark, say, speaking


class Role(StrEnum):
    """What somebody is in one workspace."""

    AGENT = "agent"
    LEAD = "lead"
    MANAGER = "manager"
    ANALYST = "analyst"
    OWNER = "owner"

    @property
    def label(self) -> str:
        """As people say it."""
        return say(_LABELS[self])


_LABELS = {
    Role.AGENT: mark("agent"),
    Role.LEAD: mark("team lead"),
    Role.MANAGER: mark("manager"),
    Role.ANALYST: mark("analyst"),
    Role.OWNER: mark("owner"),
}
_ONE = {
    Role.AGENT: mark("An agent"),
    Role.LEAD: mark("A team lead"),
    Role.MANAGER: mark("A manager"),
    Role.OWNER: mark("An owner"),
}


class Permission(StrEnum):
    """A deed, in words that finish 'You can't …'."""

    READ = mark("read cases")
    WORK = mark("work on cases")
    CANNED = mark("change canned replies")
    APPROVE = mark("approve replies")
    TEAM = mark("lead the team")
    PLAN = mark("plan people's hours")
    LISTEN = mark("change what is listened to")
    PLAYBOOK = mark("change the playbook")
    PEOPLE = mark("change who works here")
    OWNERS = mark("change owners")
    WORKSPACE = mark("change the workspace")
    AUDIT = mark("read the audit log")
    EXPORT = mark("take cases out as a file")


_AGENT = {Permission.READ, Permission.WORK}
_LEAD = _AGENT | {
    Permission.CANNED, Permission.APPROVE, Permission.TEAM, Permission.PLAN, Permission.AUDIT, Permission.EXPORT,
}  # fmt: skip
_MANAGER = _LEAD | {Permission.LISTEN, Permission.PLAYBOOK, Permission.PEOPLE, Permission.WORKSPACE}
GRANTS: dict[Role, frozenset[Permission]] = {
    Role.AGENT: frozenset(_AGENT),
    Role.LEAD: frozenset(_LEAD),
    Role.MANAGER: frozenset(_MANAGER),
    Role.ANALYST: frozenset({Permission.READ, Permission.AUDIT, Permission.EXPORT}),
    Role.OWNER: frozenset(Permission),
}


@dataclass(frozen=True, slots=True)
class Access:
    """A person's pass into one workspace. Only `accounts.selectors` and flows make one."""

    workspace: WorkspaceId
    slug: str
    workspace_name: str
    person: PersonId | None
    name: str
    role: Role | None  # None: Hubbub itself
    via: str = "web"
    timezone: str = "UTC"  # the workspace's, as in the IANA list
    language: str = "en"  # of what is written down there, whoever reads it

    @property
    def me(self) -> PersonId:
        """Whose pass this is. Hubbub itself is nobody: an id that no person has."""
        return self.person or PersonId(0)

    def may(self, permission: Permission) -> bool:
        """Say whether this pass includes a deed."""
        return self.role is None or permission in GRANTS[self.role]

    def say(self, words: str, /, **facts: object) -> str:
        """Return a sentence in the workspace's language, for what is written down there, whoever acts."""
        with speaking(self.language):
            return say(words, **facts)

    def require(self, permission: Permission) -> None:
        """Raise NotAllowed, naming the least role that could, unless this pass includes the deed."""
        if not self.may(permission):
            raise NotAllowed(
                who=say("As {role} you", role=self.role.label if self.role else ""),
                deed=permission.value,
                needed=next(one for role, one in _ONE.items() if permission in GRANTS[role]),
            )

"""What leaves the accounts domain: frozen values, never rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hubbub.accounts.core.access import Role
from hubbub.kernel.ids import PersonId
from hubbub.kernel.speech import figure, say


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works in a workspace."""

    person: PersonId
    name: str
    email: str
    role: Role
    team: str | None
    team_id: int | None
    last_login: datetime | None


@dataclass(frozen=True, slots=True)
class TeamValue:
    """A team and how many are in it."""

    id: int
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class WorkspaceChoice:
    """A workspace somebody may enter."""

    slug: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Token:
    """An API token as its owner sees it: never the token itself."""

    id: int
    name: str
    shown: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Audited:
    """One line of the audit log."""

    id: int
    at: datetime
    name: str
    via: str
    action: str
    subject: str
    before: Any
    after: Any

    @property
    def deed(self) -> str:
        """What was done, in words: one deed, or several with commas between."""
        return ", ".join(say(each) for each in self.action.split(", "))

    @property
    def changes(self) -> tuple[tuple[str, str, str], ...]:
        """What changed: (of what, from, to), in words; empty strings where there was or is nothing."""
        before = self.before if isinstance(self.before, dict) else {"": self.before}
        after = self.after if isinstance(self.after, dict) else {"": self.after}
        names = list(dict.fromkeys([*before, *after]))
        pairs = [(name, _words(before.get(name)), _words(after.get(name))) for name in names]
        return tuple(pair for pair in pairs if pair[1] != pair[2])


def _words(value: Any) -> str:
    """A value as a person reads it."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {_words(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(_words, value))
    if value is None:
        return ""
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    return figure(value) if isinstance(value, int | float) else str(value)

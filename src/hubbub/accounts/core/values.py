"""What leaves the accounts domain: frozen values, never rows."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from hubbub.accounts.core.access import Role
from hubbub.accounts.core.audited import ABOUT, OTHERWISE, SAID
from hubbub.kernel.ids import PersonId
from hubbub.kernel.speech import figure, say

MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d\S*\+00:00")


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
    def about(self) -> str:
        """What it was done to, in words."""
        what, _, number = self.subject.partition(" ")
        return say(ABOUT[what], number=number) if what in ABOUT and number.isalnum() else self.subject

    @property
    def changes(self) -> tuple[tuple[str, str, str], ...]:
        """What changed: (of what, from, to), in words; empty strings where there was or is nothing."""
        before = self.before if isinstance(self.before, dict) else {"": self.before}
        after = self.after if isinstance(self.after, dict) else {"": self.after}
        names = list(dict.fromkeys([*before, *after]))
        pairs = [
            (OTHERWISE.get(name, name), *(_told(name, each.get(name)) for each in (before, after))) for name in names
        ]
        return tuple(pair for pair in pairs if pair[1] != pair[2])


def _told(name: str, value: Any) -> str:
    """What something was or became, as a person reads it."""
    return Role(value).label if name == "role" and str(value) in set(Role) else _words(value, name in SAID)


def _words(value: Any, ours: bool = False) -> str:
    """A value as a person reads it. `ours`: its words are Hubbub's, so they are said in the reader's language."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {_words(each, ours)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(_words(each, ours) for each in value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if isinstance(value, int | float):
        return figure(value)
    told = str(value)
    if MOMENT.fullmatch(told):
        return f"{told[:10]} {told[11:16]} UTC"
    return say(told.replace("_", " ")) if ours and told else told

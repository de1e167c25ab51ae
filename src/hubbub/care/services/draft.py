"""Cases and accounts as triage works on them: plain objects, many times cheaper than rows of the ORM."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Final

from hubbub.care.core.case import NEVER, Case, Folder, Priority, Status
from hubbub.care.models import carry, state_of
from hubbub.influence.core.weight import Weight


@dataclass(slots=True)
class AccountDraft:
    """Somebody's account, with what the influence domain says of it."""

    id: int
    channel: str
    native: str
    handle: str = ""
    name: str = ""
    followers: int | None = None
    follows: int | None = None
    posts: int | None = None
    reactions: float | None = None
    joined_at: datetime | None = None
    p_bot: float = 0.1
    reach: int = 0
    customer_id: int | None = None
    known: bool = False
    employee: bool = False
    listed: bool = False
    lists: Sequence[str] = field(default_factory=list)
    muted_until: datetime | None = None
    heard: int = 0
    adverts: int = 0
    weighed: Weight | None = None

    @property
    def voice(self) -> str:
        """The person behind it: linked accounts are one voice."""
        return f"customer {self.customer_id}" if self.customer_id else f"account {self.id}"


ACCOUNT_FIELDS: Final = tuple(each.name for each in fields(AccountDraft) if each.name != "weighed")


@dataclass(slots=True)
class CaseDraft:
    """A case being decided about; `id` 0 until it is stored."""

    opened_at: datetime
    last_inbound_at: datetime
    channel: str
    id: int = 0
    number: int = 0
    status: str = Status.NEW
    folder: str = Folder.NEEDS
    sort_at: datetime = NEVER
    historical: bool = False
    owner_id: int | None = None
    team_id: int | None = None
    not_before: datetime | None = None
    due_at: datetime | None = None
    resolve_by: datetime | None = None
    review_at: datetime | None = None
    first_replied_at: datetime | None = None
    last_outbound_at: datetime | None = None
    resolved_at: datetime | None = None
    parked_for: str = ""
    wake_at: datetime | None = None
    waiting_since: datetime | None = None
    waited_until: datetime | None = None
    merged_into: int | None = None
    incident_id: int | None = None
    thread_read_at: datetime | None = None
    decision: str = ""
    rule: str = ""
    rule_name: str = ""
    say: str = ""
    playbook: int = 1
    queue: str = ""
    priority: int = Priority.NORMAL
    alert: bool = False
    template: str = ""
    needs_approval: bool = False
    reasons: Sequence[Any] = field(default_factory=list)
    advice: Sequence[Any] = field(default_factory=list)
    problems: Sequence[str] = field(default_factory=list)
    account_id: int | None = None
    who: str = ""
    lang: str = ""
    title: str = ""
    excerpt: str = ""
    kind: str = ""
    kind_p: float = 1.0
    about: str = "none"
    private: bool = False
    exposure: int = 0
    voices: int = 1
    posts: int = 1
    topic: int = 0
    lead: int = 0
    voice: str = ""  # of the account; these are no columns
    known: bool = False
    listed: bool = False
    was: str = ""  # its status when it was loaded; no column

    def value(self) -> Case:
        """The state, as a value."""
        return state_of(self)

    def take(self, case: Case) -> None:
        """Carry a value's state over."""
        carry(case, self)

    @property
    def ended(self) -> bool:
        """Whether nobody works on it any more."""
        return Status(self.status).ended


OF_ACCOUNT: Final = ("id", "voice", "known", "listed", "was")
CASE_FIELDS: Final = tuple(each.name for each in fields(CaseDraft) if each.name not in OF_ACCOUNT)

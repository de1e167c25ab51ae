"""What pages and the API get to see of care: frozen values, complete, so that no template can query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from hubbub.care.core.calendar import Calendar
from hubbub.care.core.calls.views import CallLine, Task
from hubbub.care.core.case import Folder, Priority, Status
from hubbub.care.core.fields import FieldShape
from hubbub.care.core.levels import Policy
from hubbub.care.core.playbook.changes import Change
from hubbub.channels.core.contract import Abilities
from hubbub.kernel.details import Details, File
from hubbub.kernel.ids import CaseId, PersonId


@dataclass(frozen=True, slots=True)
class TagLine:
    """A tag."""

    id: int
    name: str
    colour: int
    cases: int | None = None  # how many have it, where that was asked for


@dataclass(frozen=True, slots=True)
class Answer:
    """A field, with what is known of a case."""

    field: FieldShape
    value: str


@dataclass(frozen=True, slots=True)
class LinkLine:
    """Another case, and how the one at hand stands to it."""

    number: int
    words: str
    title: str
    status: Status


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case as the list shows it."""

    id: CaseId
    number: int
    status: Status
    folder: Folder
    who: str
    channel: str
    excerpt: str
    title: str
    kind: str
    kind_p: float
    decision: str
    rule: str
    queue: str
    priority: Priority
    lang: str
    alert: bool
    exposure: int
    voices: int
    private: bool
    due_at: datetime | None
    not_before: datetime | None
    review_at: datetime | None
    wake_at: datetime | None
    parked_for: str
    merged_into: int | None
    resolved_at: datetime | None
    last_inbound_at: datetime
    owner: PersonId | None
    owner_name: str
    unread: bool
    historical: bool
    tags: tuple[TagLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A piece of a list, and the cursor of the next; empty where there is none."""

    lines: tuple[CaseLine, ...]
    next: str


@dataclass(frozen=True, slots=True)
class Counts:
    """What the views and queues hold. A count stops at 1,000: nobody works on more at once."""

    folders: Mapping[str, int]
    mine: int
    queues: Mapping[str, int]
    topics: Sequence[tuple[int, str, int]]
    late: int
    next_held: datetime | None
    answered_today: int


@dataclass(frozen=True, slots=True)
class Due:
    """What a folder holds, and what of all that needs an answer is late, or due within 15 minutes; up to 1,000."""

    here: int | None  # None where the view is no folder
    late: int
    soon: int


@dataclass(frozen=True, slots=True)
class Said:
    """A heard post in a case's timeline."""

    post: int
    uri: str
    name: str
    handle: str
    text: str
    url: str
    channel: str
    lang: str
    reach: int
    is_customer: bool
    ours: bool
    why: str
    media: int
    details: Details
    edited: bool
    deleted: bool
    erased: bool  # on request: nothing tells who said it
    before: tuple[str, ...]  # earlier wordings


@dataclass(frozen=True, slots=True)
class Voice:
    """Somebody who spoke in a case."""

    account: int  # 0 where nobody can be told
    name: str
    channel: str
    at: datetime
    how: str  # they came in
    why: str  # they do not count; empty where they do
    double: int = 0  # the pair of accounts that are likely one person's
    reasons: tuple[str, ...] = ()  # why that is likely


@dataclass(frozen=True, slots=True)
class Sending:
    """How far a reply is on its way."""

    outbox: int
    state: str
    words: str
    uri: str
    url: str
    leaves_at: datetime | None = None  # while it can be taken back


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a timeline."""

    id: int  # below 0: of a call, which is no line of its own in the case
    at: datetime
    kind: str  # post, reply, note, event, call
    name: str
    text: str
    private: bool
    said: Said | None = None
    sending: Sending | None = None
    files: tuple[File, ...] = ()  # that left with a reply
    persona: str = ""  # as whom a reply was written; empty: the brand
    approved_by: str = ""
    mentions: tuple[str, ...] = ()  # whom a note names
    mine: bool = False
    call: CallLine | None = None
    undo: int | None = None  # what this line tells of can be undone


@dataclass(frozen=True, slots=True)
class DraftView:
    """What somebody has written on a case and not sent."""

    number: int
    title: str
    mode: str
    text: str
    version: int  # rises with every save
    saved_at: datetime
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True)
class Pending:
    """A reply that does not leave yet."""

    id: int
    number: int
    title: str
    channel: str
    author: PersonId
    name: str
    mine: bool
    text: str
    private: bool
    persona: str  # as whom; empty: the brand
    state: str  # approval, later, back
    why: str  # it needs approval, or came back
    at: datetime
    send_at: datetime | None
    hold: bool  # held back where somebody writes meanwhile
    approved_by: str
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True)
class Looker:
    """A colleague who has the case open."""

    person: PersonId
    name: str
    typing: bool


@dataclass(frozen=True, slots=True)
class Talk:
    """How a live conversation stands, as its other side may know."""

    case: CaseId
    before: int | None  # how many of its channel wait before it for their first answer; None: it waits no more
    typing: tuple[str, ...]  # who of us writes
    looking: bool  # one of us has it open
    read_at: datetime | None  # up to when one of us has read it


@dataclass(frozen=True, slots=True)
class AccountView:
    """Somebody on a network, as the customer pane shows them."""

    id: int
    channel: str
    handle: str
    name: str
    followers: int | None
    follows: int | None
    posts: int | None
    joined_at: datetime | None
    p_bot: float
    reach: int
    reach_low: int
    reach_high: int
    reasons: tuple[str, ...]
    known: bool
    employee: bool
    listed: bool
    url: str
    number: str  # of a telephone


@dataclass(frozen=True, slots=True)
class OwnedView:
    """A product that somebody owns."""

    id: int
    product: str
    serial: str
    since: date | None
    warranty_until: date | None
    in_warranty: bool


@dataclass(frozen=True, slots=True)
class CustomerView:
    """The person a case is about."""

    id: int | None  # None: no customer yet
    products: tuple["OwnedView", ...]
    name: str
    accounts: tuple[AccountView, ...]
    cases: int
    earlier: tuple["EarlierCase", ...]


@dataclass(frozen=True, slots=True)
class EarlierCase:
    """Another case of the same person."""

    number: int
    title: str
    status: Status
    at: datetime


@dataclass(frozen=True, slots=True)
class Way:
    """How a reply may leave: to whom, through which connection, and what keeps it from leaving."""

    possible: bool
    reason: str  # why not, in words
    connection: int | None = None
    network: str = ""
    as_handle: str = ""
    as_name: str = ""
    to: str = ""
    abilities: Abilities = field(default_factory=Abilities)


@dataclass(frozen=True, slots=True)
class Choice:
    """Something a post may be, in words."""

    value: str
    words: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Read:
    """What a post is read as in one respect, how sure that is, and who said so."""

    what: str
    label: str
    verb: str  # what stands before a choice: it is, it needs
    value: str
    words: str
    likely: float | None  # None: it was not guessed, but found by words, or by whom the post names
    by: str  # who said so; empty: nobody did
    said: int | None  # the label that can be taken back
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case with its timeline, its person and its reasons."""

    line: CaseLine
    opened_at: datetime
    rule_name: str
    template: str  # title of the canned reply that the rule suggests
    say: str
    playbook: int
    headline: str
    reasons: tuple[Mapping[str, Any], ...]
    advice: tuple[Mapping[str, Any], ...]
    assessment: tuple[Read, ...]  # of the post it is shown by; empty where its words are gone
    moments: tuple[Moment, ...]
    hidden: int  # earlier moments that are not shown
    customer: CustomerView | None
    lookers: tuple[Looker, ...]
    drafting: tuple[str, ...]  # colleagues who have a draft
    pending: tuple[Pending, ...]  # replies that do not leave yet
    public_way: Way
    private_way: Way
    topics: tuple[str, ...]
    calls: tuple[CallLine, ...]  # of the person, the newest
    calls_in_all: int
    task: Task | None  # somebody is to be called
    answers: tuple[Answer, ...]
    links: tuple[LinkLine, ...]
    wrap_up: str
    needs_approval: bool
    first_name: str  # how the customer is greeted; empty where no name is known
    voices: tuple[Voice, ...]  # who spoke in it; none where it is one person, or only a few lines were asked for
    around: frozenset[str]  # what else there is about it, see care.selectors.around


@dataclass(frozen=True, slots=True)
class Canned:
    """A canned reply."""

    id: int
    title: str
    text: str
    shortcut: str = ""
    folder: str = ""
    lang: str = ""
    team: int | None = None
    uses: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody is changing in the playbook."""

    base: int  # the version it began from
    newest: int  # the version in use
    data: Mapping[str, Any]
    changes: tuple[Change, ...]
    at: datetime

    @property
    def overtaken(self) -> bool:
        """Whether a colleague made a version meanwhile."""
        return self.newest != self.base


@dataclass(frozen=True, slots=True)
class Tried:
    """A post that another playbook would treat differently. A rule: its id, name, decision, and why."""

    who: str
    text: str
    said_at: datetime
    channel: str
    case: int | None
    again: bool
    reasons: tuple[str, ...]
    old: tuple[str, str, str, str]
    new: tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class DryRunValue:
    """How far a dry run is, and what came out."""

    name: str
    since: datetime
    until: datetime
    total: int
    done: int
    tried: int
    changed: int
    counts: tuple[tuple[str, str, int], ...]  # decision, other decision, how many
    listed: int
    posts: tuple[Tried, ...]
    page: int
    pages: int
    finished: bool


@dataclass(frozen=True, slots=True)
class MuteLine:
    """An account that is muted, by whom, why and how long; and how much it said since."""

    account: int
    who: str
    handle: str
    channel: str
    reason: str
    by: str
    at: datetime
    until: datetime
    said: int


@dataclass(frozen=True, slots=True)
class PlaybookLine:
    """One version of the playbook."""

    version: int
    note: str
    name: str
    at: datetime


# Service levels -----------------------------------------------------------
@dataclass(frozen=True, slots=True)
class CalendarLine:
    """Opening hours as settings show them."""

    id: int
    calendar: Calendar
    main: bool


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """A policy as settings show it."""

    id: int
    policy: Policy
    calendar: int | None

"""What the API takes and gives."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import AwareDatetime, ConfigDict, StringConstraints

Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000, pattern=r"^[^\x00]*$")]
Name = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
Key = Annotated[int, Field(ge=1, le=2**53)]
Uri = Annotated[str, StringConstraints(min_length=1, max_length=900, pattern=r"^[^\x00]*$")]


class Strict(Schema):
    """Unknown fields are an error: a misspelt one must not be dropped in silence."""

    model_config = ConfigDict(extra="forbid")


class Problem(Schema):
    """What went wrong."""

    code: str
    message: str


class Incident(Schema):
    """An incident: many people with one problem, answered as one."""

    id: int
    title: str
    open: bool
    lead: str
    began_at: datetime
    opened_at: datetime
    closed_at: datetime | None
    voices: int
    posts: int
    cases: int
    exposure: int
    severities: list[str]


class IncidentWhole(Incident):
    """With what is known of it, and why it is one."""

    note: str
    note_version: int
    reasons: list[str]
    members: list[int] = Field(description="Numbers of its cases, at most 50, those seen by most first.")
    waiting: int = Field(description="Cases that nobody answered yet.")


class IncidentNoteIn(Strict):
    """What is known now."""

    text: Text
    seen: int | None = Field(None, ge=0, le=2**31, description="The version you read; a newer one refuses yours.")


class IncidentCloseIn(Strict):
    """What becomes of the cases nobody answered."""

    members: Literal["due", "answer", "resolve"] = "due"
    text: str = Field(
        "", max_length=5_000, pattern=r"^[^\x00]*$", description="The word to everybody, and to who is answered."
    )
    confirmed: bool = False


class Me(Schema):
    """Whom a token stands for."""

    name: str
    role: str
    workspace: str
    slug: str


class CaseLine(Schema):
    """A case in a list."""

    number: int
    status: str
    folder: str
    who: str
    channel: str
    title: str
    excerpt: str
    kind: str
    kind_probability: float
    decision: str
    rule: str
    queue: str
    private: bool
    exposure: int
    voices: int
    owner: str | None
    due_at: datetime | None
    not_before: datetime | None
    priority: int = Field(description="1 urgent, 2 high, 3 normal, 4 low.")
    tags: list[str]
    wake_at: datetime | None = Field(description="When a parked or snoozed case comes back by itself.")
    parked_for: str
    merged_into: int | None = Field(description="The case that it is a part of now.")
    last_inbound_at: datetime
    historical: bool


Values = Annotated[list[Annotated[str, StringConstraints(max_length=40)]], Field(max_length=40)]


Kinds = Literal["complaint", "question", "praise", "suggestion", "opportunity", "promotion", "spam", "talk"]
Priorities = Literal["urgent", "high", "normal", "low"]
Folders = Literal["needs", "held", "watching", "waiting", "parked", "incident", "resolved", "closed", "imported"]


class CaseFilter(Schema):
    """Conditions that all hold; of several values of one, any will do."""

    queue: Literal["", "safety", "unsure", "praise", "ideas"] = ""
    topic: int = Field(0, ge=0, lt=10**18)
    tag: int = Field(0, ge=0, lt=10**18)
    team: int = Field(0, ge=0, lt=10**18)
    owner: str = Field("", pattern=r"^(me|nobody|[0-9]{1,18})?$", description="me, nobody, or somebody's id.")
    channel: Values = []
    kind: Annotated[list[Kinds], Field(max_length=40)] = []
    priority: Annotated[list[Priorities], Field(max_length=40)] = []
    lang: Values = []
    folder: Annotated[list[Folders], Field(max_length=40)] = Field(
        [], alias="in", description="Folders, with the view all."
    )
    late: Literal["", "yes"] = ""
    order: Literal["", "first", "last"] = Field("", description="first: due or oldest first; last: the other way.")


class CasePage(Schema):
    """A piece of a list."""

    cases: list[CaseLine]
    next: str = Field(description="Give it as `cursor` to read on; empty at the end.")


class Moment(Schema):
    """One line of a case's timeline."""

    id: int
    at: datetime
    kind: Literal["post", "reply", "note", "event", "call"]
    name: str
    handle: str
    text: str
    private: bool
    uri: str
    state: str = Field(description="Of a reply: queued, sending, delivered, failed, uncertain or by_hand.")
    words: str = Field(description="Of a reply that was not delivered: the network's own words.")


class Reason(Schema):
    """One reason of a decision."""

    strong: str
    text: str


class Link(Schema):
    """Another case, and how this one stands to it."""

    number: int
    words: str


class Case(CaseLine):
    """A case with its timeline and reasons."""

    opened_at: datetime
    say: str
    playbook: int
    reasons: list[Reason]
    fields: dict[str, str]
    links: list[Link]
    timeline: list[Moment]


class DoIn(Strict):
    """Deeds to do to cases, to each all of them or none."""

    numbers: list[Key] = Field(min_length=1, max_length=500)
    deeds: list[dict[str, Any]] = Field(
        min_length=1,
        max_length=20,
        description="Each as {“do”: …}: take, assign (to), team (to), priority (to: 1 urgent … 4 low), tag (name), "
        "untag (name), wrap_up (code), resolve, close, wake, park (why, until or hours), snooze (until or hours), "
        "note (text).",
    )


class Refusal(Schema):
    """A case something could not be done to, and why."""

    number: int
    why: str


class DoneOut(Schema):
    """What became of deeds."""

    done: list[int]
    refused: list[Refusal]
    undo: int | None = Field(description="Give it to /undo to take all of it back.")
    insert: str = Field(description="Words that a macro puts into the answer; nothing is sent.")


class UndoIn(Strict):
    """What to take back."""

    doing: Key


class UndoneOut(Schema):
    """What was taken back."""

    undone: str


class TagOut(Schema):
    """A tag."""

    id: int
    name: str
    colour: int


class FieldOut(Schema):
    """A field of cases."""

    id: int
    name: str
    kind: Literal["text", "number", "choice", "date", "yesno"]
    choices: list[str]
    required: bool


class WrapUpOut(Schema):
    """A wrap-up code."""

    id: int
    group: str
    name: str


class MacroOut(Schema):
    """A macro."""

    id: int
    name: str
    own: bool
    deeds: list[dict[str, Any]]


class RunIn(Strict):
    """Which macro to run on which cases."""

    macro: Key
    numbers: list[Key] = Field(min_length=1, max_length=500)


class AnswersIn(Strict):
    """What is known of a case, by the field's name; an empty answer takes one away."""

    answers: dict[Name, Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")]]


class LinkIn(Strict):
    """How a case stands to another."""

    other: int = Field(ge=1, le=2**53)
    kind: Literal["related", "duplicate", "caused", "none"]


class MergeIn(Strict):
    """The case that stays."""

    into: int = Field(ge=1, le=2**53)


class MergedOut(Schema):
    """How to take a merge back."""

    undo: int


class SplitIn(Strict):
    """The posts of a case that become one of their own, by the id of their moment."""

    moments: list[Key] = Field(min_length=1, max_length=500)


class SplitOut(Schema):
    """The new case, and how to take it back."""

    number: int
    undo: int


class LeadOut(Schema):
    """A lead."""

    id: int
    title: str
    who: str
    stage: str
    owner: str | None
    value: Decimal | None
    currency: str
    expected_on: date | None
    case: int | None
    made_at: datetime
    changed_at: datetime


class LeadMade(Schema):
    """The lead that a case became."""

    lead: int


class LeadIn(Strict):
    """What of a lead changes; what is left out stays."""

    lead: int
    title: Annotated[str, StringConstraints(max_length=120, pattern=r"^[^\x00]*$")] | None = None
    stage: Name | None = None
    owner: Name | None = Field(None, description="The colleague's e-mail address.")
    value: Decimal | None = None
    currency: Name | None = None
    expected_on: date | None = None


class ParkIn(Strict):
    """What a case waits for."""

    why: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
    until: datetime | None = None


class SnoozeIn(Strict):
    """How long a case stays out of sight."""

    until: datetime


class ReplyIn(Strict):
    """A reply."""

    text: Text
    private: bool = False
    confirmed: bool = Field(
        False, description="Send although the text speaks of compensation, liability or personal data."
    )
    key: Annotated[str, StringConstraints(max_length=24, pattern=r"^[A-Za-z0-9_-]*$")] = Field(
        "", description="Your own name for this reply: the same key again is the same reply."
    )
    persona: Annotated[int, Field(ge=1, lt=2**63)] | None = Field(
        None, description="As whom it is written, by the number in the address of the persona’s page; null: the brand."
    )
    send_at: AwareDatetime | None = Field(
        None, description="When it is to leave; it is held back where somebody writes meanwhile."
    )
    ticked: Annotated[list[Name], Field(max_length=20)] = Field(
        [], description="Lines of the tone check list that a person found to be met."
    )


class ReplyOut(Schema):
    """A reply that was queued, or that waits for approval or its time."""

    id: int = Field(description="Of the message on its way, or of what waits.")
    state: Literal["queued", "by_hand", "approval", "later"]


class NoteIn(Strict):
    """A note for colleagues."""

    text: Text


class LabelIn(Strict):
    """What a post is."""

    what: Literal["kind", "sentiment", "severity", "needs", "about"]
    value: Annotated[str, StringConstraints(max_length=12)] = Field(
        description="kind: complaint, question, praise, suggestion, opportunity, promotion, spam, talk; sentiment: "
        "negative, neutral, positive; severity: danger, legal, leak, money, delay, annoyance, none; needs (an answer): "
        "yes, no; about: to us, about us, about others, none."
    )
    uri: Uri | None = Field(None, description="Which post of the case; the one it is shown by where none is named.")


class LabelOut(Schema):
    """A label that was made."""

    id: int


class Figure(Schema):
    """How two models do at one task, on labels that were held back."""

    task: str
    held: int
    before: float = Field(description="macro-F1 of the model in use then")
    after: float
    low: float = Field(description="of the difference; 95 % interval")
    high: float


class Try(Schema):
    """A model that was fitted on this workspace's labels."""

    version: str
    at: datetime
    labels: int
    better: bool
    words: str
    in_use: bool
    figures: list[Figure]


class Understanding(Schema):
    """Which model reads what is said here, and how it learns."""

    version: str
    own: bool
    since: datetime | None
    on: bool
    takes_over: bool
    labels: int
    next_at: int = Field(description="With so many labels the next model is fitted.")
    tries: list[Try]


class AssignIn(Strict):
    """Whom a case is given to."""

    email: Annotated[str, StringConstraints(max_length=254, pattern=r"^[^\x00]*$")] | None = Field(
        description="Of somebody who works here; null gives it back."
    )


class AuthorIn(Strict):
    """Who wrote a message."""

    id: Name
    handle: Name = ""
    name: Name = ""
    followers: Annotated[int, Field(ge=0, le=2**53)] | None = None


class PostIn(Strict):
    """A message from anywhere."""

    source: Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9_.-]+$")] = Field(
        description="Where it comes from: one name a source."
    )
    id: Uri = Field(description="The source's own id: the same id again is the same message.")
    text: Annotated[str, StringConstraints(min_length=1, max_length=500_000, pattern=r"^[^\x00]*$")]
    author: AuthorIn | None = None
    created_at: datetime | None = None
    lang: Annotated[str, StringConstraints(max_length=35, pattern=r"^[A-Za-z0-9-]*$")] | None = None
    url: Annotated[str, StringConstraints(max_length=900, pattern=r"^https?://[^\x00\s]+$")] | None = None
    parent: Uri | None = Field(None, description="The id of the message it answers.")
    private: bool = Field(True, description="A mail or letter is private; a forum post is not.")


class PostOut(Schema):
    """What became of a message."""

    stored: bool = Field(description="False: it was here already.")
    case: int | None = Field(description="The number of its case, if it has one.")


Short = Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00]*$")]


class CallIn(Strict):
    """What a telephone system tells of a call: all at once, or bit by bit under the same id."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]+$")] = Field(
        description="The system's own id: the same id again adds to what is known of the call."
    )
    start: datetime | None = Field(None, description="When it began; needed when a call is first told of.")
    answer: datetime | None = Field(None, description="When somebody answered.")
    end: datetime | None = None
    direction: Literal["in", "out"] | None = Field(None, description="Who called; in unless told.")
    caller: Short = Field("", description="A number, in any usual writing.")
    called: Short = ""
    name: Short = Field("", description="Of the person outside.")
    queue: Short = ""
    agent: Short = ""
    outcome: Literal["answered", "abandoned", "missed", "voicemail", "busy", "callback"] | None = Field(
        None, description="Left out, it follows from the times once the call has ended."
    )
    notes: Annotated[str, StringConstraints(max_length=5_000, pattern=r"^[^\x00]*$")] = ""
    case: Annotated[int, Field(ge=1, le=2**53)] | None = Field(None, description="The case it belongs to.")


class CallsIn(Strict):
    """Calls of one telephone system."""

    source: Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9_. -]+$")] = Field(
        description="Which system: one name each."
    )
    calls: Annotated[list[CallIn], Field(min_length=1, max_length=1_000)]


class CallsOut(Schema):
    """What became of some calls."""

    new: int
    changed: int = Field(description="More is known of them now.")
    same: int = Field(description="Nothing was new.")
    to_call: int = Field(description="Who called in vain and is to be called back.")


class CallBackIn(Strict):
    """Somebody is to be called."""

    number: Short
    at: datetime
    why: Annotated[str, StringConstraints(max_length=240, pattern=r"^[^\x00]*$")] = ""


class CalledIn(Strict):
    """How a call-back went."""

    reached: bool
    settled: bool = Field(True, description="Reached and nothing left to do: the case is resolved.")
    again_at: datetime | None = Field(None, description="Not reached: when to try again; in an hour if left out.")
    notes: Annotated[str, StringConstraints(max_length=5_000, pattern=r"^[^\x00]*$")] = ""


class BoardLevel(Schema):
    """A channel's service level today."""

    channel: str
    met: int
    missed: int
    share: float | None = Field(description="In time, from 0 to 1; null where no reply was due.")
    targets: list[str] = Field(description="What counts for an ordinary case, in words.")


class Board(Schema):
    """How the desk does just now. Counts of what is due stop at 1,000."""

    at: datetime
    late: int
    due_in_15_minutes: int
    due_in_an_hour: int = Field(description="After the next 15 minutes.")
    needs: int
    free: int = Field(description="People who are here, available, and have no case that needs an answer.")
    came: int
    answered: int
    resolved: int
    first_contact: int
    contacts: int = Field(description="Resolved today after we answered: what first_contact is a share of.")
    satisfaction: float | None = Field(description="Of today's ratings the mean, from 1 to 5.")
    ratings: int
    levels: list[BoardLevel]


class NoticeOut(Schema):
    """Something you are told."""

    id: int
    why: str
    text: str
    at: datetime
    read: bool
    case: int | None = Field(description="The number of the case it is about.")


class StateOut(Schema):
    """What somebody is at."""

    state: str | None
    since: datetime | None


class StateIn(Strict):
    """What to be at."""

    state: Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=r"^[a-z0-9-]+$")]


class NextOut(Schema):
    """The case to work on next."""

    case: int | None
    reason: str = Field(description="Why there is none.")


class HandlingOut(Schema):
    """How long contacts of a channel took."""

    channel: str
    count: int
    mean_s: float
    median_s: float
    p90_s: float

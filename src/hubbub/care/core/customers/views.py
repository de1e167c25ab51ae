"""What pages and the API get to see of customers: frozen values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hubbub.care.core.case import Status
from hubbub.care.core.views import AccountView, OwnedView
from hubbub.kernel.speech import mark, say


class Way(StrEnum):
    """What somebody may have allowed, or asked us not to do."""

    MAIL = "mail"
    PHONE = "phone"
    LETTER = "letter"
    SOCIAL = "social"  # a private message on a network
    FOLLOW_UP = "follow-up"  # to ask, after a good end, whether they would tell others

    @property
    def words(self) -> str:
        """As a page says it."""
        words = {
            "mail": mark("Write an e-mail"),
            "phone": mark("Call or text"),
            "letter": mark("Write a letter"),
            "social": mark("Send a private message"),
            "follow-up": mark("Ask them to tell others"),
        }
        return say(words[self.value])


SOURCES = (
    "",
    mark("a friend"),
    mark("a post or review"),
    mark("a search"),
    mark("an advertisement"),
    mark("a shop"),
    mark("an event"),
    mark("the press"),
    mark("other"),
)
"""How somebody may have heard of us."""


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """A customer as a list shows them."""

    id: int
    name: str
    reference: str
    accounts: tuple[tuple[str, str], ...]  # channel and how it is called there
    products: int
    cases: int


@dataclass(frozen=True, slots=True)
class ConsentView:
    """What somebody allowed or forbade, when, how we know, and in which words."""

    way: Way
    given: bool
    at: datetime
    source: str
    words: str
    by: str


@dataclass(frozen=True, slots=True)
class MatchView:
    """Two accounts that may be one person."""

    id: int
    one: AccountView
    other: AccountView
    p: float
    reasons: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class MergeView:
    """Two customers that became one, as long as it can be undone."""

    id: int
    name: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact with a customer, on whatever channel."""

    at: datetime
    channel: str
    kind: str  # post, reply, note, call
    by: str
    text: str
    private: bool
    case: int | None
    id: int


@dataclass(frozen=True, slots=True)
class CaseOf:
    """A case of a customer."""

    number: int
    title: str
    status: Status
    at: datetime


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """All that is known of a customer."""

    id: int
    name: str
    reference: str
    address: str
    note: str
    heard_of: str
    heard_of_note: str
    created_at: datetime
    accounts: tuple[AccountView, ...]
    products: tuple[OwnedView, ...]
    allowed: tuple[ConsentView, ...]  # the latest word on each way
    told: tuple[ConsentView, ...]  # all words, the newest first
    matches: tuple[MatchView, ...]
    merges: tuple[MergeView, ...]
    cases: tuple[CaseOf, ...]
    cases_in_all: int
    contacts: tuple[Contact, ...]
    next: str

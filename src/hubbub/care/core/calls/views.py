"""What pages and the API get to see of calls."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hubbub.care.core.calls.record import Outcome, span_words
from hubbub.kernel.speech import mark, say


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call as pages show it."""

    id: int
    source: str
    native: str  # the source's own id
    outbound: bool
    number: str
    name: str
    queue: str
    agent: str
    started_at: datetime
    outcome: Outcome
    waited: timedelta | None
    talked: timedelta | None
    notes: str
    case: int | None  # number of the case it belongs to

    @property
    def words(self) -> str:
        """Say in a line what kind of call it was and how it ended."""
        who = say("We called") if self.outbound else say("They called")
        if self.queue and not self.outbound:
            who = say("They called {queue}", queue=self.queue)
        how = say(_ENDS[self.outcome])
        if self.outcome is Outcome.ANSWERED and self.agent and not self.outbound:
            how = say("answered by {agent}", agent=self.agent)
        said = f"{who}: {how}"
        if self.waited:
            said = say("{said}, waited {span}", said=said, span=span_words(self.waited))
        if self.talked:
            said = say("{said}, talked {span}", said=said, span=span_words(self.talked))
        return said


_ENDS = {
    Outcome.GOING_ON: mark("going on"),
    Outcome.ANSWERED: mark("answered"),
    Outcome.ABANDONED: mark("hung up before anybody answered"),
    Outcome.MISSED: mark("nobody answered"),
    Outcome.VOICEMAIL: mark("voice message"),
    Outcome.BUSY: mark("busy"),
    Outcome.CALLBACK: mark("wants to be called back"),
}


@dataclass(frozen=True, slots=True)
class CallPage:
    """A piece of the list of calls, and from which one to read on; 0 at the end."""

    lines: tuple[CallLine, ...]
    next: int


@dataclass(frozen=True, slots=True)
class CallCounts:
    """How the inbound calls of a span went."""

    offered: int
    answered: int
    lost: int
    waited: timedelta | None  # on average, until somebody answered
    talked: timedelta | None  # on average


@dataclass(frozen=True, slots=True)
class Task:
    """A call-back that is open."""

    number: str
    why: str
    due_at: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class UnreadLine:
    """A line of a file that could not be read."""

    source: str
    line: int
    reason: str
    raw: str
    at: datetime

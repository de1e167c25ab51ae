"""What pages and the API get to see of calls."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hubbub.care.core.calls.record import Outcome, span_words


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
        said = "We called" if self.outbound else "They called"
        said += f" {self.queue}" if self.queue and not self.outbound else ""
        how = {
            Outcome.GOING_ON: "going on",
            Outcome.ANSWERED: "answered" + (f" by {self.agent}" if self.agent and not self.outbound else ""),
            Outcome.ABANDONED: "hung up before anybody answered",
            Outcome.MISSED: "nobody answered",
            Outcome.VOICEMAIL: "voice message",
            Outcome.BUSY: "busy",
            Outcome.CALLBACK: "wants to be called back",
        }[self.outcome]
        waited = f", waited {span_words(self.waited)}" if self.waited else ""
        talked = f", talked {span_words(self.talked)}" if self.talked else ""
        return f"{said}: {how}{waited}{talked}"


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

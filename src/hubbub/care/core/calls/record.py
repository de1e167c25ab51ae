"""A telephone call as a telephone system tells of it: at once when it is over, or bit by bit while it goes on."""

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say
from hubbub.kernel.text import clean, clip

MAX_ID: Final = 200
MAX_NAME: Final = 100
MAX_NOTES: Final = 5_000
LONGEST_CALL: Final = timedelta(days=2)
YEARS: Final = (1970, 2200)


class Outcome(StrEnum):
    """How a call ended."""

    GOING_ON = ""  # nothing was said yet of how it ended
    ANSWERED = mark("answered")
    ABANDONED = mark("abandoned")  # the caller gave up waiting
    MISSED = mark("missed")  # nobody took it
    VOICEMAIL = mark("voicemail")
    BUSY = mark("busy")
    CALLBACK = mark("callback")  # the caller asked to be called

    @property
    def label(self) -> str:
        """As pages say it."""
        return say(self.value) if self else say("going on")

    @property
    def asks_for_a_call(self) -> bool:
        """Whether somebody wanted to speak with us and could not."""
        return self in (Outcome.ABANDONED, Outcome.MISSED, Outcome.VOICEMAIL, Outcome.CALLBACK)


class Direction(StrEnum):
    """Who called."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Call:
    """What is known of one call. A text that is empty and a time that is None were not told."""

    source: str  # which telephone system
    native: str  # its own id of the call
    started_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    direction: Direction | None = None
    caller: str = ""  # numbers as `number_of` makes them
    called: str = ""
    name: str = ""  # of the person outside
    queue: str = ""
    agent: str = ""
    outcome: Outcome = Outcome.GOING_ON
    notes: str = ""
    case: int | None = None  # number of the case it belongs to

    @property
    def number(self) -> str:
        """The number of the person outside."""
        return self.called if self.direction is Direction.OUT else self.caller

    @property
    def last_at(self) -> datetime | None:
        """When it ended, as far as that was told."""
        return self.ended_at or self.answered_at or self.started_at

    @property
    def waited(self) -> timedelta | None:
        """How long the caller waited until somebody answered or they gave up; None where that was not told."""
        until = self.answered_at or self.ended_at
        return until - self.started_at if until and self.started_at else None

    @property
    def talked(self) -> timedelta | None:
        """How long the two spoke; None where they did not, or it was not told."""
        return self.ended_at - self.answered_at if self.ended_at and self.answered_at else None

    @property
    def wants_a_call_back(self) -> bool:
        """Whether somebody outside tried in vain, and left a number."""
        return self.outcome.asks_for_a_call and self.direction is not Direction.OUT and bool(self.number)

    def told(self, news: "Call") -> "Call":
        """Return what is known once more was told: what the newer record leaves out stays."""
        more = {each.name: value for each in fields(news) if (value := getattr(news, each.name)) not in (None, "")}
        if news.answered_at and not self.answered_at and not news.outcome:
            more["outcome"] = Outcome.GOING_ON  # how it ended followed from its times, and does so anew
        return replace(self, **more)

    def checked(self) -> "Call":
        """Return it with its texts cleaned, and how it ended where that follows; InvalidInput says what makes no sense.

        Raises
        ------
        InvalidInput
            If it has no id, no beginning, or its times contradict each other.
        """
        if not self.native or len(self.native) > MAX_ID:
            raise InvalidInput(reason=say("A call needs an id of 1 to {most} characters.", most=MAX_ID))
        if self.started_at is None:
            raise InvalidInput(reason="It does not say when the call began.")
        times = [at for at in (self.started_at, self.answered_at, self.ended_at) if at is not None]
        if not all(YEARS[0] <= at.year <= YEARS[1] for at in times):
            raise InvalidInput(
                reason=say("Its times are not between the years {first} and {last}.", first=YEARS[0], last=YEARS[1])
            )
        if self.answered_at is not None and self.answered_at < self.started_at:
            raise InvalidInput(reason="It was answered before it began.")
        if self.ended_at is not None and self.ended_at < (self.answered_at or self.started_at):
            raise InvalidInput(
                reason=mark("It ended before it was answered.")
                if self.answered_at
                else mark("It ended before it began.")
            )
        if times[-1] - self.started_at > LONGEST_CALL:
            raise InvalidInput(reason=say("It lasted longer than {days} days.", days=LONGEST_CALL.days))
        return replace(
            self,
            direction=self.direction or Direction.IN,
            name=clip(clean(self.name), MAX_NAME),
            queue=clip(clean(self.queue), MAX_NAME),
            agent=clip(clean(self.agent), MAX_NAME),
            notes=clean(self.notes).strip()[:MAX_NOTES],
            outcome=self.outcome or self._outcome(),
        )

    def _outcome(self) -> Outcome:
        """How it ended, from its times."""
        if self.ended_at is None:
            return Outcome.GOING_ON
        return Outcome.ANSWERED if self.answered_at else Outcome.ABANDONED if self.queue else Outcome.MISSED


_DEEDS: Final = {  # without a number, and with one
    Outcome.ABANDONED: (mark("Hung up before anybody answered"), mark("Hung up before anybody answered: {number}")),
    Outcome.MISSED: (mark("Missed call"), mark("Missed call from {number}")),
    Outcome.VOICEMAIL: (mark("Left a voice message"), mark("Left a voice message: {number}")),
    Outcome.CALLBACK: (mark("Asked to be called back"), mark("Asked to be called back: {number}")),
}
_CALLED: Final = (mark("Called"), mark("Called: {number}"))


def words_of(call: Call) -> str:
    """Say in a sentence what somebody who is to call back needs to know.

    >>> words_of(Call("pbx", "1", caller="+4930", queue="Sales", outcome=Outcome.MISSED))
    'Missed call from +4930 to Sales.'
    """
    plain, numbered = _DEEDS.get(call.outcome, _CALLED)
    said = say(numbered, number=call.number) if call.number else say(plain)
    if call.queue or call.called:
        said = say("{said} to {queue}", said=said, queue=call.queue or call.called)
    waited = call.waited
    if waited is not None and call.outcome in (Outcome.ABANDONED, Outcome.MISSED) and waited.total_seconds() >= 1:
        said = say("{said}, waited {span}", said=said, span=span_words(waited))
    return f"{said}." + (f"\n\n{call.notes}" if call.notes else "")


def span_words(span: timedelta) -> str:
    """Say a span as people do.

    >>> span_words(timedelta(seconds=45)), span_words(timedelta(minutes=2, seconds=5)), span_words(timedelta(hours=1))
    ('45 s', '2 min 5 s', '1 h 0 min')
    """
    seconds = max(0, round(span.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min" + (f" {seconds % 60} s" if seconds % 60 else "")
    return f"{seconds // 3600} h {seconds % 3600 // 60} min"

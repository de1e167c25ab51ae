"""The people of rosters, what they wish, and when they are away. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say
from hubbub.workforce.core.plan.contracts import Contract


class Cause(StrEnum):
    """Why somebody is away."""

    HOLIDAY = "holiday"
    LIEU = "lieu"
    TRAINING = "training"
    SICK = "sick"
    OTHER = "other"

    @property
    def label(self) -> str:
        """As people say it."""
        return say(_CAUSES[self])


_CAUSES = {
    Cause.HOLIDAY: mark("Holiday"), Cause.LIEU: mark("Lieu day"), Cause.TRAINING: mark("Training"),
    Cause.SICK: mark("Sickness"), Cause.OTHER: mark("Something else"),
}  # fmt: skip


class Answer(StrEnum):
    """Whether an absence holds."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        """As people say it."""
        return say(_ANSWERS[self])


_ANSWERS = {
    Answer.ASKED: mark("Asked for"), Answer.GRANTED: mark("Granted"), Answer.REFUSED: mark("Refused"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Absence:
    """Days on which somebody is not there, the first and the last among them."""

    id: int
    member: int
    name: str
    first: date
    last: date
    cause: Cause
    state: Answer
    note: str = ""

    @property
    def holds(self) -> bool:
        """Whether nobody plans them then."""
        return self.state is Answer.GRANTED

    def days(self, since: date, until: date) -> tuple[date, ...]:
        """Return its days of a span, from the first to before the last."""
        first, after = max(since, self.first), min(until, self.last + timedelta(days=1))
        return tuple(first + timedelta(days=each) for each in range((after - first).days))


@dataclass(frozen=True, slots=True)
class Terms:
    """A contract as it is kept, with how many have it."""

    id: int
    contract: Contract
    members: int = 0


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who stands on rosters. What an hour costs is told to those who plan, and to nobody else."""

    id: int
    name: str
    person: int | None
    terms: int
    contract: Contract
    skills: tuple[str, ...]
    days_off: tuple[int, ...]
    balance: float
    left_on: date | None = None
    rate: float | None = None

    def is_there(self, day: date) -> bool:
        """Whether they have not left by then."""
        return self.left_on is None or day < self.left_on


def checked_span(first: date, last: date) -> None:
    """Refuse days that can't be an absence."""
    if last < first:
        raise InvalidInput(reason=say("The last day away is not before the first."))
    if (last - first).days > 400:
        raise InvalidInput(reason=say("An absence lasts 400 days at most. Note a longer one as several."))


def skills_of(given: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    """Return skills as the queues name them, each once, in the order of the queues.

    Raises
    ------
    InvalidInput
        If no queue needs one.
    """
    names = {each.casefold(): each for each in known}
    wanted = {each.strip().casefold(): each.strip() for each in given if each.strip()}
    for folded, each in wanted.items():
        if folded not in names:
            raise InvalidInput(
                reason=say(
                    "No queue needs the skill {skill}. Known: {known}.", skill=each,
                    known=", ".join(names.values()) or "–",
                )
            )  # fmt: skip
    return tuple(name for folded, name in names.items() if folded in wanted)

"""A queue that people are planned for: how its work comes, what feeds it, what is to be met, what it is worth. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any, Final

import numpy as np

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say
from hubbub.kernel.text import one_line
from hubbub.workforce.core.required import Targets

DAY_MIN: Final = 24 * 60
WEEK: Final = 7
Hours = tuple[int, int] | None
"""From one minute of a day to another, at most to its end; None: shut."""


class Way(StrEnum):
    """How the work of a queue waits."""

    NOW = "now"  # somebody holds the line
    AT_ONCE = "at_once"  # one person serves several at the same time
    LATER = "later"  # it lies there until its deadline


class Kind(StrEnum):
    """What comes to a queue."""

    PHONE = "phone"
    CHAT = "chat"
    MAIL = "mail"
    LETTERS = "letters"
    SOCIAL = "social"

    @property
    def label(self) -> str:
        """As people say it."""
        return say(_LABELS[self])

    @property
    def way(self) -> Way:
        """How its work waits."""
        return {Kind.PHONE: Way.NOW, Kind.CHAT: Way.AT_ONCE}.get(self, Way.LATER)


_LABELS: Final = {
    Kind.PHONE: mark("Telephone"),
    Kind.CHAT: mark("Chat"),
    Kind.MAIL: mark("Mail"),
    Kind.LETTERS: mark("Letters"),
    Kind.SOCIAL: mark("Social"),
}
_USUAL: Final[Mapping[Kind, Mapping[str, Any]]] = {
    Kind.PHONE: {"level": 0.8, "within_s": 20.0, "handling_s": 180.0},
    Kind.CHAT: {"level": 0.8, "within_s": 60.0, "handling_s": 600.0},
    Kind.MAIL: {"level": 0.9, "within_s": 4 * 3600.0, "handling_s": 300.0},
    Kind.LETTERS: {"level": 0.9, "within_s": 2 * 86_400.0, "handling_s": 600.0},
    Kind.SOCIAL: {"level": 0.9, "within_s": 3600.0, "handling_s": 240.0},
}


@dataclass(frozen=True, slots=True)
class Queue:
    """What is planned for. Shares are from 0 to 1, times in seconds, money in the currency of the place."""

    name: str
    kind: Kind
    skill: str = ""
    """What somebody can who serves it; empty: the queue's own name."""
    calls: str = ""
    """The queue of call records that feeds it; "*": all calls."""
    channels: tuple[str, ...] = ()
    """The channels whose cases feed it."""
    level: float = 0.8
    within_s: float = 20.0
    average_wait_s: float | None = None
    gives_up: float | None = None
    occupancy: float | None = None
    handling_s: float = 180.0
    """Until it was measured."""
    patience_s: float | None = None
    at_once: int = 3
    slows: float = 0.2
    """By how much of its time each further chat slows one down."""
    branching: float | None = None
    """How many further ones each calls forth; None: as was measured."""
    week: tuple[Hours, ...] = field(default=())
    """Monday to Sunday; none: at all hours."""
    client: str = ""
    conversion: float = 0.0
    """Share of contacts of which a sale comes."""
    sale_value: float = 0.0
    margin: float = 0.0
    """Share of a sale that is earned."""

    @property
    def needs(self) -> str:
        """The skill that somebody needs who serves it."""
        return self.skill or self.name

    @property
    def feeds(self) -> tuple[object, ...]:
        """By what the desk feeds it, and how that is counted; what was measured of another is not its own."""
        return self.calls, frozenset(self.channels), self.kind.way

    @property
    def fed(self) -> bool:
        """Whether the desk itself hears what comes."""
        return bool(self.calls or self.channels)

    @property
    def targets(self) -> Targets:
        """What is to be met."""
        return Targets(self.level, self.within_s, self.average_wait_s, self.gives_up, self.occupancy)

    def opens(self, weekday: int, step_min: int) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        """Return in which intervals of a weekday, Monday 0, it is open; one that is open in part is open."""
        starts = np.arange(0, DAY_MIN, step_min)
        if not self.week:
            return np.ones(len(starts), np.bool_)
        hours = self.week[weekday]
        if hours is None:
            return np.zeros(len(starts), np.bool_)
        return np.asarray((starts + step_min > hours[0]) & (starts < hours[1]))


def usual(kind: Kind, name: str = "") -> Queue:
    """Return a queue with what is usual for its kind."""
    return Queue(name or kind.label, kind, **_USUAL[kind])


def queue_of(data: Mapping[str, Any]) -> Queue:
    """Return a queue from what a form, the API or the database says.

    Raises
    ------
    InvalidInput
        If something makes no sense; the sentence says what to mend.
    """
    try:
        kind = Kind(data.get("kind", ""))
    except ValueError:
        raise InvalidInput(reason=say("What comes to a queue is one of {kinds}.", kinds=", ".join(Kind))) from None
    name = one_line(str(data.get("name", "")))
    if not name or len(name) > 60:
        raise InvalidInput(reason=say("A queue has a name of 1 to 60 letters."))
    known = {each.name for each in fields(Queue)} - {"name", "kind", "channels", "week"}
    told = {**_USUAL[kind], **{key: value for key, value in data.items() if key in known and value is not None}}
    for key in ("skill", "calls", "client"):
        told[key] = one_line(str(told.get(key, "")))[:100]
    queue = Queue(
        name, kind, channels=tuple(map(str, data.get("channels", ()))), week=week_of(data.get("week") or ()), **told
    )
    _check(queue)
    return queue


def _check(queue: Queue) -> None:
    _ = queue.targets  # says what is wrong with them
    _positive(queue.handling_s, say("The handling time is in seconds above 0."))
    if queue.patience_s is not None:
        _positive(queue.patience_s, say("Patience is in seconds above 0."))
    if queue.gives_up is not None and queue.patience_s is None:
        raise InvalidInput(reason=say("For a share that may give up, say how long people wait before they do."))
    if not 1 <= queue.at_once <= 20:
        raise InvalidInput(reason=say("One person serves 1 to 20 chats at once."))
    for value, words in (
        (queue.slows, say("By how much each further chat slows one down is from 0 on and below 100 %.")),
        (queue.branching or 0.0, say("How many further ones each calls forth is from 0 on and below 1.")),
    ):
        if not 0 <= value < 1:
            raise InvalidInput(reason=words)
    for value, words in (
        (queue.conversion, say("Conversion is from 0 to 100 %.")),
        (queue.margin, say("The margin is from 0 to 100 %.")),
    ):
        if not 0 <= value <= 1:
            raise InvalidInput(reason=words)
    if not 0 <= queue.sale_value < 1e9:
        raise InvalidInput(reason=say("The value of a sale is 0 or more."))


def _positive(value: float, words: str) -> None:
    if not 0 < value < 1e7:
        raise InvalidInput(reason=words)


def week_of(given: Sequence[Any]) -> tuple[Hours, ...]:
    """Return the hours of a week from seven pairs of minutes, or None where it is shut; none: always open."""
    if not given:
        return ()
    if len(given) != WEEK:
        raise InvalidInput(reason=say("Say the hours of all seven days, Monday first."))
    week: list[Hours] = []
    for hours in given:
        if hours is None:
            week.append(None)
            continue
        start, end = hours
        if not 0 <= start < end <= DAY_MIN:
            raise InvalidInput(reason=say("Hours begin before they end, within one day: 08:00 to 20:00."))
        week.append((int(start), int(end)))
    if not any(week):
        raise InvalidInput(reason=say("A queue is open at least once a week."))
    return tuple(week)


def data_of(queue: Queue) -> dict[str, Any]:
    """Return a queue as JSON can hold it; `queue_of` reads it."""
    return asdict(queue)

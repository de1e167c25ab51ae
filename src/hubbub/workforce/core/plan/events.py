"""Events that somebody marks: a match, a launch, a day of which one knows better. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say
from hubbub.kernel.text import one_line
from hubbub.workforce.core.plan.queue import DAY_MIN

KINDS: Final = (mark("Match"), mark("Launch"), mark("Campaign"), mark("Outage"), mark("Invoices"))
"""What is proposed; any other word does."""
STORM: Final = "storm"
MOST_TIMES = 20.0


@dataclass(frozen=True, slots=True)
class Marked:
    """Something that moves what comes on one day. Events of one kind are learnt from together."""

    id: int
    queue: int | None
    """None: all queues."""
    kind: str
    name: str
    day: date
    start_min: int = 0
    end_min: int = DAY_MIN
    factor: float | None = None
    """How many times the usual comes, set by hand; None: as is learnt from earlier ones."""
    storm: bool = False
    found: bool = False
    confirmed: bool | None = None
    """Of a storm that was found: what somebody said."""

    @property
    def whole_day(self) -> bool:
        """Whether it lasts all day."""
        return (self.start_min, self.end_min) == (0, DAY_MIN)


def marked_of(data: Mapping[str, Any]) -> Marked:
    """Return an event from what a form or the API says.

    Raises
    ------
    InvalidInput
        If something makes no sense; the sentence says what to mend.
    """
    kind, name = (one_line(str(data.get(key) or "")) for key in ("kind", "name"))
    if not 0 < len(kind) <= 40:
        raise InvalidInput(
            reason=say("An event has a kind of 1 to 40 letters: all of one kind are learnt from together.")
        )
    if len(name) > 100:
        raise InvalidInput(reason=say("The name of an event has 100 letters at most."))
    start, end = int(data.get("start_min") or 0), int(data.get("end_min") or DAY_MIN)
    if not 0 <= start < end <= DAY_MIN:
        raise InvalidInput(reason=say("An event begins before it ends, on one day: 20:00 to 22:30."))
    factor = data.get("factor")
    if factor is not None and not 0 <= factor <= MOST_TIMES:
        raise InvalidInput(reason=say("Set by hand, from −100 % to +1,900 % of the usual comes."))
    day = data.get("day")
    if not isinstance(day, date) or not 2000 <= day.year < 2100:
        raise InvalidInput(reason=say("An event has a day, as 2026-06-14."))
    return Marked(0, data.get("queue"), kind, name or kind, day, start, end, factor)

"""What came to a queue, as columns: days of the wall clock by intervals of a day. Pure."""

from dataclasses import dataclass
from datetime import date

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say
from hubbub.workforce.core.plan.queue import DAY_MIN

Figures = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """One day of one queue, interval by interval of the wall clock.

    `arrivals` are counts, None where nobody knows or the queue is shut; `handling_s` the mean seconds of those
    `handled`, None where none were. An hour that the clock skips is None; one that it shows twice holds both.
    """

    day: date
    step_min: int
    arrivals: Figures
    handled: Figures
    handling_s: Figures

    def __post_init__(self) -> None:
        most = DAY_MIN // self.step_min
        for figures in (self.arrivals, self.handled, self.handling_s):
            if len(figures) != most:
                raise InvalidInput(
                    reason=say(
                        "A day of intervals of {step} minutes has {most} of them; {given} were given for {day}.",
                        step=self.step_min,
                        most=most,
                        given=len(figures),
                        day=self.day,
                    )
                )
            if any(each is not None and not 0 <= each < 1e9 for each in figures):
                raise InvalidInput(
                    reason=say(
                        "{day}: how many came is a number from 0 on, or nothing where nobody knows.", day=self.day
                    )
                )

    @property
    def total(self) -> float:
        """How many came that day, as far as is known."""
        return sum(filter(None, self.arrivals))


@dataclass(frozen=True, slots=True)
class Known:
    """How much is known of a queue."""

    days: int
    first: date | None
    last: date | None
    items: float

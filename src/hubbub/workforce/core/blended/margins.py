"""By how much a plan meets its targets."""

from collections.abc import Sequence
from dataclasses import dataclass

from hubbub.kernel.speech import mark, say
from hubbub.workforce.core.blended.day import Day, Queue
from hubbub.workforce.core.blended.outcome import GAVE_UP, IN_TIME, ITEMS, JUDGED, Estimate, Outcome, Played, ratio

_MET = mark("{queue}: {found:.1%} in time (± {error:.1%}), asked for {asked:.0%}.")
_MISSED = mark("{queue} misses its target: {found:.1%} in time (± {error:.1%}), asked for {asked:.0%}.")
_KEPT = mark("{queue}: {found:.1%} give up (± {error:.1%}), at most {asked:.0%} may.")
_LOST = mark("{queue} misses its target: {found:.1%} give up (± {error:.1%}), at most {asked:.0%} may.")


@dataclass(frozen=True, slots=True, eq=False)
class Margin:
    """By how much one target is met, on days that the plan was not found on."""

    queue: str
    gives_up: bool
    """Whether it is about those who give up; else about those served in time."""
    asked: float
    found: Estimate

    @property
    def slack(self) -> float:
        """How much better it is than asked for, as a share; below 0: missed."""
        return float(self.asked - self.found.mean if self.gives_up else self.found.mean - self.asked)

    @property
    def met(self) -> bool:
        """Whether it is met on average."""
        return self.slack >= 0

    @property
    def sure(self) -> bool:
        """Whether it is met by two standard errors or more."""
        return self.slack >= 2 * float(self.found.error)

    @property
    def words(self) -> str:
        """Say it."""
        line = (_KEPT if self.met else _LOST) if self.gives_up else (_MET if self.met else _MISSED)
        return say(
            line, queue=self.queue, found=float(self.found.mean), error=float(self.found.error), asked=self.asked
        )


@dataclass(frozen=True, slots=True, eq=False)
class Staffing:
    """People that were found, and what they come to."""

    day: Day
    """With these people; `day.cost`, `day.hours`."""
    margins: tuple[Margin, ...]
    outcome: Outcome
    """On days that the plan was not found on."""
    tries: int
    """Plans that were tried."""

    @property
    def met(self) -> bool:
        """Whether all targets are met."""
        return all(each.met for each in self.margins)

    @property
    def binds(self) -> Margin:
        """The target with the least slack: the one for which these people are needed."""
        return min(self.margins, key=lambda each: each.slack)

    @property
    def words(self) -> tuple[str, ...]:
        """Say for each target by how much it is met, what is missed first."""
        return tuple(each.words for each in sorted(self.margins, key=lambda each: each.slack))


def targets(queues: Sequence[Queue]) -> list[tuple[int, Queue, bool]]:
    """Return each target: the queue's place, the queue, and whether it is about those who give up."""
    return [
        (q, queue, about)
        for q, queue in enumerate(queues)
        for about in (False, True)
        if not about or queue.gives_up is not None
    ]


def margins(day: Day, found: Played) -> list[Margin]:
    """Return by how much each target is met."""
    counts = found.tally.sum(axis=2)
    out = []
    for q, queue, about in targets(day.queues):
        asked = float(queue.gives_up or 0.0) if about else queue.level
        good, of = (GAVE_UP, ITEMS) if about else (IN_TIME, JUDGED)
        share = ratio(counts[:, q, good], counts[:, q, of], 0.0 if about else 1.0)
        out.append(Margin(queue.name, about, asked, share))
    return out

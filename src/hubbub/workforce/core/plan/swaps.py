"""Shifts that are to change hands. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hubbub.kernel.speech import mark, say
from hubbub.workforce.core.plan.presence import Shift


class SwapState(StrEnum):
    """How far it is."""

    OFFERED = "offered"
    TAKEN = "taken"  # by somebody, and waits for who plans
    DONE = "done"
    REFUSED = "refused"
    BACK = "back"  # by who offered it

    @property
    def label(self) -> str:
        """As people say it."""
        return say(_STATES[self])


_STATES = {
    SwapState.OFFERED: mark("offered"), SwapState.TAKEN: mark("waits for approval"), SwapState.DONE: mark("done"),
    SwapState.REFUSED: mark("refused"), SwapState.BACK: mark("withdrawn"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Swap:
    """A shift that somebody gives away, perhaps for another."""

    id: int
    state: SwapState
    giver: int
    giver_name: str
    taker: int | None
    taker_name: str
    shift: Shift
    for_shift: Shift | None
    note: str

    @property
    def monday(self) -> date:
        """Of its week."""
        return date.fromordinal(self.shift.day.toordinal() - self.shift.day.weekday())

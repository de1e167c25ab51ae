"""What a contract lets somebody be asked to work, as a manager says it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say
from hubbub.kernel.text import one_line
from hubbub.workforce.core.plan.queue import DAY_MIN

GRID_MIN: Final = 15
"""Shifts and breaks begin and end on this grid."""
Spans = tuple[tuple[int, int], ...]
Pause = tuple[int, int, int, bool]
"""A break: minutes after the shift's start from which and until which it may begin, its minutes, whether it is paid."""
_MOST: Final = 6


@dataclass(frozen=True, slots=True)
class Contract:
    """What a week of somebody may look like. Minutes throughout; lengths are paid minutes."""

    name: str
    days: tuple[int, int] = (5, 5)
    """The fewest and the most days of a week."""
    hours: tuple[float, float] = (0.0, 168.0)
    """The fewest and the most paid hours of a week."""
    lengths: tuple[int, ...] = (480,)
    """How long a shift may be."""
    starts: Spans = ((420, 720),)
    """From when to when a shift may start."""
    lunch_min: int = 30
    """An unpaid break in the middle."""
    lunch_from_min: int = 360
    """Shifts of so many paid minutes and more have it."""
    break_min: int = 15
    """A paid break."""
    break_every_min: int = 240
    """There is one for so many paid minutes."""
    split: str = ""
    """"": never; "may": shifts may be split in two; "must": all are."""
    pause_min: int = 180
    """Between the two pieces of a split shift."""
    rest_min: int = 660
    """At least between two shifts."""
    running: int = 6
    """The most days in a row."""
    together: int = 2
    """So many of the free days of a week are in a row."""

    @property
    def forms(self) -> tuple["Form", ...]:
        """The forms of shift it allows."""
        whole = [] if self.split == "must" else [self._form(each) for each in self.lengths]
        halves = [self._halves(each) for each in self.lengths] if self.split else []
        return (*whole, *halves)

    def _form(self, paid: int) -> "Form":
        lunch = self.lunch_min if self.lunch_min and paid >= self.lunch_from_min else 0
        many = paid // self.break_every_min if self.break_min else 0
        total = paid + lunch
        kinds = [(self.break_min, True)] * many
        if lunch:
            kinds.insert((many + 1) // 2, (lunch, False))
        return Form(total, None, _spread(kinds, 0, total))

    def _halves(self, paid: int) -> "Form":
        """Return a shift in two equal pieces: the pause between them takes the place of lunch."""
        half = -(-paid // 2 // GRID_MIN) * GRID_MIN
        many = half // self.break_every_min if self.break_min else 0
        pieces = [(0, half), (half + self.pause_min, paid + self.pause_min)]
        breaks = [each for start, end in pieces for each in _spread([(self.break_min, True)] * many, start, end)]
        return Form(paid + self.pause_min, (half, half + self.pause_min), tuple(breaks))


@dataclass(frozen=True, slots=True)
class Form:
    """A form of shift: minutes from its start to its end, the pause in it where it is split, its breaks in order."""

    minutes: int
    pause: tuple[int, int] | None
    breaks: tuple[Pause, ...]

    def at(self, start: int) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int, bool], ...]]:
        """Return its pieces and breaks where it begins then, each break in the middle of its window."""
        cuts = [0, *(self.pause or ()), self.minutes]
        pieces = tuple((start + cuts[each], start + cuts[each + 1]) for each in range(0, len(cuts), 2))
        middles = [(_grid((first + last) / 2), long, paid) for first, last, long, paid in self.breaks]
        return pieces, tuple((start + at, start + at + long, paid) for at, long, paid in middles)


def _spread(kinds: Sequence[tuple[int, bool]], start: int, end: int) -> tuple[Pause, ...]:
    """Return breaks spread over a piece, each with a window that leaves the next its own."""
    part = (end - start) / (len(kinds) + 1)
    found = []
    for place, (long, paid) in enumerate(kinds, 1):
        middle = start + part * place - long / 2
        room = max(0.0, min(part / 2 - long / 2 - GRID_MIN / 2, 60.0))
        first, last = _grid(middle - room), _grid(middle + room)
        found.append((max(first, start), max(first, min(last, end - long)), long, paid))
    return tuple(found)


def _grid(minute: float) -> int:
    return int(minute / GRID_MIN + 0.5) * GRID_MIN


def ready_made() -> tuple[Contract, ...]:
    """Return contracts to begin with."""
    return (
        Contract(say(_FULL), (5, 5), (40.0, 40.0), (480,), ((360, 840),)),
        Contract(say(_FOUR), (4, 4), (40.0, 40.0), (600,), ((360, 720),), together=3),
        Contract(say(_PART), (5, 5), (20.0, 20.0), (240,), ((420, 1020),)),
    )


_FULL: Final = mark("Full time, 5 × 8 h")
_FOUR: Final = mark("Four days of 10 h")
_PART: Final = mark("Part time, 5 × 4 h")


def contract_of(data: Mapping[str, Any]) -> Contract:
    """Return a contract from what a form, the API or the database says.

    Raises
    ------
    InvalidInput
        If something makes no sense; the sentence says what to mend.
    """
    name = one_line(str(data.get("name", "")))
    if not name or len(name) > 60:
        raise InvalidInput(reason=say("A contract has a name of 1 to 60 letters."))
    plain = {each.name for each in fields(Contract)} - {"name", "days", "hours", "lengths", "starts"}
    usual = Contract(name)
    contract = Contract(
        name,
        tuple(data.get("days", usual.days)),
        tuple(data.get("hours", usual.hours)),
        tuple(sorted(set(data.get("lengths", usual.lengths)))),
        tuple((start, end) for start, end in data.get("starts", usual.starts)),
        **{key: data[key] for key in plain if data.get(key) is not None},
    )
    _check(contract)
    return contract


def _check(held: Contract) -> None:
    fewest, most = held.days
    rules = (
        (0 < most <= 7 and 0 <= fewest <= most, say("A week has from 1 to 7 days of work, the fewest first.")),
        (0 <= held.hours[0] <= held.hours[1] <= 168, say("A week has from 0 to 168 hours, the fewest first.")),
        (
            0 < len(held.lengths) <= _MOST and all(60 <= each <= 960 and not each % GRID_MIN for each in held.lengths),
            say("A shift is paid for 1 to 16 hours, in quarters of an hour; at most six lengths."),
        ),
        (
            0 < len(held.starts) <= _MOST
            and all(0 <= start <= end < DAY_MIN and not start % GRID_MIN for start, end in held.starts),
            say("Say from when to when shifts start, as 07:00-10:00, on quarters of an hour; at most six spans."),
        ),
        (
            0 <= held.lunch_min <= 120 and 0 <= held.break_min <= 60
            and not held.lunch_min % GRID_MIN and not held.break_min % GRID_MIN,
            say("Breaks last whole quarters of an hour: lunch at most 2 hours, others at most 1."),
        ),
        (held.break_every_min >= 60, say("There is a paid break for each hour worked, or for each longer time.")),
        (held.lunch_from_min >= 0, say("From how many paid hours on there is lunch is 0 or more.")),
        (held.split in ("", "may", "must"), say("Shifts are never, perhaps or always split.")),
        (
            not held.split or (60 <= held.pause_min <= 480 and not held.pause_min % GRID_MIN),
            say("The pause of a split shift is from 1 to 8 hours, in quarters of an hour."),
        ),
        (0 <= held.rest_min <= DAY_MIN, say("Rest between two shifts is from 0 to 24 hours.")),
        (1 <= held.running <= 7, say("The most days in a row are from 1 to 7.")),
        (1 <= held.together <= 7, say("Free days in a row are from 1 to 7.")),
    )  # fmt: skip
    for holds, words in rules:
        if not holds:
            raise InvalidInput(reason=words)
    least, longest = min(held.lengths) / 60 * fewest, max(held.lengths) / 60 * most
    if least > held.hours[1] or longest < held.hours[0]:
        raise InvalidInput(
            reason=say("These days and lengths of shifts don't make the hours of a week. Change one of them.")
        )


def data_of(contract: Contract) -> dict[str, Any]:
    """Return a contract as JSON can hold it; `contract_of` reads it."""
    return {key: value for key, value in asdict(contract).items() if key != "name"}

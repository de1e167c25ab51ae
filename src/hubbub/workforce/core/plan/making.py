"""A roster is made: from what is known of a week to its shifts, with how good they are. Pure; takes its seconds."""

from dataclasses import dataclass, field
from typing import Any

from hubbub.workforce.core.plan.presence import Shift
from hubbub.workforce.core.plan.rostering import Known, kept_of, week_of
from hubbub.workforce.core.roster.loosen import advice
from hubbub.workforce.core.roster.program import Unsolved
from hubbub.workforce.core.roster.solve import Roster, roster
from hubbub.workforce.core.roster.week import Week

SECONDS = 60.0
LONGER = 4
"""So many times as long it is tried where none was found: the machine may have had other things to do."""
ADVICE_S = 10.0
MOST_SHORT, MOST_LOOSEN = 6, 3


@dataclass(frozen=True, slots=True)
class Made:
    """A roster as it is kept, and the facts about it."""

    shifts: tuple[Shift, ...]
    facts: dict[str, Any] = field(default_factory=dict)


def made(known: Known, seconds: float = SECONDS) -> Made:
    """Return the roster of a week.

    Raises
    ------
    InvalidInput
        If nobody can serve what is needed.
    Unsolved
        If none was found in time.
    """
    week = week_of(known)
    try:
        found = roster(week, seconds=seconds)
    except Unsolved:
        found = roster(week, seconds=seconds * LONGER)
    members = {each.name: each for each in known.members}
    shifts = tuple(kept_of(each, members[each.person], known.monday) for each in found.shifts)
    return Made(
        shifts,
        {
            "gap": round(found.gap, 5),
            "gap_abs": round(found.gap_abs, 3),
            "seconds": round(found.seconds, 1),
            "missing_h": {skill: round(hours, 1) for skill, hours in _missing(found, known.step_min).items()},
            "refused": {name: list(days) for name, days in found.refused.items()},
            "idle": list(found.idle),
            "sentences": sentences(week, found),
        },
    )


def _missing(found: Roster, step_min: int) -> dict[str, float]:
    coverage = found.coverage
    return dict(zip(coverage.skills, (coverage.missing.sum(axis=1) * step_min / 60).tolist(), strict=True))


def sentences(week: Week, found: Roster) -> list[str]:
    """Return what could not be met, the worst first, and what would help most."""
    told = advice(week, found, seconds=ADVICE_S)
    return [
        *(each.words for each in told.short[:MOST_SHORT]), *(each.words for each in told.loosen[:MOST_LOOSEN]),
        *told.other,
    ]  # fmt: skip

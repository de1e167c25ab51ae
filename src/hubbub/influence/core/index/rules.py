"""The rules of a brand index: capped weights, a divisor, a value a week; exact fractions, rounded where written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say

BASE = Fraction(1000)
CAP = Fraction(1, 10)
FACTOR_PLACES, DIVISOR_PLACES, LEVEL_PLACES = 12, 16, 2
QUARTERS = (1, 4, 7, 10)
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Revision:
    """One line of the revision log: from this week on, a brand was added, removed, or had a value corrected."""

    week: date
    change: str
    brand: str
    reason: str


@dataclass(frozen=True)
class Level:
    """The index in one week; `carried` are constituents whose last known value stood in for a missing one."""

    week: date
    level: Decimal
    divisor: Decimal
    constituents: int
    carried: tuple[str, ...]


@dataclass(frozen=True)
class Weight:
    """What a constituent weighed when the weights were last set, and the factor its value counts with since."""

    week: date
    brand: str
    factor: Decimal
    weight: Decimal


def rounded(number: Fraction, places: int) -> Decimal:
    """Round to decimals; a half goes to the even neighbour.

    >>> rounded(Fraction(1, 8), 2), rounded(Fraction(3, 8), 2)
    (Decimal('0.12'), Decimal('0.38'))
    """
    return Decimal(round(number * 10**places)).scaleb(-places)


def factors(values: Mapping[str, Fraction], cap: Fraction = CAP) -> dict[str, Fraction]:
    """Return what each value must be multiplied by so that no constituent weighs more than the cap.

    Whoever is over the cap is set to it, what that frees goes to the others by size, until nobody is over it.
    A value of zero weighs nothing. Factors are rounded to 12 decimals.
    """
    counted = {brand: value for brand, value in values.items() if value > 0}
    needed = -(-cap.denominator // cap.numerator)
    if len(counted) < needed:
        raise InvalidInput(
            reason=say(
                "{number} constituents have a value above zero, and {needed} are needed for weights to stay "
                "within the cap. Add constituents.",
                number=len(counted),
                needed=needed,
            )
        )
    capped: set[str] = set()
    while True:
        free = sum((value for brand, value in counted.items() if brand not in capped), Fraction())
        whole = free / (1 - len(capped) * cap)
        over = {brand for brand, value in counted.items() if brand not in capped and value > cap * whole}
        if not over:
            break
        capped |= over
    exact = {brand: cap * whole / values[brand] if brand in capped else Fraction(1) for brand in values}
    return {brand: Fraction(rounded(factor, FACTOR_PLACES)) for brand, factor in exact.items()}


def reckon(
    values: Mapping[date, Mapping[str, Fraction]], revisions: tuple[Revision, ...], base: date, cap: Fraction = CAP
) -> tuple[tuple[Level, ...], tuple[Weight, ...]]:
    """Return the index of every week from the base date to the last week with a value, and all weights ever set.

    Weights are set at the base date, in the first week of a quarter, and whenever a constituent comes or goes; the
    divisor then changes so that the index itself does not.
    """
    _checked(values, revisions, base)
    known: dict[str, Fraction] = {}
    members: set[str] = set()
    factor: dict[str, Fraction] = {}
    divisor = Fraction()
    levels, weights = [], []
    week = base
    while week <= max(values):
        known |= values.get(week, {})
        before = sum((factor[brand] * known[brand] for brand in sorted(members)), Fraction())
        changed = _changed(members, revisions, week)
        unknown = sorted(changed - known.keys())
        if unknown:
            raise InvalidInput(
                reason=say(
                    "{brand} is a constituent from {week} on, but has no value by then. Give it one.",
                    brand=unknown[0],
                    week=week.isoformat(),
                )
            )
        if week == base or changed != members or _quarter_begins(week):
            level = BASE if week == base else before / divisor
            if not level:
                raise InvalidInput(
                    reason=say(
                        "In {week} the index is at zero, so that no new weights can follow from it. Begin a new index.",
                        week=week.isoformat(),
                    )
                )
            members = changed
            factor = factors({brand: known[brand] for brand in sorted(members)}, cap)
            now = {brand: factor[brand] * known[brand] for brand in sorted(members)}
            before = sum(now.values(), Fraction())
            divisor = Fraction(rounded(before / level, DIVISOR_PLACES))
            if not divisor:
                raise InvalidInput(reason="The values are too small to reckon with. Give them in a smaller unit.")
            weights += [
                Weight(week, brand, rounded(factor[brand], FACTOR_PLACES), rounded(counted / before, 6))
                for brand, counted in now.items()
            ]
        levels.append(
            Level(
                week,
                rounded(before / divisor, LEVEL_PLACES),
                rounded(divisor, DIVISOR_PLACES),
                len(members),
                tuple(sorted(members - values.get(week, {}).keys())),
            )
        )
        week += WEEK
    return tuple(levels), tuple(weights)


def _changed(members: set[str], revisions: tuple[Revision, ...], week: date) -> set[str]:
    """Return the constituents after this week's revisions, in the order of the log."""
    after = set(members)
    for revision in revisions:
        if revision.week != week or revision.change == "corrected":
            continue
        if (revision.brand in after) == (revision.change == "added"):
            raise InvalidInput(
                reason=say(
                    "The revision log has {brand} {change} in {week}, which it already is. Strike that line.",
                    brand=revision.brand,
                    change=revision.change,
                    week=week.isoformat(),
                )
            )
        (after.add if revision.change == "added" else after.remove)(revision.brand)
    return after


def _quarter_begins(week: date) -> bool:
    return week.month in QUARTERS and week.day <= WEEK.days


def _checked(values: Mapping[date, Mapping[str, Fraction]], revisions: tuple[Revision, ...], base: date) -> None:
    """Raise if a week is out of step with the base date, a value is below zero, or a change is none we know."""
    if not values or max(values) < base:
        raise InvalidInput(reason="The index has no value from its base date on. Give values.")
    for week in [*values, *(revision.week for revision in revisions)]:
        if week < base or (week - base) % WEEK:
            raise InvalidInput(
                reason=say(
                    "{week} is not a whole number of weeks after the base date {base}. Mend the date.",
                    week=week.isoformat(),
                    base=base.isoformat(),
                )
            )
    if any(value < 0 for brands in values.values() for value in brands.values()):
        raise InvalidInput(reason="A value of a constituent is a number from 0 on.")
    if any(revision.change not in ("added", "removed", "corrected") for revision in revisions):
        raise InvalidInput(reason="A line of the revision log says added, removed or corrected.")

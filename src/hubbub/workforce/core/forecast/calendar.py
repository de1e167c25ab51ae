"""Days and hours that are not like others: holidays, the days around them, and events that somebody marks.

What a kind does is learnt from its past, as a logarithm of how many times the usual came, and drawn towards what all
kinds do: the fewer there were and the less kinds differ, the more (credibility; H. Bühlmann, E. Straub, 1970). What
was seen once counts, but not for all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say
from hubbub.workforce.core.forecast.history import History
from hubbub.workforce.core.given import Floats

BEFORE, AFTER = mark("Before a holiday"), mark("After a holiday")
KINDS_DIFFER = 0.3
"""By how much kinds differ where too few were seen to know it, as a logarithm."""
ONE_DAY = 0.12
"""By how much one day of a kind differs from another at least, as a logarithm."""
FEW = 5.0
"""Arrivals that are thought to have come as usual, beside those that were counted: they calm what is rare."""
_COUNTRY = mark("No holidays are known for '{country}'. Give a country as two letters, as DE, and its region as BY.")
_EVENT = mark("An event needs a name, and times before and after it that are 0 minutes or more.")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that somebody marks: a match, a launch. The same kind does the same each time."""

    kind: str
    at: datetime
    """By the clock on the wall, without a zone."""
    before: int = 60
    after: int = 240
    """From how many minutes before it until how many after it more comes, or less."""

    def __post_init__(self) -> None:
        """Check it."""
        if not self.kind.strip() or self.before < 0 or self.after < 0 or self.before + self.after == 0:
            raise InvalidInput(reason=_EVENT)


@dataclass(frozen=True, slots=True)
class Learnt:
    """What a kind of day or event does."""

    kind: str
    times: float
    """How many times the usual comes: 1.5 is half as much again."""
    seen: int
    """How often it was seen; 0: it is thought to do what others do."""
    closed: bool = False
    """Nobody works then."""


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """What the marked days and events do to a forecast: (days ahead, intervals) each."""

    times: Floats
    unsure: Floats
    """Standard deviation of that, as a logarithm."""
    open: np.ndarray
    learnt: tuple[Learnt, ...]


def holidays_of(country: str, first: date, until: date, region: str | None = None) -> dict[date, str]:
    """Return the public holidays of a country or region in a span of days, with their names in English where known.

    >>> from datetime import date
    >>> holidays_of("DE", date(2026, 5, 1), date(2026, 5, 14))
    {datetime.date(2026, 5, 1): 'Labor Day', datetime.date(2026, 5, 14): 'Ascension Day'}
    """
    import holidays

    years = range(first.year, until.year + 1)
    try:
        known = holidays.country_holidays(country.upper(), subdiv=region, years=years, language="en_US")
    except NotImplementedError:
        place = f"{country}-{region}" if region else country
        raise InvalidInput(reason=say(_COUNTRY, country=place)) from None
    return {day: name for day, name in sorted(known.items()) if first <= day <= until}


def holidays_in(place: str, first: date, until: date) -> dict[date, str]:
    """Return the same of a place as people write it: DE, or with its region DE-BY."""
    country, _, region = place.upper().partition("-")
    return holidays_of(country, first, until, region or None)


def kinds_of_days(first: date, days: int, holidays: Mapping[date, str]) -> list[str | None]:
    """Return what each day is: the name of a holiday, before or after one, or nothing."""
    found: list[str | None] = []
    for day in (first + timedelta(days=row) for row in range(days)):
        around = AFTER if day - timedelta(days=1) in holidays else None
        around = BEFORE if day + timedelta(days=1) in holidays else around
        found.append(holidays.get(day, around))
    return found


def covered(first: date, shape: tuple[int, int], holidays: Mapping[date, str], events: Sequence[Event]) -> np.ndarray:
    """Return which intervals stand under a holiday, a day around one, or an event."""
    marked = np.zeros(shape, bool)
    marked[[kind is not None for kind in kinds_of_days(first, shape[0], holidays)]] = True
    for event in events:
        places = _places(event, first, shape)
        marked.reshape(-1)[places[places >= 0]] = True
    return marked


def marks(
    history: History, usual: Floats, scatter: float, ahead: int, holidays: Mapping[date, str], events: Sequence[Event]
) -> Marks:
    """Return what marked days and events do in the days ahead; `scatter` is that of the logarithm of usual days."""
    shape = (ahead, history.arrivals.shape[1])
    result = Marks(np.ones(shape), np.zeros(shape), np.ones(shape, bool), ())
    learnt = _days(result, history, usual, scatter, holidays) if holidays else []
    learnt += _events(result, history, usual, scatter, events) if events else []
    return Marks(result.times, result.unsure, result.open, tuple(learnt))


def _days(into: Marks, history: History, usual: Floats, scatter: float, holidays: Mapping[date, str]) -> list[Learnt]:
    coming = kinds_of_days(history.end, len(into.times), holidays)
    logs: dict[str, list[float]] = {}
    shut: dict[str, list[bool]] = {}
    for row, kind in enumerate(kinds_of_days(history.first, history.days, holidays)):
        known = ~np.isnan(usual[row])
        if kind is None or usual[row][known].sum() <= 0:
            continue
        seen = known & ~np.isnan(history.arrivals[row])
        shut.setdefault(kind, []).append(not seen.any())
        if seen.any():
            logs.setdefault(kind, []).append(_log(history.arrivals[row][seen].sum(), usual[row][seen].sum()))
    named = {kind: found for kind, found in logs.items() if kind not in (BEFORE, AFTER)}
    closed = [each for kind, found in shut.items() if kind not in (BEFORE, AFTER) for each in found]
    mostly = len(closed) > 0 and sum(closed) > 2 / 3 * len(closed)
    learnt = {}
    for row, kind in enumerate(coming):
        if kind is None:
            continue
        others = named if kind not in (BEFORE, AFTER) else {}
        effect, unsure = _drawn(logs.get(kind, []), others, scatter)
        was = shut.get(kind, [])
        closes = sum(was) > len(was) / 2 if was else mostly and kind not in (BEFORE, AFTER)
        into.times[row], into.unsure[row], into.open[row] = np.exp(effect), unsure, not closes
        learnt[kind] = Learnt(kind, float(np.exp(effect)), len(was), closes)
    return list(learnt.values())


def _events(into: Marks, history: History, usual: Floats, scatter: float, events: Sequence[Event]) -> list[Learnt]:
    coming = [event for event in events if (_places(event, history.end, into.times.shape) >= 0).any()]
    past: dict[str, list[tuple[Floats, Floats]]] = {}
    for event in events:
        places = _places(event, history.first, history.arrivals.shape)
        here = places >= 0
        seen, expected = np.full((2, len(places)), np.nan)
        seen[here] = history.arrivals.reshape(-1)[places[here]]
        expected[here] = usual.reshape(-1)[places[here]]
        known = ~np.isnan(seen) & ~np.isnan(expected)
        if known.any():
            past.setdefault(event.kind, []).append((np.where(known, seen, 0), np.where(known, expected, 0)))
    logs = {kind: [_log(seen.sum(), expected.sum()) for seen, expected in found] for kind, found in past.items()}
    drawn = {event.kind: _drawn(logs.get(event.kind, []), logs, scatter) for event in events}
    for event in coming:
        effect, unsure = drawn[event.kind]
        places = _places(event, history.end, into.times.shape)
        course = effect + _shape(past.get(event.kind, []), len(places))
        here = places >= 0
        into.times.reshape(-1)[places[here]] *= np.exp(course[here])
        into.unsure.reshape(-1)[places[here]] = np.hypot(into.unsure.reshape(-1)[places[here]], unsure)
    return [Learnt(kind, float(np.exp(effect)), len(logs.get(kind, []))) for kind, (effect, _) in drawn.items()]


def _shape(found: list[tuple[Floats, Floats]], intervals: int) -> Floats:
    """Return how each interval around the event differs from its whole, as a logarithm, drawn towards none."""
    fitting = [pair for pair in found if len(pair[0]) == intervals]
    if not fitting:
        return np.zeros(intervals)
    seen, expected = np.sum([pair[0] for pair in fitting], 0), np.sum([pair[1] for pair in fitting], 0)
    whole = seen.sum() / max(expected.sum(), 1e-9)
    logs = np.log((seen + FEW) / (expected * whole + FEW))
    return np.asarray(logs * len(fitting) / (len(fitting) + 0.5))


def _drawn(own: list[float], kinds: Mapping[str, list[float]], scatter: float) -> tuple[float, float]:
    """Return the effect of a kind, drawn towards that of all, and how unsure it is."""
    noise = scatter**2 + ONE_DAY**2
    means = np.array([np.mean(found) for found in kinds.values()])
    differ = KINDS_DIFFER**2
    if len(means) > 3:
        differ = max(float(means.var(ddof=1)) - noise, 0.05**2)
    common = float(means.sum() / (len(means) + noise / KINDS_DIFFER**2)) if len(means) else 0.0
    weight = len(own) / (len(own) + noise / differ)
    effect = weight * float(np.mean(own)) + (1 - weight) * common if own else common
    return effect, float(np.sqrt((1 - weight) * differ + ONE_DAY**2))


def _log(seen: float, usual: float) -> float:
    return float(np.log((seen + FEW) / (usual + FEW)))


def _places(event: Event, first: date, shape: tuple[int, int]) -> np.ndarray:
    """Return where its intervals stand in a table of days laid out as one row; -1 where that is outside."""
    per = 24 * 60 // shape[1]
    minute = int((event.at - datetime.combine(first, datetime.min.time())).total_seconds() // 60)
    centre = minute // per
    places = np.arange(centre - -(-event.before // per), centre + max(1, -(-event.after // per)))
    return np.where((places >= 0) & (places < shape[0] * shape[1]), places, -1)

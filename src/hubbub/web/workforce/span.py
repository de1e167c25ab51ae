"""The days that a page is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.dateformat import format as date_format

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say
from hubbub.workforce.selectors.money import NO_DAY, YEARS

WEEK = 7


@dataclass(frozen=True, slots=True)
class Span:
    """The days a page is about."""

    name: str
    since: date
    days: int

    @property
    def until(self) -> date:
        """Its last day."""
        return self.since + timedelta(days=self.days - 1)

    @property
    def before(self) -> date:
        """A day of the span before."""
        return self.since - timedelta(days=1)

    @property
    def after(self) -> date:
        """The first day of the span after."""
        return self.since + timedelta(days=self.days)

    @property
    def words(self) -> str:
        """As people say it."""
        if self.name == "month":
            return date_format(self.since, "F Y")
        if self.name == "day":
            return date_format(self.since, say("D j M"))
        day = say("j M")
        return f"{date_format(self.since, day)} – {date_format(self.until, day)}"


def day_asked(asked: Mapping[str, str], name: str = "day") -> date | None:
    """Return the day that an address asks for; None where it asks for none."""
    given = asked.get(name, "").replace("\x00", "")
    if not given:
        return None
    try:
        day = date.fromisoformat(given)
        if not YEARS[0] <= day.year <= YEARS[1]:
            raise ValueError
    except ValueError:
        raise InvalidInput(reason=say(NO_DAY, given=repr(given[:20]))) from None
    return day


def span_of(names: Sequence[str], asked: Mapping[str, str]) -> Span:
    """Return the days that are asked for; this week or day or month, where nothing is. The first name is the usual."""
    day = day_asked(asked, "from") or timezone.localdate()
    name = asked.get("span") if asked.get("span") in names else names[0]
    if name == "day":
        return Span(name, day, 1)
    if name == "month":
        first = day.replace(day=1)
        return Span("month", first, ((first + timedelta(days=32)).replace(day=1) - first).days)
    return Span("week", day - timedelta(days=day.weekday()), WEEK)

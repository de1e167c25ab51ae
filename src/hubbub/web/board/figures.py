"""How a report is shown: its tables and its chart, and the address of the cases behind each number."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse

from hubbub.accounts.core.access import Access
from hubbub.care import selectors as care
from hubbub.care.core.levels import length_words
from hubbub.care.core.report import BANDS, Cut, Report, What, waits
from hubbub.care.core.states import State
from hubbub.care.selectors import reports as selectors
from hubbub.care.selectors.team import states
from hubbub.web.charts import Cell, Chart, counts_by_time, local_ms
from hubbub.web.templatetags.hubbub import channel_name, exact, percent
from hubbub.web.templatetags.hubbub import seconds as seconds_words

WORDS = {
    What.ARRIVED: "Arrived",
    What.REOPENED: "Reopened",
    What.ANSWERED: "Answered",
    What.RESOLVED: "Resolved",
    What.FIRST: "First reply",
    What.NEXT: "Next reply",
    What.LATE: "Late and still waiting",
    What.CONTACTS: "Resolved after we answered",
    What.FIRST_CONTACT: "Resolved at first contact",
    What.HANDLED: "Handled",
    What.RATED: "Rated",
    What.GROUPED: "In an incident",
}
WAITS = {What.FIRST: "First reply", What.NEXT: "Next reply", What.RESOLVED: "Resolution"}
VOLUMES = (What.ARRIVED, What.ANSWERED, What.RESOLVED, What.REOPENED)
NONE = Cell("–")


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the report; the first cell of a row names it."""

    title: str
    says: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]


class Looks:
    """How a report is shown."""

    def __init__(self, access: Access, report: Report, query: Mapping[str, str]) -> None:
        self.access, self.report, self.query = access, report, dict(query)
        self.people = {str(pk): name for pk, name in care.colleagues(access)}

    def href(self, what: What, **where: str) -> str:
        """Return the address of the cases behind a number."""
        path = reverse("reports-cases", args=[self.access.slug, what.value])
        return f"{path}?{urlencode(self.query | where)}"

    def number(self, what: What, **where: str) -> Cell:
        """Return a number that opens its cases."""
        return self._number(what, self.report.count(Cut(what, tuple(where.items()))), where)

    def _number(self, what: What, many: int, where: Mapping[str, str]) -> Cell:
        return Cell(exact(many), self.href(what, **where) if many else "")

    def _by(self, what: What, dimension: str, words: Callable[[str], str]) -> list[list[Cell]]:
        """Return the rows of a table that counts one thing, the most first."""
        by = sorted(self.report.by(what, dimension).items(), key=lambda each: (-each[1], each[0]))
        return [[Cell(words(value)), self._number(what, many, {dimension: value})] for value, many in by]

    def tables(self) -> list[Table]:
        """Return all tables that hold something."""
        made = [
            self._volumes("Channel", "channel", channel_name),
            self._volumes("Kind", "kind", str.capitalize),
            self._volumes("Hour of the day", "hour", "{}:00".format),
            self._waits(),
            self._bands(),
            self._levels(),
            self._handling(),
            self._agents(),
            *self._reasons(),
            self._ratings(),
            self._first_contact(),
            self._incidents(),
        ]
        return [each for each in made if each.rows]

    def _volumes(self, title: str, dimension: str, words: Callable[[str], str]) -> Table:
        by = {what: self.report.by(what, dimension) for what in VOLUMES}
        values = sorted({value for each in by.values() for value in each})
        rows = [
            [Cell(words(value)), *(self._number(what, by[what].get(value, 0), {dimension: value}) for what in VOLUMES)]
            for value in values
        ]
        says = "How many cases; one that has several counts under each."
        return Table(f"By {title.lower()}", says, (title, *(WORDS[what] for what in VOLUMES)), rows)

    def _waits(self) -> Table:
        rows = []
        for what, words in WAITS.items():
            found = waits(self.report.rows[what], self.report.asked.zone)
            times = (found.lasted.median, found.lasted.p90, found.open.median, found.open.p90)
            if found.cases:
                rows.append([Cell(words), self.number(what), *_times(times)])
        says = "From a word of the customer to our reply; in open hours: without the time we waited for the customer."
        return Table("Waits", says, ("Wait", "Cases", "Median", "P90", "Median, open hours", "P90, open hours"), rows)

    def _bands(self) -> Table:
        rows = []
        for what, words in WAITS.items():
            by = self.report.by(what, "band")
            if by:
                cells = (self._number(what, by.get(key, 0), {"band": key}) for key, _, _ in BANDS)
                rows.append([Cell(words), *cells])
        head = ("Wait", *(words for _, words, _ in BANDS))
        return Table("How long it took", "How many cases took how long.", head, rows)

    def _levels(self) -> Table:
        rows = []
        for what, words in WAITS.items():
            timed = [row for row in self.report.rows[what] if row.level in ("met", "breached")]
            for channel, target in sorted({(row.channel, row.target_s) for row in timed}):
                where = {"channel": channel, "target": str(target)}
                cells = [self.number(what, **where, level=level) for level in ("met", "breached")]
                met, missed = (
                    self.report.count(Cut(what, (*where.items(), ("level", level)))) for level in ("met", "breached")
                )
                goal = length_words(timedelta(seconds=target)) if target else "said by a rule or person"
                share = Cell(percent(met / (met + missed)))
                rows.append([Cell(f"{words}, {channel_name(channel)}"), Cell(goal), *cells, share])
        for name, cell in self._by(What.LATE, "channel", channel_name):
            rows.append([Cell(f"Late and waiting, {name.text}"), NONE, NONE, cell, NONE])
        says = "Cases that were answered or resolved in time, and not."
        return Table("Service levels", says, ("What", "Target", "Met", "Missed", "Share"), rows)

    def _handling(self) -> Table:
        rows = []
        for dimension, words in (("channel", channel_name), ("kind", str.capitalize)):
            for name, cell, value in self._named(What.HANDLED, dimension, words):
                took = [row for row in self.report.rows[What.HANDLED] if getattr(row, dimension) == value]
                found = waits(took, self.report.asked.zone).lasted
                rows.append([name, cell, *_times((found.mean, found.median, found.p90))])
        says = "Worked on a case until it was answered or resolved, with wrap-up."
        return Table("Handling time", says, ("Channel or kind", "Cases", "Mean", "Median", "P90"), rows)

    def _named(self, what: What, dimension: str, words: Callable[[str], str]) -> Iterable[tuple[Cell, Cell, str]]:
        for value, many in self.report.by(what, dimension).items():
            yield Cell(words(value)), self._number(what, many, {dimension: value}), value

    def _agents(self) -> Table:
        report, known = self.report, states(self.access.workspace)
        whats = (What.ANSWERED, What.RESOLVED, What.HANDLED, What.RATED)
        by = {what: report.by(what, "person") for what in whats}
        people = {person for each in by.values() for person in each} | set(map(str, report.shares))
        rows = []
        for person in sorted(people, key=lambda each: self.people.get(each, "~")):
            worked = [row.seconds for row in report.rows[What.HANDLED] if str(row.person) == person]
            scores = [row.score for row in report.rows[What.RATED] if str(row.person) == person]
            cells = [self._number(what, by[what].get(person, 0), {"person": person}) for what in whats]
            rows.append(
                [
                    Cell(self.people.get(person, "Somebody who left")),
                    *cells[:3],
                    Cell(seconds_words(sum(worked) / len(worked))) if worked else NONE,
                    cells[3],
                    Cell(f"{sum(scores) / len(scores):.1f}") if scores else NONE,
                    Cell(_shares(report.shares.get(int(person), {}), known)),
                ]
            )
        says = "Who answered or resolved; of the time they were here, which share in which state."
        head = ("Agent", "Answered", "Resolved", "Handled", "Mean handling", "Rated", "Mean rating", "States")
        return Table("Agents", says, head, rows)

    def _reasons(self) -> list[Table]:
        groups = care.wrap_ups(self.access)
        codes = {str(pk): f"{group.name}: {name}" for group in groups for pk, name in group.codes}
        tables: tuple[tuple[str, What, str, Callable[[str], str]], ...] = (
            ("Wrap-up codes", What.RESOLVED, "wrap_up", lambda value: codes.get(value, "A code that is gone")),
            ("Problems", What.ARRIVED, "problem", lambda value: value.replace("_", " ").capitalize()),
            ("Rules of the playbook", What.ARRIVED, "rule", str),
        )
        return [
            Table(title, f"Of cases that {WORDS[what].lower()}.", (title, "Cases"), self._by(what, dimension, words))
            for title, what, dimension, words in tables
        ]

    def _ratings(self) -> Table:
        rows = [[name, cell] for name, cell, _ in self._named(What.RATED, "score", "{} of 5".format)]
        return Table("Ratings", "What customers answered.", ("Rating", "Cases"), rows[::-1])

    def _first_contact(self) -> Table:
        first, of = self.report.count(Cut(What.FIRST_CONTACT)), self.report.count(Cut(What.CONTACTS))
        rows = []
        if of:
            cells = (self.number(What.FIRST_CONTACT), self.number(What.CONTACTS), Cell(percent(first / of)))
            rows.append([Cell("At first contact"), *cells])
        says = "One reply, and the matter stayed settled; it is certain after a week."
        return Table("First-contact resolution", says, ("Resolved", "Cases", "Of", "Share"), rows)

    def _incidents(self) -> Table:
        by, rows = self.report.by(What.GROUPED, "incident"), []
        for pk, title in selectors.incident_titles(self.access, self.report.asked).items():
            name = Cell(title, reverse("incident", args=[self.access.slug, pk]))
            rows.append([name, self._number(What.GROUPED, by.get(str(pk), 0), {"incident": str(pk)})])
        return Table("Incidents", "Opened in this span.", ("Incident", "Cases"), rows)

    def chart(self) -> Chart:
        """Return how many arrived, day by day."""
        asked, whats = self.report.asked, VOLUMES[:3]
        by = {what: self.report.by(what, "day") for what in whats}
        first, last = asked.since.date(), asked.until.astimezone(asked.zone).date()
        days = [first + timedelta(days=each) for each in range((last - first).days)]
        rows = [
            [
                Cell(_day(day), self.href(What.ARRIVED, day=str(day))),
                *(Cell(exact(by[what].get(str(day), 0)), self.href(what, day=str(day))) for what in whats),
            ]
            for day in reversed(days)
        ]
        return Chart(
            "arrived",
            "Arrived by day",
            f"{self.report.count(Cut(What.ARRIVED)):,} cases arrived.",
            counts_by_time("day", "dates"),
            [self._point(day, by[What.ARRIVED], asked.zone) for day in days],
            ("Day", *(WORDS[what] for what in whats)),
            rows,
        )

    def _point(self, day: date, by: Mapping[str, int], zone: ZoneInfo) -> dict[str, Any]:
        at = local_ms(datetime.combine(day, datetime.min.time(), zone))
        href = self.href(What.ARRIVED, day=str(day))
        return {"at": at, "when": _day(day), "cases": by.get(str(day), 0), "href": href}


def _times(seconds: Iterable[float]) -> list[Cell]:
    return [Cell(seconds_words(each)) for each in seconds]


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def _shares(spent: Mapping[str, float], known: Mapping[str, State]) -> str:
    """Say how somebody's time was shared among states, the most first."""
    whole = sum(spent.values())
    if not whole:
        return "–"
    ordered = sorted(spent.items(), key=lambda each: -each[1])
    return ", ".join(f"{known[name].name if name in known else name} {percent(some / whole)}" for name, some in ordered)

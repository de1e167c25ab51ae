"""How a report is shown: its tables and its chart, and the address of the cases behind each number."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.dateformat import format as date_format

from hubbub.accounts.core.access import Access
from hubbub.care import selectors as care
from hubbub.care.core.levels import length_words
from hubbub.care.core.report import BANDS, Cut, Report, What, waits
from hubbub.care.core.states import State
from hubbub.care.core.understanding import Kind
from hubbub.care.selectors import reports as selectors
from hubbub.care.selectors.team import states
from hubbub.kernel.speech import figure, mark, say
from hubbub.web.charts import Cell, Chart, counts_by_time, local_ms
from hubbub.web.templatetags.hubbub import channel_name, exact, percent
from hubbub.web.templatetags.hubbub import seconds as seconds_words

WORDS = {
    What.ARRIVED: mark("Arrived"),
    What.REOPENED: mark("Reopened"),
    What.ANSWERED: mark("Answered"),
    What.RESOLVED: mark("Resolved"),
    What.FIRST: mark("First reply"),
    What.NEXT: mark("Next reply"),
    What.LATE: mark("Late and still waiting"),
    What.CONTACTS: mark("Resolved after we answered"),
    What.FIRST_CONTACT: mark("Resolved at first contact"),
    What.HANDLED: mark("Handled"),
    What.RATED: mark("Rated"),
    What.GROUPED: mark("In an incident"),
}
WAITS = {What.FIRST: mark("First reply"), What.NEXT: mark("Next reply"), What.RESOLVED: mark("Resolution")}
VOLUMES = (What.ARRIVED, What.ANSWERED, What.RESOLVED, What.REOPENED)
PROBLEMS = {
    "failure": mark("Failure"),
    "connection": mark("Connection"),
    "delivery": mark("Delivery"),
    "luggage": mark("Luggage"),
    "delay": mark("Delay"),
    "billing": mark("Billing"),
    "service": mark("Service"),
    "quality": mark("Quality"),
    "login": mark("Login"),
}
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
            self._volumes(say("By channel"), say("Channel"), "channel", channel_name),
            self._volumes(say("By kind"), say("Kind"), "kind", kind_words),
            self._volumes(say("By hour of the day"), say("Hour of the day"), "hour", "{}:00".format),
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

    def _volumes(self, title: str, first: str, dimension: str, words: Callable[[str], str]) -> Table:
        by = {what: self.report.by(what, dimension) for what in VOLUMES}
        values = sorted({value for each in by.values() for value in each})
        rows = [
            [Cell(words(value)), *(self._number(what, by[what].get(value, 0), {dimension: value}) for what in VOLUMES)]
            for value in values
        ]
        says = say("How many cases; one that has several counts under each.")
        return Table(title, says, (first, *(say(WORDS[what]) for what in VOLUMES)), rows)

    def _waits(self) -> Table:
        rows = []
        for what, words in WAITS.items():
            found = waits(self.report.rows[what], self.report.asked.zone)
            times = (found.lasted.median, found.lasted.p90, found.open.median, found.open.p90)
            if found.cases:
                rows.append([Cell(say(words)), self.number(what), *_times(times)])
        says = say(
            "From a word of the customer to our reply; in open hours: without the time we waited for the customer."
        )
        head = (say("Wait"), say("Cases"), say("Median"), say("P90"), say("Median, open hours"), say("P90, open hours"))
        return Table(say("Waits"), says, head, rows)

    def _bands(self) -> Table:
        rows = []
        for what, words in WAITS.items():
            by = self.report.by(what, "band")
            if by:
                cells = (self._number(what, by.get(key, 0), {"band": key}) for key, _, _ in BANDS)
                rows.append([Cell(say(words)), *cells])
        head = (say("Wait"), *(say(words) for _, words, _ in BANDS))
        return Table(say("How long it took"), say("How many cases took how long."), head, rows)

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
                goal = length_words(timedelta(seconds=target)) if target else say("said by a rule or person")
                share = Cell(percent(met / (met + missed)))
                rows.append([Cell(f"{say(words)}, {channel_name(channel)}"), Cell(goal, words=True), *cells, share])
        for name, cell in self._by(What.LATE, "channel", channel_name):
            rows.append(
                [Cell(say("Late and waiting, {channel}", channel=name.text)), Cell("–", words=True), NONE, cell, NONE]
            )
        says = say("Cases that were answered or resolved in time, and not.")
        head = (say("What"), say("Target"), say("Met"), say("Missed"), say("Share"))
        return Table(say("Service levels"), says, head, rows)

    def _handling(self) -> Table:
        rows = []
        for dimension, words in (("channel", channel_name), ("kind", kind_words)):
            for name, cell, value in self._named(What.HANDLED, dimension, words):
                took = [row for row in self.report.rows[What.HANDLED] if getattr(row, dimension) == value]
                found = waits(took, self.report.asked.zone).lasted
                rows.append([name, cell, *_times((found.mean, found.median, found.p90))])
        says = say("Worked on a case until it was answered or resolved, with wrap-up.")
        head = (say("Channel or kind"), say("Cases"), say("Mean"), say("Median"), say("P90"))
        return Table(say("Handling time"), says, head, rows)

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
                    Cell(self.people.get(person, say("Somebody who left"))),
                    *cells[:3],
                    Cell(seconds_words(sum(worked) / len(worked))) if worked else NONE,
                    cells[3],
                    Cell(figure(sum(scores) / len(scores), ".1f")) if scores else NONE,
                    Cell(_shares(report.shares.get(int(person), {}), known), words=True),
                ]
            )
        says = say("Who answered or resolved; of the time they were here, which share in which state.")
        head = (
            say("Agent"), say("Answered"), say("Resolved"), say("Handled"), say("Mean handling"), say("Rated"),
            say("Mean rating"), say("States"),
        )  # fmt: skip
        return Table(say("Agents"), says, head, rows)

    def _reasons(self) -> list[Table]:
        groups = care.wrap_ups(self.access)
        codes = {str(pk): f"{group.name}: {name}" for group in groups for pk, name in group.codes}
        arrived, resolved = say("Of cases that arrived."), say("Of cases that resolved.")
        gone = say("A code that is gone")
        rules = {each.id: f"{each.id} {say(each.name)}" for each in care.playbook(self.access.workspace).rules}
        tables: tuple[tuple[str, str, What, str, Callable[[str], str]], ...] = (
            (say("Wrap-up codes"), resolved, What.RESOLVED, "wrap_up", lambda value: codes.get(value, gone)),
            (say("Problems"), arrived, What.ARRIVED, "problem", _problem),
            (say("Rules of the playbook"), arrived, What.ARRIVED, "rule", lambda value: rules.get(value, value)),
        )
        return [
            Table(title, says, (title, say("Cases")), self._by(what, dimension, words))
            for title, says, what, dimension, words in tables
        ]

    def _ratings(self) -> Table:
        rows = [[name, cell] for name, cell, _ in self._named(What.RATED, "score", _of_five)]
        return Table(say("Ratings"), say("What customers answered."), (say("Rating"), say("Cases")), rows[::-1])

    def _first_contact(self) -> Table:
        first, of = self.report.count(Cut(What.FIRST_CONTACT)), self.report.count(Cut(What.CONTACTS))
        rows = []
        if of:
            cells = (self.number(What.FIRST_CONTACT), self.number(What.CONTACTS), Cell(percent(first / of)))
            rows.append([Cell(say("At first contact")), *cells])
        says = say("One reply, and the matter stayed settled; it is certain after a week.")
        head = (say("Resolved"), say("Cases"), say("Of"), say("Share"))
        return Table(say("First-contact resolution"), says, head, rows)

    def _incidents(self) -> Table:
        by, rows = self.report.by(What.GROUPED, "incident"), []
        for pk, title in selectors.incident_titles(self.access, self.report.asked).items():
            name = Cell(title, reverse("incident", args=[self.access.slug, pk]))
            rows.append([name, self._number(What.GROUPED, by.get(str(pk), 0), {"incident": str(pk)})])
        return Table(say("Incidents"), say("Opened in this span."), (say("Incident"), say("Cases")), rows)

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
            say("Arrived by day"),
            say("{number:,} cases arrived.", number=self.report.count(Cut(What.ARRIVED))),
            counts_by_time("day", "dates"),
            [self._point(day, by[What.ARRIVED], asked.zone) for day in days],
            (say("Day"), *(say(WORDS[what]) for what in whats)),
            rows,
        )

    def _point(self, day: date, by: Mapping[str, int], zone: ZoneInfo) -> dict[str, Any]:
        at = local_ms(datetime.combine(day, datetime.min.time(), zone))
        href = self.href(What.ARRIVED, day=str(day))
        return {"at": at, "when": _day(day), "cases": by.get(str(day), 0), "href": href}


def _times(seconds: Iterable[float]) -> list[Cell]:
    return [Cell(seconds_words(each)) for each in seconds]


def kind_words(kind: str) -> str:
    """Return what a kind is called at the head of a line."""
    return Kind(kind).label if kind in set(Kind) else kind.capitalize()


def _problem(problem: str) -> str:
    return say(PROBLEMS[problem]) if problem in PROBLEMS else problem.replace("_", " ").capitalize()


def _of_five(score: str) -> str:
    return say("{score} of 5", score=score)


def _day(day: date) -> str:
    return date_format(day, say("D j M"))


def _shares(spent: Mapping[str, float], known: Mapping[str, State]) -> str:
    """Say how somebody's time was shared among states, the most first."""
    whole = sum(spent.values())
    if not whole:
        return "–"
    ordered = sorted(spent.items(), key=lambda each: -each[1])
    return ", ".join(
        f"{say(known[name].name) if name in known else name} {percent(some / whole)}" for name, some in ordered
    )

"""A desk on a running day: queues of calls and mail, a forecast, people on the roster, and what happened so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hubbub.accounts.core.access import Access, Role
from hubbub.care.models import CallRow, CaseRow, ClockRow, Contact, StateSpan
from hubbub.workforce.core.today.clock import moment
from hubbub.workforce.models import AbsenceRow, ContractRow, ForecastRow, MemberRow, QueueRow, RosterRow, ShiftRow
from hubbub.workforce.selectors.rosters import current, snapshot_of
from hubbub.workforce.services import queues
from tests.make import NOON, make_member, make_workspace

MONDAY = date(2026, 11, 30)
OPEN = [(480, 1080)] * 7
Minutes = Sequence[tuple[int, int]]


@dataclass(slots=True)
class Desk:
    """What a test makes of a day. Times are minutes of its wall clock."""

    access: Access
    day: date = MONDAY
    queues: dict[str, int] = field(default_factory=dict)
    members: dict[str, MemberRow] = field(default_factory=dict)
    called: int = 0

    @classmethod
    def made(cls, access: Access | None = None, day: date = MONDAY) -> "Desk":
        """A desk with two queues."""
        desk = cls(access or make_workspace(), day)
        desk.queue("Sales", "phone", calls="sales", week=OPEN)
        desk.queue("Mail", "mail", channels=["mail"], week=OPEN, within_s=7200.0)
        return desk

    @property
    def zone(self) -> ZoneInfo:
        """Its clock."""
        return ZoneInfo(self.access.timezone)

    def at(self, minute: int) -> datetime:
        """When the clock shows a minute of the day."""
        return moment(self.day, minute, self.zone)

    def queue(self, name: str, kind: str, **told: object) -> int:
        """Make a queue."""
        self.queues[name] = queues.save_queue(self.access, {"name": name, "kind": kind, **told}, now=NOON)
        return self.queues[name]

    def forecast(self, name: str, mean: float | Sequence[float], handling_s: float = 180.0) -> None:
        """Expect so many in each half-hour in which it is open."""
        figures = list(mean) if isinstance(mean, Sequence) else [mean if 16 <= at < 36 else 0.0 for at in range(48)]
        ForecastRow.objects.create(
            queue_id=self.queues[name], day=self.day, made_on=self.day - timedelta(days=1), step_min=30, model="known",
            mean=figures, low=[each * 0.5 for each in figures], high=[each * 1.6 for each in figures],
            storm=[0.0] * 48, day_low=1.0, day_high=2.0, handling_s=[handling_s] * 48,
        )  # fmt: skip

    def roster(self, published: bool = True) -> RosterRow:
        """The week's roster."""
        monday = self.day - timedelta(days=self.day.weekday())
        row, _ = RosterRow.objects.get_or_create(
            monday=monday, workspace_id=self.access.workspace, defaults={"published_at": NOON if published else None}
        )
        return row

    def person(self, name: str, skills: Sequence[str] = ("Sales",), *, signs_in: bool = True) -> MemberRow:
        """Somebody who can stand on the roster."""
        contract, _ = ContractRow.objects.get_or_create(
            workspace_id=self.access.workspace, name="Full time", defaults={"data": {}}
        )
        person = make_member(self.access, name.replace(" ", "."), Role.AGENT).me if signs_in else None
        self.members[name] = MemberRow.objects.create(
            workspace_id=self.access.workspace, name=name, person_id=person, contract=contract, skills=list(skills)
        )
        return self.members[name]

    def shift(
        self, name: str, start: int, end: int, breaks: Sequence[tuple[int, int, bool]] = (), days: int = 0
    ) -> ShiftRow:
        """Put somebody on the roster of the day, or of one near it."""
        roster = self.roster()
        row = ShiftRow.objects.create(
            roster=roster, member=self.members[name], day=self.day + timedelta(days=days),
            pieces=[[start, end]], breaks=[list(each) for each in breaks],
        )  # fmt: skip
        if roster.published_at is not None:
            roster.published = snapshot_of(current(roster))
            roster.save(update_fields=["published"])
        return row

    def works(self, name: str, states: Mapping[str, Minutes], open_since: tuple[str, int] | None = None) -> None:
        """What somebody was at; and since when they are at something still."""
        spans = [(start, end, state) for state, each in states.items() for start, end in each]
        for start, end, state in sorted(spans):
            self._span(name, state, start, end)
        if open_since is not None:
            self._span(name, *open_since, None)

    def _span(self, name: str, state: str, start: int, end: int | None) -> None:
        StateSpan.objects.create(
            workspace_id=self.access.workspace, person_id=self.members[name].person_id, state=state,
            since=self.at(start), until=None if end is None else self.at(end),
        )  # fmt: skip

    def call(self, minute: int, waited_s: int = 5, lasts_s: int = 180, *, lost: bool = False) -> None:
        """Somebody calls."""
        self.called += 1
        began = self.at(minute)
        answered = None if lost else began + timedelta(seconds=waited_s)
        CallRow.objects.create(
            workspace_id=self.access.workspace, source="pbx", native=str(self.called), direction="in", queue="sales",
            number=f"+44{self.called}", started_at=began, answered_at=answered,
            ended_at=(answered or began) + timedelta(seconds=waited_s if lost else lasts_s),
            outcome="abandoned" if lost else "answered",
        )  # fmt: skip

    def mail(self, minute: int, answered: int | None = None, *, kind: str = "first", days: int = 0) -> int:
        """Somebody writes, and is answered at a minute, or waits still; return the number of the case."""
        began = self.at(minute + 1440 * days)
        number = 1 + CaseRow.objects.filter(workspace_id=self.access.workspace).count()
        case = CaseRow.objects.create(
            workspace_id=self.access.workspace, number=number, channel="mail", who=f"Customer {number}",
            opened_at=began, last_inbound_at=began, sort_at=began, folder="needs", status="open", decision="answer",
            rule="R1", kind="question",
        )  # fmt: skip
        ClockRow.objects.create(
            workspace_id=self.access.workspace, case=case, kind=kind, channel="mail", policy="Usual", started_at=began,
            since=None if answered else began, stopped_at=None if answered is None else self.at(answered),
            outcome="running" if answered is None else "met",
        )  # fmt: skip
        return number

    def contact(self, name: str, minute: int, seconds: float) -> None:
        """Somebody was done with a case."""
        Contact.objects.create(
            workspace_id=self.access.workspace, case=CaseRow.objects.filter(workspace_id=self.access.workspace).first(),
            person_id=self.members[name].person_id, channel="mail", kind="question", began_at=self.at(minute),
            last_at=self.at(minute), ended_at=self.at(minute), worked_s=seconds, outcome="reply",
        )  # fmt: skip

    def absent(self, name: str) -> None:
        """Somebody is ill."""
        AbsenceRow.objects.create(
            member=self.members[name], first=self.day, last=self.day, cause="sick", state="granted", asked_at=NOON
        )

    def due(self) -> QueueRow:
        """The row of the first queue."""
        return QueueRow.objects.get(pk=next(iter(self.queues.values())))

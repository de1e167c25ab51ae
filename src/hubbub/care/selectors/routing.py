"""Who could take which case just now, and why a case has whom it has."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from hubbub.accounts.core.access import Access, Permission, Role
from hubbub.accounts.models import Membership
from hubbub.care.core.calendar import Calendar, spans_of
from hubbub.care.core.case import Folder
from hubbub.care.core.filters import QUEUES
from hubbub.care.core.routing import Agent, Mode, Need, Waiting, choose
from hubbub.care.core.views import CaseLine
from hubbub.care.models import AgentRow, AgentSkill, CaseRow, Route, Routed, Skill, SkillNeed, StateSpan
from hubbub.care.selectors.team import by_role, loads, room, states
from hubbub.kernel.errors import NotFound
from hubbub.kernel.ids import PersonId, WorkspaceId
from hubbub.kernel.speech import mark, say

VERBS: Final = {
    "language": mark("speaks {skill}"),
    "channel": mark("handles {skill}"),
    "topic": mark("knows {skill}"),
    "other": "knows {skill}",
}
COLUMNS: Final = {
    "lang": mark("Language"),
    "channel": mark("Channel"),
    "queue": mark("Queue"),
    "kind": mark("Kind"),
    "topic": mark("Topic"),
}
LEVELS: Final = {1: mark("some"), 2: mark("well"), 3: mark("expert")}
WAITING: Final = (
    "pk",
    "channel",
    "priority",
    "due_at",
    "opened_at",
    "owner",
    "account",
    "lang",
    "queue",
    "kind",
    "topic",
)


@dataclass(frozen=True, slots=True)
class SkillLine:
    """Something people can do, and how many can."""

    id: int
    name: str
    kind: str
    people: int


@dataclass(frozen=True, slots=True)
class NeedLine:
    """Which cases need which skill."""

    id: int
    column: str
    value: str
    skill: str
    level: int

    @property
    def label(self) -> str:
        """The column as people call it."""
        return say(COLUMNS[self.column])


@dataclass(frozen=True, slots=True)
class RouteLine:
    """How the cases of a queue find somebody."""

    queue: str
    mode: Mode
    team: int | None


@dataclass(frozen=True, slots=True)
class Profile:
    """What somebody can take."""

    takes: bool
    takes_set: bool | None  # None: as the role says
    limits: Mapping[str, int]
    week: tuple[str, ...]
    skills: Mapping[int, int]
    skill_names: tuple[str, ...]


def routes(workspace: int) -> dict[str, RouteLine]:
    """Return how the cases of each queue find somebody; "" is for all queues that are not here."""
    rows = Route.objects.filter(workspace_id=workspace)
    found = {row.queue: RouteLine(row.queue, Mode(row.mode), row.team_id) for row in rows}
    return {"": RouteLine("", Mode.PULL, None)} | found


def given_out() -> list[WorkspaceId]:
    """Return the workspaces in which cases are given to people by themselves."""
    found = Route.objects.exclude(mode=Mode.PULL).values_list("workspace", flat=True).distinct()
    return [WorkspaceId(each) for each in found.order_by("workspace")]


def route_of(known: Mapping[str, RouteLine], queue: str) -> RouteLine:
    """Return the route of a queue."""
    return known.get(queue) or known[""]


def route_lines(access: Access) -> tuple[RouteLine, ...]:
    """Return a line for each queue, as a form shows them."""
    access.require(Permission.READ)
    known = routes(access.workspace)
    return tuple(RouteLine(queue, route_of(known, queue).mode, route_of(known, queue).team) for queue in ("", *QUEUES))


def skills(access: Access) -> tuple[SkillLine, ...]:
    """Return the skills, by name."""
    access.require(Permission.READ)
    people: dict[int, int] = defaultdict(int)
    for skill in AgentSkill.objects.filter(agent__workspace_id=access.workspace).values_list("skill", flat=True):
        people[skill] += 1
    rows = Skill.objects.filter(workspace_id=access.workspace).order_by("name")
    return tuple(SkillLine(row.pk, row.name, row.kind, people[row.pk]) for row in rows)


def needs(access: Access) -> tuple[NeedLine, ...]:
    """Return which cases need which skill."""
    access.require(Permission.READ)
    rows = SkillNeed.objects.filter(workspace_id=access.workspace).select_related("skill")
    return tuple(
        NeedLine(row.pk, row.column, row.value, row.skill.name, row.level)
        for row in rows.order_by("column", "value", "skill__name")
    )


def profile(access: Access, person: PersonId) -> Profile:
    """Return what somebody can take."""
    access.require(Permission.READ)
    member = Membership.objects.filter(workspace_id=access.workspace, person_id=person).first()
    if member is None:
        raise NotFound(what="person", which=person)
    row = AgentRow.objects.filter(workspace_id=access.workspace, person_id=person).first()
    known = list(AgentSkill.objects.filter(agent=row).select_related("skill")) if row is not None else []
    has = room(row.limits if row else {}, {})
    return Profile(
        by_role(row.takes if row else None, member.role),
        row.takes if row else None,
        has.limits,
        tuple(row.week) if row and row.week else ("",) * 7,
        {each.skill_id: each.level for each in known},
        tuple(sorted(f"{each.skill.name} ({say(LEVELS[each.level])})" for each in known)),
    )


# Just now ----------------------------------------------------------------
def agents(access: Access, now: datetime) -> dict[int, Agent]:
    """Return everybody who works on cases as they are just now. For this domain only."""
    workspace = access.workspace
    known = states(workspace)
    opened = StateSpan.objects.filter(workspace_id=workspace, until__isnull=True)
    spans = dict(opened.values_list("person", "state"))
    rows = {row.person_id: row for row in AgentRow.objects.filter(workspace_id=workspace)}
    can: dict[int, dict[int, int]] = defaultdict(dict)
    for person, skill, level in AgentSkill.objects.filter(agent__workspace_id=workspace).values_list(
        "agent__person", "skill", "level"
    ):
        can[person][skill] = level
    load = loads(workspace, now)
    found = {}
    members = Membership.objects.filter(workspace_id=workspace).exclude(role=Role.ANALYST).select_related("person")
    for member in members.order_by("person"):
        pk, row = member.person_id, rows.get(member.person_id)
        state = known.get(spans.get(pk, ""), None)
        calendar = _calendar(row.week if row else [], access.timezone)
        works = calendar is None or calendar.is_open(now)
        found[pk] = Agent(
            PersonId(pk),
            member.person.name,
            can.get(pk, {}),
            room(row.limits if row else {}, load.get(pk, {})),
            takes=state is not None and state.takes and by_role(row.takes if row else None, member.role),
            state=_in_words(state),
            works=works,
            back="" if works or calendar is None else _back(calendar, now),
            team=member.team_id,
            given_at=row.given_at if row else None,
        )
    return found


def _in_words(state: Any) -> str:
    if state is None:
        return say("not here")
    return say(_STATES[state.key]) if state.key in _STATES else say("in “{state}”", state=state.name)


_STATES: Final = {
    "available": mark("available"),
    "on-case": mark("on a case"),
    "break": mark("on a break"),
    "training": mark("in training"),
    "meeting": mark("in a meeting"),
    "wrap-up": mark("in wrap-up"),
    "away": mark("away"),
}


def _calendar(week: Sequence[str], zone: str) -> Calendar | None:
    days = tuple(spans_of(text) for text in week)
    return Calendar("hours", zone, days) if any(days) else None


def _back(calendar: Calendar, now: datetime) -> str:
    start = next(calendar.opened(now), (None, None))[0]
    if start is None:
        return ""
    zone = ZoneInfo(calendar.zone)
    local, today = start.astimezone(zone), now.astimezone(zone)
    if local.date() == today.date():
        return say("at {time:%H:%M}", time=local)
    return say("{time:%A} at {time:%H:%M}", time=local)


def waiting(workspace: int, rows: Sequence[Mapping[str, Any]]) -> list[tuple[Waiting, str]]:
    """Return cases as routing sees them, each with its queue, given their `WAITING` columns. For this domain only."""
    rules = list(SkillNeed.objects.filter(workspace_id=workspace).select_related("skill").order_by("pk"))
    accounts = {row["account"] for row in rows if row["account"] is not None and row["owner"] is None}
    worked = CaseRow.objects.filter(account__in=accounts, owner__isnull=False).order_by("pk")
    known = dict(worked.values_list("account", "owner")) if accounts else {}
    return [
        (
            Waiting(
                row["pk"],
                row["channel"],
                row["priority"],
                row["due_at"],
                row["opened_at"],
                row["owner"],
                tuple(_needed(rules, row)),
                PersonId(known[row["account"]]) if known.get(row["account"]) else None,
            ),
            row["queue"],
        )
        for row in rows
    ]


def _needed(rules: Iterable[SkillNeed], row: Mapping[str, Any]) -> Iterable[Need]:
    for rule in rules:
        value = str(row[rule.column]).lower()
        if value == rule.value or (rule.column == "lang" and value.split("-")[0] == rule.value):
            level = "" if rule.level == 1 else f" ({say(LEVELS[rule.level])})"
            yield Need(rule.skill_id, say(VERBS[rule.skill.kind], skill=f"{rule.skill.name}{level}"), rule.level)


def why(access: Access, case: CaseLine, now: datetime) -> str:
    """Say why a case has whom it has, or why it waits; "" where its route has no say."""
    access.require(Permission.READ)
    if case.owner is not None:
        last = Routed.objects.filter(case=case.id).order_by("-pk").first()
        return last.words if last is not None and last.person_id == case.owner else ""
    if case.folder != Folder.NEEDS:
        return ""
    known = routes(access.workspace)
    route = route_of(known, case.queue)
    found = CaseRow.objects.filter(pk=case.id).values(*WAITING)
    ((waits, _),) = waiting(access.workspace, list(found))
    if route.mode is Mode.PULL and not waits.needs and route.team is None:
        return ""
    pool = [each for each in agents(access, now).values() if route.team in (None, each.team)]
    choice = choose(waits, pool, Mode.LEAST if route.mode is Mode.PULL else route.mode)
    if choice.person is None:
        return choice.words
    who = say(" and ").join(need.words for need in waits.needs)
    return say("Waits for the next who {what}.", what=who) if who else say("Waits for the next who is free.")

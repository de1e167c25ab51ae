"""Who is at what, how much everybody has, and how long handling takes."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from django.db.models import Count, F, Q

from hubbub.accounts.core.access import Access, Permission, Role
from hubbub.accounts.models import Membership
from hubbub.care.core.case import Folder, Status
from hubbub.care.core.handling import Arrivals, HandlingTimes
from hubbub.care.core.routing import OTHERS, Room
from hubbub.care.core.states import BUILT_IN, OWN, State, Times
from hubbub.care.models import AgentRow, CaseRow, Contact, OwnState, StateSpan, TeamRules
from hubbub.care.selectors.playbooks import day_end
from hubbub.kernel.errors import NotFound
from hubbub.kernel.ids import PersonId
from hubbub.kernel.speech import say

DONE = ("reply", "resolve")
HOLDS_CHAT = timedelta(minutes=30)
"""A chat that waits for the customer still takes its place for so long."""
HISTORY = 200


@dataclass(frozen=True, slots=True)
class Rules:
    """How a workspace's people work together."""

    times: Times
    give_back: timedelta


@dataclass(frozen=True, slots=True)
class Now:
    """What somebody is at, since when."""

    state: State | None  # None: not here
    since: datetime | None = None
    by_hand: bool = False
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mate:
    """Somebody on the team page."""

    person: PersonId
    name: str
    role: Role
    team: str
    now: Now
    takes: bool  # is given cases
    load: tuple[tuple[str, int, int], ...]  # (channel, "" the others; has; may have)
    handled_today: int
    mean_s: float  # handling time today

    @property
    def free(self) -> bool:
        """Whether they can take a case of any kind now."""
        takes = self.now.state is not None and self.now.state.takes and self.takes
        return takes and any(has < most for _, has, most in self.load)

    @property
    def chats(self) -> tuple[str, int, int]:
        """Their chats, and how many they may have."""
        return next((each for each in self.load if each[0] == "chat"), ("chat", 0, 0))

    @property
    def others(self) -> tuple[str, int, int]:
        """All their other cases, and how many they may have."""
        return next((each for each in self.load if each[0] == OTHERS), (OTHERS, 0, 0))


@dataclass(frozen=True, slots=True)
class Was:
    """A span of somebody's history."""

    state: State
    since: datetime
    until: datetime | None
    by_hand: bool


def rules(workspace: int) -> Rules:
    """Return how a workspace's people work together."""
    row = TeamRules.objects.filter(workspace_id=workspace).first() or TeamRules()
    times = Times(timedelta(seconds=row.wrap_up_s), timedelta(minutes=row.away_min), timedelta(minutes=row.off_min))
    return Rules(times, timedelta(minutes=row.give_back_min))


def states(workspace: int, *, gone: bool = True) -> dict[str, State]:
    """Return the states there are, by key; those that are not offered any more only to name old spans."""
    rows = OwnState.objects.filter(workspace_id=workspace).order_by("name")
    if not gone:
        rows = rows.filter(gone=False)
    built_in = {key: replace(each, name=say(each.name)) for key, each in BUILT_IN.items()}
    return built_in | {f"{OWN}{row.pk}": State(f"{OWN}{row.pk}", row.name, row.takes, row.works) for row in rows}


def offered(access: Access) -> tuple[State, ...]:
    """Return the states one can choose."""
    access.require(Permission.READ)
    return tuple(each for each in states(access.workspace, gone=False).values() if each.chosen)


def my_state(access: Access) -> Now:
    """Return what one is at oneself."""
    row = StateSpan.objects.filter(workspace_id=access.workspace, person_id=access.me, until__isnull=True).first()
    return _now(row, states(access.workspace)) if row is not None else Now(None)


def _now(row: StateSpan, known: Mapping[str, State]) -> Now:
    return Now(known.get(row.state, BUILT_IN["away"]), row.since, row.by_hand, row.ends_at)


def by_role(takes: bool | None, role: str) -> bool:
    """Say whether somebody is given cases: as was set, else agents and leads are."""
    return takes if takes is not None else Role(role) in (Role.AGENT, Role.LEAD)


def loads(workspace: int, now: datetime) -> dict[int, dict[str, int]]:
    """Return how many cases each person has at once, by channel: what needs an answer, and chats that go on."""
    live = Q(folder__in=(Folder.NEEDS, Folder.HELD)) | Q(
        folder=Folder.WAITING, channel="chat", last_outbound_at__gt=now - HOLDS_CHAT
    )
    rows = CaseRow.objects.filter(live, workspace_id=workspace, owner__isnull=False)
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for owner, channel, count in rows.values_list("owner", "channel").annotate(n=Count("pk")):
        found[owner][channel] = count
    return found


def room(limits: Mapping[str, int], load: Mapping[str, int]) -> Room:
    """Return how much somebody can have, and has."""
    return Room(limits, load) if limits else Room(load=load)


def team(access: Access, now: datetime) -> tuple[Mate, ...]:
    """Return everybody who works on cases: who is here first, then by name."""
    access.require(Permission.READ)
    known = states(access.workspace)
    opened = StateSpan.objects.filter(workspace_id=access.workspace, until__isnull=True)
    spans = {row.person_id: row for row in opened}
    agents = {row.person_id: row for row in AgentRow.objects.filter(workspace_id=access.workspace)}
    load = loads(access.workspace, now)
    midnight = day_end(access.timezone, now) - timedelta(days=1)
    done: dict[int, list[float]] = defaultdict(list)
    today = Contact.objects.filter(workspace_id=access.workspace, ended_at__gte=midnight, outcome__in=DONE)
    for person, seconds in today.annotate(s=F("worked_s") + F("wrap_s")).values_list("person", "s"):
        done[person].append(seconds)
    members = Membership.objects.filter(workspace_id=access.workspace).exclude(role=Role.ANALYST)
    mates = []
    for member in members.select_related("person", "team").order_by("person__name", "person"):
        pk, agent = member.person_id, agents.get(member.person_id)
        has = room(agent.limits if agent else {}, load.get(pk, {}))
        mine = done.get(pk, [])
        mates.append(
            Mate(
                PersonId(pk),
                member.person.name,
                Role(member.role),
                member.team.name if member.team else "",
                _now(spans[pk], known) if pk in spans else Now(None),
                by_role(agent.takes if agent else None, member.role),
                tuple((channel, *has.of(channel)) for channel in has.limits),
                len(mine),
                sum(mine) / len(mine) if mine else 0.0,
            )
        )
    return tuple(sorted(mates, key=lambda each: each.now.state is None))


def history(access: Access, person: PersonId, *, since: datetime) -> tuple[Was, ...]:
    """Return in which states somebody was, newest first; one's own, or of others for who leads the team."""
    access.require(Permission.READ if person == access.me else Permission.TEAM)
    if not Membership.objects.filter(workspace_id=access.workspace, person_id=person).exists():
        raise NotFound(what="person", which=person)
    known = states(access.workspace)
    rows = StateSpan.objects.filter(workspace_id=access.workspace, person_id=person)
    rows = rows.filter(Q(until__isnull=True) | Q(until__gt=since)).order_by("-since")[:HISTORY]
    away = BUILT_IN["away"]
    return tuple(Was(known.get(row.state, away), row.since, row.until, row.by_hand) for row in rows)


def handling_times(
    access: Access, since: datetime, until: datetime, *, person: PersonId | None = None
) -> HandlingTimes:
    """Return the contacts that ended in a time, as columns: what staffing reckons with."""
    access.require(Permission.READ)
    rows = Contact.objects.filter(
        workspace_id=access.workspace, ended_at__gte=since, ended_at__lt=until, outcome__in=DONE
    )
    if person is not None:
        rows = rows.filter(person_id=person)
    found = list(
        rows.order_by("ended_at", "id").values_list("channel", "kind", "ended_at", "worked_s", "wrap_s", "at_once")
    )
    return HandlingTimes(
        tuple(each[0] for each in found),
        tuple(each[1] for each in found),
        np.array([each[2].replace(tzinfo=None) for each in found if each[2]], dtype="datetime64[s]"),
        np.array([each[3] + each[4] for each in found], dtype=np.float64),
        np.array([each[5] for each in found], dtype=np.int64),
    )


def arrivals(access: Access, since: datetime, until: datetime, step: timedelta) -> Arrivals:
    """Return how many cases of each channel came in which interval; watches and imported ones are left out."""
    access.require(Permission.READ)
    rows = CaseRow.objects.filter(
        workspace_id=access.workspace, opened_at__gte=since, opened_at__lt=until, historical=False
    ).exclude(status=Status.WATCHING)
    found = list(rows.values_list("channel", "opened_at"))
    channels = tuple(sorted({channel for channel, _ in found}))
    many = max(0, -(-(until - since) // step))
    counts = np.zeros((len(channels), many), dtype=np.int64)
    for channel, at in found:
        counts[channels.index(channel), (at - since) // step] += 1
    starts = np.array([(since + step * each).replace(tzinfo=None) for each in range(many)], dtype="datetime64[s]")
    return Arrivals(channels, starts, counts)

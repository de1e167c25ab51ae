"""Giving cases to people: the next one on asking, or by itself; and what a manager sets for it.

Whoever gives somebody a case locks that person first and then the case, without waiting for it: so two never get the
same case, and nobody more than they may have.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Membership, Team
from hubbub.accounts.services import audit
from hubbub.care.core.calendar import DAYS, spans_of
from hubbub.care.core.case import Folder
from hubbub.care.core.filters import QUEUES
from hubbub.care.core.notices import Why
from hubbub.care.core.routing import Agent, Mode, Waiting, best, choose, words
from hubbub.care.core.states import AWAY
from hubbub.care.models import AgentRow, AgentSkill, CaseRow, Route, Routed, Skill, SkillNeed, StateSpan
from hubbub.care.selectors import routing as selectors
from hubbub.care.selectors.routing import COLUMNS, LEVELS, VERBS, WAITING, RouteLine, route_of
from hubbub.care.selectors.team import loads, room, rules
from hubbub.care.services.cases.row import event, store
from hubbub.care.services.notices import tell
from hubbub.care.services.work import agent_of
from hubbub.kernel.errors import Conflict, InvalidInput, NotFound
from hubbub.kernel.ids import PersonId
from hubbub.kernel.speech import say, speaking

LOOKED_AT = 200
MOST_LOOKED_AT = 2_000
MOST_AT_ONCE = 100
MOST_SKILLS = 200


@dataclass(frozen=True, slots=True)
class Next:
    """The case to work on next; None where there is none, and why."""

    number: int | None
    words: str


@transaction.atomic
def next_case(access: Access, *, but: int = 0, now: datetime) -> Next:
    """Take the best next case, or go on with one's own; `but` is the number of one to leave out."""
    access.require(Permission.WORK)
    agent_of(access.workspace, access.me)
    me = selectors.agents(access, now).get(access.me)
    if me is None:
        raise NotFound(what="person", which=access.me)
    known = selectors.routes(access.workspace)
    needing = CaseRow.objects.filter(workspace_id=access.workspace, folder=Folder.NEEDS).exclude(number=but)
    own = list(needing.filter(owner_id=access.me).order_by("sort_at", "id").values(*WAITING)[:LOOKED_AT])
    free = needing.filter(owner__isnull=True).order_by("priority", "sort_at", "id")
    reason = ""
    for begin in range(0, MOST_LOOKED_AT, LOOKED_AT):
        rows = list(free.values(*WAITING)[begin : begin + LOOKED_AT])
        found = selectors.waiting(access.workspace, own + rows)
        cases = [
            case for case, queue in found if case.owner is not None or route_of(known, queue).team in (None, me.team)
        ]
        for case in best(cases, me):
            if case.owner == access.me:
                return Next(CaseRow.objects.values_list("number", flat=True).get(pk=case.case), "")
            with speaking(access.language):
                number = _take(access, case, me, words(case, me, say("the next one")), pushed=False, now=now)
            if number is not None:
                return Next(number, "")
        if cases and not reason:
            reason = _why_none(cases, me)
        if len(rows) < LOOKED_AT:
            break
    return Next(None, reason or say("Nothing waits for you just now."))


def _why_none(cases: Sequence[Waiting], me: Agent) -> str:
    able = [case for case in cases if case.owner is None and me.skilled(case)]
    if able:
        has, most = me.room.of(able[0].channel)
        return say(
            "You have {number} of {most} already. Answer or give back one of yours first.", number=has, most=most
        )
    return say("What waits needs skills that you don't have.")


def _take(access: Access, case: Waiting, agent: Agent, why: str, *, pushed: bool, now: datetime) -> int | None:
    """Give a case to somebody who is locked; None where another was quicker."""
    row = (
        CaseRow.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(pk=case.case, owner__isnull=True, folder=Folder.NEEDS)
        .first()
    )
    if row is None:
        return None
    told = say("To {name}: {why}.", name=agent.name, why=why)
    Routed.objects.create(case=row, person_id=agent.person, at=now, words=told[:240], pushed=pushed)
    if pushed:
        event(access, row, now, say("Given to {name}: {why}.", name=agent.name, why=why))
    else:
        event(access, row, now, say("Taken by {name} as the next.", name=access.name))
    store(access, row, row.value().assign(agent.person), "routed", now, why=told)
    AgentRow.objects.filter(workspace_id=access.workspace, person_id=agent.person).update(given_at=now)
    return row.number


def push(access: Access, *, now: datetime) -> int:
    """Give what waits in queues that are given out to people who are free; return how many cases found somebody."""
    known = selectors.routes(access.workspace)
    given_out = [queue for queue in ("", *QUEUES) if route_of(known, queue).mode is not Mode.PULL]
    if not given_out:
        return 0
    rows = CaseRow.objects.filter(
        Q(queue__in=given_out) | (~Q(queue__in=QUEUES) if "" in given_out else Q(pk=None)),
        workspace_id=access.workspace,
        folder=Folder.NEEDS,
        owner__isnull=True,
    )
    found = list(rows.order_by("priority", "sort_at", "id").values(*WAITING)[:MOST_LOOKED_AT])
    if not found:
        return 0
    people = {pk: each for pk, each in selectors.agents(access, now).items() if each.takes and each.works}
    done = 0
    for case, queue in selectors.waiting(access.workspace, found):
        if done >= MOST_AT_ONCE or not people:
            break
        route = route_of(known, queue)
        choice = choose(case, [each for each in people.values() if route.team in (None, each.team)], route.mode)
        if choice.person is None:
            continue
        agent = people[choice.person]
        if _push(access, case, agent, choice.why, now):
            done += 1
            load = {**agent.room.load, case.channel: agent.room.load.get(case.channel, 0) + 1}
            people[choice.person] = replace(agent, room=replace(agent.room, load=load), given_at=now)
    return done


@transaction.atomic
def _push(access: Access, case: Waiting, agent: Agent, why: str, now: datetime) -> bool:
    row = agent_of(access.workspace, agent.person)
    if room(row.limits, loads(access.workspace, now).get(agent.person, {})).of(case.channel) != agent.room.of(
        case.channel
    ):
        return False  # they took another meanwhile: the next round counts anew
    number = _take(access, case, agent, why, pushed=True, now=now)
    if number is None:
        return False
    tell(
        access.workspace,
        [agent.person],
        why=Why.ASSIGNED,
        case=case.case,
        text=say("Case {number} is yours: {why}.", number=number, why=why),
        now=now,
    )
    return True


def give_back(access: Access, *, now: datetime) -> int:
    """Put back what was given to people who went away and waits for an answer; return how many cases."""
    since = now - rules(access.workspace).give_back
    owners = CaseRow.objects.filter(workspace_id=access.workspace, folder=Folder.NEEDS, owner__isnull=False)
    people = set(owners.values_list("owner", flat=True).distinct())
    here = StateSpan.objects.filter(workspace_id=access.workspace, person__in=people).exclude(
        Q(state=AWAY, since__lte=since) | Q(until__isnull=False, until__lte=since)
    )
    people -= set(here.filter(Q(until__isnull=True) | Q(until__gt=since)).values_list("person", flat=True))
    last = Routed.objects.filter(case=OuterRef("pk")).order_by("-pk")
    given = owners.filter(owner__in=people).annotate(
        to=Subquery(last.values("person")[:1]), pushed=Subquery(last.values("pushed")[:1])
    )
    rows = list(given.filter(pushed=True, to=F("owner")).values_list("pk", "owner"))
    return sum(_give_back(access, pk, owner, now) for pk, owner in rows)


@transaction.atomic
def _give_back(access: Access, case: int, owner: int, now: datetime) -> bool:
    row = (
        CaseRow.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(pk=case, owner_id=owner, folder=Folder.NEEDS)
        .first()
    )
    if row is None:
        return False
    name = Membership.objects.filter(workspace_id=access.workspace, person_id=owner).values_list(
        "person__name", flat=True
    )
    words = say("Back in the queue: {name} is away.", name=name.first() or say("its owner"))
    event(access, row, now, words)
    store(access, row, row.value().assign(None), "given back", now)
    return True


# What a manager sets -----------------------------------------------------
@transaction.atomic
def save_routes(access: Access, lines: Sequence[RouteLine], *, now: datetime) -> None:
    """Say how the cases of each queue find somebody."""
    access.require(Permission.PEOPLE)
    before = {each.queue: [each.mode, each.team] for each in selectors.route_lines(access)}
    for line in lines:
        if line.queue not in ("", *QUEUES):
            raise NotFound(what="queue", which=line.queue[:20])
        _own_team(access, line.team)
        Route.objects.update_or_create(
            workspace_id=access.workspace, queue=line.queue, defaults={"mode": line.mode, "team_id": line.team}
        )
    after = {each.queue: [each.mode, each.team] for each in lines}
    audit(access, "routing changed", access.workspace_name, now=now, before=before, after=after)


def _own_team(access: Access, team: int | None) -> None:
    if team is not None and not Team.objects.filter(workspace_id=access.workspace, pk=team).exists():
        raise NotFound(what="team", which=team)


@transaction.atomic
def add_skill(access: Access, *, name: str, kind: str, now: datetime) -> int:
    """Add something that people can do."""
    access.require(Permission.PEOPLE)
    name = " ".join(name.split())
    if not name or len(name) > 40:
        raise InvalidInput(reason="Give the skill a name of at most 40 characters.")
    if kind not in VERBS:
        raise InvalidInput(reason="A skill is a language, a channel, a topic, or something else.")
    mine = Skill.objects.filter(workspace_id=access.workspace)
    if mine.filter(name__iexact=name).exists():
        raise Conflict(reason=say("There is a skill {name} already.", name=name))
    if mine.count() >= MOST_SKILLS:
        raise InvalidInput(reason=say("There can be at most {most} skills.", most=MOST_SKILLS))
    row = Skill.objects.create(workspace_id=access.workspace, name=name, kind=kind)
    audit(access, "skill added", name, now=now, after=kind)
    return row.pk


@transaction.atomic
def remove_skill(access: Access, skill: int, *, now: datetime) -> None:
    """Remove a skill from people and cases."""
    access.require(Permission.PEOPLE)
    row = _skill(access, skill)
    audit(access, "skill removed", row.name, now=now)
    row.delete()


def _skill(access: Access, skill: int) -> Skill:
    row = Skill.objects.filter(workspace_id=access.workspace, pk=skill).first()
    if row is None:
        raise NotFound(what="skill", which=skill)
    return row


@transaction.atomic
def add_need(access: Access, *, column: str, value: str, skill: int, level: int, now: datetime) -> None:
    """Say which cases need a skill."""
    access.require(Permission.PEOPLE)
    value = value.strip().lower()
    if column not in COLUMNS:
        raise InvalidInput(
            reason=say("Cases need skills by {columns}.", columns=", ".join(map(say, COLUMNS.values())).lower())
        )
    if not value or len(value) > 35:
        raise InvalidInput(reason=say("{column}: say which, such as fr for French.", column=say(COLUMNS[column])))
    if level not in LEVELS:
        raise InvalidInput(reason="A level is 1, 2 or 3.")
    row = _skill(access, skill)
    made = SkillNeed.objects.update_or_create(
        workspace_id=access.workspace, column=column, value=value, skill=row, defaults={"level": level}
    )[1]
    after = {column: value, "level": level}
    audit(access, "need added" if made else "need changed", row.name, now=now, after=after)


@transaction.atomic
def remove_need(access: Access, need: int, *, now: datetime) -> None:
    """Cases need a skill no more."""
    access.require(Permission.PEOPLE)
    row = SkillNeed.objects.filter(workspace_id=access.workspace, pk=need).select_related("skill").first()
    if row is None:
        raise NotFound(what="need", which=need)
    audit(access, "need removed", row.skill.name, now=now, before={row.column: row.value})
    row.delete()


@transaction.atomic
def save_profile(
    access: Access,
    person: PersonId,
    *,
    takes: bool | None,
    limits: Mapping[str, int],
    week: Sequence[str],
    skills: Mapping[int, int],
    now: datetime,
) -> None:
    """Say what somebody can take: whether at all, how many at once, when, and with which skills.

    Raises
    ------
    InvalidInput
        If a number or the hours of a day can't be used.
    NotFound
        If the person does not work here, or a skill is none of this workspace.
    """
    access.require(Permission.PEOPLE)
    member = Membership.objects.filter(workspace_id=access.workspace, person_id=person).select_related("person").first()
    if member is None:
        raise NotFound(what="person", which=person)
    for channel, most in limits.items():
        if not 0 < most <= 100 or len(channel) > 20:
            raise InvalidInput(reason="At once: give 1 to 100 cases.")
    for day, text in zip(DAYS, week, strict=True):
        spans_of(text, day)
    before = selectors.profile(access, person)
    row = agent_of(access.workspace, person)
    row.takes, row.limits = takes, dict(limits)
    row.week = [text.strip()[:200] for text in week] if any(text.strip() for text in week) else []
    row.save()
    AgentSkill.objects.filter(agent=row).delete()
    for skill, level in skills.items():
        if level not in LEVELS:
            raise InvalidInput(reason="A level is 1, 2 or 3.")
        AgentSkill.objects.create(agent=row, skill=_skill(access, skill), level=level)
    after = selectors.profile(access, person)
    audit(access, "work changed", member.person.email, now=now, before=_told(before), after=_told(after))


def _told(each: selectors.Profile) -> dict[str, object]:
    return {
        "takes cases": each.takes,
        "at once": dict(each.limits),
        "hours": [text for text in each.week if text],
        "skills": list(each.skill_names),
    }

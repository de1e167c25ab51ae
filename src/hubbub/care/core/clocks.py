"""The clocks of a case, as values: what is waited for, since when, until when, and how it went.

    first reply   from arrival, through any hold, to our first reply
    next reply    from the customer's next word to our reply
    resolution    from arrival until it is resolved; stands still only while the customer is waited for

What a case says of itself decides which clocks run; nothing starts or stops one by hand. A case that was reopened
has new clocks: what was measured before stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hubbub.care.core.case import Case, Folder, Status
from hubbub.care.core.levels import EVERYTHING_ELSE, CaseFacts, ClockKind, Levels, Policy, Step


class Outcome(StrEnum):
    """How a clock ended."""

    RUNNING = "running"
    MET = "met"
    BREACHED = "breached"
    UNTIMED = "untimed"  # there was no target
    DROPPED = "dropped"  # nobody waits any more, and nobody was answered


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock. Times in seconds are by the calendar of its policy."""

    kind: ClockKind
    started_at: datetime
    policy: str
    since: datetime | None  # when it last began to run; None while it stands still
    target_s: int | None = None  # None: no target, or a rule or a person said when
    due_at: datetime | None = None
    spent_s: int = 0  # before `since`
    pauses: tuple[tuple[datetime, datetime | None], ...] = ()
    stopped_at: datetime | None = None
    outcome: Outcome = Outcome.RUNNING
    done: tuple[str, ...] = ()  # steps that were taken
    step_at: datetime | None = None  # when the next one is

    def stop(self, at: datetime, policy: Policy) -> "Clock":
        """It is over: in time, or not."""
        at = max(at, self.started_at)
        spent = self._spent(at, policy)
        if self.due_at is not None:
            late = at > self.due_at
        elif self.target_s is not None:
            late = spent > self.target_s
        else:
            return self._ended(at, spent, Outcome.UNTIMED)
        return self._ended(at, spent, Outcome.BREACHED if late else Outcome.MET)

    def drop(self, at: datetime, policy: Policy) -> "Clock":
        """Nobody waits any more."""
        at = max(at, self.started_at)
        return self._ended(at, self._spent(at, policy), Outcome.DROPPED)

    def _ended(self, at: datetime, spent_s: int, outcome: Outcome) -> "Clock":
        pauses = tuple((start, end or max(start, at)) for start, end in self.pauses)
        return replace(self, stopped_at=at, since=None, spent_s=spent_s, outcome=outcome, step_at=None, pauses=pauses)

    def _spent(self, at: datetime, policy: Policy) -> int:
        running = policy.between(self.since, at) if self.since is not None else timedelta(0)
        return self.spent_s + int(running.total_seconds())

    def pause(self, at: datetime, policy: Policy) -> "Clock":
        """The customer is waited for."""
        at = max(at, self.since or at)
        return replace(
            self,
            since=None,
            spent_s=self._spent(at, policy),
            due_at=None,
            step_at=None,
            pauses=(*self.pauses, (at, None)),
        )

    def resume(self, at: datetime) -> "Clock":
        """The customer has spoken."""
        begun = self.pauses[-1][0] if self.pauses else at
        at = max(at, begun)
        return replace(self, since=at, pauses=(*self.pauses[:-1], (begun, at)))

    def aim(self, target: timedelta | None, policy: Policy) -> "Clock":
        """Return it with the time that counts now; when it is due follows."""
        target_s = int(target.total_seconds()) if target is not None else None
        due = None
        if target_s is not None and self.since is not None:
            due = policy.add(self.since, timedelta(seconds=target_s - self.spent_s))
        return replace(self, target_s=target_s, due_at=due, policy=policy.name)

    def with_steps(self, policy: Policy) -> "Clock":
        """Return it with the time of the next step that was not taken yet."""
        left = [self._step_at(step, policy) for step in policy.steps if step.key not in self.done]
        return replace(self, step_at=min(filter(None, left), default=None) if self.stopped_at is None else None)

    def due_steps(self, policy: Policy, now: datetime) -> tuple[Step, ...]:
        """Return the steps whose time has come."""
        steps = (step for step in policy.steps if step.key not in self.done)
        return tuple(step for step in steps if (at := self._step_at(step, policy)) is not None and at <= now)

    def _step_at(self, step: Step, policy: Policy) -> datetime | None:
        if self.due_at is None or self.since is None:
            return None
        if step.share >= 1:
            return self.due_at
        if self.target_s is None:
            return self.started_at + step.share * max(timedelta(0), self.due_at - self.started_at)
        return policy.add(self.since, timedelta(seconds=self.target_s * step.share - self.spent_s))


@dataclass(frozen=True, slots=True)
class Followed:
    """A case after its clocks were looked at, and the clocks that are to be written."""

    due_at: datetime | None
    resolve_by: datetime | None
    clocks: tuple[Clock, ...]


def follow(
    case: Case, facts: CaseFacts, running: Mapping[ClockKind, Clock], levels: Levels, now: datetime, *, fresh: bool
) -> Followed:
    """Start, stop, pause and aim a case's clocks as its state says.

    Parameters
    ----------
    running : the clocks that have not stopped
    fresh : the case is being made: it began when its first word arrived
    """
    policy = levels.policy(facts)
    waited = not case.historical and not case.status.ended and case.status is not Status.WATCHING
    changed: list[Clock] = []

    def keep(clock: Clock) -> Clock:
        clock = clock.with_steps(policy)
        if clock != running.get(clock.kind):
            changed.append(clock)
        return clock

    due = case.due_at
    reply = running.get(ClockKind.FIRST) or running.get(ClockKind.NEXT)
    if reply is not None and (stopped := _replied(case, reply, policy, now)) is not None:
        keep(stopped)
        reply = None
    if waited and case.status is not Status.WAITING and due is not None:
        if reply is None:
            reply = _begin(case, due, facts, levels, now, fresh=fresh)
        due = keep(_replying(reply, due, facts, levels)).due_at
    solving = running.get(ClockKind.RESOLUTION)
    if solving is None and waited:
        solving = Clock(ClockKind.RESOLUTION, case.opened_at if fresh else now, policy.name, None)
        solving = replace(solving, since=solving.started_at)
    if solving is not None:
        solving = keep(_solving(case, solving, facts, levels, now, waited=waited))
    return Followed(due, solving.due_at if solving and solving.stopped_at is None else None, tuple(changed))


def _replied(case: Case, clock: Clock, policy: Policy, now: datetime) -> Clock | None:
    """Return a reply's clock stopped, where what it waits for has come or nobody waits any more."""
    if clock.kind is ClockKind.FIRST and case.first_replied_at is not None:
        return clock.stop(case.first_replied_at, policy)
    out = case.last_outbound_at
    if clock.kind is ClockKind.NEXT and out is not None and out >= clock.started_at:
        return clock.stop(out, policy)
    if case.status is Status.RESOLVED:
        return clock.stop(case.resolved_at or now, policy)
    if case.status is Status.WAITING:
        return clock.stop(out or now, policy)
    gone = case.historical or case.status in (Status.CLOSED, Status.WATCHING) or case.folder is Folder.INCIDENT
    return clock.drop(now, policy) if gone else None


def _begin(case: Case, due: datetime, facts: CaseFacts, levels: Levels, now: datetime, *, fresh: bool) -> Clock:
    """Return a reply's clock; it starts with the first word, a further word, or what happened just now."""
    kind = ClockKind.FIRST if case.first_replied_at is None else ClockKind.NEXT
    if fresh:
        return Clock(kind, case.opened_at, levels.policy(facts).name, case.opened_at)
    heard = case.last_inbound_at
    spoke = case.last_outbound_at is not None and heard > case.last_outbound_at
    started = heard if spoke and levels.due(facts, heard, kind) == due else now
    return Clock(kind, started, levels.policy(facts).name, started)


def _replying(clock: Clock, due: datetime, facts: CaseFacts, levels: Levels) -> Clock:
    """Aim a reply's clock by what counts now, unless a rule or a person said when.

    What the playbook's minutes were when it decided, stays.
    """
    policy = levels.policy(facts)
    by_target = clock.target_s is not None and clock.due_at == due
    if by_target and policy.name == clock.policy == EVERYTHING_ELSE.name:
        return clock
    aimed = clock.aim(levels.target(facts, clock.kind), policy)
    return aimed if by_target or aimed.due_at == due else replace(aimed, target_s=None, due_at=due)


def _solving(case: Case, clock: Clock, facts: CaseFacts, levels: Levels, now: datetime, *, waited: bool) -> Clock:
    policy, target = levels.policy(facts), levels.target(facts, ClockKind.RESOLUTION)
    if case.status is Status.RESOLVED or (case.status is Status.CLOSED and case.first_replied_at is not None):
        return clock.stop(case.resolved_at or now, policy)
    if not waited:
        return clock.drop(now, policy)
    if case.status is Status.WAITING:
        return clock if clock.since is None else clock.pause(case.last_outbound_at or now, policy)
    if clock.since is None:
        heard = case.last_inbound_at
        clock = clock.resume(heard if heard > clock.pauses[-1][0] else now)
    return clock.aim(target, policy)

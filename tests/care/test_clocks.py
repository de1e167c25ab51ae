"""Clocks of cases: what they count, when they stand still, how they end, and that targets may change meanwhile."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.care.core.calendar import calendar_of
from hubbub.care.core.case import NEVER, Case, Priority, Status
from hubbub.care.core.clocks import Clock, Outcome, follow
from hubbub.care.core.levels import EVERYTHING_ELSE, CaseFacts, ClockKind, Do, Levels, Policy, Step, policy_of, steps_of
from hubbub.care.core.playbook import read, shipped
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.ids import PersonId

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)  # a Tuesday
MIN, H = timedelta(minutes=1), timedelta(hours=1)
FIRST, NEXT, RESOLUTION = ClockKind
PACES = read(shipped()).service_level
FACTS = CaseFacts("demo", private=False)
OFFICE = calendar_of({"name": "Office", "zone": "Europe/London", "week": ["9-13, 14-18"] * 5 + ["", ""], "special": ""})
POLICY = Policy("All", targets={FIRST: 20 * MIN, NEXT: 10 * MIN, RESOLUTION: 4 * H})
LEVELS = Levels(PACES, (POLICY,))


class Desk:
    """A case with its clocks, as they are kept."""

    def __init__(self, levels: Levels = LEVELS, facts: CaseFacts = FACTS) -> None:
        self.levels, self.facts, self.case = levels, facts, Case(1, Status.NEW, NOON, NOON)
        self.running: dict[ClockKind, Clock] = {}
        self.ended: list[Clock] = []
        self.resolve_by: datetime | None = None
        self.becomes(replace(self.case, due_at=levels.due(facts, NOON)), NOON, fresh=True)

    def becomes(self, case: Case, now: datetime, *, fresh: bool = False) -> "Desk":
        """The case is written."""
        found = follow(case, self.facts, self.running, self.levels, now, fresh=fresh)
        self.case, self.resolve_by = replace(case, due_at=found.due_at), found.resolve_by
        for clock in found.clocks:
            if clock.stopped_at is None:
                self.running[clock.kind] = clock
            else:
                self.running.pop(clock.kind, None)
                self.ended.append(clock)
        return self

    def answer(self, at: datetime) -> "Desk":
        return self.becomes(self.case.answer(at, PersonId(1)), at)

    def hear(self, at: datetime) -> "Desk":
        return self.becomes(self.case.hear(at, self.levels.due(self.facts, at, NEXT)), at)

    def resolve(self, at: datetime) -> "Desk":
        return self.becomes(self.case.resolve(at), at)

    def how(self) -> list[tuple[str, str]]:
        return [(clock.kind.value, clock.outcome.value) for clock in self.ended]


def test_the_first_reply_counts_from_arrival_and_the_next_from_the_next_word() -> None:
    desk = Desk().answer(NOON + 20 * MIN).hear(NOON + 2 * H).hear(NOON + 2 * H + 5 * MIN)
    assert desk.case.due_at == NOON + 2 * H + 10 * MIN  # a further word moves nothing
    desk.answer(NOON + 2 * H + 11 * MIN)
    assert desk.how() == [("first", "met"), ("next", "breached")]
    assert [clock.spent_s for clock in desk.ended] == [20 * 60, 11 * 60]


def test_a_resolution_stands_still_only_while_the_customer_is_waited_for() -> None:
    desk = Desk()
    assert desk.resolve_by == NOON + 4 * H
    desk.answer(NOON + 1 * H)
    assert desk.resolve_by is None
    desk.hear(NOON + 11 * H)
    assert desk.resolve_by == NOON + 14 * H  # three of four hours were left
    desk.resolve(NOON + 14 * H)
    clock = next(each for each in desk.ended if each.kind is RESOLUTION)
    assert (clock.outcome, clock.spent_s) == (Outcome.MET, 4 * 3600)
    assert clock.pauses == ((NOON + H, NOON + 11 * H),)
    late = Desk().answer(NOON + H).hear(NOON + 11 * H).resolve(NOON + 14 * H + MIN)
    assert late.how()[-1] == ("resolution", "breached")


def test_resolved_while_waiting_for_the_customer_counts_what_was_spent_before() -> None:
    desk = Desk().answer(NOON + 3 * H).resolve(NOON + 90 * H)
    assert desk.how() == [("first", "breached"), ("resolution", "met")]
    assert desk.ended[-1].spent_s == 3 * 3600
    assert desk.running == {}


def test_pauses_and_closed_hours_are_both_left_out() -> None:
    desk = Desk(Levels(PACES, (replace(POLICY, calendar=OFFICE),)))
    assert desk.resolve_by == NOON + 5 * H  # with the break
    desk.answer(NOON + 30 * MIN)
    desk.hear(NOON + 8 * H)  # in the evening
    assert desk.case.due_at == datetime(2026, 11, 25, 9, 10, tzinfo=UTC)
    assert desk.resolve_by == datetime(2026, 11, 25, 12, 30, tzinfo=UTC)


def test_a_reopened_case_has_new_clocks_and_what_was_measured_stays() -> None:
    desk = Desk().answer(NOON + MIN).resolve(NOON + 2 * MIN)
    before = list(desk.ended)
    at = NOON + 30 * H
    desk.becomes(desk.case.reopen(at, desk.levels.due(FACTS, at, NEXT)), at)
    assert desk.ended == before
    assert {kind: clock.started_at for kind, clock in desk.running.items()} == {NEXT: at, RESOLUTION: at}
    assert desk.case.due_at == at + 10 * MIN


def test_what_changes_the_policy_changes_when_it_is_due_unless_a_person_said_when() -> None:
    urgent = replace(POLICY, name="Urgent", priorities=frozenset({1}), targets={FIRST: 5 * MIN, RESOLUTION: H})
    desk = Desk(Levels(PACES, (urgent, POLICY)))
    desk.facts = replace(FACTS, priority=Priority.URGENT)
    desk.becomes(desk.case, NOON + MIN)
    assert (desk.case.due_at, desk.resolve_by) == (NOON + 5 * MIN, NOON + H)
    desk.becomes(desk.case.call_back(NOON + 2 * MIN, NOON + MIN), NOON + MIN)
    desk.facts = FACTS
    desk.becomes(desk.case, NOON + MIN)
    assert (desk.case.due_at, desk.resolve_by) == (NOON + 2 * MIN, NOON + 4 * H)


def test_the_past_and_what_is_only_watched_have_no_clock() -> None:
    for case in (
        Case(1, Status.NEW, NOON, NOON, historical=True),
        Case(1, Status.WATCHING, NOON, NOON, review_at=NOON + 24 * H),
        Case(1, Status.NEW, NOON, NOON).close(NOON),
    ):
        assert follow(case, FACTS, {}, LEVELS, NOON, fresh=True).clocks == ()


def test_what_nobody_waits_for_any_more_counts_for_nothing() -> None:
    desk = Desk()
    desk.becomes(desk.case.close(NOON + 9 * H), NOON + 9 * H)
    assert desk.how() == [("first", "dropped"), ("resolution", "dropped")]


def test_without_a_policy_the_playbooks_minutes_count_around_the_clock() -> None:
    levels = Levels(PACES)
    for channel, private, minutes in (
        ("mail", True, 15),
        ("demo", False, 30),
        ("chat", True, 1),
        ("feeds", False, 1440),
    ):
        facts = CaseFacts(channel, private)
        assert levels.due(facts, NOON) == levels.due(facts, NOON, NEXT) == NOON + minutes * MIN
        assert levels.target(facts, RESOLUTION) is None
    desk = Desk(levels).answer(NOON + MIN).resolve(NOON + 2 * MIN)
    assert desk.how() == [("first", "met"), ("resolution", "untimed")]


def test_the_first_policy_that_fits_counts() -> None:
    vip = policy_of({"name": "Press", "listed": True, "first": 3}, None)
    mails = policy_of({"name": "Mail", "channels": ["mail"], "private": True, "first": 60, "next": 30}, None)
    levels = Levels(PACES, (vip, mails))
    mail = CaseFacts("mail", private=True)
    assert levels.policy(mail).name == "Mail"
    assert levels.policy(replace(mail, listed=True)).name == "Press"
    assert levels.policy(FACTS) is EVERYTHING_ELSE
    assert levels.due(mail, NOON, NEXT) == NOON + 30 * MIN
    assert levels.due(replace(mail, listed=True), NOON, NEXT) == NOON + 3 * MIN


def test_steps_come_at_their_share_once_each_and_never_while_paused() -> None:
    steps = (Step(0.5, Do.OWNER), Step(0.75, Do.RAISE), Step(1.0, Do.LEADS))
    policy = replace(POLICY, steps=steps)
    clock = Clock(RESOLUTION, NOON, "All", NOON).aim(4 * H, policy).with_steps(policy)
    assert clock.step_at == NOON + 2 * H
    assert clock.due_steps(policy, NOON + 3 * H) == steps[:2]
    taken = replace(clock, done=tuple(step.key for step in steps[:2])).with_steps(policy)
    assert (taken.step_at, taken.due_steps(policy, NOON + 3 * H)) == (NOON + 4 * H, ())
    paused = taken.pause(NOON + 3 * H, policy)
    assert (paused.step_at, paused.due_steps(policy, NEVER)) == (None, ())
    again = paused.resume(NOON + 9 * H).aim(4 * H, policy).with_steps(policy)
    assert again.step_at == NOON + 10 * H


@given(st.lists(st.tuples(st.sampled_from(["answer", "hear", "resolve", "reopen"]), st.integers(1, 3000)), max_size=12))
def test_whatever_happens_time_is_counted_once_and_the_due_times_are_those_of_the_clocks(
    deeds: list[tuple[str, int]],
) -> None:
    desk, at, worked, ours = Desk(), NOON, timedelta(0), True
    for deed, minutes in deeds:
        begun, at = at, at + minutes * MIN
        worked += at - begun if ours else timedelta(0)
        ended = desk.case.status.ended
        if deed == "answer" and not ended:
            desk.answer(at)
            ours = False
        elif deed == "hear" and not ended:
            desk.hear(at)
            ours = True
        elif deed == "resolve" and not ended:
            desk.resolve(at)
            ours = False
        elif deed == "reopen" and ended:
            desk.becomes(desk.case.reopen(at, desk.levels.due(FACTS, at, NEXT)), at)
            ours = True
        assert set(desk.running) <= {FIRST, NEXT, RESOLUTION} and not {FIRST, NEXT} <= set(desk.running)
        replies = [clock for kind, clock in desk.running.items() if kind is not RESOLUTION]
        assert [clock.due_at for clock in replies] == ([desk.case.due_at] if desk.case.due_at else [])
        assert (RESOLUTION in desk.running) == (not desk.case.status.ended)
    solving = [clock for clock in (*desk.ended, *desk.running.values()) if clock.kind is RESOLUTION]
    running = sum(((at - clock.since) for clock in solving if clock.since is not None), timedelta(0))
    assert sum(clock.spent_s for clock in solving) * timedelta(seconds=1) + running == worked


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"name": "", "first": 5}, "a name"),
        ({"name": "A"}, "at least one time"),
        ({"name": "A", "first": 0}, "first reply is at least a minute"),
        ({"name": "A", "resolution": 10**7}, "at most a year"),
        ({"name": "A", "first": 5, "priorities": [9]}, "no priority"),
        ({"name": "A", "first": 5, "steps": [{"share": 2, "do": "tell the owner"}]}, "1 to 100 %"),
        ({"name": "A", "first": 5, "steps": [{"share": 0.5, "do": "shout"}]}, "'shout' is no step"),
        ({"name": "A", "first": 5, "steps": [{"share": 0.5, "do": "move to the queue"}]}, "which queue"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(data: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        policy_of(data, None)


def test_steps_are_read_in_order_and_each_once() -> None:
    owner = {"share": 1, "do": "tell the owner"}
    assert [step.share for step in steps_of([owner, {"share": 0.5, "do": "tell the leads"}, owner])] == [0.5, 1]

"""The life of a case: whatever people and customers do to it, in whatever order, it stands where it belongs."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hubbub.care.core.case import NEVER, Case, Folder, Status
from hubbub.care.core.errors import CaseClosed
from hubbub.kernel.errors import Conflict
from hubbub.kernel.ids import PersonId

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ALICE, BOB = PersonId(1), PersonId(2)
PEOPLE = st.sampled_from([ALICE, BOB])


class Life(RuleBasedStateMachine):
    """Anything that may happen to a case, in any order; what is refused says so and changes nothing."""

    case: Case

    @initialize(state=st.sampled_from(["new", "held", "watched", "imported", "imported watch"]))
    def begins(self, state: str) -> None:
        self.now = NOON
        past = state.startswith("imported")
        watched = state in ("watched", "imported watch")
        self.case = Case(
            number=7,
            status=Status.WATCHING if watched else Status.NEW,
            opened_at=NOON,
            last_inbound_at=NOON,
            historical=past,
            not_before=NOON + timedelta(minutes=10) if state == "held" else None,
            due_at=None if past or watched else NOON + timedelta(minutes=30),
            review_at=NOON + timedelta(days=1) if state == "watched" else None,
        )

    def becomes(self, deed: Callable[[], Case], refused: type[Exception] | None) -> None:
        """Time passes, and it is done; or refused with the case's number, where that is expected."""
        before, self.now = self.case, self.now + timedelta(minutes=1)
        if refused is None:
            self.case = deed()
        else:
            with pytest.raises(refused, match="Case 7 is"):
                deed()
            assert self.case == before

    @rule(by=PEOPLE | st.none())
    def somebody_answers(self, by: PersonId | None) -> None:
        before = self.case
        closed = before.status is Status.CLOSED
        refused = Conflict if before.merged_into is not None else CaseClosed if closed else None
        self.becomes(lambda: before.answer(self.now, by), refused)
        if not closed:
            assert (self.case.status, self.case.folder) == (Status.WAITING, Folder.WAITING)
            assert self.case.owner == (before.owner or by)
            assert self.case.first_replied_at == (before.first_replied_at or self.now)

    @rule(late=st.sampled_from([-90, 0]), minutes=st.sampled_from([0, 5, 30]))
    def the_customer_writes(self, late: int, minutes: int) -> None:
        before, said = self.case, self.now + timedelta(minutes=late)
        if before.merged_into is not None:
            return  # later words arrive in the other case
        due = self.now + timedelta(minutes=minutes)
        self.becomes(lambda: before.hear(said, due), None)
        assert self.case.folder is Folder.NEEDS
        assert self.case.due_at == min(before.due_at or due, due)
        assert self.case.last_inbound_at == max(before.last_inbound_at, said)

    @rule()
    def the_hold_ends(self) -> None:
        before = self.case
        if before.folder is Folder.HELD:
            self.becomes(lambda: before.end_hold(before.due_at), None)
            assert (self.case.folder, self.case.due_at) == (Folder.NEEDS, before.due_at)

    @rule(to=PEOPLE | st.none())
    def it_is_given(self, to: PersonId | None) -> None:
        before = self.case
        self.becomes(lambda: before.assign(to), Conflict if before.status.ended else None)
        if not before.status.ended:
            assert self.case.owner == to
            assert self.case.due_at == before.due_at
            if to is not None:
                assert self.case.folder in (Folder.NEEDS, Folder.WAITING, Folder.PARKED)

    @rule(date=st.sampled_from([None, 1, 90]))
    def it_is_parked(self, date: int | None) -> None:
        before = self.case
        until = None if date is None else self.now + timedelta(hours=date)
        self.becomes(lambda: before.park(self.now, "A part", until), self.refusal())
        if not self.refused(before):
            assert (self.case.folder, self.case.wake_at, self.case.due_at) == (Folder.PARKED, until, before.due_at)

    @rule(hours=st.sampled_from([1, 90]))
    def it_is_snoozed(self, hours: int) -> None:
        before, until = self.case, self.now + timedelta(hours=hours)
        awkward = before.status in (Status.PARKED, Status.WATCHING)
        self.becomes(lambda: before.snooze(self.now, until), Conflict if awkward else self.refusal())
        if not awkward and not self.refused(before):
            assert self.case.snoozed
            assert (self.case.folder, self.case.due_at) == (Folder.PARKED, before.due_at)

    @rule()
    def its_time_has_come(self) -> None:
        before = self.case
        parked = before.folder is Folder.PARKED
        self.becomes(lambda: before.wake(self.now), None if parked else Conflict)
        if parked:
            assert (self.case.folder, self.case.due_at) == (Folder.NEEDS, before.due_at or self.now)

    @rule()
    def it_becomes_a_part_of_another(self) -> None:
        before = self.case
        merged = before.merged_into is not None
        self.becomes(lambda: before.merge(self.now, 3), Conflict if merged else None)
        assert (self.case.folder, self.case.merged_into) == (Folder.CLOSED, 3)

    def refusal(self) -> type[Exception] | None:
        """What ended or is part of another case is not gone on with."""
        return Conflict if self.refused(self.case) else None

    @staticmethod
    def refused(case: Case) -> bool:
        return case.status.ended

    @rule()
    def it_is_resolved(self) -> None:
        before = self.case
        self.becomes(lambda: before.resolve(self.now), Conflict if before.status.ended else None)
        if not before.status.ended:
            assert (self.case.folder, self.case.resolved_at) == (Folder.RESOLVED, self.now)

    @rule()
    def it_is_closed(self) -> None:
        before = self.case
        self.becomes(lambda: before.close(self.now), None)
        assert (self.case.folder, self.case.resolved_at) == (Folder.CLOSED, before.resolved_at or self.now)

    @rule()
    def it_is_reopened(self) -> None:
        before, due = self.case, self.now + timedelta(minutes=30)
        reopens = before.status.ended and before.merged_into is None
        self.becomes(lambda: before.reopen(self.now, due), None if reopens else Conflict)
        if reopens:
            assert (self.case.folder, self.case.due_at) == (Folder.NEEDS, due)

    @invariant()
    def what_has_ended_asks_for_nothing(self) -> None:
        if hasattr(self, "case"):
            case = self.case
            assert (case.resolved_at is not None) is case.status.ended
            if case.status.ended or case.status is Status.WAITING or case.historical:
                assert (case.due_at, case.not_before) == (None, None)
            if case.status.ended:
                assert (case.wake_at, case.parked_for) == (None, "")
            if case.status.ended or case.status is Status.WAITING:
                assert case.review_at is None

    @invariant()
    def it_stands_where_its_state_says(self) -> None:
        if hasattr(self, "case"):
            case = self.case
            assert (case.folder is Folder.HELD) is (case.not_before is not None)
            assert (case.folder is Folder.NEEDS) is (
                case.status in (Status.NEW, Status.OPEN)
                and not case.historical
                and case.not_before is None
                and case.wake_at is None
            )
            assert (case.folder is Folder.PARKED) is (case.status is Status.PARKED or case.wake_at is not None)
            assert not case.parked_for or case.status is Status.PARKED
            assert (case.folder is Folder.IMPORTED) is (
                case.historical and case.status in (Status.NEW, Status.OPEN, Status.WATCHING)
            )
            if case.status in (Status.OPEN, Status.WAITING):
                assert not case.historical

    @invariant()
    def it_is_sorted_by_what_its_folder_is_read_for(self) -> None:
        if hasattr(self, "case"):
            case = self.case
            wanted = {
                Folder.NEEDS: case.due_at or NEVER,
                Folder.HELD: case.not_before,
                Folder.PARKED: case.wake_at or NEVER,
                Folder.WATCHING: case.review_at or NEVER,
                Folder.RESOLVED: case.resolved_at,
                Folder.CLOSED: case.resolved_at,
            }
            last = max(case.last_inbound_at, case.last_outbound_at or NOON)
            assert case.sort_at == wanted.get(case.folder, last)

    @invariant()
    def it_is_known_since_when_it_waits_for_the_customer(self) -> None:
        if hasattr(self, "case"):
            case = self.case
            assert (case.waiting_since is None) is (case.first_replied_at is None)
            waits = case.status is Status.WAITING
            assert waits is (case.waiting_since is not None and case.waited_until is None)

    @invariant()
    def an_answer_is_never_forgotten(self) -> None:
        if hasattr(self, "case"):
            first, last = self.case.first_replied_at, self.case.last_outbound_at
            assert (first is None) is (last is None)
            assert first is None or last is None or first <= last
            assert self.case.status is not Status.WAITING or first is not None


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=50, stateful_step_count=10, deadline=None)

"""Call records: each kept once, on the timeline of whose number it is; who called in vain is called back."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hubbub.accounts import services as accounts
from hubbub.accounts.core.access import Access, Role
from hubbub.accounts.models import AuditEntry
from hubbub.care import selectors as care
from hubbub.care.core.calls.record import Call, Direction, Outcome
from hubbub.care.core.case import Folder, Status
from hubbub.care.core.filters import Filter
from hubbub.care.core.views import CaseView
from hubbub.care.models import CallBack, CallReject, CallRow, CaseRow, SocialAccount
from hubbub.care.selectors import calls as selectors
from hubbub.care.services import calls as services
from hubbub.care.services import cases, people, sorting
from hubbub.care.services.settings import change_playbook
from hubbub.flows import erasure, retention
from hubbub.flows.calls import hand_over, import_calls, take
from hubbub.infra.places import Places
from hubbub.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound
from hubbub.listening.models import Post
from tests.make import NOON, at_once, make_member, make_town, make_workspace

S, MIN, H = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
ANN = "+493012345"


@pytest.fixture
def acme(transactional_db: None) -> Access:
    access = make_workspace()
    name = access.workspace_name
    accounts.change_workspace(access, name=name, timezone="Europe/Berlin", calling_code="+49", now=NOON)
    return replace(access, timezone="Europe/Berlin")


def make_call(native: str = "1", **changes: Any) -> Call:
    usual: dict[str, Any] = {
        "started_at": NOON - 10 * MIN, "ended_at": NOON - 8 * MIN, "caller": ANN, "queue": "Sales",
        "outcome": Outcome.MISSED,
    }  # fmt: skip
    return Call("", native, **{**usual, **changes})


def only_case(access: Access) -> CaseView:
    (line,) = care.cases(access, Filter("all")).lines
    return care.case(access, line.number, NOON)


# Kept once --------------------------------------------------------------------
def test_the_same_call_again_changes_nothing_and_more_of_it_adds_to_it(acme: Access, places: Places) -> None:
    first = Call("", "7", started_at=NOON - 5 * MIN, caller=ANN)
    done = [
        take(acme, "pbx", [each], places=places, now=NOON)
        for each in (
            first,
            first,
            Call("", "7", answered_at=NOON - 4 * MIN, agent="Bob"),
            Call("", "7", ended_at=NOON - MIN),
        )
    ]
    assert [(each.new, each.changed, each.same) for each in done] == [(1, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 0)]
    (line,) = selectors.calls(acme).lines
    assert (line.outcome, line.agent, line.waited, line.talked) == (Outcome.ANSWERED, "Bob", MIN, 3 * MIN)
    assert not CaseRow.objects.exists()


def test_calls_of_two_systems_with_one_id_are_two(acme: Access, places: Places) -> None:
    for source in ("pbx", "cloud"):
        take(acme, source, [make_call(outcome=Outcome.BUSY)], places=places, now=NOON)
    assert CallRow.objects.count() == 2


def test_one_call_that_makes_no_sense_stops_all_of_them_in_words(acme: Access, places: Places) -> None:
    with pytest.raises(InvalidInput, match="Call 2: It ended before it began"):
        take(acme, "pbx", [make_call(), make_call("2", ended_at=NOON - H)], places=places, now=NOON)
    with pytest.raises(NotFound, match="no case 99"):
        take(acme, "pbx", [make_call(case=99)], places=places, now=NOON)
    assert not CallRow.objects.exists()
    assert not AuditEntry.objects.filter(action="calls taken").exists()


def test_the_same_calls_told_at_the_same_moment_are_kept_once(acme: Access, places: Places) -> None:
    done = at_once(*[lambda: take(acme, "pbx", [make_call()], places=places, now=NOON)] * 3)
    assert sum(each.new for each in done) == 1
    assert CallRow.objects.count() == Post.objects.count() == CaseRow.objects.count() == CallBack.objects.count() == 1


# Called back --------------------------------------------------------------------
def test_who_called_in_vain_becomes_a_private_case_that_is_due_in_its_own_time(acme: Access, places: Places) -> None:
    change_playbook(acme, numbers={}, service_level={"callback": 45}, note="", now=NOON)
    done = take(acme, "pbx", [make_call()], places=places, now=NOON)
    assert done.to_call == 1
    case = only_case(acme)
    assert (case.line.channel, case.line.private, case.line.folder) == ("phone", True, Folder.NEEDS)
    assert case.line.due_at == NOON + 45 * MIN
    assert case.line.excerpt == f"Missed call from {ANN} to Sales, waited 2 min."
    assert case.line.who == ANN
    assert case.task is not None
    assert (case.task.number, case.task.due_at, case.task.tries) == (ANN, NOON + 45 * MIN, 0)
    assert (case.public_way.reason, case.private_way.reason) == ("A call is answered by calling back.",) * 2


@pytest.mark.parametrize("outcome", [each for each in Outcome if each.asks_for_a_call])
def test_in_whatever_language_a_call_is_told_the_same_becomes_of_it(
    acme: Access, places: Places, outcome: Outcome
) -> None:
    german = make_workspace("Acme Pflege", "ada@acme.example")
    accounts.change_workspace(german, name="Acme Pflege", timezone="Europe/Berlin", language="de", now=NOON)
    for access in (acme, german):
        take(access, "pbx", [make_call(outcome=outcome)], places=places, now=NOON)
    one, other = only_case(acme).line, only_case(german).line
    assert one.excerpt.endswith("Sales.") or "waited" in one.excerpt
    assert other.excerpt.endswith("an Sales.") or "an Sales, Wartezeit 2 min." in other.excerpt
    assert (one.kind, one.folder, one.priority, one.due_at) == (other.kind, other.folder, other.priority, other.due_at)


def test_the_playbook_reads_what_the_caller_said_and_not_what_the_call_is_called(acme: Access, places: Places) -> None:
    words = "The widget caught fire and burned my hand!"
    said = make_call("2", caller="+4977123456", outcome=Outcome.VOICEMAIL, notes=words)
    take(acme, "pbx", [make_call(), said], places=places, now=NOON)
    rows = {row.who: row for row in CaseRow.objects.all()}
    assert (rows[ANN].kind, rows[ANN].problems, rows[ANN].rule) == ("talk", [], "P6")
    assert (rows["+4977123456"].rule, rows["+4977123456"].queue) == ("P1", "safety")


@pytest.mark.parametrize("outcome", [Outcome.ANSWERED, Outcome.BUSY, Outcome.GOING_ON])
def test_other_calls_ask_for_nothing(acme: Access, places: Places, outcome: Outcome) -> None:
    ended = None if outcome is Outcome.GOING_ON else NOON
    assert take(acme, "pbx", [make_call(outcome=outcome, ended_at=ended)], places=places, now=NOON).to_call == 0
    assert not CaseRow.objects.exists()


def test_nobody_is_called_back_who_left_no_number_whom_we_called_or_who_called_long_ago(
    acme: Access, places: Places
) -> None:
    old = NOON - timedelta(days=3)
    calls = [
        make_call("1", caller=""),
        make_call("2", direction=Direction.OUT, called=ANN),
        make_call("3", started_at=old, ended_at=old + MIN),
    ]
    assert take(acme, "pbx", calls, places=places, now=NOON).to_call == 0
    assert not Post.objects.exists()


def test_nobody_is_called_back_with_whom_we_spoke_since(acme: Access, places: Places) -> None:
    spoke = make_call(
        "2", started_at=NOON - 5 * MIN, answered_at=NOON - 4 * MIN, ended_at=NOON, outcome=Outcome.ANSWERED
    )
    take(acme, "pbx", [make_call(), spoke], places=places, now=NOON)
    assert not CaseRow.objects.exists()
    assert not CallRow.objects.filter(waiting=True).exists()


def test_who_calls_in_vain_again_stays_one_case_and_one_task(acme: Access, places: Places) -> None:
    for n in range(3):
        at = NOON + n * MIN
        take(acme, "pbx", [make_call(str(n), started_at=at - MIN, ended_at=at)], places=places, now=at)
    case = only_case(acme)
    assert len([each for each in case.moments if each.said]) == 3
    assert case.line.due_at == NOON + 30 * MIN  # from the first try
    assert CallBack.objects.get().due_at == NOON + 30 * MIN


def test_reached_and_settled_resolves_the_case_and_counts_as_its_answer(acme: Access, places: Places) -> None:
    take(acme, "pbx", [make_call()], places=places, now=NOON)
    alice = make_member(acme, "Alice")
    number = only_case(acme).line.number
    services.called(alice, number, reached=True, notes="Sent a new one.", now=NOON + 5 * MIN)
    row = CaseRow.objects.get()
    assert (row.status, row.owner_id, row.first_replied_at) == (Status.RESOLVED, alice.me, NOON + 5 * MIN)
    case = only_case(acme)
    assert case.task is None
    said = [each.text for each in case.moments]
    assert f"Alice called {ANN} and reached them." in said
    assert "Sent a new one." in said
    with pytest.raises(Conflict, match="A colleague may have been quicker"):
        services.called(alice, number, reached=True, now=NOON + 6 * MIN)


def test_a_call_that_settles_a_case_asks_for_what_every_resolved_case_needs(acme: Access, places: Places) -> None:
    sorting.save_wrap_ups(acme, asked="required", tree={"Delivery": ["Late"]}, now=NOON)
    take(acme, "pbx", [make_call()], places=places, now=NOON)
    number = only_case(acme).line.number
    with pytest.raises(Conflict, match="needs a wrap-up code"):
        services.called(acme, number, reached=True, now=NOON + MIN)
    assert (only_case(acme).line.folder, CallBack.objects.get().tries) == (Folder.NEEDS, 0)  # nothing was changed
    late = care.wrap_ups(acme)[0].codes[0][0]
    services.called(acme, number, reached=True, wrap_up=late, now=NOON + MIN)
    assert only_case(acme).line.folder is Folder.RESOLVED
    assert CaseRow.objects.get().wrap_up_id == late


def test_reached_and_not_settled_waits_for_the_customer(acme: Access, places: Places) -> None:
    take(acme, "pbx", [make_call()], places=places, now=NOON)
    services.called(acme, only_case(acme).line.number, reached=True, settled=False, now=NOON)
    assert only_case(acme).line.folder is Folder.WAITING


def test_not_reached_is_due_again_later_and_counts_the_tries(acme: Access, places: Places) -> None:
    take(acme, "pbx", [make_call()], places=places, now=NOON)
    number = only_case(acme).line.number
    services.called(acme, number, reached=False, now=NOON)
    services.called(acme, number, reached=False, again_at=NOON + 20 * H, now=NOON + H)
    case = only_case(acme)
    assert case.task is not None
    assert (case.task.tries, case.task.due_at) == (2, NOON + 20 * H)
    assert (case.line.due_at, case.line.folder) == (NOON + 20 * H, Folder.NEEDS)
    with pytest.raises(InvalidInput, match="This time is past"):
        services.called(acme, number, reached=False, again_at=NOON - H, now=NOON)


def test_a_call_can_be_asked_for_in_any_case(acme: Access, places: Places) -> None:
    town = make_town(acme, places)
    town.says("ann", "@AcmeCustServ my acme widget does not work!")
    number = town.case().number
    alice = make_member(acme, "Alice")
    services.ask(alice, number, to="030 12345", at=NOON + 20 * H, why="about the invoice", now=NOON)
    case = care.case(acme, number, NOON)
    assert case.task is not None
    assert (case.task.number, case.task.why, case.task.due_at) == (ANN, "about the invoice", NOON + 20 * H)
    assert case.line.folder is Folder.NEEDS
    services.ask(alice, number, to=ANN, at=NOON + 30 * H, now=NOON)  # they asked for another time
    assert CallBack.objects.get().due_at == NOON + 30 * H
    with pytest.raises(InvalidInput, match="‘call me’ is no telephone number"):
        services.ask(alice, number, to="call me", at=NOON + H, now=NOON)
    with pytest.raises(InvalidInput, match="This time is past"):
        services.ask(alice, number, to=ANN, at=NOON - H, now=NOON)
    cases.resolve(alice, number, now=NOON)
    assert care.case(acme, number, NOON).task is None
    with pytest.raises(Conflict, match="Reopen it first"):
        services.ask(alice, number, to=ANN, at=NOON + H, now=NOON)


def test_who_may_only_read_asks_for_no_call(acme: Access, places: Places) -> None:
    take(acme, "pbx", [make_call()], places=places, now=NOON)
    reader, number = make_member(acme, "Ana", Role.ANALYST), only_case(acme).line.number
    with pytest.raises(NotAllowed):
        services.ask(reader, number, to=ANN, at=NOON + H, now=NOON)
    with pytest.raises(NotAllowed):
        services.called(reader, number, reached=True, now=NOON)
    with pytest.raises(NotAllowed):
        take(reader, "pbx", [make_call("2")], places=places, now=NOON)


def test_calls_of_another_workspace_are_never_seen(acme: Access, places: Places, charlie: Access) -> None:
    take(acme, "pbx", [make_call()], places=places, now=NOON)
    assert selectors.calls(charlie).lines == ()
    assert selectors.call_counts(charlie, NOON - H, NOON + H).offered == 0
    with pytest.raises(NotFound):
        services.called(charlie, only_case(acme).line.number, reached=True, now=NOON)


@pytest.mark.parametrize("failpoint", ["calls.kept", "calls.heard", "listen.committed", "triage.committed"])
def test_killed_at_any_point_the_caller_is_called_back_once(
    acme: Access, places: Places, failpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(name: str) -> None:
        if name == failpoint:
            raise Killed

    for module in ("calls", "ingest"):
        monkeypatch.setattr(f"hubbub.flows.{module}.failpoint", die)
    monkeypatch.setattr("hubbub.care.services.triage.turns.failpoint", die)
    with pytest.raises(Killed):
        take(acme, "pbx", [make_call()], places=places, now=NOON)
    monkeypatch.undo()
    assert selectors.workspaces_with_waiting_calls() == [acme.workspace]
    for _ in range(2):
        hand_over(acme.workspace, places, now=NOON)
    assert CaseRow.objects.count() == CallBack.objects.count() == Post.objects.count() == 1
    assert only_case(acme).task is not None


# Whose they are -------------------------------------------------------------------
def test_a_number_that_is_noted_brings_its_calls_to_the_customers_timeline(acme: Access, places: Places) -> None:
    town = make_town(acme, places)
    town.says("ann", "@AcmeCustServ my acme widget does not work!")
    ann = town.account("ann")
    before = make_call("0", started_at=NOON - 48 * H, ended_at=NOON - 47 * H, answered_at=NOON - 47 * H,
                       outcome=Outcome.ANSWERED, agent="Bob")  # fmt: skip
    take(acme, "pbx", [before], places=places, now=NOON)
    number = town.case().number
    assert care.case(acme, number, town.at).calls == ()
    people.note_number(acme, ann.pk, number="030 12345", now=town.at)
    during = make_call("1", started_at=town.at + MIN, answered_at=town.at + 2 * MIN, ended_at=town.at + 9 * MIN,
                       outcome=Outcome.ANSWERED, agent="Bob")  # fmt: skip
    take(acme, "pbx", [during], places=places, now=town.at + 10 * MIN)
    case = care.case(acme, number, town.at)
    assert [each.native for each in case.calls] == ["1", "0"]
    assert [each.call.words for each in case.moments if each.call] == [
        "They called Sales: answered by Bob, waited 1 min, talked 7 min"
    ]
    assert case.customer is not None
    assert [each.number for each in case.customer.accounts] == ["", ANN]
    lost = make_call("2", started_at=town.at + 10 * MIN, ended_at=town.at + 11 * MIN)
    take(acme, "pbx", [lost], places=places, now=town.at + 12 * MIN)
    assert CaseRow.objects.count() == 1  # they are one voice
    assert care.case(acme, number, town.at).task is not None


def test_a_number_is_one_persons(acme: Access, places: Places) -> None:
    town = make_town(acme, places)
    for handle in ("ann", "bob"):
        town.says(handle, "@AcmeCustServ my acme widget does not work!")
        town.says(handle + "_too", "@AcmeCustServ my acme invoice is wrong, I was charged twice!")
        people.link(acme, town.account(handle).pk, town.account(handle + "_too").pk, now=NOON)
    people.note_number(acme, town.account("ann").pk, number=ANN, now=NOON)
    people.note_number(acme, town.account("ann").pk, number="0049 30 12345", now=NOON)  # the same again
    with pytest.raises(Conflict, match="noted for Ann already"):
        people.note_number(acme, town.account("bob").pk, number=ANN, now=NOON)
    with pytest.raises(InvalidInput, match="no telephone number"):
        people.note_number(acme, town.account("bob").pk, number="bob", now=NOON)
    assert SocialAccount.objects.filter(channel="phone").count() == 1


# Files ----------------------------------------------------------------------------
def write(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


HEADER = ("Call ID", "Start", "Caller", "Queue", "Wait", "Talk", "Agent", "Result")


def test_a_file_is_kept_once_and_says_what_it_could_not_read(acme: Access, places: Places, tmp_path: Path) -> None:
    rows = [
        ("1", "2026-11-24 12:40:00", "030 12345", "Sales", "0:20", "2:00", "Bob", "Answered"),
        ("2", "2026-11-24 12:50:00", "030 99999", "Sales", "60", "", "", "Abandoned"),
        ("3", "soon", "030 99999", "Sales", "60", "", "", "Abandoned"),
        ("4", "2026-11-24 12:55:00", "anonymous", "Sales", "60", "", "", "Lost in space"),
    ]
    path = write(tmp_path / "calls.csv", [HEADER, *rows])
    done = import_calls(acme, path, source="pbx", places=places, now=lambda: NOON)
    assert (done.read, done.kept.new, done.kept.to_call, done.rejected) == (4, 2, 1, 2)
    assert [(line, reason.partition(";")[0][:30]) for reason, _, line in done.reasons] == [
        (4, "Start: ‘soon’ is no moment suc"), (5, "The outcome ‘Lost in space’ is"),
    ]  # fmt: skip
    assert CallRow.objects.get(native="1").started_at == NOON - 20 * MIN  # on the clock of Berlin
    again = import_calls(acme, path, source="pbx", places=places, now=lambda: NOON)
    assert (again.kept.new, again.kept.changed, again.kept.same, again.rejected) == (0, 0, 2, 2)
    assert CallRow.objects.count() == CallReject.objects.count() == 2
    assert CaseRow.objects.count() == 1
    lines, count = selectors.unread_calls(acme)
    assert (lines[0].line, lines[0].source, count) == (4, "pbx", 2)
    assert "soon" in lines[0].raw
    assert services.drop_rejects(acme, now=NOON) == 2


def test_a_file_without_ids_is_kept_once_too_and_keeps_calls_that_look_alike(
    acme: Access, places: Places, tmp_path: Path
) -> None:
    row = ("2026-11-24 12:50:00", "anonymous", "60", "abandoned")
    path = write(tmp_path / "calls.csv", [("start", "caller", "wait", "outcome"), row, row])
    for _ in range(2):
        import_calls(acme, path, source="pbx", places=places, now=lambda: NOON)
    assert CallRow.objects.count() == 2


def test_a_line_that_contradicts_what_is_known_is_kept_apart_and_the_others_are_kept(
    acme: Access, places: Places, tmp_path: Path
) -> None:
    take(
        acme, "pbx", [make_call("1", started_at=NOON, ended_at=None, outcome=Outcome.GOING_ON)], places=places, now=NOON
    )
    header = ("id", "start", "end", "caller", "outcome")
    rows = [("1", "", "2026-11-24T11:00:00Z", ANN, "busy"), ("2", "2026-11-24T12:00:00Z", "", ANN, "busy")]
    done = import_calls(acme, write(tmp_path / "c.csv", [header, *rows]), source="pbx", places=places, now=lambda: NOON)
    assert (done.kept.new, done.rejected) == (1, 1)


def test_a_file_of_many_calls_is_read_in_reasonable_time(acme: Access, places: Places, tmp_path: Path) -> None:
    start = datetime(2026, 10, 1, tzinfo=UTC)
    rows = [
        (
            str(n),
            f"{start + n * 20 * S:%Y-%m-%d %H:%M:%S}",
            f"030 {n % 5000:07d}",
            "Sales",
            "20",
            "95",
            "Bob",
            "Answered",
        )
        for n in range(10_000)
    ]
    path = write(tmp_path / "calls.csv", [HEADER, *rows])
    before = datetime.now(UTC)
    done = import_calls(acme, path, source="pbx", places=places, now=lambda: NOON)
    took = datetime.now(UTC) - before
    assert done.kept.new == CallRow.objects.count() == 10_000
    assert took < 30 * S  # some 2 s on a quiet desk; 100,000 in ten times that


def test_staffing_gets_arrivals_and_handling_times(acme: Access, places: Places) -> None:
    calls = [
        make_call(str(n), started_at=NOON + n * 10 * MIN, answered_at=NOON + n * 10 * MIN + 20 * S,
                  ended_at=NOON + n * 10 * MIN + 80 * S, outcome=Outcome.ANSWERED)
        for n in range(6)
    ]  # fmt: skip
    lost = make_call("lost", started_at=NOON + MIN, ended_at=NOON + 2 * MIN, queue="Help", caller="")
    out = make_call("out", started_at=NOON, ended_at=NOON + MIN, direction=Direction.OUT, called=ANN)
    take(acme, "pbx", [*calls, lost, out], places=places, now=NOON + H)
    load = selectors.load(acme, NOON, NOON + H, 30 * MIN)
    assert load.queues == ("Help", "Sales")
    assert load.offered.tolist() == [[1, 0], [3, 3]]
    assert load.abandoned.tolist() == [[1, 0], [0, 0]]
    assert load.handling_s.tolist() == [[0, 0], [180, 180]]
    assert load.waiting_s.tolist() == [[60, 0], [60, 60]]
    assert np.nanmax(load.mean_handling_s) == 60
    nothing = selectors.load(acme, NOON - 9 * H, NOON - 8 * H, 30 * MIN)
    assert (nothing.queues, nothing.offered.shape) == ((), (0, 2))


# Forgotten ------------------------------------------------------------------------
def test_erasure_takes_a_persons_calls_and_number_wherever_they_stand(acme: Access, places: Places) -> None:
    town = make_town(acme, places)
    town.says("ann", "@AcmeCustServ my acme widget does not work!")
    people.note_number(acme, town.account("ann").pk, number=ANN, now=NOON)
    number = town.case().number
    services.ask(acme, number, to=ANN, at=NOON + H, why="as they wished", now=NOON)
    take(acme, "pbx", [make_call(name="Ann Zyx", notes="Zyx is angry")], places=places, now=NOON)
    services.keep_rejects(acme, "pbx", [(3, "No date.", "soon; 0049 (30) 12 345; Zyx")], now=NOON)
    services.keep_rejects(acme, "pbx", [(4, "No date.", "soon; +49 77 777777")], now=NOON)
    erasure.erase(acme, "demo", "ann", places, now=NOON)
    row = CallRow.objects.get()
    assert (row.number, row.caller, row.name, row.notes, row.queue) == ("", "", "", "", "Sales")
    assert not SocialAccount.objects.filter(workspace_id=acme.workspace).exists()
    assert not CallBack.objects.exists()
    case = care.case(acme, number, NOON)
    told = repr(case)
    assert "12345" not in told
    assert "Zyx" not in told
    assert CallReject.objects.get().line == 4
    assert not any("12345" in repr(each) for each in Post.objects.values_list())


def test_a_caller_who_never_wrote_is_found_by_the_number_and_erased(acme: Access, places: Places) -> None:
    spoke = make_call(answered_at=NOON - 9 * MIN, outcome=Outcome.ANSWERED, name="Ann Zyx")
    take(acme, "pbx", [spoke], places=places, now=NOON)
    (found,) = erasure.find(acme, "030 12345", places)
    assert (found.channel, found.author, found.name) == ("phone", ANN, "Ann Zyx")
    erasure.erase(acme, "phone", ANN, places, now=NOON)
    assert erasure.find(acme, "030 12345", places) == ()
    assert CallRow.objects.get().number == ""


def test_what_is_kept_no_longer_is_who_called(acme: Access, places: Places) -> None:
    accounts.keep_posts_for(acme, 7, now=NOON)
    for n, days in enumerate((10, 1)):
        at = NOON - timedelta(days=days)
        take(
            acme,
            "pbx",
            [make_call(str(n), started_at=at, ended_at=at + MIN, outcome=Outcome.BUSY)],
            places=places,
            now=NOON,
        )
    retention.remove_old(places, now=NOON)
    assert list(CallRow.objects.order_by("native").values_list("number", flat=True)) == ["", ANN]

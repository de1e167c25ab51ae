"""What people do with cases: each deed and its trace, each refusal, and two who do something at the same moment."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.make import NO_FILES, Town, at_once, make_member, make_town, make_workspace

from hubbub.accounts.core.access import Access, Role
from hubbub.accounts.models import AuditEntry
from hubbub.care import selectors
from hubbub.care.core.case import Status
from hubbub.care.core.errors import CannotSend, CaseClosed, CaseMoved, LookBeforeSending
from hubbub.care.core.filters import Filter
from hubbub.care.models import CaseRow, Entry
from hubbub.care.services import cases, triage
from hubbub.channels import selectors as channels
from hubbub.channels.services import change_connection
from hubbub.flows.ears import Ears
from hubbub.flows.ingest import ingest
from hubbub.infra import outbox
from hubbub.infra.models import Change, OutboxMessage
from hubbub.infra.places import Places
from hubbub.kernel.batch import RawBatch
from hubbub.kernel.errors import Conflict, HubbubError, InvalidInput, NotAllowed, NotFound
from hubbub.kernel.ids import OutboxId, PersonId

pytestmark = pytest.mark.django_db

BROKEN = "@AcmeCustServ My widget has been broken for 5 days now. Its disgusting!"
STILL = "@AcmeCustServ it is still broken, nothing has changed!"
SORRY = "Sorry to hear that! Which model is it?"
PROMISE = "Sorry! We will pay you £50 compensation for this."


@pytest.fixture
def town(places: Places) -> Town:
    """Jo has complained to us: case 1."""
    town = make_town(make_workspace(), places)
    town.says("jo", BROKEN)
    return town


@pytest.fixture
def alice(town: Town) -> Access:
    return make_member(town.access, "Alice")


@pytest.fixture
def bob(town: Town) -> Access:
    return make_member(town.access, "Bob")


def everything() -> list[Any]:
    """All that a deed on a case may change."""
    tables = (CaseRow, Entry, OutboxMessage, AuditEntry, Change)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def trace(number: int = 1) -> list[tuple[str, str, Any, Any]]:
    """What people did to a case, as the audit log has it: who, what, from what to what."""
    rows = AuditEntry.objects.filter(subject=f"case {number}", via="web").order_by("id")
    return list(rows.values_list("name", "action", "before", "after"))


def kinds(access: Access, town: Town) -> list[str]:
    return [each.kind for each in selectors.case(access, 1, town.at).moments]


def sent(outbox_id: int) -> OutboxMessage:
    return OutboxMessage.objects.get(pk=outbox_id)


def goes(state: str, outbox_id: OutboxId, town: Town) -> None:
    """The sender took it, and this became of it."""
    message = outbox.claim("sender", town.at)
    assert message is not None
    assert message.id == outbox_id
    if state == "delivered":
        outbox.delivered(message, uri="demo://acme/AcmeCustServ/1", url=None, now=town.at)
    elif state == "failed":
        outbox.failed(message, "The network said no.", now=town.at)
        cases.delivery_failed(message.subject, now=town.at)
    else:
        outbox.uncertain(message, "Nobody can tell.", now=town.at)


# Replying -----------------------------------------------------------------------
def test_a_reply_is_queued_with_all_the_sender_needs_and_the_case_waits_for_the_customer(
    town: Town, alice: Access
) -> None:
    queued = cases.reply(alice, 1, text=f"  {SORRY}\n", now=town.at)
    case, row = town.case(), sent(queued)
    assert (case.status, case.owner_id, case.not_before, case.due_at) == (Status.WAITING, alice.person, None, None)
    message = cases.message_of(row.payload, NO_FILES)
    assert (message.text, message.parent, message.to, message.private) == (SORRY, "demo://acme/jo/1", None, False)
    assert (row.state, row.connection, row.subject, row.key) == ("queued", town.connection, case.pk, message.key)
    (moment,) = [each for each in selectors.case(alice, 1, town.at).moments if each.kind == "reply"]
    assert (moment.name, moment.text, moment.sending and moment.sending.state) == ("Alice", SORRY, "queued")
    assert trace() == [
        (
            "Alice",
            "reply",
            {"status": "new", "owner": None},
            {"status": "waiting", "owner": alice.person, "private": False, "length": len(SORRY)},
        )
    ]
    assert SORRY not in str(list(AuditEntry.objects.values()))


def test_a_private_reply_goes_to_the_person_and_not_into_the_thread(town: Town, alice: Access) -> None:
    queued = cases.reply(alice, 1, text=PROMISE, private=True, now=town.at)  # what is private may be delicate
    message = cases.message_of(sent(queued).payload, NO_FILES)
    assert (message.parent, message.to, message.private) == ("demo://acme/jo/1", "jo", True)


def test_a_reply_answers_the_last_word_of_the_person_the_case_is_about(town: Town, alice: Access) -> None:
    last = town.says("jo", STILL, reply_to="demo://acme/jo/1")
    town.says("dana", "@jo try the blue one", reply_to="demo://acme/jo/1")
    queued = cases.reply(alice, 1, text=SORRY, now=town.at)
    assert cases.message_of(sent(queued).payload, NO_FILES).parent == last


def test_a_public_reply_stands_under_the_last_public_word_when_a_private_one_came_after_it(
    town: Town, alice: Access
) -> None:
    town.says("jo", "My serial number is WX-1, my widget is broken", to="AcmeCustServ")
    queued = cases.reply(alice, 1, text=SORRY, now=town.at)
    assert cases.message_of(sent(queued).payload, NO_FILES).parent == "demo://acme/jo/1"


REFUSED: dict[str, tuple[type[HubbubError], dict[str, Any]]] = {
    "nothing written": (CannotSend, {"text": " \n\t "}),
    "too long": (CannotSend, {"text": "so sorry " * 2_000}),
    "delicate": (LookBeforeSending, {"text": PROMISE}),
    "answered by a colleague": (CaseMoved, {"seen_reply": 0}),
    "closed": (CaseClosed, {}),
    "switched off": (CannotSend, {}),
    "no role for it": (NotAllowed, {}),
    "another workspace": (NotFound, {}),
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_reply_that_is_refused_stores_nothing(town: Town, alice: Access, bob: Access, why: str) -> None:
    by = alice
    if why == "answered by a colleague":
        cases.reply(bob, 1, text=SORRY, now=town.at)
    if why == "closed":
        row = town.case()
        row.take(row.value().close(town.at))
        row.save()
    if why == "switched off":
        row = channels.connection(town.access, town.connection)
        off: dict[str, Any] = {"name": row.name, "config": row.config, "enabled": False, "secret": {}, "account": None}
        change_connection(town.access, town.connection, **off, now=town.at)
    if why == "no role for it":
        by = make_member(town.access, "Ann", Role.ANALYST)
    if why == "another workspace":
        by = make_workspace("Globex Desk", "charlie@globex.example")
    error, how = REFUSED[why]
    before = everything()
    with pytest.raises(error):
        cases.reply(by, 1, **{"text": SORRY, "now": town.at, **how})
    assert everything() == before


def test_what_was_warned_of_goes_out_once_a_person_confirms(town: Town, alice: Access) -> None:
    with pytest.raises(LookBeforeSending, match="what one customer gets in public"):
        cases.reply(alice, 1, text=PROMISE, now=town.at)
    assert sent(cases.reply(alice, 1, text=PROMISE, confirmed=True, now=town.at)).state == "queued"


def test_the_same_key_is_the_same_reply_in_its_case_and_workspace(town: Town, alice: Access, places: Places) -> None:
    first = cases.reply(alice, 1, text=SORRY, key="k1", now=town.at)
    before = everything()
    assert cases.reply(alice, 1, text=SORRY, key="k1", now=town.at + timedelta(minutes=1)) == first
    assert everything() == before
    assert cases.reply(alice, 1, text=SORRY, key="k2", now=town.at) != first


def test_only_what_a_colleague_sent_since_one_looked_stops_a_reply(town: Town, alice: Access, bob: Access) -> None:
    cases.reply(alice, 1, text=SORRY, seen_reply=0, now=town.at)
    cases.reply(alice, 1, text="And since when?", seen_reply=0, now=town.at)  # one's own is no news
    with pytest.raises(CaseMoved, match="Alice answered while you were writing"):
        cases.reply(bob, 1, text=SORRY, seen_reply=0, now=town.at)
    last = selectors.case(bob, 1, town.at).moments[-1]
    cases.reply(bob, 1, text="Bob here, I can help too.", seen_reply=last.id, now=town.at)
    assert [each.name for each in selectors.case(bob, 1, town.at).moments if each.kind == "reply"] == [
        "Alice",
        "Alice",
        "Bob",
    ]
    assert town.case().owner_id == alice.person  # who answered first


# The other deeds -------------------------------------------------------------------
def test_a_note_is_for_colleagues_and_changes_nothing_else(town: Town, alice: Access) -> None:
    before = town.case().value()
    cases.note(alice, 1, text=" Called the shop. ", now=town.at)
    assert town.case().value() == before
    (moment,) = [each for each in selectors.case(alice, 1, town.at).moments if each.kind == "note"]
    assert (moment.name, moment.text) == ("Alice", "Called the shop.")
    assert not OutboxMessage.objects.exists()
    for text in ("", " \n ", "n" * 20_001):
        with pytest.raises(InvalidInput):
            cases.note(alice, 1, text=text, now=town.at)


def test_a_case_is_given_to_a_colleague_who_may_work_and_back_to_all(town: Town, alice: Access, bob: Access) -> None:
    cases.assign(alice, 1, to=bob.me, now=town.at)
    assert (town.case().owner_id, town.case().status, town.case().not_before) == (bob.person, Status.OPEN, None)
    before = everything()
    cases.assign(alice, 1, to=bob.me, now=town.at)  # he has it already
    assert everything() == before
    cases.assign(bob, 1, to=bob.me, now=town.at)
    cases.assign(bob, 1, to=None, now=town.at)
    cases.assign(bob, 1, to=bob.me, now=town.at)
    said = [each.text for each in selectors.case(alice, 1, town.at).moments if each.kind == "event"]
    assert said == ["Alice gave it to Bob.", "Bob gave it back.", "Taken by Bob."]


@pytest.mark.parametrize("who", ["analyst", "of another workspace", "nobody there is"])
def test_a_case_is_given_to_nobody_who_could_not_work_on_it(town: Town, alice: Access, who: str) -> None:
    to = {
        "analyst": lambda: make_member(town.access, "Ann", Role.ANALYST).me,
        "of another workspace": lambda: make_workspace("Globex Desk", "charlie@globex.example").me,
        "nobody there is": lambda: PersonId(999_999),
    }[who]()
    before = everything()
    with pytest.raises(NotFound):
        cases.assign(alice, 1, to=to, now=town.at)
    assert everything() == before


def test_a_case_is_resolved_once_and_reopened_with_a_due_time_of_its_own(
    town: Town, alice: Access, bob: Access
) -> None:
    cases.resolve(alice, 1, now=town.at)
    for deed in (
        lambda: cases.resolve(bob, 1, now=town.at),
        lambda: cases.assign(bob, 1, to=bob.me, now=town.at),
        lambda: cases.take_up(bob, 1, now=town.at),
    ):
        before = everything()
        with pytest.raises(Conflict, match="Case 1 is resolved"):
            deed()
        assert everything() == before
    cases.reopen(bob, 1, now=town.at)
    case = town.case()
    assert (case.status, case.folder, case.due_at) == (Status.OPEN, "needs", town.at + timedelta(minutes=30))
    with pytest.raises(Conflict, match="Case 1 is open already"):
        cases.reopen(bob, 1, now=town.at)
    assert [(name, action) for name, action, *_ in trace()] == [("Alice", "resolve"), ("Bob", "reopen")]


def test_a_private_case_that_is_reopened_is_due_by_the_private_level(town: Town, alice: Access) -> None:
    town.says("ann", "how do I reset it?", to="AcmeCustServ")
    cases.resolve(alice, 2, now=town.at)
    cases.reopen(alice, 2, now=town.at)
    assert town.cases()[1].due_at == town.at + timedelta(minutes=15)


DEEDS: dict[str, Callable[[Access, int, Town], object]] = {
    "reply": lambda by, number, town: cases.reply(by, number, text=SORRY, now=town.at),
    "note": lambda by, number, town: cases.note(by, number, text="Called.", now=town.at),
    "assign": lambda by, number, town: cases.assign(by, number, to=None, now=town.at),
    "resolve": lambda by, number, town: cases.resolve(by, number, now=town.at),
    "reopen": lambda by, number, town: cases.reopen(by, number, now=town.at),
    "take up": lambda by, number, town: cases.take_up(by, number, now=town.at),
    "send again": lambda by, number, town: cases.send_again(by, number, 1, now=town.at),
    "has arrived": lambda by, number, town: cases.has_arrived(by, number, 1, now=town.at),
    "look": lambda by, number, town: cases.look(by, number, typing=False, now=town.at),
    "leave": lambda by, number, town: cases.leave(by, number, now=town.at),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_charlie_of_another_company_and_who_may_only_read_change_nothing(town: Town, deed: str) -> None:
    charlie = make_workspace("Globex Desk", "charlie@globex.example")
    ann = make_member(town.access, "Ann", Role.ANALYST)
    before = everything()
    for number in (1, 2, -1, 0, 2**63, 2**70):
        with pytest.raises(NotFound, match=f"There is no case {number} for you here"):
            DEEDS[deed](charlie, number, town)
    if deed not in ("look", "leave"):
        with pytest.raises(NotAllowed, match="As analyst you can't work on cases here"):
            DEEDS[deed](ann, 1, town)
    assert everything() == before


# On its way ---------------------------------------------------------------------------
def test_a_reply_that_could_not_be_delivered_makes_the_case_due_now(town: Town, alice: Access) -> None:
    queued = cases.reply(alice, 1, text=SORRY, now=town.at)
    goes("failed", queued, town)
    case = town.case()
    assert (case.folder, case.due_at, case.owner_id) == ("needs", town.at, alice.person)
    sending = selectors.case(alice, 1, town.at).moments[-1].sending
    assert sending is not None
    assert (sending.state, sending.words) == ("failed", "The network said no.")

    cases.send_again(alice, 1, queued, now=town.at)
    assert (sent(queued).state, sent(queued).doubtful) == ("queued", True)  # looked up before it is sent again
    assert trace()[-1][1] == "send again"


def test_a_failure_that_is_told_late_changes_no_case_that_has_moved_on(town: Town, alice: Access) -> None:
    cases.reply(alice, 1, text=SORRY, now=town.at)
    cases.resolve(alice, 1, now=town.at)
    cases.delivery_failed(town.case().pk, now=town.at)
    cases.delivery_failed(999_999, now=town.at)
    assert town.case().status == Status.RESOLVED


def test_a_person_decides_about_a_reply_that_nobody_can_tell_of(town: Town, alice: Access, bob: Access) -> None:
    town.says("ann", BROKEN)
    queued = cases.reply(alice, 1, text=SORRY, now=town.at)
    for early in (cases.send_again, cases.has_arrived):
        with pytest.raises(Conflict, match="This message is queued meanwhile"):
            early(alice, 1, queued, now=town.at)
    goes("uncertain", queued, town)
    with pytest.raises(NotFound):  # it is no reply of that case
        cases.has_arrived(alice, 2, queued, now=town.at)
    cases.has_arrived(bob, 1, queued, now=town.at)
    assert sent(queued).state == "delivered"
    with pytest.raises(Conflict, match="This message is delivered meanwhile"):
        cases.send_again(alice, 1, queued, now=town.at)


# Looking ---------------------------------------------------------------------------------
def test_colleagues_see_who_looks_and_who_types_until_they_leave_or_fall_silent(
    town: Town, alice: Access, bob: Access
) -> None:
    case = town.case().pk
    cases.look(bob, 1, typing=True, now=town.at)
    found = selectors.lookers(alice, case, town.at)
    assert [(each.name, each.typing) for each in found] == [("Bob", True)]
    assert selectors.lookers(bob, case, town.at) == ()
    assert selectors.lookers(alice, case, town.at + timedelta(seconds=41)) == ()
    cases.leave(bob, 1, now=town.at)
    assert selectors.lookers(alice, case, town.at) == ()
    charlie = make_workspace("Globex Desk", "charlie@globex.example")
    cases.look(bob, 1, typing=False, now=town.at)
    assert selectors.lookers(charlie, case, town.at) == ()


def test_pages_are_told_when_somebody_comes_types_or_leaves_and_not_at_every_beat(town: Town, alice: Access) -> None:
    def told() -> int:
        return Change.objects.filter(kind="presence").count()

    counted = []
    for seconds, typing in ((0, False), (10, False), (20, True), (30, True), (100, True)):
        cases.look(alice, 1, typing=typing, now=town.at + timedelta(seconds=seconds))
        counted.append(told())
    cases.leave(alice, 1, now=town.at)
    cases.leave(alice, 1, now=town.at)
    assert [*counted, told()] == [1, 1, 2, 2, 3, 4]


def test_a_case_is_unread_for_each_until_they_look_and_again_when_the_customer_writes(
    town: Town, alice: Access, bob: Access
) -> None:
    def unread(by: Access) -> bool:
        return selectors.cases(by, Filter("all")).lines[0].unread

    assert unread(alice)
    cases.look(alice, 1, typing=False, now=town.at)
    assert (unread(alice), unread(bob)) == (False, True)
    cases.reply(bob, 1, text=SORRY, now=town.at)
    assert (unread(alice), unread(bob)) == (False, False)
    town.says("jo", STILL, reply_to="demo://acme/jo/1")
    assert (unread(alice), unread(bob)) == (True, True)


# At the same moment ------------------------------------------------------------------------
together = pytest.mark.django_db(transaction=True)


@together
def test_of_two_who_resolve_at_the_same_moment_one_does(town: Town, alice: Access, bob: Access) -> None:
    outcomes = at_once(*(lambda by=by: cases.resolve(by, 1, now=town.at) for by in (alice, bob, alice, bob)))
    assert sorted(type(each).__name__ for each in outcomes) == ["Conflict", "Conflict", "Conflict", "Done"]
    assert [action for _, action, *_ in trace()] == ["resolve"]
    assert kinds(alice, town) == ["post", "event"]


@together
def test_of_two_who_reply_at_the_same_moment_one_does_and_the_other_is_told_who(
    town: Town, alice: Access, bob: Access
) -> None:
    outcomes = at_once(
        *(lambda by=by: cases.reply(by, 1, text=SORRY, seen_reply=0, now=town.at) for by in (alice, bob))
    )
    (moved,) = [each for each in outcomes if isinstance(each, HubbubError)]
    winner = alice if isinstance(outcomes[0], int) else bob
    assert isinstance(moved, CaseMoved)
    assert moved.facts["who"] == winner.name
    assert (OutboxMessage.objects.count(), town.case().owner_id) == (1, winner.person)
    assert kinds(alice, town) == ["post", "reply"]


@together
def test_a_reply_sent_twice_at_the_same_moment_with_one_key_is_one(town: Town, alice: Access) -> None:
    outcomes = at_once(*(lambda: cases.reply(alice, 1, text=SORRY, key="k1", now=town.at) for _ in range(4)))
    assert len(set(outcomes)) == 1
    assert (OutboxMessage.objects.count(), len(trace())) == (1, 1)


@together
def test_who_answers_while_the_customer_writes_again_is_not_forgotten(places: Places) -> None:
    town = make_town(make_workspace(), places)
    alice = make_member(town.access, "Alice")
    people = [f"person{number}" for number in range(5)]
    first = {each: town.says(each, BROKEN) for each in people}
    numbers = [case.number for case in town.cases()]
    lines = [town.line(each, STILL, reply_to=first[each])[1] for each in people]
    stream = channels.connection(town.access, town.connection).stream
    assert stream is not None
    raw = RawBatch(lines, {"after": 10}, town.at)
    ingest(channels.stream(stream), raw, ears=Ears.open(), understanding=town.understanding, places=places, now=town.at)

    def triages() -> int:
        done = [triage.triage(town.access.workspace, understanding=town.understanding, now=town.at) for _ in range(2)]
        return sum(done)

    def answers() -> int:
        for number in reversed(numbers):
            cases.reply(alice, number, text=SORRY, now=town.at)
        return len(numbers)

    assert at_once(triages, answers) == [5, 5]
    for case in town.cases():
        assert (case.posts, case.owner_id, case.first_replied_at) == (2, alice.person, town.at), case.number
        assert case.status in (Status.WAITING, Status.OPEN)

"""The life of a message: taken by one sender only, in the order it was said, and never told better than it is known."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.make import NOON, at_once

from hubbub.infra import outbox
from hubbub.infra.models import Change, OutboxMessage
from hubbub.infra.outbox import BACKOFF_S, LEASE, PATIENCE, Message, State
from hubbub.kernel.errors import Conflict, NotFound

OURS, CHARLIES = 1, 2
A_SECOND = timedelta(seconds=1)
_keys = iter(range(1_000_000))


def put(conversation: str = "", workspace: int = OURS, now: datetime = NOON, uri: str | None = None) -> int:
    key = f"key-{next(_keys)}"
    return outbox.put(
        workspace=workspace,
        connection=7,
        conversation=conversation or key,
        subject=42,
        key=key,
        payload={"text": "Sorry about that."},
        expected_uri=uri,
        now=now,
    )


def claimed(sender: str = "one", now: datetime = NOON) -> Message:
    message = outbox.claim(sender, now)
    assert message is not None
    return message


def row(pk: int) -> OutboxMessage:
    return OutboxMessage.objects.get(pk=pk)


@pytest.mark.django_db
def test_a_message_that_was_put_is_claimed_with_all_that_was_put() -> None:
    pk = put()
    message = claimed()
    assert (message.id, message.workspace, message.connection, message.subject) == (pk, OURS, 7, 42)
    assert (message.payload, message.attempts, message.doubtful) == ({"text": "Sorry about that."}, 1, False)
    assert message.state is State.SENDING
    assert outbox.claim("two", NOON) is None


@pytest.mark.django_db(transaction=True)
def test_of_senders_that_claim_at_once_each_message_goes_to_one() -> None:
    put_in = sorted(put() for _ in range(12))

    def claims(sender: str) -> list[int]:
        taken = []
        while message := outbox.claim(sender, NOON):
            taken.append(message.id)
        return taken

    one, two, three = at_once(lambda: claims("one"), lambda: claims("two"), lambda: claims("three"))
    assert sorted([*one, *two, *three]) == put_in
    assert set(OutboxMessage.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.django_db
def test_messages_of_one_conversation_leave_in_the_order_they_were_written() -> None:
    first, second = put("thread"), put("thread")
    other = put("another thread")
    one = claimed()
    assert (one.id, claimed().id, outbox.claim("two", NOON)) == (first, other, None)
    outbox.again_later(one, "Busy.", now=NOON)
    assert outbox.claim("two", NOON) is None  # the first waits, so the second does
    again = claimed(now=NOON + timedelta(minutes=1))
    assert again.id == first
    outbox.delivered(again, uri="at://1", url=None, now=NOON)
    assert claimed().id == second


@pytest.mark.django_db
@pytest.mark.parametrize("end", [outbox.failed, outbox.uncertain])
def test_a_message_that_needs_a_person_does_not_hold_up_those_after_it(end: Callable[..., None]) -> None:
    _, second = put("thread"), put("thread")
    end(claimed(), "No.", now=NOON)
    assert claimed().id == second


@pytest.mark.django_db
def test_what_was_put_before_the_clock_was_set_back_leaves_at_once() -> None:
    put(now=NOON + timedelta(hours=2))
    assert claimed(now=NOON)
    put("another", now=NOON + timedelta(minutes=5))
    assert outbox.claim("one", NOON) is None
    assert outbox.claim("one", NOON + timedelta(minutes=5)) is not None


@pytest.mark.django_db
def test_no_wait_is_longer_than_an_hour() -> None:
    pk = put()
    outbox.again_later(claimed(), "Slow down.", now=NOON, wait_s=86_400)
    assert row(pk).due_at == NOON + timedelta(hours=1)


@pytest.mark.django_db
def test_each_try_waits_longer_and_no_longer_than_a_quarter_of_an_hour() -> None:
    pk, now, waits = put(), NOON, []
    for _ in range(len(BACKOFF_S) + 2):
        message = claimed(now=now)
        assert outbox.again_later(message, "Busy.", now=now) is State.QUEUED
        due_at = row(pk).due_at
        assert outbox.claim("one", due_at - A_SECOND) is None
        waits.append((due_at - now).total_seconds())
        now = due_at
    assert waits == [*BACKOFF_S, BACKOFF_S[-1], BACKOFF_S[-1]]
    assert row(pk).words == "Busy."


@pytest.mark.django_db
def test_a_network_that_names_its_own_wait_is_given_it() -> None:
    pk = put()
    outbox.again_later(claimed(), "Slow down.", now=NOON, wait_s=1234)
    assert row(pk).due_at == NOON + timedelta(seconds=1234)


@pytest.mark.django_db
@pytest.mark.parametrize(("doubtful", "end"), [(False, State.FAILED), (True, State.UNCERTAIN)])
def test_after_a_day_a_message_is_given_up_as_what_is_known_of_it(doubtful: bool, end: State) -> None:
    pk = put()
    late = NOON + PATIENCE
    assert outbox.again_later(claimed(now=late), "Busy.", now=late, doubtful=doubtful) is State.QUEUED
    later = late + timedelta(hours=1)
    assert outbox.again_later(claimed(now=later), "Busy.", now=later) is end
    assert (row(pk).state, row(pk).words) == (end, "Busy. Tried for 24 hours.")


@pytest.mark.django_db
def test_once_doubtful_a_message_stays_so_until_the_network_said_yes() -> None:
    pk = put()
    outbox.again_later(claimed(), "No answer.", now=NOON, wait_s=0, doubtful=True)
    again = claimed()
    assert again.doubtful
    outbox.again_later(again, "Not reached.", now=NOON, wait_s=0)
    again = claimed()
    assert again.doubtful
    outbox.delivered(again, uri="at://1", url="https://sky.example/1", now=NOON)
    kept = row(pk)
    assert (kept.state, kept.doubtful, kept.words, kept.uri, kept.url) == (
        State.DELIVERED,
        False,
        "",
        "at://1",
        "https://sky.example/1",
    )
    assert kept.delivered_at == NOON


# Senders that die ------------------------------------------------------------
@pytest.mark.django_db
def test_a_sender_that_begins_anew_takes_up_what_it_held_and_doubts_it() -> None:
    mine, others = put(), put()
    assert (claimed("one").id, claimed("two").id) == (mine, others)
    (left,) = outbox.abandoned("one", NOON, fresh_start=True)
    assert (left.id, left.doubtful) == (mine, True)


@pytest.mark.django_db
def test_a_message_whose_sender_is_silent_too_long_is_taken_over_once() -> None:
    pk = put()
    claimed("one")
    assert outbox.abandoned("two", NOON + LEASE, fresh_start=True) == []
    late = NOON + LEASE + A_SECOND
    (left,) = outbox.abandoned("two", late, fresh_start=False)
    assert (left.id, left.doubtful) == (pk, True)
    assert outbox.abandoned("three", late, fresh_start=True) == []
    assert outbox.claim("three", late) is None


@pytest.mark.django_db
def test_what_a_sender_holds_right_now_is_not_abandoned() -> None:
    put()
    claimed("one")
    assert outbox.abandoned("one", NOON + A_SECOND, fresh_start=False) == []


@pytest.mark.django_db
def test_a_yes_stands_whoever_heard_it_and_whatever_others_say_afterwards() -> None:
    pk = put()
    slow = claimed("one")
    (quick,) = outbox.abandoned("two", NOON + LEASE + A_SECOND, fresh_start=False)
    outbox.uncertain(quick, "Nobody can tell.", now=NOON)
    outbox.delivered(slow, uri="at://1", url=None, now=NOON)
    assert row(pk).state == State.DELIVERED
    outbox.failed(quick, "No.", now=NOON)
    outbox.again_later(quick, "Busy.", now=NOON)
    assert (row(pk).state, row(pk).words) == (State.DELIVERED, "")


# What a person decides -------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize("end", [outbox.failed, outbox.uncertain])
def test_a_person_sends_again_and_the_network_is_asked_first(end: Callable[..., None]) -> None:
    pk = put()
    end(claimed(), "No.", now=NOON)
    later = NOON + timedelta(days=3)
    outbox.send_again(OURS, pk, now=later)
    again = claimed(now=later)
    assert (again.id, again.doubtful, again.attempts, again.words) == (pk, True, 1, "")
    assert outbox.again_later(again, "Busy.", now=later) is State.QUEUED  # its day begins anew


@pytest.mark.django_db
def test_a_person_says_that_an_uncertain_message_is_there() -> None:
    pk = put()
    outbox.uncertain(claimed(), "No answer.", now=NOON)
    outbox.has_arrived(OURS, pk, now=NOON + A_SECOND)
    kept = row(pk)
    assert (kept.state, kept.words, kept.doubtful, kept.delivered_at) == ("delivered", "", False, NOON + A_SECOND)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("deed", "state"),
    [
        (outbox.send_again, State.QUEUED),
        (outbox.send_again, State.SENDING),
        (outbox.send_again, State.DELIVERED),
        (outbox.has_arrived, State.FAILED),
        (outbox.has_arrived, State.DELIVERED),
    ],
)
def test_what_moved_on_meanwhile_is_left_as_it_is(deed: Callable[..., None], state: State) -> None:
    pk = put()
    OutboxMessage.objects.update(state=state)
    with pytest.raises(Conflict, match=f"This message is {state.value} meanwhile."):
        deed(OURS, pk, now=NOON)
    assert row(pk).state == state


@pytest.mark.django_db
@pytest.mark.parametrize("deed", [outbox.send_again, outbox.has_arrived])
def test_nobody_moves_a_message_of_another_workspace(deed: Callable[..., None]) -> None:
    pk = put()
    outbox.uncertain(claimed(), "No answer.", now=NOON)
    with pytest.raises(NotFound):
        deed(CHARLIES, pk, now=NOON)
    assert row(pk).state == State.UNCERTAIN


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_decide_at_once_one_is_told_that_it_moved() -> None:
    pk = put()
    outbox.uncertain(claimed(), "No answer.", now=NOON)
    said = at_once(
        lambda: outbox.send_again(OURS, pk, now=NOON),
        lambda: outbox.has_arrived(OURS, pk, now=NOON),
    )
    assert [type(each) for each in said].count(Conflict) == 1


# What others see -------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize(
    "deed",
    [
        lambda message: outbox.delivered(message, uri="at://1", url=None, now=NOON),
        lambda message: outbox.failed(message, "No.", now=NOON),
        lambda message: outbox.uncertain(message, "?", now=NOON),
        lambda message: outbox.again_later(message, "Busy.", now=NOON),
    ],
)
def test_pages_hear_of_each_step(deed: Callable[[Message], Any]) -> None:
    pk = put()
    assert list(Change.objects.values_list("kind", "subject")) == [("outbox", pk)]
    message = claimed()
    deed(message)
    lines = Change.objects.order_by("id").values_list("workspace", "kind", "subject")
    assert list(lines)[1:] == [(OURS, "case", 42), (OURS, "case", 42)]


@pytest.mark.django_db
def test_our_own_posts_are_known_before_and_after_they_arrive() -> None:
    put(uri="at://expected")
    outbox.delivered(claimed(), uri="at://real", url=None, now=NOON)
    assert outbox.is_ours("at://expected")
    assert outbox.is_ours("at://real")
    assert not outbox.is_ours("at://other")
    assert not outbox.is_ours("")


@pytest.mark.django_db
def test_every_state_is_counted_also_those_nothing_is_in() -> None:
    put()
    put()
    outbox.uncertain(claimed(), "?", now=NOON)
    assert outbox.counts() == {"queued": 1, "sending": 0, "delivered": 0, "failed": 0, "uncertain": 1, "by_hand": 0}


@pytest.mark.django_db
def test_a_name_of_a_conversation_longer_than_the_column_is_cut() -> None:
    pk = put("c" * 5000)
    assert row(pk).conversation == "c" * outbox.MAX_CONVERSATION


@pytest.mark.django_db
def test_what_waits_failed_or_is_uncertain_is_told_by_connection() -> None:
    put()
    put()
    outbox.failed(claimed(), "No.", now=NOON)
    for _ in range(2):
        put()
    outbox.uncertain(claimed(), "Who knows.", now=NOON)
    outbox.delivered(claimed(), uri="x:1", url=None, now=NOON + A_SECOND)
    put(workspace=CHARLIES)
    told = outbox.on_the_way(OURS, NOON)
    assert told == {7: outbox.OnTheWay(queued=1, failed=1, uncertain=1, delivered_at=NOON + A_SECOND)}
    assert outbox.on_the_way(OURS, NOON + timedelta(days=2))[7].failed == 0


@pytest.mark.django_db
def test_by_a_connection_that_has_to_wait_or_is_busy_nothing_leaves() -> None:
    put()
    assert outbox.claim("one", NOON, busy=[7]) is None
    outbox.pause(7, "Slow down.", wait_s=30, now=NOON)
    assert outbox.claim("one", NOON + 29 * A_SECOND) is None
    assert outbox.pauses([7, 8], NOON) == {7: outbox.Pause(NOON + 30 * A_SECOND, "Slow down.")}
    assert outbox.claim("one", NOON + 31 * A_SECOND) is not None
    assert outbox.pauses([7], NOON + 31 * A_SECOND) == {}


@pytest.mark.django_db
def test_a_pause_of_a_clock_that_was_set_back_holds_nothing_up() -> None:
    put(now=NOON - timedelta(days=1))
    outbox.pause(7, "Slow down.", wait_s=30, now=NOON + timedelta(days=1))
    assert outbox.claim("one", NOON) is not None

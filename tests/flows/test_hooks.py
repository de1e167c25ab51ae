"""Signed calls that bring messages: each stored once, however often and by whatever way it comes."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hubbub.accounts.models import AuditEntry
from hubbub.care.models import CaseRow
from hubbub.channels import services
from hubbub.channels.models import Connection, HookCall, Quarantined
from hubbub.channels.selectors import calls
from hubbub.flows import hooks
from hubbub.flows.hand_in import hand_in
from hubbub.flows.hooks import Taken
from hubbub.infra.models import OutboxMessage
from hubbub.infra.places import Places
from hubbub.infra.signing import NotSigned, sign
from hubbub.kernel.details import details_of
from hubbub.kernel.errors import Conflict, InvalidInput, NotAllowed
from hubbub.listening.models import Post, Revision
from tests.flows.hearing import counted, counted_posts, recount, waiting
from tests.flows.hooked import BROKEN, SOURCE, Hooked, make_hooked, message
from tests.make import at_once, make_workspace, roles

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hook(places: Places) -> Hooked:
    return make_hooked(places)


def only() -> Post:
    return Post.objects.get()


# Whose calls are taken -----------------------------------------------------
def test_a_signed_call_is_stored_and_answered_with_its_case(hook: Hooked) -> None:
    assert hook.call(message(1)) == [Taken("1", "stored", CaseRow.objects.get().number)]
    assert (only().text, only().channel, only().connection_id) == (BROKEN, "webhook", hook.connection)
    [noted] = calls(hook.access, hook.connection)
    assert (noted.status, noted.words, noted.delivery) == (202, "1 stored", "d1")


def test_calls_that_are_not_signed_as_agreed_are_refused_in_the_same_words_and_leave_nothing(hook: Hooked) -> None:
    body, now = json.dumps(message(1)).encode(), datetime.now(UTC)
    good = sign([hook.key], body, now)
    other = make_hooked(hook.places, access=make_workspace("Globex", "charlie@globex.example"))
    refused = [
        lambda: hook.bring(body, ""),
        lambda: hook.bring(body + b" ", good),
        lambda: hook.bring(body, sign([other.key], body, now)),
        lambda: hook.bring(body, good, now=now + timedelta(minutes=6)),
        lambda: hook.bring(body, sign([hook.key], body, now + timedelta(minutes=6)), now=now),
        lambda: hooks.take("nobody", good, "d1", body, places=hook.places, now=now),
        lambda: hooks.take("", good, "d1", body, places=hook.places, now=now),
    ]
    for bring in refused:
        with pytest.raises(NotSigned, match=r"^This call is not signed as agreed\.$"):
            bring()
    assert not Post.objects.exists()
    assert not HookCall.objects.exists()


def test_the_very_same_call_is_taken_once_under_whatever_delivery_id(hook: Hooked) -> None:
    body, now = json.dumps(message(1)).encode(), datetime.now(UTC)
    hook.bring(body, sign([hook.key], body, now))
    for delivery in ("d1", "another"):
        with pytest.raises(NotSigned):
            hook.bring(body, sign([hook.key], body, now), delivery=delivery)
    assert hook.bring(body, sign([hook.key], body, now + timedelta(seconds=1)))[0].became == "known"
    assert Post.objects.count() == counted_posts(hook.access) == 1


def test_the_key_before_is_good_for_a_day_and_a_call_by_either_is_one_call(hook: Hooked) -> None:
    now = datetime.now(UTC)
    new = services.renew_key(hook.access, hook.connection, now=now)
    body = json.dumps(message(1)).encode()
    time, _, signature = sign([hook.key], body, now).partition(",")
    hook.bring(body, sign([new, hook.key], body, now))
    with pytest.raises(NotSigned):
        hook.bring(body, f"{time},{signature}")
    assert hook.call(message(2), at=now + timedelta(hours=23))[0].became == "stored"
    assert hook.call(message(3), key=new, at=now + timedelta(hours=25))[0].became == "stored"
    with pytest.raises(NotSigned):
        hook.call(message(4), at=now + timedelta(hours=25))
    assert {entry.action for entry in AuditEntry.objects.all()} >= {"signing key renewed"}


def test_only_who_manages_channels_makes_and_renews_keys(hook: Hooked) -> None:
    for role, access in roles(hook.access).items():
        if role.value in ("agent", "lead", "analyst"):
            with pytest.raises(NotAllowed):
                services.renew_key(access, hook.connection, now=datetime.now(UTC))


def test_a_webhook_that_is_switched_off_says_so_to_who_has_its_key(hook: Hooked) -> None:
    Connection.objects.update(enabled=False)
    with pytest.raises(Conflict, match="Shop is switched off"):
        hook.call(message(1))
    assert [each.status for each in calls(hook.access, hook.connection)] == [409]


def test_calls_are_forgotten_after_a_week(hook: Hooked) -> None:
    hook.call(message(1))
    services.forget_old_calls(now=datetime.now(UTC) + timedelta(days=6))
    assert HookCall.objects.exists()
    services.forget_old_calls(now=datetime.now(UTC) + timedelta(days=8))
    assert not HookCall.objects.exists()


def test_a_call_during_which_we_failed_may_come_again_as_it_is(hook: Hooked, monkeypatch: pytest.MonkeyPatch) -> None:
    body, now = json.dumps(message(1)).encode(), datetime.now(UTC)
    whole = hooks.ingest_beside

    def fails(*_: Any, **__: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(hooks, "ingest_beside", fails)
    with pytest.raises(OSError, match="No space"):
        hook.bring(body, sign([hook.key], body, now))
    monkeypatch.setattr(hooks, "ingest_beside", whole)
    assert hook.bring(body, sign([hook.key], body, now))[0].became == "stored"


# What a call may bring ------------------------------------------------------
@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "can't be read as JSON"),
        (b"\xff", "can't be read as JSON"),
        (b"{", "can't be read as JSON"),
        (b"[" * 200_000, "can't be read as JSON"),
        (b"[]", "brings 1 to 200 messages; this one has 0"),
        (b"[" + b",".join([b"{}"] * 201) + b"]", "this one has 201"),
        (b"7", "Expected `object`, got `int`"),
        (b"{}", "has no text"),
        (b'{"text": 7}', "Expected `str`, got `int`"),
        (b'{"id": 1, "text": "a", "files": [{"url": "ftp://a\x00"}]}', "JSON"),
        (b'{"id": 1, "text": "a", "files": [{"url": "ftp://a\\u0000"}]}', "is no web address"),
        (b'{"reply": {"id": "ours", "text": "comes back"}}', "has no text"),
        (b'{"test": true}', "has no text"),
    ],
)
def test_a_signed_body_that_can_not_be_read_is_refused_in_words(hook: Hooked, body: bytes, words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        hook.bring(body, sign([hook.key], body, datetime.now(UTC)))
    assert words in str(refused.value)
    assert str(refused.value).endswith(".")
    assert not Post.objects.exists()
    assert not Quarantined.objects.exists()
    [noted] = calls(hook.access, hook.connection)
    assert noted.status == 400


def test_of_several_messages_the_good_ones_are_stored_and_each_is_told_of(hook: Hooked) -> None:
    hook.call(message(1))
    taken = hook.call(message(1), message(2), message(2), {"id": 3}, message(1, "now it smokes", event="edit"))
    assert [(each.id, each.became) for each in taken] == [
        ("1", "known"), ("2", "stored"), ("2", "known"), ("3", "refused"), ("1", "changed"),
    ]  # fmt: skip
    assert taken[3].reason == "This message has no text."
    assert Post.objects.count() == 2
    assert calls(hook.access, hook.connection)[0].words.startswith("1 stored, 2 known already, 1 changed, 1 refused")


def test_half_an_emoji_stops_no_message(hook: Hooked) -> None:
    body = b'{"id": "1", "text": "it smokes \\ud83d", "author": {"id": "a"}}'
    assert hook.bring(body, sign([hook.key], body, datetime.now(UTC)))[0].became == "stored"
    assert only().text == "it smokes \ufffd"


def test_an_album_is_one_message_with_its_pictures_in_words(hook: Hooked) -> None:
    pictures = [{"url": f"https://shop.example/{n}.jpg", "type": "image/jpeg", "alt": f"half {n}"} for n in (1, 2)]
    hook.call(message(1, files=pictures, private=True))
    assert [each.alt for each in details_of(only().details).files] == ["half 1", "half 2"]
    assert (only().media, only().private) == (2, True)


def test_edits_and_deletes_by_id_change_the_row(hook: Hooked) -> None:
    hook.call(message(1))
    assert hook.call(message(1, "my acme widget works again", event="edit"))[0].became == "changed"
    assert only().text == "my acme widget works again"
    assert Revision.objects.get().text == BROKEN
    assert hook.call({"id": 1, "event": "delete"})[0].became == "changed"
    assert only().deleted_at is not None
    assert hook.call(message(1))[0].became == "known"
    assert only().deleted_at is not None


def test_a_delete_that_overtakes_its_message_wins(hook: Hooked) -> None:
    hook.call({"id": 1, "event": "delete"})
    hook.call(message(1))
    assert not Post.objects.exists()


def test_threads_of_the_source_are_one_case_and_an_answer_to_ours_finds_it(hook: Hooked) -> None:
    first = hook.call(message(1))[0].case
    assert hook.call(message(2, "same here", parent=1, root=1))[0].case == first
    OutboxMessage.objects.create(
        workspace=hook.access.workspace, connection=hook.connection, conversation="x", subject=1, key="ourkey",
        payload={"parent": f"generic:{SOURCE}/1"}, state="delivered", queued_at=datetime.now(UTC),
        due_at=datetime.now(UTC), uri=f"generic:{SOURCE}/theirname",
    )  # fmt: skip
    for number, ours in ((3, "ourkey"), (4, "theirname")):
        assert hook.call(message(number, "that did not help", in_reply_to=ours))[0].case == first
    hook.call(message(5, "a fine day", in_reply_to="nothing of ours"))
    assert Post.objects.get(uri=f"generic:{SOURCE}/3").parent == f"generic:{SOURCE}/1"


# Once, whatever comes at once ------------------------------------------------
def test_fifty_deliveries_of_one_message_at_once_store_one_row_and_open_one_case(hook: Hooked) -> None:
    now = datetime.now(UTC)
    deeds = [lambda n=n: hook.call(message(1), at=now + timedelta(seconds=n), now=now) for n in range(50)]
    done = at_once(*deeds)
    assert Counter(each[0].became for each in done) == {"stored": 1, "known": 49}
    assert (Post.objects.count(), CaseRow.objects.count(), counted_posts(hook.access)) == (1, 1, 1)
    assert counted() == recount(waiting(hook.places))


def test_fifty_replays_of_one_call_at_once_are_one_call(hook: Hooked) -> None:
    body, now = json.dumps(message(1)).encode(), datetime.now(UTC)
    signature = sign([hook.key], body, now)
    done = at_once(*[lambda: hook.bring(body, signature)] * 50)
    assert Counter(type(each).__name__ for each in done) == {"list": 1, "NotSigned": 49}
    assert (Post.objects.count(), CaseRow.objects.count(), HookCall.objects.count()) == (1, 1, 1)


def test_fifty_different_messages_at_once_are_all_stored(hook: Hooked) -> None:
    done = at_once(*[lambda n=n: hook.call(message(n)) for n in range(50)])
    assert [each[0].became for each in done] == ["stored"] * 50
    assert Post.objects.count() == counted_posts(hook.access) == 50
    assert counted() == recount(waiting(hook.places))


def test_pictures_of_an_album_that_come_as_calls_of_their_own_at_once_are_one_message(hook: Hooked) -> None:
    pictures = [{"url": f"https://shop.example/{n}.jpg", "type": "image/jpeg"} for n in range(8)]
    at_once(*[lambda each=each: hook.call(message(1, files=[each])) for each in pictures])
    assert (Post.objects.count(), CaseRow.objects.count(), counted_posts(hook.access)) == (1, 1, 1)
    hook.call(message(1, files=pictures, event="edit"))
    assert len(details_of(only().details).files) == 8
    assert CaseRow.objects.count() == 1


@pytest.mark.parametrize("before", [False, True], ids=["webhook first", "posted in first"])
def test_the_same_message_by_webhook_and_posted_into_the_api_at_once_is_stored_once(
    places: Places, before: bool
) -> None:
    hook = make_hooked(places)
    if before:  # a source of its own, from before there was a webhook
        Connection.objects.update(enabled=False)
        hand_in(hook.access, SOURCE, message(0), places=places, now=datetime.now(UTC))
        Connection.objects.update(enabled=True)
    by_call = [lambda: hook.call(message(1)), lambda: hook.call(message(2), message(1))]
    by_api = [
        lambda n=n: hand_in(hook.access, SOURCE, message(n), places=places, now=datetime.now(UTC)) for n in (1, 2)
    ]
    done = at_once(*by_call, *by_api, *by_call, *by_api)
    assert not [each for each in done if isinstance(each, Exception) and not isinstance(each, NotSigned)]
    assert Post.objects.exclude(uri__endswith="/0").count() == 2
    assert set(Post.objects.exclude(uri__endswith="/0").values_list("channel", flat=True)) == {"webhook"}
    assert counted() == recount(waiting(places))

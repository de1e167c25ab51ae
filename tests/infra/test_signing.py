"""Signed calls: one way to sign, several keys, five minutes, and nothing told to who has none."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.infra import signing
from hubbub.infra.signing import NotSigned, sign, verify

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
BODY = b'{"text": "Hello"}'


def test_the_signature_is_what_the_page_says_it_is() -> None:
    seconds = int(NOON.timestamp())
    right = hmac.new(b"key", f"{seconds}.".encode() + BODY, hashlib.sha256).hexdigest()
    assert sign(["key"], BODY, NOON) == f"t={seconds},v1={right}"


def test_while_a_key_is_changed_either_signature_does() -> None:
    for signing_keys, accepted in ((["new", "old"], ["old"]), (["old"], ["new", "old"]), (["new"], ["new", "old"])):
        assert verify(accepted, sign(signing_keys, BODY, NOON), BODY, NOON)


def test_a_call_has_one_name_whichever_of_its_signatures_is_shown() -> None:
    both = sign(["new", "old"], BODY, NOON)
    time, new, old = both.split(",")
    names = {
        verify(["new", "old"], each, BODY, NOON)
        for each in (both, f"{time},{new}", f"{old}, {time}", f"t=0{time[2:]},{new}")
    }
    assert len(names) == 1
    assert verify(["new"], sign(["new"], BODY + b" ", NOON), BODY + b" ", NOON) not in names


@pytest.mark.parametrize("late", [-301, 301, 86_400])
def test_an_old_call_and_one_from_the_future_are_refused(late: int) -> None:
    with pytest.raises(NotSigned):
        verify(["key"], sign(["key"], BODY, NOON), BODY, NOON + timedelta(seconds=late))


@pytest.mark.parametrize("late", [-299, 0, 299])
def test_clocks_may_differ_by_some_minutes(late: int) -> None:
    assert verify(["key"], sign(["key"], BODY, NOON), BODY, NOON + timedelta(seconds=late))


GOOD = sign(["key"], BODY, NOON)
WRONG = [
    "",
    "sha256=" + "0" * 64,
    GOOD.split(",")[0],
    GOOD.split(",")[1],
    GOOD.replace("v1=", "v2="),
    GOOD.upper(),
    GOOD[:-1],
    f"t=1,{GOOD}",
    GOOD.replace("t=", "t=٣"),
    GOOD.replace("t=", "t=-"),
    f"{GOOD.split(',')[0]},v1={'0' * 64}",
    "," * 10_000,
    f"{GOOD.split(',')[0]}," + ",".join([f"v1={'1' * 64}"] * 9) + "," + GOOD.split(",")[1],
]


@pytest.mark.parametrize("header", WRONG, ids=range(len(WRONG)))
def test_whatever_is_wrong_the_words_are_the_same(header: str) -> None:
    with pytest.raises(NotSigned) as refused:
        verify(["key"], header, BODY, NOON)
    assert str(refused.value) == "This call is not signed as agreed."
    assert (refused.value.status, refused.value.facts) == (401, {})


def test_another_body_another_key_and_no_key_at_all_are_refused_in_the_same_words() -> None:
    for keys, body in ((["key"], BODY + b" "), (["other"], BODY), ([], BODY)):
        with pytest.raises(NotSigned, match=r"^This call is not signed as agreed\.$"):
            verify(keys, GOOD, body, NOON)


@given(st.text(max_size=300))
def test_no_header_is_ever_more_than_refused(header: str) -> None:
    with pytest.raises(NotSigned):
        verify(["key"], header, BODY, NOON)


def test_as_much_is_computed_whatever_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time is measured in what is done: as many hashes and comparisons for each kind of bad call."""
    done: list[str] = []
    for name in ("new", "compare_digest"):
        real = getattr(hmac, name)
        monkeypatch.setattr(hmac, name, lambda *a, real=real, name=name: done.append(name) or real(*a))
    told = []
    for keys, header, at in (
        (["key"], GOOD, NOON + timedelta(hours=1)),
        (["key"], GOOD[:-1] + "0", NOON),
        (["key"], "", NOON),
        ([], GOOD, NOON),
    ):
        done.clear()
        with pytest.raises(NotSigned):
            verify(keys, header, BODY, at)
        told.append(list(done))
    assert told == [told[0]] * 4
    assert signing.new_key() != signing.new_key()


def test_a_key_that_was_renewed_is_good_for_a_day_more() -> None:
    secret = signing.renewed({"key": "old"}, NOON)
    assert signing.keys_of(secret, NOON + timedelta(hours=23)) == (secret["key"], "old")
    assert signing.keys_of(secret, NOON + timedelta(hours=25)) == (secret["key"],)
    again = signing.renewed(secret, NOON)
    assert signing.keys_of(again, NOON) == (again["key"], secret["key"])


@pytest.mark.parametrize("odd", ["", "tomorrow", "2026-11-30", None, 7, {}])
def test_an_old_key_whose_end_can_not_be_read_is_good_no_more(odd: object) -> None:
    assert signing.keys_of({"key": "k", "old_key": "o", "old_until": odd}, NOON) == ("k",)
    assert signing.keys_of({}, NOON) == signing.keys_of({"key": 7, "old_until": odd}, NOON) == ()

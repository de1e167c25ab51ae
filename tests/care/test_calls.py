"""Calls as values: numbers, records, columns of files, and how many come when."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.care.core.calls.columns import Columns, call_of, columns_of
from hubbub.care.core.calls.load import load_of
from hubbub.care.core.calls.numbers import number_of
from hubbub.care.core.calls.record import Call, Direction, Outcome, words_of
from hubbub.kernel.errors import InvalidInput

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
S = timedelta(seconds=1)


def make_call(**changes: Any) -> Call:
    usual: dict[str, Any] = {
        "source": "pbx", "native": "1", "started_at": NOON, "caller": "+493012345", "direction": Direction.IN,
    }  # fmt: skip
    return Call(**{**usual, **changes})


# Numbers --------------------------------------------------------------------
@pytest.mark.parametrize(
    ("written", "country", "number"),
    [
        ("+49 30 1234567", "", "+49301234567"),
        ("0049 (0)30 / 123-4567", "", "+49301234567"),
        ("(030) 1234567", "49", "+49301234567"),
        ("030 1234567", "", "0301234567"),  # nobody knows of which country
        ("011 44 20 7946 0958", "1", "+442079460958"),
        ("(212) 555-0123", "1", "+12125550123"),
        ("1-212-555-0123", "1", "+12125550123"),
        ("06 698 12345", "39", "+390669812345"),  # in Italy the 0 stays
        ("8 (495) 123-45-67", "7", "+74951234567"),
        ("06 1 234 5678", "36", "+3612345678"),
        ("tel:+44-20-7946-0958", "49", "+442079460958"),
        ("sip:+4930123456@pbx.example;user=phone", "", "+4930123456"),
        ("020 7946 0958 ext. 12", "44", "+442079460958"),
        ("4021", "49", "4021"),  # a colleague's
        ("anonymous", "49", ""),
        ("withheld", "", ""),
        ("", "", ""),
        ("0000000", "49", ""),
        ("+0123456789", "", ""),
        ("+1234567890123456", "", ""),  # longer than any
        ("1" * 200, "49", ""),
        ("٠٣٠١٢٣٤٥٦٧", "49", ""),
    ],
)
def test_a_number_has_one_form(written: str, country: str, number: str) -> None:
    assert number_of(written, country) == number


@given(st.text(max_size=60), st.sampled_from(("", "1", "39", "49", "7")))
def test_any_text_gives_a_number_or_none_and_a_number_stays_what_it_is(text: str, country: str) -> None:
    number = number_of(text, country)
    assert len(number) <= 20
    if number.startswith("+"):
        assert number_of(number, country) == number


# Records --------------------------------------------------------------------
def test_how_a_call_ended_follows_from_its_times_where_nobody_said() -> None:
    assert make_call().checked().outcome is Outcome.GOING_ON
    assert make_call(answered_at=NOON + 5 * S).checked().outcome is Outcome.GOING_ON
    assert make_call(answered_at=NOON + 5 * S, ended_at=NOON + 60 * S).checked().outcome is Outcome.ANSWERED
    assert make_call(ended_at=NOON + 60 * S).checked().outcome is Outcome.MISSED
    assert make_call(ended_at=NOON + 60 * S, queue="Sales").checked().outcome is Outcome.ABANDONED
    assert make_call(ended_at=NOON + 60 * S, outcome=Outcome.BUSY).checked().outcome is Outcome.BUSY


def test_waiting_ends_with_an_answer_or_the_end() -> None:
    spoke = make_call(answered_at=NOON + 20 * S, ended_at=NOON + 80 * S)
    assert (spoke.waited, spoke.talked) == (20 * S, 60 * S)
    gave_up = make_call(ended_at=NOON + 90 * S)
    assert (gave_up.waited, gave_up.talked) == (90 * S, None)
    assert make_call().waited is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"native": ""}, "needs an id"),
        ({"native": "x" * 201}, "needs an id"),
        ({"started_at": None}, "when the call began"),
        ({"answered_at": NOON - S}, "answered before it began"),
        ({"ended_at": NOON - S}, "ended before it began"),
        ({"answered_at": NOON + 9 * S, "ended_at": NOON + S}, "ended before it was answered"),
        ({"ended_at": NOON + timedelta(days=3)}, "longer than 2 days"),
        ({"started_at": datetime(1, 1, 1, tzinfo=UTC)}, "between the years"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused_in_words(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        make_call(**changes).checked()


def test_a_call_is_told_of_bit_by_bit() -> None:
    rings = make_call(queue="Sales").checked()
    taken = rings.told(Call("pbx", "1", answered_at=NOON + 10 * S, agent="Bob")).checked()
    over = taken.told(Call("pbx", "1", ended_at=NOON + 70 * S)).checked()
    assert (over.queue, over.agent, over.outcome) == ("Sales", "Bob", Outcome.ANSWERED)
    assert over.talked == 60 * S


def test_an_answer_told_late_corrects_an_outcome_that_followed_from_the_times() -> None:
    lost = make_call(ended_at=NOON + 70 * S).checked()
    assert lost.outcome is Outcome.MISSED
    assert lost.told(Call("pbx", "1", answered_at=NOON + 10 * S)).checked().outcome is Outcome.ANSWERED


def test_who_called_in_vain_and_left_a_number_wants_a_call_back() -> None:
    for outcome in Outcome:
        wanted = outcome in (Outcome.ABANDONED, Outcome.MISSED, Outcome.VOICEMAIL, Outcome.CALLBACK)
        assert make_call(outcome=outcome).wants_a_call_back is wanted
    assert not make_call(outcome=Outcome.MISSED, caller="").wants_a_call_back
    assert not make_call(outcome=Outcome.MISSED, called="+4930", direction=Direction.OUT).wants_a_call_back


def test_a_call_is_told_in_words() -> None:
    missed = make_call(outcome=Outcome.MISSED, queue="Sales", ended_at=NOON + 125 * S)
    assert words_of(missed) == "Missed call from +493012345 to Sales, waited 2 min 5 s."
    message = make_call(outcome=Outcome.VOICEMAIL, called="+4940", notes="The widget is broken.")
    assert words_of(message) == "Left a voice message: +493012345 to +4940.\n\nThe widget is broken."


# Files ----------------------------------------------------------------------
def read(header: Sequence[str], row: Sequence[str], **how: Any) -> Call:
    columns = columns_of(header, [row], **how)
    return call_of(columns, row, source="pbx", fallback_id="line")


def test_the_columns_of_usual_exports_are_known_by_their_names() -> None:
    asterisk = ("calldate", "clid", "dst", "duration", "billsec", "disposition", "uniqueid")
    call = read(asterisk, ("2026-11-24 12:00:00", "+49 30 12345", "4021", "80", "60", "ANSWERED", "17.5"))
    assert (call.native, call.caller, call.called) == ("17.5", "+493012345", "4021")
    assert (call.waited, call.talked, call.outcome) == (20 * S, 60 * S, Outcome.ANSWERED)
    german = ("Anrufbeginn", "Anrufer", "Wartezeit", "Gesprächsdauer", "Warteschlange", "Mitarbeiter", "Ergebnis")
    call = read(german, ("24.11.2026 13:00:00", "030 12345", "0:45", "", "Service", "", "aufgelegt"),
                zone=ZoneInfo("Europe/Berlin"), country="49")  # fmt: skip
    assert (call.started_at, call.caller, call.queue) == (NOON, "+493012345", "Service")
    assert (call.waited, call.talked, call.outcome) == (45 * S, None, Outcome.ABANDONED)


@pytest.mark.parametrize("written", ["95", "95.0", "1:35", "0:01:35", "00:01:35", "1 min 35 s", "1m35s"])
def test_spans_are_read_however_they_are_written(written: str) -> None:
    call = read(("start", "caller", "wait"), ("2026-11-24T12:00:00Z", "+493012345", written))
    assert call.waited == 95 * S


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("yesterday", "+493012345", "5", "missed"), "start: ‘yesterday’ is no moment"),
        (("2026-11-24T12:00:00Z", "+493012345", "a while", "missed"), "The wait ‘a while’ is no time"),
        (("2026-11-24T12:00:00Z", "+493012345", "5", "sold"), "The outcome ‘sold’ is none of answered, abandoned"),
        (("", "+493012345", "5", "missed"), "It does not say when the call began"),
        (("2026-11-24T12:00:00Z", "+493012345"), "It has 2 cells, the header has 4"),
        (("2026-11-24T12:00:00Z", "+493012345", "9999999", "missed"), "longer than 2 days"),
    ],
)
def test_a_line_that_can_not_be_read_says_what_to_mend(row: Sequence[str], words: str) -> None:
    columns = columns_of(("start", "caller", "wait", "outcome"), [])
    with pytest.raises(InvalidInput, match=words):
        call_of(columns, row, source="pbx", fallback_id="x")


def test_times_that_name_no_zone_are_the_workspaces_and_others_their_own() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    for written in ("2026-11-24 13:00", "24.11.2026 13:00", "2026-11-24T12:00:00Z", "2026-11-24T07:00:00-05:00"):
        assert read(("start", "caller"), (written, "+493012345"), zone=berlin).started_at == NOON


def test_columns_can_be_named_and_what_is_missing_is_said() -> None:
    call = read(("Begin_X", "ANI_X"), ("2026-11-24T12:00:00Z", "+493012345"), given="start=Begin_X, caller=ANI_X")
    assert (call.started_at, call.caller) == (NOON, "+493012345")
    with pytest.raises(
        InvalidInput, match=r"No column says when a call began\. Name it, as in start=…\. The columns: a, b"
    ):
        columns_of(("a", "b"), [])
    with pytest.raises(InvalidInput, match="There is no column ‘c’ for start"):
        columns_of(("a", "b"), [], given="start=c")
    with pytest.raises(InvalidInput, match="A call has no ‘colour=a’"):
        columns_of(("a", "b"), [], given="colour=a")


@given(st.lists(st.text(max_size=30), min_size=5, max_size=5))
def test_no_line_of_any_words_breaks_the_reader(row: list[str]) -> None:
    columns = Columns(("start", "caller", "wait", "outcome", "duration"),
                      {"start": 0, "caller": 1, "wait": 2, "outcome": 3, "duration": 4})  # fmt: skip
    for filled in (row, ["2026-11-24T12:00:00Z", *row[1:]]):
        try:
            call_of(columns, filled, source="pbx", fallback_id="x")
        except InvalidInput as error:
            assert str(error).endswith(".")


# Load -----------------------------------------------------------------------
def load(*calls: tuple[str, float, float, float, bool, bool], minutes: int = 60, interval: int = 15) -> Any:
    queues, starts, waits, talks, answered, abandoned = (list(each) for each in zip(*calls, strict=True))
    return load_of(
        np.array(queues), np.array(starts), np.array(waits), np.array(talks), np.array(answered), np.array(abandoned),
        since=NOON, until=NOON + timedelta(minutes=minutes), interval=timedelta(minutes=interval),
    )  # fmt: skip


def test_calls_are_added_up_by_queue_and_interval() -> None:
    nan = float("nan")
    found = load(
        ("Sales", 0.0, 10.0, 120.0, True, False),
        ("Sales", 899.9, 30.0, 60.0, True, False),
        ("Sales", 900.0, 50.0, nan, False, True),
        ("Help", 3599.0, 5.0, 40.0, True, False),
        ("Help", 3600.0, 5.0, 40.0, True, False),  # after the span
        ("Help", -1.0, 5.0, 40.0, True, False),  # before it
    )
    assert found.queues == ("Help", "Sales")
    assert found.offered.tolist() == [[0, 0, 0, 1], [2, 1, 0, 0]]
    assert found.answered.tolist() == [[0, 0, 0, 1], [2, 0, 0, 0]]
    assert found.abandoned.tolist() == [[0, 0, 0, 0], [0, 1, 0, 0]]
    assert found.handling_s.tolist() == [[0, 0, 0, 40], [180, 0, 0, 0]]
    assert found.waiting_s.tolist() == [[0, 0, 0, 5], [40, 50, 0, 0]]
    mean = found.mean_handling_s
    assert mean[1, 0] == 90
    assert np.isnan(mean[1, 1])


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(0, 3599), st.floats(0, 600), st.floats(0, 600),
                          st.booleans(), st.just(False)), min_size=1, max_size=40))  # fmt: skip
def test_no_call_is_lost_or_counted_twice(calls: list[tuple[str, float, float, float, bool, bool]]) -> None:
    found = load(*calls)
    assert found.offered.sum() == len(calls)
    assert found.answered.sum() == sum(each[4] for each in calls)
    assert np.isclose(found.handling_s.sum(), sum(each[3] for each in calls if each[4]))


def test_a_span_that_can_not_be_added_up_is_refused_in_words() -> None:
    one = ("a", 0.0, 0.0, 0.0, True, False)
    with pytest.raises(InvalidInput, match="ends after it begins"):
        load(one, minutes=0)
    with pytest.raises(InvalidInput, match="at most 100,000"):
        load(one, minutes=60 * 24 * 400, interval=5)

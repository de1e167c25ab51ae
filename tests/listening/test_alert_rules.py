"""Rules: what they find in a segment, what can be kept, when one may be told."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from hubbub.kernel.errors import InvalidInput
from hubbub.listening.core.alerts import (
    COLUMNS,
    Alert,
    Finding,
    Kind,
    Quiet,
    Quoted,
    Rule,
    checked,
    checked_mails,
    checked_webhook,
    is_cold,
    spoken,
    together,
)

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
RULE = Rule(1, 1, "Read by many", Kind.REACH, at_least=1_000)


def row(**changes: object) -> dict[str, object]:
    told: dict[str, object] = {
        "event": 0, "private": False, "ours": False, "workspace": 1, "said_at": NOON, "topics": [3], "followers": 5_000,
        "channel": "bluesky", "handle": "Ann", "author": "did:plc:ann", "name": "Ann", "text": "acme broke", "uri": "u",
        "url": "",
    }  # fmt: skip
    return told | changes


def table(*rows: dict[str, object]) -> pa.Table:
    types = {"event": pa.int8(), "said_at": pa.timestamp("us", tz="UTC"), "topics": pa.list_(pa.int64()),
             "followers": pa.int64(), "handle": pa.string(), "author": pa.string()}  # fmt: skip
    made = {name: pa.array([each[name] for each in rows], types.get(name)) for name in COLUMNS}
    return pa.table(made)


def test_the_post_that_is_read_by_most_stands_for_all() -> None:
    found = spoken(table(row(uri="a"), row(uri="b", followers=9_000), row(uri="c", followers=10)), RULE, NOON)
    assert found is not None
    assert found.first is not None
    assert (found.posts, found.first.uri) == (2, "b")


@pytest.mark.parametrize(
    "changes",
    [
        {"event": 1}, {"event": 2}, {"private": True}, {"ours": True}, {"workspace": 2}, {"followers": None},
        {"followers": 999}, {"said_at": NOON - timedelta(seconds=1)},
    ],
)  # fmt: skip
def test_what_is_not_new_public_theirs_or_loud_enough_raises_nothing(changes: dict[str, object]) -> None:
    assert spoken(table(row(**changes)), RULE, NOON) is None


def test_a_rule_on_a_topic_minds_that_topic_only() -> None:
    assert spoken(table(row(topics=[])), replace(RULE, topic=3), NOON) is None
    assert spoken(table(row(topics=[1, 3])), replace(RULE, topic=3), NOON) is not None


def test_somebody_named_is_known_by_handle_and_by_id_in_any_case() -> None:
    rule = replace(RULE, kind=Kind.PERSON, who=("ann",))
    assert spoken(table(row(followers=None)), rule, NOON) is not None
    assert spoken(table(row(handle=None)), replace(rule, who=("did:plc:ann",)), NOON) is not None
    assert spoken(table(row(handle="annette", author=None)), rule, NOON) is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": " "}, "name"),
        ({"kind": Kind.VOLUME, "at_least": 0}, "how many posts"),
        ({"kind": Kind.MOOD, "at_least": 100}, "of a hundred"),
        ({"at_least": 0}, "followers"),
        ({"kind": Kind.PERSON}, "account"),
        ({"minutes": 7}, "times"),
        ({"pause": timedelta(0)}, "times"),
        ({"quiet": Quiet(time(22), time(22))}, "Quiet hours"),
        ({"inbox": False}, "way to be told"),
    ],
)
def test_a_rule_that_can_not_be_kept_says_what_to_mend(changes: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        checked(replace(RULE, **changes))


@pytest.mark.parametrize(
    ("quiet", "at", "told"),
    [
        ((22, 7), "2026-11-30 21:59", "2026-11-30 21:59"),
        ((22, 7), "2026-11-30 22:00", "2026-12-01 07:00"),
        ((22, 7), "2026-12-01 06:59", "2026-12-01 07:00"),
        ((22, 7), "2026-12-01 07:00", "2026-12-01 07:00"),
        ((12, 14), "2026-11-30 13:00", "2026-11-30 14:00"),
        ((12, 14), "2026-11-30 14:00", "2026-11-30 14:00"),
        ((0, 7), "2026-03-29 00:30", "2026-03-29 07:00"),  # the night the clock goes forward
    ],
)
def test_one_is_told_when_the_quiet_hours_end(quiet: tuple[int, int], at: str, told: str) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=LONDON)
    ends = Quiet(time(quiet[0]), time(quiet[1])).ends(moment.astimezone(UTC), LONDON)
    assert ends == datetime.fromisoformat(told).replace(tzinfo=LONDON)


@pytest.mark.parametrize("given", ["mia", "mia@", "mia@acme", "a@b.example\nBcc: c", "<mia@acme.example>"])
def test_what_is_no_mail_address_is_named(given: str) -> None:
    with pytest.raises(InvalidInput, match="no mail address"):
        checked_mails(given)


@pytest.mark.parametrize("given", ["ftp://a.example", "https://", "https://u:p@a.example/", "https://a b.example", "x"])
def test_what_is_no_webhook_is_refused(given: str) -> None:
    with pytest.raises(InvalidInput, match="webhook"):
        checked_webhook(given)


def test_few_cold_posts_are_no_mood() -> None:
    assert not is_cold(9, 9, 10)
    assert is_cold(10, 10, 60)
    assert not is_cold(10, 16, 60)  # 62 %, but by chance it may be fewer


def test_headlines_say_what_happened() -> None:
    alert = Alert(1, "r", Kind.BURST, 3, "Widgets", NOON, NOON, Finding(62, 10, 12.4))
    assert alert.headline == "Widgets: 62 posts in 10 minutes, 5.0 times the usual."
    cold = replace(alert, kind=Kind.MOOD, finding=Finding(80, 60, cold=58))
    assert cold.headline == "Widgets: 58 of 80 posts in an hour are cold."
    post = Quoted("u", "bluesky", "a", "ann", "Ann", 2_100_000, "Never again", "", NOON)
    spoke = replace(alert, kind=Kind.REACH, finding=Finding(3, first=post))
    assert spoke.headline == "@ann, 2,100,000 followers, on Widgets: “Never again” And 2 more."
    assert together([alert, cold]).startswith("2 alerts: Widgets")
    assert Finding.of(spoke.finding.as_facts()) == spoke.finding

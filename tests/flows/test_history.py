"""The past of topics: hours equal their minutes, digests a count by hand, whenever they are put together."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from hubbub.accounts.core.access import Access
from hubbub.channels.models import Connection
from hubbub.flows.archive import archive_due
from hubbub.infra.places import Places
from hubbub.listening.core.digest import distinct
from hubbub.listening.core.span import Span
from hubbub.listening.models import EVERY_POST, HourRollup, Rollup
from hubbub.listening.selectors.history import authors_of, digest_of, tops_of, volume_of
from hubbub.listening.services import history
from tests.flows.hearing import connect_sky, elsewhere, hear, sky, sky_uri
from tests.make import make_topic, make_workspace

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=100)
DEEDS = st.lists(
    st.tuples(
        st.sampled_from(("create", "edit", "delete", "hours", "archive", "merge")),
        st.integers(0, 7),  # which post
        st.sampled_from(("acme broke, it is awful", "acme works, I love it", "acme")),
    ),
    max_size=30,
)


def span(hours: int = 24 * 9, zone: str = "Europe/London") -> Span:
    return Span(NOON - timedelta(hours=1), NOON + timedelta(hours=hours), ZoneInfo(zone))


class AnyPast(TestCase):
    @given(deeds=DEEDS)
    def test_hours_and_digests_tell_what_minutes_tell(self, deeds: list[tuple[str, int, str]]) -> None:
        access = make_workspace()
        acme = make_topic(access, "acme", name="acme")
        stream = connect_sky(access)
        made: set[int] = set()
        clock = NOON + timedelta(hours=4)
        with elsewhere() as places:
            for number, (deed, key, text) in enumerate(deeds):
                clock += timedelta(hours=1)
                if deed == "hours":
                    history.roll_up_hours(now=clock)
                elif deed == "archive":
                    archive_due(places, now=clock)
                elif deed == "merge":
                    history.merge_digests(now=clock + timedelta(days=5 * (key % 3)))
                elif deed == "create" or key in made:
                    operation = {"create": "create", "edit": "update", "delete": "delete"}[deed]
                    said = (NOON + timedelta(minutes=40 * key)).isoformat()
                    line = sky(f"k{key}", text, operation, at_s=number, createdAt=said, author=f"did:plc:a{key % 3}")
                    hear(access, stream, [line], places, now=clock)
                    made.add(key)
            archive_due(places, now=LATER)
            minutes = _by_hour(Rollup.objects.values_list("topic", "minute", "sentiment", "posts"), 60)
            history.roll_up_hours(now=LATER)
            hours = _by_hour(HourRollup.objects.values_list("topic", "hour", "sentiment", "posts"), 1)
            assert hours == minutes
            told = volume_of(access, acme, span())
            assert told.whole.posts == sum(posts for (topic, _, _), posts in minutes.items() if topic == acme)
            digest = digest_of(access, acme, span())
            assert digest.posts == len(made)
            assert sum(voice.posts for voice in digest.voices.values()) == len(made)
            history.merge_digests(now=LATER)
            assert digest_of(access, acme, span()) == digest


def _by_hour(rows: object, minutes: int) -> Counter[tuple[int, int, int]]:
    found: Counter[tuple[int, int, int]] = Counter()
    for topic, at, sentiment, posts in rows:  # type: ignore[attr-defined]
        found[topic, at // minutes, sentiment] += posts
    return Counter({key: posts for key, posts in found.items() if posts})


@pytest.fixture
def acme(places: Places) -> Access:
    access = make_workspace()
    make_topic(access, "acme OR widget", name="Acme")
    make_topic(access, "weather", name="Weather")
    stream = connect_sky(access)
    words = ["my widget hinge broke again #Fail", "the weather is fine in town today", "lovely weather in our town"]
    lines = [
        sky(f"k{k}", f"{words[k % 3]} number {'abcdefghijklmnopqrstuvwxyz'[k % 26]}", author=f"did:plc:p{k % 7}")
        for k in range(60)
    ]
    lines += [sky(f"copy{k}", "Acme wins the prize of the year, they say", author=f"did:plc:q{k}") for k in range(5)]
    hear(access, stream, lines, places, now=NOON)
    archive_due(places, now=LATER)
    return access


def test_words_tags_voices_and_copies_are_told(acme: Access, places: Places) -> None:
    topic = 1 + EVERY_POST
    topic = _topic(acme, "Acme")
    digest, every = digest_of(acme, topic, span()), digest_of(acme, EVERY_POST, span())
    assert (digest.posts, every.posts) == (25, 65)
    assert digest.tags == {"fail": 20}
    assert {"widget", "hinge", "broke"} <= {each.word for each in distinct(digest, every)}
    assert "number" not in {each.word for each in distinct(digest, every)}
    assert len(digest.voices) == authors_of(acme, topic, span()) == 12
    top = next(top for top in digest.tops if top.text.startswith("Acme wins"))
    assert (top.copies, top.uri) == (5, sky_uri("copy0", "did:plc:q0"))


def test_a_deleted_post_is_no_top_post(acme: Access, places: Places) -> None:
    digest = digest_of(acme, _topic(acme, "Weather"), span())
    before = tops_of(acme, EVERY_POST, digest, places, limit=100)
    first = before[0].uri.rsplit("/", 1)[1]
    hear(
        acme, Connection.objects.get().pk, [sky(first, "", "delete", author=before[0].author, at_s=9)], places, now=NOON
    )
    assert tops_of(acme, EVERY_POST, digest, places, limit=100) == before[1:]


def _topic(access: Access, name: str) -> int:
    from hubbub.listening.models import Topic

    return Topic.objects.get(workspace_id=access.workspace, name=name).pk


@pytest.mark.parametrize("zone", ["Europe/London", "Asia/Kolkata", "America/St_Johns"])
def test_steps_cover_a_span_once_in_every_zone_and_over_a_change_of_the_clock(zone: str) -> None:
    for length in (timedelta(hours=2), timedelta(hours=30), timedelta(days=7), timedelta(days=40)):
        asked = Span(
            datetime(2026, 10, 24, 3, 20, tzinfo=UTC),
            datetime(2026, 10, 24, 3, 20, tzinfo=UTC) + length,
            ZoneInfo(zone),
        )
        starts = asked.starts()
        assert starts[0] <= asked.since and asked.end_of(starts[-1]) == asked.until
        utc = [start.astimezone(UTC) for start in starts]
        assert utc == sorted(set(utc))
        assert all(asked.end_of(a).astimezone(UTC) == b for a, b in zip(starts, utc[1:], strict=False))

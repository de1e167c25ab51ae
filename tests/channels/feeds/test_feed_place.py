"""What is remembered of a feed between two visits."""

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hubbub.channels.adapters.feeds.parse import Entry
from hubbub.channels.adapters.feeds.place import MAX_SEEN, Place

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
FEED = "https://blog.example.org/feed"


def entry(number: int, text: str = "Words", at: datetime | None = None) -> Entry:
    return Entry(uri=f"feed:{FEED}#{number}", feed=FEED, title=f"Entry {number}", body=text, published=at)


def stored(place: Place) -> Place:
    """The place after a restart."""
    return Place.of(json.loads(json.dumps(place.cursor(whole=True))))


def test_a_cursor_stays_small_however_long_a_feed_is_heard() -> None:
    place = Place()
    for week in range(6):
        fresh = place.news([entry(1_000 * week + number) for number in range(1_000)], NOON)
        place.heard(fresh)
    assert place.seen is not None
    assert len(place.seen) == MAX_SEEN
    assert len(json.dumps(place.cursor(whole=True))) < 100_000


def test_the_entries_in_a_feed_are_remembered_longest() -> None:
    place = Place()
    lasting = [entry(number) for number in range(500)]
    place.heard(place.news(lasting, NOON))
    for week in range(1, 6):
        place.heard(place.news([*lasting, *(entry(1_000 * week + number) for number in range(500))], NOON))
    assert place.news(lasting, NOON) == []


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 12), st.sampled_from(("Words", "Mended", "Mended again"))), max_size=12),
        min_size=2,
        max_size=6,
    )
)
def test_every_entry_is_heard_once_and_every_change_once(visits: list[list[tuple[int, str]]]) -> None:
    place, known = Place(), dict[int, str]()
    for visit in visits:
        now_there = dict(visit)
        fresh = place.news([entry(number, text) for number, text in now_there.items()], NOON)
        place.heard(fresh)
        expected = {number: number in known for number, text in now_there.items() if known.get(number) != text}
        assert {int(each.uri.rpartition("#")[2]): each.edited for each in fresh} == expected
        known |= now_there
        place = stored(place)


def test_at_first_old_entries_are_passed_over_and_stay_so() -> None:
    place = Place()
    entries = [entry(1, at=NOON - timedelta(days=13)), entry(2, at=NOON - timedelta(days=15))]
    fresh = place.news(entries, NOON)
    assert fresh == entries[:1]
    place.heard(fresh)
    assert stored(place).news(entries, NOON) == []


def test_within_a_document_the_next_visit_asks_for_all_of_it_again() -> None:
    place = Place(etag='"one"', modified="today", seen={})
    assert place.cursor(whole=False) == {"etag": "", "modified": "", "seen": {}}
    assert place.cursor(whole=True) == {"etag": '"one"', "modified": "today", "seen": {}}

"""Trends: a burst is kept once, goes on, ends; themes and rising voices are what was archived."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from hubbub.accounts.core.access import Access
from hubbub.flows.archive import AGE, archive_due
from hubbub.infra.places import Places
from hubbub.listening.core.span import Span
from hubbub.listening.models import EVERY_POST, BurstRow, HourRollup, RolledUp, Rollup
from hubbub.listening.selectors.trends import bursting, bursts, rising_voices, themes
from hubbub.listening.services import remove_topic
from hubbub.listening.services.trends import KEPT, look
from tests.flows.hearing import connect_sky, hear, sky
from tests.make import make_topic, make_town, make_workspace

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, 20, tzinfo=UTC)
HOUR = int(NOW.timestamp() // 3600)


def settled(access: Access, topic: int, an_hour: float = 6.0, weeks: int = 5) -> None:
    """A past in hours: much the same each hour."""
    posts = np.random.default_rng(5).poisson(an_hour, weeks * 168)
    HourRollup.objects.bulk_create(
        HourRollup(workspace_id=access.workspace, topic=topic, hour=HOUR - 1 - back, channel="bluesky", lang="en",
                   sentiment=0, posts=int(count))
        for back, count in enumerate(posts)
    )  # fmt: skip
    RolledUp.objects.update_or_create(pk=1, defaults={"hour": HOUR})


def said(access: Access, topic: int, posts: int, at: datetime) -> None:
    """So many posts in the minute before a moment."""
    Rollup.objects.update_or_create(
        workspace_id=access.workspace, topic=topic, minute=int(at.timestamp() // 60) - 1, channel="bluesky",
        lang="en", sentiment=0, defaults={"posts": posts},
    )  # fmt: skip


def test_a_burst_is_kept_once_and_again_only_after_it_ended() -> None:
    access = make_workspace()
    topic = make_topic(access, "acme")
    settled(access, topic)
    said(access, topic, 30, NOW)
    assert len(look(NOW)) == 1
    later = NOW + timedelta(minutes=12)
    said(access, topic, 60, later)
    assert look(later) == []
    [line] = bursts(access, later)
    assert (line.topic, line.name, line.term, line.on) == (topic, "acme", "", True)
    assert bursting(access, later) == {topic}
    assert bursting(access, later + timedelta(hours=1)) == frozenset()
    assert line.posts == 60
    assert line.times > 20
    much_later = later + timedelta(minutes=40)
    said(access, topic, 40, much_later)
    assert len(look(much_later)) == 1
    assert len(bursts(access, much_later)) == 2


def test_no_burst_without_a_past_nor_of_all_that_is_heard() -> None:
    access = make_workspace()
    topic = make_topic(access, "acme")
    said(access, topic, 300, NOW)
    settled(access, EVERY_POST)
    said(access, EVERY_POST, 300, NOW)
    assert look(NOW) == []


def test_bursts_are_those_of_ones_own_workspace_and_of_topics_that_are_there() -> None:
    access = make_workspace()
    topic = make_topic(access, "acme")
    settled(access, topic)
    said(access, topic, 30, NOW)
    look(NOW)
    charlie = make_workspace("Charlie & Co", "charlie@other.example")
    assert bursts(charlie, NOW) == ()
    remove_topic(access, topic, now=NOW)
    assert bursts(access, NOW) == ()


def test_old_bursts_are_forgotten() -> None:
    access = make_workspace()
    topic = make_topic(access, "acme")
    settled(access, topic)
    said(access, topic, 30, NOW)
    look(NOW)
    look(NOW + KEPT + timedelta(days=1))
    assert not BurstRow.objects.exists()


@pytest.fixture
def talk(places: Places) -> tuple[Access, int]:
    """Two weeks about acme: in the second its hinges are a theme, and one voice grows."""
    access = make_workspace()
    topic = make_topic(access, "acme", name="Acme")
    stream = connect_sky(access)
    for day in range(14):
        at = NOW - timedelta(days=13 - day, hours=1)
        words = "acme hinge broke" if day >= 7 else "acme is there"
        lines = [sky(f"{day}-{n}", f"{words} {n}", author=f"did:plc:{n}", createdAt=at.isoformat()) for n in range(6)]
        hear(access, stream, lines, places, now=at)
        archive_due(places, now=at + AGE + timedelta(minutes=1))
    return access, topic


def test_a_word_that_came_is_a_theme_with_its_days(talk: tuple[Access, int]) -> None:
    access, topic = talk
    steps, found = themes(access, topic, Span(NOW - timedelta(days=14), NOW, UTC))
    shares = {theme.term: theme.shares for theme in found}
    assert shares["hinge"] == pytest.approx([0.0] * (len(steps) - 7) + [1.0] * 7)
    assert "acme" not in list(shares)[:1]  # what is always said is no news


def test_a_word_that_comes_much_more_often_is_a_burst_of_its_own(places: Places) -> None:
    access = make_workspace()
    topic = make_topic(access, "acme", name="Acme")
    stream = connect_sky(access)
    for hours, words in [(n, "acme is there") for n in range(40, 2, -1)] + [(0, "acme hinge snapped #hinged")]:
        at = NOW - timedelta(hours=hours, minutes=10)
        lines = [sky(f"{hours}-{n}", f"{words} {n}", author=f"did:plc:{n}", createdAt=at.isoformat()) for n in range(9)]
        hear(access, stream, lines, places, now=at)
    archive_due(places, now=NOW + AGE)
    assert look(NOW)
    terms = {line.term for line in bursts(access, NOW) if line.topic == topic}
    assert {"hinge", "snapped", "#hinged"} <= terms
    assert "acme" not in terms


def test_a_voice_rises_by_growth_not_by_size(places: Places) -> None:
    access = make_workspace()
    topic = make_topic(access, "acme", name="All of acme")
    town = make_town(access, places)
    for week, grown in ((1, 300), (0, 900)):
        town.at = NOW - timedelta(days=6 + 7 * week)
        town.person("ann", followers=grown)
        town.person("big", followers=2_000_000)
        town.person("tiny", followers=2 + week)
        for handle in ("ann", "big", "tiny"):
            town.says(handle, f"acme it is, week {week}")
        for number in range(8 - 7 * week):
            town.says(f"fan{number}", f"@ann said it best about acme {number}")
        archive_due(places, now=town.at + AGE + timedelta(minutes=1))
    week = Span(NOW - timedelta(days=7), NOW, UTC)
    [found] = rising_voices(access, topic, week)
    assert (found.voice.handle, found.followers_before, found.voice.followers) == ("ann", 300, 900)
    assert (found.named_before, found.named) == (1, 8)
    assert found.growth == pytest.approx(2.0)

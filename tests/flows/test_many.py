"""What nobody may have to look at is heard as columns, and counts as if each post had been decided by itself."""

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from hubbub.channels import selectors as channels
from hubbub.flows.archive import archive_due
from hubbub.flows.ears import Ears
from hubbub.flows.sifting import Sifting
from hubbub.infra.places import Places
from hubbub.kernel.batch import RawBatch
from hubbub.listening.core.sketch import count
from hubbub.listening.core.topics import TopicClass
from hubbub.listening.models import EVERY_POST, Post, Rollup
from hubbub.listening.services import fold
from tests.flows.hearing import (
    archived,
    connect_sky,
    counted,
    counted_posts,
    hear,
    recount,
    sky,
    sky_uri,
    waiting,
)
from tests.make import NOON, make_topic, make_workspace

pytestmark = pytest.mark.django_db
SAID = (
    "the zebra runs at noon",
    "Is a ZEBRA a horse? https://example.org/zebra",
    "RT @bob: the zebra runs at noon",
    "#ZebraFail says @carla@example.social, #2026",
    "シマウマ zebra シマウマ シマウマ",
    "no such animal",
    "lion and zebra, zebra and lion",
    "Zebra\u0301 with an accent is another word",
    "a lion sleeps",
    "",
)
TOLD_ALIKE = (
    "uri",
    "event",
    "channel",
    "said_at",
    "arrived_at",
    "language",
    "topics",
    "text",
    "author",
    "mentions",
    "links",
    "tags",
    "asks",
    "likeness",
    "has_row",
)


def told(stored: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = [{name: each[name] for name in TOLD_ALIKE} for each in stored]
    return sorted(rows, key=lambda each: str(each["uri"]))


def heard(places: Places, *, as_columns: bool) -> tuple[list[dict[str, Any]], Counter[tuple[int, int]], int]:
    """Hear the same posts in a workspace of their own: what is stored, the counts by topic and minute, the authors."""
    access = make_workspace(f"Zoo {as_columns}", f"mia{as_columns}@acme.example")
    zebra = make_topic(access, "zebra", TopicClass.MARKET)
    lion = make_topic(access, "lion", TopicClass.COMPETITOR)
    lines = [sky(f"k{n}", text, at_s=n * 20, author=f"did:plc:{n % 7}") for n, text in enumerate(SAID * 4)]
    how = {"named": np.zeros(len(lines), np.bool_)} if as_columns else {}
    hear(access, connect_sky(access, f"ws://127.0.0.1:{1 + as_columns}/subscribe"), lines, places, **how)
    order = {zebra: 1, lion: 2, EVERY_POST: 0}
    cells = Counter[tuple[int, int]]()
    for cell, posts in counted().items():
        if cell[0] == access.workspace:
            cells[order[cell[1]], cell[2]] += posts
    own = [each for each in waiting(places) if each["workspace"] == access.workspace]
    stored = [each | {"topics": sorted(order[topic] for topic in each["topics"])} for each in own]
    sketches = Rollup.objects.filter(workspace=access.workspace, topic=EVERY_POST).values_list("authors", flat=True)
    return stored, cells, count(map(bytes, sketches))


def test_posts_heard_as_columns_are_those_heard_one_by_one(places: Places) -> None:
    at_once, cells, authors = heard(places, as_columns=True)
    alone, one_by_one, as_many = heard(places, as_columns=False)
    assert len(at_once) == 4 * 7
    assert told(at_once) == told(alone)
    assert cells == one_by_one
    assert authors == as_many == 7


def test_copies_and_reposts_are_alike_and_nothing_else_is(places: Places) -> None:
    access = make_workspace()
    make_topic(access, "zebra", TopicClass.MARKET)
    lines = [sky(f"k{n}", text) for n, text in enumerate(SAID)]
    hear(access, connect_sky(access), lines, places, named=np.zeros(len(lines), np.bool_))
    groups = Counter(each["likeness"] for each in waiting(places))
    assert sorted(groups.values()) == [1, 1, 1, 1, 2]


def test_of_the_many_those_that_ask_for_attention_become_rows_as_far_as_the_budget_goes(places: Places) -> None:
    access = make_workspace()
    make_topic(access, "acme")
    lines = [sky(f"k{n}", f"my acme widget broke after {n} days, nobody answers") for n in range(5)]
    lines += [sky(f"w{n}", f"a walk in the park with my acme, {n} miles") for n in range(5)]
    hear(access, connect_sky(access), lines, places, named=np.zeros(len(lines), np.bool_))
    assert sorted(Post.objects.values_list("uri", flat=True)) == sorted(sky_uri(f"k{n}") for n in range(5))
    assert counted_posts(access) == 10
    assert counted() == recount(waiting(places))


@pytest.mark.parametrize("seed", range(3))
def test_after_any_mixture_through_the_sieve_the_counts_are_those_of_what_is_stored(places: Places, seed: int) -> None:
    """Posts, edits and deletes among posts that match nothing, told twice, cut anywhere, archived in between."""
    dice, access = random.Random(seed), make_workspace()
    lion = make_topic(access, "lion", TopicClass.MARKET)
    acme = make_topic(access, "acme")
    last: dict[str, str] = {}
    events: list[bytes] = []
    for step in range(400):
        if last and dice.random() < 0.3:
            key = dice.choice(list(last))
            if dice.random() < 0.4:
                events.append(sky(key, operation="delete", at_s=step))
                del last[key]
                continue
            how = "update"
        else:
            key, how = f"k{step}", "create"
        what = dice.choice(("lion", "acme", "lion acme", "stone"))
        last[key] = f"{dice.choice(('the', 'a broken', 'no'))} {what} {step}"
        events.append(sky(key, last[key], how, at_s=step))
        if dice.random() < 0.1:
            events.append(events[-1])
    stream_id = channels.connection(access, connect_sky(access)).stream
    assert stream_id is not None
    ears, at = Ears.open(), 0
    while at < len(events):
        stream = channels.stream(stream_id)
        sifting = Sifting.of(stream)
        assert sifting is not None
        size = dice.randint(1, 60)
        sifting.add(RawBatch(events[at : at + size], at, NOON), ears)
        at += size
        lines, named, left_out = sifting.taken()
        connection = channels.subscribers(stream_id)[0].connection
        hear(access, connection, lines.lines, places, ears=ears, named=named, passed=left_out, stream=stream, cursor=at)
        if dice.random() < 0.3:
            archive_due(places, now=NOON, age=timedelta(0))
    fold()
    assert counted_posts(access, lion) == sum("lion" in text for text in last.values())
    assert counted_posts(access, acme) == sum("acme" in text for text in last.values())
    assert counted() == recount([*archived(places), *waiting(places)])

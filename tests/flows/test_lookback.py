"""A new topic looks back at the spool and at the archive: exactly, and once however often it does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hubbub.channels import selectors as channels
from hubbub.channels.models import Connection
from hubbub.flows.archive import archive_due
from hubbub.flows.corrections import correct
from hubbub.flows.erasure import erase
from hubbub.flows.lookback import look_back_all
from hubbub.flows.looking import Looker
from hubbub.flows.preview import preview
from hubbub.infra.places import Places
from hubbub.infra.spool import Spool, forget, frames
from hubbub.kernel.batch import Lines
from hubbub.listening.core.baseline import baseline
from hubbub.listening.core.corrections import Correction
from hubbub.listening.core.digest import Digest, Voice
from hubbub.listening.core.heard import Sought
from hubbub.listening.core.query import parse
from hubbub.listening.core.topics import TopicClass
from hubbub.listening.core.volume import Share
from hubbub.listening.models import CorrectionRow, Post
from hubbub.listening.selectors.backfill import backfill_of
from hubbub.listening.selectors.posts import posts
from hubbub.listening.services import backfill, fold
from tests.flows.demo_network import DemoNetwork, Desk
from tests.flows.hearing import archived, connect_sky, counted, recount, sky, sky_uri, waiting
from tests.make import NOON, Town, make_topic, make_town, make_workspace

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def town(places: Places) -> Town:
    return make_town(make_workspace(), places)


def spool_of(town: Town, places: Places, connection: int, lines: list[bytes], at: datetime = NOON) -> int:
    """What a listener keeps of lines as they come; returns the stream."""
    stream = channels.connection(town.access, connection).stream
    assert stream is not None
    kept = Spool(places.spool, stream, 10_000_000)
    kept.keep(Lines.of(lines), at)
    kept.flush(at)
    return stream


def topics_of(town: Town, places: Places, topic: int) -> set[str]:
    sought = Sought(NOON - timedelta(days=900), LATER + timedelta(days=2), topic)
    return {line.uri for line in posts(town.access, sought, places, limit=1_000).posts}


def looked_back(town: Town, places: Places, topic: int, now: datetime = LATER) -> Any:
    backfill.ask(town.access, topic, now=now)
    look_back_all(places, now=lambda: now)
    return backfill_of(town.access, topic)


def as_recounted(places: Places) -> bool:
    while fold():
        pass
    return counted() == recount([*archived(places), *waiting(places)])


def test_what_nobody_listened_for_is_heard_from_the_spool_as_history(town: Town, places: Places) -> None:
    connection = connect_sky(town.access)
    lines = [sky(f"k{n}", "a purple teapot for everyone") for n in range(3)]
    lines += [sky("x1", "nothing of the kind"), sky("k1", operation="delete"), b"not json at all"]
    spool_of(town, places, connection, lines)
    topic = make_topic(town.access, "teapot", name="Teapots")
    found = looked_back(town, places, topic)
    assert (found.percent, found.found) == (100, 3)
    assert topics_of(town, places, topic) == {sky_uri("k0"), sky_uri("k2")}  # what was taken back stays so
    assert not Post.objects.exists()  # nobody has to look at it
    assert as_recounted(places)
    again = looked_back(town, places, topic, LATER + timedelta(minutes=1))
    assert (again.found, topics_of(town, places, topic)) == (0, {sky_uri("k0"), sky_uri("k2")})
    assert as_recounted(places)


@pytest.mark.parametrize("archive_first", [False, True])
def test_what_was_heard_for_other_topics_is_put_in(town: Town, places: Places, archive_first: bool) -> None:
    uris = [town.says(f"ann{n}", f"my acme teapot number {n} broke") for n in range(4)]
    town.says("ben", "acme and nothing else")
    _, edited = town.line("ann0", "my acme kettle broke", kind="edit", uri=uris[0])
    town.hear([edited])
    if archive_first:
        archive_due(places, now=LATER, age=timedelta(0))
    topic = make_topic(town.access, "teapot", name="Teapots")
    found = looked_back(town, places, topic)
    assert found.found == 3
    assert topics_of(town, places, topic) == set(uris[1:])  # the first one reads otherwise now
    assert as_recounted(places)
    assert not CorrectionRow.objects.exists()
    assert looked_back(town, places, topic, LATER + timedelta(minutes=1)).found == 0
    assert (found.baseline.posts, found.baseline.channels) == (3, ("demo",))


def test_what_a_network_still_has_is_searched_for(demo_network: DemoNetwork, places: Places) -> None:
    desk = Desk(demo_network, places)
    said = {desk.network.say("zoe", "Airship late"), desk.network.say("abe", "no airship #Zeppelin")}
    gone = desk.network.say("zoe", "airship gone")
    desk.network.take_back(gone)
    desk.network.tell("zoe", "airship in private")
    desk.network.say("bob", "an airshipment")
    topic = make_topic(desk.access, '(airship late) OR #zeppelin OR "no such words"', klass=TopicClass.MARKET)
    now = datetime.now(UTC) + timedelta(minutes=1)
    for _ in range(2):
        backfill.ask(desk.access, topic, now=now)
        look_back_all(places, allow_private=frozenset({"demo"}), now=lambda: now)
        found = backfill_of(desk.access, topic)
        assert found is not None
        assert (found.words, found.baseline is not None) == ("", True)
        sought = Sought(now - timedelta(days=1), now, topic)
        assert {line.uri for line in posts(desk.access, sought, places).posts} == said
        assert as_recounted(places)
    assert not desk.town.cases()


def test_what_was_taken_out_by_hand_stays_out(town: Town, places: Places) -> None:
    topic = make_topic(town.access, "teapot", name="Teapots")
    uri = town.says("ann", "acme teapot")
    sought = Sought(NOON - timedelta(days=1), LATER)
    correct(town.access, sought, Correction(drop=frozenset({topic})), "Out", places, now=LATER)
    looked_back(town, places, topic, LATER + timedelta(minutes=1))
    assert topics_of(town, places, topic) == set()
    assert uri in topics_of(town, places, 0)


def test_filters_count_when_looking_back(town: Town, places: Places) -> None:
    connection = connect_sky(town.access)
    lines = [sky("en", "a teapot", langs=["en"]), sky("de", "ein teapot", langs=["de"])]
    spool_of(town, places, connection, lines)
    topic = make_topic(town.access, "teapot lang:de", name="Teapots")
    looked_back(town, places, topic)
    assert topics_of(town, places, topic) == {sky_uri("de")}


def test_a_preview_counts_what_would_have_matched(town: Town, places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hubbub.flows.preview.ENOUGH_S", 60)  # however slow this machine is just now
    assert preview(town.access, parse("teapot"), places, now=NOON) is None
    connection = connect_sky(town.access)
    lines = [sky(f"k{n}", "a purple teapot" if n % 10 == 0 else "nothing of the kind") for n in range(2_000)]
    spool_of(town, places, connection, lines[:1_000], NOON - timedelta(minutes=10))
    spool_of(town, places, connection, lines[1_000:], NOON)
    found = preview(town.access, parse("teapot"), places, now=NOON)
    assert found is not None
    assert (found.looked, found.matching) == (2_000, 200)
    assert len(found.samples) == 5
    assert found.samples[0].text == "a purple teapot"
    assert found.a_day == round(200 / (10 / 1440))
    zebra = make_workspace("Zebra", "charlie@zebra.example")
    assert preview(zebra, parse("teapot"), places, now=NOON) is None


def test_where_little_was_told_what_was_heard_for_other_topics_is_looked_through(town: Town, places: Places) -> None:
    for number in range(6):
        town.says(f"ann{number}", f"acme {'teapot' if number % 3 else 'kettle'} number {number}")
    found = preview(town.access, parse("teapot channel:demo"), places, now=LATER)
    assert found is not None
    assert (found.looked, found.heard, found.heard_matching, len(found.samples)) == (0, 6, 4, 4)
    nothing = preview(town.access, parse("teapot lang:ja"), places, now=LATER)
    assert nothing is not None
    assert nothing.heard_matching == 0


def test_private_messages_are_in_no_preview(town: Town, places: Places) -> None:
    _, line = town.line("ann", "acme teapot, my password is x", to="AcmeCustServ")
    looker = Looker("demo", parse("teapot"))
    assert not len(looker.look(Lines.of([line]), NOON).rows)


def test_the_spool_keeps_to_its_size_and_survives_being_cut_off(places: Places) -> None:
    kept = Spool(places.spool, 7, 3_000)
    for number in range(40):
        kept.keep(Lines.of([b"%032d" % number * 20]), NOON + timedelta(minutes=number))
        kept.flush(NOON + timedelta(minutes=number))
    [path] = places.spool.glob("7/*.spool")
    held = list(frames(places.spool, 7))
    assert [frame.at for frame in held] == [NOON + timedelta(minutes=number) for number in range(40)]
    path.write_bytes(path.read_bytes()[:-3])
    assert len(list(frames(places.spool, 7))) == 39
    assert held[0].lines()[0] == b"%032d" % 0 * 20
    assert len(held[-1].lines()) == 0
    nothing = Spool(places.spool, 8, 0)
    nothing.keep(Lines.of([b"x"]), NOON)
    nothing.flush(NOON)
    assert list(frames(places.spool, 8)) == []
    assert forget(places.spool, [b"%032d" % 3]) == 1
    assert list(frames(places.spool, 7)) == []


def test_who_is_erased_goes_from_the_spool(town: Town, places: Places) -> None:
    town.says("ann", "acme teapot")
    connection = connect_sky(town.access)
    stream = spool_of(town, places, connection, [sky("k1", "somebody called ann spoke")])
    erase(town.access, "demo", "ann", places, now=LATER)
    assert list(frames(places.spool, stream)) == []


def test_a_network_that_is_away_is_left_out(town: Town, places: Places) -> None:
    Connection.objects.update(config={"server": "http://127.0.0.1:1", "handle": "acme"})
    topic = make_topic(town.access, "zeppelin", klass=TopicClass.MARKET)
    found = looked_back(town, places, topic)
    assert found.baseline.posts == 0
    assert "could not be searched" in found.words


def test_a_topic_that_can_not_look_back_says_so(town: Town, places: Places) -> None:
    topic = make_topic(town.access, "teapot", name="Teapots")
    from hubbub.listening.models import Topic

    Topic.objects.filter(pk=topic).update(query="((")
    assert looked_back(town, places, topic).words


# Baselines ------------------------------------------------------------------------
def digest_with(voices: int, posts: int, named: int) -> Digest:
    told = {f"id{n}": Voice("bluesky", f"ann{n}", "Ann", 10, posts, 0, 0) for n in range(voices)}
    return Digest(posts=voices * posts, voices=told, named={f"ann{n}": 2 for n in range(named)})


ALL = "nearly all who feel something are"


@pytest.mark.parametrize(
    ("moods", "digest", "verdict"),
    [
        ((3, 10, 2), digest_with(1, 1, 0), "Hardly anything is said of it yet."),
        ((95, 100, 5), digest_with(2, 3, 0), f"20 posts a day, {ALL} angry; no community yet."),
        ((10, 20, 170), digest_with(8, 4, 4), f"20 posts a day, {ALL} glad; a community that talks with each other."),
        ((80, 80, 40), digest_with(8, 4, 1), "20 posts a day, more cold than warm; no community yet."),
        ((10, 180, 10), digest_with(0, 0, 0), "20 posts a day, of no clear mood; no community yet."),
    ],
)  # fmt: skip
def test_a_baseline_says_how_big_how_warm_and_whether_it_is_a_community(
    moods: tuple[int, int, int], digest: Digest, verdict: str
) -> None:
    found = baseline(NOON - timedelta(days=10), NOON, Share("", moods), ("bluesky",), digest, 100, ("teapot",))
    assert found.verdict == verdict
    assert type(found).of(found.as_facts()) == found
    assert replace(found, since=NOON).days > 0

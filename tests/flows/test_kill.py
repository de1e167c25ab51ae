"""Killed at any named place and started again: nothing is lost, and nothing is there twice."""

import re
from collections import Counter
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import hubbub
from hubbub.care.models import CaseRow, DecisionRow, Entry, SocialAccount
from hubbub.channels import selectors as channels
from hubbub.channels.models import Quarantined, Stream
from hubbub.flows.archive import archive_due
from hubbub.infra import identities
from hubbub.infra.failpoints import FAILPOINTS
from hubbub.infra.models import OutboxMessage
from hubbub.infra.places import Places
from hubbub.infra.spool import Spool
from hubbub.kernel.batch import Lines
from hubbub.listening.core.digest import unpacked
from hubbub.listening.core.topics import TopicClass
from hubbub.listening.models import EVERY_POST, DigestPart, Post, Revision, Segment, Tombstone, Topic
from tests.flows.demo_network import DemoNetwork, Desk, states
from tests.flows.dying import KILLED, erase_ann, hear_and_archive, live, look_back, read_again, send, take_out
from tests.flows.hearing import archived, connect_sky, counted, elsewhere, lines_of, recount, sky, waiting
from tests.make import NOON, Town, connect_demo, make_topic, make_workspace

pytestmark = pytest.mark.django_db(transaction=True)

LISTENING = [name for name in FAILPOINTS if name.split(".")[0] in ("listen", "triage", "archive")]
BESIDE = {"quarantine.heard": read_again, "erasure.rows": erase_ann, "erasure.digests": erase_ann}
SENDING = [name for name in FAILPOINTS if name.split(".")[0] == "send"]
KEYS = [name for name in FAILPOINTS if name.split(".")[0] == "keys"]  # see test_rotation
LEVELS = [name for name in FAILPOINTS if name.split(".")[0] == "escalation"]  # see test_levels
LEARNING = [name for name in FAILPOINTS if name.split(".")[0] == "learning"]  # see test_learning
HAPPENINGS = [name for name in FAILPOINTS if name.split(".")[0] == "happenings"]  # see test_happenings
PLANNING = [name for name in FAILPOINTS if name.split(".")[0] in ("measuring", "forecasting")]  # see their tests
CALLS = [name for name in FAILPOINTS if name.split(".")[0] == "calls"]  # see test_calls
DAYS = 3


def test_every_failpoint_in_the_code_is_listed_and_has_a_scenario() -> None:
    code = Path(hubbub.__file__).parent.rglob("*.py")
    passed = [name for file in code for name in re.findall(r'\bfailpoint\("([\w.]+)"\)', file.read_text("utf-8"))]
    assert (
        sorted(set(passed))
        == sorted(FAILPOINTS)
        == sorted([*LISTENING, *BESIDE, *SENDING, *KEYS, *CALLS, *LEVELS, *LEARNING, *HAPPENINGS, *PLANNING])
    )


@pytest.mark.parametrize("failpoint", LISTENING)
def test_a_listener_killed_there_loses_and_doubles_nothing(failpoint: str, places: Places) -> None:
    town, expected = make_acme(places), undisturbed()
    life = (stream_of(town), town.access.workspace, town_talk(town), places)
    assert live(failpoint, hear_and_archive, *life) == KILLED  # at the first passage
    assert live(f"{failpoint}:2", hear_and_archive, *life) == KILLED  # and, in its second life, at a later one
    assert live("", hear_and_archive, *life) == 0
    assert picture(town) == expected
    assert list(places.segments.rglob("*.draft")) == []


@pytest.mark.parametrize("failpoint", SENDING)
def test_a_sender_killed_there_sends_each_message_once(
    failpoint: str, places: Places, demo_network: DemoNetwork
) -> None:
    desk = Desk(demo_network, places)
    (ann, public), (ben, private) = desk.asked(), desk.asked(private=True)
    for text in ("First.", "Second.", "Third."):
        desk.answer(public, text)
    desk.answer(private, "In private.", private=True)
    assert live(failpoint, send) == KILLED
    assert live(f"{failpoint}:2", send) == KILLED
    assert live("", send) == 0
    assert demo_network.answers(ann) == ["First.", "Second.", "Third."]
    assert demo_network.answers(ben) == ["In private."]
    assert states() == ["delivered"] * 4
    assert OutboxMessage.objects.exclude(uri="").count() == 4


@pytest.mark.parametrize("failpoint", BESIDE)
def test_who_is_killed_there_and_does_it_again_has_done_it_once(failpoint: str, places: Places) -> None:
    town, work = make_acme(places), BESIDE[failpoint]
    town.says("bob", "acme is fine for me")
    town.says("ann", "@AcmeCustServ acme broke and nobody answers")
    _, line = town.line("ann", "acme once more", uri="demo://acme/ann/held")
    Quarantined.objects.create(stream_id=stream_of(town), reason="old", raw=line, size=len(line), at=town.at)
    assert live(failpoint, work, town.access, places) == KILLED
    assert live("", work, town.access, places) == 0
    archive_due(places, now=town.at, age=timedelta(0))
    held = Counter(each["author"] for each in archived(places))
    digests = [unpacked(part.made) for part in DigestPart.objects.all()]
    if work is read_again:
        assert held == {"ann": 2, "bob": 1}
        assert counted() == recount(archived(places))
        assert not Quarantined.objects.exists()
    else:
        assert held == {"bob": 1}
        assert not Post.objects.filter(author="ann").exists()
        assert {author for digest in digests for author in digest.voices} == {"bob"}


MARKING = [name for name in LISTENING if name.split(".")[0] == "listen"]


@pytest.mark.parametrize("failpoint", MARKING)
def test_who_is_killed_while_posts_are_corrected_and_does_it_again_counts_each_once(
    failpoint: str, places: Places
) -> None:
    town = make_acme(places)
    lion = make_topic(town.access, "lion", TopicClass.MARKET, "Lions")
    for number in range(4):
        town.says(f"bob{number}", f"a lion, number {number}")
        town.says(f"ann{number}", f"@AcmeCustServ acme lion {number} broke")
    assert Post.objects.filter(author="ann1").exists()
    assert not Post.objects.filter(author="bob1").exists()
    assert live(failpoint, take_out, town.access, lion, places) == KILLED
    assert live("", take_out, town.access, lion, places) == 0
    assert counted() == recount([*archived(places), *waiting(places)])
    assert sum(posts for cell, posts in counted().items() if cell[1] == lion) == 0
    assert sum(posts for cell, posts in counted().items() if cell[1] == 0) == 8


@pytest.mark.parametrize("failpoint", [name for name in LISTENING if not name.startswith("triage")])
def test_a_topic_killed_while_it_looks_back_counts_each_post_once(failpoint: str, places: Places) -> None:
    town = make_acme(places)
    connection = connect_sky(town.access)
    stream = channels.connection(town.access, connection).stream
    assert stream is not None
    spool = Spool(places.spool, stream, 1_000_000)
    spool.keep(Lines.of([sky(f"k{number}", f"a lion, number {number}") for number in range(3)]), NOON)
    spool.flush(NOON)
    town.says("ann", "@AcmeCustServ acme lion broke")
    lion = make_topic(town.access, "lion", TopicClass.MARKET, "Lions")
    assert live(failpoint, look_back, town.access, lion, places) == KILLED
    assert live("", look_back, town.access, lion, places) == 0
    assert counted() == recount([*archived(places), *waiting(places)])
    assert sum(posts for cell, posts in counted().items() if cell[1] == lion) == 4
    told = [unpacked(part.made).posts for part in DigestPart.objects.filter(topic=lion)]
    assert sum(told) == 4


@cache
def undisturbed() -> dict[str, Any]:
    """What is stored when nobody dies, checked against what was said."""
    with elsewhere() as places:
        town = make_acme(places, "Quiet Care", "quiet@acme.example")
        talk = town_talk(town)
        assert live("", hear_and_archive, stream_of(town), town.access.workspace, talk, places) == 0
        found = picture(town)
    assert found["lines"] == sum(map(len, talk))
    assert set(found["archive"].values()) == {1}
    assert Counter(kind for _, kind in found["archive"]) == {
        "create": 6 * DAYS,
        "edit": 2 * DAYS,
        "delete": 2 * DAYS,
    }
    assert found["posts heard"] == 4 * DAYS
    assert len(found["tombstones"]) == len(found["quarantine"]) == DAYS
    assert all(found.values()), {name: value for name, value in found.items() if not value}
    return found


def make_acme(places: Places, name: str = "Acme Care", email: str = "mia@acme.example") -> Town:
    access = make_workspace(name, email)
    make_topic(access, "acme", name="Acme")
    return Town(access, places, connect_demo(access))


def town_talk(town: Town) -> list[list[bytes]]:
    """Batches with something of everything: rows and none, private, edited, deleted, buried, torn, of no concern.

    What has a row changes a batch later, so that it does not matter when triage first sees it.
    """
    said = Town(town.access, town.places, town.connection)

    def day(number: int) -> list[list[bytes]]:
        broken, ann = said.line("ann", f"my acme widget {number} broke after a day, nobody answers")
        hated, cat = said.line("cat", f"I hate my acme {number}, refund me")
        walk, ben = said.line("ben", f"a walk in the park with my acme {number}")
        rest, dan = said.line("dan", f"acme in the park {number}")
        early = f"demo://acme/eve/early{number}"
        morning = [
            *(ann, ben, cat, dan, ann),
            said.line("ann", f"my order is A-{number}", to="AcmeCustServ")[1],
            said.line("fay", "@AcmeCustServ me too!")[1],
            said.line("gus", "lovely weather")[1],
            said.line("eve", "", kind="delete", uri=early)[1],
            b'{"torn": ',
            said.line("ben", f"a run in the park with my acme {number}", kind="edit", uri=walk)[1],
            said.line("dan", "", kind="delete", uri=rest)[1],
        ]
        evening = [
            said.line("ann", f"my acme widget {number} broke again", kind="edit", uri=broken)[1],
            said.line("cat", "", kind="delete", uri=hated)[1],
            said.line("eve", "acme, too late", uri=early)[1],
        ]
        return [morning, evening]

    return [batch for number in range(DAYS) for batch in day(number)]


def stream_of(town: Town) -> Any:
    return channels.connection(town.access, town.connection).stream


def picture(town: Town) -> dict[str, Any]:
    """Everything that is stored for a workspace, without the numbers that rows happen to have."""
    mine, stream = {"workspace": town.access.workspace}, Stream.objects.get(pk=stream_of(town))
    assert not Segment.objects.filter(stream=stream, archived_at=None).exists()
    assert list(town.places.segments.rglob("*.arrow")) == []
    stored = archived(town.places)
    topics = {EVERY_POST: "every post", **dict(Topic.objects.filter(**mine).values_list("pk", "name"))}
    cells = Counter({key: n for key, n in counted().items() if key[0] == town.access.workspace})
    assert cells == recount(stored)
    posts = Post.objects.filter(**mine)
    uris = sorted({each["uri"] for each in stored})
    keys = {identities.key_of(town.access.workspace, uri): uri for uri in uris}
    index = identities.Identities(town.places.identities)
    try:
        found = {keys[key]: each for key, each in index.known([*keys]).items()}
        assert index.count() == len(found) == len(uris)
        assert {uri for uri, each in found.items() if each.row} == set(posts.values_list("uri", flat=True))
        known = {uri: (each.minute, each.gone, each.edited_us) for uri, each in found.items() if not each.row}
    finally:
        index.close()
    entries = Entry.objects.filter(case__workspace=town.access.workspace).order_by("case__number", "at", "id")
    return {
        "lines": stream.lines,
        "archive": Counter((uri, kind) for _, uri, kind in lines_of(stored).elements()),
        "posts heard": sum(n for key, n in cells.items() if key[1] == EVERY_POST),
        "roll-ups": {(topics[topic], *rest): n for (_, topic, *rest), n in cells.items()},
        "posts": list(posts.order_by("uri").values_list("uri", "text", "pending", "deleted_at", "edited_at")),
        "revisions": sorted(Revision.objects.filter(post__in=posts).values_list("post__uri", "text")),
        "identities": known,
        "tombstones": sorted(Tombstone.objects.filter(**mine).values_list("uri", flat=True)),
        "quarantine": [bytes(row.raw) for row in Quarantined.objects.filter(stream=stream)],
        "people": sorted(SocialAccount.objects.filter(**mine).values_list("native", flat=True)),
        "cases": list(CaseRow.objects.filter(**mine).order_by("number").values_list("number", "status", "rule")),
        "entries": list(entries.values_list("case__number", "kind", "post__uri", "text")),
        "decisions": Counter(DecisionRow.objects.filter(**mine).values_list("post__uri", "rule", "decision")),
    }

"""One post that comes in several ways at once is one post: by an account's stream, its poll and a hashtag's stream."""

import json
from functools import partial

import pytest

from hubbub.care.core.understanding import LinearModel
from hubbub.care.models import CaseRow
from hubbub.care.services.triage import triage
from hubbub.channels import selectors as channels
from hubbub.channels import services
from hubbub.channels.core.contract import Account
from hubbub.channels.core.values import StreamValue
from hubbub.flows.beside import beside, ingest_beside
from hubbub.flows.ears import Ears
from hubbub.flows.ingest import Ingested, ingest
from hubbub.infra.places import Places
from hubbub.kernel.batch import RawBatch
from hubbub.kernel.ids import ConnectionId, StreamId
from hubbub.listening.models import EVERY_POST, Post, Rollup
from tests.channels.mastodon.samples import ON, status
from tests.make import NOON, at_once, make_topic, make_town, make_workspace

pytestmark = pytest.mark.django_db(transaction=True)


def test_fifty_deliveries_of_one_post_by_three_streams_at_once_are_one_row_one_case_and_counted_once(
    places: Places,
) -> None:
    access = make_workspace()
    make_topic(access, "#widget", name="Widgets")

    def stream(kind: str, name: str, **config: str) -> StreamId:
        made: ConnectionId = services.connect(
            access,
            kind=kind,
            name=name,
            config={"server": f"https://{ON}", **config},
            secret={"token": "t"},
            account=Account(id=f"acme@{ON}", handle=f"acme@{ON}") if kind == "mastodon" else None,
            now=NOON,
        )
        found = channels.connection(access, made).stream
        assert found is not None
        return found

    ways = [
        stream("mastodon", "Our account"),
        stream("mastodon", "Our account, connected twice"),
        stream("mastodon_tags", "Widgets", tags="widget"),
    ]
    said = status("<p>@acme my #widget broke</p>", mentions=[{"id": "1", "username": "acme", "acct": "acme"}])
    line = json.dumps({"on": ON, "status": said}).encode()
    deliver = partial(ingest_beside, lines=[line], places=places, now=NOON)
    done = at_once(*[partial(deliver, ways[number % 3]) for number in range(50)])
    assert [each for each in done if isinstance(each, Exception)] == []
    assert sum(each.heard for each in done) == 1
    while triage(access.workspace, understanding=LinearModel.shipped(), now=NOON):
        pass
    assert (Post.objects.count(), CaseRow.objects.count()) == (1, 1)
    assert sum(Rollup.objects.filter(topic=EVERY_POST).values_list("posts", flat=True)) == 1


def test_what_is_heard_beside_a_listener_leaves_the_cursor_that_it_committed_meanwhile(places: Places) -> None:
    """A cursor alone takes no number of a segment, so that no fence tells of it."""
    access = make_workspace()
    town = make_town(access, places)
    hear = partial(ingest, ears=Ears.open(), understanding=LinearModel.shipped(), places=places, now=NOON)
    (stream,) = channels.streams()
    _, line = town.line("ann", "@AcmeCustServ my acme widget is broken!")

    def both(value: StreamValue) -> Ingested:
        hear(value, RawBatch([], {"at": 7}, NOON))
        return hear(value, RawBatch([line], value.cursor, NOON))

    assert beside(stream.id, places, both).heard == 1
    assert channels.stream(stream.id).cursor == {"at": 7}

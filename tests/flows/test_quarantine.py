"""Quarantine: what could not be read is heard once it can be, once, and thrown away only by who may."""

import pytest

from hubbub.accounts.core.access import Role
from hubbub.accounts.models import AuditEntry
from hubbub.channels import selectors
from hubbub.channels.adapters.bluesky.jetstream import Jetstream
from hubbub.channels.models import Quarantined
from hubbub.channels.services import discard
from hubbub.flows.quarantine import Again, hear_again
from hubbub.infra.places import Places
from hubbub.kernel.batch import Batch, RawBatch, Reject
from hubbub.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound
from tests.flows.hearing import connect_sky, counted_posts, hear, recount, sky, waiting
from tests.make import NOON, make_topic, make_workspace, roles

pytestmark = pytest.mark.django_db
BROKEN = b'{"kind":"commit","did":"did:plc:x","time_us":1,"commit":{"operation":"create"'


def test_what_the_next_version_can_read_is_heard_once_and_let_go(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = make_workspace()
    make_topic(access, "acme")
    stream = connect_sky(access)
    lines = [sky("a", "acme one"), sky("b", "acme two"), sky("c", "nothing")]
    true = Jetstream.parse

    def old(raw: RawBatch, rows: object = None) -> Batch:
        read = true(RawBatch([raw.lines[0]], raw.cursor, raw.arrived_at))
        return Batch(read.posts, [Reject(row, "Not known yet.") for row in range(1, len(raw.lines))])

    monkeypatch.setattr(Jetstream, "parse", staticmethod(old))
    hear(access, stream, lines, places)
    assert Quarantined.objects.count() == 2 and counted_posts(access) == 1
    assert hear_again(access, places, now=NOON) == Again(1, 0, 1)  # the old version reads the first of a batch
    monkeypatch.setattr(Jetstream, "parse", staticmethod(true))
    assert hear_again(access, places, now=NOON) == Again(0, 1, 0)
    assert not Quarantined.objects.exists()
    assert counted_posts(access) == 2
    assert sum(recount(waiting(places)).values()) == 4  # two posts, each in its topic and in all
    assert hear_again(access, places, now=NOON) == Again(0, 0, 0)


def test_what_still_can_not_be_read_stays_with_todays_reason(places: Places) -> None:
    access = make_workspace()
    stream = connect_sky(access)
    hear(access, stream, [BROKEN], places)
    Quarantined.objects.update(reason="An older reason.")
    assert hear_again(access, places, now=NOON) == Again(0, 0, 1)
    row = Quarantined.objects.get()
    assert row.reason != "An older reason." and row.again_at == NOON and bytes(row.raw) == BROKEN


def test_somebody_can_mend_a_line_of_a_stream_of_their_own(places: Places) -> None:
    access = make_workspace()
    make_topic(access, "acme")
    stream = connect_sky(access)
    hear(access, stream, [BROKEN], places)
    held = Quarantined.objects.get().pk
    with pytest.raises(InvalidInput, match="still can’t be read"):
        hear_again(access, places, now=NOON, which=held, raw="{}x")
    assert hear_again(access, places, now=NOON, which=held, raw=sky("a", "acme, mended").decode()) == Again(1, 0, 0)
    assert counted_posts(access) == 1 and not Quarantined.objects.exists()
    assert AuditEntry.objects.filter(action="quarantined line mended").count() == 1
    with pytest.raises(InvalidInput, match="not held any more"):
        hear_again(access, places, now=NOON, which=held, raw="{}")


def test_what_others_hear_too_is_neither_changed_nor_thrown_away(places: Places) -> None:
    access, other = make_workspace(), make_workspace("Globex", "c@globex.example")
    stream = connect_sky(access)
    connect_sky(other)
    hear(access, stream, [BROKEN], places)
    held = Quarantined.objects.get().pk
    with pytest.raises(InvalidInput, match="Others hear this stream"):
        hear_again(access, places, now=NOON, which=held, raw=sky("a", "acme").decode())
    with pytest.raises(Conflict, match="Others hear this stream"):
        discard(access, held, now=NOON)
    assert discard(access, None, now=NOON) == 0
    assert [line.own for line in selectors.quarantine(access)] == [False]


def test_only_who_may_listen_reads_again_or_throws_away(places: Places) -> None:
    access, stranger = make_workspace(), make_workspace("Globex", "c@globex.example")
    stream = connect_sky(access)
    hear(access, stream, [BROKEN], places)
    held = Quarantined.objects.get().pk
    for role, who in roles(access).items():
        if role in (Role.AGENT, Role.LEAD, Role.ANALYST):
            for deed in (
                lambda who=who: hear_again(who, places, now=NOON),
                lambda who=who: discard(who, held, now=NOON),
            ):
                with pytest.raises(NotAllowed):
                    deed()
    assert hear_again(stranger, places, now=NOON) == Again(0, 0, 0)
    with pytest.raises(NotFound):
        discard(stranger, held, now=NOON)
    assert discard(access, held, now=NOON) == 1
    assert AuditEntry.objects.filter(action="quarantine discarded").count() == 1


def test_a_line_too_long_to_be_kept_whole_is_never_read_in_part(places: Places) -> None:
    access = make_workspace()
    stream = connect_sky(access)
    hear(access, stream, [BROKEN + b"x" * 300_000], places)
    assert hear_again(access, places, now=NOON) == Again(0, 0, 1)

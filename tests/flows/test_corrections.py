"""Corrections: many posts at once count as something else, exactly, and all of it back again."""

from datetime import timedelta

import pytest

from hubbub.accounts.core.access import Access, Role
from hubbub.accounts.models import AuditEntry
from hubbub.flows.archive import archive_due
from hubbub.flows.corrections import correct, undo
from hubbub.flows.erasure import erase
from hubbub.infra.places import Places
from hubbub.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound
from hubbub.listening.core.corrections import Correction
from hubbub.listening.core.heard import HeardLine, Sought
from hubbub.listening.core.span import Span, usual
from hubbub.listening.models import CorrectionRow, Post, Topic
from hubbub.listening.selectors.history import digest_of, tops_of, volume_of
from hubbub.listening.selectors.posts import posts
from hubbub.listening.services import fold
from tests.flows.hearing import archived, connect_sky, counted, hear, recount, sky, waiting
from tests.make import NOON, Town, make_member, make_topic, make_town, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(places: Places) -> Town:
    return make_town(make_workspace(), places)


def topic_of(town: Town, name: str = "Acme") -> int:
    return Topic.objects.get(name=name).pk


def sought(town: Town, topic: int = 0, **more: object) -> Sought:
    return Sought(NOON - timedelta(days=2), town.at + timedelta(days=2), topic, **more)  # type: ignore[arg-type]


def listed(town: Town, places: Places, topic: int = 0) -> dict[str, HeardLine]:
    return {line.uri: line for line in posts(town.access, sought(town, topic), places).posts}


def of(town: Town, topic: int) -> int:
    from zoneinfo import ZoneInfo

    span: Span = usual("day", town.at + timedelta(minutes=2), ZoneInfo("UTC"))
    return volume_of(town.access, topic, span).whole.posts


def as_recounted(places: Places) -> bool:
    while fold():
        pass
    return counted() == recount([*archived(places), *waiting(places)])


@pytest.mark.parametrize("archive_first", [False, True])
def test_posts_are_taken_out_of_a_topic_and_put_back(town: Town, places: Places, archive_first: bool) -> None:
    uris = [town.says(f"ann{number}", f"acme news number {number}") for number in range(5)]
    if archive_first:
        archive_due(places, now=town.at, age=timedelta(0))
    acme = topic_of(town)
    drop = Correction(drop=frozenset({acme}))
    done, number = correct(town.access, sought(town, uris=tuple(uris[:3])), drop, "Not about Acme", places, now=town.at)
    assert (done, number is not None) == (3, True)
    assert set(listed(town, places, acme)) == set(uris[3:])
    assert set(listed(town, places)) == set(uris)
    assert (of(town, acme), of(town, 0)) == (2, 5)
    assert as_recounted(places)
    archive_due(places, now=town.at + timedelta(minutes=1), age=timedelta(0))
    assert set(listed(town, places, acme)) == set(uris[3:])
    assert as_recounted(places)
    assert number is not None
    assert undo(town.access, number, places, now=town.at + timedelta(minutes=2)) == ("Not about Acme", 3)
    assert set(listed(town, places, acme)) == set(uris)
    assert (of(town, acme), of(town, 0)) == (5, 5)
    assert as_recounted(places)
    with pytest.raises(Conflict, match="already"):
        undo(town.access, number, places, now=town.at + timedelta(minutes=3))
    assert not any(line.edited for line in listed(town, places).values())


def test_a_mood_is_scored_anew_for_rows_and_for_others(town: Town, places: Places) -> None:
    row = town.says("ann", "@AcmeCustServ my acme widget broke, I am furious!")
    other = town.says("ben", "acme in the news")
    assert set(Post.objects.values_list("uri", flat=True)) >= {row}
    warm = Correction(sentiment=1)
    done, number = correct(town.access, sought(town), warm, "Warm", places, now=town.at)
    assert done == len((row, other))
    assert {line.sentiment for line in listed(town, places).values()} == {1}
    assert as_recounted(places)
    assert number is not None
    undo(town.access, number, places, now=town.at + timedelta(minutes=1))
    assert listed(town, places)[row].sentiment == -1
    assert as_recounted(places)
    assert not Post.objects.exclude(edited_at=None).exists()


def test_what_is_put_into_a_topic_tells_it_who_spoke_and_what(town: Town, places: Places) -> None:
    fair = make_topic(town.access, "widgetfair", name="Fair")
    town.person("star", followers=90_000)
    uri = town.says("star", "acme shows a purple machine")
    correct(town.access, sought(town), Correction(add=frozenset({fair})), "Into Fair", places, now=town.at)
    archive_due(places, now=town.at + timedelta(minutes=1), age=timedelta(0))
    from zoneinfo import ZoneInfo

    span = usual("day", town.at + timedelta(minutes=2), ZoneInfo("UTC"))
    digest = digest_of(town.access, fair, span)
    assert (digest.posts, "purple" in digest.words, set(digest.voices)) == (1, True, {"star"})
    assert [top.uri for top in tops_of(town.access, fair, digest, places)] == [uri]
    everything = digest_of(town.access, 0, span)
    assert everything.posts == 1  # once, for all that is heard
    correct(town.access, sought(town), Correction(drop=frozenset({fair})), "Out", places, now=town.at)
    assert tops_of(town.access, fair, digest, places) == ()


def test_a_later_edit_and_a_delete_count_once(town: Town, places: Places) -> None:
    acme = topic_of(town)
    uris = [town.says(f"ann{number}", f"acme news number {number}") for number in range(2)]
    correct(town.access, sought(town), Correction(drop=frozenset({acme})), "Out", places, now=town.at)
    _, edited = town.line("ann0", "acme news, corrected", kind="edit", uri=uris[0])
    _, gone = town.line("ann1", "", kind="delete", uri=uris[1])
    town.hear([edited, gone])
    assert set(listed(town, places)) == {uris[0]}
    assert set(listed(town, places, acme)) == {uris[0]}  # its new words speak of Acme again
    assert as_recounted(places)


def test_what_changes_nothing_is_not_noted(town: Town, places: Places) -> None:
    town.says("ann", "acme news")
    nothing = Correction(add=frozenset({topic_of(town)}))
    assert correct(town.access, sought(town), nothing, "In", places, now=town.at) == (0, None)
    with pytest.raises(InvalidInput, match="Choose"):
        correct(town.access, sought(town), Correction(), "", places, now=town.at)


def test_corrections_are_for_those_who_work_here_and_in_their_workspace_only(town: Town, places: Places) -> None:
    uri = town.says("ann", "acme news")
    drop = Correction(drop=frozenset({topic_of(town)}))
    analyst = make_member(town.access, "Ana", Role.ANALYST)
    with pytest.raises(NotAllowed):
        correct(analyst, sought(town), drop, "Out", places, now=town.at)
    zebra: Access = make_workspace("Zebra", "charlie@zebra.example")
    assert correct(zebra, sought(town), drop, "Out", places, now=town.at) == (0, None)
    _, number = correct(town.access, sought(town), drop, "Out", places, now=town.at)
    assert number is not None
    with pytest.raises(NotFound):
        undo(zebra, number, places, now=town.at)
    assert uri in listed(town, places)
    assert AuditEntry.objects.filter(action="posts corrected").count() == 1


@pytest.mark.parametrize("archive_first", [False, True])
def test_all_that_are_found_are_corrected_however_many_lie_together(
    town: Town, places: Places, archive_first: bool
) -> None:
    connection = connect_sky(town.access)
    lines = [sky(f"k{number}", f"acme makes the news, number {number}") for number in range(1_300)]
    hear(town.access, connection, lines, places)
    if archive_first:
        archive_due(places, now=town.at, age=timedelta(0))
    acme = topic_of(town)
    everywhen = Sought(NOON - timedelta(days=900), NOON + timedelta(days=9), acme)
    done, number = correct(town.access, everywhen, Correction(drop=frozenset({acme})), "Out", places, now=town.at)
    assert done == 1_300
    assert as_recounted(places)
    assert number is not None
    assert undo(town.access, number, places, now=town.at + timedelta(minutes=1)) == ("Out", 1_300)
    assert as_recounted(places)


def test_who_is_erased_can_not_come_back_by_undoing(town: Town, places: Places) -> None:
    for who in ("ann", "ben"):
        town.says(who, f"acme news of {who}")
    _, number = correct(town.access, sought(town), Correction(sentiment=1), "Warm", places, now=town.at)
    erase(town.access, "demo", "ann", places, now=town.at + timedelta(hours=1))
    assert "ann" not in repr(CorrectionRow.objects.get().before)
    assert number is not None
    assert undo(town.access, number, places, now=town.at + timedelta(hours=2)) == ("Warm", 1)
    assert {line.handle for line in listed(town, places).values()} == {"ben"}

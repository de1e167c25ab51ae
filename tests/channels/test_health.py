"""What a connection's page says of its health is what happened."""

from datetime import timedelta

import pytest
from tests.make import NOON, make_town, make_workspace

from hubbub.channels import selectors, services
from hubbub.channels.models import Stream
from hubbub.infra.places import Places
from hubbub.kernel.ids import StreamId
from hubbub.listening.selectors import pace

pytestmark = pytest.mark.django_db
A_MINUTE = timedelta(minutes=1)


def test_troubles_are_told_with_their_beginning_and_end(places: Places) -> None:
    access = make_workspace()
    town = make_town(access, places)
    stream = StreamId(Stream.objects.get().pk)
    services.note_failure(stream, "No answer.", now=NOON)
    services.note_failure(stream, "No answer.", now=NOON + A_MINUTE)  # the same goes on
    services.note_failure(stream, "Sign in again.", now=NOON + 2 * A_MINUTE)
    [latest, first] = selectors.troubles(access, town.connection)
    assert (first.words, first.began_at, first.ended_at) == ("No answer.", NOON, NOON + 2 * A_MINUTE)
    assert (latest.words, latest.ended_at) == ("Sign in again.", None)
    services.note_well(stream, now=NOON + 3 * A_MINUTE)
    assert selectors.troubles(access, town.connection)[0].ended_at == NOON + 3 * A_MINUTE
    stranger = make_workspace("Globex", "charlie@globex.example")
    assert selectors.troubles(stranger, town.connection) == ()
    services.forget_troubles(NOON + 3 * A_MINUTE)
    assert [each.words for each in selectors.troubles(access, town.connection)] == ["Sign in again."]


def test_the_pace_is_how_long_posts_took_from_their_clock_to_ours(places: Places) -> None:
    access = make_workspace()
    town = make_town(access, places)
    assert pace(access, town.connection, NOON - A_MINUTE) is None
    for late_s in range(20):
        _, line = town.line("jo", f"@AcmeCustServ my acme widget {late_s} broke")
        town.hear([line], now=town.at + timedelta(seconds=late_s))
    found = pace(access, town.connection, NOON - A_MINUTE)
    assert found is not None
    assert (found.posts, found.half_s, found.most_s) == (20, 10.0, 19.0)
    assert pace(make_workspace("Globex", "charlie@globex.example"), town.connection, NOON - A_MINUTE) is None

"""What the demo shows of planning."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.make import make_workspace

from hubbub.care.models import CallRow
from hubbub.cli.demo_staff import DAYS, NAMES, PEOPLE, Telephone, plan_staff
from hubbub.infra.places import Places
from hubbub.workforce.models import HistoryRow, MemberRow
from hubbub.workforce.selectors import queues as selectors

MONDAY = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_queues_what_came_and_people_are_made_once() -> None:
    mia = make_workspace()
    assert plan_staff(mia, now=MONDAY)
    assert not plan_staff(mia, now=MONDAY)
    assert [each.queue.name for each in selectors.queues(mia)] == ["Calls", "Chat", "Mail", "Social"]
    assert HistoryRow.objects.count() == 4 * DAYS
    assert MemberRow.objects.count() == len(NAMES) + 1 == sum(many for many, _, _ in PEOPLE) + 1


@pytest.mark.django_db(transaction=True)
def test_the_telephone_tells_each_call_once(places: Places) -> None:
    mia = make_workspace()
    first = Telephone(mia, places)
    some = first.ring(MONDAY)
    assert some > 200
    assert first.ring(MONDAY + timedelta(seconds=5)) == 0
    assert first.ring(MONDAY + timedelta(minutes=10)) > 5
    kept = CallRow.objects.count()
    Telephone(mia, places).ring(MONDAY + timedelta(minutes=10))  # after it was started again
    assert CallRow.objects.count() == kept

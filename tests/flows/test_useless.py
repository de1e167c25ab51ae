"""What would only grow is removed each night, and nothing that somebody still uses."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session

from hubbub.accounts.core.access import Access
from hubbub.accounts.services import keep_posts_for
from hubbub.care import selectors
from hubbub.care.core.case import Case, Status
from hubbub.care.core.deeds import AddTag
from hubbub.care.core.filters import Filter
from hubbub.care.models import CaseRow, Doing, Fired, Incident, Likeness, Presence, ReadMark, StateSpan
from hubbub.care.services import cases
from hubbub.flows import retention
from hubbub.infra.places import Places
from tests.care.test_care_selectors import make_case
from tests.make import NOON, make_member, make_workspace

LATER = NOON + timedelta(days=31)


@pytest.fixture
def mia(db: None) -> Access:
    access = make_workspace()
    for number in (1, 2):
        make_case(access, number, Case(number, Status.OPEN, NOON, NOON, due_at=NOON + timedelta(hours=1)))
    return access


def test_what_can_be_of_use_yet_stays_and_the_rest_goes(mia: Access) -> None:
    old, new = Session(session_key="old", expire_date=NOON), Session(session_key="new", expire_date=LATER)
    Session.objects.bulk_create([old, new])
    for number, at in ((1, NOON), (2, LATER - timedelta(days=29))):
        cases.do(mia, [number], [AddTag(name="Recall")], now=at)
    cases.look(mia, 1, typing=False, now=NOON)
    cases.look(mia, 2, typing=False, now=LATER - timedelta(hours=1))
    first, second = CaseRow.objects.order_by("number")
    for case, moment in ((first, NOON - timedelta(days=9)), (first, first.sort_at), (second, LATER)):
        Fired.objects.create(case=case, trigger="T1", moment=moment)
    assert retention.remove_useless(LATER) == 4
    assert retention.remove_useless(LATER) == 0
    assert [each.session_key for each in Session.objects.all()] == ["new"]
    assert list(Doing.objects.values_list("cases", flat=True)) == [[second.pk]]
    assert Presence.objects.get().case == second
    assert set(Fired.objects.values_list("moment", flat=True)) == {first.sort_at, LATER}


def test_what_old_cases_were_found_and_read_by_goes_but_not_what_is_counted_or_open(mia: Access) -> None:
    first, second = CaseRow.objects.order_by("number")
    incident = Incident.objects.create(workspace_id=mia.workspace, title="Storm", began_at=NOON, opened_at=NOON)
    CaseRow.objects.filter(pk=first.pk).update(status="closed")
    CaseRow.objects.filter(pk=second.pk).update(incident=incident)
    for case, at in ((first, NOON), (second, NOON), (first, NOON + timedelta(days=300))):
        Likeness.objects.create(case=case, workspace_id=mia.workspace, heading="1/failure", voice="ann", said_at=at)
    for case in (first, second):
        ReadMark.objects.create(case=case, person_id=mia.me, at=NOON)
    assert retention.remove_useless(NOON + timedelta(days=365)) == 0
    assert retention.remove_useless(NOON + timedelta(days=400)) == 2
    assert set(Likeness.objects.values_list("case", "said_at__year")) == {(second.pk, 2026), (first.pk, 2027)}
    assert ReadMark.objects.get().case == second
    assert {line.number: line.unread for line in selectors.cases(mia, Filter(view="all")).lines}[1] is False


def test_states_are_kept_as_long_as_posts(mia: Access, places: Places) -> None:
    bob = make_member(mia, "Bob")
    for state, since, until in (("break", 50, 40), ("training", 40, 20), ("available", 20, None)):
        times = NOON - timedelta(days=since), None if until is None else NOON - timedelta(days=until)
        StateSpan.objects.create(
            workspace_id=mia.workspace, person_id=bob.me, state=state, since=times[0], until=times[1]
        )
    retention.remove_old(places, now=NOON)
    assert StateSpan.objects.count() == 3
    keep_posts_for(mia, 30, now=NOON)
    retention.remove_old(places, now=NOON)
    assert set(StateSpan.objects.values_list("state", flat=True)) == {"training", "available"}

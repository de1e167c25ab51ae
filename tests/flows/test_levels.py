"""A step of an escalation, killed in the middle of it, is taken once all the same."""

import pytest

from hubbub.care.models import ClockRow, Entry, Notice
from hubbub.care.services import cases
from hubbub.infra.places import Places
from tests.flows.dying import KILLED, escalate, live
from tests.make import make_member, make_town, make_workspace

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_worker_killed_while_it_tells_of_a_late_reply_tells_it_once(places: Places) -> None:
    town = make_town(make_workspace(), places)
    town.says("jo", "@AcmeCustServ My widget has been broken for 5 days now. Its disgusting!")
    alice = make_member(town.access, "Alice")
    assert alice.person is not None
    cases.assign(town.access, 1, to=alice.person, now=town.at)
    Notice.objects.all().delete()
    assert live("escalation.in_transaction", escalate, 40) == KILLED
    assert Notice.objects.count() == 0
    assert live("", escalate, 40) == 0
    assert live("", escalate, 41) == 0
    assert [notice.why for notice in Notice.objects.filter(person=alice.person)] == ["due_soon", "breached"]
    assert ClockRow.objects.get(kind="first").done == ["0.75 tell the owner", "1 tell the owner"]
    assert Entry.objects.filter(text__startswith="The first reply is late").count() == 1

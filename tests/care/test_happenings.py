"""What triggers and automatic rules do about cases, once for each event, whatever is killed when; and muting."""

from datetime import timedelta
from typing import Any

import pytest
from tests.make import Town, make_town, make_workspace

from hubbub.accounts.models import AuditEntry
from hubbub.care.core.case import Priority, Status
from hubbub.care.core.deeds import Reopen
from hubbub.care.models import CannedReply, CaseTag, DecisionRow, Entry, Fired, Happening, Mute, Notice, SocialAccount
from hubbub.care.selectors.mutes import mutes as muted
from hubbub.care.services import cases, customers, happenings, mutes, playbooks, sorting
from hubbub.care.services.levels import save_calendar
from hubbub.infra.models import OutboxMessage
from hubbub.infra.places import Places
from hubbub.kernel.errors import InvalidInput, NotFound

pytestmark = pytest.mark.django_db

BROKEN = "@AcmeCustServ My widget has been broken for 5 days now. Its disgusting!"


@pytest.fixture
def town(places: Places) -> Town:
    return make_town(make_workspace(), places)


def trigger(town: Town, **values: Any) -> None:
    """Save a trigger of one's own."""
    each = {"id": "X1", "name": "Ours", **values}
    playbooks.put(town.access, "triggers", each, now=town.at)
    playbooks.save(town.access, note="", over=0, now=town.at)


def notes(town: Town, kind: str = "note") -> list[str]:
    return list(Entry.objects.filter(kind=kind).order_by("id").values_list("text", flat=True))


def act(town: Town, times: int = 2) -> None:
    """The worker looks, more than once."""
    for _ in range(times):
        happenings.act(town.at)


def test_no_answer_for_three_days_is_seen_to_once_and_anew_after_another_answer(town: Town) -> None:
    trigger(town, event="no answer", after={"days": 3}, note="Ask again", priority="high", tags=["silent"], tell=True)
    town.says("jo", BROKEN)
    number = town.case().number
    cases.reply(town.access, number, text="Sorry! Which model is it?", now=town.at)
    town.later(hours=71)
    act(town)
    assert notes(town) == []
    town.later(hours=2)
    act(town)
    case = town.case()
    assert (notes(town), case.priority, case.status) == (["Ask again"], Priority.HIGH, Status.WAITING)
    assert list(CaseTag.objects.values_list("tag__name", flat=True)) == ["silent"]
    assert Notice.objects.filter(why="rule").count() == 1
    assert "Ours: a note, tags silent, priority high, the leads are told." in notes(town, "event")
    cases.reply(town.access, number, text="Still there?", now=town.at)
    town.later(days=3)
    act(town)
    assert notes(town) == ["Ask again"] * 2


def test_a_trigger_that_can_set_no_more_tags_says_so_and_holds_up_no_other(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    trigger(town, event="opened", tags=["new"], note="Look at it")
    monkeypatch.setattr(sorting, "MOST_TAGS", 0)
    for who in ("jo", "max"):
        town.says(who, BROKEN)
    act(town)
    assert (notes(town), Happening.objects.count()) == (["Look at it"] * 2, 0)
    assert sum("There are 0 tags already" in each for each in notes(town, "event")) == 2


def test_what_was_before_a_trigger_was_switched_on_is_none_of_its_business(town: Town) -> None:
    town.says("jo", BROKEN)
    cases.reply(town.access, town.case().number, text="Which model?", now=town.at)
    town.later(days=3, hours=1)
    trigger(town, event="no answer", after={"days": 3}, note="Ask again")
    act(town)
    assert notes(town) == []


def test_a_kill_in_between_repeats_nothing_and_loses_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    trigger(town, event="opened", note="New here")
    town.says("jo", BROKEN)
    assert Happening.objects.count() == 1

    def die(name: str) -> None:
        raise SystemExit(name)

    with monkeypatch.context() as killed, pytest.raises(SystemExit):
        killed.setattr(happenings, "failpoint", die)
        happenings.act(town.at)
    assert (notes(town), Happening.objects.count()) == ([], 1)
    act(town)
    assert (notes(town), Happening.objects.count()) == (["New here"], 0)


def test_a_case_that_is_opened_again_is_pressing_and_conditions_are_asked(town: Town) -> None:
    trigger(town, event="reopened", when=[{"fact": "taken", "is": False}], note="Nobody has it")
    town.says("jo", BROKEN)
    number = town.case().number
    cases.resolve(town.access, number, now=town.at)
    cases.do(town.access, [number], [Reopen()], now=town.at)
    act(town)
    assert (notes(town), town.case().priority) == (["Nobody has it"], Priority.HIGH)  # T2, as shipped
    cases.assign(town.access, number, to=town.access.me, now=town.at)
    cases.resolve(town.access, number, now=town.at)
    act(town)
    assert notes(town) == ["Nobody has it"]


def test_a_trigger_may_resolve_and_what_it_can_not_do_it_says(town: Town) -> None:
    trigger(town, event="no answer", after={"days": 3}, solve=True)
    town.says("jo", BROKEN)
    cases.reply(town.access, town.case().number, text="Which model?", now=town.at)
    town.later(days=3, hours=1)
    act(town)
    assert town.case().status == Status.RESOLVED
    assert Fired.objects.count() == 1


# By itself -----------------------------------------------------------------------------
SUNDAYS = {"name": "Sundays", "zone": "Europe/London", "week": [""] * 6 + ["09:00-17:00"], "special": ""}


def closed(town: Town) -> None:
    """Switch the out-of-hours rule on, write its reply, and be open only on Sundays."""
    CannedReply.objects.create(
        workspace_id=town.access.workspace, title="We are closed", text="Hello {name}, we read it on Sunday."
    )
    save_calendar(town.access, SUNDAYS, main=True, now=town.at)
    playbooks.switch(town.access, "rules", "O1", on=True, now=town.at)
    playbooks.save(town.access, note="", over=0, now=town.at)


def test_out_of_hours_one_answer_a_day_says_that_it_is_automatic_and_the_case_stays_due(town: Town) -> None:
    closed(town)
    town.says("jo", "My widget is broken", to="AcmeCustServ")
    act(town)
    town.says("jo", "Hello? Is anybody there?", to="AcmeCustServ")
    act(town)
    (sent,) = OutboxMessage.objects.all()
    assert sent.payload["text"] == "Hello Jo, we read it on Sunday.\n\n(This is an automatic answer.)"
    case = town.case()
    assert (case.first_replied_at, case.owner_id, case.status) == (None, None, Status.NEW) and case.due_at
    assert AuditEntry.objects.filter(action="automatic reply", subject=f"case {case.number}").count() == 1
    town.at += timedelta(days=1)
    town.says("jo", "Still broken", to="AcmeCustServ")
    cases.assign(town.access, case.number, to=town.access.me, now=town.at)
    act(town)
    assert OutboxMessage.objects.count() == 1  # somebody has it
    town.says("kim", "What do you think of my new hat, dear friends", kind="post")
    town.says("kim", "@AcmeCustServ my widget is broken")
    act(town)
    assert OutboxMessage.objects.count() == 1  # in public nothing leaves by this rule


def test_an_answer_by_itself_names_the_product_where_they_have_but_one(town: Town) -> None:
    closed(town)
    CannedReply.objects.update(text="Hello {name}, your {product} waits till Sunday. {brand}, by {channel}.")
    town.says("jo", "My thing is broken", to="AcmeCustServ")
    act(town)
    assert not OutboxMessage.objects.exists()  # nobody knows which product it is
    account = SocialAccount.objects.get(handle="jo")
    jo = customers.customer_of_account(town.access, account.pk, now=town.at)
    for serial in ("W-1", "W-2"):
        customers.own(town.access, jo, product="Widget Pro", serial=serial, now=town.at)
    cases.close(town.access, town.case().number, now=town.at)
    town.later(days=20)
    town.says("jo", "Another thing is broken", to="AcmeCustServ")
    act(town)
    text = OutboxMessage.objects.get().payload["text"]
    assert text.startswith("Hello Jo, your Widget Pro waits till Sunday. Acme Care, by ")
    assert "{" not in text


def test_nothing_leaves_by_itself_while_the_rule_is_off(town: Town) -> None:
    town.says("jo", "My widget is broken", to="AcmeCustServ")
    act(town)
    assert not OutboxMessage.objects.exists()


# Muting --------------------------------------------------------------------------------
def test_who_is_muted_makes_no_case_but_is_counted_and_danger_is_heard(town: Town) -> None:
    town.says("jo", "hi @AcmeCustServ")
    account = town.account("jo").pk
    mutes.mute(town.access, account, days=7, reason="Insults", now=town.at)
    town.says("jo", BROKEN.replace("widget", "parcel"))
    assert [case.rule for case in town.cases()] == ["P14"]
    row = DecisionRow.objects.latest("id")
    assert (row.rule, row.decision, [each["strong"] for each in row.reasons][1]) == ("mute", "leave", "Muted")
    (line,) = muted(town.access)
    assert (line.reason, line.by, line.said) == ("Insults", "Mia", 1)
    town.says("jo", "@AcmeCustServ it caught fire and burnt my hand")
    assert "P1" in [case.rule for case in town.cases()]


def test_a_mute_ends_by_itself_or_by_a_click_and_both_are_noted(town: Town) -> None:
    town.says("jo", "hi @AcmeCustServ")
    account = town.account("jo").pk
    mutes.mute(town.access, account, days=1, reason="Insults", now=town.at)
    mutes.mute(town.access, account, days=7, reason="More insults", now=town.at)
    assert [line.reason for line in muted(town.access)] == ["More insults"]
    assert mutes.end_due(now=town.at + timedelta(days=2)) == 0
    assert mutes.end_due(now=town.at + timedelta(days=8)) == 1
    assert muted(town.access) == () and town.account("jo").muted_until is None
    mutes.mute(town.access, account, days=1, reason="Again", now=town.at)
    mutes.unmute(town.access, account, now=town.at)
    assert not Mute.objects.filter(ended_at=None).exists()
    told = AuditEntry.objects.filter(action__contains="mute").values_list("action", flat=True)
    assert sorted(told) == ["account muted"] * 3 + ["account unmuted", "mute ended"]


def test_nobody_mutes_without_a_reason_or_in_another_workspace(town: Town, charlie: Any) -> None:
    town.says("jo", "hi @AcmeCustServ")
    account = town.account("jo").pk
    with pytest.raises(InvalidInput, match="Say why"):
        mutes.mute(town.access, account, days=7, reason=" ", now=town.at)
    with pytest.raises(NotFound):
        mutes.mute(charlie, account, days=7, reason="Insults", now=town.at)

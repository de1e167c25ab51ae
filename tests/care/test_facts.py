"""What triage finds out for the rules: the person's history, their habits, the talk they are in, the clock."""

from datetime import timedelta

import pytest
from tests.make import Town, make_topic, make_town, make_workspace

from hubbub.care.core.facts import Facts, facts_kept
from hubbub.care.models import DecisionRow, PlaybookVersion, SocialAccount
from hubbub.care.selectors import playbook
from hubbub.care.services import cases, people
from hubbub.infra.places import Places
from hubbub.listening.core.topics import TopicClass

pytestmark = pytest.mark.django_db

BROKEN = "@AcmeCustServ My widget has been broken for 5 days now. Its disgusting!"
ABOUT = "My #Acme widget has been broken for 5 days now. Its disgusting!"
SO_IS_MINE = "So's mine. I'm now on my third #Acme widget…they are so unreliable."
RIVAL = "Anyone know a good widget? Thinking of leaving Rivalo, I want something better"


@pytest.fixture
def town(places: Places) -> Town:
    return make_town(make_workspace(), places)


def last(town: Town) -> Facts:
    """The facts of the last decision that a rule made."""
    row = DecisionRow.objects.filter(workspace_id=town.access.workspace, facts__isnull=False).latest("id")
    assert row.facts is not None
    return facts_kept(row.facts)


def test_a_persons_history_is_known_and_the_case_itself_is_no_part_of_it(town: Town) -> None:
    town.says("jo", BROKEN)
    assert (last(town).earlier_cases, last(town).community, last(town).days_since) == (0, False, 36_500)
    number = town.case().number
    cases.reply(town.access, number, text="Sorry! Which model is it?", now=town.at)
    cases.resolve(town.access, number, now=town.at)
    town.at += timedelta(days=10)
    town.says("jo", "@AcmeCustServ now my parcel has not arrived, where is it?")
    found = last(town)
    assert (found.earlier_cases, found.unsolved_cases, found.community, found.spoke_lately) == (1, 0, True, True)
    assert found.days_since == pytest.approx(10, abs=0.01)
    town.at += timedelta(days=31)
    town.says("jo", "@AcmeCustServ it exploded and burnt my hand")
    assert (last(town).spoke_lately, last(town).unsolved_cases) == (False, 1)


def test_clock_place_lists_and_topics_are_facts(town: Town) -> None:
    town.says("jo", "hi @AcmeCustServ")
    row = town.account("jo")
    SocialAccount.objects.filter(pk=row.pk).update(lists=["beta testers"])
    people.mark(town.access, row.pk, what="known", on=True, now=town.at)
    town.says("jo", "hi again @AcmeCustServ, my #acme widget")
    found = last(town)
    assert (found.weekday, int(found.hour), found.channel, found.lists) == (
        "tuesday", 12, "demo", frozenset({"beta testers"}),
    )  # fmt: skip
    assert found.topic_class == frozenset({"brand", "product"}) and found.topic and found.open_hours


@pytest.mark.parametrize("inside", [False, True])
def test_an_open_question_is_joined_in_and_a_talk_among_others_never(town: Town, inside: bool) -> None:
    make_topic(town.access, "rivalo OR widget", TopicClass.COMPETITOR, "Rivalo")
    first = town.says("kit", "What a day, my Rivalo widget and I", kind="post") if inside else None
    reply = town.says("sam", "@kit mine too", reply_to=first) if first else None
    uri = town.says("kit", RIVAL, reply_to=reply)
    row = DecisionRow.objects.get(post__uri=uri)
    assert row.facts is not None
    found = facts_kept(row.facts)
    assert (found.kind, found.about, found.open_question, found.others_talk) == (
        "opportunity", "about others", True, inside,
    )  # fmt: skip
    assert row.rule == ("P15" if inside else "P12")
    said = [each["strong"] for each in row.reasons]
    assert ("They talk among themselves" if inside else "An open question") in said


def test_abuse_alerts_the_lead_and_brings_guidance_and_merits_decide(town: Town) -> None:
    town.says("jo", "@AcmeCustServ my widget is broken again, you fucking idiots")
    case = town.case()
    assert case.rule in ("P7", "P4") and case.alert
    assert next(each["rule"] for each in case.advice) == "A1"


def test_what_somebody_mostly_posts_is_counted(town: Town) -> None:
    for number in range(4):
        town.says("seller", f"@AcmeCustServ BUY NOW!!! 50% off followers, click https://spam.example/{number} #acme")
    account = town.account("seller")
    assert (account.heard, account.adverts) == (4, 4)


def test_deciding_again_by_the_same_version_changes_nothing(town: Town) -> None:
    town.person("star", followers=500_000, follows=800, posts=14_000, reactions=4_000.0)
    first = town.says("jo", BROKEN)
    town.says("dana", "@jo hold the reset for 10 s", reply_to=first)
    town.says("jo", "that worked, thanks!", reply_to=first)
    town.says("kit", ABOUT)
    town.says("sam", SO_IS_MINE)
    town.says("star", BROKEN)
    town.says("jo", "It is the 4471", to="AcmeCustServ")
    town.says("kim", "hi @AcmeCustServ")
    town.says("kim", "@AcmeCustServ it caught fire and burnt my hand")
    town.later(hours=25)
    rows = DecisionRow.objects.filter(workspace_id=town.access.workspace)
    assert rows.filter(again=True).exists() and rows.filter(facts__isnull=True).exists()
    used = playbook(town.access.workspace)
    assert not PlaybookVersion.objects.exclude(version=used.version).exists()
    for row in rows.filter(facts__isnull=False):
        assert row.facts is not None
        found = used.treat(facts_kept(row.facts))
        assert (found.id, found.decide) == (row.rule, row.decision), row.reasons

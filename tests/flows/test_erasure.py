"""Retention and erasure: what goes, from wherever it lies, and that counts stay."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Sum

from hubbub.accounts.core.access import Access, Role
from hubbub.accounts.models import AuditEntry
from hubbub.accounts.services import keep_posts_for
from hubbub.care import selectors as care
from hubbub.care.models import AuthorPast, CaseRow, Customer, Incident, IncidentNote, Likeness, SocialAccount
from hubbub.care.services import cases, incidents, people
from hubbub.channels.models import Quarantined
from hubbub.flows import retention
from hubbub.flows.archive import AGE, archive_due
from hubbub.flows.erasure import erase, find
from hubbub.infra import archive, outbox
from hubbub.infra.models import OutboxMessage
from hubbub.infra.places import Places
from hubbub.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound
from hubbub.listening.core.digest import unpacked
from hubbub.listening.models import EVERY_POST, DigestPart, Post, Rollup
from hubbub.listening.services import history
from tests.flows.hearing import archived
from tests.make import NOON, Town, make_member, make_town, make_workspace, roles

pytestmark = pytest.mark.django_db
SECRET = "my hinge snapped on Elm Street"


@pytest.fixture
def town(places: Places) -> Town:
    """Ann complained and was answered, others spoke of it; part of it is archived."""
    town = make_town(make_workspace(), places)
    town.person("ann_lee", followers=4_000, name="Ann Lee")
    first = town.says("ann_lee", f"@AcmeCustServ {SECRET}, acme is broken and I am angry")
    town.says("ann_lee", "acme again, what a day")
    town.says("bob", "acme is fine for me, ann_lee")
    archive_due(places, now=town.at + AGE + timedelta(minutes=1))
    case = next(each for each in town.cases() if each.account and each.account.handle == "ann_lee")
    cases.reply(
        town.access, case.number, text="@ann_lee Sorry, Ann! Ann Lee, annually, that is.", confirmed=True, now=town.at
    )
    town.says("ann_lee", f"thanks acme, but {SECRET}", reply_to=first)
    return town


def everything(town: Town) -> str:
    """Every value of every row of every table that a workspace's people can see, and of the archive."""
    told = [repr(archived(town.places))]
    for model in apps.get_models():
        if model._meta.app_label in ("accounts", "care", "channels", "listening", "infra"):
            told += [repr(row) for row in model._default_manager.values_list()]
    told += [repr(unpacked(part.made)) for part in DigestPart.objects.all()]
    return "\n".join(told)


def counts(town: Town) -> int:
    posts: int = Rollup.objects.filter(topic=EVERY_POST).aggregate(n=Sum("posts"))["n"]
    return posts


def test_nothing_tells_of_an_erased_person_but_the_counts(town: Town) -> None:
    stream = Post.objects.values_list("stream_id", flat=True)[0]
    Quarantined.objects.create(stream_id=stream, reason="cut", raw=b'{"handle": "Ann_Lee", ', size=24, at=NOON)
    before, seen = counts(town), everything(town)
    assert SECRET in seen
    assert "ann_lee" in seen
    [who] = find(town.access, "@Ann_Lee", town.places)
    assert (who.author, who.name, who.posts) == ("ann_lee", "Ann Lee", 3)
    assert erase(town.access, who.channel, who.author, town.places, now=town.at) > 0
    left = everything(town)
    assert SECRET not in left
    assert "Ann Lee" not in left
    assert left.lower().count("ann_lee") == left.count("acme is fine for me, ann_lee")  # what Bob said is Bob's
    assert counts(town) == before
    assert find(town.access, "ann_lee", town.places) == ()


def test_a_case_of_an_erased_person_is_closed_and_keeps_what_we_did(town: Town) -> None:
    number = next(each.number for each in town.cases() if each.account and each.account.handle == "ann_lee")
    erase(town.access, "demo", "ann_lee", town.places, now=town.at)
    case = care.case(town.access, number, town.at)
    said = [moment.said for moment in case.moments if moment.said is not None]
    assert said
    assert all(each.erased and not each.text for each in said)
    assert [moment.text for moment in case.moments if moment.kind == "reply"] == [
        "somebody Sorry, somebody! somebody, annually, that is."
    ]
    row = CaseRow.objects.get(number=number)
    assert (row.value().status.ended, row.who, row.account) == (True, "Erased on request", None)
    assert not Likeness.objects.filter(case=row).exists()
    assert OutboxMessage.objects.get(subject=row.pk).payload == {}
    with pytest.raises(Conflict, match="erased"):
        outbox.send_again(town.access.workspace, OutboxMessage.objects.get(subject=row.pk).pk, now=town.at)


def test_an_incident_keeps_nothing_of_an_erased_person_but_that_there_was_one(town: Town) -> None:
    town.says("kit_oak", f"My #Acme widget is broken, {SECRET}")
    case = next(case for case in town.cases() if case.account and case.account.handle == "kit_oak")
    assert case.account is not None
    AuthorPast.objects.create(account=case.account, read_at=town.at, words=[{"uri": "x", "text": SECRET}])
    number = incidents.start(town.access, title="", numbers=[case.number], now=town.at)
    incidents.note(town.access, number, text="@kit_oak and others: the hinge", seen=0, now=town.at)
    assert Incident.objects.get().title == "Acme widgets: failure", "named by what it is about, not by what was said"
    incidents.rename(town.access, number, title="The trouble of Kit_Oak", now=town.at)
    [who] = find(town.access, "@kit_oak", town.places)
    erase(town.access, who.channel, who.author, town.places, now=town.at)
    assert Incident.objects.get().title == "The trouble of somebody"
    assert IncidentNote.objects.get().text == "somebody and others: the hinge"
    assert not AuthorPast.objects.exists()


def test_what_was_erased_is_not_heard_again_when_its_line_comes_again(town: Town) -> None:
    before = counts(town)
    town.person("ann_lee", followers=4_000, name="Ann Lee")
    uri = Post.objects.filter(author="ann_lee").order_by("pk").values_list("uri", flat=True)[0]
    erase(town.access, "demo", "ann_lee", town.places, now=town.at)
    for kind in ("post", "edit", "delete"):
        _, line = town.line("ann_lee", f"acme {SECRET}", uri=uri, kind=kind)
        town.hear([line])
    assert counts(town) == before
    assert SECRET not in everything(town)
    town.says("ann_lee", "acme, I am back")
    assert counts(town) == before + 1


def test_somebody_who_spoke_in_anothers_case_is_taken_out_of_it(town: Town) -> None:
    number = next(each.number for each in town.cases() if each.account and each.account.handle == "ann_lee")
    uri = Post.objects.filter(author="ann_lee").order_by("pk").values_list("uri", flat=True)[0]
    town.says("carla", f"me too, {SECRET}", reply_to=uri)
    cases.note(town.access, number, text="carla has it, too", now=town.at)
    erase(town.access, "demo", "carla", town.places, now=town.at)
    told = [moment.text for moment in care.case(town.access, number, town.at).moments if moment.kind == "note"]
    assert told == ["somebody has it, too"]
    assert CaseRow.objects.get(number=number).who != "Erased on request"
    assert not Post.objects.filter(author="carla").exists()


def test_nothing_is_erased_while_an_answer_is_on_its_way(town: Town) -> None:
    before = everything(town)
    assert outbox.claim("sender", town.at + timedelta(minutes=5)) is not None
    with pytest.raises(Conflict, match="being sent"):
        erase(town.access, "demo", "ann_lee", town.places, now=town.at)
    assert SocialAccount.objects.filter(handle="ann_lee").exists()
    assert before.count(SECRET) <= everything(town).count(SECRET)


def test_an_id_that_begins_like_a_handle_is_found_as_it_is(town: Town) -> None:
    town.says("@odd", "@AcmeCustServ acme is odd")
    assert erase(town.access, "demo", "@odd", town.places, now=town.at) == 1
    assert find(town.access, "@odd", town.places) == ()


def test_a_linked_account_stays_when_the_other_is_erased(town: Town) -> None:
    town.says("ann_at_work", f"@AcmeCustServ {SECRET}, acme is broken and I am angry")
    ids = {row.handle: row.pk for row in SocialAccount.objects.all()}
    people.link(town.access, ids["ann_lee"], ids["ann_at_work"], now=NOON)
    erase(town.access, "demo", "ann_lee", town.places, now=town.at)
    [left] = SocialAccount.objects.exclude(customer=None)
    assert left.handle == "ann_at_work"
    erase(town.access, "demo", "ann_at_work", town.places, now=town.at)
    assert not Customer.objects.exists()


def test_only_managers_erase_and_each_only_in_their_own_workspace(town: Town) -> None:
    for role, access in roles(town.access).items():
        if role in (Role.MANAGER, Role.OWNER):
            assert find(access, "ann_lee", town.places)
        else:
            with pytest.raises(NotAllowed):
                erase(access, "demo", "ann_lee", town.places, now=NOON)
    charlie = make_workspace("Charlie & Co", "charlie@other.example")
    assert find(charlie, "ann_lee", town.places) == ()
    with pytest.raises(NotFound):
        erase(charlie, "demo", "ann_lee", town.places, now=NOON)
    with pytest.raises(InvalidInput):
        find(town.access, " @ ", town.places)


def test_a_name_with_quotes_erases_only_its_own(town: Town) -> None:
    town.says("o'hara' OR 'a'='a", "acme is loud today")
    before = len(archived(town.places))
    erase(town.access, "demo", "o'hara' OR 'a'='a", town.places, now=town.at)
    held = archived(town.places)
    assert len(held) >= before
    assert {"ann_lee", "bob"} <= {each["author"] for each in held}
    assert "hara" not in repr(held)


# Retention ---------------------------------------------------------------
def aged(places: Places, days: int) -> Town:
    """Bob spoke without need of an answer, Ann has a case, both some days ago; Carla speaks today."""
    town = make_town(make_workspace(), places)
    town.at = NOON - timedelta(days=days)
    town.says("bob", "@AcmeCustServ lovely weather, and acme street is busy")
    town.says("ann_lee", f"@AcmeCustServ {SECRET}, acme is broken and I am angry")
    town.at = NOON
    town.says("carla", "@AcmeCustServ lovely weather, and acme street is quiet")
    archive_due(places, now=NOON + timedelta(days=1))
    return town


def test_what_is_older_than_a_workspace_keeps_goes_and_counts_and_cases_stay(places: Places) -> None:
    town = aged(places, days=40)
    CaseRow.objects.filter(entries__post__author="bob").delete()  # so that no case shows what Bob said
    before = counts(town)
    assert set(Post.objects.values_list("author", flat=True)) == {"ann_lee", "bob", "carla"}
    keep_posts_for(town.access, 30, now=NOON)
    assert retention.remove_old(places, now=NOON) > 0
    assert {each["author"] for each in archived(places)} == {"carla"}
    assert set(Post.objects.values_list("author", flat=True)) == {"ann_lee", "carla"}
    assert counts(town) == before
    voices = {name for part in DigestPart.objects.all() for name in unpacked(part.made).voices}
    assert voices == {"carla"}
    assert retention.remove_old(places, now=NOON) == 0
    archive.compact(places.archive, keep=timedelta(0))
    assert "busy" not in b"".join(path.read_bytes() for path in files(places.archive)).decode("latin-1")


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*.parquet") if path.is_file()]


def test_who_keeps_for_good_loses_nothing(places: Places) -> None:
    town = aged(places, days=400)
    keep_posts_for(town.access, 30, now=NOON)
    keep_posts_for(town.access, None, now=NOON)
    other = make_workspace("Other", "olga@other.example")
    keep_posts_for(other, 30, now=NOON)
    before = everything(town)
    assert retention.remove_old(places, now=NOON) == 0
    assert everything(town) == before


def test_a_stripped_digest_stays_stripped_when_it_is_put_together(places: Places) -> None:
    town = aged(places, days=90)
    keep_posts_for(town.access, 30, now=NOON)
    retention.remove_old(places, now=NOON)
    history.merge_digests(now=NOON + timedelta(days=90))
    assert {part.people for part in DigestPart.objects.all()} == {True, False}


@pytest.mark.parametrize("days", [0, 6, 4_000])
def test_a_senseless_time_is_refused(days: int) -> None:
    access: Access = make_workspace()
    with pytest.raises(InvalidInput):
        keep_posts_for(access, days, now=NOON)
    with pytest.raises(NotAllowed):
        keep_posts_for(make_member(access, "Alice"), 30, now=NOON)
    assert not AuditEntry.objects.filter(action="retention changed").exists()

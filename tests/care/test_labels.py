"""What people say a post is: it is read so at once, the playbook decides again, and it can be taken back."""

from typing import Any

import pytest
from tests.make import NOON, Town, at_once, make_member, make_town

from hubbub.accounts.core.access import Access, Role
from hubbub.accounts.models import AuditEntry
from hubbub.care import selectors as care
from hubbub.care.core.labels import CHOICES, What, as_sentence, checked, is_held_back
from hubbub.care.models import CaseRow, Entry, Label, Likeness
from hubbub.care.services import cases, labels
from hubbub.infra.places import Places
from hubbub.kernel.errors import Conflict, HubbubError, InvalidInput, NotAllowed, NotFound
from hubbub.listening.models import Post

BROKEN = "@AcmeCustServ my acme widget has been broken for 5 days now. Its disgusting!"


@pytest.fixture
def town(mia: Access, places: Places) -> Town:
    return make_town(mia, places)


def correct(town: Town, what: str, value: str, **how: Any) -> int:
    return labels.correct(town.access, town.case().number, what=what, value=value, now=town.at, **how)


def told(case: CaseRow) -> list[str]:
    return list(Entry.objects.filter(case=case, kind="event").order_by("id").values_list("text", flat=True))


# Core -----------------------------------------------------------------------
def test_every_choice_finishes_a_sentence() -> None:
    said = {as_sentence(what, value) for what, values in CHOICES.items() for value in values}
    assert "It is a question." in said
    assert "It is just talk." in said
    assert len(said) == sum(len(values) for values in CHOICES.values()) - 1  # a complaint, by kind or by yes


@pytest.mark.parametrize(
    ("what", "value", "words"),
    [
        ("mood", "positive", "Say what is corrected: kind, sentiment, severity, needs or about."),
        ("sentiment", "glad", "‘glad’ is no sentiment. Choose negative, neutral or positive."),
    ],
)
def test_what_can_not_be_said_is_told_with_what_can(what: str, value: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        checked(what, value)


def test_about_one_text_in_five_is_held_back_whatever_its_case_and_spaces() -> None:
    texts = [f"My widget {n} is late" for n in range(1_000)]
    assert 150 < sum(map(is_held_back, texts)) < 250
    assert [is_held_back(f"  {text.upper()} ") for text in texts] == list(map(is_held_back, texts))


# One post -------------------------------------------------------------------
@pytest.mark.django_db
def test_a_held_complaint_that_is_praise_is_thanked_for_and_all_of_it_goes_back(town: Town) -> None:
    town.says("ann", BROKEN)
    before = town.case()
    assert (before.rule, before.kind, before.folder) == ("P7", "complaint", "held")
    assert Likeness.objects.exists()
    label = correct(town, "kind", "praise")
    case = town.case()
    assert (case.kind, case.kind_p, case.decision, case.not_before) == ("praise", 1.0, "thank", None)
    assert not Likeness.objects.exists()  # nobody's like complaint any more
    assert told(case)[-2:] == ["Mia: It is praise.", "Mia said what it is. Decided again: thank them."]
    labels.undo(town.access, label, now=town.at)
    case = town.case()
    assert (case.rule, case.kind, case.kind_p) == ("P7", "complaint", before.kind_p)
    assert Post.objects.get().corrected is None
    assert Likeness.objects.exists()
    line = AuditEntry.objects.get(action="reading corrected")
    assert (line.before, line.after) == ({"kind": "complaint"}, {"kind": "praise"})
    with pytest.raises(Conflict, match="taken back already"):
        labels.undo(town.access, label, now=town.at)


@pytest.mark.django_db
def test_what_needs_no_answer_is_left_until_somebody_takes_that_back(town: Town) -> None:
    town.says("ann", BROKEN)
    label = correct(town, "needs", "no")
    assert (town.case().status, town.case().decision, town.case().say) == ("closed", "leave", "It needs no answer")
    labels.undo(town.access, label, now=town.at)
    assert (town.case().status, town.case().rule, town.case().resolved_at) == ("new", "P7", None)


@pytest.mark.django_db
def test_a_watched_complaint_that_needs_an_answer_is_answered_and_one_said_to_us_is_held(town: Town) -> None:
    town.says("ann", "My #Acme widget has been broken for 5 days now. Its disgusting!")
    assert town.case().decision == "watch"
    correct(town, "about", "to us")
    assert (town.case().rule, town.case().about) == ("P7", "to us")
    labels.undo(town.access, Label.objects.get().pk, now=town.at)
    assert town.case().decision == "watch"
    correct(town, "needs", "yes")
    assert (town.case().decision, town.case().folder) == ("answer", "needs")


@pytest.mark.django_db
def test_the_same_decision_is_told_by_what_was_said(town: Town) -> None:
    town.says("ann", BROKEN)
    correct(town, "kind", "question")
    assert (town.case().rule, town.case().reasons[0]["strong"]) == ("P7", "Question to us")
    shown = {each.what: each for each in care.case(town.access, town.case().number, town.at).assessment}
    assert (shown["kind"].words, shown["kind"].likely, shown["kind"].by) == ("question", None, "Mia")
    assert (shown["sentiment"].words, shown["sentiment"].by, shown["needs"].words) == ("negative", "", "yes")
    assert [each.words for each in shown["needs"].choices if each.chosen] == ["an answer"]


@pytest.mark.django_db
def test_danger_that_words_did_not_tell_is_due_at_once(town: Town) -> None:
    town.says("ann", BROKEN)
    correct(town, "severity", "danger")
    assert (town.case().rule, town.case().alert) == ("P1", True)


@pytest.mark.django_db
def test_a_case_that_somebody_works_on_only_shows_what_was_said(town: Town) -> None:
    town.says("ann", BROKEN)
    cases.assign(town.access, town.case().number, to=town.access.person, now=town.at)
    before = town.case()
    correct(town, "kind", "question")
    after = town.case()
    assert (after.kind, after.kind_p) == ("question", 1.0)
    assert (after.rule, after.status, after.due_at) == (before.rule, before.status, before.due_at)


@pytest.mark.django_db
def test_what_was_said_of_a_post_outlasts_its_edit_and_goes_with_its_words(town: Town) -> None:
    uri = town.says("ann", BROKEN)
    correct(town, "kind", "question")
    town.says("ann", BROKEN + " Really!", uri=uri, kind="edit")
    assert town.case().kind == "question"
    town.says("ann", "", uri=uri, kind="delete")
    assert Post.objects.get().corrected is None
    with pytest.raises(Conflict, match="deleted"):
        correct(town, "kind", "praise")


@pytest.mark.django_db
def test_said_twice_the_last_word_counts_and_is_one_label(town: Town) -> None:
    town.says("ann", BROKEN)
    correct(town, "kind", "question")
    correct(town, "kind", "praise")
    assert list(Label.objects.filter(undone_at=None).values_list("value", "before")) == [("praise", "question")]
    assert town.case().kind == "praise"


@pytest.mark.django_db
def test_who_may_not_work_here_corrects_nothing(town: Town, charlie: Access) -> None:
    town.says("ann", BROKEN)
    label = correct(town, "kind", "question")
    number, before = town.case().number, CaseRow.objects.values().get()
    with pytest.raises(NotFound):
        labels.correct(charlie, number, what="kind", value="praise", now=NOON)
    with pytest.raises(NotFound):
        labels.undo(charlie, label, now=NOON)
    analyst = make_member(town.access, "Ana", Role.ANALYST)
    with pytest.raises(NotAllowed):
        labels.correct(analyst, number, what="kind", value="praise", now=NOON)
    with pytest.raises(NotFound):
        correct(town, "kind", "praise", post=987_654)
    assert CaseRow.objects.values().get() == before


@pytest.mark.django_db(transaction=True)
def test_two_who_correct_at_once_leave_one_word_that_counts(town: Town) -> None:
    town.says("ann", BROKEN)
    number = town.case().number

    def says(value: str) -> Any:
        return lambda: labels.correct(town.access, number, what="kind", value=value, now=town.at)

    done = at_once(says("praise"), says("question"))
    assert not [each for each in done if isinstance(each, HubbubError)]
    last = Label.objects.get(undone_at=None)
    assert town.case().kind == last.value == Post.objects.get().corrected[What.KIND]  # type: ignore[index]


@pytest.mark.django_db
def test_many_moods_at_once_are_labels_and_can_be_taken_back(town: Town) -> None:
    uris = [town.says("ann", BROKEN), town.says("ben", "I love my acme widget, thank you")]
    assert labels.note_moods(town.access, dict.fromkeys([*uris, "demo://none"], "neutral"), now=NOON) == 2
    found = Label.objects.order_by("before").values_list("what", "value", "before", "name")
    assert list(found) == [("sentiment", "neutral", "negative", "Mia"), ("sentiment", "neutral", "positive", "Mia")]
    labels.note_moods(town.access, dict.fromkeys(uris), now=NOON)
    assert not Label.objects.filter(undone_at=None).exists()
    assert not Post.objects.filter(corrected__isnull=False).exists()

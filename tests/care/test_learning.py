"""A workspace's own model: when it is better, when it takes over, and the way back."""

import io
from dataclasses import replace

import pytest
from tests.make import NOON, Town, make_member, make_town

from hubbub.accounts.core.access import Access, Role
from hubbub.accounts.models import AuditEntry
from hubbub.care import selectors as care
from hubbub.care.core import trial as trial_room
from hubbub.care.core.labels import is_held_back
from hubbub.care.core.learning import Comparison, Measure, Score, Task, refit
from hubbub.care.core.trial import Figure, Material, Told, Trial, try_out, verdict
from hubbub.care.core.understanding import KINDS, Kind, LinearModel, Sentiment
from hubbub.care.models import Label, Learning, OwnModel
from hubbub.care.selectors import learning as selectors
from hubbub.care.selectors.understanding import own_model
from hubbub.care.services import cases, labels, learning
from hubbub.infra import changes
from hubbub.infra.places import Places
from hubbub.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound
from hubbub.listening.models import Post

SHIPPED = LinearModel.shipped()


@pytest.fixture(autouse=True)
def _none_read_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    own_model.cache_clear()  # ids begin anew with each test
    monkeypatch.setattr(trial_room, "encoder", lambda: None)  # what close reading adds: see test_close.py


def saved(model: LinearModel) -> bytes:
    out = io.BytesIO()
    model.save(out)
    return out.getvalue()


def trial(version: str = "own~1", *, better: bool = True, against: str = SHIPPED.version, labels: int = 60) -> Trial:
    data = saved(replace(SHIPPED, version=version))
    figures = (Figure("sentiment", 84, 0.7, 0.73, 0.01, 0.05),)
    return Trial(version, data, labels, against, figures, 0.04, better, "So it is.")


def dialect(number: int) -> Told:
    """What people say in a place where 'zonk' is bad, and nobody else knows it."""
    said = "this gadget is zonk" if number % 2 else "this gadget is brill"
    mood, kind = ("negative", "complaint") if number % 2 else ("positive", "praise")
    return Told(f"{said}, says customer {number}", {"sentiment": mood, "kind": kind})


# Core -----------------------------------------------------------------------
def score(task: Task, low: float, high: float) -> Score:
    return Score(task, Measure.LOG_LOSS, 1.0, 1.0 + (low + high) / 2, low, high)


@pytest.mark.parametrize(
    ("held", "spans", "changed", "better", "words"),
    [
        (84, {Task.SENTIMENT: (-0.3, -0.1)}, 0.05, True, "It is surely better at sentiment, and worse at nothing."),
        (84, {Task.SENTIMENT: (-0.3, -0.1)}, None, True, "It is surely better at sentiment, and worse at nothing."),
        (84, {Task.SENTIMENT: (-0.3, 0.1)}, 0.05, False, "It is not surely better: the difference may be chance."),
        (84, {Task.SENTIMENT: (-0.3, -0.1), Task.KIND: (0.1, 0.2)}, 0.0, False, "It is worse at kind."),
        (84, {Task.SENTIMENT: (-0.3, -0.1)}, 0.21, False, "It would read 21% of the posts otherwise that nobody"),
        (9, {Task.SENTIMENT: (-0.3, -0.1)}, 0.05, False, "9 labels are held back, and 10 are needed"),
    ],
)
def test_better_means_surely_better_at_something_and_worse_at_nothing(
    held: int, spans: dict[Task, tuple[float, float]], changed: float | None, better: bool, words: str
) -> None:
    scores = tuple(score(task, *span) for task, span in spans.items())
    found, said = verdict(Comparison("one", "other", dict.fromkeys(Task, held), scores), changed)
    assert (found, said.startswith(words)) == (better, True), said


def test_a_kind_says_more_than_complaint_or_not() -> None:
    told = Told("x", {"complaint": "no"}).labelled()
    assert told.kinds == frozenset(KINDS) - {Kind.COMPLAINT}
    told = Told("x", {"complaint": "yes", "kind": "question", "sentiment": "neutral"}).labelled()
    assert (told.kinds, told.sentiment) == (frozenset({Kind.QUESTION}), Sentiment.NEUTRAL)


def test_complaint_or_not_teaches_what_a_complaint_is_and_leaves_the_other_kinds_as_they_were() -> None:
    said = [("this gadget is zonk", "yes"), ("this gadget is brill", "no")]
    examples = [
        Told(f"{text}, says {number}", {"complaint": yes}).labelled() for number in range(60) for text, yes in said
    ]
    own = refit(SHIPPED, examples)
    texts = ["where is the gadget?", "you should sell the gadget in blue", "thank you for the gadget"]
    before, after = (reader.read(texts).kinds[:, 1:] for reader in (SHIPPED, own))
    assert (before.argmax(axis=1) == after.argmax(axis=1)).all()
    zonk = ["the zonk lamp", "the brill lamp"]
    complains = own.read(zonk).kinds[:, 0] - SHIPPED.read(zonk).kinds[:, 0]
    assert complains[0] > 0.05 > -0.05 > complains[1]


def test_points_are_told_in_plain_words() -> None:
    figure = Figure("kind", 84, 0.70, 0.73, 0.0, 0.1)
    assert figure.words == "better by 3 points on 84 held-back labels"
    assert replace(figure, after=0.69).words == "worse by 1 point on 84 held-back labels"
    assert replace(figure, after=0.70, held=1).words == "as good on 1 held-back label"


def test_a_try_learns_what_labels_say_and_comes_out_the_same_each_time() -> None:
    material = Material(b"", tuple(map(dialect, range(300))), (), 600)
    first, again = try_out(material), try_out(material)
    assert (first.better, first.version) == (True, again.version)
    assert first.labels == 600
    own = LinearModel.load(io.BytesIO(first.data))
    assert own.read(["the zonk lamp"]).sentiment.argmax() == 0
    held = sum(is_held_back(each.text) for each in material.labels)
    assert {each.held for each in first.figures} == {held}
    compared_with_itself = try_out(replace(material, in_use=first.data))
    assert (compared_with_itself.better, compared_with_itself.against) == (False, first.version)


def test_labels_that_are_wrong_make_no_better_model() -> None:
    said = (replace_mood(dialect(number), number) for number in range(300))
    assert not try_out(Material(b"", tuple(said), (), 300)).better


def replace_mood(told: Told, number: int) -> Told:
    """The same text with a mood by chance."""
    return Told(told.text, {"sentiment": ("negative", "neutral", "positive")[number * 7919 % 101 % 3]})


# Taking over, and back ------------------------------------------------------


@pytest.mark.django_db
def test_a_better_model_takes_over_and_one_click_goes_back(mia: Access) -> None:
    assert care.understanding(mia.workspace) is SHIPPED
    assert learning.keep(mia.workspace, trial(), now=NOON)
    assert care.understanding(mia.workspace).version == "own~1"
    assert learning.keep(mia.workspace, trial("own~2", against="own~1"), now=NOON)
    learning.go_back(mia, now=NOON)
    assert care.understanding(mia.workspace).version == "own~1"
    learning.go_back(mia, now=NOON)  # and forth again
    assert care.understanding(mia.workspace).version == "own~2"
    learning.use(mia, None, now=NOON)
    assert care.understanding(mia.workspace) is SHIPPED
    with pytest.raises(Conflict, match="in use already"):
        learning.use(mia, None, now=NOON)
    lines = AuditEntry.objects.filter(action="model changed").order_by("id")
    told = [(line.name, line.after["model"]) for line in lines]
    assert told[:3] == [("Hubbub", "own~1"), ("Hubbub", "own~2"), ("Mia", "own~1")]
    assert told[3:] == [("Mia", "own~2"), ("Mia", "the model that comes with Hubbub")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "made", [trial(better=False), trial(against="another~9")], ids=["worse", "compared with another"]
)
def test_one_that_is_not_better_than_the_one_in_use_is_kept_and_not_used(mia: Access, made: Trial) -> None:
    assert not learning.keep(mia.workspace, made, now=NOON)
    assert care.understanding(mia.workspace) is SHIPPED
    shown = selectors.learning(mia)
    assert [each.words for each in shown.models] == ["So it is."]
    assert shown.models[0].figures[0].words == "better by 3 points on 84 held-back labels"
    learning.use(mia, shown.models[0].id, now=NOON)  # a person may all the same
    assert care.understanding(mia.workspace).version == made.version


@pytest.mark.django_db
def test_where_nothing_takes_over_by_itself_a_person_decides(mia: Access) -> None:
    learning.switch(mia, on=True, takes_over=False, now=NOON)
    assert not learning.keep(mia.workspace, trial(), now=NOON)
    assert care.understanding(mia.workspace) is SHIPPED
    with pytest.raises(Conflict, match="No other model"):
        learning.go_back(mia, now=NOON)


@pytest.mark.django_db
def test_old_models_go_but_what_is_in_use_and_the_one_before_stay(mia: Access) -> None:
    learning.keep(mia.workspace, trial("own~0"), now=NOON)
    learning.keep(mia.workspace, trial("own~1", against="own~0"), now=NOON)
    for number in range(2, 9):
        learning.keep(mia.workspace, trial(f"own~{number}", better=False), now=NOON)
    kept = OwnModel.objects.filter(data__isnull=False).order_by("id").values_list("version", flat=True)
    assert list(kept) == ["own~0", "own~1", "own~4", "own~5", "own~6", "own~7", "own~8"]
    with pytest.raises(Conflict, match="kept no longer"):
        learning.use(mia, OwnModel.objects.get(version="own~2").pk, now=NOON)


@pytest.mark.django_db
def test_a_model_that_can_not_be_read_any_more_lets_the_shipped_one_read(mia: Access) -> None:
    learning.keep(mia.workspace, replace(trial(), data=b"PK broken"), now=NOON)
    assert care.understanding(mia.workspace) is SHIPPED


@pytest.mark.django_db
def test_only_managers_change_what_reads_and_nobody_elses(mia: Access, charlie: Access) -> None:
    learning.keep(mia.workspace, trial(better=False), now=NOON)
    model = OwnModel.objects.get().pk
    lead = make_member(mia, "Lea", Role.LEAD)
    for deed in (
        lambda who: learning.use(who, model, now=NOON),
        lambda who: learning.go_back(who, now=NOON),
        lambda who: learning.switch(who, on=False, takes_over=False, now=NOON),
        lambda who: learning.add_file(who, "f", "kind", [("x", "praise")], now=NOON),
        lambda who: learning.remove_file(who, "f", now=NOON),
    ):
        with pytest.raises(NotAllowed):
            deed(lead)
    with pytest.raises(NotFound):
        learning.use(charlie, model, now=NOON)
    assert selectors.learning(charlie).models == ()
    assert selectors.learning(lead).models != ()


# What is read with it -------------------------------------------------------
@pytest.fixture
def town(mia: Access, places: Places) -> Town:
    return make_town(mia, places)


@pytest.mark.django_db
def test_what_is_heard_after_a_change_is_read_by_the_new_model_and_what_was_heard_before_is_not(
    town: Town, charlie: Access
) -> None:
    town.says("ann", "@AcmeCustServ my widget broke")
    before = changes.last_of("model")
    learning.keep(town.access.workspace, trial(), now=NOON)
    assert changes.last_of("model") > before  # listener, worker and web open their ears anew
    town.says("ben", "@AcmeCustServ my widget broke, too")
    read_by = [
        str(reading[0]).partition("/")[0] for reading in Post.objects.order_by("id").values_list("reading", flat=True)
    ]
    assert read_by == [SHIPPED.version, "own~1"]
    assert care.understanding(charlie.workspace) is SHIPPED


# What it learns from --------------------------------------------------------
@pytest.mark.django_db
def test_a_try_waits_for_labels_enough_and_for_a_tenth_more_after_that(mia: Access) -> None:
    lines = [(f"a text, number {number}", "positive") for number in range(66)]
    learning.add_file(mia, "one.csv", "sentiment", lines[:49], now=NOON)
    assert selectors.learners() == []
    learning.add_file(mia, "one.csv", "sentiment", lines[:50], now=NOON)
    assert selectors.learners() == [mia.workspace]
    learning.keep(mia.workspace, trial(better=False, labels=50), now=NOON)
    learning.add_file(mia, "one.csv", "sentiment", lines[:55], now=NOON)
    assert selectors.learners() == []
    learning.add_file(mia, "one.csv", "sentiment", lines, now=NOON)
    assert selectors.learners() == [mia.workspace]
    learning.failed(mia.workspace, "It was killed.", 66, now=NOON)
    assert selectors.learners() == []
    assert selectors.learning(mia).trouble == "It was killed."
    learning.switch(mia, on=False, takes_over=True, now=NOON)
    Learning.objects.update(tried_labels=0)
    assert selectors.learners() == []


@pytest.mark.django_db
def test_a_file_read_twice_adds_nothing_and_its_last_word_counts(mia: Access, charlie: Access) -> None:
    assert learning.add_file(mia, "a.csv", "kind", [("My  Widget", "praise"), ("x", "spam")], now=NOON) == 2
    assert learning.add_file(mia, "a.csv", "kind", [("my widget ", "praise"), ("x", "talk")], now=NOON) == 1
    assert {each.text: dict(each.said) for each in selectors.told(mia.workspace)} == {
        "My  Widget": {"kind": "praise"},
        "x": {"kind": "talk"},
    }
    with pytest.raises(InvalidInput, match="is no kind"):
        learning.add_file(mia, "a.csv", "kind", [("y", "angry")], now=NOON)
    with pytest.raises(NotFound):
        learning.remove_file(charlie, "a.csv", now=NOON)
    assert learning.remove_file(mia, "a.csv", now=NOON) == 2
    assert selectors.labels_learnt(mia.workspace) == 0


@pytest.mark.django_db
def test_corrections_teach_and_what_was_taken_back_or_deleted_does_not(town: Town, charlie: Access) -> None:
    uri = town.says("ann", "@AcmeCustServ my widget broke")
    number = town.case().number
    label = labels.correct(town.access, number, what="kind", value="question", now=town.at)
    labels.correct(town.access, number, what="needs", value="yes", now=town.at)  # corrects this one post only
    assert selectors.told(town.access.workspace) == (Told("@AcmeCustServ my widget broke", {"kind": "question"}),)
    assert selectors.told(charlie.workspace) == ()
    town.says("ann", "", uri=uri, kind="delete")
    assert selectors.told(town.access.workspace) == ()
    assert Label.objects.filter(pk=label, text="").exists()  # who said what stays, but no word of the post


@pytest.mark.django_db
def test_what_somebody_answered_and_did_not_correct_counts_a_little(town: Town) -> None:
    town.says("ann", "@AcmeCustServ my acme widget broke after two days, it is rubbish!")
    town.says("ben", "@AcmeCustServ my acme parcel is late, it is awful!")
    assert selectors.unobjected(town.access.workspace) == ()
    for case in town.cases():
        cases.reply(town.access, case.number, text="Sorry!", now=town.at)
    (ann, ben) = selectors.unobjected(town.access.workspace)
    assert ann.said == ben.said == {"kind": "complaint", "sentiment": "negative"}
    labels.correct(town.access, town.cases()[0].number, what="kind", value="praise", now=town.at)
    assert selectors.unobjected(town.access.workspace) == (ben,)

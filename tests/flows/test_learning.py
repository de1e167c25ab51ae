"""Learning beside the work: a model is fitted in another process, kept with its figures, and lost by no kill."""

import subprocess
import sys

import pytest

from hubbub.accounts.services import keep_posts_for
from hubbub.care import selectors as care
from hubbub.care.core.understanding import LinearModel
from hubbub.care.models import CaseRow, Label, Learning, OwnModel
from hubbub.care.selectors import learning as selectors
from hubbub.care.selectors.understanding import own_model
from hubbub.care.services import learning as services
from hubbub.care.services.labels import correct as correct_case
from hubbub.flows import retention
from hubbub.flows.corrections import correct, undo
from hubbub.flows.erasure import erase
from hubbub.flows.learning import learn, learn_all, rehearse
from hubbub.infra.places import Places
from hubbub.listening.core.corrections import Correction
from hubbub.listening.core.heard import Sought
from hubbub.listening.models import Post
from tests.flows.dying import KILLED, live
from tests.make import NOON, Town, make_town, make_workspace

LINES = [
    (
        f"this gadget is {'zonk' if number % 2 else 'brill'}, says customer {number}",
        "negative" if number % 2 else "positive",
    )
    for number in range(200)
]


@pytest.fixture(autouse=True)
def _none_read_yet() -> None:
    own_model.cache_clear()  # ids begin anew with each test


@pytest.fixture
def town(places: Places) -> Town:
    return make_town(make_workspace(), places)


@pytest.mark.reckons
@pytest.mark.django_db
def test_labels_enough_make_a_better_model_that_takes_over_and_the_next_round_waits() -> None:
    mia = make_workspace()
    services.add_file(mia, "gadgets.csv", "sentiment", LINES, now=NOON)
    assert learn_all() == 1
    own = care.understanding(mia.workspace)
    assert own.version != LinearModel.shipped().version
    assert own.read(["a zonk lamp"]).sentiment.argmax() == 0
    made = OwnModel.objects.get()
    assert (made.better, made.labels, made.against) == (True, 200, LinearModel.shipped().version)
    assert learn_all() == 0
    trial, took_over = learn(mia.workspace)  # asked for all the same: it is the same one, and no better than itself
    assert (trial.version, trial.better, took_over) == (own.version, False, False)
    assert OwnModel.objects.count() == 1


@pytest.mark.django_db
def test_a_rehearsal_keeps_nothing() -> None:
    mia = make_workspace()
    assert rehearse(mia.workspace, "sentiment", LINES).better
    assert not (OwnModel.objects.exists() or Label.objects.exists() or Learning.objects.exists())


@pytest.mark.django_db
def test_where_the_fitting_process_is_killed_the_next_try_waits_for_more_labels(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mia = make_workspace()
    services.add_file(mia, "gadgets.csv", "sentiment", LINES[:60], now=NOON)
    monkeypatch.setenv("HUBBUB_FAILPOINT", "learning.fitting")
    assert learn_all() == 1
    assert selectors.learning(mia).trouble == "The process that fits the model ended too early (exit code -9)."
    assert care.understanding(mia.workspace) is LinearModel.shipped()
    assert learn_all() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("failpoint", ["learning.tried", "learning.kept"])
def test_a_worker_killed_there_has_changed_all_of_it_or_nothing(failpoint: str) -> None:
    mia = make_workspace()
    services.add_file(mia, "gadgets.csv", "sentiment", LINES, now=NOON)
    assert live(failpoint, learn_all) == KILLED
    kept = failpoint == "learning.kept"
    assert (OwnModel.objects.count(), Learning.objects.filter(in_use__isnull=False).count()) == (kept, kept)
    assert live("", learn_all) == 0
    assert Learning.objects.get().in_use == OwnModel.objects.get()


# What people do ---------------------------------------------------------------
@pytest.mark.django_db
def test_moods_that_are_corrected_for_many_posts_teach_until_that_is_taken_back(town: Town) -> None:
    town.says("ann", "@AcmeCustServ the acme widget is fine")
    town.says("ben", "@AcmeCustServ the acme widget is nice")
    every = Sought(NOON, town.at.replace(hour=23))
    _, number = correct(town.access, every, Correction(sentiment=-1), "Mood: bad", town.places, now=town.at)
    told = {each.text: dict(each.said) for each in selectors.told(town.access.workspace)}
    assert set(map(str, told.values())) == {"{'sentiment': 'negative'}"}
    assert Post.objects.filter(corrected={"sentiment": "negative"}).count() == len(told) > 0
    assert number is not None
    undo(town.access, number, town.places, now=town.at)
    assert selectors.told(town.access.workspace) == ()
    assert not Post.objects.filter(corrected__isnull=False).exists()


# What goes --------------------------------------------------------------------
@pytest.mark.django_db
def test_who_is_erased_leaves_no_label_and_no_line_of_a_file_that_names_them(town: Town) -> None:
    town.says("ann_lee", "@AcmeCustServ my acme widget broke")
    town.says("ben", "@AcmeCustServ my acme widget broke, too")
    for case in town.cases():
        correct_case(town.access, case.number, what="kind", value="question", now=town.at)
    lines = [("thanks @Ann_Lee, that worked", "positive"), ("joann_lee2 is cannot_leeward", "neutral")]
    services.add_file(town.access, "old.csv", "sentiment", lines, now=town.at)
    erase(town.access, "demo", "ann_lee", town.places, now=town.at)
    left = [(each.text, dict(each.said)) for each in selectors.told(town.access.workspace)]
    assert left == [
        ("@AcmeCustServ my acme widget broke, too", {"kind": "question"}),
        (lines[1][0], {"sentiment": "neutral"}),
    ]
    assert Label.objects.count() == 2


@pytest.mark.django_db
def test_what_is_kept_no_longer_teaches_no_longer(town: Town) -> None:
    town.says("ann", "@AcmeCustServ the acme widget is fine")
    correct(
        town.access, Sought(NOON, town.at.replace(hour=23)), Correction(sentiment=-1), "Bad", town.places, now=town.at
    )
    assert Label.objects.exists()
    CaseRow.objects.all().delete()  # no case shows it any more
    keep_posts_for(town.access, 7, now=town.at)
    retention.remove_old(town.places, now=town.at.replace(month=12))
    assert not Label.objects.exists()


def test_the_fitting_process_knows_nothing_of_django() -> None:
    code = "import sys, hubbub.flows.fitting; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

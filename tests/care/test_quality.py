"""Quality reviews: scores, samples and agreement, and who may see and say what."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from tests.make import NOON, Town, make_member, make_town, make_workspace

from hubbub.accounts.core.access import Access, Role
from hubbub.care.core.quality import FIRST, Ask, agreements, check, kappa, read_form, sample, score
from hubbub.care.models import Notice, Review
from hubbub.care.selectors import quality as selectors
from hubbub.care.services import cases, quality
from hubbub.infra.places import Places
from hubbub.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound

FORM = read_form("# A\n5 | Clear? | 3\nyes! | Polite?\ntext | Well?", 1)


@pytest.mark.parametrize(
    ("answers", "wanted"),
    [
        ({"q1": 5, "q2": 1}, 100.0),
        ({"q1": 3, "q2": 1}, 62.5),
        ({"q1": 1, "q2": 1}, 25.0),
        ({"q1": 5, "q2": 0}, 0.0),  # critical
        ({"q1": None, "q2": 1}, 100.0),  # it does not apply
        ({"q1": None, "q2": None}, 0.0),
    ],
)
def test_a_score_is_the_weighted_mean_unless_something_critical_failed(answers: dict[str, int], wanted: float) -> None:
    assert score(FORM, answers) == wanted


@given(st.integers(1, 5), st.integers(1, 4))
def test_a_better_answer_never_makes_a_worse_score(one: int, other: int) -> None:
    better, worse = max(one, other), min(one, other)
    assert score(FORM, {"q1": better, "q2": 1}) >= score(FORM, {"q1": worse, "q2": 1})


@pytest.mark.parametrize("text", ["", "text | Well?", "6 | Clear?", "5 Clear?", "5 | Clear? | 0", "5 | Clear? | many"])
def test_a_form_that_can_not_be_read_says_which_line(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_form(text, 1)


def test_an_unanswered_question_is_named() -> None:
    with pytest.raises(InvalidInput, match="Polite"):
        check(FORM, {"q1": "4"})
    assert check(FORM, {"q1": "none", "q2": "1", "q3": " Good. "}) == {"q1": None, "q2": 1, "q3": "Good."}
    assert {each.ask for each in read_form(FIRST, 1).questions} == set(Ask)


SOLVED = st.lists(
    st.tuples(st.integers(1, 500), st.integers(1, 4), st.sampled_from(["mail", "chat", "demo"])),
    unique_by=lambda each: each[0],
    max_size=60,
)


@given(SOLVED, st.integers(1, 5), st.integers(0, 9))
def test_a_sample_is_fair_drawn_once_and_the_same_again(
    solved: list[tuple[int, int, str]], many: int, seed: int
) -> None:
    drawn = sample(solved, many, seed)
    assert drawn == sample(list(reversed(solved)), many, seed)
    assert len({case for case, _ in drawn}) == len(drawn)
    own = Counter(agent for _, agent, _ in solved)
    assert Counter(agent for _, agent in drawn) == {agent: min(many, count) for agent, count in own.items()}
    where = {case: channel for case, _, channel in solved}
    for agent in own:
        channels = {channel for _, who, channel in solved if who == agent}
        assert len({where[case] for case, who in drawn if who == agent}) == min(len(channels), many)


def test_kappa_is_what_is_known() -> None:
    pairs = [(1, 1)] * 3 + [(2, 2)] * 2 + [(3, 3)] * 3 + [(1, 2), (2, 3)]
    by_others = cohen_kappa_score(*zip(*pairs, strict=True), weights="quadratic")
    assert kappa(pairs, 3) == pytest.approx(by_others) == pytest.approx(1 - 0.2 / 1.42)
    assert kappa([(1, 5), (5, 1)]) == -1.0


def test_reviewers_who_differ_are_told_on_which_question() -> None:
    clear, polite = agreements(FORM, [[{"q1": 5, "q2": 1}, {"q1": 1, "q2": 1}]])
    assert (clear.apart, polite.apart) == (1.0, 0.0)
    assert clear.words.startswith("Talk")


# In the database -------------------------------------------------------------
@pytest.fixture
def town(places: Places) -> Town:
    town = make_town(make_workspace(), places)
    for name in ("ann", "ben", "cid"):
        town.says(name, "@AcmeCustServ my widget is broken, it does not work at all!")
    return town


@pytest.fixture
def alice(town: Town) -> Access:
    alice = make_member(town.access, "Alice")
    for number in (1, 2):
        cases.reply(alice, number, text="Sorry! Which one is it?", now=town.at)
        cases.resolve(alice, number, now=town.at)
    return alice


@pytest.fixture
def lea(town: Town) -> Access:
    return make_member(town.access, "Lea", Role.LEAD)


ANSWERS = {"q1": "4", "q2": "1", "q3": "5", "q4": "1", "q5": "Ask for the model first."}


@pytest.mark.django_db
def test_a_sample_is_drawn_reviewed_and_talked_about(town: Town, alice: Access, lea: Access) -> None:
    later = town.at + timedelta(hours=1)
    assert quality.draw(lea, many=5, seed=1, now=later) == 2
    assert quality.draw(lea, many=5, seed=2, now=later) == 0  # none twice
    first, second = selectors.reviews(lea)
    assert {first.agent, second.agent} == {"Alice"}
    assert selectors.reviews(alice) == ()  # not before it is done
    quality.submit(lea, first.id, answers=ANSWERS, coaching="Ask for the model.", now=later)
    (mine,) = selectors.reviews(alice)
    assert mine.score == pytest.approx(100 * (2 * 0.75 + 2 + 1 + 1) / 6)
    assert [each.why for each in Notice.objects.filter(person=alice.me).order_by("pk")] == ["review", "coaching"]
    quality.comment(alice, first.id, text="I will.", now=later)
    shown = selectors.review(lea, first.id)
    assert (shown.coaching, shown.comment) == ("Ask for the model.", "I will.")
    with pytest.raises(Conflict):
        quality.submit(lea, first.id, answers=ANSWERS, coaching="", now=later)
    (line,) = selectors.by_agent(lea)
    assert (line.name, line.count) == ("Alice", 1)


@pytest.mark.django_db
def test_the_same_case_is_reviewed_by_several_to_calibrate(town: Town, alice: Access, lea: Access) -> None:
    quality.draw(lea, many=1, seed=1, now=town.at)
    (first,) = selectors.reviews(lea)
    second = quality.calibrate(town.access, first.id, now=town.at)
    quality.submit(lea, first.id, answers=ANSWERS, coaching="", now=town.at)
    quality.submit(town.access, second, answers={**ANSWERS, "q1": "2"}, coaching="", now=town.at)
    assert [round(each.apart, 2) for each in selectors.agreement(lea)] == [0.5, 0.0, 0.0, 0.0]
    assert len(selectors.reviews(alice)) == 1  # the one that counts


@pytest.mark.django_db
def test_scores_are_told_by_week_and_second_looks_do_not_count(town: Town, alice: Access, lea: Access) -> None:
    quality.draw(lea, many=2, seed=1, now=town.at)
    one, two = selectors.reviews(lea)
    second = quality.calibrate(town.access, one.id, now=town.at)
    for which, answers, weeks in ((one.id, ANSWERS, 3), (two.id, {**ANSWERS, "q1": "1"}, 1), (second, ANSWERS, 1)):
        quality.submit(lea if which != second else town.access, which, answers=answers, coaching="", now=town.at)
        Review.objects.filter(pk=which).update(done_at=town.at - timedelta(weeks=weeks))
    scores = {each.id: each.score for each in selectors.reviews(lea)}
    told = selectors.by_week(lea, town.at)
    assert len(told) == selectors.WEEKS and all(each.monday.weekday() == 0 for each in told)
    assert [each.score for each in told[-4:]] == [scores[one.id], None, scores[two.id], None]
    assert [each.count for each in told[-4:]] == [1, 0, 1, 0]


@pytest.mark.django_db
def test_a_review_keeps_the_version_of_its_form(town: Town, alice: Access, lea: Access) -> None:
    quality.draw(lea, many=1, seed=1, now=town.at)
    (first,) = selectors.reviews(lea)
    with pytest.raises(NotAllowed):
        quality.save_form(lea, text="5 | Clear?", now=town.at)
    quality.save_form(town.access, text="5 | Clear?", now=town.at)
    assert len(selectors.review(lea, first.id).form.questions) == 5
    assert selectors.form(lea).version == 2


@pytest.mark.django_db
def test_only_leads_review_and_strangers_reach_nothing(town: Town, alice: Access, lea: Access, charlie: Access) -> None:
    quality.draw(lea, many=1, seed=1, now=NOON + timedelta(days=1))
    (first,) = selectors.reviews(lea)
    with pytest.raises(NotAllowed):
        quality.submit(alice, first.id, answers=ANSWERS, coaching="", now=NOON)
    with pytest.raises(NotAllowed):
        selectors.review(alice, first.id)  # not done yet
    for deed in (
        lambda: quality.submit(charlie, first.id, answers=ANSWERS, coaching="", now=NOON),
        lambda: quality.comment(charlie, first.id, text="Hi", now=NOON),
        lambda: quality.calibrate(charlie, first.id, now=NOON),
        lambda: selectors.review(charlie, first.id),
    ):
        with pytest.raises(NotFound):
            deed()
    assert selectors.reviews(charlie) == ()

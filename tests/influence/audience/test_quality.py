"""What an audience is worth talking to, its clusters, and what it shares."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.influence.core.audience.clusters import clusters
from hubbub.influence.core.audience.overlap import overlap, overlaps
from hubbub.influence.core.audience.quality import quality
from hubbub.influence.core.audience.segments import segment
from tests.influence.audience.people import DAY, NOW, documents_audience, people, rules


def test_quality_is_the_sum_of_its_parts_worked_by_hand() -> None:
    near = {"place": "UK", "last_posted": NOW}
    who = people(near, {**near, "bio": "I follow back"}, {"place": "Paris", "last_posted": NOW - 90 * DAY}, near)
    found = quality(segment(who, rules(), NOW), [0.0, 0.0, 1.0, 0.2], [True, False, False, False])
    assert {part.name: part.points for part in found.parts} == pytest.approx(
        {"real": 30 * 0.7, "active": 25 * 0.75, "near": 15 * 0.75, "welcome": 15 * 0.75, "acted": 15}
    )
    assert found.points == pytest.approx(77.25)
    assert found.low < found.points < found.high and found.provisional


def test_pornbots_are_bad_company() -> None:
    table, _ = documents_audience()
    bots = people(*({"account": 1_000 + number, "bio": "Hot pics xxx", "p_bot": 0.9} for number in range(600)))
    both = pa.concat_tables([table, bots], promote_options="default")
    alone, kept = (segment(each, rules(), NOW) for each in (table, both))
    before = quality(alone, table["p_bot"].to_numpy(), np.arange(564) % 20 == 0)
    after = quality(kept, both["p_bot"].to_numpy(), np.r_[np.arange(564) % 20 == 0, np.zeros(600, bool)])
    assert after.points < before.points - 20 and not after.provisional
    assert alone.engageable.sum() == kept.engageable.sum()


def test_an_audience_of_nobody_has_no_quality_and_no_parts() -> None:
    found = quality(segment(people(), rules(), NOW), [], [])
    assert (found.points, found.parts, found.provisional) == (0.0, (), True)


def crowd() -> tuple[np.ndarray, pa.StringArray, np.ndarray]:
    rng = np.random.default_rng(3)
    own = (["rugby", "pitch", "coach"], ["widgets", "gears", "factory"], ["sourdough", "oven", "flour"])
    label = rng.integers(0, 3, 600)
    texts = [
        " ".join([*rng.choice(own[each], 2), *rng.choice(["the", "and", "love", "life", "my"], 4)]) for each in label
    ]
    return label, pa.array(texts), rng.random(600)


def test_clusters_are_named_by_their_words_and_hubs() -> None:
    label, texts, weight = crowd()
    found = clusters(label, texts, weight)
    assert [each.size for each in found] == sorted(np.bincount(label).tolist(), reverse=True)
    named = {each.label: set(each.words) for each in found}
    assert named == {
        0: {"rugby", "pitch", "coach"},
        1: {"widgets", "gears", "factory"},
        2: {"sourdough", "oven", "flour"},
    }
    for each in found:
        assert each.hubs[0] == max(np.flatnonzero(label == each.label), key=lambda row: weight[row])
        assert set(each.name.split(" · ")) == named[each.label]


def test_one_who_repeats_a_word_names_no_cluster() -> None:
    texts = pa.array(["spam " * 500, *["hello world"] * 40])
    found = clusters([0] * 20 + [1] * 21, texts, np.ones(41))
    assert not any("spam" in each.words for each in found)
    assert {each.name for each in found} == {"no words of their own"}


def test_small_words_name_no_cluster() -> None:
    texts = pa.array(["and the widgets"] * 20 + ["rugby"] * 20)
    found = clusters([0] * 20 + [1] * 20, texts, np.zeros(40), small=rules().small_words)
    assert [each.words for each in found] == [("widgets",), ("rugby",)]


def test_groups_too_small_and_people_of_none_are_no_clusters() -> None:
    texts = pa.array(["red fox"] * 10 + ["blue whale"] * 3 + ["grey owl"] * 10)
    found = clusters([0] * 10 + [1] * 3 + [-1] * 10, texts, np.zeros(23))
    assert [(each.label, each.size) for each in found] == [(0, 10)]
    assert set(found[0].words) == {"red", "fox"} and found[0].hubs == (0, 1, 2)
    assert clusters([], pa.array([], pa.string()), []) == ()
    assert clusters([0] * 6, pa.array([None] * 6, pa.string()), np.zeros(6))[0].words == ()


accounts = st.lists(st.integers(0, 50), max_size=40)


@given(accounts, accounts)
def test_an_overlap_is_exact_whichever_way_one_looks(first: list[int], second: list[int]) -> None:
    found, turned = overlap(first, second), overlap(second, first)
    assert set(found.both.tolist()) == set(first) & set(second) == set(turned.both.tolist())
    assert found.likeness == turned.likeness == (len(set(first) & set(second)) / max(len(set(first) | set(second)), 1))
    assert found.of_first == turned.of_second and 0 <= found.of_first <= 1
    assert overlaps([first, second])[0, 1] == len(found.both)


def test_an_overlap_tells_of_which_kinds_it_is() -> None:
    mine = segment(people({"bio": "journalist"}, {"bio": "reporter"}, {"bio": "Globex"}, {"bio": "cook"}), rules(), NOW)
    found = overlap(mine.account, [0, 1, 77]).kinds(mine)
    assert (found[0].kind, found[0].people, found[0].share, found[0].of_audience) == ("journalist", 2, 1.0, 0.5)
    assert found[-1].kind == "competitor" and found[-1].share == 0

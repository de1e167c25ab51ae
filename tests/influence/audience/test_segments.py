"""Who an audience is."""

import json
import tomllib

import numpy as np
import pyarrow as pa
import pytest

from hubbub.influence.core.audience.places import countries, country_in, country_of, languages
from hubbub.influence.core.audience.rules import extended, read, shipped
from hubbub.influence.core.audience.segments import Audience, segment
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import speaking
from tests.influence.audience.people import DAY, NOW, documents_audience, people, rules


def kinds_of(*each: dict[str, object]) -> list[set[str]]:
    found = segment(people(*each), rules(), NOW)
    return [{kind for kind, who in found.kinds.items() if who[row]} for row in range(len(each))]


def test_of_564_followers_144_are_in_the_uk_31_write_and_110_sell() -> None:
    table, truth = documents_audience()
    found = segment(table, rules(), NOW)
    assert len(found) == 564
    assert set(np.flatnonzero(found.country == "GB")) == truth["uk"]
    assert len(truth["uk"]) == found.countries()["GB"] == 144
    assert set(found.of("journalist")) == truth["press"]
    assert set(found.of("supplier")) | set(found.of("competitor")) == truth["trade"]
    assert found.counts()["journalist"] == 31


def test_the_engageable_are_active_near_and_not_of_the_last_four_kinds() -> None:
    table, truth = documents_audience(2)
    found = segment(table, rules(), NOW)
    rivals = set(found.of("competitor"))
    assert rivals and set(np.flatnonzero(found.engageable)) == (truth["uk"] & truth["active"]) - rivals
    assert set(found.of("supplier")) & set(np.flatnonzero(found.engageable)), "a supplier may be talked to"


@pytest.mark.parametrize("kind", ["spammer", "volume acquirer", "colleague", "competitor"])
def test_none_of_the_four_is_engageable(kind: str) -> None:
    bio = {
        "spammer": "Airdrop! hot pics",
        "volume acquirer": "I follow back",
        "colleague": "Support at Acme",
        "competitor": "Globex",
    }
    found = segment(people({"bio": bio[kind], "place": "UK", "last_posted": NOW}), rules(), NOW)
    assert found.kinds[kind][0] and not found.engageable[0]
    assert segment(people({"bio": "Hello", "place": "UK", "last_posted": NOW}), rules(), NOW).engageable[0]


BIOS: dict[str, set[str]] = {
    "Wirtschaftsjournalistin in Köln": {"journalist"},
    "Journaliste indépendante": {"journalist"},
    "Periodista y escritora": {"journalist"},
    "Former journalist, now a baker": set(),
    "We help journalists find stories": set(),
    "I read what journalists write": set(),
    "Copywriter and underwriter": set(),
    "Callcenter-Beratung und mehr": {"supplier"},
    "I write about contact centres": set(),
    "Journalist and contact centre consultant": {"journalist", "supplier"},
    "Ex-Globex, happy now": set(),
    "Engineer at INITECH": {"competitor"},
    "Head of support at Acme": {"colleague"},
    "Formerly at Acme": set(),
    "#TeamFollowBack 100%": {"volume acquirer"},
    "I never follow back": set(),
    "Acmeology is not a thing": set(),
}
PEOPLE: list[tuple[dict[str, object], set[str]]] = [
    ({"said": "My Acme widget has been broken for 5 days now"}, {"customer"}),
    ({"said": "Mein Acme geht nicht"}, {"customer"}),
    ({"customer": True}, {"customer"}),
    ({"cases": 3}, {"customer"}),
    ({"said": "Can anyone recommend a call centre that picks up?"}, {"prospect"}),
    ({"asked": 1, "customer": True}, {"customer", "prospect"}),
    ({"score": 71.0}, {"influencer"}),
    ({"followers": 80_000, "follows": 300, "p_bot": 0.1}, {"influencer"}),
    ({"followers": 80_000, "follows": 300, "p_bot": 0.9}, {"spammer"}),
    ({"followers": 80_000, "follows": 300}, set()),
    ({"followers": 9_000, "follows": 9_500}, {"volume acquirer"}),
    ({"followers": 2_500, "follows": 2_600}, set()),
    ({"followers": 2_500, "follows": 2_600, "dropped": 40}, {"volume acquirer"}),
    ({"handle": "globex", "name": "Globex"}, {"competitor"}),
    ({"handle": "umbrellasystems"}, {"supplier"}),
    ({"colleague": True}, {"colleague"}),
    ({"customer": False}, set()),
    ({}, set()),
]


def test_what_people_say_of_themselves() -> None:
    found = kinds_of(*({"bio": bio} for bio in BIOS))
    assert dict(zip(BIOS, found, strict=True)) == BIOS


def test_what_people_do_and_what_we_know_of_them() -> None:
    found = kinds_of(*(person for person, _ in PEOPLE))
    assert [(person, kinds) for (person, _), kinds in zip(PEOPLE, found, strict=True)] == PEOPLE


def reasons(found: Audience, row: int = 0) -> dict[str, tuple[str, ...]]:
    return {each.kind: each.reasons for each in found.evidence(row)}


def test_everybody_has_their_evidence_in_words() -> None:
    who = {
        "bio": "Author. I follow back!",
        "follows": 9_000,
        "followers": 8_000,
        "place": "Leeds",
        "last_posted": NOW - 3 * DAY,
    }
    found = segment(people({"bio": "nobody"}, who), rules(), NOW)
    assert reasons(found, 1) == {
        "journalist": ("calls themselves “Author”",),
        "volume acquirer": ("promises to follow back: “I follow back”", "follows 9,000, about as many as follow them"),
    }
    assert found.why(1) == ("last posted 3 days ago", "is in GB", "Volume acquirer")
    assert reasons(found, 0) == {}
    assert segment(people({"last_posted": NOW}), rules(), NOW).why(0)[0] == "last posted within a day"
    with speaking("de"):
        assert reasons(found, 1)["journalist"] == ("bezeichnet sich als „Author“",)


def test_an_account_without_posts_is_not_active_and_says_why() -> None:
    found = segment(people({"posts": 0, "place": "UK"}, {"place": "UK"}), rules(), NOW)
    assert not found.active.any() and not found.engageable.any()
    assert found.why(0)[0] == "has never posted"
    assert found.why(1)[0] == "when they last posted is not known"


def test_a_deleted_account_is_counted_and_belongs_to_nothing() -> None:
    found = segment(
        people({"bio": "journalist", "deleted": True}, {"bio": "journalist", "deleted": None}), rules(), NOW
    )
    assert (len(found), found.deleted, found.counts()["journalist"]) == (1, 1, 1)


def test_an_audience_of_nobody_is_an_audience() -> None:
    found = segment(people(), rules(), NOW)
    assert len(found) == 0 and set(found.counts().values()) == {0} and not found.engageable.any()
    assert found.countries() == {} and len(found.counts()) == 9


def test_somebody_of_unknown_place_is_near_by_language_only_if_the_workspace_says_so() -> None:
    who = people({"language": "en-GB", "last_posted": NOW}, {"language": "en", "place": "Sydney", "last_posted": NOW})
    assert segment(who, rules(), NOW).near.tolist() == [False, False]
    assert segment(who, rules(near={"languages": ["en"]}), NOW).near.tolist() == [True, False]
    assert segment(who, read(shipped()), NOW).near.all()


@pytest.mark.parametrize(
    ("place", "country"),
    [
        ("London", "GB"),
        ("London, Ontario", "CA"),
        ("Toronto, CA", "CA"),
        ("San Francisco, CA", "US"),
        ("Berlin, DE", "DE"),
        ("Paris", "FR"),
        ("Paris, Texas", "US"),
        ("München, Bayern", "DE"),
        ("London / New York", "GB"),
        ("Genève 🇨🇭", "CH"),
        ("somewhere over the rainbow", ""),
        ("", ""),
        ("東京", "JP"),
        ("NEW ZEALAND", "NZ"),
        ("U.S.A.", "US"),
        ("Smallville NY", "US"),
        ("Delhi.India", "IN"),
        ("Savannah, Georgia", "US"),
        ("Tbilisi, Georgia", "GE"),
        ("greater Manchester area", "GB"),
    ],
)
def test_where_a_place_lies(place: str, country: str) -> None:
    assert country_of(place) == country


def test_a_bio_tells_where_somebody_is_only_where_it_says_so() -> None:
    told = [
        "Cook. Based in Leeds.",
        "Wohnt in Wien",
        "Reading books",
        "in Essence good",
        "🇫🇷",
        "🇫🇷🇩🇪",
        "Vivo en Buenos Aires",
        "Born in Singapore, living in Berlin",
        "Judge of cakes from Britain's best ovens",
    ]
    assert [country_in(bio) for bio in told] == ["GB", "AT", "", "", "FR", "", "AR", "DE", ""]
    both = countries(pa.array(["", "Leeds", None]), pa.array(["from Vienna", "from Vienna", None]))
    assert both.tolist() == ["AT", "GB", ""]


def test_a_language_is_told_by_its_small_words_where_the_network_tells_none() -> None:
    texts = ["ich bin der und das", "I love the sea and the sun", "je suis dans le bain avec des amis", "ok", "x"]
    found = languages(pa.array([None, None, None, "", "de-AT"]), pa.array(texts), rules().languages)
    assert found.tolist() == ["de", "en", "fr", "", "de"]


def test_a_workspace_adds_its_own_kinds_and_signs() -> None:
    mine = tomllib.loads("""
        [numbers]
        active_days = 90
        [[kinds]]
        id = "journalist"
        signs = [{ when = [{ in = ["bio"], words = ["podcaster*"] }], points = 2, say = "has a podcast" }]
        [[kinds]]
        id = "spammer"
        off = true
        [[kinds]]
        id = "teacher"
        signs = [{ when = [{ in = ["bio"], words = ["teacher"] }], points = 2, say = "teaches" }]
    """)
    found = segment(
        people({"bio": "Podcaster"}, {"bio": "Reporter"}, {"bio": "Teacher", "last_posted": NOW - 60 * DAY}),
        rules(**mine),
        NOW,
    )
    assert found.kinds["journalist"].tolist() == [True, True, False]
    assert found.kinds["teacher"].tolist() == [False, False, True]
    assert "spammer" not in found.kinds and found.active.tolist() == [False, False, True]
    assert found.evidence(2)[0].reasons == ("teaches",)
    only = rules(kinds=[{**mine["kinds"][0], "replace": True}])
    assert segment(people({"bio": "Reporter"}), only, NOW).kinds["journalist"].tolist() == [False]


def test_extending_changes_no_rules_but_its_own() -> None:
    base = shipped()
    before = json.dumps(base)
    extended(
        base, {"names": {"ours": ["Acme"]}, "near": {"countries": ["DE"]}, "kinds": [{"id": "spammer", "off": True}]}
    )
    assert json.dumps(base) == before


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"kind": []}, "means nothing"),
        ({"kinds": [{"id": "x"}]}, "at least one sign"),
        ({"kinds": [{"name": "x"}]}, "has an `id`"),
        ({"kinds": [{"id": "x", "signs": [{"when": [], "points": 1, "say": ""}]}]}, "a sign has"),
        ({"kinds": [{"id": "x", "signs": [{"when": [{"fact": "posts"}], "points": 1, "say": ""}]}]}, "a test has"),
        (
            {"kinds": [{"id": "x", "signs": [{"when": [{"words": ["a"], "in": ["face"]}], "points": 1, "say": ""}]}]},
            "stand in",
        ),
        (
            {"kinds": [{"id": "x", "signs": [{"when": [{"words": ["a"]}], "points": 1, "say": "{who}"}]}]},
            "may only name",
        ),
        ({"kinds": [{"id": "x", "signs": [{"when": [{"words": "a"}], "points": 1, "say": ""}]}]}, "list of words"),
        ({"engageable": {"not": ["martian"]}}, "no kind"),
        ({"quality": {"real": 31}}, "add up to 100"),
        ({"numbers": {"active_days": "soon"}}, "not a number"),
        ({"near": {"countries": "GB"}}, "list of words"),
        ({"near": 3}, "is a table"),
    ],
)
def test_rules_that_mean_nothing_are_refused_with_the_place(wrong: dict[str, object], sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        rules(**wrong)


def test_people_who_are_no_people_are_refused() -> None:
    for table in (pa.table({"bio": ["x"]}), pa.table({"account": [1, 1]}), pa.table({"account": ["a"]})):
        with pytest.raises(InvalidInput, match="column `account`"):
            segment(table, rules(), NOW)
    with pytest.raises(InvalidInput, match="'cases'"):
        segment(pa.table({"account": [1], "cases": ["many"]}), rules(), NOW)

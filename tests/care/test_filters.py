"""Filters of lists: what they hold, page by page and counted; and views that are kept under a name."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.care.test_care_selectors import make_case
from tests.make import NOON, make_member, make_workspace

from hubbub.accounts import services as accounts
from hubbub.accounts.core.access import Access, Role
from hubbub.care import selectors
from hubbub.care.core.case import Case, Folder, Priority, Status
from hubbub.care.core.deeds import AddTag
from hubbub.care.core.filters import VIEWS, Filter, read
from hubbub.care.core.understanding import Kind
from hubbub.care.models import CaseRow, Tag
from hubbub.care.selectors import lists
from hubbub.care.services import cases, views
from hubbub.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound


@pytest.fixture
def mia(db: None) -> Access:
    return make_workspace()


def paged(access: Access, asked: Filter, limit: int = 3) -> list[int]:
    """Every page of a list to its end."""
    found, cursor = [], ""
    while True:
        page = selectors.cases(access, asked, now=NOON, cursor=cursor, limit=limit)
        found += [line.number for line in page.lines]
        cursor = page.next
        if not cursor:
            return found


def some_cases(mia: Access, bob: Access, team: int) -> None:
    """Forty cases, each a bit different from the others."""
    for number in range(1, 41):
        due = NOON + timedelta(minutes=number % 7 - 3)
        case = Case(number, Status.NEW, NOON, NOON, due_at=due, owner=bob.me if number % 4 == 0 else None)
        make_case(
            mia,
            number,
            case.resolve(NOON + timedelta(minutes=number)) if number % 5 == 0 else case,
            channel=("mail", "chat", "demo")[number % 3],
            kind=("complaint", "question")[number % 2],
            lang=("en", "de", "")[number % 3],
            priority=Priority(number % 4 + 1),
            team_id=team if number % 6 == 0 else None,
            queue="safety" if number % 8 == 0 else "",
            topic=number % 2,
        )


ASKED = (
    ({"view": "all", "channel": ["mail"]}, lambda row: row.channel == "mail"),
    ({"view": "all", "channel": ["mail", "chat"]}, lambda row: row.channel != "demo"),
    ({"view": "needs", "kind": ["complaint"]}, lambda row: row.folder == "needs" and row.kind == "complaint"),
    ({"view": "needs", "priority": ["urgent", "low"]}, lambda row: row.folder == "needs" and row.priority in (1, 4)),
    ({"view": "all", "in": ["needs", "resolved"], "lang": ["de"]}, lambda row: row.lang == "de"),
    ({"view": "all", "in": ["resolved"]}, lambda row: row.folder == "resolved"),
    ({"view": "needs", "late": ["yes"]}, lambda row: row.folder == "needs" and row.due_at < NOON),
    ({"view": "all", "owner": ["nobody"]}, lambda row: row.owner_id is None),
    ({"view": "all", "owner": ["me"]}, lambda row: row.owner is not None and row.owner.name == "Bob"),
    ({"view": "mine", "channel": ["mail"]}, lambda row: row.owner_id and row.folder + row.channel == "needsmail"),
    ({"view": "needs", "order": ["last"]}, lambda row: row.folder == "needs"),
    ({"view": "resolved", "order": ["first"]}, lambda row: row.folder == "resolved"),
    ({"view": "all", "queue": ["safety"], "kind": ["complaint"]}, lambda row: row.queue and row.kind == "complaint"),
    ({"view": "all", "topic": ["1"], "owner": ["nobody"]}, lambda row: row.topic and row.owner_id is None),
)  # fmt: skip


@pytest.mark.parametrize("looked_at", [20_000, 4])
@pytest.mark.parametrize(("asked", "fits"), ASKED)
def test_a_filter_holds_what_fits_once_in_order_however_little_is_looked_at_for_a_page(
    mia: Access, monkeypatch: pytest.MonkeyPatch, asked: dict[str, Any], fits: Any, looked_at: int
) -> None:
    monkeypatch.setattr(lists, "LOOKED_AT", looked_at)
    bob = make_member(mia, "Bob")
    some_cases(mia, bob, accounts.make_team(mia, "Nights", now=NOON))
    wanted = [row for row in CaseRow.objects.select_related("owner") if fits(row)]
    assert 0 < len(wanted) <= 40
    filter_ = read(asked["view"], asked)
    last = filter_.newest_first
    wanted.sort(key=lambda row: (row.sort_at, row.priority, row.pk), reverse=last)
    assert paged(bob, filter_) == [row.number for row in wanted]
    if looked_at > 40:
        assert selectors.count(bob, filter_, NOON) == len(wanted)


def test_team_and_tag_are_conditions_too(mia: Access) -> None:
    bob = make_member(mia, "Bob")
    team = accounts.make_team(mia, "Nights", now=NOON)
    some_cases(mia, bob, team)
    assert sorted(paged(mia, Filter("all", team=team))) == [6, 12, 18, 24, 30, 36]
    cases.do(mia, [6, 7], [AddTag(name="Recall")], now=NOON)
    tag = Tag.objects.get().pk
    assert sorted(paged(mia, Filter("all", tag=tag))) == [6, 7]
    assert paged(mia, Filter("all", tag=tag, team=team)) == [6]


@given(
    view=st.sampled_from(VIEWS),
    kinds=st.lists(st.sampled_from(list(Kind)), unique=True),
    folders=st.lists(st.sampled_from(list(Folder)), unique=True),
    words=st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Zs", "Zl", "Zp")), max_size=30),
    topic=st.integers(0, 10**12),
    late=st.booleans(),
)
def test_what_an_address_says_of_a_filter_makes_the_same_filter(
    view: str, kinds: list[str], folders: list[str], words: str, topic: int, late: bool
) -> None:
    made = Filter(
        view, folders=tuple(folders) if view == "all" else (), kinds=tuple(kinds), words=words, topic=topic, late=late
    )
    told: dict[str, list[str]] = {}
    for name, value in made.pairs():
        told.setdefault(name, []).append(value)
    assert read(view, told) == made


@pytest.mark.parametrize(
    "asked", [{"kind": ["rant"]}, {"owner": ["x"]}, {"topic": ["-1"]}, {"in": ["mine"]}, {"priority": ["1"]}]
)
def test_what_there_is_none_of_is_refused_in_words(asked: dict[str, list[str]]) -> None:
    with pytest.raises(InvalidInput, match=r"There is no|is a number"):
        read("all", asked)


# Saved views ------------------------------------------------------------------------
def names(access: Access) -> list[tuple[str, int]]:
    return [(each.name, many) for each, many in selectors.counted_views(access, NOON)]


def test_views_are_ones_own_or_everybodys_counted_and_in_the_order_they_were_put(mia: Access) -> None:
    bob = make_member(mia, "Bob")
    some_cases(mia, bob, accounts.make_team(mia, "Nights", now=NOON))
    for name, shared in (("Complaints", True), ("Mine alone", False)):
        views.save_view(mia, name=name, asked=Filter("needs", kinds=("complaint",)), shared=shared, now=NOON)
    late = views.save_view(mia, name="Late", asked=Filter("needs", late=True), shared=True, now=NOON)
    own = views.save_view(bob, name="Mine", asked=Filter("all", owner="me"), shared=False, now=NOON)
    complaints = CaseRow.objects.filter(folder="needs", kind="complaint").count()
    lates = CaseRow.objects.filter(folder="needs", due_at__lt=NOON).count()
    assert names(bob) == [("Mine", 10), ("Complaints", complaints), ("Late", lates)]
    assert names(mia) == [("Mine alone", complaints), ("Complaints", complaints), ("Late", lates)]
    views.move_view(mia, late, up=True, now=NOON)
    assert [name for name, _ in names(bob)] == ["Mine", "Late", "Complaints"]
    views.move_view(mia, late, up=True, now=NOON)
    assert [name for name, _ in names(bob)] == ["Mine", "Late", "Complaints"]
    views.save_view(bob, view=own, name="Ours", asked=Filter("all"), shared=False, now=NOON)
    views.remove_view(mia, late, now=NOON)
    assert names(bob) == [("Ours", 40), ("Complaints", complaints)]


def test_an_agent_changes_no_view_of_all_and_nobody_the_view_of_another(mia: Access) -> None:
    bob = make_member(mia, "Bob")
    charlie = make_workspace("Globex", "charlie@globex.example")
    shared = views.save_view(mia, name="All", asked=Filter("all"), shared=True, now=NOON)
    own = views.save_view(mia, name="Own", asked=Filter("all"), shared=False, now=NOON)
    with pytest.raises(NotAllowed):
        views.save_view(bob, name="Theirs", asked=Filter("all"), shared=True, now=NOON)
    for refused, who, view in ((NotAllowed, bob, shared), (NotFound, bob, own), (NotFound, charlie, shared)):
        for deed in (
            lambda who=who, view=view: views.remove_view(who, view, now=NOON),
            lambda who=who, view=view: views.move_view(who, view, up=True, now=NOON),
            lambda who=who, view=view: views.save_view(
                who, view=view, name="X", asked=Filter(), shared=False, now=NOON
            ),
        ):  # fmt: skip
            with pytest.raises(refused):
                deed()
    assert names(charlie) == []
    lead = make_member(mia, "Lea", Role.LEAD)
    views.remove_view(lead, shared, now=NOON)


def test_a_name_is_given_once_and_not_left_out(mia: Access) -> None:
    views.save_view(mia, name="Late", asked=Filter("needs"), shared=True, now=NOON)
    with pytest.raises(Conflict, match="There is a view late already"):
        views.save_view(mia, name=" late ", asked=Filter("all"), shared=True, now=NOON)
    with pytest.raises(InvalidInput, match="a name"):
        views.save_view(mia, name=" ", asked=Filter("all"), shared=False, now=NOON)

"""What if: the form, what is kept, side by side, and the page that is shared."""

import html
import re
from collections.abc import Iterator

import pytest
from django.test import Client
from tests.make import make_member, make_workspace
from tests.web.test_money_page import read, signed_in
from tests.workforce.desk.plans import make_plan, make_roster

from hubbub.accounts.core.access import Access, Role
from hubbub.workforce.models import ForecastRow, ScenarioRow

WEEK = {"span": "week", "from": "2026-12-02"}


@pytest.fixture
def mia(db: None) -> Iterator[Access]:
    return make_workspace()


def kept(mia: Access, name: str = "Summer", **fields: str) -> int:
    answer = signed_in(mia).post(f"/w/{mia.slug}/staffing/what-if/keep/", {**WEEK, "name": name, **fields})
    assert answer.status_code == 302, answer.content.decode()
    return int(answer["Location"].rstrip("/").rsplit("/", 1)[1])


def test_a_change_stands_beside_the_plan_and_the_form_keeps_what_was_written(mia: Access) -> None:
    sales, posts = make_plan(mia)
    client, at = signed_in(mia), f"/w/{mia.slug}/staffing/what-if/"
    assert "Change something above" in read(client, f"{at}?from=2026-12-02")
    asked = {**WEEK, f"arrivals-{sales}": "+10 %", f"people-{posts}": "-1", "storm-items": "50", "storm-queue": posts}
    page = client.get(at, asked).content.decode()
    assert "Not enough for: " in page and "Sales" in page
    assert "To meet the targets:" in page and "more paid" in page
    assert f'name="arrivals-{sales}" value="+10 %"' in page
    assert f'<option value="{posts}" selected>' in page
    day = client.get(at, {**asked, "span": "day"}).content.decode()
    assert "Wed 2 Dec" in day and "With as many as it takes" in day


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [("arrivals", "lots", "write it like"), ("arrivals", "-95", "−90 %"), ("level", "800", "service level"),
     ("within", "soon", "write it like 20 s"), ("people", "1.5", "write it like 2"), ("people", "9999", "1,000")],
)  # fmt: skip
def test_what_makes_no_sense_gets_a_sentence_and_the_form_again(mia: Access, field: str, text: str, words: str) -> None:
    sales, _ = make_plan(mia)
    at, asked = f"/w/{mia.slug}/staffing/what-if/", {**WEEK, f"{field}-{sales}": text}
    answer = signed_in(mia).get(at, asked)
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 400
    assert words in page and f'value="{text}"' in page
    refused = signed_in(mia).post(f"{at}keep/", {**asked, "name": "Odd"})
    assert refused.status_code == 400 and not ScenarioRow.objects.exists()


def test_one_that_is_kept_says_what_the_plan_was_then_and_is_now(mia: Access) -> None:
    sales, posts = make_plan(mia)
    made = kept(mia, **{f"arrivals-{sales}": "10", "shrinkage": "40", "storm-items": "50", "storm-queue": str(posts)})
    client, at = signed_in(mia), f"/w/{mia.slug}/staffing/what-if/{made}/"
    page = read(client, at)
    assert "Sales: +10 % contacts" in page and "Posts: a storm of 50 on Mon 30 Nov, 12:00" in page
    assert "The plan has changed" not in page
    again = html.unescape(re.findall(r'href="([^"]+)">Go on from it', page)[0])
    assert f'name="arrivals-{sales}" value="+10 %"' in read(client, again)
    ForecastRow.objects.filter(queue_id=posts).delete()
    page = read(client, at)
    assert "The plan has changed since this was kept." in page and "then £" in page
    client.post(f"{at}anew/")
    assert "The plan has changed" not in read(client, at)
    client.post(f"/w/{mia.slug}/staffing/setup/queues/{posts}/remove/")
    assert "not planned any more" in read(client, at)


def test_up_to_four_stand_side_by_side(mia: Access) -> None:
    sales, _ = make_plan(mia)
    made = [kept(mia, f"Summer {each}", **{f"people-{sales}": f"-{each}"}) for each in range(1, 6)]
    client, at = signed_in(mia), f"/w/{mia.slug}/staffing/what-if/compare/"
    page = client.get(at, {"of": made[:4]}).content.decode()
    assert [f"Summer {each}" in page for each in range(1, 6)] == [True] * 4 + [False]
    assert client.get(at, {"of": made}).status_code == 400
    assert client.get(at).status_code == 400
    assert client.get(at, {"of": ["x", "9" * 30]}).status_code == 400


def test_a_shared_page_shows_its_own_scenario_to_anybody_until_it_is_withdrawn(mia: Access) -> None:
    sales, _ = make_plan(mia)
    make_roster(mia, "Sales", 12, rate=31.77)
    made = kept(mia, "Summer", **{f"arrivals-{sales}": "10"})
    kept(mia, "Winter")
    client = signed_in(mia)
    page = read(client, f"/w/{mia.slug}/staffing/what-if/{made}/")
    assert "/scenario/" not in page
    client.post(f"/w/{mia.slug}/staffing/what-if/{made}/share/")
    path = re.findall(r"/scenario/[\w-]+/", read(client, f"/w/{mia.slug}/staffing/what-if/{made}/"))[0]
    answer = Client().get(path)
    shown = answer.content.decode()
    assert answer.status_code == 200 and "Summer" in shown and "+10 % contacts" in shown
    for secret in ("Winter", "Mia", "Sales 1", "31.77", mia.slug, mia.workspace_name, "/w/", "Zephyr Air"):
        assert secret not in shown, secret
    assert answer["X-Robots-Tag"] == "noindex" and answer["Cache-Control"] == "no-store"
    assert Client().get(path[:-2] + "/").status_code == 404
    client.post(f"/w/{mia.slug}/staffing/what-if/{made}/withdraw/")
    assert Client().get(path).status_code == 404
    assert "Summer" not in Client().get(path).content.decode()


def test_agents_and_strangers_see_and_change_nothing(mia: Access) -> None:
    make_plan(mia)
    made = kept(mia)
    alice = signed_in(make_member(mia, "Alice", Role.AGENT))
    charlie = signed_in(make_workspace("Other", "charlie@other.example"))
    for path in ("", f"{made}/", f"compare/?of={made}"):
        assert alice.get(f"/w/{mia.slug}/staffing/what-if/{path}").status_code == 403
        assert charlie.get(f"/w/{mia.slug}/staffing/what-if/{path}").status_code == 404
    for path in ("keep/", f"{made}/share/", f"{made}/remove/", f"{made}/withdraw/", f"{made}/anew/"):
        assert alice.post(f"/w/{mia.slug}/staffing/what-if/{path}", {"name": "Mine"}).status_code == 403
        assert charlie.post(f"/w/{mia.slug}/staffing/what-if/{path}", {"name": "Mine"}).status_code == 404
        assert charlie.post(f"/w/other/staffing/what-if/{path}", {"name": "Mine"}).status_code in (302, 404)
    assert [row.shared for row in ScenarioRow.objects.filter(pk=made)] == [None]

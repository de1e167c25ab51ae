"""The board as a page: whole, in part, and on the wall; and the settings of service levels, filled in and refused."""

from typing import Any

import pytest
from django.test import Client
from tests.web.office import Office

from hubbub.accounts.core.access import Role
from hubbub.care import selectors as care

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(office: Office) -> Client:
    return office.client(office.people[Role.MANAGER])


def test_the_board_shows_its_numbers_and_each_opens_its_cases(office: Office, client: Client) -> None:
    at = f"/w/{office.access.slug}/board/"
    page = client.get(at).content.decode()
    assert "Service level today" in page and 'class="rail"' in page
    part = client.get(at, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div class="board-top">')
    assert "board-wall" in client.get(at, {"wall": "1"}).content.decode()
    needs = client.get(f"{at}cases/needs/").content.decode()
    assert "Brontë Jones" in needs or "Quokka" in needs
    assert client.get(f"{at}cases/nonsense/").status_code == 404


def test_a_policy_is_made_by_its_form_and_a_wrong_one_is_shown_again_with_the_reason(
    office: Office, client: Client
) -> None:
    at = f"/w/{office.access.slug}/settings/levels/"
    form: dict[str, Any] = {
        "name": "Mail by day", "first": "45 min", "resolution": "2 days", "channels": ["mail"], "seen": "private",
        "calendar": str(office.things["calendar"]), "share": ["0.5", "1"],
        "do": ["raise the priority", "tell the leads"],
    }  # fmt: skip
    wrong = client.post(f"{at}policies/new/", {**form, "first": "soon"})
    assert wrong.status_code == 400
    assert "First reply: &#x27;soon&#x27; is no time; write it like 15 min" in wrong.content.decode()
    assert 'value="soon"' in wrong.content.decode()
    assert client.post(f"{at}policies/new/", form).status_code == 302
    line = care.policies(office.access)[-1]
    assert (line.policy.name, line.policy.channels, line.policy.private) == ("Mail by day", {"mail"}, True)
    assert [step.key for step in line.policy.steps] == ["0.5 raise the priority", "1 tell the leads"]
    again = client.get(f"{at}policies/{line.id}/").content.decode()
    assert 'value="45 min"' in again and 'value="2 days"' in again
    for other in care.policies(office.access)[:-1]:
        client.post(f"{at}policies/{other.id}/remove/")
    told = client.get(at, {"channel": "mail", "at": "2026-11-27T16:40"}).content.decode()
    assert "It arrives on Friday at 16:40: the reply is due on <b>Monday, 30 November at 09:25</b>" in told
    for strange in ("0001-01-01T00:00", "9999-12-31T23:59", "soon"):
        assert client.get(at, {"channel": "mail", "at": strange}).status_code == 200
    never = client.post(f"{at}calendars/new/", {"name": "Never", "zone": "UTC"})
    assert "This calendar never opens" in never.content.decode()


def test_what_is_wrong_with_a_rule_stands_beside_its_field_in_every_language(office: Office, client: Client) -> None:
    at = f"/w/{office.access.slug}/settings/playbook/rules/new/"
    rule = {"id": "Z1", "name": "Slow", "say": "Why not", "decide": "hold", "hold_amount": "snarks"}
    for language, words in (("en", "Uses &#x27;snarks&#x27;"), ("de", "Verwendet &#x27;snarks&#x27;")):
        page = client.post(at, rule, headers={"Accept-Language": language}).content.decode()
        assert words in page.split('id="wrong-hold"')[1].split("</p>")[0]
        page = client.post(at, {**rule, "id": "P7", "hold_amount": "1"}, headers={"Accept-Language": language})
        assert "P7" in page.content.decode().split('id="wrong-id"')[1].split("</p>")[0]


def test_a_new_rule_is_placed_in_its_form(office: Office, client: Client) -> None:
    at = f"/w/{office.access.slug}/settings/playbook/rules/new/"
    assert '<option value="P15" selected>before P15' in client.get(at).content.decode()
    client.post(at, {"id": "Z1", "name": "Ours", "say": "Why not", "decide": "answer", "before": "P7"})
    draft = care.playbook_draft(office.people[Role.MANAGER])
    assert draft is not None
    rules = [each["id"] for each in draft.data["rules"]]
    assert rules[rules.index("Z1") + 1] == "P7"


def test_a_decimal_comma_is_a_decimal_comma(office: Office, client: Client) -> None:
    at = f"/w/{office.access.slug}/settings/playbook/numbers/"
    shown = client.get(at, headers={"Accept-Language": "de"}).content.decode()
    assert 'name="noise" inputmode="decimal" value="0.9"' in shown
    for given, number in (("0,85", 0.85), ("0.8", 0.8)):
        assert client.post(at, {"noise": given, "vip_exposure": "60,000"}).status_code == 302
        draft = care.playbook_draft(office.people[Role.MANAGER])
        assert draft is not None
        assert (draft.data["numbers"]["noise"], draft.data["numbers"]["vip_exposure"]) == (number, 60_000)

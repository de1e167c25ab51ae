"""Reports as pages: every number that is a link opens a list of exactly so many cases; filters and files."""

import html
import re

import pytest
from django.test import Client
from tests.web.office import Office

from hubbub.accounts.core.access import Role

pytestmark = pytest.mark.django_db

LINK = re.compile(r'<a [^>]*?href="([^"]*/board/reports/cases/[^"]*)"[^>]*>(?:<b>)?([\d,]+)(?:</b>)?<')


@pytest.fixture
def client(office: Office) -> Client:
    return office.client(office.people[Role.MANAGER])


def test_every_number_opens_a_list_of_exactly_so_many_cases(office: Office, client: Client) -> None:
    at = f"/w/{office.access.slug}/board/reports/"
    page = client.get(at, {"span": "28"}).content.decode()
    links = {html.unescape(href): int(number.replace(",", "")) for href, number in LINK.findall(page)}
    assert len(links) >= 20
    for href, number in links.items():
        opened = client.get(href).content.decode()
        assert f"{number} case{'s' if number != 1 else ''}</span>" in opened, href
        assert opened.count('<th scope="row">') == number, href
    narrowed = client.get(at, {"span": "28", "on": "mail"}).content.decode()
    assert 'value="mail" selected' in narrowed
    assert "Nothing happened" in client.get(at, {"from": "2020-01-01", "to": "2020-01-02"}).content.decode()
    assert client.get(at, {"span": "year"}).status_code == 400
    told = client.get(f"{at}numbers.csv").content.decode()
    assert told.startswith("table,row,figure,value\r\n") and "By channel" in told


def test_a_list_and_a_number_become_files_for_who_may_take_them_out(office: Office, client: Client) -> None:
    at = f"/w/{office.access.slug}"
    for form, begins in (("csv", "\ufeffnumber,".encode()), ("xlsx", b"PK"), ("parquet", b"PAR1")):
        for path in (f"{at}/board/reports/cases/arrived/file/", f"{at}/inbox/all/file/"):
            answer = client.get(path, {"form": form})
            assert b"".join(answer.streaming_content).startswith(begins)  # type: ignore[attr-defined]
            assert answer["Cache-Control"] == "no-store"
    assert client.get(f"{at}/inbox/all/file/", {"form": "doc"}).status_code == 400
    agent = office.client(office.people[Role.AGENT])
    assert agent.get(f"{at}/inbox/all/file/").status_code == 403


def test_what_is_looked_at_is_saved_found_again_and_marked(office: Office, client: Client) -> None:
    at = f"/w/{office.access.slug}"
    made = client.post(f"{at}/inbox/needs/filter/", {"view": "all", "channel": "demo", "name": "Demo", "do": "save"})
    assert made["Location"] == f"{at}/inbox/all/?channel=demo"
    page = client.get(made["Location"]).content.decode()
    assert "<h1>Demo</h1>" in page and re.search(r'channel=demo" aria-current="page"', page)
    refused = client.post(f"{at}/inbox/needs/filter/", {"view": "all", "name": "", "do": "save", "kind": "praise"})
    assert refused.status_code == 400 and "a name" in refused.content.decode()
    assert 'value="praise" checked' in refused.content.decode()

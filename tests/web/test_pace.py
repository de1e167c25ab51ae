"""Parts of live pages tell when to ask for them again."""

from django.http import HttpResponse
from django.test import RequestFactory

from hubbub.web import pace


def told(pages: int, took_s: float, **headers: str) -> str | None:
    response = HttpResponse()
    pace.tell(RequestFactory().get("/w/acme/inbox/needs/", headers=headers), response, took_s, pages)
    return response.headers.get(pace.HEADER)


def test_one_page_of_a_quiet_desk_may_ask_soon_and_fifty_wait_for_each_other() -> None:
    assert int(told(1, 0.01, HX_Request="true") or 0) == 100
    assert int(told(50, 0.01, HX_Request="true") or 0) == 5_000


def test_nobody_is_told_to_wait_for_ever() -> None:
    assert int(told(10_000, 1.0, HX_Request="true") or 0) == pace.SLOWEST_MS


def test_whole_pages_and_deeds_tell_nothing() -> None:
    assert told(50, 0.01) is None
    response = HttpResponse()
    pace.tell(RequestFactory().post("/", headers={"HX-Request": "true"}), response, 0.01, 50)
    assert pace.HEADER not in response.headers

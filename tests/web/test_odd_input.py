"""Whatever is sent to a page: it is said in words, and nothing breaks."""

from dataclasses import replace

import pytest
from tests.web.walk import CALLS, Walker, undone

pytestmark = pytest.mark.django_db

ODD = ("9" * 40, "0001-01-01T00:00", "٣")
QUERY = ("at", "from", "to", "q", "before", "cursor", "month", "span", "owner", "topic", "tag", "limit", "channel")


@pytest.mark.parametrize("odd", ODD)
def test_no_odd_value_breaks_a_page(walker: Walker, odd: str) -> None:
    for name, method, call in CALLS:
        if call.body or call.headers:
            continue
        tries = [dict.fromkeys(QUERY, odd)] if method == "GET" else [{**call.data, each: odd} for each in call.data]
        for data in tries:
            with undone():
                status = walker.page(name, method, replace(call, data=data), walker.office.access).status_code
            assert status < 500 or status in (502, 503), (method, name, data)  # a network that is not there

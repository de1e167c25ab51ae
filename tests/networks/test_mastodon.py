"""From a stranger's post on a Mastodon server to our answer below it, and back: the whole product at work."""

import signal
from collections.abc import Callable, Iterator
from time import monotonic

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser import visit
from tests.channels.mastodon.mock import SHOP, STRANGERS, Mock, token_of
from tests.installation import Installation, until
from tests.networks.desk import (
    PATIENCE_S,
    WITHIN_S,
    answer,
    at_work,
    is_delivered,
    opened,
    row,
    said,
    sees,
    sees_no,
    sign_in,
)

pytestmark = pytest.mark.networks

STATUSES = "/api/v1/statuses"
_strangers = iter(STRANGERS)  # what one person says comes to one case
MENTIONS = ("the lid came off on the first day", "the widget is a joy, thank you!", "do you deliver to Norway?")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mock]:
    with Mock(tmp_path_factory.mktemp("mastodon") / "server") as running:
        yield running


@pytest.fixture(scope="module")
def hubbub(tmp_path_factory: pytest.TempPathFactory, server: Mock, browser: Browser) -> Iterator[Installation]:
    """An installation that Mia claimed and connected to our account, all of it in the browser."""
    fields = {"Server": server.url, "Access_token": token_of(SHOP)}
    home = tmp_path_factory.mktemp("contact") / "home"
    with at_work(home, browser, "mastodon", "Mastodon account", **fields) as made:
        yield made


@pytest.fixture
def inbox(hubbub: Installation, browser: Browser) -> Iterator[Page]:
    """All cases, those held for the crowd too."""
    with visit(browser, hubbub.address) as page:
        sign_in(page)
        page.goto("/w/acme-care/inbox/all/")
        expect(page.locator("html[data-live=yes]")).to_be_attached()
        yield page


def test_strangers_mentions_are_in_the_inbox_within_five_seconds(
    server: Mock, inbox: Page, record_property: Callable[[str, object], None]
) -> None:
    seconds = []
    for words in MENTIONS:
        who = next(_strangers)
        began = monotonic()
        server.post(who, f"@{SHOP} {words}")
        row(inbox, words).wait_for()
        seconds.append(round(monotonic() - began, 2))
    record_property("inbox_s", seconds)
    assert max(seconds) < WITHIN_S


def test_an_answer_goes_out_once_at_the_servers_pace_and_the_next_word_comes_to_the_same_case(
    server: Mock, inbox: Page, record_property: Callable[[str, object], None]
) -> None:
    dora = next(_strangers)
    asked = server.post(dora, f"@{SHOP} it smells of smoke, Größe M")
    sees(row(inbox, "smells of smoke"))
    case = opened(inbox, "smells of smoke")
    slow = {"type": "status", "status": 429, "headers": {"Retry-After": "1"}}
    server.fail({"methods": ["POST"], "path": STATUSES}, slow, 2)
    words = "Please unplug it. We send a new one today 👩‍👩‍👧"
    began = monotonic()
    answer(inbox, words)
    is_delivered(inbox, words)
    record_property("delivered_after_two_429_s", round(monotonic() - began, 2))
    (ours,) = [each for each in server.said_by(SHOP) if "unplug it" in each["content"]]
    assert ours["content"] == f"<p>@{dora} {words}</p>"
    assert ours["in_reply_to_id"] == asked["id"]
    server.post(dora, f"@{SHOP} Unplugged. Thank you, that was quick", in_reply_to_id=ours["id"])
    sees(said(inbox, "Unplugged"))
    assert inbox.locator("#case").get_attribute("data-number") == str(case)


@pytest.mark.parametrize(("place", "stands"), [("send.claimed", 0), ("send.accepted", 1)])
def test_a_sender_killed_on_its_way_has_still_sent_once(
    server: Mock, hubbub: Installation, inbox: Page, place: str, stands: int
) -> None:
    def sent() -> int:
        return sum(place in each["content"] for each in server.said_by(SHOP))

    before = hubbub.status()
    server.post(next(_strangers), f"@{SHOP} where is my parcel, {place}?")
    sees(row(inbox, place))
    opened(inbox, place)
    hubbub.stop("worker")
    hubbub.start("worker", HUBBUB_FAILPOINT=place)
    words = f"It is on its way, killed at {place}"
    answer(inbox, words)
    assert until(lambda: hubbub.ended("worker"), PATIENCE_S, "the worker's end") == -signal.SIGKILL
    assert sent() == stands
    hubbub.start("worker")
    is_delivered(inbox, words)
    assert sent() == 1
    after = hubbub.status()
    assert after["delivered"] == before["delivered"] + 1
    assert [after[state] for state in ("queued", "sending", "failed", "uncertain")] == [0, 0, 0, 0]


def test_what_happened_while_the_listener_was_dead_is_heard_once(
    server: Mock, hubbub: Installation, inbox: Page
) -> None:
    dora = next(_strangers)
    regretted = server.post(dora, f"@{SHOP} regretted words")
    sees(row(inbox, "regretted words"))
    before = hubbub.status()
    hubbub.kill("listener")
    for number in range(3):
        server.post(next(_strangers), f"@{SHOP} nobody listens to number {number}")
    server.delete(dora, regretted["id"])
    hubbub.start("listener")
    until(lambda: hubbub.status()["heard"] >= before["heard"] + 3, PATIENCE_S, "what was said meanwhile")
    sees_no(row(inbox, "regretted words"))
    assert hubbub.status()["heard"] == before["heard"] + 3

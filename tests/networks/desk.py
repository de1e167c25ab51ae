"""People at work in a real installation: claimed, signed in, connected, and their inbox, all of it in the browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect
from tests.browser import visit
from tests.installation import Installation, until

WITHIN_S = 5  # what we promise: from a stranger's post to the inbox
PATIENCE_S = 30  # for what nobody promised to be quick: a process that begins, a machine with other work
PASSWORD = "a long enough one"
MIA = "mia@acme.example"


@contextmanager
def at_work(home: Path, browser: Browser, network: str, channel: str, **fields: str) -> Iterator[Installation]:
    """An installation that Mia claimed and connected to our account on a network."""
    with Installation(home, HUBBUB_ALLOW_PRIVATE=network) as made:
        made.start("run")
        link = made.printed("run", r"http://\S+/start/\S+/")
        with visit(browser, made.address) as page:
            claim(page, link)
        made.stop("run")
        for name in ("web", "listener", "worker"):
            made.start(name)
        with visit(browser, made.address) as page:
            sign_in(page)
            connect(page, channel, **fields)
        yield made


def claim(page: Page, link: str) -> None:
    """Make the workspace, as the first-run page leads one."""
    page.goto(link)
    page.get_by_label("Name of the workspace").fill("Acme Care")
    page.get_by_label("Your name").fill("Mia Dahl")
    page.get_by_label("Your e-mail address").fill(MIA)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Words, phrases, #tags or @names").fill("acmewidget OR #acmewidget")
    page.get_by_label("Listen to all of Bluesky").uncheck()
    page.get_by_role("button", name="Listen", exact=True).click()
    sees(page.get_by_role("link", name="Connect Bluesky"))


def sign_in(page: Page) -> None:
    page.goto("/")
    page.get_by_label("E-mail address").fill(MIA)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/inbox/needs/")


def connect(page: Page, channel: str, **fields: str) -> None:
    """Connect a channel on its settings page, and see that it listens."""
    page.goto("/w/acme-care/settings/channels/")
    page.locator(".doors").get_by_role("link", name=channel).click()
    for label, value in fields.items():
        page.get_by_label(label.replace("_", " "), exact=True).fill(value)
    page.get_by_role("button", name="Try and connect").click()
    sees(page.get_by_text("Connected."))
    until(lambda: page.reload() and connection(page, channel).get_by_text("Listening").count(), PATIENCE_S, channel)


def connection(page: Page, channel: str) -> Locator:
    return page.locator("tbody tr", has_text=channel)


def row(page: Page, words: str) -> Locator:
    """The cases of the list that show these words."""
    return page.locator("#cases a.case", has_text=words)


def said(page: Page, words: str) -> Locator:
    """What was said with these words, in the case that is open."""
    return page.locator("#moments > li.msg", has_text=words)


def opened(page: Page, words: str) -> int:
    """Open the case that shows these words, and return its number."""
    row(page, words).click()
    sees(said(page, words))
    return int(page.locator("#case").get_attribute("data-number") or 0)


def answer(page: Page, words: str) -> None:
    page.get_by_label("Your words").fill(words)
    page.get_by_role("button", name="Reply publicly").click()
    sees(said(page, words))


def sees(found: Locator) -> None:
    expect(found).to_be_visible(timeout=PATIENCE_S * 1000)


def sees_no(found: Locator) -> None:
    expect(found).to_have_count(0, timeout=PATIENCE_S * 1000)


def is_delivered(page: Page, words: str) -> None:
    sees(said(page, words).get_by_text("Delivered", exact=True))

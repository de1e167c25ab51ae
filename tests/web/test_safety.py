"""What guards every page: headers, forms that only our own pages can send, doors, and how often one may knock."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.test import Client
from tests.make import PASSWORD, make_member
from tests.web.office import differing, everything
from tests.web.walk import CALLS, NOBODY, SIGNER, Call, Walker, undone

from hubbub.accounts import services as accounts
from hubbub.accounts.core.access import Access
from hubbub.accounts.models import Membership, Person
from hubbub.kernel.ids import PersonId

pytestmark = pytest.mark.django_db
INBOX = "/w/acme-care/inbox/needs/"


@pytest.fixture(autouse=True)
def nobody_knocked(db: None) -> Iterator[None]:
    """Nobody has tried to come in yet."""
    cache.clear()
    yield
    cache.clear()


# Headers and markup ---------------------------------------------------------
class Page(HTMLParser):
    """What in a page could run, look or lead elsewhere."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.foreign: list[str] = []
        self.unproven: list[str] = []
        self._form: dict[str, str] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.inline += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        data = given.get("type") == "application/json"  # read, never run
        if tag == "style" or (tag == "script" and not given.get("src") and not data):
            self.inline.append(tag)
        for name in ("src", "href", "action", "formaction", "hx-get", "hx-post"):
            address = urlsplit(given.get(name, ""))
            if address.scheme or address.netloc:
                own = tag == "a" and "noopener" in given.get("rel", "") and address.scheme in ("http", "https")
                own |= tag == "a" and name == "href" and re.fullmatch(r"tel:\+?[0-9]+", given[name]) is not None
                self.foreign += [] if own else [f"{tag} {given[name]}"]
        if tag == "form":
            self._form = given if given.get("method", "").lower() == "post" else None
            self.unproven += [given.get("action", "?")] if self._form else []
        elif tag == "input" and given.get("name") == "csrfmiddlewaretoken" and self._form:
            self.unproven.pop()
            self._form = None


def guarded(answer: Any, where: str) -> None:
    """Check the headers of an answer, and that nothing in it runs but our own files."""
    headers = answer.headers
    policy = dict(each.strip().partition(" ")[::2] for each in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'", where
    for each in ("script-src", "style-src", "connect-src"):
        assert policy.get(each, "'none'" if "sandbox" in policy else "") in ("'self'", "'none'"), where
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'", where
    assert policy["form-action"] in ("'self'", "'none'"), where
    assert "unsafe" not in headers["Content-Security-Policy"], where
    assert headers["X-Frame-Options"] == "DENY", where
    assert headers["X-Content-Type-Options"] == "nosniff", where
    rating = " rate as " in where  # its address lets whoever has it answer, and it has no session to misuse
    secret = rating or " shared-scenario as " in where  # who has its address reads it: no link gives it away
    assert headers["Referrer-Policy"] == ("no-referrer" if secret else "same-origin"), where
    if headers.get("Content-Type", "").startswith("text/html") and answer.content:
        page = Page(answer.content.decode())
        assert (page.inline, page.foreign) == ([], []), where
        assert page.unproven == (["?"] if rating and "<form" in answer.content.decode() else []), where


def test_every_answer_is_guarded_and_holds_nothing_inline(walker: Walker) -> None:
    for name, method, call in CALLS:
        for who in (walker.office.access, walker.office.charlie, None):
            with undone():
                answer = walker.page(name, method, call, who)
            guarded(answer, f"{method} {name} as {who.name if who else 'nobody'}")


@pytest.mark.parametrize(
    "form", ["topic-new", "channel-new", "person-invite", "workspace", "canned-new", "playbook-numbers"]
)
def test_a_form_that_can_not_be_saved_says_why_and_is_guarded_too(walker: Walker, form: str) -> None:
    wrong = {"query": "(", "class": "brand", "server": "gopher://x", "hold_minutes": "soon", "role": "agent"}
    before = everything()
    answer = walker.page(form, "POST", Call(NOBODY, wrong), walker.office.access)
    assert answer.status_code in (400, 422), form
    assert b'role="alert"' in answer.content or b'class="error"' in answer.content
    guarded(answer, form)
    assert differing(before, everything()) == set()


AS_INSTALLED = """
import django; django.setup()
from django.conf import settings
from django.test import Client
answer = Client().get("/signin/", secure=settings.SESSION_COOKIE_SECURE, headers={"Host": "desk.acme.example"})
csrf = answer.cookies["hubbub_csrf"]
print(answer.status_code, bool(csrf["secure"]), csrf["httponly"], csrf["samesite"], settings.SESSION_COOKIE_SECURE,
      settings.SESSION_COOKIE_HTTPONLY, settings.SESSION_COOKIE_SAMESITE,
      answer.headers.get("Strict-Transport-Security", "-"))
"""


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://desk.acme.example", "200 True True Lax True True Lax max-age=31536000"),
        ("http://desk.acme.example", "200 False True Lax False True Lax -"),
    ],
)
def test_cookies_travel_only_over_https_where_the_address_is_https(tmp_path: Path, url: str, told: str) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HUBBUB_", "DJANGO_"))}
    own = {"HUBBUB_HOME": str(tmp_path), "HUBBUB_URL": url, "DJANGO_SETTINGS_MODULE": "hubbub.config.settings"}
    kept.pop("DATABASE_URL", None)
    for command in (["-m", "hubbub", "prepare"], ["-c", AS_INSTALLED]):
        done = subprocess.run([sys.executable, *command], env=kept | own, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == told, done.stderr


def test_an_unknown_host_is_refused() -> None:
    assert Client().get("/signin/", headers={"Host": "evil.example"}).status_code == 400


# Forms ----------------------------------------------------------------------
def test_no_form_is_taken_that_another_site_sends(walker: Walker) -> None:
    before = everything()
    for name, method, call in CALLS:
        if method == "GET" or call.who is SIGNER or "Authorization" in call.headers or name == "rate":
            # no session, so none to misuse; and no browser adds a visitor's secret or a rating's link by itself
            continue
        client = Client(enforce_csrf_checks=True)
        client.cookies = walker.client(walker.office.access).cookies
        walker.browsing = client
        answer = walker.page(name, method, call, walker.office.access)
        assert answer.status_code == 403, name
        assert b"came from elsewhere" in answer.content, name
    walker.browsing = None
    assert differing(before, everything()) == set()


def test_an_api_token_needs_no_proof_against_forgery(walker: Walker) -> None:
    token = walker.office.tokens[walker.office.access.me]
    number = walker.office.things["number"]
    answer = Client(enforce_csrf_checks=True).post(
        f"/api/v1/cases/{number}/resolve", headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 204


# Signing in -----------------------------------------------------------------
def sign_in(client: Client, password: str = PASSWORD, email: str = "mia@acme.example", **more: str) -> Any:
    return client.post("/signin/", {"login": email, "password": password, **more})


def words_of(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r'value="[^"]*"', "", answer.content.decode())).split())


def test_a_wrong_password_and_an_unknown_address_are_told_in_the_same_words(mia: Access) -> None:
    wrong, unknown = sign_in(Client(), "not this one"), sign_in(Client(), email="nobody@acme.example")
    assert wrong.status_code == unknown.status_code
    assert words_of(wrong) == words_of(unknown)
    assert "not correct" in words_of(wrong)


def test_who_guesses_passwords_is_stopped_and_told_to_wait(mia: Access) -> None:
    client = Client()
    for _ in range(5):
        assert "Too many" not in words_of(sign_in(client, "not this one"))
    stopped = sign_in(client)  # the right one, too late
    assert "Too many failed login attempts. Try again later." in words_of(stopped)
    guarded(stopped, "stopped")
    assert client.get(INBOX).status_code == 302


def test_who_guesses_links_is_stopped_and_told_to_wait(mia: Access) -> None:
    client = Client()
    answers = [client.get(f"/enter/guess-{number}/") for number in range(31)]
    assert {answer.status_code for answer in answers[:30]} == {410}
    assert answers[30].status_code == 429
    assert "Wait" in words_of(answers[30])
    guarded(answers[30], "stopped")


def test_a_sign_in_link_works_once(mia: Access) -> None:
    secret = accounts.make_link(mia.me, datetime.now(UTC))
    first, second = Client(), Client()
    assert first.head(f"/enter/{secret}/").status_code == 405  # a mail program that only looks spends nothing
    assert first.get(f"/enter/{secret}/").headers["Location"] == "/"
    assert first.get(INBOX).status_code == 200
    spent = second.get(f"/enter/{secret}/")
    assert spent.status_code == 410
    assert "was used already" in words_of(spent)
    assert second.get(INBOX).status_code == 302


def test_signing_in_gives_a_new_session_so_that_a_planted_one_is_worth_nothing(mia: Access) -> None:
    client = Client()
    client.get("/signin/")
    planted = client.session
    planted.save()
    client.cookies["hubbub_session"] = planted.session_key
    assert sign_in(client).status_code == 302
    assert client.cookies["hubbub_session"].value != planted.session_key
    assert client.cookies["hubbub_session"]["httponly"]
    assert client.cookies["hubbub_session"]["samesite"] == "Lax"
    thief = Client()
    thief.cookies["hubbub_session"] = planted.session_key
    assert thief.get(INBOX).status_code == 302


def test_a_session_ends_at_sign_out_and_not_only_in_the_browser(mia: Access) -> None:
    client, copy = Client(), Client()
    sign_in(client)
    copy.cookies["hubbub_session"] = client.cookies["hubbub_session"].value
    assert copy.get(INBOX).status_code == 200
    assert client.post("/signout/").headers["Location"] == "/signin/"
    assert copy.get(INBOX).status_code == 302


def test_a_new_password_ends_the_other_sessions_and_keeps_ones_own(mia: Access) -> None:
    here, elsewhere = Client(), Client()
    sign_in(here)
    sign_in(elsewhere)
    assert here.post("/me/password/", {"old": PASSWORD, "new": "quite another one"}).status_code == 302
    assert here.get(INBOX).status_code == 200
    assert elsewhere.get(INBOX).status_code == 302


@pytest.mark.parametrize("how", ["removed", "deactivated"])
def test_who_works_here_no_longer_is_out_at_once(mia: Access, how: str) -> None:
    alice = make_member(mia, "Alice")
    token = accounts.make_token(alice, "Script", now=datetime.now(UTC))
    client = Client()
    sign_in(client, email="alice@acme.example")
    assert client.get(INBOX).status_code == 200
    if how == "removed":
        accounts.remove_member(mia, PersonId(alice.me), now=datetime.now(UTC))
        assert not Membership.objects.filter(person_id=alice.me).exists()
    else:
        Person.objects.filter(pk=alice.me).update(is_active=False)
    assert client.get(INBOX).status_code in (302, 404)
    assert Client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "\t//x.y",
    ],
)
def test_signing_in_never_leads_to_another_site(mia: Access, elsewhere: str) -> None:
    assert sign_in(Client(), next=elsewhere).headers["Location"] == "/"
    client = Client()
    sign_in(client)
    assert client.get("/signin/", {"next": elsewhere}).headers["Location"] == "/"


def test_signing_in_leads_to_where_one_was_going(mia: Access) -> None:
    asked = Client().get(INBOX)
    assert asked.headers["Location"] == f"/signin/?next={INBOX}"
    page = Client().get(asked.headers["Location"])
    assert f'name="next" value="{INBOX}"' in page.content.decode()
    assert sign_in(Client(), next=INBOX).headers["Location"] == INBOX


def test_nobody_can_sign_up_by_themselves() -> None:
    for address in ("/signup/", "/accounts/signup/", "/signin/signup/", "/admin/"):
        assert Client().get(address).status_code == 404

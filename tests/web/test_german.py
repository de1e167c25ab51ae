"""Every page in German: none breaks, none keeps English words, and what is written down is German too."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from babel.messages.pofile import read_po
from django.apps import apps
from django.db.models import CharField, JSONField, TextField
from django.test import Client
from django.utils.translation import gettext, override
from lxml import html
from tests.web.office import SECRETS, make_office
from tests.web.walk import CALLS, NOBODY, SIGNER, Call, Walker, undone

from hubbub.accounts.core.access import Role
from hubbub.care.models import DecisionRow, Entry, Notice
from hubbub.care.services import cases
from hubbub.flows.hand_in import hand_in
from hubbub.infra.places import Places
from hubbub.kernel.speech import LOCALES, speaking
from hubbub.web.templatetags.hubbub import LANGUAGES

NOTED = ("audit",)  # what is kept by name is shown by name
GETS = [(name, call) for name, method, call in CALLS if method == "GET" and call.who not in (NOBODY, SIGNER)]
PAGES = [(name, call) for name, call in GETS if not isinstance(call.who, frozenset) or Role.OWNER in call.who]

SAID = ("aria-label", "aria-description", "title", "placeholder", "alt")
UNSAID = "script|style|code|kbd|pre|svg|datalist"
DRAWN = ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height", "min", "max", "step")
WORD = re.compile(r"[^\W\d_]{3,}")
CODE = re.compile(r"\{\w+\}|\S*[@/\d]\S*|\w+(?:\.\w+)+")
"""Names of facts, addresses, ids."""

SAME = {
    "Name", "Feed", "Webhook", "Playbook", "Playbooks", "Status", "Agent", "Agents", "Team", "Teams", "Token",
    "Tokens", "Persona", "Personas", "Community", "Test", "Chat", "Chats", "Web", "Code", "Codes", "Text",
    "Link", "Links", "Person", "Export", "Import", "Lead", "Leads", "Normal", "Format", "Median", "Kappa",
    "Version", "Bluesky", "Mastodon", "Hubbub", "PNG", "CSV", "XLSX", "Parquet",
    "Browser", "optional", "Start", "Live", "Spam", "Neutral", "neutral", "Scans", "min", "April", "August",
    "September", "November", "yes", "text", "Filter", "Stream", "Trend", "Trends", "Server", "API", "TOML", "JSON",
    "normal", "Analyst", "Reserve", "Erlang", "Mail",
}  # fmt: skip
"""What is the same in both languages."""


@pytest.fixture
def german(db: None, places: Places, demo: str, settings: Any) -> Walker:
    """A walker in an office that has been German from its first day."""
    settings.SEGMENTS, settings.IDENTITIES, settings.ARCHIVE = places.segments, places.identities, places.archive
    settings.SPOOL, settings.FILES = places.spool, places.files
    with speaking("de"):
        return Walker(make_office(places, demo), demo)


def test_no_page_breaks_in_german_and_none_keeps_english_words(german: Walker) -> None:
    with override("de"):
        ours = _data()
    broken, left = [], dict[str, list[str]]()
    for name, call in PAGES:
        english, there = _page(german, name, call, "en"), _page(german, name, call, "de")
        if (english.status_code, english.headers["Content-Type"]) != (there.status_code, there.headers["Content-Type"]):
            broken.append(f"{name}: {english.status_code} in English, {there.status_code} in German")
        if name not in NOTED and there.status_code == 200 and there.headers["Content-Type"].startswith("text/html"):
            tree = html.fromstring(there.content)
            broken += [f"{name}: {each}" for each in _undrawable(tree)]
            known = set(_texts(html.fromstring(english.content)))
            for words in dict.fromkeys(_texts(tree)):
                if _is_english(words, known, ours):
                    left.setdefault(words, []).append(name)
    assert not broken, "\n".join(broken)
    assert not left, "\n".join(f"{words!r} on {', '.join(names[:3])}" for words, names in left.items())


def test_what_is_written_down_is_in_the_language_of_the_workspace(german: Walker, places: Places) -> None:
    present = datetime.now(UTC)
    hand_in(
        german.office.access, "mail", {"id": "2", "text": "Your acme widget is broken!"}, places=places, now=present
    )
    cases.close_due(now=present + timedelta(days=400))
    told = [*Entry.objects.filter(kind="event").values_list("text", flat=True)]
    assert "Von selbst geschlossen." in told
    told += Notice.objects.values_list("text", flat=True)
    told += [
        f"{each['strong']}{each['text']}"
        for reasons in DecisionRow.objects.values_list("reasons", flat=True)
        for each in reasons
    ]
    assert len(told) > 20
    ours = _data(but=(Entry, Notice, DecisionRow))
    left = [words for words in dict.fromkeys(told) if _english() & set(WORD.findall(_without(words, ours)))]
    assert not left, "\n".join(left)


def test_the_api_speaks_english_whatever_is_asked_for(german: Walker) -> None:
    token = german.office.tokens[german.office.access.me]
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "de"}
    answer = Client().get("/api/v1/cases/987654", headers=headers)
    assert answer.json()["message"] == "There is no case 987654 for you here."


def _page(walker: Walker, name: str, call: Call, language: str) -> Any:
    walker.browsing = walker.client(walker.office.access)
    walker.browsing.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    with undone():
        return walker.page(name, "GET", call, walker.office.access)


def _texts(tree: html.HtmlElement) -> Iterator[str]:
    """What a page says of its own, in texts and in attributes: not what somebody outside said, nor code."""
    for node in tree.iter():
        if not isinstance(node.tag, str) or any(_is_foreign(each) for each in (node, *node.iterancestors())):
            if node.tail and not any(_is_foreign(each) for each in node.iterancestors()):
                yield " ".join(node.tail.split())
            continue
        said = [node.text if node.tag != "textarea" else "", *(node.get(name) for name in SAID)]
        if node.tag == "input" and node.get("type") in ("submit", "button"):
            said.append(node.get("value"))
        if "data-chart" in node.attrib:
            said += _titles(json.loads(node.attrib["data-chart"]))
        if node.getparent() is not None:
            said.append(node.tail)
        yield from (" ".join(each.split()) for each in said if each)


def _is_foreign(node: html.HtmlElement) -> bool:
    own = node.get("dir") == "auto" or node.get("translate") == "no" or (node.get("lang") and node.tag != "html")
    return bool(own) or re.fullmatch(UNSAID, str(node.tag)) is not None


def _titles(drawn: Any) -> Iterator[str]:
    """What a chart writes."""
    for name, each in drawn.items() if isinstance(drawn, dict) else enumerate(drawn) if isinstance(drawn, list) else ():
        if name == "title" and isinstance(each, str):
            yield each
        elif name != "datasets":
            yield from _titles(each)


def _is_english(words: str, known: set[str], ours: frozenset[str]) -> bool:
    """Say whether words of a German page are English: they stand on the English one, too, and are nobody's data."""
    if words in ours or not WORD.search(words):
        return False
    left = WORD.findall(_without(words, ours))
    return bool(_english() & set(left)) or (words in known and not SAME.issuperset(left))


@cache
def _english() -> frozenset[str]:
    """Words that our English sentences have and our German ones have not."""
    with (LOCALES / "de" / "LC_MESSAGES" / "django.po").open("rb") as file:
        catalogue = [each for each in read_po(file) if each.id]
    both = [(" ".join(_strings(each.id)), " ".join(_strings(each.string))) for each in catalogue]
    english, german = ({word for words in side for word in WORD.findall(words)} for side in zip(*both, strict=True))
    return frozenset(english - german - SAME)


@cache
def _without(words: str, ours: frozenset[str]) -> str:
    words = CODE.sub(" ", words)
    begins, cut, rest = words.partition("…")
    if cut and begins and any(begins in each for each in ours):
        words = rest
    for each in sorted((each for each in ours if len(each) > 2 and each in words), key=len, reverse=True):
        words = re.sub(rf"(?<!\w){re.escape(each)}(?!\w)", " ", words)
    return words


def _data(but: tuple[type, ...] = ()) -> frozenset[str]:
    """What people and networks have put into the database: no words of ours, but for those in the middle of a text."""
    found = set[str]()
    for model in set(apps.get_models()) - set(but):
        fields = [
            each.attname for each in model._meta.concrete_fields if isinstance(each, CharField | TextField | JSONField)
        ]
        for row in model._default_manager.values_list(*fields) if fields else ():
            found |= {" ".join(each.split()) for each in _strings(row)}
    languages = {each for each in LANGUAGES.values() if gettext(each) == each}
    return frozenset({*SECRETS, *languages, "Brontosaurus"}) | {
        each for each in found if not re.fullmatch("[a-z]*", each)
    }


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, Iterable):
        for each in value:
            yield from _strings(each)


def _undrawable(tree: html.HtmlElement) -> Iterator[str]:
    """Numbers in attributes that no browser can read, since they are written as people write them."""
    for node in tree.iter():
        if isinstance(node.tag, str):
            of_number = ("value",) if node.get("type") == "number" else ()
            for name in (*DRAWN, *of_number):
                if "," in (value := node.get(name, "")):
                    yield f"{node.tag} {name}={value}"

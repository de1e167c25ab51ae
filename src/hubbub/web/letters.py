"""Letters: what pages show, written so that any mail program shows it, too."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone, translation
from django_htmx.middleware import HtmxDetails

from hubbub.accounts import selectors as accounts
from hubbub.accounts.core.access import Access
from hubbub.accounts.models import Person
from hubbub.care.core.notices import NoticeLine
from hubbub.infra.mail import Letter
from hubbub.kernel.errors import NotFound
from hubbub.kernel.ids import PersonId
from hubbub.kernel.speech import say, say_many, speaking
from hubbub.kernel.text import html_to_text
from hubbub.listening.core.alerts import Alert, together
from hubbub.web.listening.alerts import address_of

PAGES: Final = ("topics", "topic", "channel-map", "trends", "events", "event")
"""The pages that can be sent by mail, by the names of their addresses."""

_LEFT_OUT: Final = frozenset(("form", "nav", "details", "svg", "script", "fieldset", "button", "link"))
_VOID: Final = frozenset(("br", "hr", "img", "input", "meta", "link", "col"))
_KEPT: Final = frozenset(("class", "colspan", "rowspan", "scope", "dir", "style", "lang", "charset", "name", "content"))


def page_of(slug: str, path: str) -> str:
    """Return which page an address inside a workspace is, by its name; NotFound if it is none that can be sent."""
    try:
        name = resolve(f"/w/{slug}/{urlsplit(path).path}").url_name or ""
    except Resolver404:
        name = ""
    if name not in PAGES:
        raise NotFound(what="page to send at", which=path[:100])
    return name


@dataclass(frozen=True, slots=True)
class PageLetters:
    """Writes letters as the pages look. `address` is where people find Hubbub, without a slash at its end."""

    address: str

    def rating_link(self, ticket: str) -> str:
        """Return the address at which somebody says how satisfied they are."""
        return self.address + reverse("rate", args=(ticket,))

    def of_alerts(self, access: Access, to: str, alerts: Sequence[Alert]) -> Letter:
        """Write about alerts, to an address."""
        path = reverse("alerts", args=(access.slug,))
        reader = Person.objects.filter(memberships__workspace=access.workspace, email__iexact=to).first()
        with _written_for(reader, access), timezone.override(ZoneInfo(access.timezone)):
            context = {
                "access": access,
                "alerts": [(alert, address_of(access.slug, alert)) for alert in alerts],
                "because": say("A rule under Topics, Alerts names this address."),
                "page_url": path,
            }
            page = render_to_string("listening/alert_mail.html", context)
            subject = together(alerts)
        return self._letter(f"{subject} · {access.workspace_name}", page, path)

    def of_notices(self, access: Access, lines: Sequence[NoticeLine]) -> Letter:
        """Write to somebody what they are told."""
        path = reverse("notices", args=(access.slug,))
        context = {
            "access": access,
            "lines": lines,
            "page_url": path,
            "ways_url": f"{reverse('me')}?from={access.slug}",
        }
        reader = Person.objects.filter(pk=access.me).first()
        with _written_for(reader, access), timezone.override(ZoneInfo(access.timezone)):
            page = render_to_string("notices/mail.html", context)
            subject = say_many("{number} notice", "{number} notices", len(lines))
        subject = lines[0].text if len(lines) == 1 else subject
        return self._letter(f"{subject} · {access.workspace_name}", page, path)

    def of_page(self, person: PersonId, slug: str, path: str) -> Letter:
        """Write what a page shows to somebody.

        Raises
        ------
        NotFound
            If the page is gone, or whoever made the report may not see it any longer.
        """
        page_of(slug, path)
        user = Person.objects.filter(pk=person, is_active=True).first()
        if user is None:
            raise NotFound(what="person", which=person)
        access = accounts.enter(person, slug)
        request = self._request(user, f"/w/{slug}/{path}")
        match = resolve(request.path)
        with _written_for(user, access):
            answer = match.func(request, *match.args, **match.kwargs)
        whole = answer.content.decode()
        title = html_to_text(whole.partition("<title>")[2].partition("</title>")[0]).partition(" · ")[0]
        return self._letter(f"{title} · {access.workspace_name}", whole, f"/w/{slug}/{path}")

    def _request(self, user: Person, address: str) -> HttpRequest:
        parts, host = urlsplit(address), urlsplit(self.address)
        request = HttpRequest()
        request.method, request.path, request.path_info = "GET", parts.path, parts.path
        request.GET = QueryDict(parts.query)
        port = str(host.port or (443 if host.scheme == "https" else 80))
        request.META = {"SERVER_NAME": host.hostname or "localhost", "SERVER_PORT": port, "QUERY_STRING": parts.query}
        request.user = user
        request.htmx = HtmxDetails(request)  # type: ignore[attr-defined]
        request.mailed = True  # type: ignore[attr-defined]
        return request

    def _letter(self, subject: str, page: str, path: str) -> Letter:
        plain = _Plain(f"{self.address}{path}")
        plain.feed(page)
        made = "".join(plain.made)
        return Letter(subject, html_to_text(made.partition("</head>")[2]), made)


@contextmanager
def _written_for(reader: Person | None, access: Access) -> Iterator[None]:
    """Speak the language of who reads; the workspace's where they are not known, or chose none."""
    language = (reader.language if reader else "") or access.language
    with translation.override(settings.LANGUAGE_CODE if language == "en" else language), speaking(language):
        yield


class _Plain(HTMLParser):
    """Leaves of a page what a mail program shows: no forms, no scripts, no drawings; addresses are whole."""

    def __init__(self, base: str) -> None:
        super().__init__(convert_charrefs=True)
        self.base, self.made = base, list[str]()
        self._inside: list[str] = []  # what is left out just now

    def handle_decl(self, decl: str) -> None:
        self.made.append(f"<!{decl}>")

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if self._inside or tag in _LEFT_OUT:
            if tag not in _VOID:
                self._inside.append(tag)
            return
        kept = {name: value or "" for name, value in attrs if name in _KEPT}
        href = dict(attrs).get("href")
        if tag == "a" and href:
            kept["href"] = urljoin(self.base, href)
        self.made.append(f"<{tag}{''.join(_attributes(kept))}>")

    def handle_endtag(self, tag: str) -> None:
        if self._inside:
            if tag in self._inside:
                while self._inside.pop() != tag:
                    pass
        elif tag not in _VOID:
            self.made.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self._inside:
            raw = self.made and self.made[-1].startswith("<style")
            self.made.append(data if raw else escape(data, quote=False))


def _attributes(kept: Mapping[str, str]) -> list[str]:
    return [f' {name}="{escape(value)}"' for name, value in kept.items()]

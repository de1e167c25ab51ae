"""Reports of a span: figures as tables and a chart, of which every number opens its cases; and these as a file."""

import csv
from datetime import timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from hubbub.accounts import selectors as accounts
from hubbub.care import selectors as care
from hubbub.care.core.export import defused
from hubbub.care.core.report import DIMENSIONS, Asked, Cut, read_asked, read_cut
from hubbub.care.core.understanding import Kind
from hubbub.care.selectors import reports as selectors
from hubbub.kernel.speech import mark, say
from hubbub.web.board.figures import VOLUMES, WORDS, Looks, Table
from hubbub.web.exports import FORMS, send
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.templatetags.hubbub import CHANNELS

SPANS = (("today", mark("Today")), ("7", mark("7 days")), ("28", mark("28 days")), ("month", mark("This month")))
FILTERS = ("span", "from", "to", "on", "of", "team", "agent", "topic")
LISTED = 100


def _given(request: Request) -> dict[str, str]:
    return {name: request.GET[name][:40].replace("\x00", "") for name in FILTERS if request.GET.get(name)}


def asked_of(request: Request) -> Asked:
    """What the address asks for."""
    return read_asked(_given(request), now(), ZoneInfo(request.access.timezone))


@require_safe
@in_workspace
def page(request: Request) -> HttpResponse:
    """A report."""
    asked = asked_of(request)
    looks = Looks(request.access, selectors.report(request.access, asked, now()), _given(request))
    given = _given(request)
    last = asked.until.astimezone(asked.zone).date() - timedelta(days=1)
    context = {
        "section": "board",
        "tab": "reports",
        "tops": [(say(WORDS[what]), looks.number(what)) for what in VOLUMES],
        "chart": looks.chart(),
        "tables": looks.tables(),
        "spans": [(name, say(words)) for name, words in SPANS],
        "span": given.get("span", "" if given.get("from") or given.get("to") else "7"),
        "first": asked.since.date(),
        "last": last,
        "query": urlencode(given),
        "kept": urlencode({name: value for name, value in given.items() if name not in ("span", "from", "to")}),
        "selects": _selects(request, asked),
    }
    return render(request, "board/reports.html", context)


def _selects(request: Request, asked: Asked) -> list[tuple[str, str, list[tuple[str, str]], str]]:
    """The filters: name, label, what can be chosen, what is."""
    access = request.access
    topics = [(str(pk), name) for pk, name in selectors.topics_of(access).items()]
    channels = [(kind, say(words)) for kind, (_, words) in CHANNELS.items()]
    return [
        ("on", say("Channel"), channels, asked.channel),
        ("of", say("Kind"), [(each.value, each.label) for each in Kind], asked.kind),
        ("team", say("Team"), [(str(each.id), each.name) for each in accounts.teams(access)], str(asked.team or "")),
        ("agent", say("Agent"), [(str(pk), name) for pk, name in care.colleagues(access)], str(asked.person or "")),
        ("topic", say("Topic"), topics, str(asked.topic or "")),
    ]


@require_safe
@in_workspace
def numbers(request: Request) -> HttpResponse:
    """All tables as CSV, one number a line."""
    looks = Looks(request.access, selectors.report(request.access, asked_of(request), now()), _given(request))
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="report.csv"'
    rows = csv.writer(answer)
    rows.writerow([say("table"), say("row"), say("figure"), say("value")])
    chart = looks.chart()
    for table in (*looks.tables(), Table(chart.title, "", chart.head, chart.rows)):
        for row in table.rows:
            rows.writerows(
                [table.title, defused(row[0].text), name, defused(cell.text)]
                for name, cell in zip(table.head[1:], row[1:], strict=True)
            )
    return answer


def _behind(request: Request, what: str) -> tuple[Cut, list[int]]:
    cut = read_cut(what, {name: request.GET.get(name, "").replace("\x00", "") for name in DIMENSIONS})
    return cut, selectors.report_cases(request.access, asked_of(request), cut, now())


@require_safe
@in_workspace
def cases(request: Request, what: str) -> HttpResponse:
    """The cases behind a number."""
    cut, ids = _behind(request, what)
    given = request.GET.get("after", "")
    after = int(given) if given.isdecimal() and len(given) < 9 else 0
    query = urlencode({name: value for name, value in request.GET.items() if name != "after"})
    context = {
        "section": "board",
        "words": say(WORDS[cut.what]),
        "lines": selectors.lines_by_id(request.access, ids[after : after + LISTED]),
        "many": len(ids),
        "next": after + LISTED if after + LISTED < len(ids) else 0,
        "back": f"{reverse('reports', args=[request.access.slug])}?{urlencode(_given(request))}",
        "file": f"{reverse('reports-file', args=[request.access.slug, what])}?{query}",
        "query": query,
        "forms": FORMS,
    }
    return render(request, "board/reports_cases.html", context)


@require_safe
@in_workspace
def file(request: Request, what: str) -> HttpResponse:
    """The cases behind a number as a file."""
    _, ids = _behind(request, what)
    return send(request, ids, f"report {what}")

"""The operations on what happened in a span: its figures, the cases behind each, and whole cases as a file."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Field, Router, Schema
from ninja.params.functions import Query

from hubbub.accounts.core.access import Access
from hubbub.api.cases import Asked, CaseFilter, CaseLine, Kinds, Searched, Views, Words, filter_of, line_of
from hubbub.api.shared import READ_ERRORS, access_of, now
from hubbub.care.core import report as rules
from hubbub.care.core.export import Form
from hubbub.care.core.report import Cut, Report, What, read_asked, read_cut, waits
from hubbub.care.selectors import reports
from hubbub.care.selectors.export import ids_of
from hubbub.care.services.export import export

router = Router()
Figure = Literal[
    "arrived", "reopened", "answered", "resolved", "first", "next", "late", "contacts", "first_contact", "handled",
    "rated", "grouped",
]  # fmt: skip
Dimension = Literal[
    "", "day", "hour", "channel", "kind", "person", "rule", "wrap_up", "problem", "level", "target", "band", "score",
    "incident",
]  # fmt: skip
Forms = Literal["csv", "xlsx", "parquet"]
_BYTES = {"schema": {"type": "string", "format": "binary"}}
FILE = {200: {"content": {form.media_type.partition(";")[0]: _BYTES for form in Form}}}
"""How the answer of an operation that gives a file is described."""


class SpanFilter(Schema):
    """Which days, in the workspace's time zone, and of what."""

    span: Literal["today", "7", "28", "month"] = Field("7", description="Days, unless from or to says otherwise.")
    first: date | None = Field(None, alias="from")
    last: date | None = Field(None, alias="to", description=f"At most {rules.LONGEST} days in all.")
    channel: str = Field("", max_length=20, pattern=r"^[^\x00]*$")
    kind: Literal["", Kinds] = ""
    team: int = Field(0, ge=0, lt=10**18)
    agent: int = Field(0, ge=0, lt=10**18, description="A person's id, as `by=person` tells it.")
    topic: int = Field(0, ge=0, lt=10**18)


class CutFilter(Schema):
    """One part of a figure, as the report tells it."""

    by: Dimension = ""
    value: str = Field("", max_length=60, pattern=r"^[^\x00]*$")


class Wait(Schema):
    """How long something took, in seconds; over all, and in opening hours."""

    cases: int
    median_s: float
    p90_s: float
    open_median_s: float
    open_p90_s: float


class Part(Schema):
    """The figures of one value of a dimension."""

    value: str
    figures: dict[str, int]


class ReportOut(Schema):
    """What happened in a span. Each figure is how many cases stand behind it; docs/reports.md defines them."""

    since: datetime
    until: datetime
    timezone: str
    figures: dict[str, int]
    waits: dict[str, Wait]
    handled_mean_s: float | None = Field(description="Seconds of a contact with wrap-up; null where there was none.")
    rating_mean: float | None = Field(description="From 1 to 5; null where nobody answered.")
    parts: list[Part] = Field(description="By the values of the dimension asked for.")


class ReportCases(Schema):
    """Some of the cases behind a figure, the newest first."""

    figure: int
    cases: list[CaseLine]
    next: int | None = Field(description="Give it as `after` to read on; null at the end.")


Days: Any = Query(...)
Chosen: Any = Query(...)
By: Any = Query("")
InView: Any = Query("all")
AsForm: Any = Query("csv")


@router.get("/report", response={200: ReportOut, **READ_ERRORS}, tags=["reports"])
def read_report(request: HttpRequest, asked: SpanFilter = Days, by: Dimension = By) -> Any:
    """What happened in a span, also by day, hour, channel, agent or another dimension."""
    access = access_of(request)
    found = reports.report(access, _asked(access, asked), now())
    return {
        "since": found.asked.since,
        "until": found.asked.until,
        "timezone": access.timezone,
        "figures": {what.value: found.count(Cut(what)) for what in What},
        "waits": {what.value: _wait(found, what) for what in (What.FIRST, What.NEXT, What.RESOLVED)},
        "handled_mean_s": _mean(row.seconds for row in found.rows[What.HANDLED]),
        "rating_mean": _mean(row.score for row in found.rows[What.RATED]),
        "parts": _parts(found, by) if by else [],
    }


@router.get("/report/{what}", response={200: ReportCases, **READ_ERRORS}, tags=["reports"])
def list_report_cases(
    request: HttpRequest,
    what: Figure,
    asked: SpanFilter = Days,
    part: CutFilter = Chosen,
    after: int = Query(0, ge=0, le=10**9),
    limit: int = Query(100, ge=1, le=200),
) -> Any:
    """The cases behind a figure, or behind one part of it."""
    access = access_of(request)
    ids = _behind(access, what, asked, part)
    lines = reports.lines_by_id(access, ids[after : after + limit])
    following = after + limit if after + limit < len(ids) else None
    return {"figure": len(ids), "cases": [line_of(line) for line in lines], "next": following}


@router.get("/exports/cases", response={200: None, **READ_ERRORS}, tags=["reports"], openapi_extra={"responses": FILE})
def export_cases(
    request: HttpRequest,
    view: Views = InView,
    asked: CaseFilter = Asked,
    q: Words = Searched,
    form: Forms = AsForm,
) -> Any:
    """All cases of a view as a file, one a row, however many; it leaves while it is written."""
    access = access_of(request)
    return _file(access, ids_of(access, filter_of(view, asked, q), now()), form, f"{view} by API")


@router.get(
    "/exports/report/{what}", response={200: None, **READ_ERRORS}, tags=["reports"], openapi_extra={"responses": FILE}
)
def export_report_cases(
    request: HttpRequest,
    what: Figure,
    asked: SpanFilter = Days,
    part: CutFilter = Chosen,
    form: Forms = AsForm,
) -> Any:
    """All cases behind a figure as a file, one a row."""
    access = access_of(request)
    return _file(access, _behind(access, what, asked, part), form, f"report {what}")


def _file(access: Access, ids: Iterable[int], form: str, what: str) -> StreamingHttpResponse:
    chosen = Form(form)
    pieces = export(access, ids, chosen, what, now=now())
    return StreamingHttpResponse(pieces, content_type=chosen.media_type, headers={"Cache-Control": "no-store"})


def _asked(access: Access, asked: SpanFilter) -> rules.Asked:
    given = {
        "span": asked.span,
        "from": asked.first.isoformat() if asked.first else "",
        "to": asked.last.isoformat() if asked.last else "",
        "on": asked.channel,
        "of": asked.kind,
        **{name: str(getattr(asked, name) or "") for name in ("team", "agent", "topic")},
    }
    return read_asked(given, now(), ZoneInfo(access.timezone))


def _behind(access: Access, what: str, asked: SpanFilter, part: CutFilter) -> list[int]:
    cut = read_cut(what, {part.by: part.value} if part.by else {})
    return reports.report_cases(access, _asked(access, asked), cut, now())


def _wait(report: Report, what: What) -> dict[str, float]:
    found = waits(report.rows[what], report.asked.zone)
    return {
        "cases": found.cases,
        "median_s": found.lasted.median,
        "p90_s": found.lasted.p90,
        "open_median_s": found.open.median,
        "open_p90_s": found.open.p90,
    }


def _mean(values: Iterable[float]) -> float | None:
    known = list(values)
    return sum(known) / len(known) if known else None


def _parts(report: Report, dimension: str) -> list[dict[str, Any]]:
    by = {what.value: report.by(what, dimension) for what in What}
    found = sorted({value for each in by.values() for value in each})
    return [
        {"value": value, "figures": {what: each[value] for what, each in by.items() if value in each}}
        for value in found
    ]

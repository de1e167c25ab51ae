"""Charts: drawn by Altair as Vega-Lite, coloured by the page's own tokens, with their numbers beside.

A specification names colours as `var(--token)`; the browser puts in what the token is in the theme of the moment.
Times are told as the workspace's own clock shows them, as if that were UTC, since the browser may be elsewhere.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec

from hubbub.kernel.speech import mark, say, spoken

if TYPE_CHECKING:
    import altair as alt

P = ParamSpec("P")
DATA = "points"
COLUMN_PX = 120
_TICKS: Mapping[str, tuple[Any, str]] = {  # by how a span's axis is marked: where, and how they read
    "minutes": (8, "%H:%M"),
    "clock": (14, "%H:%M"),
    "hours": (8, "%a %H:%M"),
    "days": ({"interval": "day", "step": 1}, mark("%a %-d %b")),
    "dates": (8, mark("%-d %b")),
}
_UNITS = {"minute": "utcyearmonthdatehoursminutes", "hour": "utcyearmonthdatehours", "day": "utcyearmonthdate"}
_GUTTER = 44  # pixels left of every curve, so that curves above each other share their time


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a chart's table."""

    text: str
    href: str = ""
    words: bool = False  # no number: it stands at the left


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as a template shows it."""

    name: str  # its id on the page
    title: str
    says: str  # what it shows, in words, for those who can't see it
    spec: Mapping[str, Any]
    points: Sequence[Mapping[str, Any]]
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    legend: Sequence[tuple[str, str]] = ()  # (class of the colour, what it stands for)
    notes: Sequence[str] = field(default=())

    @property
    def data(self) -> str:
        """What the browser draws, as JSON."""
        return json.dumps({**self.spec, "datasets": {DATA: list(self.points)}}, separators=(",", ":"))

    @property
    def columns(self) -> Sequence[tuple[int, int, int]]:
        """Its columns of cold, neither and warm posts in pixels, where a mail can draw it: none otherwise."""
        told = [tuple(int(point[name]) for name, _, _ in MOODS) for point in self.points if MOODS[0][0] in point]
        most = max(map(sum, told), default=0) or 1
        return [
            (round(COLUMN_PX * c / most), round(COLUMN_PX * n / most), round(COLUMN_PX * w / most)) for c, n, w in told
        ]

    @property
    def column_px(self) -> int:
        """How wide one of them is."""
        return max(1, 600 // max(1, len(self.points)) - 1)

    @property
    def ends(self) -> tuple[str, str]:
        """What its first and last point are called."""
        return (str(self.points[0]["when"]), str(self.points[-1]["when"])) if self.points else ("", "")


MOODS = (
    (mark("Cold"), "--c-negative", "fneg"),
    (mark("Neither"), "--c-neutral", "fneu"),
    (mark("Warm"), "--c-positive", "fpos"),
)
MOOD_LEGEND = tuple((klass, name) for name, _, klass in reversed(MOODS))


def local_ms(at: datetime) -> int:
    """Return a moment as its own clock shows it, in milliseconds, as if that clock were UTC's."""
    return int(at.replace(tzinfo=UTC).timestamp() * 1000)


def day_ms(day: date) -> int:
    """Return when a day begins, in milliseconds, as if its clock were UTC's."""
    return local_ms(datetime.combine(day, time()))


def _made_once(make: Callable[P, Mapping[str, Any]]) -> Callable[P, Mapping[str, Any]]:
    """Keep what is made, in each language."""
    made: dict[object, Mapping[str, Any]] = {}

    @wraps(make)
    def kept(*args: P.args, **kwargs: P.kwargs) -> Mapping[str, Any]:
        key = (spoken(), args, tuple(kwargs.items()))
        if key not in made:
            made[key] = make(*args, **kwargs)
        return made[key]

    return kept


@_made_once
def moods_by_time(step: str, ticks: str, actions: bool, marks: bool = False) -> Mapping[str, Any]:
    """Bars of cold, neutral and warm posts over time.

    Points have `at`, `Cold`, `Neither`, `Warm`, `href`; with actions `does`, with marks `mark`: words, or none.
    """
    import altair as alt

    base = alt.Chart(alt.NamedData(name=DATA))
    bars = (
        base.transform_fold([name for name, _, _ in MOODS], as_=["mood", "posts"])
        .transform_calculate(order="indexof(['Cold', 'Neither', 'Warm'], datum.mood)")
        .mark_bar(cursor="pointer")
        .encode(
            x=_time(step, ticks),
            y=alt.Y("posts:Q", title=None, stack="zero", axis=_counts()),
            color=alt.Color("mood:N", legend=None, scale=_moods()),
            order=alt.Order("order:Q"),
            href=alt.Href("href:N"),
            tooltip=[
                alt.Tooltip("when:N", title=say("When")),
                *(alt.Tooltip(f"{name}:Q", title=say(name), format=",") for name, _, _ in reversed(MOODS)),
            ],
        )
    )
    drawn: Any = alt.layer(bars)
    if actions:
        acted = base.transform_filter("datum.does")
        when = _time(step, ticks)
        rule = acted.mark_rule(strokeDash=[3, 3], color="var(--c-action)").encode(x=when)
        flag = acted.mark_point(
            shape="triangle-down", filled=True, size=90, color="var(--c-action)", y=2, opacity=1
        ).encode(x=when, tooltip=[alt.Tooltip("when:N", title=say("When")), alt.Tooltip("does:N", title=say("We"))])
        drawn = alt.layer(drawn, rule, flag)
    if marks:
        marked = base.transform_filter("datum.mark")
        when = _time(step, ticks)
        line = marked.mark_rule(color="var(--c-axis)").encode(x=when)
        name = marked.mark_text(
            align="left", baseline="top", dx=4, y=0, color="var(--text-2)", fontSize=12, fontWeight=600
        ).encode(x=when, text=alt.Text("mark:N"))
        drawn = alt.layer(drawn, line, name)
    return _done(drawn, 200)


@_made_once
def balance_by_time(step: str, ticks: str) -> Mapping[str, Any]:
    """The balance of warm and cold posts over time, of a hundred; points have `at` and `balance` (or none)."""
    import altair as alt

    base = alt.Chart(alt.NamedData(name=DATA)).transform_filter("datum.balance !== null")
    scale = alt.Scale(domain=[-100, 100])
    axis = alt.Axis(values=[-100, -50, 0, 50, 100], title=None, minExtent=_GUTTER, maxExtent=_GUTTER, format="+d")
    line = base.mark_line(color="var(--c-1)", strokeWidth=2, interpolate="monotone").encode(
        x=_time(step, ticks), y=alt.Y("balance:Q", scale=scale, axis=axis)
    )
    dots = base.mark_point(color="var(--c-1)", filled=True, size=40, opacity=0).encode(
        x=_time(step, ticks),
        y=alt.Y("balance:Q", scale=scale),
        href=alt.Href("href:N"),
        tooltip=[
            alt.Tooltip("when:N", title=say("When")),
            alt.Tooltip("balance:Q", title=say("Warm − cold"), format="+d"),
        ],
    )
    zero = alt.Chart(alt.InlineData(values=[{"zero": 0}])).mark_rule(color="var(--c-axis)").encode(y="zero:Q")
    return _done(alt.layer(zero, line, dots), 110)


@_made_once
def counts_by_time(step: str, ticks: str) -> Mapping[str, Any]:
    """Bars of one count over time; points have `at`, `when`, `cases`, `href`."""
    import altair as alt

    bars = (
        alt.Chart(alt.NamedData(name=DATA))
        .mark_bar(cursor="pointer", color="var(--c-1)")
        .encode(
            x=_time(step, ticks),
            y=alt.Y("cases:Q", title=None, axis=_counts()),
            href=alt.Href("href:N"),
            tooltip=[alt.Tooltip("when:N", title=say("When")), alt.Tooltip("cases:Q", title=say("Cases"), format=",")],
        )
    )
    return _done(bars, 160)


@_made_once
def scores_by_time(step: str, ticks: str) -> Mapping[str, Any]:
    """A mean of 0 to 100 over time, as a line; points have `at`, `when`, `reviews` and `score`, or none."""
    import altair as alt

    base = alt.Chart(alt.NamedData(name=DATA)).transform_filter("datum.score !== null")
    axis = alt.Axis(values=[0, 25, 50, 75, 100], title=None, minExtent=_GUTTER, maxExtent=_GUTTER)
    y = alt.Y("score:Q", scale=alt.Scale(domain=[0, 100]), axis=axis)
    line = base.mark_line(color="var(--c-1)", strokeWidth=2).encode(x=_time(step, ticks), y=y)
    dots = base.mark_point(color="var(--c-1)", filled=True, size=50, opacity=1).encode(
        x=_time(step, ticks),
        y=y,
        tooltip=[
            alt.Tooltip("when:N", title=say("When")),
            alt.Tooltip("score:Q", title=say("Mean score"), format=".0f"),
            alt.Tooltip("reviews:Q", title=say("Reviews"), format=","),
        ],
    )
    return _done(alt.layer(line, dots), 140)


@_made_once
def cost_by_level() -> Mapping[str, Any]:
    """A cost against a service level, as a line; points have `level` (of a hundred), `cost`, and some a `mark`."""
    import altair as alt

    base = alt.Chart(alt.NamedData(name=DATA))
    x = alt.X(
        "level:Q", scale=alt.Scale(domain=[50, 100]), axis=alt.Axis(title=None, grid=False, format="d", tickCount=10)
    )
    money = alt.Axis(title=None, tickCount=4, format=",.0f", minExtent=_GUTTER)
    y = alt.Y("cost:Q", scale=alt.Scale(zero=False, nice=True), axis=money)
    told = [
        alt.Tooltip("level:Q", title=say("Service level, %"), format=".0f"),
        alt.Tooltip("cost:Q", title=say("Cost a day"), format=",.0f"),
    ]
    line = base.transform_filter("!datum.mark").mark_line(color="var(--c-1)", strokeWidth=2).encode(x=x, y=y)
    aimed = base.transform_filter("!datum.mark").mark_point(size=60, opacity=0).encode(x=x, y=y, tooltip=told)
    marked = base.transform_filter("datum.mark")
    dots = marked.mark_point(filled=True, size=90, opacity=1, color="var(--c-action)").encode(x=x, y=y, tooltip=told)
    names = marked.mark_text(
        align="right", baseline="bottom", dx=-8, dy=-4, color="var(--text)", fontSize=12, fontWeight=600
    ).encode(x=x, y=y, text=alt.Text("mark:N"))
    return _done(alt.layer(line, aimed, dots, names), 240)


@_made_once
def contacts_by_interval() -> Mapping[str, Any]:
    """What comes in intervals of a day.

    Points have `at`, `end`, `mid`, `forecast` and `came`, or none; from now on `now_mean`, `low` and `high`; the first
    has `now` and `says` where the day runs.
    """
    import altair as alt

    base = alt.Chart(alt.NamedData(name=DATA))
    count = alt.Axis(title=None, tickCount=3, format="~s", tickMinStep=1, minExtent=_GUTTER, maxExtent=_GUTTER)
    tips = [
        alt.Tooltip("when:N", title=say("From")),
        alt.Tooltip("forecast:Q", title=say("Forecast"), format=",.0f"),
        alt.Tooltip("came:Q", title=say("Came"), format=",.0f"),
        alt.Tooltip("now_mean:Q", title=say("Expected now"), format=",.0f"),
    ]
    band = (
        base.transform_filter("isValid(datum.low)")
        .mark_area(color="var(--c-band)", interpolate="monotone")
        .encode(x=_of_day("mid"), y=alt.Y("low:Q", axis=count), y2="high:Q")
    )
    told = base.mark_line(color="var(--c-1)", strokeWidth=1.5, strokeDash=[4, 3], interpolate="monotone").encode(
        x=_of_day("mid"), y=alt.Y("forecast:Q", axis=count)
    )
    rest = (
        base.transform_filter("isValid(datum.now_mean)")
        .mark_line(color="var(--c-1)", strokeWidth=2, interpolate="monotone")
        .encode(x=_of_day("mid"), y=alt.Y("now_mean:Q", axis=count))
    )
    dots = (
        base.transform_filter("isValid(datum.came)")
        .mark_point(color="var(--text)", filled=True, size=36, opacity=1)
        .encode(x=_of_day("mid"), y=alt.Y("came:Q", axis=count), href=alt.Href("href:N"), tooltip=tips)
    )
    return _done(alt.layer(band, told, rest, dots, *_now(base, named=True)), 130)


@_made_once
def people_by_interval() -> Mapping[str, Any]:
    """People in intervals of a day.

    Points have `at`, `end`, `mid`, `required`, `planned`, and `worked` and `top`, or none: up to where people are
    missing.
    """
    import altair as alt

    base = alt.Chart(alt.NamedData(name=DATA))
    count = alt.Axis(title=None, tickCount=3, tickMinStep=1, format="d", minExtent=_GUTTER, maxExtent=_GUTTER)
    tips = [
        alt.Tooltip("when:N", title=say("From")),
        alt.Tooltip("required:Q", title=say("Needed")),
        alt.Tooltip("planned:Q", title=say("Planned")),
        alt.Tooltip("worked:Q", title=say("At work")),
    ]
    bars = base.mark_rect(color="var(--pressed)", stroke="var(--surface)", strokeWidth=1).encode(
        x=_of_day("at"), x2="end:T", y=alt.Y("planned:Q", axis=count), y2=alt.datum(0), tooltip=tips
    )
    short = (
        base.transform_filter("isValid(datum.top)")
        .mark_rect(color="var(--bad)", stroke="var(--surface)", strokeWidth=1)
        .encode(x=_of_day("at"), x2="end:T", y=alt.Y("planned:Q", axis=count), y2="top:Q", tooltip=tips)
    )
    needed = base.mark_rule(color="var(--c-1)", strokeWidth=2).encode(
        x=_of_day("at"), x2="end:T", y=alt.Y("required:Q", axis=count)
    )
    dots = (
        base.transform_filter("isValid(datum.worked)")
        .mark_point(color="var(--text)", filled=True, size=36, opacity=1)
        .encode(x=_of_day("mid"), y=alt.Y("worked:Q", axis=count), tooltip=tips)
    )
    return _done(alt.layer(bars, short, needed, dots, *_now(base)), 150)


@_made_once
def level_by_interval() -> Mapping[str, Any]:
    """The service level of intervals of a day, of 100. Points have `at`, `end`, `level`, or none, and `target`."""
    import altair as alt

    base = alt.Chart(alt.NamedData(name=DATA))
    axis = alt.Axis(values=[0, 50, 100], title=None, minExtent=_GUTTER, maxExtent=_GUTTER)
    y = alt.Y("level:Q", scale=alt.Scale(domain=[0, 100]), axis=axis)
    bars = (
        base.transform_filter("isValid(datum.level)")
        .mark_rect(stroke="var(--surface)", strokeWidth=1, cursor="pointer")
        .encode(
            x=_of_day("at"), x2="end:T", y=y, y2=alt.datum(0), href=alt.Href("href:N"),
            color=alt.condition("datum.level >= datum.target", alt.value("var(--good)"), alt.value("var(--bad)")),
            tooltip=[
                alt.Tooltip("when:N", title=say("From")),
                alt.Tooltip("level:Q", title=say("In time, of 100"), format=".0f"),
            ],
        )
    )  # fmt: skip
    target = base.mark_rule(color="var(--c-axis)", strokeDash=[3, 3]).encode(
        x=_of_day("at"), x2="end:T", y=alt.Y("target:Q", scale=alt.Scale(domain=[0, 100]), axis=axis)
    )
    return _done(alt.layer(bars, target, *_now(base)), 90)


def _of_day(name: str) -> "alt.X":
    import altair as alt

    axis = alt.Axis(title=None, labelOverlap="greedy", tickCount=12, format="%H:%M", grid=False, labelFlush=True)
    return alt.X(f"{name}:T", scale=alt.Scale(type="utc", nice=False), axis=axis)


def _now(base: Any, *, named: bool = False) -> list[Any]:
    """Return the frame of the day and a line where it stands; with the time above it."""
    import altair as alt

    whole = base.mark_rule(opacity=0).encode(x=_of_day("at"), x2="end:T")  # all charts of a day share its times
    here = base.transform_filter("isValid(datum.now)")
    rule = here.mark_rule(color="var(--c-action)", strokeDash=[2, 2]).encode(x=_of_day("now"))
    if not named:
        return [whole, rule]
    words = here.mark_text(
        align="center", baseline="bottom", y=-2, color="var(--text-2)", fontSize=12, fontWeight=600
    ).encode(x=_of_day("now"), text=alt.Text("says:N"))
    return [whole, rule, words]


@_made_once
def contacts_by_time(ticks: str) -> Mapping[str, Any]:
    """What is expected to come, with the band in which it is 8 times in 10; points have `mid`, `mean`, `low`, `high`.

    `mean` is none while all is shut.
    """
    import altair as alt

    base = alt.Chart(alt.NamedData(name=DATA))
    told = [
        alt.Tooltip("when:N", title=say("When")),
        alt.Tooltip("mean:Q", title=say("Expected"), format=",.1f"),
        alt.Tooltip("low:Q", title=say("From"), format=",.0f"),
        alt.Tooltip("high:Q", title=say("To"), format=",.0f"),
    ]
    x = _clocked("mid:T", ticks)
    band = base.mark_area(color="var(--c-band)", interpolate="monotone").encode(
        x=x, y=alt.Y("low:Q", title=None, axis=_counts()), y2="high:Q"
    )
    line = base.mark_line(color="var(--c-1)", strokeWidth=1.5, strokeDash=[4, 3], interpolate="monotone").encode(
        x=x, y=alt.Y("mean:Q", title=None)
    )
    dots = (
        base.transform_filter("datum.mean !== null")
        .mark_point(size=60, opacity=0)
        .encode(x=x, y="mean:Q", tooltip=told)
    )
    return _done(alt.layer(band, line, dots), 110)


@_made_once
def people_by_time(ticks: str) -> Mapping[str, Any]:
    """People there as bars, who are needed as steps, and who are missing in red.

    Points have `at`, `end`, `there`, `required` (none while it is shut), `short`, `when` and `href`.
    """
    import altair as alt

    base = alt.Chart(alt.NamedData(name=DATA))
    x, y = _clocked("at:T", ticks), alt.Y("there:Q", title=None, axis=_counts())
    told = [
        alt.Tooltip("when:N", title=say("When")),
        alt.Tooltip("required:Q", title=say("Required"), format=",d"),
        alt.Tooltip("there:Q", title=say("Scheduled"), format=",.1f"),
    ]
    bars = (
        base.transform_filter("datum.there > 0")
        .mark_bar(color="var(--pressed)", binSpacing=1)
        .encode(x=x, x2="end:T", y=y, y2=alt.datum(0))
    )
    short = (
        base.transform_filter("datum.short")
        .mark_bar(color="var(--bad)", binSpacing=1)
        .encode(x=x, x2="end:T", y=y, y2="required:Q")
    )
    steps = base.mark_line(color="var(--c-1)", strokeWidth=2, interpolate="step-after").encode(
        x=x, y=alt.Y("required:Q", title=None)
    )
    touch = (
        base.transform_calculate(top="max(datum.required, datum.there)")
        .transform_filter("datum.top > 0")
        .mark_bar(opacity=0, cursor="pointer")
        .encode(x=x, x2="end:T", y=alt.Y("top:Q", title=None), y2=alt.datum(0), href=alt.Href("href:N"), tooltip=told)
    )
    return _done(alt.layer(bars, short, steps, touch), 110)


def _clocked(field: str, ticks: str) -> "alt.X":
    import altair as alt

    count, form = _TICKS[ticks]
    axis = alt.Axis(title=None, labelOverlap="greedy", tickCount=count, format=say(form), grid=False, labelFlush=True)
    return alt.X(field, scale=alt.Scale(type="utc", nice=False), axis=axis)


@_made_once
def expected_by_time(step: str, ticks: str) -> Mapping[str, Any]:
    """What came as dots on a line, what is expected as a dashed line in its band; points have `at` and `when`.

    `came`, or `mean` with `low` and `high`, are none where nothing is known; `href` leads to what is behind a point.
    """
    import altair as alt

    base = alt.Chart(alt.NamedData(name=DATA))
    x = _time(step, ticks)
    told = [
        alt.Tooltip("when:N", title=say("When")),
        alt.Tooltip("came:Q", title=say("Came"), format=",.0f"),
        alt.Tooltip("mean:Q", title=say("Expected"), format=",.1f"),
        alt.Tooltip("low:Q", title=say("From"), format=",.0f"),
        alt.Tooltip("high:Q", title=say("To"), format=",.0f"),
    ]
    y = alt.Y("high:Q", title=None, axis=_counts())
    ahead = base.transform_filter("isValid(datum.mean)")
    band = ahead.mark_area(color="var(--c-band)", opacity=1).encode(x=x, y=y, y2="low:Q")
    line = ahead.mark_line(color="var(--c-1)", strokeWidth=2, strokeDash=[4, 3]).encode(x=x, y="mean:Q")
    past = base.transform_filter("isValid(datum.came)")
    came = past.mark_line(color="var(--text)", strokeWidth=1.5).encode(x=x, y="came:Q")
    dots = past.mark_point(color="var(--text)", filled=True, size=22, opacity=1).encode(x=x, y="came:Q")
    aimed = (
        base.transform_calculate(at_y="isValid(datum.came) ? datum.came : datum.mean")
        .mark_point(size=140, opacity=0, filled=True, cursor="pointer")
        .encode(x=x, y="at_y:Q", tooltip=told, href=alt.Href("href:N"))
    )
    return _done(alt.layer(band, line, came, dots, aimed), 260)


def warm_up() -> None:
    """Load what draws charts, which takes a second or two, before somebody waits for it."""
    moods_by_time("hour", "days", False)


def _time(step: str, ticks: str) -> "alt.X":
    import altair as alt

    count, form = _TICKS[ticks]
    axis = alt.Axis(title=None, labelOverlap="greedy", tickCount=count, format=say(form), grid=False, labelFlush=True)
    unit: Any = _UNITS[step]
    return alt.X("at:T", timeUnit=unit, scale=alt.Scale(type="utc"), axis=axis)


def _counts() -> "alt.Axis":
    import altair as alt

    return alt.Axis(title=None, tickCount=4, format="~s", tickMinStep=1, minExtent=_GUTTER, maxExtent=_GUTTER)


def _moods() -> "alt.Scale":
    import altair as alt

    return alt.Scale(domain=[name for name, _, _ in MOODS], range=[f"var({colour})" for _, colour, _ in MOODS])


def _done(chart: Any, height: int) -> Mapping[str, Any]:
    found: dict[str, Any] = chart.properties(width="container", height=height).to_dict()
    found.pop("$schema", None)
    found.get("config", {}).pop("view", None)
    return found

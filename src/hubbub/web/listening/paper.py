"""Reports on paper: a PDF set by Typst. What people said reaches it as data, never as its markup."""

import json
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as date_words

from hubbub.kernel.speech import figure, mark, say, spoken
from hubbub.kernel.text import clip
from hubbub.listening.core.volume import Volume
from hubbub.web.listening import spans
from hubbub.web.listening.report import Report

WIDTH, HEIGHT = 700, 150
COLOURS = ("#c2410c", "#a8a29e", "#0f766e")  # cold, neither, warm: told apart in grey, too
PEAKS = {
    "minute": mark("{posts:,} posts in the minute from {when}"),
    "hour": mark("{posts:,} posts in the hour from {when}"),
    "day": mark("{posts:,} posts in the day from {when}"),
}


def event_report(report: Report, workspace: str, when: str, zone: ZoneInfo) -> bytes:
    """Return the report of an event as a PDF."""
    import typst  # takes a moment, and few ask for it

    data = json.dumps(_said(report, workspace, when, zone), ensure_ascii=False)
    made: bytes = typst.compile(_template(), sys_inputs={"data": data})
    return made


@cache
def _template() -> bytes:
    return files("hubbub.web").joinpath("templates/listening/event.typ").read_bytes()


def _said(report: Report, workspace: str, when: str, zone: ZoneInfo) -> dict[str, Any]:
    peak = report.during.peak if report.during else None
    step = report.spans.whole.step if report.spans.whole else "minute"
    stood = date_words(report.at.astimezone(zone), say("H:i, j M Y"))
    peak_words = ""
    if peak is not None and peak.posts:
        peak_words = say(PEAKS[step], posts=peak.posts, when=spans.when(peak.start, step))
        if report.peak_second is not None:
            peak_words += "; " + say("{posts:,} in its busiest second", posts=report.peak_second[1])
    cold = report.cold
    return {
        "language": spoken(),
        "say": _labels(),
        "workspace": workspace,
        "name": report.event.name,
        "when": when,
        "made": say("As it stood at {when} ({zone})", when=stood, zone=zone.key),
        "peak": peak_words,
        "cold": say("{share:.0%} ({low:.0%} to {high:.0%})", share=cold.share, low=cold.low, high=cold.high),
        "views": figure(report.digest.views),
        "chart": curve(report.volume, report.event.since, report.event.until) if report.volume.whole.posts else "",
        "axis": [spans.when(each.start, step) for each in _ends(report.volume)],
        "parts": [
            [
                say(part.name),
                figure(part.volume.whole.posts),
                figure(part.a_minute, ",.1f"),
                figure(part.people),
                *map(figure, part.volume.whole.moods),
                f"{part.balance:+d}" if part.balance is not None else "–",
            ]
            for part in report.parts
        ],
        "accounts": [
            [
                f"@{line.account.handle}",
                figure(line.account.followers) if line.account.followers is not None else "–",
                figure(line.before),
                figure(line.during),
                figure(line.after),
                line.silence or ("" if line.posts else say("nothing on this event")),
            ]
            for line in report.accounts
        ],
        "voices": [
            [
                each["voice"].name or each["voice"].handle or each["author"],
                figure(each["voice"].posts),
                figure(each["voice"].followers),
            ]
            for each in report.voices
        ],
        "words": [each.word for each in report.words],
        "turns": [
            {
                "at": spans.when(each.at, step),
                "change": _change(each.turn.change),
                "words": ", ".join(word.word for word in each.words),
                "posts": [
                    {"who": post.name or post.handle or say("Somebody"), "text": clip(post.text, 400)}
                    for post in each.posts
                ],
            }
            for each in report.turns
        ],
    }


def _change(change: float) -> str:
    if change > 0:
        return say("warmer by {change:.0f} of a hundred", change=100 * change)
    return say("colder by {change:.0f} of a hundred", change=-100 * change)


def _labels() -> dict[str, Any]:
    """What stands on every report."""
    mood = [say("Cold"), say("Neither"), say("Warm")]
    return {
        "pages": say("1 of 1"),
        "peak": say("Most was said"),
        "cold": say("Cold posts during it"),
        "views": say("Views, at most"),
        "curve": say("Posts over time, cold at the foot, warm on top; the event itself is shaded."),
        "parts": say("Before, during, after"),
        "part_head": ["", say("Posts"), say("A minute"), say("People"), *mood, say("Warm − cold, of 100")],
        "accounts": say("Accounts"),
        "account_head": [say("Account"), say("Followers"), say("Before"), say("During"), say("After"), ""],
        "turns": say("Where the mood turned"),
        "new_words": say("New words"),
        "voices": say("Top voices"),
        "voice_head": [say("Who"), say("Posts"), say("Followers")],
        "words": say("Words that set it apart"),
        "foot": say(
            "Counts are exact; people are within 2 %; cold and warm are estimates of the words alone, and turns are "
            "changes greater than chance has them. Views, at most: every post counted with all its author’s followers."
        ),
    }


def _ends(volume: Volume) -> list[Any]:
    steps = volume.steps
    return [steps[0], steps[len(steps) // 2], steps[-1]] if len(steps) > 2 else []


def curve(volume: Volume, since: datetime, until: datetime) -> str:
    """Return a curve as SVG: stacked bars of cold, neutral and warm posts, with the event's time shaded."""
    steps = volume.steps
    most = max((step.posts for step in steps), default=0) or 1
    wide = WIDTH / max(1, len(steps))
    inside = [place for place, step in enumerate(steps) if since <= step.start < until]
    drawn = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT + 1}">']
    if inside:
        x, width = inside[0] * wide, len(inside) * wide
        drawn.append(f'<rect x="{x:.2f}" y="0" width="{width:.2f}" height="{HEIGHT}" fill="#f5f5f4"/>')
    for place, step in enumerate(steps):
        y = float(HEIGHT)
        for count, colour in zip(step.moods, COLOURS, strict=True):
            high = count / most * (HEIGHT - 4)
            y -= high
            drawn.append(
                f'<rect x="{place * wide:.2f}" y="{y:.2f}" width="{wide * 0.88:.2f}" height="{high:.2f}"'
                f' fill="{colour}"/>'
            )
    drawn.append(f'<line x1="0" x2="{WIDTH}" y1="{HEIGHT}" y2="{HEIGHT}" stroke="#57534e" stroke-width="1"/></svg>')
    return "".join(drawn)

"""Reports on paper: a PDF set by Typst. What people said reaches it as data, never as its markup."""

import json
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from hubbub.kernel.text import clip
from hubbub.listening.core.volume import Volume
from hubbub.web.listening import spans
from hubbub.web.listening.report import Report

WIDTH, HEIGHT = 700, 150
COLOURS = ("#c2410c", "#a8a29e", "#0f766e")  # cold, neither, warm: told apart in grey, too


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
    first = f"{report.at.astimezone(zone):%H:%M}, {report.at.astimezone(zone).day} {report.at:%b %Y}"
    peak_words = ""
    if peak is not None and peak.posts:
        peak_words = f"{peak.posts:,} posts in the {step} from {spans.when(peak.start, step)}"
        if report.peak_second is not None:
            peak_words += f"; {report.peak_second[1]:,} in its busiest second"
    return {
        "workspace": workspace,
        "name": report.event.name,
        "when": when,
        "made": f"As it stood at {first} ({zone.key})",
        "peak": peak_words,
        "cold": f"{report.cold.share:.0%} ({report.cold.low:.0%} to {report.cold.high:.0%})",
        "views": f"{report.digest.views:,}",
        "chart": curve(report.volume, report.event.since, report.event.until) if report.volume.whole.posts else "",
        "axis": [spans.when(each.start, step) for each in _ends(report.volume)],
        "parts": [
            [
                part.name,
                f"{part.volume.whole.posts:,}",
                f"{part.a_minute:,.1f}",
                f"{part.people:,}",
                *(f"{count:,}" for count in part.volume.whole.moods),
                f"{part.balance:+d}" if part.balance is not None else "–",
            ]
            for part in report.parts
        ],
        "accounts": [
            [
                f"@{line.account.handle}",
                f"{line.account.followers:,}" if line.account.followers is not None else "–",
                f"{line.before:,}",
                f"{line.during:,}",
                f"{line.after:,}",
                line.silence or ("" if line.posts else "nothing on this event"),
            ]
            for line in report.accounts
        ],
        "voices": [
            [
                each["voice"].name or each["voice"].handle or each["author"],
                f"{each['voice'].posts:,}",
                f"{each['voice'].followers:,}",
            ]
            for each in report.voices
        ],
        "words": [each.word for each in report.words],
        "turns": [
            {
                "at": spans.when(each.at, step),
                "change": f"{'warmer' if each.turn.change > 0 else 'colder'} by {abs(100 * each.turn.change):.0f}",
                "words": ", ".join(word.word for word in each.words),
                "posts": [
                    {"who": post.name or post.handle or "Somebody", "text": clip(post.text, 400)} for post in each.posts
                ],
            }
            for each in report.turns
        ],
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

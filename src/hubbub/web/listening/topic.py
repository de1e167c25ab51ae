"""One topic: how much, how warm, who and what, over any span; every figure opens the posts behind it."""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from hubbub.care import selectors as care
from hubbub.care.core.understanding import KINDS
from hubbub.infra.places import places
from hubbub.kernel.speech import figure, mark, say, say_many
from hubbub.listening import selectors
from hubbub.listening.core import sketch
from hubbub.listening.core.comparison import Comparison
from hubbub.listening.core.digest import Digest, distinct, merged
from hubbub.listening.core.span import Span
from hubbub.listening.core.topics import TopicClass, TopicValue
from hubbub.listening.core.volume import Share, Step, Volume
from hubbub.listening.models import EVERY_POST
from hubbub.listening.selectors import history
from hubbub.listening.selectors.backfill import backfill_of
from hubbub.web.charts import MOOD_LEGEND, Cell, Chart, balance_by_time, local_ms, moods_by_time
from hubbub.web.listening import spans
from hubbub.web.listening.report import voices_of
from hubbub.web.request import Request, in_workspace, render
from hubbub.web.templatetags.hubbub import channel_name

FEW = 6
BALANCE_OVER = {"minute": 15, "hour": 6, "day": 1}  # steps
MOSTLY_IT = 0.5  # of all that was heard: then its words are held against its own past
_BY = {
    "minute": mark("{posts:,} posts by minute."),
    "hour": mark("{posts:,} posts by hour."),
    "day": mark("{posts:,} posts by day."),
}
_OVER = {
    "minute": mark(
        "Of a hundred posts, over the last {some} minutes; where fewer than {few} were said, nothing is shown."
    ),
    "hour": mark("Of a hundred posts, over the last {some} hours; where fewer than {few} were said, nothing is shown."),
    "day": mark("Of a hundred posts, over each day; where fewer than {few} were said, nothing is shown."),
}


@require_safe
@in_workspace
def page(request: Request, topic: int) -> HttpResponse:
    """What was said of a topic."""
    value, span = selectors.topic(request.access, topic), spans.span_of(request)
    volume = history.volume_of(request.access, topic, span)
    before = history.volume_before(request.access, topic, span)
    digest = history.digest_of(request.access, topic, span)
    rest = history.digest_of(request.access, EVERY_POST, span)
    mostly_it = digest.posts > MOSTLY_IT * rest.posts
    if mostly_it:
        rest = merged((digest, history.digest_of(request.access, topic, span.before)))
    words = distinct(digest, rest)[:10]
    short = span.length <= history.SHORT
    authors = history.authors_of(request.access, topic, span) if short else sketch.count([digest.authors])
    acted = care.replies(request.access, topic, span.since, span.until)
    look = Looks(request.access.slug, value, span)
    return render(
        request,
        "listening/topic.html",
        {
            "section": "topics",
            "topic": value,
            "span": span,
            "choices": spans.choices(span),
            "query": spans.query_of(span),
            "span_words": spans.words_of(span),
            "whole": volume.whole,
            "changed": Comparison(volume.whole, before.whole),
            "peak": volume.peak if volume.whole.posts >= FEW else None,
            "peak_when": spans.when(volume.peak.start, span.step) if volume.peak else "",
            "authors": authors,
            "digest": digest,
            "kinds": kinds_of(digest),
            "charts": [look.volume(volume, acted), look.balance(volume)],
            "channels": look.shares(volume.channels, "channel"),
            "languages": look.shares(volume.languages, "language")[:8],
            "voices": voices_of(digest, 8),
            "words": words,
            "against": say("against the time before") if mostly_it else say("against all that was heard"),
            "tags": list(digest.tags.items())[:10],
            "sites": [(site, count) for site, count in digest.sites.items() if site][:6],
            "tops": history.tops_of(request.access, topic, digest, places(), limit=5),
            "cases": care.cases_of(request.access, [top.uri for top in digest.tops]),
            "share_of_voice": share_of_voice(request, value, span),
            "waiting_since": history.digested_until(request.access),
            "backfill": backfill_of(request.access, topic),
            "posts_url": look.posts(),
        },
    )


@require_safe
@in_workspace
def baseline(request: Request, topic: int) -> HttpResponse:
    """How far a topic has looked back; then what was out there before anybody set an objective."""
    value = selectors.topic(request.access, topic)
    found = backfill_of(request.access, topic)
    base = found.baseline if found else None
    channels = ", ".join(map(channel_name, base.channels)) if base else ""
    context = {"section": "topics", "topic": value, "backfill": found, "base": base, "channels": channels}
    if not request.htmx:
        return render(request, "listening/baseline.html", context)
    if found and not found.ended_at:
        return render(request, "listening/backfill.html", context)
    return HttpResponse(headers={"HX-Redirect": reverse("topic-baseline", args=(request.access.slug, topic))})


@require_safe
@in_workspace
def numbers(request: Request, topic: int) -> HttpResponse:
    """The curve of a topic as CSV."""
    value, span = selectors.topic(request.access, topic), spans.span_of(request)
    volume = history.volume_of(request.access, topic, span)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="topic-{value.id}-{span.since:%Y-%m-%d}.csv"'
    writer = csv.writer(answer)
    writer.writerow([f"{span.step}_begins", "posts", "cold", "neither", "warm"])
    writer.writerows((step.start.isoformat(), step.posts, *step.moods) for step in volume.steps)
    return answer


class Looks:
    """How the counts of a topic and span are drawn and listed."""

    def __init__(self, slug: str, topic: TopicValue | None, span: Span) -> None:
        self.slug, self.topic, self.span = slug, topic, span
        self._path = reverse("topic-posts", args=(slug, topic.id if topic else EVERY_POST))

    def posts(self, since: datetime | None = None, until: datetime | None = None, **more: object) -> str:
        """Return the address of the posts behind a figure."""
        told: dict[str, object] = {"since": (since or self.span.since).isoformat(timespec="minutes")}
        told["until"] = (until or self.span.until).isoformat(timespec="minutes")
        return f"{self._path}?{urlencode(told | more)}"

    def volume(self, volume: Volume, acted: Sequence[datetime], marks: Mapping[datetime, str] | None = None) -> Chart:
        """Return how much was said, by mood, with when we answered, and with marked moments."""
        step, does = self.span.step, Counter(self.span.floor(at) for at in acted)
        marked = {self.span.floor(at): mark for at, mark in (marks or {}).items()}
        points = [
            {
                "at": local_ms(each.start),
                "when": spans.when(each.start, step),
                **dict(zip(("Cold", "Neither", "Warm"), each.moods, strict=True)),
                "href": self.posts(each.start, each.end),
                "does": _answered(does[each.start]) if each.start in does else "",
                "mark": marked.get(each.start, ""),
            }
            for each in volume.steps
        ]
        peak = volume.peak
        says = say(_BY[step], posts=volume.whole.posts)
        if peak and peak.posts:
            most = say("The most, {posts:,}, {when}.", posts=peak.posts, when=spans.when(peak.start, step))
            says = f"{says} {most}"
        return Chart(
            name="volume",
            title=say("Posts and mood"),
            says=says,
            spec=moods_by_time(step, self.span.ticks, bool(does), bool(marked)),
            points=points,
            head=tuple(map(say, (spans.STEPS[step], "Posts", "Warm", "Neither", "Cold", "We answered"))),
            rows=[self._row(each, does) for each in reversed(volume.steps) if each.posts or each.start in does],
            legend=[(klass, say(name)) for klass, name in MOOD_LEGEND],
            notes=(say("The marks above are our own public answers."),) if does else (),
        )

    def _row(self, each: Step, does: Mapping[datetime, int]) -> tuple[Cell, ...]:
        cold, neither, warm = each.moods
        name = Cell(spans.when(each.start, self.span.step), self.posts(each.start, each.end))
        told = str(does.get(each.start, ""))
        return (name, *(Cell(figure(count)) for count in (each.posts, warm, neither, cold)), Cell(told))

    def balance(self, volume: Volume) -> Chart:
        """Return the balance of warm and cold posts, over some steps at a time, since few posts tell nothing."""
        step, some = self.span.step, BALANCE_OVER[self.span.step]
        told = []
        for place, each in enumerate(volume.steps):
            lately = volume.steps[max(0, place - some + 1) : place + 1]
            cold, neither, warm = (sum(one.moods[mood] for one in lately) for mood in range(3))
            posts = cold + neither + warm
            told.append((each, round(100 * (warm - cold) / posts) if posts >= FEW else None, posts))
        points = [
            {
                "at": local_ms(each.start),
                "when": spans.when(each.start, step),
                "balance": balance,
                "href": self.posts(each.start, each.end),
            }
            for each, balance, _ in told
        ]
        rows = [
            (
                Cell(spans.when(each.start, step), self.posts(each.start, each.end)),
                Cell(f"{balance:+d}"),
                Cell(figure(posts)),
            )
            for each, balance, posts in reversed(told)
            if balance is not None
        ]
        return Chart(
            name="balance",
            title=say("Warm less cold"),
            says=say("The balance of warm and cold posts over time, from −100 to 100."),
            spec=balance_by_time(step, self.span.ticks),
            points=points,
            head=(say(spans.STEPS[step]), say("Warm − cold"), say("Posts")),
            rows=rows,
            notes=(say(_OVER[step], some=some, few=FEW),),
        )

    def shares(self, shares: Sequence[Share], name: str) -> list[tuple[Share, str]]:
        """Return shares with the address of their posts."""
        return [(share, self.posts(None, None, **{name: share.name})) for share in shares]


def _answered(times: int) -> str:
    return say_many("answered once", "answered {number} times", times)


def kinds_of(digest: Digest) -> dict[str, float]:
    """Return the share of each kind of post, by the estimates of the hot path."""
    sums = [sum(kinds[place] for kinds in digest.kinds.values() if kinds) for place in range(len(KINDS))]
    whole = sum(sums)
    return {kind.value: amount / whole for kind, amount in zip(KINDS, sums, strict=True)} if whole else {}


def share_of_voice(request: Request, topic: TopicValue, span: Span) -> list[dict[str, Any]]:
    """Return our names and our competitors', by how much is said of them; only where there are both."""
    lines = selectors.topics(request.access)
    ours = [each for each in lines if each.klass in (TopicClass.BRAND, TopicClass.COMPETITOR)]
    if topic.klass is TopicClass.PRODUCT:
        ours = [each for each in lines if each.klass is TopicClass.COMPETITOR] + [topic]
    if len(ours) < 2 or not any(each.klass is TopicClass.COMPETITOR for each in ours):
        return []
    found = history.posts_of(request.access, [each.id for each in ours], span)
    whole = sum(sum(moods) for moods in found.values())
    told = [
        {
            "topic": each,
            "ours": each.klass is not TopicClass.COMPETITOR,
            "share": sum(found[each.id]) / whole if whole else 0,
            "cold": found[each.id][0] / sum(found[each.id]) if sum(found[each.id]) else None,
        }
        for each in ours
    ]
    return sorted(told, key=lambda each: -each["share"])

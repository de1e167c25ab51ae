"""What an event came to: the one report behind its page, its PDF and its data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hubbub.accounts.core.access import Access
from hubbub.care import selectors as care
from hubbub.infra.places import Places
from hubbub.kernel.speech import mark
from hubbub.listening.core import sketch
from hubbub.listening.core.comparison import Comparison, Interval, interval
from hubbub.listening.core.digest import Digest, Distinct, distinct, merged
from hubbub.listening.core.events import EventAccount, EventSpans, EventValue, Phase
from hubbub.listening.core.span import Span
from hubbub.listening.core.volume import Volume
from hubbub.listening.models import EVERY_POST
from hubbub.listening.selectors import history
from hubbub.listening.selectors.events import Explained, peak_second, turns_of

TOLD_VOICES, TOLD_WORDS = 8, 10


@dataclass(frozen=True, slots=True)
class Part:
    """The time before, during or after an event."""

    name: str
    span: Span
    volume: Volume
    people: int

    @property
    def a_minute(self) -> float:
        """Posts a minute."""
        return self.volume.whole.posts / max(1.0, self.span.length.total_seconds() / 60)

    @property
    def balance(self) -> int | None:
        """Warm less cold posts, of a hundred; None where too few were said."""
        cold, neither, warm = self.volume.whole.moods
        posts = cold + neither + warm
        return round(100 * (warm - cold) / posts) if posts >= 6 else None


@dataclass(frozen=True, slots=True)
class AccountLine:
    """What an account did in an event."""

    account: EventAccount
    before: int
    during: int
    after: int
    silence: str  # in words; "" where it is not silent

    @property
    def posts(self) -> int:
        """All it said of the event."""
        return self.before + self.during + self.after


@dataclass(frozen=True, slots=True)
class Report:
    """All there is to say of an event so far."""

    event: EventValue
    phase: Phase
    at: datetime
    spans: EventSpans
    volume: Volume  # of the whole time
    parts: tuple[Part, ...]
    during: Volume | None
    changed: Comparison | None  # the event held against the time before
    peak_second: tuple[datetime, int] | None
    digest: Digest
    words: tuple[Distinct, ...]
    voices: tuple[dict[str, Any], ...]
    accounts: tuple[AccountLine, ...]
    turns: tuple[Explained, ...]
    acted: tuple[datetime, ...]  # when we answered

    @property
    def silent(self) -> tuple[AccountLine, ...]:
        """Accounts that said nothing of the event."""
        return tuple(line for line in self.accounts if not line.posts)

    @property
    def a_minute_now(self) -> int:
        """Posts of the last full minute."""
        steps = self.volume.steps
        return steps[-2].posts if self.spans.whole and self.spans.whole.step == "minute" and len(steps) > 1 else 0

    @property
    def cold(self) -> Interval:
        """The share of cold posts during it."""
        whole = (self.during or self.volume).whole
        return interval(whole.moods[0], whole.posts)


def report_of(access: Access, event: EventValue, places: Places, now: datetime, *, explain: bool = True) -> Report:
    """Return the report of an event as it stands. Explained, it tells more of turns and peak, from posts."""
    spans = event.spans(now, ZoneInfo(access.timezone))
    told = ((mark("Before"), spans.before), (mark("During"), spans.during), (mark("After"), spans.after))
    parts = tuple(_part(access, event, name, span) for name, span in told if span is not None)
    volume = history.volume_of(access, event.topic, spans.whole) if spans.whole else Volume((), (), ())
    during = next((part.volume for part in parts if part.name == "During"), None)
    before = next((part.volume for part in parts if part.name == "Before"), None)
    looked = spans.during or spans.before
    digest = history.digest_of(access, event.topic, looked) if looked else Digest()
    rest = history.digest_of(access, EVERY_POST, looked) if looked else Digest()
    if looked and digest.posts > rest.posts / 2:
        rest = merged((digest, history.digest_of(access, event.topic, looked.before)))
    return Report(
        event=event,
        phase=event.phase(now),
        at=now,
        spans=spans,
        volume=volume,
        parts=parts,
        during=during,
        changed=Comparison(during.whole, before.whole) if during and before else None,
        peak_second=peak_second(access, event.topic, during, places) if during and explain else None,
        digest=digest,
        words=tuple(distinct(digest, rest)[:TOLD_WORDS]),
        voices=tuple(voices_of(digest, TOLD_VOICES)),
        accounts=_accounts(access, event, spans, now),
        turns=tuple(turns_of(access, event.topic, volume, places, explain=explain)),
        acted=tuple(care.replies(access, event.topic, spans.whole.since, spans.whole.until)) if spans.whole else (),
    )


def _part(access: Access, event: EventValue, name: str, span: Span) -> Part:
    volume = history.volume_of(access, event.topic, span)
    if span.length <= history.SHORT:
        people = history.authors_of(access, event.topic, span)
    else:
        people = sketch.count([history.digest_of(access, event.topic, span).authors])
    return Part(name, span, volume, people)


def _accounts(access: Access, event: EventValue, spans: EventSpans, now: datetime) -> tuple[AccountLine, ...]:
    topics = [account.topic for account in event.accounts]
    counts = [
        history.posts_of(access, topics, span) if span is not None else {}
        for span in (spans.before, spans.during, spans.after)
    ]
    at = min(now, event.until)
    lines = []
    for account in event.accounts:
        before, during, after = (sum(found.get(account.topic, (0, 0, 0))) for found in counts)
        lines.append(AccountLine(account, before, during, after, account.silence(at) if not during else ""))
    return tuple(sorted(lines, key=lambda line: (-line.during, -line.posts, line.account.handle)))


def voices_of(digest: Digest, most: int) -> list[dict[str, Any]]:
    """Return who said most and is followed most: by both, as neither alone tells a voice."""
    told = [
        {"author": author, "voice": voice, "weight": voice.posts * (1 + voice.followers) ** 0.5}
        for author, voice in digest.voices.items()
        if author
    ]
    return sorted(told, key=lambda each: (-each["weight"], each["author"]))[:most]


def as_data(report: Report) -> dict[str, Any]:
    """Return a report as JSON holds it: counts, times in ISO 8601, shares in [0, 1]."""
    event = report.event
    return {
        "event": {
            "name": event.name,
            "query": event.query,
            "since": event.since.isoformat(),
            "until": event.until.isoformat(),
        },
        "made_at": report.at.isoformat(),
        "phase": report.phase.value,
        "parts": [
            {
                "part": part.name.lower(),
                "since": part.span.since.isoformat(),
                "until": part.span.until.isoformat(),
                "posts": part.volume.whole.posts,
                "posts_a_minute": round(part.a_minute, 2),
                "people": part.people,
                **_moods(part.volume.whole.moods),
            }
            for part in report.parts
        ],
        "curve": {
            "step": report.spans.whole.step if report.spans.whole else "",
            "points": [
                {"begins": step.start.isoformat(), "posts": step.posts, **_moods(step.moods)}
                for step in report.volume.steps
            ],
        },
        "peak": _peak(report),
        "accounts": [
            {
                "handle": line.account.handle,
                "name": line.account.name,
                "followers": line.account.followers,
                "posts_in_all": line.account.posts,
                "last_post_at": line.account.last_post_at.isoformat() if line.account.last_post_at else None,
                "before": line.before,
                "during": line.during,
                "after": line.after,
                "silence": line.silence,
            }
            for line in report.accounts
        ],
        "voices": [
            {"author": each["author"], "handle": each["voice"].handle, "name": each["voice"].name}
            | {"posts": each["voice"].posts, "followers": each["voice"].followers}
            for each in report.voices
        ],
        "words": [{"word": each.word, "posts": each.posts, "times_the_usual": each.times} for each in report.words],
        "turns": [
            {
                "at": each.at.isoformat(),
                "balance_change": round(each.turn.change, 3),
                "before": _moods(each.turn.before),
                "after": _moods(each.turn.after),
                "words": [word.word for word in each.words],
                "posts": [{"uri": post.uri, "text": post.text, "handle": post.handle} for post in each.posts],
            }
            for each in report.turns
        ],
        "answers": [at.isoformat() for at in report.acted],
    }


def _moods(moods: Sequence[int]) -> dict[str, int]:
    return dict(zip(("cold", "neither", "warm"), moods, strict=True))


def _peak(report: Report) -> dict[str, Any] | None:
    peak = report.during.peak if report.during else None
    if peak is None or not peak.posts:
        return None
    told: dict[str, Any] = {"begins": peak.start.isoformat(), "ends": peak.end.isoformat(), "posts": peak.posts}
    if report.peak_second is not None:
        told["second"] = {"at": report.peak_second[0].isoformat(), "posts": report.peak_second[1]}
    return told

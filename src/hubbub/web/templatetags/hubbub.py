"""Small things every template needs: icons, times that count, foreign text made safe."""

import re
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zlib import crc32

from django import template
from django.conf.locale import LANG_INFO
from django.template import Context
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from hubbub.care.core.calls.record import span_words as span_of
from hubbub.care.core.case import Priority
from hubbub.care.core.mentions import pattern_of
from hubbub.care.core.views import CaseLine
from hubbub.channels.core.values import PLAIN_HANDLES, handle_words
from hubbub.kernel.speech import figure, mark, say, spoken
from hubbub.listening.core.alerts import within
from hubbub.listening.core.volume import Share
from hubbub.web.workforce.amounts import time_words
from hubbub.workforce.core.plan.clock import words_of

register = template.Library()

_LINK = re.compile(r"https?://[^\s<>\"'`\u0000-\u0020\u00a0\u2000-\u200f\u2028-\u202f\ufeff]+", re.IGNORECASE)
_TRAILING = ".,;:!?)]}’”»…"
_COLOURS = 5
LONG = 1_500
ROW_KEPT_S = 15  # the page itself counts due times on

LANGUAGES = {code: info["name"] for code, info in LANG_INFO.items() if "name" in info and "-" not in code}
LANGUAGES |= {"nb": mark("Norwegian Bokmal"), "no": mark("Norwegian")}  # of which Django knows no other name
CHANNELS = {
    "bluesky": ("bluesky", "Bluesky"),
    "chat": ("thread", mark("Web chat")),
    "demo": ("demo", mark("Demo network")),
    "feeds": ("feed", mark("Feed")),
    "file": ("import", mark("Imported")),
    "generic": ("link", mark("Posted in")),
    "mail": ("mail", mark("E-mail")),
    "mastodon": ("mastodon", "Mastodon"),
    "webhook": ("link", mark("Webhook")),
    "letter": ("letter", mark("Letter")),
    "phone": ("phone", mark("Telephone")),
}


@register.simple_tag
@lru_cache(maxsize=1_000)
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """An icon of the sprite; with a label it is read out, without it is decoration."""
    return format_html(
        '<svg class="icon{}" {}><use href="{}#{}"></use></svg>',
        f" icon-{size}" if size else "",
        format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"'),
        static("hubbub/icons.svg"),
        name,
    )


@register.simple_tag
def channel_icon(channel: str, size: str = "s") -> SafeString:
    """The icon of a network, read out by its name."""
    name, label = CHANNELS.get(channel, ("globe", channel))
    return icon(name, size, say(label))


@register.filter
def channel_name(channel: str) -> str:
    """The name of a network."""
    return say(CHANNELS.get(channel, ("", channel))[1])


@register.filter
def as_handle(handle: str, channel: str) -> str:
    """A handle as people write it on its channel."""
    return handle_words(channel, handle)


@register.filter
def is_network(channel: str) -> bool:
    """Whether others see what somebody says there."""
    return channel not in PLAIN_HANDLES


@register.filter
def fingerprint(value: object) -> str:
    """A few letters that change when a frozen value does, and at midnight, when times become dates."""
    return f"{crc32(f'{timezone.localdate()} {value!r}'.encode()):x}"


@register.filter
def initials(name: str) -> str:
    """At most two letters that stand for a person."""
    words = [word for word in re.split(r"[\s._-]+", name.lstrip("@#")) if word and word[0].isalnum()]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [words[0][:2]] if words else ["?"]
    return "".join(letters).upper()[:2]


@register.filter
def colour(name: str) -> int:
    """One of five quiet colours, the same for the same name."""
    return sum(ord(letter) * (place + 1) for place, letter in enumerate(name)) % _COLOURS + 1


def _span(seconds: float) -> str:
    """A time that counts down: 4:12, 1 h, 2 d."""
    whole = int(abs(seconds))
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02d}"
    if whole < 48 * 3600:
        return say("{hours} h", hours=whole // 3600)
    return say("{days} d", days=whole // 86400)


@register.simple_tag
def due(at: datetime | None, word: str = "") -> SafeString:
    """When something is due; the page counts it down by itself."""
    if at is None:
        return SafeString("")
    left = (at - datetime.now(UTC)).total_seconds()
    style = " due-late" if left < 0 else " due-soon" if left < 900 else ""
    return format_html(
        '<span class="due{}" data-due="{}">{}<span class="vh">{} </span><span class="due-left">{}{}</span></span>',
        style,
        at.isoformat(),
        icon("alert" if left < 0 else "clock"),
        say("Late by") if left < 0 else word or say("Due in"),
        "−" if left < 0 else "",
        _span(left),
    )


@register.simple_tag
def held(until: datetime | None) -> SafeString:
    """Until when a case is held."""
    if until is None:
        return SafeString("")
    left = (until - datetime.now(UTC)).total_seconds()
    return format_html(
        '<span class="due" data-due="{}" data-held>{}<span class="due-left">{}</span></span>',
        until.isoformat(),
        icon("hourglass"),
        say("Held, {time}", time=_span(max(0.0, left))),
    )


@register.simple_tag(takes_context=True)
def case_row(context: Context, line: CaseLine, here: str) -> str:
    """A case in a list. Fifty pages ask for the same rows at each change, so a row that was written is kept."""
    shown = context.get("case")
    return _case_row(
        line,
        here,
        context["view"],
        context["query"],
        work=bool(context["may"]["work"]),
        current=shown is not None and shown.line.id == line.id,
        clock=(spoken(), timezone.get_current_timezone_name(), int(time.monotonic() / ROW_KEPT_S)),
    )


@lru_cache(maxsize=4_000)
def _case_row(
    line: CaseLine, here: str, view: str, query: str, *, work: bool, current: bool, clock: tuple[str, str, int]
) -> str:
    said = {"line": line, "here": here, "view": view, "query": query, "work": work, "current": current}
    return get_template("inbox/row.html").render(said)


@register.simple_tag
def clock(at: datetime | None) -> SafeString:
    """A moment: the time today, else the day."""
    if at is None:
        return SafeString("–")
    local, today = timezone.localtime(at), timezone.localdate()
    if local.date() == today:
        shown = f"{local:%H:%M}"
    elif abs((local.date() - today).days) < 200:
        shown = say("{at.day} {at:%b, %H:%M}", at=local)
    else:
        shown = say("{at.day} {at:%b %Y}", at=local)
    whole = say("{at:%A, %d %B %Y, %H:%M:%S %Z}", at=local)
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), whole, shown)


@register.filter
def ago(at: datetime | None) -> str:
    """How long ago, in one unit."""
    if at is None:
        return say("never")
    gone = datetime.now(UTC) - at
    if gone < timedelta(minutes=1):
        return say("just now")
    if gone < timedelta(hours=1):
        return say("{minutes} min ago", minutes=gone.seconds // 60)
    if gone < timedelta(days=2):
        return say("{hours} h ago", hours=int(gone.total_seconds() // 3600))
    return say("{days} days ago", days=gone.days)


def _linked(text: str) -> SafeString:
    """Escape foreign text; web addresses in it become links that tell nothing of us."""
    parts: list[SafeString] = []
    end = 0
    for found in _LINK.finditer(text):
        address = found.group().rstrip(_TRAILING)
        parts.append(escape(text[end : found.start()]))
        shown = address if len(address) <= 60 else address[:59] + "…"
        parts.append(
            format_html('<a href="{}" rel="noopener noreferrer nofollow ugc" target="_blank">{}</a>', address, shown)
        )
        end = found.start() + len(address)
    parts.append(escape(text[end:]))
    return format_html_join("", "{}", ((part,) for part in parts))


@register.simple_tag
def foreign(text: str) -> SafeString:
    """What somebody outside said, safe to show; a very long text is folded."""
    if len(text) <= LONG:
        return format_html('<span dir="auto">{}</span>', _linked(text))
    return format_html(
        '<span dir="auto">{}…</span><details class="longer"><summary>{}</summary><span dir="auto">{}</span></details>',
        _linked(text[:LONG]),
        say("Show all {number:,} characters", number=len(text)),
        _linked(text),
    )


@register.simple_tag
def noted(text: str, names: Iterable[str]) -> SafeString:
    """A note, with whom it names to be seen."""
    shown = foreign(text)
    if not (names := tuple(names)):
        return shown
    return mark_safe(pattern_of(map(escape, names)).sub(r'<mark class="mention">\g<0></mark>', shown))  # noqa: S308


@register.filter
def isoformat(at: datetime) -> str:
    """A time as scripts read it."""
    return at.isoformat()


@register.filter
def is_picture(kind: str) -> bool:
    """Whether a file is said to be a picture that a page shows."""
    return kind in ("image/png", "image/jpeg", "image/gif", "image/webp", "image")


@register.filter
def people(number: int | None) -> str:
    """An estimate of people, with the two figures it is worth."""
    if not number or number < 0:
        return "0"
    step = 10 ** max(0, len(str(int(number))) - 2)
    return figure(round(number / step) * step)


@register.filter
def count(number: int) -> str:
    """A count that stops at a thousand."""
    return f"{figure(1000)}+" if number >= 1000 else str(number)


@register.filter
def percent(share: float) -> str:
    """A share as people write it."""
    return f"{share * 100:.0f} %"


@register.filter
def percent_fine(share: float) -> str:
    """A share with a tenth of a point."""
    return f"{figure(share * 100, '.1f')} %"


@register.filter
def wait_words(seconds: float) -> str:
    """How long somebody waits on average, in words."""
    return time_words(seconds)


@register.filter
def share(part: int, whole: int) -> str:
    """A part of a whole, as people write it."""
    return percent(part / whole) if whole else "–"


@register.filter
def span(length: timedelta | None) -> str:
    """How long something took."""
    return "–" if length is None else span_of(length)


@register.filter
def get(mapping: dict[object, object], key: object) -> object:
    """A mapping's value, for keys that only the template knows."""
    return mapping.get(key, "")


@register.simple_tag
def mood(sentiment: int) -> SafeString:
    """A badge for what is cold or warm; what is neither has none."""
    if not sentiment:
        return SafeString("")
    name, words = ("mood-warm", say("Warm")) if sentiment > 0 else ("mood-cold", say("Cold"))
    return format_html('<span class="mood {}">{}</span>', name, words)


@register.simple_tag
def bar(share: float, colour: str = "f1") -> SafeString:
    """A share in [0, 1], drawn; the number stands beside it."""
    return _bars(((colour, share),))


@register.simple_tag
def mood_bar(share: Share) -> SafeString:
    """Cold, neutral and warm posts of a channel or language, drawn; their numbers stand beside."""
    whole = share.posts or 1
    return _bars(zip(("fneg", "fneu", "fpos"), (count / whole for count in share.moods), strict=True))


def _bars(parts: Iterable[tuple[str, float]]) -> SafeString:
    drawn, x = [], 0.0
    for colour, share in parts:
        width = max(0.0, min(1.0, share)) * 100
        drawn.append((colour, f"{x:.1f}", f"{max(0.0, width - (0.6 if width > 1 else 0)):.1f}"))
        x += width
    rects = format_html_join("", '<rect class="{}" x="{}" y="0" width="{}" height="8"/>', drawn)
    return format_html(
        '<svg class="barline" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">{}</svg>', rects
    )


@register.filter
def language_name(tag: str) -> str:
    """The name of a language, as far as it is one of the many spoken ones."""
    return gettext(LANGUAGES.get(tag.split("-")[0], tag)) if tag != "und" else say("Not told")


@register.filter
def times(ratio: float | None) -> str:
    """As many times: 2.3 ×, 38 ×."""
    if ratio is None:
        return say("only here")
    return f"{figure(ratio, '.1f' if ratio < 10 else ',.0f')} ×"


@register.filter
def iso(at: datetime) -> str:
    """A moment as an address or a form carries it."""
    return at.isoformat()


_SPANS = ((86_400, mark("days")), (3_600, "h"), (60, "min"))


@register.filter
def seconds(span: float) -> str:
    """A short span as people say it.

    >>> [seconds(each) for each in (0.04, 1.26, 44, 130, 7_300, 200_000)]
    ['< 1 s', '1.3 s', '44 s', '2 min', '2 h', '2 days']
    """
    if span < 1:
        return "< 1 s"
    if span < 60:
        return f"{figure(span, '.1f' if span < 10 else '.0f')} s"
    size, word = next(each for each in _SPANS if span >= 2 * each[0] or each[0] == 60)
    return f"{span / size:.0f} {say(word)}"


@register.filter
def minute_words(minutes: int) -> str:
    """A number of minutes in which something was said, as people say it."""
    return within(minutes)


@register.filter
def exact(number: int) -> str:
    """A count, told to the last."""
    return figure(number)


@register.filter
def whole(number: float) -> str:
    """A number of many, to the next whole one."""
    return figure(round(number))


@register.filter
def signed(number: int) -> str:
    """A difference with its sign: +12, −3, 0."""
    return f"{number:+d}".replace("-", "−") if number else "0"


@register.filter
def hundredths(change: float) -> str:
    """How much a balance changed, of a hundred, whatever its direction."""
    return f"{abs(100 * change):.0f}"


@register.filter
def until_words(at: datetime) -> str:
    """How long until something begins, in one unit."""
    left = at - datetime.now(UTC)
    if left < timedelta(hours=1):
        return say("in {minutes} min", minutes=max(1, int(left.total_seconds() // 60)))
    if left < timedelta(days=2):
        return say("in {hours} h", hours=int(left.total_seconds() // 3600))
    return say("in {days} days", days=left.days)


_PRIORITIES = {
    Priority.URGENT: mark("Urgent"),
    Priority.HIGH: mark("High"),
    Priority.NORMAL: mark("Normal"),
    Priority.LOW: mark("Low"),
}


@register.filter
def priority_name(priority: int) -> str:
    """A priority, as people say it."""
    return say(_PRIORITIES[Priority(priority)])


@register.filter
def money(amount: Decimal) -> str:
    """An amount, its cents only where there are some."""
    return figure(amount, ",.0f" if amount == int(amount) else ",.2f")


@register.filter
def words(name: str) -> str:
    """A code name in words: take_private is 'take private'."""
    return say(name.replace("_", " "))


@register.filter
def minutes(seconds: float) -> str:
    """A handling time as people read it: 45 s, 4:10 min."""
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60}:{whole % 60:02d} min"


@register.filter
def seconds_more(difference: float) -> str:
    """Show a difference of times in words: 1 min 20 s less."""
    whole = round(abs(difference))
    minutes, rest = divmod(whole, 60)
    told = f"{minutes} min {rest} s" if minutes else f"{rest} s"
    return say("{time} less", time=told) if difference < 0 else say("{time} more", time=told)


@register.filter
def spans(pieces: tuple[tuple[int, int], ...]) -> str:
    """Show spans of a day: 09:00–12:30, 15:00–18:00."""
    return words_of(pieces)


@register.filter
def break_times(breaks: tuple[tuple[int, int, bool], ...]) -> str:
    """Show from when to when breaks are."""
    return words_of(tuple((start, end) for start, end, _ in breaks))

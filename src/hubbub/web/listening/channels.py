"""The channel map: where people speak, complain and praise, and what we do there."""

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from hubbub.care import selectors as care
from hubbub.care.core.understanding import KINDS, Kind
from hubbub.channels import selectors as channels
from hubbub.channels.core.values import ConnectionValue, handle_words
from hubbub.channels.registry import channel_class
from hubbub.kernel.speech import say
from hubbub.listening.core.comparison import Comparison
from hubbub.listening.core.volume import Share
from hubbub.listening.models import EVERY_POST
from hubbub.listening.selectors import history
from hubbub.web.listening import spans
from hubbub.web.listening.topic import Looks
from hubbub.web.request import Request, in_workspace, now, render

ACTIVE, OCCASIONAL = timedelta(days=7), timedelta(days=90)


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """One channel."""

    name: str
    status: str  # active, occasional, moved on, only listening
    status_style: str
    accounts: tuple[str, ...]
    share: Share
    audience: float  # its share of all that was said, in [0, 1]
    changed: Comparison
    complaints: float | None  # share of its posts; None: not told yet
    praise: float | None
    answers: int
    url: str


@require_safe
@in_workspace
def page(request: Request) -> HttpResponse:
    """All channels."""
    access, span = request.access, spans.span_of(request, "month")
    volume = history.volume_of(access, EVERY_POST, span)
    before = {each.name: each for each in history.volume_before(access, EVERY_POST, span).channels}
    digest = history.digest_of(access, EVERY_POST, span)
    replied = care.replied_on(access, now() - OCCASIONAL)
    answers = care.answers_on(access, span.since, span.until)
    ours: dict[str, list[ConnectionValue]] = {}
    for each in channels.connections(access):
        ours.setdefault(channel_class(each.kind).connector, []).append(each)
    heard = {each.name: each for each in volume.channels}
    look, whole = Looks(access.slug, None, span), volume.whole.posts
    lines = []
    for name in sorted(heard | ours, key=lambda name: (-heard[name].posts if name in heard else 0, name)):
        share = heard.get(name) or Share(name, (0, 0, 0))
        status, style = _status(ours.get(name, []), now() - replied[name] if name in replied else None)
        lines.append(
            ChannelLine(
                name=name,
                status=status,
                status_style=style,
                accounts=tuple(handle_words(name, each.handle) or each.name for each in ours.get(name, [])),
                share=share,
                audience=share.posts / whole if whole else 0.0,
                changed=Comparison(share, before.get(name) or Share(name, (0, 0, 0))),
                complaints=_kind_share(digest.kinds.get(name), Kind.COMPLAINT),
                praise=_kind_share(digest.kinds.get(name), Kind.PRAISE),
                answers=answers.get(name, 0),
                url=look.posts(None, None, channel=name),
            )
        )
    context = {
        "section": "topics",
        "tab": "channels",
        "lines": lines,
        "span": span,
        "choices": spans.choices(span),
        "span_words": spans.words_of(span),
        "worst": _most(lines, "complaints"),
        "best": _most(lines, "praise"),
    }
    return render(request, "listening/channels.html", context)


def _status(connections: list[ConnectionValue], since: timedelta | None) -> tuple[str, str]:
    """Say what we do on a channel, as the plan of channels calls it."""
    if since is not None and since <= ACTIVE:
        return say("active"), "badge-good"
    if since is not None:
        return say("occasional"), "badge-soon"
    if not any(each.enabled for each in connections):
        return say("moved on"), ""
    return say("only listening"), "badge-accent"


def _kind_share(kinds: list[float] | None, kind: Kind) -> float | None:
    if not kinds or not sum(kinds):
        return None
    return kinds[KINDS.index(kind)] / sum(kinds)


def _most(lines: list[ChannelLine], name: str) -> ChannelLine | None:
    """Return the channel with clearly most of something, of those where much is said."""
    told = [each for each in lines if getattr(each, name) is not None and each.share.posts >= 30]
    if len(told) < 2:
        return None
    return max(told, key=lambda each: (getattr(each, name), each.name))

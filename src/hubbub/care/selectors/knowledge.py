"""Articles: found, listed, read, suggested where a like case is open, and what came of them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from django.db.models import Case, Count, F, Q, Sum, Value, When

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.core.knowledge.alike import Asked, Known, best, rarest, rarity
from hubbub.care.core.knowledge.article import State, Words
from hubbub.care.core.knowledge.saving import Handled, Saving, saving
from hubbub.care.core.likeness import content_words
from hubbub.care.core.views import CaseView
from hubbub.care.models import Article, ArticleUse, ArticleVersion, ArticleWord, CaseRow, Contact
from hubbub.care.selectors.team import DONE
from hubbub.infra import db
from hubbub.infra.search import Index, parse
from hubbub.kernel.errors import NotFound
from hubbub.kernel.text import clip
from hubbub.listening.selectors import topic_names

ARTICLES: Final = Index("article")
PAGE: Final = 50
COUNTED: Final = 1000
COMMON: Final = 1000
"""A word that more articles have than this tells nothing: none is looked up by it."""
LOOKED_AT: Final = 30
FEW: Final = 200
"""Of words that only articles have, so many are counted: what more have tells as little."""
ASKED_CHARACTERS: Final = 2000
COMPARED: Final = timedelta(days=90)
MOST_COMPARED: Final = 10_000  # contacts, the newest
SETTLED: Final = timedelta(days=7)
"""So long nothing more may be asked in a case, until an article is said to have helped there."""


@dataclass(frozen=True, slots=True)
class Came:
    """What came of an article: in how many cases."""

    shown: int = 0
    inserted: int = 0
    sent: int = 0
    edited: int = 0  # of those it was sent in
    helped: int = 0  # … and which ended there
    not_helped: int = 0  # … where more was asked, or that are not settled after a week

    @property
    def too_early(self) -> int:
        """Cases of which nothing can be said yet."""
        return self.sent - self.helped - self.not_helped


@dataclass(frozen=True, slots=True)
class ArticleLine:
    """An article as a list shows it."""

    id: int
    title: str
    excerpt: str
    state: State
    live: bool
    lang: str
    topic: str
    writer: str
    mine: bool
    changed_at: datetime
    came: Came


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version of an article."""

    version: int
    words: Words
    at: datetime
    name: str
    reviewed_at: datetime | None
    reviewer: str


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An article with its versions and what came of it."""

    id: int
    words: Words  # the newest
    state: State
    version: int
    live: int | None
    shown: Words | None  # the published words, where they are others
    topic: str
    case: int | None
    taken: tuple[tuple[str, str], ...]
    word: str
    writer: str
    mine: bool
    made_at: datetime
    changed_at: datetime
    versions: tuple[VersionLine, ...]
    came: Came
    cases: tuple[tuple[int, str, datetime | None, bool], ...]  # sent in: number, title, when, whether edited


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A published article that fits a case."""

    id: int
    title: str
    answer: str
    fit: float
    came: Came
    inserted: bool  # here, before


def as_words(data: Any) -> Words:
    """Return words as a version keeps them."""
    return msgspec.convert(data, Words)


def live_words(row: Article) -> Words:
    """Return the published words of an article."""
    if row.live is None:
        raise NotFound(what="article", which=row.pk)
    return as_words(ArticleVersion.objects.get(article=row, version=row.live).data)


def newest_words(row: Article) -> Words:
    """Return the newest words of an article."""
    return Words(row.title, row.question, row.answer, row.lang, row.topic, tuple(row.products), row.public)


def words_to_find(words: Words) -> frozenset[str]:
    """Return by which words like cases find an article."""
    return content_words("\n".join((words.title, *words.products, words.question)))


# Found and read ---------------------------------------------------------------
def articles(
    access: Access,
    *,
    search: str = "",
    state: str = "",
    before: int | None = None,
    live: bool = False,
    limit: int = PAGE,
) -> tuple[tuple[ArticleLine, ...], int | None]:
    """Return a page of articles, the newest first, and below which the next page begins.

    Parameters
    ----------
    state : only those whose newest words are there; without, all but retired ones
    live : only published ones, in their published words
    """
    access.require(Permission.READ)
    rows = Article.objects.filter(workspace_id=access.workspace)
    if live:
        rows = rows.filter(live__isnull=False)
    rows = rows.filter(state=state) if state else rows.exclude(state=State.RETIRED) if not live else rows
    if search.strip():
        rows = rows.filter(pk__in=ARTICLES.find(access.workspace, parse(search), below=before, limit=COUNTED))
    elif before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: limit + 1])
    some = found[:limit]
    return _lines(access, some, live=live), some[-1].pk if len(found) > limit else None


def _lines(access: Access, rows: Sequence[Article], *, live: bool) -> tuple[ArticleLine, ...]:
    names = topic_names(access.workspace)
    came = came_of([row.pk for row in rows])
    published = _published([row for row in rows if live and row.live != row.version])
    lines = []
    for row in rows:
        words = published.get(row.pk) or newest_words(row)
        lines.append(
            ArticleLine(
                row.pk, words.title, clip(words.answer, 200), State(row.state), row.live is not None, words.lang,
                names.get(words.topic, ""), row.writer_name, row.writer_id == access.person, row.changed_at,
                came.get(row.pk, Came()),
            )
        )  # fmt: skip
    return tuple(lines)


def _published(rows: Iterable[Article]) -> dict[int, Words]:
    wanted = {row.pk: row.live for row in rows}
    if not wanted:
        return {}
    found = ArticleVersion.objects.filter(article__in=wanted, version=F("article__live"))
    return {row.article_id: as_words(row.data) for row in found}


def article(access: Access, article: int) -> ArticleView:
    """Return an article with its versions and what came of it."""
    access.require(Permission.READ)
    row = Article.objects.filter(workspace_id=access.workspace, pk=article).select_related("case").first()
    if row is None:
        raise NotFound(what="article", which=article)
    versions = tuple(
        VersionLine(each.version, as_words(each.data), each.at, each.name, each.reviewed_at, each.reviewer)
        for each in row.versions.order_by("-version")[:50]
    )
    shown = _published([row]).get(row.pk) if row.live not in (None, row.version) else None
    sent = ArticleUse.objects.filter(article=row, entry__isnull=False).order_by("-id")
    return ArticleView(
        row.pk, newest_words(row), State(row.state), row.version, row.live, shown,
        topic_names(access.workspace).get(row.topic, ""), row.case.number if row.case else None,
        tuple((what, words) for what, words in row.taken), row.word, row.writer_name, row.writer_id == access.person,
        row.made_at, row.changed_at, versions, came_of([row.pk]).get(row.pk, Came()),
        tuple(sent.values_list("case__number", "case__title", "sent_at", "edited")[:50]),
    )  # fmt: skip


def waiting_for_review(access: Access, up_to: int = COUNTED) -> int:
    """Count the articles that wait for somebody's look."""
    return Article.objects.filter(workspace_id=access.workspace, state=State.REVIEW)[:up_to].count()


def articles_of(case: int) -> tuple[tuple[int, str, str], ...]:
    """Return the articles that were made from a case: id, title, state. For this domain and its pages."""
    rows = Article.objects.filter(case=case).order_by("pk").values_list("pk", "title", "state")
    return tuple((pk, title, State(state).label) for pk, title, state in rows)


# What came of them ------------------------------------------------------------
def came_of(articles: Sequence[int]) -> dict[int, Came]:
    """Return what came of articles."""
    if not articles:
        return {}
    sent = Q(entry__isnull=False)
    rows = ArticleUse.objects.filter(article__in=articles).values("article")
    counted = rows.annotate(
        shown=Count("pk", filter=Q(shown_at__isnull=False)),
        inserted=Count("pk", filter=Q(inserted_at__isnull=False)),
        sent=Count("pk", filter=sent),
        edited=Count("pk", filter=sent & Q(edited=True)),
        helped=Count("pk", filter=sent & Q(outcome="helped")),
        not_helped=Count("pk", filter=sent & Q(outcome="not")),
    )
    columns = [each.name for each in fields(Came)]
    return {article: Came(*numbers) for article, *numbers in counted.values_list("article", *columns)}


def time_saved(access: Access, now: datetime) -> Saving | None:
    """Return how handling times with an article differ from those of like cases without; None where too few tell."""
    access.require(Permission.READ)
    ended = Contact.objects.filter(
        workspace_id=access.workspace, ended_at__gte=now - COMPARED, ended_at__lt=now, outcome__in=DONE
    )
    worked: dict[int, Handled] = {}
    rows = ended.order_by("-ended_at").annotate(s=F("worked_s") + F("wrap_s"))
    for case, channel, kind, seconds in rows.values_list("case", "channel", "kind", "s")[:MOST_COMPARED]:
        worked[case] = (channel, kind, seconds + (worked[case][2] if case in worked else 0.0))
    used = set(
        ArticleUse.objects.filter(
            article__workspace=access.workspace, entry__isnull=False, sent_at__gte=now - COMPARED
        ).values_list("case", flat=True)
    )
    return saving(
        [each for case, each in worked.items() if case in used],
        [each for case, each in worked.items() if case not in used],
    )


# Suggested --------------------------------------------------------------------
def suggestions(access: Access, case: CaseView) -> tuple[Suggestion, ...]:
    """Return the published articles that fit a case best, the best first; none is better than rubbish."""
    access.require(Permission.READ)
    live = Article.objects.filter(workspace_id=access.workspace, live__isnull=False)
    if not live.exists():
        return ()
    asked, in_all = _asked(case), live.count()
    having = _having(access, asked.words, COMMON)
    few = rarest(asked.words, having, COMMON)
    if not few:
        return ()
    weights = Case(*(When(word=word, then=Value(rarity(in_all, having[word]))) for word in few), default=Value(0.0))
    rows = ArticleWord.objects.filter(workspace_id=access.workspace, word__in=few).values("article")
    near = rows.annotate(met=Sum(weights)).order_by("-met", "article").values_list("article", flat=True)[:LOOKED_AT]
    published = _published(live.filter(pk__in=list(near)))
    known = [
        Known(pk, words_to_find(words), words.lang, words.topic, words.products) for pk, words in published.items()
    ]
    others = frozenset[str]().union(*(each.words for each in known)) - asked.words
    fits = best(asked, known, _having(access, others, FEW) | having, in_all)
    came = came_of([pk for pk, _ in fits])
    uses = (
        ArticleUse.objects.filter(case=case.line.id, inserted_at__isnull=False) if fits else ArticleUse.objects.none()
    )
    here = set(uses.values_list("article", flat=True))
    return tuple(
        Suggestion(pk, published[pk].title, published[pk].answer, fit, came.get(pk, Came()), pk in here)
        for pk, fit in fits
    )


def _asked(case: CaseView) -> Asked:
    """What a case asks: the customer's first words; what is theirs, and what it is about."""
    said = [
        each.said.text for each in case.moments
        if each.said is not None and not each.said.ours and not each.said.deleted and each.said.why != "thread"
    ]  # fmt: skip
    text = "\n".join(said[:3])[:ASKED_CHARACTERS]
    owned = {each.product.casefold() for each in case.customer.products} if case.customer else set()
    lang = case.line.lang.split("-")[0]
    topic = CaseRow.objects.filter(pk=case.line.id).values_list("topic", flat=True).first() or 0
    return Asked(content_words(text), "" if lang == "und" else lang, topic, text.casefold(), frozenset(owned))


def _having(access: Access, words: Collection[str], up_to: int) -> dict[str, int]:
    """Of all articles, how many have each of these words; none is counted further than `up_to`."""
    wanted = {word: {"workspace_id": access.workspace, "word": word} for word in words}
    return db.counts(ArticleWord, wanted, up_to) if wanted else {}

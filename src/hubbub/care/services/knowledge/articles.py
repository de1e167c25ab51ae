"""The life of an article: made from a case or by hand, looked at by somebody else, published, retired."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction

from hubbub.accounts.core.access import GRANTS, Access, Permission, Role
from hubbub.accounts.models import Membership
from hubbub.accounts.services import audit
from hubbub.care.core.knowledge.article import (
    MAX_TEXT,
    Line,
    State,
    Words,
    moved,
    problem_of,
    resolution_of,
    title_of,
)
from hubbub.care.core.knowledge.taking_out import NAME, Cleaned, parts_of, take_out
from hubbub.care.core.notices import Why
from hubbub.care.core.reading import TextReading
from hubbub.care.models import Article, ArticleVersion, ArticleWord, CaseRow, Entry, Owned, SocialAccount
from hubbub.care.selectors.knowledge import ARTICLES, newest_words, words_to_find
from hubbub.care.services.cases.row import event, lock
from hubbub.care.services.notices import tell
from hubbub.infra import changes
from hubbub.kernel.errors import Conflict, InvalidInput, NotFound
from hubbub.kernel.speech import say
from hubbub.kernel.text import clean
from hubbub.kernel.tokens import tokens
from hubbub.listening.selectors import topic_names

READ = 200  # lines of a case that a draft is made from
MAX_WORD = 300


@transaction.atomic
def from_case(access: Access, number: int, *, now: datetime) -> int:
    """Draft an article from a case: the customer's problem and our resolving reply, without names; return it.

    Raises
    ------
    InvalidInput
        If nobody has answered there yet.
    """
    row = lock(access, number)
    entries = list(
        Entry.objects.filter(case=row, kind__in=("post", "reply")).select_related("post").order_by("-at", "-pk")[:READ]
    )[::-1]
    lines = [_line(each) for each in entries]
    answer = resolution_of(lines)
    if not answer:
        raise InvalidInput(reason="Nobody has answered in this case yet, so there is no answer to keep.")
    question = _without_names(access, row, entries, problem_of(lines), greeted=False)
    cleaned = _without_names(access, row, entries, answer, greeted=True)
    owned = Owned.objects.filter(customer__accounts=row.account_id) if row.account_id is not None else ()
    named = [each.product for each in owned if each.product.casefold() in question.text.casefold()]
    words = Words(
        title_of(question.text) or say("What we answered in case {number}", number=row.number),
        question.text[:MAX_TEXT],
        cleaned.text[:MAX_TEXT] or "…",
        lang=row.lang.split("-")[0] if row.lang not in ("", "und") and len(row.lang.split("-")[0]) <= 3 else "",
        topic=row.topic,
        products=tuple(dict.fromkeys(named)),
    ).checked()
    taken = [[each.what, each.words] for each in dict.fromkeys((*question.taken, *cleaned.taken))]
    made = _made(access, words, row, taken, now)
    event(access, row, now, access.say("{name} drafted an article from it.", name=access.name))
    changes.record(access.workspace, "case", row.pk, now=now)
    return made


def _line(entry: Entry) -> Line:
    if entry.kind == "reply":
        return Line(True, str(entry.data.get("unsigned") or entry.text))
    post = entry.post
    if post is None or post.deleted_at is not None:
        return Line(False, "")
    reading = TextReading.of_data(post.reading or ())
    return Line(post.ours, post.text, thanks=not post.ours and (reading.confirms or reading.kind == "praise"))


def _without_names(access: Access, row: CaseRow, entries: Sequence[Entry], text: str, *, greeted: bool) -> Cleaned:
    """Take everybody out of a text who speaks in a case; in an answer the next customer stands for this one."""
    customers, others = {row.who}, set()
    account = row.account
    if account is not None:
        kin = SocialAccount.objects.filter(customer=account.customer_id) if account.customer_id else ()
        for each in (account, *kin):
            customers |= {each.name, each.handle, each.native}
        if account.customer is not None:
            customers.add(account.customer.name)
    for entry in entries:
        others.add(entry.name if entry.kind == "reply" else "")
        if entry.post is not None:
            mine = account is not None and entry.post.author == account.native
            (customers if mine else others).update((entry.post.name, entry.post.handle))
    members = Membership.objects.filter(workspace_id=access.workspace).values_list("person__name", flat=True)[:2000]
    others.update(members)
    names = {part: NAME for name in others for part in parts_of(name)}
    names |= {part: "{name}" if greeted else NAME for name in customers for part in parts_of(name)}
    return take_out(
        text, names, keep=(*access.workspace_name.split(), *_subjects(access)), addressed="{name}" if greeted else NAME
    )


def _subjects(access: Access) -> list[str]:
    """The words that topics are called by: what is spoken of here, nobody's name."""
    return [word for name in topic_names(access.workspace).values() for word in name.split()]


@transaction.atomic
def write(access: Access, words: Words, *, now: datetime) -> int:
    """Make an article by hand; return it."""
    access.require(Permission.WORK)
    return _made(access, words.checked(), None, [], now)


def _made(access: Access, words: Words, row: CaseRow | None, taken: list[list[str]], now: datetime) -> int:
    article = Article(
        workspace_id=access.workspace, state=State.DRAFT, case=row, taken=taken, made_at=now, writer_id=access.person
    )
    _carry(article, words)
    _stored(access, article, "article drafted", now, writer=True)
    _keep_version(access, article, words, now)
    return article.pk


@transaction.atomic
def save(access: Access, article: int, words: Words, *, seen: int, now: datetime) -> None:
    """Keep other words of an article, as a new version that is a draft again; published words stay until it is.

    Raises
    ------
    Conflict
        If somebody else saved it since the version that was `seen`.
    """
    row = _lock(access, article)
    words = words.checked()
    if words == newest_words(row):
        raise Conflict(reason="Nothing was changed.")
    if row.version != seen:
        raise Conflict(
            reason=say("{name} saved it meanwhile. Copy your words, and look at theirs first.", name=row.writer_name)
        )
    row.version += 1
    row.state = State.DRAFT
    _carry(row, words)
    _stored(access, row, "article changed", now, writer=True)
    _keep_version(access, row, words, now)


def _carry(row: Article, words: Words) -> None:
    row.title, row.question, row.answer, row.lang = words.title, words.question, words.answer, words.lang
    row.topic, row.products, row.public = words.topic, list(words.products), words.public


def _keep_version(access: Access, row: Article, words: Words, now: datetime) -> None:
    ArticleVersion.objects.create(
        article=row, version=row.version, data=msgspec.to_builtins(words), at=now,
        person_id=access.person, name=access.name,
    )  # fmt: skip


@transaction.atomic
def submit(access: Access, article: int, *, now: datetime) -> None:
    """Ask for somebody else's look; who may let it be published is told."""
    row = _lock(access, article)
    row.state, row.word = moved(State(row.state), "submit"), ""
    _stored(access, row, "article submitted", now)
    to = set(_reviewers(access)) - {access.person}
    words = access.say("{name} asks you to look at “{title}”.", name=access.name, title=row.title)
    tell(access.workspace, to, why=Why.APPROVAL, text=words, now=now)


@transaction.atomic
def publish(access: Access, article: int, *, seen: int, now: datetime) -> None:
    """Let an article's newest words be found and suggested. Nobody publishes their own, unless nobody else can.

    Raises
    ------
    Conflict
        If these are one's own words, or not those that were `seen`.
    """
    row = _lock(access, article, Permission.APPROVE)
    state = moved(State(row.state), "publish")
    if row.version != seen:
        raise Conflict(reason="It was changed meanwhile. Look at it again.")
    own = row.writer_id == access.person
    if own and set(_reviewers(access)) - {access.person}:
        raise Conflict(reason="These are your own words. Somebody else has to look at them first.")
    row.state, row.live, row.taken, row.word = state, row.version, [], ""
    _stored(access, row, "article published", now, reviewed=not own)
    row.versions.filter(version=row.version).update(reviewed_at=now, reviewer="" if own else access.name)
    ArticleWord.objects.filter(article=row).delete()
    found = words_to_find(newest_words(row))
    ArticleWord.objects.bulk_create(
        ArticleWord(workspace_id=access.workspace, article=row, word=each) for each in found
    )


@transaction.atomic
def send_back(access: Access, article: int, *, word: str, now: datetime) -> None:
    """Give an article back to its writer with a word."""
    row = _lock(access, article, Permission.APPROVE)
    word = " ".join(clean(word).split())[:MAX_WORD]
    if not word:
        raise InvalidInput(reason="Say what to change.")
    row.state, row.word = moved(State(row.state), "send back"), word
    _stored(access, row, "article sent back", now)
    if row.writer_id is not None and row.writer_id != access.person:
        text = access.say("{name} sent “{title}” back: {word}", name=access.name, title=row.title, word=word)
        tell(access.workspace, [row.writer_id], why=Why.APPROVAL, text=text, now=now)


@transaction.atomic
def retire(access: Access, article: int, *, now: datetime) -> None:
    """Let an article be suggested no more; what came of it stays."""
    row = _lock(access, article, Permission.APPROVE)
    row.state, row.live, row.taken = moved(State(row.state), "retire"), None, []
    _stored(access, row, "article retired", now)
    ArticleWord.objects.filter(article=row).delete()


@transaction.atomic
def bring_back(access: Access, article: int, *, now: datetime) -> None:
    """Make a retired article a draft again."""
    row = _lock(access, article)
    row.state = moved(State(row.state), "bring back")
    _stored(access, row, "article brought back", now)


def _lock(access: Access, article: int, permission: Permission = Permission.WORK) -> Article:
    access.require(permission)
    row = Article.objects.select_for_update().filter(workspace_id=access.workspace, pk=article).first()
    if row is None:
        raise NotFound(what="article", which=article)
    return row


def _stored(access: Access, row: Article, deed: str, now: datetime, *, writer: bool = False, **after: Any) -> None:
    """Save an article, let it be found by its newest words, and tell of it."""
    if writer:
        row.writer_id, row.writer_name = access.person, access.name
    row.changed_at = now
    row.save()
    texts = [row.title, row.question, row.answer, *row.products]
    ARTICLES.put(access.workspace, {row.pk: [tokens(each) for each in texts if each]})
    audit(access, deed, f"article {row.pk}", now=now, after={"version": row.version, "state": row.state, **after})
    changes.record(access.workspace, "article", row.pk, now=now)


def _reviewers(access: Access) -> list[int]:
    may = [role for role in Role if Permission.APPROVE in GRANTS[role]]
    return list(
        Membership.objects.filter(workspace_id=access.workspace, role__in=may).values_list("person_id", flat=True)
    )

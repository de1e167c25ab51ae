"""The operations on what is known: published articles, found and read."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.params.functions import Path, Query
from pydantic import StringConstraints

from hubbub.api.shared import READ_ERRORS, access_of
from hubbub.care.selectors import knowledge
from hubbub.kernel.errors import NotFound

router = Router(tags=["knowledge"])


class ArticleLine(Schema):
    """A published article in a list."""

    article: int
    title: str
    excerpt: str
    language: str = Field(description="Empty: any.")
    topic: str
    sent: int = Field(description="In so many cases.")
    helped: int = Field(description="Of those: settled, and nothing more was asked within 7 days.")


class ArticleList(Schema):
    """Some articles, and below which the next ones begin."""

    articles: list[ArticleLine]
    next: int | None


class ArticleDetails(Schema):
    """The published words of an article."""

    article: int
    version: int
    title: str
    question: str
    answer: str = Field(description="Fields such as {name} are to be filled.")
    language: str
    topic: str
    products: list[str]
    changed_at: datetime


@router.get("", response={200: ArticleList, **READ_ERRORS})
def list_articles(
    request: HttpRequest,
    q: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")] = Query(""),
    before: Annotated[int, Field(ge=1, le=2**53)] | None = Query(None),
) -> Any:
    """Published articles, the newest first, or those a search finds."""
    lines, following = knowledge.articles(access_of(request), search=q, before=before, live=True)
    shown = [
        {"article": each.id, "title": each.title, "excerpt": each.excerpt, "language": each.lang, "topic": each.topic,
         "sent": each.came.sent, "helped": each.came.helped}
        for each in lines
    ]  # fmt: skip
    return {"articles": shown, "next": following}


@router.get("/{article}", response={200: ArticleDetails, **READ_ERRORS})
def read_article(request: HttpRequest, article: int = Path(..., ge=1, le=2**53)) -> Any:
    """The published words of an article."""
    view = knowledge.article(access_of(request), article)
    if view.live is None:
        raise NotFound(what="article", which=article)
    words = view.shown or view.words
    return {
        "article": view.id, "version": view.live, "title": words.title, "question": words.question,
        "answer": words.answer, "language": words.lang, "topic": view.topic, "products": list(words.products),
        "changed_at": view.changed_at,
    }  # fmt: skip

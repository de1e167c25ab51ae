"""Tables of what is known: articles, their versions, the words they are found by, and what came of them."""

from typing import ClassVar

from django.db import models

from hubbub.accounts.models import Person, Workspace
from hubbub.care.models.cases import CaseRow, Entry


class Article(models.Model):
    """A question and its answer: the newest words. What others are shown is the version `live`, if there is one."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="articles", db_index=False)
    state = models.CharField(max_length=9)  # of the newest words, see core.knowledge.article
    version = models.PositiveIntegerField(default=1)
    live = models.PositiveIntegerField(null=True)  # None: nothing is published
    title = models.CharField(max_length=120)
    question = models.TextField(default="")
    answer = models.TextField()
    lang = models.CharField(max_length=3, default="")  # "": any
    topic = models.BigIntegerField(default=0)
    products = models.JSONField(default=list)
    public = models.BooleanField(default=False)
    case = models.ForeignKey(CaseRow, models.SET_NULL, null=True, related_name="articles")  # it was made from
    taken = models.JSONField(default=list)  # what was taken out, for the reviewer; emptied when it is published
    word = models.CharField(max_length=300, default="")  # of the reviewer who sent it back
    writer = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)  # of these words
    writer_name = models.CharField(max_length=100, default="")
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "state", "-changed_at"], name="article_state"),
            models.Index(fields=["workspace", "-id"], name="article_live", condition=models.Q(live__isnull=False)),
        ]


class ArticleVersion(models.Model):
    """The words of an article as somebody saved them, and who let them be published."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="versions", db_index=False)
    version = models.PositiveIntegerField()
    data = models.JSONField()  # core.knowledge.article.Words
    at = models.DateTimeField()
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)
    name = models.CharField(max_length=100)
    reviewed_at = models.DateTimeField(null=True)
    reviewer = models.CharField(max_length=100, default="")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["article", "version"], name="article_version_once")]


class ArticleWord(models.Model):
    """A word by which a like case finds a published article."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    article = models.ForeignKey(Article, models.CASCADE, related_name="words")
    word = models.CharField(max_length=100)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "word", "article"], name="article_word_once")
        ]


class ArticleUse(models.Model):
    """An article was suggested in a case; perhaps put into an answer; perhaps sent with it."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="uses", db_index=False)
    case = models.ForeignKey(CaseRow, models.CASCADE, related_name="article_uses", db_index=False)
    shown_at = models.DateTimeField(null=True)
    inserted_at = models.DateTimeField(null=True)
    entry = models.ForeignKey(Entry, models.SET_NULL, null=True, related_name="+")  # the reply it was sent with
    sent_at = models.DateTimeField(null=True)
    edited = models.BooleanField(default=False)
    outcome = models.CharField(max_length=6, default="")  # helped, not; empty: nothing can be said yet

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "article"], name="article_use_once")]
        indexes: ClassVar = [
            models.Index(fields=["article", "-id"], name="article_use_newest"),
            models.Index(
                fields=["sent_at"],
                name="article_use_open",
                condition=models.Q(outcome="", entry__isnull=False),
            ),
        ]

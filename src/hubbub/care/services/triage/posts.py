"""What a post is in this workspace: how it reads, whom it speaks to, and whose voice it is."""

import zoneinfo
from datetime import timedelta

from hubbub.care.core.facts import NOBODY, About, Author, Facts, Moment, facts_of
from hubbub.care.core.labels import What
from hubbub.care.core.likeness import Complaint
from hubbub.care.core.playbook import Rule
from hubbub.care.core.reading import TextReading
from hubbub.care.core.reasons import Reason, reasons
from hubbub.care.core.thread import Look, Said
from hubbub.care.core.understanding import Kind
from hubbub.care.core.voices import why_no_voice
from hubbub.care.selectors.levels import main_calendar
from hubbub.care.services.desk import Desk, name_of
from hubbub.care.services.draft import AccountDraft
from hubbub.care.services.triage.doubles import Doubles
from hubbub.infra.memory import remembered
from hubbub.kernel.details import details_of
from hubbub.kernel.speech import say
from hubbub.listening.core.post import HeardPost
from hubbub.listening.core.topics import TopicClass
from hubbub.listening.models import Topic

ADVERT = 0.5
"""From this likelihood of spam or promotion a post counts as an advert of its author's."""

BRANDS = 3  # of ours, that somebody who names none of them in a word to us may mean
Readings = dict[int, TextReading]  # by post


class Posts:
    """The posts of one run, as rules ask about them."""

    def __init__(self, desk: Desk, readings: Readings) -> None:
        self.desk, self.readings = desk, readings
        self.doubles = Doubles(desk)
        self._read: Readings = {}  # as this workspace reads them
        self.window = timedelta(days=desk.playbook.numbers["second_voice_days"])
        self.calendar = main_calendar(desk.workspace.pk)
        self.clock = zoneinfo.ZoneInfo(desk.workspace.timezone)
        rows = _topics(desk.workspace.pk)
        self.classes = {pk: TopicClass(klass) for pk, klass, _ in rows}
        self.names = {pk: name for pk, _, name in rows}
        self.brands = tuple(sorted(pk for pk, klass in self.classes.items() if klass is TopicClass.BRAND)[:BRANDS])
        self.products = frozenset(pk for pk, klass in self.classes.items() if klass is TopicClass.PRODUCT)

    def reading(self, post: HeardPost) -> TextReading:
        """Return what is made of its words, as this workspace reads them."""
        if post.id not in self._read:
            found = self.readings.get(post.id) or TextReading.of_data(post.reading or ())
            account, said = self.desk.account(post), post.corrected or {}
            if account and account.known and What.KIND not in said:
                found = found.of_a_customer()
            self._read[post.id] = found.as_said(said)
        return self._read[post.id]

    def noise(self, post: HeardPost, account: AccountDraft | None) -> float:
        """Return how likely it is spam, promotion or a bot's."""
        return max(self.reading(post).noise, account.p_bot if account else 0.0)

    def about(self, post: HeardPost) -> About:
        """Return whom it speaks to."""
        if said := (post.corrected or {}).get(What.ABOUT):
            return About(said)
        if post.to_us:
            return About.TO_US
        classes = {self.classes[topic] for topic in post.topics if topic in self.classes}
        if any(klass.ours for klass in classes) or (post.historical and not classes):
            return About.ABOUT_US  # an import is about us unless a topic says otherwise
        return About.ABOUT_OTHERS if any(klass.others for klass in classes) else About.NONE

    def speaks(self, post: HeardPost, account: AccountDraft | None) -> bool:
        """Whether a post is somebody's voice: no bot, no machine, no colleague, nobody muted, no wordless repost."""
        return not self.muted(post) and not why_no_voice(
            noise=self.reading(post).noise,
            p_bot=account.p_bot if account else 0.0,
            employee=bool(account and account.employee),
            automatic=is_automatic(post),
            bare_repost=bool(post.repost_of) and not post.text.strip(),
        )

    def muted(self, post: HeardPost) -> bool:
        """Whether somebody here muted its author."""
        account = self.desk.account(post)
        return account is not None and account.muted_until is not None and account.muted_until > self.desk.now

    def count(self, post: HeardPost) -> None:
        """Add a post to what its author's posts are like."""
        account = self.desk.account(post)
        if account is not None and post.edited_at is None:
            self.desk.count(account, advert=self.reading(post).noise >= ADVERT)

    def _author(self, post: HeardPost) -> Author:
        account = self.desk.account(post)
        if account is None:
            return NOBODY
        return Author(
            known=account.known,
            listed=account.listed,
            lists=frozenset(account.lists),
            muted=self.muted(post),
            heard=account.heard,
            adverts=account.adverts,
            earlier=self.desk.earlier(account, self.desk.own_case(post)),
            in_warranty=self.desk.in_warranty(account),
        )

    def _moment(self, post: HeardPost) -> Moment:
        to_others = bool(post.parent) and post.parent_author != post.author
        return Moment(
            at=post.arrived_at.astimezone(self.clock),
            channel=post.channel,
            language=post.lang,
            topics=frozenset(self.names[topic] for topic in post.topics if topic in self.names),
            topic_classes=frozenset(self.classes[topic].value for topic in post.topics if topic in self.classes),
            to_others=not post.to_us and (to_others or post.text.startswith("@")),
            open_hours=self.calendar is None or self.calendar.is_open(post.arrived_at),
        )

    def facts(
        self,
        post: HeardPost,
        *,
        same_voice: bool = False,
        seen: Look | None = None,
        review_reached: bool = False,
        long_in_public: bool = False,
        storm: bool = False,
    ) -> Facts:
        """Return what rules may ask about it, in its surroundings."""
        account = self.desk.account(post)
        return facts_of(
            self.reading(post),
            about=self.about(post),
            private=post.private,
            noise=self.noise(post, account),
            reach=0.0 if post.private or account is None else float(account.reach),
            author=self._author(post),
            moment=self._moment(post),
            same_voice=same_voice,
            seen=seen,
            review_reached=review_reached,
            long_in_public=long_in_public,
            storm=storm,
            automatic=is_automatic(post),
        )

    def reasons(self, post: HeardPost, facts: Facts, rule: Rule, seen: Look | None = None) -> tuple[Reason, ...]:
        """Say in words why a rule decided so."""
        account = self.desk.account(post)
        weighed = self.desk.weigh(account).reasons if account else (say("nothing is known of the author"),)
        return reasons(
            facts,
            rule,
            kind_p=max(self.reading(post).kinds),
            names_us="@" in post.text,
            reach_words=weighed,
            noise_words=weighed,
            voices=seen.voices if seen else 1,
            helper=seen.helper if seen else "",
        )

    def said(self, post: HeardPost) -> Said:
        """Return a post as a thread is read."""
        reading, account = self.reading(post), self.desk.account(post)
        return Said(
            post=post.id,
            said_at=post.said_at,
            voice=voice_of(account),
            name=name_of(post),
            ours=post.ours,
            speaks=self.speaks(post, account),
            about_us=self.about(post) in (About.TO_US, About.ABOUT_US),
            complains=reading.kind is Kind.COMPLAINT,
            joins_in=reading.joins_in,
            confirms=reading.confirms,
            asks_anyone=reading.asks_anyone,
            reach=float(account.reach if account else 0),
            counts_as=self.doubles.of(voice_of(account)),
        )

    def complaint(self, post: HeardPost) -> Complaint:
        """Return what it complains of, and whose voice that is."""
        reading, account = self.reading(post), self.desk.account(post)
        return Complaint(
            voice_of(account) if self.speaks(post, account) else "",
            frozenset(post.topics or (self.brands if post.to_us else ())),
            frozenset(reading.problems),
            frozenset(reading.words),
            post.said_at,
        )

    def narrowest(self, post: HeardPost) -> int:
        """Return the topic that says most about a post: its product before the brand; 0 where it has none."""
        return min(post.topics, key=lambda topic: topic not in self.products, default=0)

    def voice(self, post: HeardPost) -> str:
        """The person who said a post; nobody where that can't be told."""
        return voice_of(self.desk.account(post))


@remembered
def _topics(workspace: int) -> tuple[tuple[int, str, str], ...]:
    return tuple(Topic.objects.filter(workspace=workspace).values_list("pk", "klass", "name"))


def is_automatic(post: HeardPost) -> bool:
    """Say whether a machine wrote a post, as far as its network tells."""
    return bool(details_of(post.details).machine)


def voice_of(account: AccountDraft | None) -> str:
    """The person behind an account; nobody where there is none."""
    return account.voice if account else ""

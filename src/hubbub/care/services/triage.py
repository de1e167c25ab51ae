"""Triage: every heard post that has a row gets an assessment and a decision with reasons, and its case.

One transaction a call, under a lock on the workspace, so that two processes never decide about one
post, and the second voice never misses the first.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import regex
from django.db import models, transaction

from hubbub.accounts.models import Workspace
from hubbub.care.core.case import Status
from hubbub.care.core.facts import About, Facts, facts_of
from hubbub.care.core.likeness import Complaint, are_alike
from hubbub.care.core.playbook import Decision, Rule, due_at, pace_of
from hubbub.care.core.reading import TextReading, read_texts, version_of
from hubbub.care.core.reasons import Reason, reasons
from hubbub.care.core.thread import Look, Said, look
from hubbub.care.core.understanding import Kind, Understanding
from hubbub.care.models import CaseRow
from hubbub.care.selectors import day_end, playbook
from hubbub.care.services.desk import UNDECIDED, Desk, NewDecision, name_of
from hubbub.care.services.draft import AccountDraft, CaseDraft
from hubbub.infra import outbox
from hubbub.infra.failpoints import failpoint
from hubbub.kernel.details import details_of
from hubbub.kernel.text import clip
from hubbub.listening.core.post import HeardPost
from hubbub.listening.core.topics import TopicClass
from hubbub.listening.models import Topic
from hubbub.listening.selectors import heard_posts, waiting
from hubbub.listening.services import triaged

NOISE = 0.9
SEARCHED = 600  # characters of a case that a search looks through; they stand in an index
PARAGRAPH = "\n\n"
IN_THREAD = "thread"
"""The 'rule' of a post that only belongs to the thread of a case."""

CAME_BACK = "bounce"
"""The 'rule' of a report that an answer of ours could not be delivered."""

_LEADING_NAMES = regex.compile(r"^(?:[@.]\S+\s+)+")
Readings = dict[int, TextReading]  # by post


def triage(workspace: int, *, understanding: Understanding, now: datetime, limit: int = 100) -> int:
    """Assess and decide up to `limit` waiting posts of a workspace; return how many were done."""
    ids = waiting(workspace, limit)
    if not ids:
        return 0
    with transaction.atomic():
        row = Workspace.objects.select_for_update(no_key=True).get(pk=workspace)
        posts = heard_posts(pk__among=frozenset(ids), pending=True)
        if posts:
            _Triage(Desk(row, playbook(workspace), posts, now), _read(posts, understanding)).run(posts)
        failpoint("triage.in_transaction")
    failpoint("triage.committed")
    return len(posts)


def _read(posts: Sequence[HeardPost], understanding: Understanding) -> Readings:
    """Return what is made of each wording: as it was read when it was heard, else read now."""
    version = version_of(understanding)
    unread = [post for post in posts if post.channel == "phone" or not post.reading or post.reading[0] != version]
    fresh = zip(unread, read_texts(list(map(_their_words, unread)), understanding), strict=True)
    found = {post.id: reading for post, reading in fresh}
    return found | {post.id: TextReading.of_data(post.reading or ()) for post in posts if post.id not in found}


def _their_words(post: HeardPost) -> str:
    """Return what the person said: of a call, what it is called stands first and is ours."""
    return post.text.partition("\n\n")[2] if post.channel == "phone" else post.text


def review(workspace: int, *, now: datetime) -> int:
    """End holds and review watches whose time has come; return how many."""
    with transaction.atomic():
        row = Workspace.objects.select_for_update(no_key=True).get(pk=workspace)
        ids = list(_due(now).filter(workspace_id=workspace).values_list("pk", flat=True)[:100])
        if ids:
            run = _Triage(Desk(row, playbook(workspace), [], now), {})
            for case in run.desk.cases(ids):
                run.time_has_come(case)
            run.desk.store()
    return len(ids)


def due_for_review(now: datetime) -> list[int]:
    """Return the workspaces in which a hold ends or a watch is to be reviewed."""
    return sorted(set(_due(now).values_list("workspace_id", flat=True)))


def _due(now: datetime) -> models.QuerySet[CaseRow]:
    held = models.Q(folder="held", not_before__lte=now)
    return CaseRow.objects.filter(held | models.Q(folder="watching", review_at__lte=now))


class _Triage:
    """One run over some posts, in the order in which they were said."""

    def __init__(self, desk: Desk, readings: Readings) -> None:
        self.desk, self.readings = desk, readings
        self._read: Readings = {}  # as this workspace reads them
        self.playbook, self.now = desk.playbook, desk.now
        self.window = timedelta(days=self.playbook.numbers["second_voice_days"])
        rows = Topic.objects.filter(workspace=desk.workspace).values_list("pk", "klass")
        self.classes = {pk: TopicClass(klass) for pk, klass in rows}
        self.products = frozenset(pk for pk, klass in self.classes.items() if klass is TopicClass.PRODUCT)
        self.day_end = day_end(desk.workspace.timezone, self.now)

    def run(self, posts: Sequence[HeardPost]) -> None:
        """Decide about each, and write everything back."""
        for post in posts:
            if post.deleted_at is not None:
                self._deleted(post)
            elif post.ours:
                self._ours(post)
            else:
                self._decide(post)
        self.desk.store()
        triaged([post.id for post in posts])

    # What a post is ------------------------------------------------------
    def _reading(self, post: HeardPost) -> TextReading:
        if post.id not in self._read:
            found = self.readings.get(post.id) or TextReading.of_data(post.reading or ())
            account = self.desk.account(post)
            self._read[post.id] = found.of_a_customer() if account and account.known else found
        return self._read[post.id]

    def _noise(self, post: HeardPost, account: AccountDraft | None) -> float:
        return max(self._reading(post).noise, account.p_bot if account else 0.0)

    def _about(self, post: HeardPost) -> About:
        if post.to_us:
            return About.TO_US
        classes = {self.classes[topic] for topic in post.topics if topic in self.classes}
        if any(klass.ours for klass in classes) or (post.historical and not classes):
            return About.ABOUT_US  # an import is about us unless a topic says otherwise
        return About.ABOUT_OTHERS if any(klass.others for klass in classes) else About.NONE

    def _speaks(self, post: HeardPost, account: AccountDraft | None) -> bool:
        """Whether a post is somebody's voice: no likely bot, no machine, no colleague, no repost without words."""
        mute = _is_automatic(post) or (bool(post.repost_of) and not post.text.strip())
        return self._noise(post, account) < NOISE and not (account and account.employee) and not mute

    def _facts(
        self,
        post: HeardPost,
        *,
        same_voice: bool = False,
        seen: Look | None = None,
        review_reached: bool = False,
        long_in_public: bool = False,
    ) -> Facts:
        account = self.desk.account(post)
        return facts_of(
            self._reading(post),
            about=self._about(post),
            private=post.private,
            noise=self._noise(post, account),
            reach=0.0 if post.private or account is None else float(account.reach),
            known=bool(account and account.known),
            listed=bool(account and account.listed),
            same_voice=same_voice,
            seen=seen,
            review_reached=review_reached,
            long_in_public=long_in_public,
            automatic=_is_automatic(post),
        )

    def _reasons(self, post: HeardPost, facts: Facts, rule: Rule, seen: Look | None = None) -> tuple[Reason, ...]:
        account = self.desk.account(post)
        weighed = self.desk.weigh(account).reasons if account else ("nothing is known of the author",)
        return reasons(
            facts,
            rule,
            kind_p=max(self._reading(post).kinds),
            names_us="@" in post.text,
            reach_words=weighed,
            noise_words=weighed,
            voices=seen.voices if seen else 1,
            helper=seen.helper if seen else "",
        )

    def _said(self, post: HeardPost) -> Said:
        """Return a post as a thread is read."""
        reading, account = self._reading(post), self.desk.account(post)
        return Said(
            post=post.id,
            said_at=post.said_at,
            voice=_voice(account),
            name=name_of(post),
            ours=post.ours,
            speaks=self._speaks(post, account),
            about_us=self._about(post) in (About.TO_US, About.ABOUT_US),
            complains=reading.kind is Kind.COMPLAINT,
            joins_in=reading.joins_in,
            confirms=reading.confirms,
            asks_anyone=reading.asks_anyone,
            reach=float(account.reach if account else 0),
        )

    # Which case ----------------------------------------------------------
    def _decide(self, post: HeardPost) -> None:
        if (bounced := details_of(post.details).bounced) and self._came_back(post, bounced):
            return
        voice = _voice(self.desk.account(post))
        own = self.desk.own_case(post)
        case = own or self.desk.thread_case(post)
        if case is not None and case.voice != voice:
            if own is not None or not (case.ended and post.to_us):
                self._in_thread(case, post)
                return
            case = None  # the thread's matter is settled; this is somebody else's, to us
        case = case or self._same_matter(voice, post)
        facts = self._facts(post, same_voice=case is not None)
        rule = self.playbook.first(facts)
        if case is not None and rule.decide is not Decision.LEAVE:
            self._append(case, post, facts, rule)
        else:
            self._fresh(post, facts, rule)

    def _same_matter(self, voice: str, post: HeardPost) -> CaseDraft | None:
        """Return the person's open case on the matter: one in which no other problem is spoken of."""
        problems = set(self._reading(post).problems)
        cases = self.desk.voice_cases(voice)
        same = (case for case in cases if problems & set(case.problems))
        open_to_it = (case for case in cases if not problems or not case.problems)
        return next(same, None) or next(open_to_it, None)

    def _alike(self, post: HeardPost) -> list[tuple[CaseDraft, Complaint]]:
        """Return like complaints within the window, before or after, each with its case."""
        if post.historical:
            return []  # the past is no reason to step in now
        return self._like_ones(self._complaint(post))

    def _like_ones(self, mine: Complaint) -> list[tuple[CaseDraft, Complaint]]:
        return self.desk.like_ones(mine, self.window, lambda other: are_alike(mine, other, self.products))

    def _complaint(self, post: HeardPost) -> Complaint:
        reading, account = self._reading(post), self.desk.account(post)
        return Complaint(
            _voice(account) if self._speaks(post, account) else "",
            frozenset(post.topics),
            frozenset(reading.problems),
            frozenset(reading.words),
            post.said_at,
        )

    # What to do with it --------------------------------------------------
    def _fresh(self, post: HeardPost, facts: Facts, rule: Rule) -> None:
        """A post that belongs to no case yet: decide, and open one if the decision asks for it."""
        alike = self._alike(post) if rule.id == "P8" else []
        watched = next((case for case, _ in alike if self.playbook.base_of(case.rule) == "P8"), None)
        if watched is not None:
            self._join(watched, post)
            return
        mine = self._complaint(post) if alike else None
        if mine and mine.voice and any(other.voice not in ("", mine.voice) for _, other in alike):
            facts = replace(facts, second_voice=True)
        rule = self.playbook.again(rule.id, facts) or rule
        why = self._reasons(post, facts, rule)
        made = None if rule.decide is Decision.LEAVE else self._open(post, facts, rule, why)
        self._record(post, made, rule.id, rule.decide, why)

    def _open(self, post: HeardPost, facts: Facts, rule: Rule, why: Sequence[Reason]) -> CaseDraft:
        """Make the case that a decision asks for."""
        case = CaseDraft(
            opened_at=post.arrived_at,
            last_inbound_at=post.arrived_at,
            historical=post.historical,
            channel=post.channel,
            private=post.private,
            topic=self._narrowest(post),
            problems=list(self._reading(post).problems),
        )
        self._lead_with(case, post)
        self._rule(case, rule, why, facts, arrived=post.arrived_at)
        self.desk.open_case(case)
        self.desk.add_post(case, post, why="opened")
        if not post.historical:
            if facts.kind == Kind.COMPLAINT:
                mine = self._complaint(post)
                self._tell_watches(case, post, mine)
                if mine.voice:
                    self.desk.remember(case, mine)
            self.desk.audit("case opened", case, rule=rule.id, decision=rule.decide.value)
        return case

    def _narrowest(self, post: HeardPost) -> int:
        """Return the topic that says most about a post: its product before the brand; 0 where it has none."""
        return min(post.topics, key=lambda topic: topic not in self.products, default=0)

    def _lead_with(self, case: CaseDraft, post: HeardPost) -> None:
        """Show a case under the person who is to be helped first."""
        who, reading, account = name_of(post), self._reading(post), self.desk.account(post)
        case.account_id, case.voice = (account.id, account.voice) if account else (None, "")
        case.who, case.lang = who, post.lang
        text = clip(post.text, 300)
        case.title = clip(_LEADING_NAMES.sub("", text) or "No words", 90)
        case.excerpt = clip(text, 200)
        case.search = f"{who} {post.handle} {text}".lower()[:SEARCHED]
        case.kind, case.kind_p, case.about = reading.kind, max(reading.kinds), self._about(post)
        case.exposure = 0 if post.private or account is None else account.reach

    def _rule(self, case: CaseDraft, rule: Rule, why: Sequence[Reason], facts: Facts, *, arrived: datetime) -> None:
        """Put a decision into a case: what, when, and why."""
        case.decision, case.rule, case.rule_name, case.say = rule.decide, rule.id, rule.name, rule.say
        case.playbook, case.reasons = self.playbook.version, [each.data() for each in why]
        case.queue, case.alert = rule.queue or case.queue, case.alert or rule.alert
        case.exposure = int(facts.exposure)
        self._advise(case, facts)
        if rule.decide is Decision.LEAVE:
            case.take(case.value().close(self.now))
            return
        if rule.decide is Decision.WATCH:
            case.status, case.review_at = Status.WATCHING, arrived + rule.review if rule.review else None
        else:
            hold = arrived + rule.hold if rule.hold and not case.historical else None
            case.status, case.review_at, case.due_at = Status.NEW, None, self._due(rule, case, arrived)
            case.not_before = hold if hold and hold > self.now else None
        case.take(case.value())

    def _advise(self, case: CaseDraft, facts: Facts) -> None:
        """Note what `also` rules add, in words."""
        case.advice = [{"rule": also.id, "say": also.say} for also in self.playbook.also(facts)]

    def _due(self, rule: Rule, case: CaseDraft, arrived: datetime) -> datetime | None:
        if case.historical:
            return None  # nothing about the past is due
        pace = self._pace(case)
        return due_at(rule, self.playbook, arrived=arrived, now=self.now, day_end=self.day_end, pace=pace)

    def _pace(self, case: CaseDraft) -> str:
        return pace_of(case.channel, private=case.private)

    def _next_reply(self, case: CaseDraft, arrived: datetime) -> datetime:
        return arrived + self.playbook.service_level[self._pace(case)]

    def _append(self, case: CaseDraft, post: HeardPost, facts: Facts, rule: Rule) -> None:
        """The person of a case wrote again, here or on another channel."""
        first_time = self._attach(case, post, why="same person")
        why = self._reasons(post, facts, rule)
        if rule.alert:
            self._rule(case, rule, why, facts, arrived=post.arrived_at)
            self.desk.note(case, self.now, f"{name_of(post)} wrote of something grave: due at once.")
        elif self._undecided(case):
            self._decide_again(case)
        elif first_time and not post.historical:
            self._next_word(case, post)
        self.desk.touch(case)
        self._record(post, case, rule.id, rule.decide, why)

    def _next_word(self, case: CaseDraft, post: HeardPost) -> None:
        """The customer wrote on a case that somebody works on, or worked on: thanks ask for nothing."""
        reading, value = self._reading(post), case.value()
        thanked = reading.confirms or reading.kind is Kind.PRAISE
        if thanked and (value.status.ended or value.status is Status.WAITING):
            return
        if value.status.ended:
            value = value.reopen(self.now, None)
            self.desk.note(case, self.now, f"{name_of(post)} wrote again: reopened.")
        case.take(value.hear(post.arrived_at, self._next_reply(case, post.arrived_at)))
        long = not case.private and self.desk.public_replies(case) >= 2
        self._advise(case, self._facts(post, long_in_public=long))

    def _in_thread(self, case: CaseDraft, post: HeardPost) -> None:
        """Somebody else spoke in the thread of a case."""
        first_time = self._attach(case, post, why="thread")
        asks = self._reading(post).kind in (Kind.COMPLAINT, Kind.QUESTION) and not _is_automatic(post)
        if self._undecided(case):
            self._decide_again(case)
        elif first_time and asks and post.to_us and not post.historical and not case.ended:
            case.take(case.value().hear(post.arrived_at, self._next_reply(case, post.arrived_at)))
        self.desk.touch(case)
        why = (Reason("thread", "In the thread", f" of {case.who}'s case."),)
        self._record(post, case, IN_THREAD, Decision.APPEND, why)

    def _came_back(self, post: HeardPost, uri: str) -> bool:
        """An answer of ours could not be delivered, so its case needs somebody again; False if it is none of ours."""
        said = f"Bounced: {clip(post.text.partition(PARAGRAPH)[0], 300)}"
        subject = outbox.bounced(self.desk.workspace.pk, uri, said, now=self.now)
        case = next(iter(self.desk.cases([subject])), None) if subject is not None else None
        if case is None:
            return False
        if self.desk.add_post(case, post, why="thread"):
            case.posts += 1
        value = case.value().reopen(self.now, None) if case.ended else case.value()
        case.take(value.hear(post.arrived_at, self.now))
        self.desk.note(case, self.now, "An answer of ours came back: it did not reach them.")
        self.desk.touch(case)
        why = (Reason("alert", "Our answer came back", f" from {name_of(post)}."),)
        self._record(post, case, CAME_BACK, Decision.APPEND, why)
        return True

    def _join(self, case: CaseDraft, post: HeardPost) -> None:
        """A like complaint joins a watch, or what became of it."""
        self._attach(case, post, why="like problem")
        mine = self._complaint(post)
        if mine.voice:
            self.desk.remember(case, mine)
        if case.ended and case.first_replied_at is None:
            case.take(replace(case.value(), status=Status.WATCHING, resolved_at=None))
        if self._undecided(case):
            self._decide_again(case)
        elif mine.voice and mine.voice != case.voice:
            value = case.value().reopen(self.now, None) if case.ended else case.value()
            case.take(value.hear(post.arrived_at, self.now))
        self.desk.touch(case)
        why = (Reason("people", "A like problem", f" to {case.who}'s, so both are one case."),)
        self._record(post, case, case.rule, Decision(case.decision), why)

    def _attach(self, case: CaseDraft, post: HeardPost, *, why: str) -> bool:
        """Put a post into a case; return whether it is new there (it may only have been edited)."""
        first_time = self.desk.add_post(case, post, why=why)
        case.posts += first_time
        case.problems = sorted({*case.problems, *self._reading(post).problems})
        case.last_inbound_at = max(case.last_inbound_at, post.arrived_at)
        return first_time

    def _tell_watches(self, case: CaseDraft, post: HeardPost, mine: Complaint) -> None:
        """A complaint with its own case is a second voice to every watch of a like problem."""
        for watch, other in self._like_ones(mine):
            if watch.status == Status.WATCHING and mine.voice and other.voice not in ("", mine.voice):
                self.desk.note(watch, self.now, f"{name_of(post)} has a like problem: case {case.number}.")
                self._decide_again(watch, second_voice=True)
                self.desk.touch(watch)

    # Deciding again ------------------------------------------------------
    def _undecided(self, case: CaseDraft) -> bool:
        """Whether nobody has acted yet, so that the playbook may still change its mind."""
        untouched = case.first_replied_at is None and case.owner_id is None
        return case.status in UNDECIDED and untouched and not case.historical

    def _decide_again(self, case: CaseDraft, *, second_voice: bool = False, review_reached: bool = False) -> None:
        """Read an unanswered case anew, as a hold or watch asks on every event of its thread."""
        posts = {post.id: post for post in self.desk.posts_of(case) if post.deleted_at is None}
        if not posts:
            return
        seen = look([self._said(post) for post in posts.values()], now=self.now, window=self.window)
        seen = replace(seen, second_voice=seen.second_voice or second_voice)
        lead = posts[seen.lead.post]
        self._lead_with(case, lead)
        case.voices, case.exposure = seen.voices, int(seen.exposure)
        facts = self._facts(lead, seen=seen, review_reached=review_reached)
        base = self.playbook.first(facts)  # a lead that arrived late may make it another matter
        rule = self.playbook.again(base.id, facts)
        if rule is None and base.id == self.playbook.base_of(case.rule):
            return
        rule = rule or base
        if rule.id == case.rule:
            return
        held = case.not_before is not None
        self._rule(case, rule, self._reasons(lead, facts, rule, seen), facts, arrived=case.opened_at)
        self.desk.note(case, self.now, _what_happened(rule, seen, held))
        self.desk.audit("decided again", case, rule=rule.id, decision=rule.decide.value)

    def time_has_come(self, case: CaseDraft) -> None:
        """End a hold whose minutes are over, or review a watch."""
        if case.folder == "held":
            case.take(case.value().end_hold(case.due_at))
            self.desk.note(case, self.now, "Held in case someone else solved it. Nobody did: now it is ours to answer.")
            self.desk.audit("hold ended", case)
        else:
            case.review_at = None
            self._decide_again(case, review_reached=True)
            case.take(case.value())
        self.desk.touch(case)

    # Ours, and taken back ------------------------------------------------
    def _ours(self, post: HeardPost) -> None:
        """One of our accounts spoke elsewhere (its own app, say): show it, and count it as our answer."""
        case = self.desk.thread_case(post)
        if case is None or self.desk.is_from_here(post) or not self.desk.add_post(case, post, why="ours"):
            return
        if not case.ended and not case.historical:
            case.take(case.value().answer(post.said_at, None))
            self.desk.note(case, self.now, "Answered from outside Hubbub.")
        self.desk.touch(case)

    def _deleted(self, post: HeardPost) -> None:
        """The author took a post back; if nothing else was said, nothing is left to answer."""
        case = self.desk.own_case(post)
        if case is None:
            return
        self.desk.note(case, post.deleted_at or self.now, f"{name_of(post)} deleted a post.")
        left = [each for each in self.desk.posts_of(case) if not each.ours and each.deleted_at is None]
        if left and self._undecided(case):
            self._decide_again(case)
        elif not left or _voice(self.desk.account(post)) == case.voice:
            self._show_what_is_left(case, [each for each in left if _voice(self.desk.account(each)) == case.voice])
            if not left and case.first_replied_at is None and not case.ended:
                case.take(case.value().close(self.now))
        self.desk.touch(case)

    def _show_what_is_left(self, case: CaseDraft, posts: Sequence[HeardPost]) -> None:
        """Show a case that people work on by what its person has not taken back."""
        if posts:
            seen, exposure = look(list(map(self._said, posts)), now=self.now, window=self.window), case.exposure
            self._lead_with(case, next(each for each in posts if each.id == seen.lead.post))
            case.exposure = exposure
        else:
            case.title = case.excerpt = "Deleted by its author"
            case.search = case.who.lower()

    def _record(
        self, post: HeardPost, case: CaseDraft | None, rule: str, decision: Decision, why: Sequence[Reason]
    ) -> None:
        account = self.desk.account(post)
        self.desk.decide(
            NewDecision(
                case=case,
                post=post.id,
                rule=rule,
                decision=decision,
                about=self._about(post),
                noise=round(self._noise(post, account), 4),
                exposure=0 if post.private or account is None else account.reach,
                reasons=[each.data() for each in why],
            )
        )


def _is_automatic(post: HeardPost) -> bool:
    """Say whether a machine wrote a post, as far as its network tells."""
    return bool(details_of(post.details).machine)


def _voice(account: AccountDraft | None) -> str:
    """The person behind an account; nobody where there is none."""
    return account.voice if account else ""


def _what_happened(rule: Rule, seen: Look, was_held: bool) -> str:
    """Say in the timeline why a case was decided again."""
    if seen.crowd_solved:
        return f"{seen.helper} helped, and {seen.lead.name or 'the author'} said so."
    if rule.decide is Decision.LEAVE:
        return "Watched: nothing more came of it."
    held = "The hold is over: " if was_held else ""
    if seen.second_voice:
        return f"{held}{max(2, seen.voices)} people have this problem now: due now."
    if seen.wrote_again:
        return f"{held}{seen.lead.name or 'The author'} wrote again: due now."
    return f"{held}{rule.say}: due now."

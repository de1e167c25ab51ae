"""What was decided, put into a case and kept: what to do, by when, and why."""

from collections.abc import Sequence
from datetime import datetime

import regex

from hubbub.care.core.case import Status
from hubbub.care.core.facts import Facts, kept
from hubbub.care.core.levels import ClockKind
from hubbub.care.core.playbook import Decision, Due, Rule, due_at, pace_of
from hubbub.care.core.reasons import Reason
from hubbub.care.selectors import day_end
from hubbub.care.services import clocks
from hubbub.care.services.desk import NewDecision, name_of
from hubbub.care.services.draft import CaseDraft
from hubbub.care.services.triage.posts import Posts
from hubbub.kernel.speech import say
from hubbub.kernel.text import clip
from hubbub.listening.core.post import HeardPost

_LEADING_NAMES = regex.compile(r"^(?:[@.]\S+\s+)+")


class Rulings:
    """Decisions of one run."""

    def __init__(self, posts: Posts) -> None:
        self.posts, self.desk = posts, posts.desk
        self.playbook, self.now = self.desk.playbook, self.desk.now
        self.day_end = day_end(self.desk.workspace.timezone, self.now)

    def lead_with(self, case: CaseDraft, post: HeardPost) -> None:
        """Show a case under the person who is to be helped first."""
        who, account = name_of(post), self.desk.account(post)
        case.account_id, case.voice = (account.id, account.voice) if account else (None, "")
        case.who, case.lang, case.lead = who, post.lang, post.id
        case.known, case.listed = (account.known, account.listed) if account else (False, False)
        text = clip(post.text, 300)
        case.title = clip(_LEADING_NAMES.sub("", text) or say("No words"), 90)
        case.excerpt = clip(text, 200)
        self.show_reading(case, post)
        case.exposure = 0 if post.private or account is None else account.reach

    def show_reading(self, case: CaseDraft, post: HeardPost) -> None:
        """Show a case as what a post of it is."""
        reading = self.posts.reading(post)
        case.kind, case.kind_p, case.about = reading.kind, max(reading.kinds), self.posts.about(post)

    def rule(self, case: CaseDraft, rule: Rule, why: Sequence[Reason], facts: Facts, *, arrived: datetime) -> None:
        """Put a decision into a case: what, when, and why."""
        case.decision, case.rule, case.rule_name, case.say = rule.decide, rule.id, say(rule.name), say(rule.say)
        case.playbook, case.reasons = self.playbook.version, [each.data() for each in why]
        case.queue, case.alert = rule.queue or case.queue, case.alert or rule.alert
        case.template, case.needs_approval = rule.template, rule.needs_approval
        if rule.automatic and not case.historical:
            self.desk.let_send(case, rule.id)
        case.priority = rule.priority or case.priority
        self.desk.tag(case, rule.tags)
        case.exposure = int(facts.exposure)
        self.advise(case, facts)
        if rule.decide is Decision.LEAVE:
            case.take(case.value().close(self.now))
            return
        if rule.decide is Decision.WATCH:
            case.status, case.review_at = Status.WATCHING, arrived + rule.review if rule.review else None
        else:
            case.parked_for, case.wake_at = "", None
            hold = arrived + rule.hold if rule.hold and not case.historical else None
            case.status, case.review_at, case.due_at = Status.NEW, None, self._due(rule, case, arrived)
            case.not_before = hold if hold and hold > self.now else None
        case.take(case.value())

    def advise(self, case: CaseDraft, facts: Facts) -> None:
        """Note what `also` rules add: words, and what they do to the case."""
        added = self.playbook.also(facts)
        case.advice = [{"rule": also.id, "say": say(also.say)} for also in added]
        for also in added:
            if also.automatic and not case.historical:
                self.desk.let_send(case, also.id)
            case.alert, case.needs_approval = case.alert or also.alert, case.needs_approval or also.needs_approval
            case.template, case.queue = case.template or also.template, also.queue or case.queue
            case.priority = also.priority or case.priority
            self.desk.tag(case, also.tags)

    def _due(self, rule: Rule, case: CaseDraft, arrived: datetime) -> datetime | None:
        if case.historical:
            return None  # nothing about the past is due
        if rule.due is Due.SERVICE_LEVEL:
            return self.desk.levels.due(clocks.facts_of(case), arrived)
        pace = _pace(case)
        return due_at(rule, self.playbook, arrived=arrived, now=self.now, day_end=self.day_end, pace=pace)

    def next_reply(self, case: CaseDraft, arrived: datetime) -> datetime:
        """Return when an answer to a further word is due."""
        return self.desk.levels.due(clocks.facts_of(case), arrived, ClockKind.NEXT)

    def record(
        self,
        post: HeardPost,
        case: CaseDraft | None,
        rule: str,
        decision: Decision,
        why: Sequence[Reason],
        facts: Facts | None = None,
        *,
        again: bool = False,
    ) -> None:
        """Keep what was decided about a post, by which rule, and the facts that a rule was asked with."""
        account = self.desk.account(post)
        self.desk.decide(
            NewDecision(
                case=case,
                post=post.id,
                rule=rule,
                decision=decision,
                about=self.posts.about(post),
                noise=round(self.posts.noise(post, account), 4),
                exposure=0 if post.private or account is None else account.reach,
                reasons=[each.data() for each in why],
                facts=None if facts is None else kept(facts),
                again=again,
            )
        )


def _pace(case: CaseDraft) -> str:
    return pace_of(case.channel, private=case.private)

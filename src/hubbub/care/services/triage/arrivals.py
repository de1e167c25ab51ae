"""A post arrives: it goes to the case it belongs to, or the playbook decides whether it becomes one."""

from collections.abc import Sequence
from dataclasses import replace

from hubbub.care.core.case import Status
from hubbub.care.core.facts import Facts
from hubbub.care.core.likeness import TELLING, Complaint, are_alike, content_words
from hubbub.care.core.playbook import Decision, Rule
from hubbub.care.core.reasons import Reason
from hubbub.care.core.understanding import Kind
from hubbub.care.services.desk import Alike, name_of
from hubbub.care.services.draft import CaseDraft
from hubbub.care.services.triage.posts import is_automatic
from hubbub.care.services.triage.second_looks import SecondLooks
from hubbub.care.services.triage.storms import Storms, may_be_part
from hubbub.infra import outbox
from hubbub.kernel.details import details_of
from hubbub.kernel.speech import say
from hubbub.kernel.text import clip
from hubbub.listening.core.post import HeardPost

PARAGRAPH = "\n\n"
IN_THREAD = "thread"
"""The 'rule' of a post that only belongs to the thread of a case."""

CAME_BACK = "bounce"
"""The 'rule' of a report that an answer of ours could not be delivered."""


class Arrivals:
    """What others said, in the order in which they said it."""

    def __init__(self, looks: SecondLooks) -> None:
        self.looks, self.rulings, self.posts, self.desk = looks, looks.rulings, looks.posts, looks.desk
        self.playbook, self.now = self.desk.playbook, self.desk.now
        self.storms = Storms(looks)

    def decide(self, post: HeardPost) -> None:
        """Find the case a post belongs to, and decide about it."""
        self._place(post)
        self.posts.count(post)

    def _place(self, post: HeardPost) -> None:
        if (bounced := details_of(post.details).bounced) and self._came_back(post, bounced):
            return
        voice = self.posts.voice(post)
        own = self.desk.own_case(post)
        case = own or self.desk.thread_case(post)
        if case is not None and case.voice != voice:
            if own is not None or not (case.ended and post.to_us):
                self._in_thread(case, post)
                return
            case = None  # the thread's matter is settled; this is somebody else's, to us
        case = case or self._same_matter(voice, post)
        facts = self.posts.facts(post, same_voice=case is not None)
        alike = self._alike(post) if may_be_part(facts) else []
        mine = self.posts.complaint(post)
        self.posts.doubles.look(mine, [other for _, other in alike])
        storm = self.storms.of(mine, alike) if alike else None
        facts = replace(facts, storm=storm is not None)
        rule = self.playbook.first(facts)
        if case is not None and rule.decide is not Decision.LEAVE:
            self._append(case, post, facts, rule)
        else:
            case = self._fresh(post, facts, rule, alike)
        if storm is not None and case is not None:
            self.storms.take_in(storm, case, post, facts)

    def _same_matter(self, voice: str, post: HeardPost) -> CaseDraft | None:
        """Return the person's open case on the matter: one in which no other problem is spoken of."""
        problems = set(self.posts.reading(post).problems)
        cases = self.desk.voice_cases(voice)
        same = (case for case in cases if problems & set(case.problems))
        open_to_it = (case for case in cases if not problems or not case.problems)
        return next(same, None) or next(open_to_it, None)

    def _alike(self, post: HeardPost) -> Alike:
        """Return like complaints within the window, before or after, each with its case."""
        if post.historical:
            return []  # the past is no reason to step in now
        return self.like_ones(self.posts.complaint(post))

    def like_ones(self, mine: Complaint) -> Alike:
        """Return like complaints within the window, whoever's, each with its case."""
        return self.desk.like_ones(mine, self.posts.window, lambda other: are_alike(mine, other, self.posts.products))

    def _fresh(self, post: HeardPost, facts: Facts, rule: Rule, alike: Alike) -> CaseDraft | None:
        """A post that belongs to no case yet: decide, and open one if the decision asks for it."""
        second = False
        if rule.decide is Decision.WATCH:
            like = next((case for case, _ in alike if self.playbook.base_of(case.rule) == rule.id), None)
            if like is not None:
                (watched,) = self.desk.whole([like])
                self._join(watched, post)
                return watched
            mine = self.posts.complaint(post)
            second = bool(mine.voice) and any(self._another(mine, other) for _, other in alike)
        facts = replace(facts, second_voice=second)
        rule = self.playbook.again(rule.id, facts) or rule
        why = self.posts.reasons(post, facts, rule)
        made = None if rule.decide is Decision.LEAVE else self._open(post, facts, rule, why)
        self.rulings.record(post, made, rule.id, rule.decide, why, facts)
        return made

    def _open(self, post: HeardPost, facts: Facts, rule: Rule, why: Sequence[Reason]) -> CaseDraft:
        """Make the case that a decision asks for."""
        case = CaseDraft(
            opened_at=post.arrived_at,
            last_inbound_at=post.arrived_at,
            historical=post.historical,
            channel=post.channel,
            private=post.private,
            topic=self.posts.narrowest(post),
            problems=list(self.posts.reading(post).problems),
        )
        self.rulings.lead_with(case, post)
        self.rulings.rule(case, rule, why, facts, arrived=post.arrived_at)
        self.desk.open_case(case)
        self.desk.add_post(case, post, why="opened")
        if not post.historical:
            if facts.kind == Kind.COMPLAINT:
                mine = self.posts.complaint(post)
                if rule.decide is not Decision.INCIDENT:
                    self._tell_watches(case, post, mine)
                self._remember(case, mine)
            self.desk.audit("case opened", case, rule=rule.id, decision=rule.decide.value)
        return case

    def _append(self, case: CaseDraft, post: HeardPost, facts: Facts, rule: Rule) -> None:
        """The person of a case wrote again, here or on another channel."""
        first_time = self._attach(case, post, why="same person")
        if first_time and not post.historical and facts.kind == Kind.COMPLAINT:
            self._remember(case, self.posts.complaint(post))
        why = self.posts.reasons(post, facts, rule)
        if rule.alert:
            self.rulings.rule(case, rule, why, facts, arrived=post.arrived_at)
            self.desk.note(case, self.now, say("{name} wrote of something grave: due at once.", name=name_of(post)))
        elif self.looks.undecided(case):
            self.looks.decide_again(case)
        elif first_time and not post.historical:
            self._next_word(case, post)
        self.desk.touch(case)
        self.rulings.record(post, case, rule.id, rule.decide, why, facts)

    def _next_word(self, case: CaseDraft, post: HeardPost) -> None:
        """The customer wrote on a case that somebody works on, or worked on: thanks ask for nothing."""
        reading, value = self.posts.reading(post), case.value()
        thanked = reading.confirms or reading.kind is Kind.PRAISE
        if thanked and (value.status.ended or value.status in (Status.WAITING, Status.PARKED)):
            return
        if value.status.ended:
            value = value.reopen(self.now, None)
            self.desk.note(case, self.now, say("{name} wrote again: reopened.", name=name_of(post)))
        case.take(value.hear(post.arrived_at, self.rulings.next_reply(case, post.arrived_at)))
        long = not case.private and self.desk.public_replies(case) >= 2
        self.rulings.advise(case, self.posts.facts(post, long_in_public=long))

    def _in_thread(self, case: CaseDraft, post: HeardPost) -> None:
        """Somebody else spoke in the thread of a case."""
        first_time = self._attach(case, post, why="thread")
        asks = self.posts.reading(post).kind in (Kind.COMPLAINT, Kind.QUESTION)
        asks = asks and not is_automatic(post) and not self.posts.muted(post)
        if first_time and not post.historical:
            self._one_more(case, post)
        if self.looks.undecided(case):
            self.looks.decide_again(case)
        elif first_time and (asks or post.private) and post.to_us and not post.historical and not case.ended:
            case.take(case.value().hear(post.arrived_at, self.rulings.next_reply(case, post.arrived_at)))
        self.desk.touch(case)
        why = (Reason("thread", say("In the thread"), say(" of {name}'s case.", name=case.who)),)
        self.rulings.record(post, case, IN_THREAD, Decision.APPEND, why)

    def _one_more(self, case: CaseDraft, post: HeardPost) -> None:
        """Who has the problem too, in the thread of a case, is one more voice: it may be a storm."""
        reading, facts = self.posts.reading(post), self.posts.facts(post)
        if not (reading.joins_in or may_be_part(facts)):
            return
        mine = self.posts.complaint(post)
        mine = replace(
            mine,
            topics=mine.topics or frozenset({case.topic} - {0}),
            problems=mine.problems or frozenset(case.problems),
            words=mine.words if len(mine.words) >= TELLING else mine.words | content_words(case.excerpt),
        )
        if not mine.voice:
            return
        storm = self.storms.of(mine, self.like_ones(mine))
        self._remember(case, mine)
        if storm is not None:
            self.storms.take_in(storm, case, post, facts)

    def _remember(self, case: CaseDraft, mine: Complaint) -> None:
        if mine.voice:
            self.desk.remember(case, mine)

    def _came_back(self, post: HeardPost, uri: str) -> bool:
        """An answer of ours could not be delivered, so its case needs somebody again; False if it is none of ours."""
        said = say("Bounced: {words}", words=clip(post.text.partition(PARAGRAPH)[0], 300))
        subject = outbox.bounced(self.desk.workspace.pk, uri, said, now=self.now)
        case = next(iter(self.desk.cases([subject])), None) if subject is not None else None
        if case is None:
            return False
        if self.desk.add_post(case, post, why="thread"):
            case.posts += 1
        value = case.value().reopen(self.now, None) if case.ended else case.value()
        case.take(value.hear(post.arrived_at, self.now))
        self.desk.note(case, self.now, say("An answer of ours came back: it did not reach them."))
        self.desk.touch(case)
        why = (Reason("alert", say("Our answer came back"), say(" from {name}.", name=name_of(post))),)
        self.rulings.record(post, case, CAME_BACK, Decision.APPEND, why)
        return True

    def _join(self, case: CaseDraft, post: HeardPost) -> None:
        """A like complaint joins a watch, or what became of it."""
        self._attach(case, post, why="like problem")
        mine = self.posts.complaint(post)
        self._remember(case, mine)
        if case.ended and case.first_replied_at is None:
            case.take(replace(case.value(), status=Status.WATCHING, resolved_at=None))
        if self.looks.undecided(case):
            self.looks.decide_again(case)
        elif mine.voice and mine.voice != case.voice:
            value = case.value().reopen(self.now, None) if case.ended else case.value()
            case.take(value.hear(post.arrived_at, self.now))
        self.desk.touch(case)
        why = (Reason("people", say("A like problem"), say(" to {name}'s, so both are one case.", name=case.who)),)
        self.rulings.record(post, case, case.rule, Decision(case.decision), why)

    def _attach(self, case: CaseDraft, post: HeardPost, *, why: str) -> bool:
        """Put a post into a case; return whether it is new there (it may only have been edited)."""
        first_time = self.desk.add_post(case, post, why=why)
        case.posts += first_time
        case.problems = sorted({*case.problems, *self.posts.reading(post).problems})
        case.last_inbound_at = max(case.last_inbound_at, post.arrived_at)
        return first_time

    def _another(self, mine: Complaint, other: Complaint) -> bool:
        """Whether another complaint is another person's, as far as one can tell."""
        of = self.posts.doubles.of
        return bool(other.voice) and of(other.voice) != of(mine.voice)

    def _tell_watches(self, case: CaseDraft, post: HeardPost, mine: Complaint) -> None:
        """A complaint with its own case is a second voice to every watch of a like problem."""
        for like, other in self.like_ones(mine):
            if like.status == Status.WATCHING and mine.voice and self._another(mine, other):
                (watch,) = self.desk.whole([like])
                self.desk.note(
                    watch,
                    self.now,
                    say("{name} has a like problem: case {number}.", name=name_of(post), number=case.number),
                )
                self.looks.decide_again(watch, second_voice=True)
                self.desk.touch(watch)

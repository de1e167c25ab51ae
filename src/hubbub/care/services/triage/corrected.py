"""Somebody said what a post of a case is: the case is read again."""

from dataclasses import replace

from hubbub.care.core.case import Status
from hubbub.care.core.playbook import Decision
from hubbub.care.core.understanding import Kind
from hubbub.care.services.draft import CaseDraft
from hubbub.care.services.triage.arrivals import Arrivals
from hubbub.listening.core.post import HeardPost


class Corrected:
    """What a correction changes."""

    def __init__(self, arrivals: Arrivals) -> None:
        self.arrivals, self.looks, self.rulings = arrivals, arrivals.looks, arrivals.rulings
        self.posts, self.desk, self.now = arrivals.posts, arrivals.desk, arrivals.desk.now

    def read_anew(self, case: CaseDraft, because: str) -> None:
        """Let the playbook decide again where nobody has acted yet; else only show what was said."""
        posts = [post for post in self.desk.posts_of(case) if post.deleted_at is None]
        if not posts:
            return
        joined = self._complain_anew(case, posts)
        left = case.decision == Decision.LEAVE and case.status == Status.CLOSED
        if left:
            case.take(replace(case.value(), status=Status.NEW, resolved_at=None))
        if self.looks.undecided(case):
            self.looks.decide_again(case, second_voice=joined, because=because)
        else:
            lead = next((post for post in posts if post.id == case.lead), posts[0])
            self.rulings.show_reading(case, lead)
        if left and case.decision == Decision.LEAVE:
            case.take(case.value().close(self.now))
        self.desk.touch(case)

    def _complain_anew(self, case: CaseDraft, posts: list[HeardPost]) -> bool:
        """Let like complaints find what is one now, and nothing else; return whether another voice has a like one."""
        self.desk.forget_likenesses(case)
        joined = False
        for post in posts:
            if post.ours or post.historical or self.posts.reading(post).kind is not Kind.COMPLAINT:
                continue
            mine = self.posts.complaint(post)
            if mine.voice:
                others = self.arrivals.like_ones(mine)
                joined = joined or any(other.voice not in ("", mine.voice) for _, other in others)
                self.desk.remember(case, mine)
        return joined

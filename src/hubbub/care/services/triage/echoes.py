"""What is no voice of somebody else: our own words, and words that were taken back."""

from collections.abc import Sequence

from hubbub.care.core.thread import look
from hubbub.care.services.desk import name_of
from hubbub.care.services.draft import CaseDraft
from hubbub.care.services.triage.second_looks import SecondLooks
from hubbub.kernel.speech import say
from hubbub.listening.core.post import HeardPost


class Echoes:
    """Posts that change a case without being said to us."""

    def __init__(self, looks: SecondLooks) -> None:
        self.looks, self.rulings, self.posts, self.desk = looks, looks.rulings, looks.posts, looks.desk
        self.now = self.desk.now

    def ours(self, post: HeardPost) -> None:
        """One of our accounts spoke elsewhere (its own app, say): show it, and count it as our answer."""
        case = self.desk.thread_case(post)
        if case is None or self.desk.is_from_here(post) or not self.desk.add_post(case, post, why="ours"):
            return
        if not case.ended and not case.historical:
            case.take(case.value().answer(post.said_at, None))
            self.desk.note(case, self.now, say("Answered from outside Hubbub."))
        self.desk.touch(case)

    def deleted(self, post: HeardPost) -> None:
        """The author took a post back; if nothing else was said, nothing is left to answer."""
        case = self.desk.own_case(post)
        if case is None:
            return
        self.desk.note(case, post.deleted_at or self.now, say("{name} deleted a post.", name=name_of(post)))
        left = [each for each in self.desk.posts_of(case) if not each.ours and each.deleted_at is None]
        if left and self.looks.undecided(case):
            self.looks.decide_again(case)
        elif not left or self.posts.voice(post) == case.voice:
            self._show_what_is_left(case, [each for each in left if self.posts.voice(each) == case.voice])
            if not left and case.first_replied_at is None and not case.ended:
                case.take(case.value().close(self.now))
        self.desk.touch(case)

    def _show_what_is_left(self, case: CaseDraft, posts: Sequence[HeardPost]) -> None:
        """Show a case that people work on by what its person has not taken back."""
        if posts:
            seen, exposure = (
                look(list(map(self.posts.said, posts)), now=self.now, window=self.posts.window),
                case.exposure,
            )
            self.rulings.lead_with(case, next(each for each in posts if each.id == seen.lead.post))
            case.exposure = exposure
        else:
            case.title = case.excerpt = say("Deleted by its author")

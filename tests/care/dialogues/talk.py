"""The words in which the dialogues are told: who says what, who answers whom, what happens later.

What people say is heard when somebody looks, or time passes: each post by itself (of many, some at once), in the order
of this run.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import factorial
from random import Random

import pytest
from tests.make import NOON, Town, make_topic, make_town, make_workspace

from hubbub.accounts.core.access import Access
from hubbub.care.core.past import Told
from hubbub.care.models import CaseRow, DecisionRow, Incident, SocialAccount
from hubbub.care.selectors.pasts import past_of
from hubbub.care.services import cases, counting, people
from hubbub.channels.adapters.demo.channel import Demo
from hubbub.flows import pasts
from hubbub.infra.places import Places
from hubbub.kernel.batch import RawBatch
from hubbub.listening.core.topics import TopicClass

BROKEN = "@AcmeCustServ My widget has been broken for 5 days now. Its disgusting!"
ABOUT = "My #Acme widget has been broken for 5 days now. Its disgusting!"
SO_IS_MINE = "So's mine. I'm now on my third #Acme widget…they are so unreliable."

CELEBRITY = {
    "followers": 500_000, "follows": 800, "posts": 14_000, "reactions": 4_000.0, "joined_at": "2011-01-01T00:00:00Z",
}  # fmt: skip
BOUGHT = {"followers": 500_000, "follows": 7_000, "posts": 60, "reactions": 0.2, "joined_at": "2026-09-01T00:00:00Z"}
BOT = {"followers": 3, "follows": 4_900, "posts": 91_000, "reactions": 0.0, "joined_at": "2026-10-01T00:00:00Z"}

FEW = 24
"""So many orders of arrival are all tried; of more, a sample."""


def in_any_order(posts: int, sample: int = 12) -> pytest.MarkDecorator:
    """Tell a dialogue once for each order in which so many posts can arrive; of many orders, a seeded sample."""
    every = factorial(posts)
    orders = range(every) if every <= FEW else [0, every - 1, *Random(posts).sample(range(1, every - 1), sample - 2)]
    return pytest.mark.parametrize("talk", orders, indirect=True)


def arranged(things: Sequence[bytes], number: int) -> list[bytes]:
    """Return things in one of their orders: 0 as they are, the last one backwards."""
    left, found = list(things), []
    while left:
        place, number = divmod(number, factorial(len(left) - 1))
        found.append(left.pop(place))
    return found


@dataclass
class Talk:
    """A talk in a town that a desk listens to."""

    town: Town
    order: int = 0
    unheard: list[bytes] = field(default_factory=list)
    before: dict[str, list[bytes]] = field(default_factory=dict)  # what the network shows of somebody's past

    @property
    def desk(self) -> Access:
        """Who works here."""
        return self.town.access

    # What happens --------------------------------------------------------
    def is_someone(self, who: str, **profile: object) -> None:
        """Somebody's profile."""
        self.town.person(who, **profile)

    def says(self, who: str, text: str, *, minutes: float = 0.5, lang: str = "") -> str:
        """Somebody says something in public, some minutes after what was said last."""
        return self._said(who, text, minutes, lang=lang)

    def answers(self, who: str, post: str, text: str, *, minutes: float = 0.5) -> str:
        """Somebody answers a post in public."""
        return self._said(who, text, minutes, reply_to=post)

    def writes(self, who: str, text: str, *, minutes: float = 0.5) -> str:
        """Somebody writes to us in private."""
        return self._said(who, text, minutes, to="AcmeCustServ")

    def reposts(self, who: str, post: str) -> str:
        """Somebody repeats a post without words."""
        return self._said(who, "", 0.5, repost_of=post)

    def said_before(self, who: str, text: str, *, days: int) -> None:
        """Somebody said something long ago, which nobody here heard: their network still shows it."""
        now = self.town.at
        self.town.at -= timedelta(days=days)
        self.before.setdefault(who, []).append(self.town.line(who, text, after=timedelta(0))[1])
        self.town.at = now

    def hears_of_rivals(self) -> None:
        """The desk listens for what is said of a competitor, too."""
        make_topic(self.desk, "nimbrell", TopicClass.COMPETITOR, "Nimbrell")

    def later(self, **span: float) -> None:
        """Time passes."""
        self._hear()
        pasts.read_pasts(self.town.places, now=self.town.at)
        self.town.later(**span)

    def we_answer(self, who: str, text: str) -> None:
        """One of us answers somebody's case."""
        cases.reply(self.desk, self.case(who).number, text=text, now=self.now)

    def we_solve(self, who: str) -> None:
        """One of us says that it is done."""
        cases.resolve(self.desk, self.case(who).number, now=self.now)

    def we_know(self, who: str, *, what: str = "known") -> None:
        """Somebody here says who an account is: a customer, or a colleague."""
        self._met(who)
        people.mark(self.desk, self.town.account(who).pk, what=what, on=True, now=self.now)

    def are_one_person(self, one: str, other: str) -> None:
        """Somebody here says that two accounts are one person's."""
        self._met(one)
        self._met(other)
        people.link(self.desk, self.town.account(one).pk, self.town.account(other).pk, now=self.now)

    # What is seen --------------------------------------------------------
    @property
    def now(self) -> datetime:
        """The time in the town."""
        self._hear()
        return self.town.at

    def cases(self) -> list[CaseRow]:
        """The cases there are, of people who did not only say hello long ago."""
        self._hear()
        return [case for case in self.town.cases() if case.opened_at > NOON]

    def case(self, who: str = "") -> CaseRow:
        """The only case, or the only one of somebody."""
        (only,) = [case for case in self.cases() if not who or (case.account and case.account.native == who)]
        return only

    def rule(self, who: str = "") -> str:
        """The rule by which a case stands where it stands."""
        return self.case(who).rule

    def rules(self) -> list[str]:
        """The rules that decided, one a post that was heard, without those of the past."""
        self._hear()
        return self.town.rules()

    def why_left(self, who: str) -> str:
        """Why nobody need answer what somebody said."""
        self._hear()
        account = self.town.account(who)
        decision = DecisionRow.objects.get(workspace_id=self.desk.workspace, post__author=account.native, case=None)
        return str(decision.reasons)

    def incidents(self) -> list[Incident]:
        """The incidents there are."""
        self._hear()
        counting.count_anew(self.town.at)
        return list(Incident.objects.filter(workspace_id=self.desk.workspace))

    def past(self, who: str) -> list[str]:
        """What somebody's past tells, as the case shows it."""
        return [_line(each) for each in past_of(self.desk, self.case(who).number)]

    # How it is done ------------------------------------------------------
    def _said(self, who: str, text: str, minutes: float, **how: str) -> str:
        uri, line = self.town.line(who, text, after=timedelta(minutes=minutes), **how)  # type: ignore[arg-type]
        self.unheard.append(line)
        return uri

    def _hear(self) -> None:
        lines, self.unheard = self.unheard, []
        shuffled = arranged(lines, self.order % factorial(len(lines)))
        at_once = 1 + len(lines) // 25
        for place in range(0, len(lines), at_once):
            self.town.hear(shuffled[place : place + at_once])

    def _met(self, who: str) -> None:
        """Let an account be known here: it said hello long ago, and that was that."""
        self._hear()
        if not SocialAccount.objects.filter(workspace_id=self.desk.workspace, native=who).exists():
            now, self.town.at = self.town.at, NOON - timedelta(days=90)
            self.town.says(who, "hi @AcmeCustServ 👋", after=timedelta(0))
            CaseRow.objects.filter(workspace_id=self.desk.workspace, account__native=who).update(
                status="closed", folder="closed"
            )
            self.town.at = now


def _line(told: Told) -> str:
    return f"{told.reason.strong}{told.reason.text}"


def make_talk(places: Places, monkeypatch: pytest.MonkeyPatch, order: int = 0) -> Talk:
    """A talk that begins at noon of a quiet Tuesday."""
    talk = Talk(make_town(make_workspace(), places), order)

    async def timeline(self: Demo, who: str) -> RawBatch | None:
        return RawBatch(talk.before.get(who, []), None, talk.town.at)

    monkeypatch.setattr(Demo, "timeline", timeline)
    return talk

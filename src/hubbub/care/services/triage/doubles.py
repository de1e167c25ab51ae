"""Second accounts: two that are likely one person's count as one voice, until somebody says otherwise."""

from collections.abc import Sequence

from hubbub.care.core.likeness import Complaint, sameness
from hubbub.care.core.voices import LIKELY, SAME_WORDS, SOON, Speaker, same_person
from hubbub.care.models import SecondAccount, SocialAccount
from hubbub.care.services.desk import Desk


class Doubles:
    """The second accounts that a workspace knows of, and those that a run finds. There are few."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        rows = SecondAccount.objects.filter(workspace=desk.workspace).values_list("account", "of", "two_people")
        self._pairs = {(account, of): two_people for account, of, two_people in rows}
        self._speakers: dict[int, Speaker] = {}

    def of(self, voice: str) -> str:
        """Return the voice that a voice counts as."""
        account = _account(voice)
        first = min((of for (one, of), two in self._pairs.items() if one == account and not two), default=None)
        return voice if first is None else f"account {first}"

    def look(self, mine: Complaint, alike: Sequence[Complaint]) -> None:
        """Look among like complaints for another account of whoever said this one."""
        me = _account(mine.voice)
        near = {
            account: other
            for other in alike
            if (account := _account(other.voice)) and account != me
            and abs(other.said_at - mine.said_at) <= SOON and sameness(mine.words, other.words) >= SAME_WORDS
        }  # fmt: skip
        if not me or not near:
            return
        self._load({me, *near})
        for account, other in near.items():
            pair = (max(me, account), min(me, account))
            if pair in self._pairs or not {me, account} <= self._speakers.keys():
                continue
            found = same_person(
                self._speakers[me],
                self._speakers[account],
                sameness=sameness(mine.words, other.words),
                apart=abs(other.said_at - mine.said_at),
                now=self.desk.now,
            )
            if found.p >= LIKELY:
                self._pairs[pair] = False
                SecondAccount.objects.create(
                    workspace=self.desk.workspace,
                    account_id=pair[0],
                    of_id=pair[1],
                    p=round(found.p, 3),
                    reasons=list(found.reasons),
                )

    def _load(self, accounts: set[int]) -> None:
        rows = SocialAccount.objects.filter(workspace=self.desk.workspace, pk__in=accounts - self._speakers.keys())
        for pk, handle, followers, joined_at in rows.values_list("pk", "handle", "followers", "joined_at"):
            self._speakers[pk] = Speaker(handle, followers, joined_at)


def _account(voice: str) -> int:
    """Return the account that a voice is, 0 where it is a customer's or nobody's."""
    kind, _, number = voice.partition(" ")
    return int(number) if kind == "account" else 0

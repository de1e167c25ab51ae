"""Who is proposed to be asked, and thanks won, month by month."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.core.advocates import THANKS_WITHIN, State, draft
from hubbub.care.core.customers.views import Way
from hubbub.care.models import AdvocateRules, CaseRow, Consent, FollowUp, Rating, SecondAccount, SocialAccount, Thanks
from hubbub.care.selectors.answering import first_name
from hubbub.care.selectors.ways import ways
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say

PAGE = 50
MONTHS = 12
COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Proposal:
    """Somebody who may be asked."""

    id: int
    number: int
    title: str
    who: str
    channel: str
    reach: int
    ended_at: datetime
    thanks: str  # their words
    score: int | None
    allowed: bool | None  # None: nothing is noted, so only the case's owner asks, in the same conversation
    owner: str
    may_ask: bool
    private: bool
    draft: str
    status: str


@dataclass(frozen=True, slots=True)
class Month:
    """What was won in a month."""

    key: str  # 2026-11
    since: datetime
    thanks: int
    asked: int
    advocates: int


def advocate_rules(workspace: int) -> AdvocateRules:
    """Return when a workspace proposes follow-ups; for this domain and its pages."""
    return AdvocateRules.objects.filter(workspace_id=workspace).first() or AdvocateRules(workspace_id=workspace)


def kin_of(account: SocialAccount) -> list[int]:
    """Return every account that is the same person's: of one customer, or likely second ones."""
    found = {account.pk}
    if account.customer_id is not None:
        found |= set(SocialAccount.objects.filter(customer=account.customer_id).values_list("pk", flat=True))
    pairs = SecondAccount.objects.filter(Q(account__in=found) | Q(of__in=found), two_people=False)
    for pair in pairs.values_list("account", "of"):
        found |= set(pair)
    return sorted(found)


def allowed(accounts: Sequence[int]) -> bool | None:
    """Return somebody's latest word on being asked to tell others; None where none is noted."""
    words = Consent.objects.filter(customer__accounts__in=accounts, way=Way.FOLLOW_UP).order_by("-at", "-pk")
    return words.values_list("given", flat=True).first()


def proposals(access: Access, now: datetime) -> tuple[Proposal, ...]:
    """Return who may be asked now, those with the widest reach first."""
    access.require(Permission.READ)
    rows = FollowUp.objects.filter(workspace_id=access.workspace, state=State.PROPOSED, show_at__lte=now)
    found = []
    for row in rows.select_related("case__owner", "account").order_by("-account__reach", "pk")[:PAGE]:
        word = allowed(kin_of(row.account))
        if word is not False:
            found.append(_proposal(access, row, word))
    return tuple(found)


def _proposal(access: Access, row: FollowUp, word: bool | None) -> Proposal:
    case = row.case
    public, _ = ways(access, case)
    thanks = Thanks.objects.filter(case=case).select_related("post").order_by("-at").first()
    scores = Rating.objects.filter(case=case, score__isnull=False).order_by("-answered_at")
    private = case.private or not public.possible
    return Proposal(
        row.pk, case.number, case.title, case.who, case.channel, row.account.reach,
        case.resolved_at or case.last_inbound_at, thanks.post.text if thanks else "",
        scores.values_list("score", flat=True).first(), word, case.owner.name if case.owner else "",
        word is True or case.owner_id in (None, access.person), private, draft(first_name(case), private=private),
        case.status,
    )  # fmt: skip


def proposed(access: Access, now: datetime, up_to: int = COUNTED) -> int:
    """Count the proposals."""
    rows = FollowUp.objects.filter(workspace_id=access.workspace, state=State.PROPOSED, show_at__lte=now)
    return rows[:up_to].count()


# What was won -----------------------------------------------------------------
def months(access: Access, now: datetime) -> tuple[Month, ...]:
    """Return the public thanks, the people asked and the advocates of the last months, the newest first."""
    access.require(Permission.READ)
    first = _first(access, now)
    begins = [first]
    while len(begins) < MONTHS:
        begins.append(_first(access, begins[-1] - timedelta(days=1)))
    counted = {what: Counter(_key(access, at) for at in _whens(access, what, begins[-1])) for what in WHAT}
    return tuple(
        Month(key, since, counted["thanks"][key], counted["asked"][key], counted["advocates"][key])
        for since in begins
        for key in [_key(access, since)]
        if since == first or any(counted[what][key] for what in WHAT)
    )


WHAT = ("thanks", "asked", "advocates")


def _whens(access: Access, what: str, since: datetime) -> list[datetime]:
    rows, at = _won(access, what)
    return [each for each in rows.filter(**{f"{at}__gte": since}).values_list(at, flat=True) if each is not None]


def _won(access: Access, what: str) -> tuple[QuerySet[Thanks] | QuerySet[FollowUp], str]:
    """Return the rows that a number counts, and by which moment."""
    if what == "thanks":
        return Thanks.objects.filter(workspace_id=access.workspace, public=True), "at"
    asked = FollowUp.objects.filter(workspace_id=access.workspace, state=State.ASKED)
    if what == "asked":
        return asked, "asked_at"
    if what != "advocates":
        raise InvalidInput(
            reason=say("There is no number {what!r}; there are {known}.", what=what, known=", ".join(WHAT))
        )
    said = Thanks.objects.filter(
        account=OuterRef("account"),
        public=True,
        at__gt=OuterRef("asked_at"),
        at__lte=OuterRef("asked_at") + THANKS_WITHIN,
    )
    return asked.filter(Exists(said)), "asked_at"


def won_cases(access: Access, what: str, month: str) -> tuple[tuple[int, str, str, datetime], ...]:
    """Return the cases behind a number of a month: number, title, who, when; the newest first."""
    access.require(Permission.READ)
    try:
        local = datetime.strptime(month, "%Y-%m").replace(tzinfo=ZoneInfo(access.timezone))
    except ValueError:
        raise InvalidInput(reason="A month looks like 2026-11.") from None
    since = local.astimezone(UTC)
    until = (local.replace(day=28) + timedelta(days=5)).replace(day=1).astimezone(UTC)
    rows, at = _won(access, what)
    some = rows.filter(**{f"{at}__gte": since, f"{at}__lt": until}).order_by(f"-{at}")
    return tuple(some.values_list("case__number", "case__title", "case__who", at)[:COUNTED])


def _first(access: Access, at: datetime) -> datetime:
    local = at.astimezone(ZoneInfo(access.timezone)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return local.astimezone(UTC)


def _key(access: Access, at: datetime) -> str:
    return at.astimezone(ZoneInfo(access.timezone)).strftime("%Y-%m")


def case_of_thanks(account: SocialAccount, but: int, at: datetime) -> CaseRow | None:
    """Return the case of somebody that ended in the last days before a moment; for this domain only."""
    rows = CaseRow.objects.filter(
        account__in=kin_of(account), resolved_at__lte=at, resolved_at__gt=at - THANKS_WITHIN, first_replied_at__lt=at
    )
    return rows.exclude(pk=but).order_by("-resolved_at").first()

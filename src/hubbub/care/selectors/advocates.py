"""Who is proposed to be asked, and thanks won, month by month."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.core.advocates import THANKS_WITHIN, State, draft
from hubbub.care.core.customers.views import Way
from hubbub.care.models import AdvocateRules, CaseRow, Consent, FollowUp, Rating, SecondAccount, SocialAccount, Thanks
from hubbub.care.selectors.answering import first_name
from hubbub.care.selectors.ways import answered_in_public
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
    return _kin([account])[account.pk]


def _kin(accounts: Sequence[SocialAccount]) -> dict[int, list[int]]:
    """Return the same of several accounts."""
    customers = {each.customer_id for each in accounts} - {None}
    theirs: dict[int | None, set[int]] = defaultdict(set)
    for pk, customer in SocialAccount.objects.filter(customer__in=customers).values_list("pk", "customer"):
        theirs[customer].add(pk)
    known = {each.pk: {each.pk} | (theirs[each.customer_id] if each.customer_id else set()) for each in accounts}
    some = set[int]().union(*known.values())
    pairs = SecondAccount.objects.filter(Q(account__in=some) | Q(of__in=some), two_people=False)
    likely = [set(pair) for pair in pairs.values_list("account", "of")]
    return {pk: sorted(found.union(*(pair for pair in likely if pair & found))) for pk, found in known.items()}


def allowed(accounts: Sequence[int]) -> bool | None:
    """Return somebody's latest word on being asked to tell others; None where none is noted."""
    return _words([accounts])[0]


def _words(people: Sequence[Sequence[int]]) -> list[bool | None]:
    """Return the same of several people, each known by their accounts."""
    some = {account for accounts in people for account in accounts}
    told = Consent.objects.filter(customer__accounts__in=some, way=Way.FOLLOW_UP).order_by("at", "pk")
    latest = {
        account: (place, given)
        for place, (account, given) in enumerate(told.values_list("customer__accounts", "given"))
    }
    found = [[latest[account] for account in accounts if account in latest] for accounts in people]
    return [max(words)[1] if words else None for words in found]


def _waiting(access: Access, now: datetime) -> QuerySet[FollowUp]:
    """Return the proposals that may be shown: who said that they do not want to be asked is none."""
    rows = FollowUp.objects.filter(workspace_id=access.workspace, state=State.PROPOSED, show_at__lte=now)
    told = Consent.objects.filter(customer=OuterRef("account__customer"), way=Way.FOLLOW_UP).order_by("-at", "-pk")
    rows = rows.annotate(word=Subquery(told.values("given")[:1]))
    return rows.filter(Q(word=True) | Q(word__isnull=True))


def proposals(access: Access, now: datetime) -> tuple[Proposal, ...]:
    """Return who may be asked now, those with the widest reach first."""
    access.require(Permission.READ)
    found = _waiting(access, now).select_related("case__owner", "case__account__customer", "account")
    rows = list(found.order_by("-account__reach", "pk")[:PAGE])
    kin = _kin([row.account for row in rows])
    words = _words([kin[row.account_id] for row in rows])
    cases = [row.case for row in rows]
    public = answered_in_public(access, cases)
    thanks = dict(Thanks.objects.filter(case__in=cases).order_by("at").values_list("case", "post__text"))
    rated = Rating.objects.filter(case__in=cases, score__isnull=False).order_by("answered_at")
    scores = dict(rated.values_list("case", "score"))
    return tuple(
        _proposal(
            access, row, word, private=row.case_id not in public, thanks=thanks.get(row.case_id, ""),
            score=scores.get(row.case_id),
        )
        for row, word in zip(rows, words, strict=True)
        if word is not False
    )  # fmt: skip


def _proposal(
    access: Access, row: FollowUp, word: bool | None, *, private: bool, thanks: str, score: int | None
) -> Proposal:
    case = row.case
    return Proposal(
        row.pk, case.number, case.title, case.who, case.channel, row.account.reach,
        case.resolved_at or case.last_inbound_at, thanks, score, word, case.owner.name if case.owner else "",
        word is True or case.owner_id in (None, access.person), private, draft(first_name(case), private=private),
        case.status,
    )  # fmt: skip


def proposed(access: Access, now: datetime, up_to: int = COUNTED) -> int:
    """Count the proposals."""
    return _waiting(access, now)[:up_to].count()


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
        local = None
    if local is None or not 2000 <= local.year < 2200:
        raise InvalidInput(reason="A month looks like 2026-11.")
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

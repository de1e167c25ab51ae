"""By which words a case is found: whose it is, what was said in it, and what we wrote and noted."""

from collections import defaultdict
from collections.abc import Sequence

from hubbub.care.models import CaseRow, Entry, SocialAccount
from hubbub.kernel.tokens import tokens

MOST_CHARACTERS = 20_000  # of one entry


def words_of(cases: Sequence[int]) -> dict[int, dict[int, list[list[str]]]]:
    """Return the words of each text of some cases, by workspace and case. For the search index."""
    rows = CaseRow.objects.filter(pk__in=cases).values_list("pk", "workspace_id", "number", "who", "account_id")
    texts: dict[int, list[str]] = {}
    owners: dict[int, int] = {}
    people = _names({account for *_, account in rows if account is not None})
    for pk, workspace, number, who, account in rows:
        owners[pk] = workspace
        texts[pk] = [str(number), who, *people.get(account, ())]
    said = Entry.objects.filter(case__in=list(texts), kind__in=("post", "reply", "note")).order_by("-at", "-id")
    columns = ("case_id", "text", "post__name", "post__handle", "post__text", "post__deleted_at")
    for pk, text, name, handle, words, deleted in said.values_list(*columns):
        texts[pk] += [each for each in (name, handle, words if deleted is None else "", text) if each]
    found: dict[int, dict[int, list[list[str]]]] = defaultdict(dict)
    for pk, some in texts.items():
        found[owners[pk]][pk] = [tokens(each[:MOST_CHARACTERS]) for each in dict.fromkeys(some)]
    return found


def _names(accounts: set[int]) -> dict[int, list[str]]:
    """Return how the people behind accounts are called: names, handles and numbers of all they have."""
    rows = SocialAccount.objects.filter(pk__in=accounts)
    customers = dict(rows.filter(customer__isnull=False).values_list("pk", "customer_id"))
    named: dict[int, list[str]] = defaultdict(list)
    of_customers: dict[int, list[str]] = defaultdict(list)
    for pk, name, handle, native, channel in rows.values_list("pk", "name", "handle", "native", "channel"):
        named[pk] += [name, handle, native if channel in ("phone", "mail") else ""]
    kin = SocialAccount.objects.filter(customer__in=set(customers.values()))
    for customer, name, handle, native, channel, called in kin.values_list(
        "customer_id", "name", "handle", "native", "channel", "customer__name"
    ):
        of_customers[customer] += [called, name, handle, native if channel in ("phone", "mail") else ""]
    return {pk: [each for each in [*named[pk], *of_customers.get(customers.get(pk, 0), ())] if each] for pk in accounts}

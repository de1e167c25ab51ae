"""Who spoke in a case: whose voices count, and whose not, with the reason."""

from collections.abc import Iterable, Mapping, Sequence

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.core.reading import TextReading
from hubbub.care.core.views import Voice
from hubbub.care.core.voices import why_no_voice
from hubbub.care.models import Entry, SecondAccount, SocialAccount
from hubbub.channels.core.values import handle_words
from hubbub.kernel.details import details_of
from hubbub.kernel.speech import mark, say
from hubbub.listening.models import Post

SPOKE = 200  # posts of a case that are looked through
_HOW = {"opened": mark("began it"), "like problem": mark("a like problem"), "thread": mark("in the thread")}


def voices_of(access: Access, number: int) -> tuple[Voice, ...]:
    """Return who spoke in a case, in the order they came; one line a person."""
    access.require(Permission.READ)
    rows = Entry.objects.filter(case__workspace_id=access.workspace, case__number=number, post__isnull=False)
    rows = rows.filter(post__ours=False, post__deleted_at__isnull=True).select_related("post")
    entries = list(rows.order_by("at", "id")[:SPOKE])
    return voices(access, entries, accounts_of(access, [each.post for each in entries if each.post]))


def accounts_of(access: Access, posts: Iterable[Post]) -> dict[tuple[str, str], SocialAccount]:
    """Return the accounts that posts are of, by channel and native name; for this domain only."""
    natives = {post.author for post in posts if post.author}
    rows = SocialAccount.objects.filter(workspace_id=access.workspace, native__in=natives)
    return {(row.channel, row.native): row for row in rows}


def voices(
    access: Access, entries: Sequence[Entry], accounts: Mapping[tuple[str, str], SocialAccount]
) -> tuple[Voice, ...]:
    """Return who spoke in the lines of a case, these in their order; one line a person. For this domain only."""
    said = [(each, each.post) for each in entries if each.post and not each.post.ours and not each.post.deleted_at]
    if len({post.author for _, post in said}) < 2:
        return ()
    keys = [row.pk for row in accounts.values()]
    pairs = SecondAccount.objects.filter(account__in=keys, two_people=False).select_related("of").order_by("of")
    doubles = {pair.account_id: pair for pair in reversed(pairs)}
    found: dict[str, Voice] = {}
    for entry, post in said:
        account = accounts.get((post.channel, post.author))
        key = f"customer {account.customer_id}" if account and account.customer_id else f"{post.channel} {post.author}"
        why = _why(post, account)
        double = doubles.get(account.pk) if account else None
        if key in found:
            if account and account.pk != found[key].account:
                why = say("same person as {name}", name=found[key].name)
                key = f"{key} {account.pk}"
            elif found[key].why and not why:
                pass  # they said it in their own words after all
            else:
                continue
        elif not why and double is not None:
            of = handle_words(double.of.channel, double.of.handle)
            why = say("likely {name} again, {likely:.0%}", name=of, likely=double.p)
        found[key] = Voice(
            account=account.pk if account else 0,
            name=post.name or handle_words(post.channel, post.handle) or say("Somebody"),
            channel=post.channel,
            at=post.said_at,
            how=say(_HOW.get(str(entry.data.get("why", "")), mark("wrote"))),
            why=why,
            double=double.pk if double else 0,
            reasons=tuple(double.reasons) if double else (),
        )
    return tuple(found.values())


def _why(post: Post, account: SocialAccount | None) -> str:
    """Say why somebody is no voice; who only helped or asked is not said to be none."""
    reading = TextReading.of_data(post.reading or ())
    known = bool(account and account.known)
    why = why_no_voice(
        noise=0.0 if known else reading.noise,
        p_bot=account.p_bot if account else 0.0,
        employee=bool(account and account.employee),
        automatic=bool(details_of(post.details).machine),
        bare_repost=bool(post.repost_of) and not post.text.strip(),
    )
    has_it = reading.kind == "complaint" or reading.joins_in
    return why or ("" if has_it else say("does not say they have it"))

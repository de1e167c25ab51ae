"""How a reply to a case may leave, and what it answers."""

from collections.abc import Sequence

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from hubbub.accounts.core.access import Access
from hubbub.care.core.views import Way
from hubbub.care.models import CaseRow
from hubbub.channels import selectors as channels
from hubbub.channels.core.values import ConnectionValue, handle_words
from hubbub.kernel.speech import say
from hubbub.listening.models import Post


def ways(access: Access, row: CaseRow) -> tuple[Way, Way]:
    """Return how a public and a private reply to a case may leave."""
    newest = last_from_customer(row, private=True)
    in_public = last_from_customer(row, private=False) if newest and newest.private and not row.private else newest
    connections = channels.connections(access)
    return _way(connections, row, in_public, private=False), _way(connections, row, newest, private=True)


def answered_in_public(access: Access, rows: Sequence[CaseRow]) -> frozenset[int]:
    """Return the keys of those cases to which a public reply may leave, in a few queries however many."""
    connections = channels.connections(access)
    posts = Post.objects.filter(entry__case=OuterRef("pk"), ours=False, deleted_at__isnull=True, private=False)
    own = posts.filter(channel=OuterRef("account__channel"), author=OuterRef("account__native"))
    newest = [Subquery(each.order_by("-said_at", "-id").values("pk")[:1]) for each in (own, posts)]
    found = CaseRow.objects.filter(pk__in=[row.pk for row in rows], private=False).annotate(to=Coalesce(*newest))
    targets = dict(found.values_list("pk", "to"))
    said = Post.objects.in_bulk([post for post in targets.values() if post is not None])
    return frozenset(
        row.pk
        for row in rows
        if row.pk in targets and _way(connections, row, said.get(targets[row.pk]), private=False).possible
    )


def _way(connections: Sequence[ConnectionValue], row: CaseRow, target: Post | None, *, private: bool) -> Way:
    if target is None:
        return Way(False, say("There is no post left to answer."))
    found = _connection_for(connections, target)
    if isinstance(found, str):
        return Way(False, found)
    reason = ""
    if private and not found.abilities.private:
        reason = say("{network} carries no private messages here.", network=found.label)
    elif private and not target.author:
        reason = say("Their account is not known.")
    elif not private and row.private:
        reason = say("They wrote in private; a public reply would tell others.")
    elif not private and not found.abilities.reply:
        reason = say("{network} can only be heard.", network=found.label)
    return Way(
        not reason,
        reason,
        connection=found.id,
        network=found.label,
        as_handle=found.handle,
        as_name=found.account_name,
        to=target.name or handle_words(target.channel, target.handle),
        abilities=found.abilities,
    )


def last_from_customer(row: CaseRow, *, private: bool) -> Post | None:
    """Return the post that a reply answers: the newest of the person the case is about.

    What they added in private is no post that a public reply could stand under.
    """
    posts = Post.objects.filter(entry__case=row, ours=False, deleted_at__isnull=True)
    if not private and not row.private:
        posts = posts.filter(private=False)
    if row.account is not None:
        own = posts.filter(channel=row.account.channel, author=row.account.native).order_by("-said_at", "-id").first()
        if own is not None:
            return own
    return posts.order_by("-said_at", "-id").first()


def _connection_for(connections: Sequence[ConnectionValue], post: Post) -> ConnectionValue | str:
    """Return the connection a reply to a post leaves by, or why there is none."""
    found = [each for each in connections if each.connector == post.channel]
    can = [each for each in found if each.abilities.reply or each.abilities.private]
    able = [each for each in can if each.enabled]
    chosen = next((each for each in able if each.id == post.connection_id), able[0] if able else None)
    if chosen is not None:
        return chosen
    if can:
        return say("The connection that could answer is switched off.")
    if post.channel == "phone":
        return say("A call is answered by calling back.")
    if post.channel in ("bluesky", "mastodon"):
        return say("To answer, connect your {network} account under Settings, Channels.", network=post.channel.title())
    return say("This was heard where nobody can answer through Hubbub. Open it at its source.")

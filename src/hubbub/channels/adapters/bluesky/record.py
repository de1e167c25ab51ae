"""What a post record says, as columns. Pure; both channels parse with it."""

import re
from contextlib import suppress
from typing import Any

import msgspec

from hubbub.channels.core.answers import moment
from hubbub.kernel.speech import say

COLLECTION = "app.bsky.feed.post"
_DID = re.compile(r"did:[a-z]{1,32}:[A-Za-z0-9._:%-]{1,512}")
_KEY = re.compile(r"[A-Za-z0-9._:~-]{1,512}")
_MAX_MEDIA = 100


class Ref(msgspec.Struct):
    """A strong reference: a record's address and the hash of its content."""

    uri: str
    cid: str


class Reply(msgspec.Struct):
    """What a post answers, and the first post of the thread."""

    root: Ref
    parent: Ref


class Feature(msgspec.Struct):
    """What a stretch of text stands for."""

    kind: str = msgspec.field(name="$type", default="")
    did: str | None = None
    uri: str | None = None


class Facet(msgspec.Struct):
    """A stretch of text that stands for something."""

    features: list[Feature] = []


class Post(msgspec.Struct):
    """The record of a post, as far as we read it. Anybody can write anything into a record."""

    text: str
    created_at: str = msgspec.field(name="createdAt", default="")
    langs: list[str] | None = None
    reply: Reply | None = None
    facets: list[Facet] | None = None
    embed: Any = None


def post_uri(did: str, key: str) -> str:
    """Return a post's permanent address; ValueError if the network could not have such a one."""
    if not _DID.fullmatch(did) or not _KEY.fullmatch(key):
        raise ValueError(say("this is no account or no record key"))
    return f"at://{did}/{COLLECTION}/{key}"


def split_uri(uri: str) -> tuple[str, str]:
    """Return account and record key of a post's address; ValueError if it is not a post's."""
    did, _, rest = uri.removeprefix("at://").partition("/")
    collection, _, key = rest.partition("/")
    if collection != COLLECTION or not uri.startswith("at://"):
        raise ValueError(say("this is not the address of a post"))
    post_uri(did, key)
    return did, key


def web_url(did: str, key: str) -> str:
    """Return where a person can look at a post."""
    return f"https://bsky.app/profile/{did}/post/{key}"


def columns(post: Post, did: str, key: str, cid: str) -> dict[str, Any]:
    """Return the columns of the batch that a post record fills."""
    media, links = _embedded(post.embed)
    mentions: list[str] = []
    for facet in post.facets or ():
        for feature in facet.features:
            if feature.did is not None and feature.kind.endswith("#mention") and _DID.fullmatch(feature.did):
                mentions.append(feature.did)
            elif feature.uri is not None and feature.kind.endswith("#link"):
                links.append(feature.uri)
    parent = post.reply.parent.uri if post.reply else None
    return {
        "author": did,
        "created_at": moment(post.created_at),
        "text": post.text,
        "lang": post.langs[0] if post.langs else None,
        "parent": parent,
        "root": post.reply.root.uri if post.reply else None,
        "parent_author": _author(parent),
        "mentions": mentions,
        "links": list(dict.fromkeys(link for link in links if link.startswith(("https://", "http://")))),
        "media": media,
        "url": web_url(did, key),
        "ref": to_ref(cid, post.reply),
    }


def to_ref(cid: str, reply: Reply | None) -> str:
    """Return what answering a post needs besides its uri: its hash, and its thread's root if that is another."""
    return msgspec.json.encode({"cid": cid, "root": reply.root if reply else None}).decode()


def _author(uri: str | None) -> str | None:
    """Whose post an address names."""
    did = (uri or "").removeprefix("at://").partition("/")[0]
    return did if _DID.fullmatch(did) else None


def _embedded(embed: Any) -> tuple[int, list[str]]:
    """How many pictures and films a post shows, and what it links to as a card: a page, or a quoted post.

    Embeds are an open union, so that a kind we don't know is no reason to reject the post.
    """
    if isinstance(embed, dict) and isinstance(embed.get("media"), dict):  # a quoted post beside pictures
        media, links = _card(embed["media"])
        _, quoted = _card(embed.get("record"))
        return media, links + quoted
    return _card(embed)


def _card(embed: Any) -> tuple[int, list[str]]:
    if not isinstance(embed, dict):
        return 0, []
    shown = embed.get("images") or embed.get("items")
    media = min(len(shown), _MAX_MEDIA) if isinstance(shown, list) else int(isinstance(embed.get("video"), dict))
    links = []
    match embed:
        case {"external": {"uri": str(link)}}:
            links.append(link)
        case {"record": {"uri": str(quoted)}}:
            with suppress(ValueError):  # a quoted feed or list is no post
                links.append(web_url(*split_uri(quoted)))
    return media, links

"""What a person sees who follows a post's link: plain HTML, no script, everything escaped."""

import base64
import hashlib
from collections.abc import Iterable
from html import escape

from hubbub.simulate.values import Account, Post

_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem;"
    "color:#1c2430;background:#f6f7f9}"
    "header p,footer{color:#56606e}a{color:#0b5cad}"
    "article{background:#fff;border:1px solid #d9dee5;border-radius:.5rem;padding:.75rem 1rem;margin:.75rem 0}"
    "article.here{border-color:#0b5cad}article p{margin:.25rem 0;white-space:pre-wrap;overflow-wrap:anywhere}"
    ".reply{margin-left:1.5rem}.meta{color:#56606e;font-size:.875rem}"
    "@media(prefers-color-scheme:dark){body{color:#e8ebef;background:#14181d}article{background:#1c222a;"
    "border-color:#333c47}a{color:#7ab8f5}header p,footer,.meta{color:#a3adb9}}"
)
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The content security policy of every answer: this one style and nothing else."""


def thread_page(network: str, here: Post, thread: Iterable[Post]) -> str:
    """Return a post in its thread."""
    title = f"{here.author.name}: {here.text[:60]}"
    return _page(network, title, "", "".join(_article(post, here.id) for post in thread))


def account_page(network: str, account: Account, posts: Iterable[Post]) -> str:
    """Return somebody's profile and newest posts."""
    facts = f"{account.followers:,} followers · {account.follows:,} follows · {account.posts:,} posts"
    head = f"<p><bdi>{escape(account.bio)}</bdi></p><p>{facts} · since {account.joined_at:%B %Y}</p>"
    return _page(network, f"{account.name} (@{account.handle})", head, "".join(_article(post, "") for post in posts))


def _article(post: Post, here: str) -> str:
    author = post.author
    said = "reposted" if post.repost_of and not post.text else f"<p dir=auto>{escape(post.text)}</p>"
    classes = " ".join(name for name, on in (("here", post.id == here), ("reply", post.parent)) if on)
    edited = " · edited" if post.edited_at else ""
    return (
        f'<article class="{classes}"><b><bdi>{escape(author.name)}</bdi></b> '
        f'<a href="/@{escape(author.handle)}">@{escape(author.handle)}</a> {said}'
        f'<div class="meta"><a href="/@{escape(post.id)}">{post.created_at:%d %b %Y, %H:%M} UTC</a>{edited}</div>'
        "</article>"
    )


def _page(network: str, title: str, head: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>'
        f"<header><h1><bdi>{escape(title)}</bdi></h1>{head}</header><main>{body}</main>"
        f"<footer>{escape(network)}: a demo network. Everybody in it is made up.</footer></body></html>"
    )

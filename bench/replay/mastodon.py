"""Recorded answers of Mastodon servers: the share of all posts and profiles in them that is read as it stands."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import lxml.html  # type: ignore[import-untyped]
import msgspec
import yaml

from hubbub.channels.adapters.mastodon.status import Profile, account_of, line_of, parse
from hubbub.kernel.batch import RawBatch

NOW = datetime.now(UTC)


def measured(data: Path) -> dict[str, float]:
    """Return the share of posts and profiles understood, over all good answers of the cassettes in a folder."""
    seen = [understood(domain, thing) for domain, answer in answers(data / "mastodon") for thing in things(answer)]
    return {"mastodon": sum(seen) / len(seen) if seen else 0.0}


def lines(data: Path) -> dict[str, list[bytes]]:
    """Return the lines that the connectors hear of these posts, by their kinds."""
    found = [
        line_of(domain, msgspec.Raw(json.dumps(thing).encode()))
        for domain, answer in answers(data / "mastodon")
        for thing in things(answer)
        if is_post(thing)
    ]
    return {"mastodon": found, "mastodon_tags": found}


def answers(folder: Path) -> Iterator[tuple[str, Any]]:
    """Yield (server, what it said) of each good answer, and of each event that was streamed."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for path in sorted(folder.glob("*.y*ml")):
        for exchange in yaml.load(path.read_bytes(), loader)["interactions"]:
            if 200 <= exchange["response"]["status"]["code"] < 300:
                domain = urlsplit(exchange["request"]["uri"]).netloc
                yield from ((domain, said) for said in read(exchange["response"]["body"].get("string") or b""))


def read(body: str | bytes) -> Iterator[Any]:
    """Yield the JSON of an answer, or of each event of a stream."""
    plain = body.encode() if isinstance(body, str) else body
    plain = gzip.decompress(plain) if plain.startswith(b"\x1f\x8b") else plain
    events = [line.partition(b":")[2] for line in plain.splitlines() if line.startswith(b"data:")]
    for each in events or [plain]:
        try:
            yield json.loads(each)
        except ValueError:
            continue  # neither carries posts


def things(answer: Any) -> Iterator[dict[str, Any]]:
    """Yield posts and profiles, wherever in an answer they lie."""
    if isinstance(answer, list):
        for each in answer:
            yield from things(each)
    elif isinstance(answer, dict):
        if is_post(answer) or is_profile(answer):
            yield answer
        for each in answer.values():
            yield from things(each)


def is_post(thing: dict[str, Any]) -> bool:
    """Tell a post from one of its older wordings, which have no id."""
    return {"id", "content", "account", "created_at"} <= thing.keys() and isinstance(thing["account"], dict)


def is_profile(thing: dict[str, Any]) -> bool:
    """Tell a profile from a mention, which has no picture."""
    return {"id", "acct", "avatar"} <= thing.keys()


def understood(domain: str, thing: dict[str, Any]) -> bool:
    """Say whether what we read is what stands there."""
    return post_is_read(domain, thing) if is_post(thing) else profile_is_read(domain, thing)


def post_is_read(domain: str, raw: dict[str, Any]) -> bool:
    """Say whether id, author, times, text and parent of a post are what the server said."""
    batch = parse(RawBatch([line_of(domain, msgspec.Raw(json.dumps(raw).encode()))], None, NOW))
    if len(batch) != 1:
        return False
    post = batch.posts.to_pylist()[0]
    parent = raw.get("in_reply_to_id")
    return (
        post["uri"] == f"mastodon://{domain}/{raw['id']}"
        and post["author"] == whole(raw["account"]["acct"], domain)
        and post["created_at"] == datetime.fromisoformat(raw["created_at"])
        and post["happened_at"] == datetime.fromisoformat(raw.get("edited_at") or raw["created_at"])
        and squeezed(post["text"]) == squeezed(text_of(raw["content"]))
        and post["parent"] == (None if parent is None else f"mastodon://{domain}/{parent}")
    )


def profile_is_read(domain: str, raw: dict[str, Any]) -> bool:
    """Say whether a profile is what the server said."""
    try:
        account = account_of(msgspec.convert(raw, Profile), domain)
    except (msgspec.ValidationError, ValueError):
        return False
    joined = raw.get("created_at")
    return (
        account.handle == account.id == whole(raw["acct"], domain)
        and account.name == (raw.get("display_name") or raw.get("username") or "")
        and account.followers == raw.get("followers_count")
        and account.follows == raw.get("following_count")
        and account.posts == raw.get("statuses_count")
        and account.joined_at == (datetime.fromisoformat(joined) if joined else None)
        and squeezed(account.bio) == squeezed(text_of(raw.get("note")))
        and account.url == raw.get("url")
    )


def whole(acct: str, domain: str) -> str:
    """Return an account's name with its server."""
    return (acct if "@" in acct else f"{acct}@{domain}").lower()


def text_of(markup: str | None) -> str:
    """Read HTML another way than the product does."""
    return str(lxml.html.fromstring(f"<div>{markup}</div>").text_content()) if markup else ""


def squeezed(text: str) -> str:
    """Leave white space aside."""
    return "".join(text.split())

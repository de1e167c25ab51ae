"""What anybody can read of a server: profiles, conversations, files. Both connectors share it."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from hubbub.channels.adapters.mastodon import status
from hubbub.channels.adapters.mastodon.hearing import GONE
from hubbub.channels.adapters.mastodon.names import short_acct, split_uri, whole_acct
from hubbub.channels.adapters.mastodon.server import NETWORK, Server, decoded, told_words
from hubbub.channels.adapters.mastodon.status import Head, Profile, account_of, line_of
from hubbub.channels.core.answers import moment
from hubbub.channels.core.bare import Bare
from hubbub.channels.core.contract import TIMELINE, Account, Attached, Refused
from hubbub.infra.http import MAX_BODY, Http
from hubbub.kernel.batch import Batch, RawBatch

PUBLIC = ("public", "unlisted")


class _Context(msgspec.Struct):
    ancestors: list[msgspec.Raw] = []
    descendants: list[msgspec.Raw] = []


class Reader(Bare):
    """A way to a server's public side."""

    def __init__(self, http: Http, address: str, token: str) -> None:
        self._http = http
        self._server = Server(http, address, token)

    @staticmethod
    def parse(raw: RawBatch, rows: Sequence[int] | None = None) -> Batch:
        """Turn our own lines into a batch."""
        return status.parse(raw, rows)

    async def account(self, id_or_handle: str) -> Account | None:
        """Read a profile; None where the server knows none."""
        profile = await self._profile(id_or_handle)
        return None if profile is None else account_of(profile, await self._domain())

    async def last_post(self, id_or_handle: str) -> datetime | None:
        """Read when an account last said something in public that the server knows of."""
        profile = await self._profile(id_or_handle)
        if profile is None:
            return None
        asked = (("limit", 20), ("exclude_reblogs", "true"))
        posts = await self._server.get(f"/api/v1/accounts/{profile.id}/statuses", list[Head], asked)
        said = [moment(post.created_at) for post in posts if post.visibility in PUBLIC]
        return max((at for at in said if at is not None), default=None)

    async def timeline(self, id_or_handle: str) -> RawBatch | None:
        """Read what an account said last in public, as far as the server knows of it."""
        profile = await self._profile(id_or_handle)
        posts: list[msgspec.Raw] = []
        if profile is not None:
            asked = (("limit", TIMELINE), ("exclude_reblogs", "true"))
            posts = await self._server.get(f"/api/v1/accounts/{profile.id}/statuses", list[msgspec.Raw], asked)
        domain = await self._domain()
        public = [post for post in posts if decoded(post, Head).visibility in PUBLIC]
        return RawBatch([line_of(domain, post) for post in public], None, datetime.now(UTC))

    async def thread(self, uri: str) -> RawBatch | None:
        """Read the posts above a post, the post and those below it; no lines if it is gone."""
        try:
            domain, key = split_uri(uri)
        except ValueError:
            return None
        if domain != await self._domain():
            return None
        posts: list[msgspec.Raw] = []
        try:
            itself = await self._server.get(f"/api/v1/statuses/{key}", msgspec.Raw)
            around = await self._server.get(f"/api/v1/statuses/{key}/context", _Context)
            posts = [*around.ancestors, itself, *around.descendants]
        except Refused as refused:
            if refused.facts.get("status") not in GONE:
                raise
        return RawBatch([line_of(domain, post) for post in posts], None, datetime.now(UTC))

    async def attachment(self, ref: str) -> Attached | None:
        """Fetch a file; None where it is gone."""
        url, mime = status.split_ref(ref)
        response = await self._server.fetch(url, MAX_BODY)
        if response.status in GONE:
            return None
        if response.status != 200:
            raise Refused(network=NETWORK, words=told_words(response.body, response.status), status=response.status)
        told = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        return Attached(status.file_name(url), told or mime, response.body)

    async def _domain(self) -> str:
        return (await self._server.instance()).domain

    async def _profile(self, id_or_handle: str) -> Profile | None:
        domain = await self._domain()
        try:
            acct = short_acct(whole_acct(id_or_handle, domain), domain)
            return await self._server.get("/api/v1/accounts/lookup", Profile, (("acct", acct),))
        except ValueError:
            return None
        except Refused as refused:
            if refused.facts.get("status") in GONE:
                return None
            raise

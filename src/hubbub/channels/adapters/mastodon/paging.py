"""Lists of a server, read from where one stopped, the oldest first."""

from collections.abc import AsyncGenerator

import msgspec

from hubbub.channels.adapters.mastodon.heard import Mark
from hubbub.channels.adapters.mastodon.server import Params, Server, decoded

PAGE = 40


class _Item(msgspec.Struct):
    id: str | int


async def pages(server: Server, mark: Mark, path: str, params: Params) -> AsyncGenerator[list[msgspec.Raw], None]:
    """Yield what is new since a mark, which moves along; the first time, the newest page, even if it is empty."""
    at, moved = mark.after, False
    while True:
        await server.pace()
        since: Params = [("min_id", at)] if at else []
        page = await server.get(path, list[msgspec.Raw], [*params, ("limit", PAGE), *since])
        newest = str(decoded(page[0], _Item).id) if page else ""
        if not at:
            mark.begin(newest)
            yield page[::-1]
            return
        if not page or newest == at:
            break
        moved |= newest != mark.reached
        mark.read(newest)
        at = newest
        yield page[::-1]
    if not moved:
        mark.settle()

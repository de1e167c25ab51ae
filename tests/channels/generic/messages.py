"""Messages as programs post them in."""

from hubbub.channels.adapters.generic.channel import Generic
from hubbub.infra.http import Http


def lines(*messages: object, source: str = "shop chat") -> list[bytes]:
    """The lines that messages of one source become."""
    return Generic({"source": source}, {}, Http("generic", allow_private=False)).lines(messages)

"""The webhook connector: programs call us with messages, and are called with our answers. Both sign."""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar

import msgspec

from hubbub.channels.adapters.generic.channel import Generic
from hubbub.channels.adapters.generic.message import MAX_ID, id_of, uri_of
from hubbub.channels.core.contract import (
    Abilities,
    BadConnection,
    Field,
    NotPossible,
    Outgoing,
    Refused,
    Sent,
    SlowDown,
)
from hubbub.infra import signing
from hubbub.infra.http import AnswerLost, Http, Response, TooLarge
from hubbub.kernel.speech import mark, say
from hubbub.kernel.text import clean, clip, is_web_address

TIMEOUT_S = 15.0
MAX_ANSWER = 100_000

MOST_WAIT_S, USUAL_WAIT_S = 3_600, 60


class _Answer(msgspec.Struct):
    id: str | int | None = None
    url: str | None = None


class Webhook(Generic):
    """A program on the other side of two addresses, one of ours and one of its own; satisfies `Channel`."""

    kind: ClassVar[str] = "webhook"
    connector: ClassVar[str] = "webhook"
    label: ClassVar[str] = mark("Webhook")
    about: ClassVar[str] = mark("Any program: it calls us with messages and gets our answers, each call signed.")
    abilities: ClassVar[Abilities] = Abilities(
        reply=True,
        private=True,
        edits=True,
        deletes=True,
        files=4,
        file_bytes=5_000_000,
        max_length=100_000,
        narrow=True,
        repeats=True,
    )
    fields: ClassVar[Sequence[Field]] = (
        *Generic.fields,
        Field(
            "reply",
            mark("Address replies go to"),
            help=mark(
                "Where your program takes our answers, like https://example.org/hubbub. Empty: nobody can answer."
            ),
            required=False,
        ),
    )

    def __init__(self, config: Mapping[str, Any], secret: Mapping[str, Any], http: Http) -> None:
        super().__init__(config, secret, http)
        given = config.get("reply")
        self._reply = given.strip() if isinstance(given, str) else ""
        if self._reply and not is_web_address(self._reply):
            raise BadConnection(
                reason="Address replies go to: give it like https://example.org/hubbub, without a password in it."
            )
        self._secret = secret

    async def send(self, message: Outgoing) -> Sent:
        """Call the program with a reply. The key names the delivery, so that it can tell a repeat from a second one."""
        try:
            response = await self.call(message.key, {"reply": self._told(message)})
        except TooLarge as error:  # it may well have been a yes
            raise AnswerLost(host=say(self.label), reason=str(error)) from error
        words = said(response)
        if 200 <= response.status < 300 or response.status == 409:
            answer = _read(response)
            name = "" if answer.id is None else str(answer.id).strip()
            known = name if name and len(name.encode()) <= MAX_ID else message.key
            return Sent(uri_of(self.source, known), answer.url if is_web_address(answer.url or "") else None)
        if response.status == 429:
            raise SlowDown(network=say(self.label), words=words, wait_s=_wait_s(response))
        if response.status >= 500 or response.status == 408:
            raise AnswerLost(host=say(self.label), reason=say("it said {words}", words=words))
        raise Refused(network=say(self.label), words=words)

    async def call(self, delivery: str, told: Mapping[str, Any]) -> Response:
        """Make one signed call to the program's address; return its answer, whatever it says."""
        if not self._reply:
            raise NotPossible(network=say(self.label), deed="take replies: no address they go to is set")
        now = datetime.now(UTC)
        body = json.dumps({"delivery": delivery, "source": self.source, **told}, ensure_ascii=False).encode()
        headers = signing.headers(signing.keys_of(self._secret, now), delivery, body, now)
        return await self._http.request(
            "POST", self._reply, data=body, headers=headers, timeout_s=TIMEOUT_S, max_body=MAX_ANSWER
        )

    def expected_uri(self, message: Outgoing) -> str | None:
        """The uri the message has unless the program gives it an id of its own."""
        return uri_of(self.source, message.key)

    def _told(self, message: Outgoing) -> dict[str, Any]:
        files = [
            {"name": each.name, "type": each.type, "alt": each.alt, "data": base64.b64encode(each.data).decode()}
            for each in message.files
        ]
        return {
            "id": message.key,
            "text": message.text,
            "parent": id_of(self.source, message.parent),
            "to": message.to,
            "private": message.private,
            "written_at": message.queued_at.isoformat(),
            "files": files,
        }


def said(response: Response, length: int = 300) -> str:
    """Return what an answer says, in its own words."""
    words = clip(clean(response.body[:4_000].decode("utf-8", "replace")), length)
    if 300 <= response.status < 400:
        words = say("it sends us elsewhere; give the address that takes the call itself")
    return f"{response.status}{': ' if words else ''}{words}"


def _read(response: Response) -> _Answer:
    """Read a yes; one that is no JSON is a yes all the same."""
    try:
        return msgspec.json.decode(response.body, type=_Answer)
    except (ValueError, RecursionError):
        return _Answer()


def _wait_s(response: Response) -> int:
    """Return how long to wait: `Retry-After` counts seconds or names a moment."""
    given = response.headers.get("retry-after", "").strip()
    if given.isascii() and given.isdigit():
        return min(int(given[:9]), MOST_WAIT_S)
    try:
        until = parsedate_to_datetime(given).timestamp() - datetime.now(UTC).timestamp()
    except (ValueError, TypeError, OverflowError):
        return USUAL_WAIT_S
    return max(1, min(int(until) + 1, MOST_WAIT_S))

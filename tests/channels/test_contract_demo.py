"""The demo connector keeps what every connector promises."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.channels.contract import ChannelContract, Live
from tests.channels.demo.test_demo_parse import EVENT, MESSAGE, POST
from tests.simulate.living import acme, quiet, running

from hubbub.channels.adapters.demo.channel import Demo
from hubbub.infra.http import Http

PASSWORD = acme().brand.password


def event(**changes: object) -> bytes:
    return json.dumps(EVENT | changes).encode()


class TestDemo(ChannelContract):
    kind = "demo"
    config = {"server": "http://127.0.0.1:8001", "handle": "AcmeCustServ"}
    secret = {"password": PASSWORD}
    samples = (
        event(),
        event(type="edit", post=POST | {"id": "visitor/2", "uri": "demo://acme/visitor/2", "text": "Mended"}),
        event(type="delete", post=POST | {"id": "visitor/3", "uri": "demo://acme/visitor/3"}),
        event(type="message", post=None, message=MESSAGE),
    )
    unusable = (
        ({"server": "127.0.0.1", "handle": "AcmeCustServ"}, {"password": PASSWORD}),
        ({"server": "ftp://127.0.0.1/", "handle": "AcmeCustServ"}, {"password": PASSWORD}),
        ({"server": "http://127.0.0.1:1", "handle": "AcmeCustServ"}, {"password": PASSWORD}),
        ({"server": "http://169.254.169.254", "handle": "AcmeCustServ"}, {"password": PASSWORD}),
    )

    def line_of(self, text: str) -> bytes:
        return event(post=POST | {"text": text})

    @asynccontextmanager
    async def live(self, folder: Path) -> AsyncIterator[Live]:
        async with running(quiet(), folder) as address, Http("test", allow_private=True) as http:
            for number in range(30):
                said = {"as": "visitor", "text": f"@AcmeCustServ my widget broke, {number}"}
                assert (await http.request("POST", f"{address}/posts", json=said)).status < 300
            config = {"server": address, "handle": "AcmeCustServ"}
            yield Live(lambda: Demo(config, {"password": PASSWORD}, Http("demo", allow_private=True)), lines=30)

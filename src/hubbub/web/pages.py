"""Django's pages behind ASGI, each answered as a whole in one of a few threads that keep their database connection.

Django's own ASGI handler goes to a thread and back for every layer of middleware, in a new thread each request, whose
database connection is new too: some 20 ms before a view begins. No view here awaits anything, so one trip will do.
"""

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import IO, Any

from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.core.signals import request_started
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

from hubbub.web.live import Scope

THREADS = 6
WRITERS = 4
"""Who writes may have to wait for others who write; who only reads does not wait for these."""
SWITCH_S = 0.0005
"""A page asks the database fifty times, and each time waits so long for every other page that is being computed."""


class Pages(ASGIHandler):
    """The pages and the API as an ASGI application."""

    def __init__(self, threads: int = THREADS) -> None:
        BaseHandler.__init__(self)
        self.load_middleware(is_async=False)
        self._readers, self._writers = ThreadPoolExecutor(threads, "page"), ThreadPoolExecutor(WRITERS, "deed")
        sys.setswitchinterval(SWITCH_S)

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Answer one request."""
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        answer = partial(copy_context().run, self._answer, scope, body)
        threads = self._readers if scope["method"] in ("GET", "HEAD") else self._writers
        response = await asyncio.get_running_loop().run_in_executor(threads, answer)
        await self.send_response(response, send)

    def _answer(self, scope: Scope, body: IO[bytes]) -> HttpResponseBase:
        """Return the whole response, closed: the connection is this thread's, and nothing is streamed."""
        with body:
            set_script_prefix(get_script_prefix(scope))
            request_started.send(sender=type(self), scope=scope)
            request, refusal = self.create_request(scope, body)
            response = refusal if request is None else self.get_response(request)
            assert response is not None
            response.close()
        return response

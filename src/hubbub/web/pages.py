"""Django's pages behind ASGI, each answered in one of a few threads that keep their database connection.

Django's own ASGI handler goes to a thread and back for every layer of middleware, in a new thread each request, whose
database connection is new too: some 20 ms before a view begins. No view here awaits anything, so one trip will do; a
file is written and sent in pieces, with a trip each.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context, copy_context
from functools import partial
from typing import IO, Any, cast

from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.core.signals import request_started
from django.db import connection
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.urls import set_script_prefix

from hubbub.web import pace
from hubbub.web.live import Scope, tailer

THREADS = {"sqlite": (3, 2, 1), "postgresql": (6, 4, 2)}
"""For who only reads, for who writes, and for pages that ask for a part of themselves again: who writes may have to
wait for others who do, who reads never does, and what a person does goes before what only stays live. Python computes
one page at a time: with SQLite, which answers at once, more threads only let each other wait; with PostgreSQL most of a
page's time is on its way there and back."""
SWITCH_S = 0.0005
"""A page asks the database fifty times, and each time waits so long for every other page that is being computed."""


class Pages(ASGIHandler):
    """The pages and the API as an ASGI application."""

    def __init__(self) -> None:
        BaseHandler.__init__(self)
        self.load_middleware(is_async=False)
        readers, writers, live = THREADS[connection.vendor]
        self._readers, self._writers = ThreadPoolExecutor(readers, "page"), ThreadPoolExecutor(writers, "deed")
        self._live = ThreadPoolExecutor(live, "live")
        sys.setswitchinterval(SWITCH_S)

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Answer one request."""
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        context = copy_context()
        answer = partial(context.run, self._answer, scope, body)
        response = await asyncio.get_running_loop().run_in_executor(self._threads(scope), answer)
        if isinstance(response, StreamingHttpResponse):
            await self._stream(response, context, receive, send)
        else:
            await self.send_response(response, send)

    def _threads(self, scope: Scope) -> ThreadPoolExecutor:
        if scope["method"] not in ("GET", "HEAD"):
            return self._writers
        return self._live if any(name == pace.LIVE for name, _ in scope["headers"]) else self._readers

    def _answer(self, scope: Scope, body: IO[bytes]) -> HttpResponseBase:
        """Return the response, closed but for a stream: the connection is this thread's."""
        began = time.thread_time()
        with body:
            set_script_prefix(get_script_prefix(scope))
            request_started.send(sender=type(self), scope=scope)
            request, refusal = self.create_request(scope, body)
            response = refusal if request is None else self.get_response(request)
            assert response is not None
            if request is not None:
                pace.tell(request, response, time.thread_time() - began, tailer.listeners)
            if not response.streaming:
                response.close()
        return response

    async def _stream(self, response: StreamingHttpResponse, context: Context, receive: Any, send: Any) -> None:
        """Send a response in pieces, each made by one of the threads, until whoever asked for it turns away."""
        loop, made = asyncio.get_running_loop(), iter(cast("Iterator[bytes]", response.streaming_content))

        async def turned_away() -> None:
            await receive()  # what a server gives back need be no coroutine

        gone = asyncio.create_task(turned_away())

        async def pieces() -> AsyncIterator[bytes]:
            while not gone.done():
                piece = await loop.run_in_executor(self._readers, context.run, lambda: next(made, None))
                if piece is None:
                    return
                yield piece

        try:
            response.streaming_content = pieces()
            await self.send_response(response, send)
        finally:
            gone.cancel()
            await loop.run_in_executor(self._readers, context.run, response.close)

"""A site in a thread of the test, and a browser's way to ask it."""

from __future__ import annotations

import asyncio
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from micrographia.library import Library
from micrographia.settings import Settings
from micrographia.web.handlers import Site
from micrographia.web.site import attach


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> dict:
        return json.loads(self.body)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


@dataclass(frozen=True)
class Client:
    """Asks one site."""

    base: str
    site: Site

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """The answer to a path; header names with underscores."""
        return self._ask(urllib.request.Request(self.base + path, method=method), headers)

    def post(self, path: str, body: bytes, **headers: str) -> Answer:
        """The answer to a form."""
        return self._ask(urllib.request.Request(self.base + path, body, method="POST"), headers)

    def _ask(self, request: urllib.request.Request, headers: dict[str, str]) -> Answer:
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        opener = urllib.request.build_opener(_NoRedirect)
        try:
            with opener.open(request, timeout=30) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())


@contextmanager
def serving(library: Library, **settings: object) -> Iterator[Client]:
    """A library's documents, data and pixels on a free port of this machine."""
    site = Site(library, Settings(library=library.folder, **settings))  # type: ignore[arg-type]
    started, ready = threading.Event(), {}

    async def run() -> None:
        application = Application()
        attach(application, site)
        server = HTTPServer(application)
        sockets = bind_sockets(0, "127.0.0.1")
        server.add_sockets(sockets)
        ready.update(port=sockets[0].getsockname()[1], loop=asyncio.get_running_loop(), stop=asyncio.Event())
        started.set()
        await ready["stop"].wait()
        server.stop()
        await server.close_all_connections()

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    started.wait(10)
    try:
        yield Client(f"http://127.0.0.1:{ready['port']}", site)
    finally:
        ready["loop"].call_soon_threadsafe(ready["stop"].set)
        thread.join(10)
        site.threads.shutdown()

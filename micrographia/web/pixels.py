"""The web's way to pixels: thin handlers that pass addresses to the pixel service and send its answers."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from typing import Any

from tornado.ioloop import IOLoop
from tornado.web import RequestHandler

from micrographia.errors import LibraryError
from micrographia.imaging.service import Answer, PixelService
from micrographia.look.assets import encodings
from micrographia.web.errors import status_of
from micrographia.web.handlers import FOREVER, Route

BUILDERS = 2

logger = logging.getLogger(__name__)


# Whether the attempt was the last one, and the answer unless the visitor has left.
Attempt = tuple[bool, Answer | None]


def pixel_routes(service: PixelService, prefix: str = "", threads: int = 4) -> list[Route]:
    """The Tornado routes to the service's pixels, thumbnails, overviews, histograms and values.

    Parameters
    ----------
    service
        The pixels of the library.
    prefix
        The path under which the site lies, such as ``/cells``.
    threads
        How many threads read and encode. What has to be made first (pyramids, projections, overviews) is made by
        two more, so that nobody else waits for it.
    """
    options = {
        "service": service,
        "prefix": prefix,
        "quick": ThreadPoolExecutor(threads, thread_name_prefix="pixels"),
        "builders": ThreadPoolExecutor(BUILDERS, thread_name_prefix="pyramids"),
    }
    return [(rf"{prefix}/(?:pixels|overview|histogram|value|thumbnails)/.*", PixelHandler, options)]


class PixelHandler(RequestHandler):
    """Answers one pixel address; file work happens in an executor."""

    def initialize(self, service: PixelService, prefix: str, quick: Executor, builders: Executor) -> None:
        """Take what the route gives."""
        self.service, self.prefix, self.quick, self.builders = service, prefix, quick, builders
        self.is_gone = False

    def on_connection_close(self) -> None:
        """Remember that nobody waits for the answer any more."""
        self.is_gone = True

    async def get(self) -> None:
        """Send the answer, compressed when the browser takes that."""
        address = (self.request.uri or "").removeprefix(self.prefix)
        takes_gzip = "gzip" in encodings(self.request.headers.get("Accept-Encoding", ""))
        make = partial(self.service.answer, address, gzip=takes_gzip, prefix=self.prefix)
        try:
            is_quick, answer = await self._in(self.quick, lambda: self._when_quick(address, make))
            if not is_quick:
                _, answer = await self._in(self.builders, lambda: (True, make()))
        except LibraryError as error:
            self._refuse(error)
            return
        if answer is not None:
            self._send(answer)

    def _when_quick(self, address: str, make: Callable[[], Answer]) -> Attempt:
        return (True, make()) if self.service.is_quick(address) else (False, None)

    async def head(self) -> None:
        """Send the same headers as for ``get``; Tornado leaves out the body."""
        await self.get()

    async def _in(self, executor: Executor, work: Callable[[], Attempt]) -> Attempt:
        """What the work gives; nothing when the visitor has left before it began, so that no late work piles up."""
        return await IOLoop.current().run_in_executor(executor, lambda: (True, None) if self.is_gone else work())

    def _send(self, answer: Answer) -> None:
        self.set_header("Content-Type", answer.media_type)
        self.set_header("Cache-Control", FOREVER if answer.immutable else "no-cache")
        self.set_header("Vary", "Accept-Encoding")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Etag", answer.etag)
        for name, value in answer.headers.items():
            self.set_header(name, value)
        if answer.gzipped:
            self.set_header("Content-Encoding", "gzip")
        if self.check_etag_header():
            self.set_status(304)
            self.finish()
            return
        self.finish(answer.body)

    def _refuse(self, error: LibraryError) -> None:
        status = status_of(error)
        if status >= 500:
            logger.error("%s: %s", self.request.path, error)
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.set_header("Cache-Control", "no-store")
        self.finish(json.dumps({"error": str(error)}))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """A fault of the program, told without its details."""
        self.set_header("Content-Type", "application/json")
        self.set_header("Cache-Control", "no-store")
        self.finish(json.dumps({"error": "Something went wrong on the server while it read these pixels."}))

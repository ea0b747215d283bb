"""What all handlers share: work in threads, answers with their headers, and errors as sentences."""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from tornado.ioloop import IOLoop
from tornado.iostream import StreamClosedError
from tornado.web import RequestHandler

from micrographia import __version__
from micrographia.errors import LibraryError
from micrographia.library import Library
from micrographia.look import assets
from micrographia.look.shell import theme_script_hash
from micrographia.settings import Settings
from micrographia.web.documents import Documents
from micrographia.web.errors import status_of

logger = logging.getLogger(__name__)

THREADS = 4
WORTH_GZIP = 1024
GZIP_LEVEL = 4

Route = tuple[str, type[RequestHandler], dict[str, Any]]

# For what lies at an address with a version: it never changes.
FOREVER = "public, max-age=31536000, immutable"
Result = TypeVar("Result")


@dataclass(frozen=True)
class Site:
    """One library as it is served: what every handler holds."""

    library: Library
    settings: Settings
    threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(THREADS, thread_name_prefix="pages"), compare=False
    )

    @cached_property
    def documents(self) -> Documents:
        """The documents of the site."""
        return Documents(self.library, self.settings, self.prefix)

    @property
    def prefix(self) -> str:
        """The path under which the site lies: empty, or with a slash before and none behind."""
        path = self.settings.prefix.strip("/")
        return f"/{path}" if path else ""


class Handler(RequestHandler):
    """Answers with the library's work done in a thread, so that nobody else waits for it."""

    # The headers of a request on which the answer depends.
    vary = "Accept-Encoding"

    def initialize(self, site: Site) -> None:
        """Take what the route gives."""
        self.site = site

    def set_default_headers(self) -> None:
        """Headers that are safe for every answer."""
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "same-origin")
        self.clear_header("Server")

    @property
    def base(self) -> str:
        """The public address of the site, without a slash at its end."""
        given = self.site.settings.site_url.rstrip("/")
        return given or f"{self.request.protocol}://{self.request.host}{self.site.prefix}"

    async def head(self, *parts: str) -> None:
        """Send the same headers as for ``get``; Tornado leaves out the body."""
        await self.get(*parts)  # type: ignore[misc]

    async def work(self, function: Callable[..., Result], *given: Any) -> Result:
        """The result of a function that ran in a thread."""
        return await IOLoop.current().run_in_executor(self.site.threads, function, *given)

    async def send(self, text: str, media_type: str) -> None:
        """Send text, compressed when the browser takes that and it pays."""
        body = text.encode()
        self.set_header("Content-Type", f"{media_type}; charset=utf-8")
        self.set_header("Vary", self.vary)
        if len(body) > WORTH_GZIP and "gzip" in assets.encodings(self.request.headers.get("Accept-Encoding", "")):
            body = await self.work(lambda: gzip.compress(body, GZIP_LEVEL, mtime=0))
            self.set_header("Content-Encoding", "gzip")
        if self.get_status() == 200 and "Etag" not in self._headers:
            self.set_header("Etag", f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"')
        if self.check_etag_header():
            self.set_status(304)
            self.finish()
            return
        self.finish(body)

    async def stream(self, blocks: Iterator[str | bytes], name: str) -> None:
        """Send a file, by that name, while it is made."""
        self.set_header("Content-Disposition", f'attachment; filename="{name}"')
        if self.request.method == "HEAD":
            self.finish()
            return
        try:
            while (block := await self.work(next, blocks, None)) is not None:
                self.write(block)
                # Waits until it is sent: a slow reader holds up nobody, and no more is made than can be taken.
                await self.flush()
        except StreamClosedError:
            return
        except (LibraryError, OSError) as error:
            # What was sent already is no whole file, and must not look like one.
            logger.error("%s broke off: %s", name, error)
            self.request.connection.close()  # type: ignore[union-attr]
            return
        self.finish()


class OpenHandler(Handler):
    """Answers programs, also the scripts of other sites: everything here is public and read-only.

    An answer depends on its address and on the state of the library alone; who has it from the same state is told so
    before any work is done.
    """

    media_type = "application/json"
    methods = "GET, HEAD, OPTIONS"

    def set_default_headers(self) -> None:
        """Open to every site."""
        super().set_default_headers()
        self.set_header("Access-Control-Allow-Origin", "*")
        self.set_header("Access-Control-Expose-Headers", "ETag, Link, Content-Disposition")
        self.set_header("Cache-Control", "no-cache")

    async def get(self, *parts: str) -> None:
        """Send the answer, or the sentence of what is wrong."""
        try:
            if not await self.is_known():
                await self.send(await self.work(self.text, *parts), self.media_type)
        except LibraryError as error:
            await self.refuse(error)

    def text(self, *parts: str) -> str:
        """What is sent; runs in a thread."""
        raise NotImplementedError

    async def is_known(self) -> bool:
        """Whether the asker has the answer of this state of the library already, and has been told so."""
        # Taken before the work: when the library changes meanwhile, the answer is newer than its tag, never older.
        self.set_header("Etag", await self.work(self._tag))
        if not self.check_etag_header():
            return False
        self.set_status(304)
        self.finish()
        return True

    def options(self, *parts: str) -> None:
        """Tell another site's script that it may ask."""
        self.set_header("Access-Control-Allow-Methods", self.methods)
        self.set_header("Access-Control-Allow-Headers", "If-None-Match")
        self.set_header("Access-Control-Max-Age", "86400")
        self.set_status(204)
        self.finish()

    async def refuse(self, error: LibraryError) -> None:
        """Send an error as a sentence."""
        self.clear_header("Etag")
        self.set_status(self.status_of(error))
        self.set_header("Cache-Control", "no-store")
        await self.send(as_json({"error": str(error)}), "application/json")

    def status_of(self, error: LibraryError) -> int:
        """The status that tells of an error."""
        return status_of(error)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Tell of a fault of the program, or of an address that is none, without details."""
        known = {
            400: "This address is not valid text.",
            404: "There is no such address.",
            405: f"This address only answers {self.methods}.",
        }
        if status_code == 405:
            self.set_header("Allow", self.methods)
        self.clear_header("Etag")
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(as_json({"error": known.get(status_code, "Something went wrong on the server.")}))

    def _tag(self) -> str:
        # The release is part of it: newer code may answer otherwise. The same bytes are not promised, so it is weak.
        state = self.site.library.index.change, self.base, self.request.uri, __version__, assets.release()
        return f'W/"{hashlib.blake2b(repr(state).encode(), digest_size=12).hexdigest()}"'


class JsonHandler(OpenHandler):
    """Answers programs in JSON."""

    def text(self, *parts: str) -> str:
        """The answer as it is sent."""
        return as_json(self.answer(*parts))

    def answer(self, *parts: str) -> Any:
        """What is sent; runs in a thread."""
        raise NotImplementedError


class PageHandler(Handler):
    """Answers with a document of the site."""

    def set_default_headers(self) -> None:
        """Nothing from other hosts, no script that is not the site's own."""
        super().set_default_headers()
        self.set_header("Content-Security-Policy", content_security_policy())
        self.set_header("Cache-Control", "no-cache")
        self.set_header("Permissions-Policy", "camera=(), geolocation=(), microphone=()")

    async def get(self, *parts: str) -> None:
        """Send the document, or the page that says what is wrong."""
        try:
            text = await self.work(self.document, *parts)
        except LibraryError as error:
            await self.refuse(error)
            return
        await self.send(text, "text/html")

    def document(self, *parts: str) -> str:
        """The document as HTML; runs in a thread."""
        raise NotImplementedError

    async def refuse(self, error: LibraryError) -> None:
        """Send the page that says what is wrong."""
        self.set_status(status_of(error))
        await self.send(self.site.documents.trouble(self.get_status(), str(error)), "text/html")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """The page that says what is wrong, without details."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(self.site.documents.trouble(status_code))


def content_security_policy() -> str:
    """What a document may load, run and send: the site's own only."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {theme_script_hash()}",
            # The player brings its own style sheet into its shadow root.
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "media-src 'self' blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'self'",
        )
    )


def as_json(data: Any) -> str:
    """JSON that is safe to read anywhere: no NaN, letters as they are."""
    return json.dumps(data, ensure_ascii=False, allow_nan=False)

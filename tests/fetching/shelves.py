"""A web server of a test: files by path, served as they should be, or oddly for as many times as a test asks for."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

Odd = Callable[["Request", bytes], None]


class Shelf:
    """What a server has, what is odd about it, and what it was asked for."""

    def __init__(self) -> None:
        self.address = ""
        self.files: dict[str, bytes] = {}
        self.types: dict[str, str] = {}
        self.odd: dict[str, list[Odd]] = {}
        self.asked: list[tuple[str, str | None]] = []
        self.end = threading.Event()

    def put(self, path: str, content: bytes, *odd: Odd, kind: str = "application/octet-stream") -> str:
        """Put a file there that is served oddly at first; its address."""
        self.files[path], self.types[path], self.odd[path] = content, kind, list(odd)
        return f"{self.address}/{path}"

    def ranges(self, path: str) -> list[str | None]:
        """The ranges that a file was asked for in, one for each request."""
        return [asked for where, asked in self.asked if where == path]


class Request(BaseHTTPRequestHandler):
    """One request; the oddities write their answers with it."""

    protocol_version = "HTTP/1.1"
    shelf: Shelf

    def do_GET(self) -> None:
        path = unquote(self.path.lstrip("/"))
        self.shelf.asked.append((path, self.headers.get("Range")))
        content = self.shelf.files.get(path)
        if content is None:
            self.head(404, 0)
            return
        odd = self.shelf.odd.get(path)
        (odd.pop(0) if odd else served)(self, content)

    def head(self, status: int, length: int | None, **headers: str) -> None:
        """The head of an answer; without a length the connection ends with the file."""
        self.send_response(status)
        kind = self.shelf.types.get(unquote(self.path.lstrip("/")), "text/plain")
        for name, value in {"content-type": kind, **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        if length is None:
            self.send_header("connection", "close")
            self.close_connection = True
        else:
            self.send_header("content-length", str(length))
        self.end_headers()

    def hang_up(self) -> None:
        """End the connection, whatever was promised."""
        self.wfile.flush()
        self.close_connection = True

    def log_message(self, *said: object) -> None:
        """Nobody reads it."""


def etag(content: bytes) -> str:
    """The validator of a file."""
    return f'"{hashlib.sha256(content).hexdigest()[:12]}"'


def served(request: Request, content: bytes) -> None:
    """A file, or the rest of it, as it should be."""
    begin = _begin(request, content)
    if begin >= len(content) > 0:
        request.head(416, 0, content_range=f"bytes */{len(content)}")
        return
    more = {"content_range": f"bytes {begin}-{len(content) - 1}/{len(content)}"} if begin else {}
    request.head(206 if begin else 200, len(content) - begin, etag=etag(content), **more)
    request.wfile.write(content[begin:])


def cut_after(count: int, validator: str | None = None) -> Odd:
    """All of it is promised, and so many bytes come."""

    def odd(request: Request, content: bytes) -> None:
        begin = _begin(request, content)
        more = {"content_range": f"bytes {begin}-{len(content) - 1}/{len(content)}"} if begin else {}
        mark = {"etag": etag(content) if validator is None else validator} if validator != "" else {}
        request.head(206 if begin else 200, len(content) - begin, **mark, **more)
        request.wfile.write(content[begin : begin + count])
        request.hang_up()

    return odd


def stalled_after(count: int) -> Odd:
    """So many bytes come, and then nothing while the connection stays open."""

    def odd(request: Request, content: bytes) -> None:
        begin = _begin(request, content)
        request.head(200, len(content), etag=etag(content))
        request.wfile.write(content[begin : begin + count])
        request.wfile.flush()
        request.shelf.end.wait(30)
        request.hang_up()

    return odd


def dripped(request: Request, content: bytes) -> None:
    """One byte comes now and then, for ever."""
    request.head(200, len(content), etag=etag(content))
    for place in range(len(content)):
        try:
            request.wfile.write(content[place : place + 1])
            request.wfile.flush()
        except OSError:
            break
        if request.shelf.end.wait(0.05):
            break
    request.hang_up()


def without_ranges(request: Request, content: bytes) -> None:
    """The whole file, whatever part was asked for."""
    request.head(200, len(content), etag=etag(content))
    request.wfile.write(content)


def without_length(request: Request, content: bytes) -> None:
    """The file, and nobody says how long it is."""
    request.head(200, None)
    request.wfile.write(content)


def answered(status: int, **headers: str) -> Odd:
    """Only a status."""
    return lambda request, content: request.head(status, 0, **headers)


def _begin(request: Request, content: bytes) -> int:
    found = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range") or "")
    is_same = request.headers.get("If-Range") == etag(content)
    return int(found[1]) if found and is_same else 0


@contextmanager
def shelves() -> Iterator[Shelf]:
    """A server on this machine, stopped at the end."""
    shelf = Shelf()
    handler = type("Bound", (Request,), {"shelf": shelf})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    shelf.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield shelf
    finally:
        shelf.end.set()
        server.shutdown()
        server.server_close()
        thread.join()

"""Workspaces compressed on their way, as Panel sends them as they are; all else comes compressed already."""

from __future__ import annotations

from typing import Any

from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.web import GZipContentEncoding, OutputTransform

from micrographia.look.assets import encodings
from micrographia.web.sockets import MESSAGE_LIMIT

# What a visitor is sent over the websocket, such as the answer to a click on a facet, shrinks to a sixth. More effort
# gains little; more memory would be held for each visitor.
WEBSOCKET: dict[str, Any] = {"websocket_compression_level": 3, "websocket_compression_mem_level": 6}
# What a visitor sends is unpacked no further than this.
WEBSOCKET |= {"websocket_max_message_size": MESSAGE_LIMIT}


class CompressedPages(OutputTransform):
    """Compresses whole HTML pages that nobody has compressed, for browsers that take that."""

    def __init__(self, request: HTTPServerRequest) -> None:
        self._gzip = GZipContentEncoding(request)
        self._is_wanted = "gzip" in encodings(request.headers.get("Accept-Encoding", ""))

    def transform_first_chunk(
        self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
    ) -> tuple[int, HTTPHeaders, bytes]:
        """The page, compressed; anything else as it is."""
        is_html = headers.get("Content-Type", "").startswith("text/html")
        # What says that it varies was packed, or left as it is, by whoever made it.
        if status_code != 200 or not finishing or not is_html or "Vary" in headers:
            return status_code, headers, chunk
        if not self._is_wanted:
            headers["Vary"] = "Accept-Encoding"
            return status_code, headers, chunk
        return self._gzip.transform_first_chunk(status_code, headers, chunk, finishing)

    def transform_chunk(self, chunk: bytes, finishing: bool) -> bytes:
        """What comes after the first part; a page comes in one."""
        return chunk

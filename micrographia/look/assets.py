"""The style sheet, scripts and pictures of the pages: their addresses, their bytes, compressed once.

All of them stand under one address that changes when any of them does, so that a module may import its
neighbour, and a browser may keep them for good.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import imagecodecs

from micrographia.errors import NotFound

PACKAGE = Path(__file__).parent.parent

# Where assets lie, and what goes before their file's name.
FOLDERS: tuple[tuple[str, Path], ...] = (
    ("", PACKAGE / "look"),
    ("", PACKAGE / "player" / "dist"),
    ("widgets/", PACKAGE / "widgets" / "js"),
)
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_REFUSED = re.compile(r";\s*q=0(\.0*)?\s*$")
BROTLI_LEVEL = 9
GZIP_LEVEL = 9


@dataclass(frozen=True)
class Packed:
    """Bytes as they are sent: as they are, and compressed for browsers that take it; ``None`` where it is no gain."""

    plain: bytes
    gzip: bytes | None = None
    brotli: bytes | None = None

    @property
    def etag(self) -> str:
        """A tag that changes with the bytes."""
        return f'"{hashlib.blake2b(self.plain, digest_size=12).hexdigest()}"'

    def chosen(self, accepted: str) -> tuple[bytes, str]:
        """The smallest that an ``Accept-Encoding`` header allows, and the name of its encoding (``""`` for none)."""
        names = encodings(accepted)
        if self.brotli is not None and "br" in names:
            return self.brotli, "br"
        if self.gzip is not None and "gzip" in names:
            return self.gzip, "gzip"
        return self.plain, ""


def encodings(accepted: str) -> set[str]:
    """The names of the encodings that an ``Accept-Encoding`` header allows; those that it refuses are none of them."""
    return {part.split(";")[0].strip().lower() for part in accepted.split(",") if not _REFUSED.search(part)}


def pack(body: bytes) -> Packed:
    """The bytes with their compressed forms."""
    squeezed = gzip.compress(body, GZIP_LEVEL, mtime=0)
    if len(squeezed) >= 0.9 * len(body):
        return Packed(body)
    return Packed(body, squeezed, bytes(imagecodecs.brotli_encode(body, level=BROTLI_LEVEL)))


def asset_url(name: str, prefix: str = "") -> str:
    """The address of an asset, good for as long as the bytes are the same; ``prefix`` is the site's."""
    _path(name)
    return f"{prefix}/assets/{release()}/{name}"


def read(name: str) -> bytes:
    """The bytes of an asset; raises ``NotFound``."""
    return _path(name).read_bytes()


@cache
def packed(name: str) -> Packed:
    """An asset with its compressed forms, made when it is first asked for."""
    return pack(read(name))


def media_type(name: str) -> str:
    """The media type of an asset."""
    return MEDIA_TYPES[_path(name).suffix]


@cache
def release() -> str:
    """A short hash of all assets together."""
    digest = hashlib.blake2b(digest_size=8)
    for name in sorted(_paths()):
        digest.update(name.encode())
        digest.update(read(name))
    return digest.hexdigest()


def names() -> list[str]:
    """The names of all assets."""
    return sorted(_paths())


@cache
def _paths() -> dict[str, Path]:
    return {
        before + path.name: path
        for before, folder in FOLDERS
        if folder.is_dir()
        for path in folder.iterdir()
        if path.suffix in MEDIA_TYPES
    }


def _path(name: str) -> Path:
    path = _paths().get(name)
    if path is None:
        raise NotFound(f"There is no asset {name[:80]!r}.")
    return path

"""Static files, compressed once and kept: the site's own assets, and those of Bokeh and Panel."""

from __future__ import annotations

import mimetypes
from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import Any

from bokeh.embed.bundle import extension_dirs
from bokeh.settings import settings as bokeh_settings
from tornado.web import HTTPError

from micrographia.errors import NotFound
from micrographia.look import assets
from micrographia.look.assets import Packed, pack
from micrographia.web.handlers import FOREVER, Handler, Route, Site

FOR_A_DAY = "public, max-age=86400"
COMPRESSIBLE = frozenset(".css .html .js .json .map .mjs .svg .txt .wasm .xml".split())

# Files of Bokeh and Panel that are kept in memory with their compressed forms.
KEPT_BYTES = 64 << 20
LARGEST_PACKED = 16 << 20

BOKEH_SCRIPTS = ("bokeh.min.js", "bokeh-widgets.min.js", "bokeh-tables.min.js")
PANEL_SCRIPTS = ("panel.min.js",)

# Modules of Bokeh and Panel are asked for with names that mimetypes may not know on every machine.
TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm", ".woff2": "font/woff2"}


def static_routes(site: Site) -> list[Route]:
    """The routes to static files; those of Bokeh and Panel go before the servers' own."""
    prefix = site.prefix
    return [
        (rf"{prefix}/assets/([0-9a-f]+)/([\w./-]+)", AssetHandler, {"site": site}),
        (rf"{prefix}/static/extensions/([\w.-]+)/(.+)", ExtensionHandler, {"site": site}),
        (rf"{prefix}/(?:[\w-]+/)?static/(.+)", BokehHandler, {"site": site}),
    ]


class Shelf:
    """Packed files in memory, least recently used ones dropped first; safe in threads."""

    def __init__(self, limit: int = KEPT_BYTES) -> None:
        self.limit = limit
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, int, int], Packed] = OrderedDict()
        self.bytes = 0

    def get(self, path: Path) -> Packed:
        """The file with its compressed forms, made when it is asked for first or has changed."""
        status = path.stat()
        key = str(path), status.st_mtime_ns, status.st_size
        with self._lock:
            held = self._kept.get(key)
            if held is not None:
                self._kept.move_to_end(key)
                return held
        body = path.read_bytes()
        made = pack(body) if path.suffix in COMPRESSIBLE and len(body) <= LARGEST_PACKED else Packed(body)
        self._keep(key, made)
        return made

    def _keep(self, key: tuple[str, int, int], made: Packed) -> None:
        with self._lock:
            if key not in self._kept:
                self._kept[key] = made
                self.bytes += _size(made)
            while self.bytes > self.limit and len(self._kept) > 1:
                self.bytes -= _size(self._kept.popitem(last=False)[1])


SHELF = Shelf()


def pack_ahead() -> None:
    """Compress what every page asks for, before anyone does."""
    for name in assets.names():
        assets.packed(name)
    bokeh, panel = Path(bokeh_settings.bokehjs_path(), "js"), Path(extension_dirs.get("panel", ""))
    for path in (*(bokeh / name for name in BOKEH_SCRIPTS), *(panel / name for name in PANEL_SCRIPTS)):
        if path.is_file():
            SHELF.get(path.resolve())


class StaticHandler(Handler):
    """Sends bytes with the headers that let a browser keep them."""

    def give(self, packed: Packed, media_type: str, cache: str) -> None:
        """Send a file in the smallest form that the browser takes; nothing when it has it already."""
        body, encoding = packed.chosen(self.request.headers.get("Accept-Encoding", ""))
        self.set_header("Content-Type", media_type)
        self.set_header("Cache-Control", cache)
        self.set_header("Vary", "Accept-Encoding")
        self.set_header("Etag", packed.etag)
        if encoding:
            self.set_header("Content-Encoding", encoding)
        if self.check_etag_header():
            self.set_status(304)
            self.finish()
            return
        self.finish(body)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say in one line what is wrong."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish("There is no such file.\n" if status_code == 404 else "Something went wrong on the server.\n")


class AssetHandler(StaticHandler):
    """The site's own style sheet, scripts and pictures."""

    async def get(self, release: str, name: str) -> None:
        """Send an asset; one of another release is the newest, and is not kept."""
        try:
            packed = await self.work(assets.packed, name)
        except NotFound as error:
            raise HTTPError(404) from error
        cache = FOREVER if release == assets.release() else "no-cache"
        self.give(packed, assets.media_type(name), cache)


class FileHandler(StaticHandler):
    """A file below a folder."""

    async def send_below(self, root: Path, name: str) -> None:
        """Send the file of that name; links are followed, and must stay below the folder."""
        path = await self.work(_below, root, name)
        versioned = bool(self.get_query_argument("v", ""))
        packed = await self.work(SHELF.get, path)
        self.give(packed, _media_type(path), FOREVER if versioned else FOR_A_DAY)


class BokehHandler(FileHandler):
    """The files of BokehJS."""

    async def get(self, name: str) -> None:
        """Send one."""
        await self.send_below(Path(bokeh_settings.bokehjs_path()), name)


class ExtensionHandler(FileHandler):
    """The files of what extends Bokeh: Panel, and its themes."""

    async def get(self, extension: str, name: str) -> None:
        """Send one."""
        root = extension_dirs.get(extension)
        if root is None:
            raise HTTPError(404)
        await self.send_below(Path(root), name)


def _below(root: Path, name: str) -> Path:
    root = root.resolve()
    try:
        path = (root / name).resolve()
        is_there = path.is_relative_to(root) and path.is_file()
    except (OSError, ValueError):
        # A name that no file can have: too long, or with a zero in it.
        is_there = False
    if not is_there:
        raise HTTPError(404)
    return path


def _media_type(path: Path) -> str:
    found = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"{found}; charset=utf-8" if found.startswith("text/") else found


def _size(packed: Packed) -> int:
    return len(packed.plain) + len(packed.gzip or b"") + len(packed.brotli or b"")

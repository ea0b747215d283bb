"""A small site with made images for the player's stories: the real pixel service, and a page for each image."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import threading
from pathlib import Path

import numpy as np
import tifffile
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from micrographia.collection.records import Channel
from micrographia.errors import NotFound
from micrographia.imaging.files import open_image
from micrographia.imaging.service import Found, PixelService
from micrographia.player import bundle
from micrographia.web.pixels import pixel_routes

PAGE = """<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Player</title><link rel="icon" href="data:,">
<style>body {{ margin: 0 }} main {{ max-width: 1200px; margin: auto }}</style>
<main><div id="player"></div><p>Below.</p><div style="height: 1200px"></div></main>
<script type="module">
import * as player from "/player.js";
const el = document.getElementById("player");
Object.assign(window, {{ player, el, states: [], painted: [], manifest: {manifest} }});
el.addEventListener("mg:painted", (event) => painted.push(event.detail));
window.end = player.mount(el, {{ manifest, address: true, onState: (state) => states.push(state) }});
</script>"""


def stack() -> np.ndarray:
    """z7 c3 y300 x400 uint16, every sample different from its neighbours'."""
    z, c, y, x = np.ogrid[:7, :3, :300, :400]
    return ((z * 997 + c * 331 + y * 7 + x * 3) % 4000 + 50).astype(np.uint16)


def movie() -> np.ndarray:
    """t12 y64 x64 uint8."""
    t, y, x = np.ogrid[:12, :64, :64]
    return ((t * 20 + y + x) % 256).astype(np.uint8)


def mosaic() -> np.ndarray:
    """y3000 x4000 uint8."""
    y, x = np.ogrid[:3000, :4000]
    return ((y // 7 + x // 11) % 256).astype(np.uint8)


def colours() -> np.ndarray:
    """y60 x90 rgb uint8: a red, a green and a blue third."""
    picture = np.zeros((60, 90, 3), np.uint8)
    for sample in range(3):
        picture[:, sample * 30 : sample * 30 + 30, sample] = 200
    return picture


def labels() -> np.ndarray:
    """y80 x80 uint16 with four labels."""
    y, x = np.ogrid[:80, :80]
    return ((y // 40) * 2 + x // 40 + 1).astype(np.uint16)


def oblong() -> np.ndarray:
    """y60 x90 uint8, bright below; its pixels are higher than wide."""
    picture = np.full((60, 90), 20, np.uint8)
    picture[30:] = 200
    return picture


class Site:
    """The site, in a thread of its own; ``address`` is where it is."""

    def __init__(self, folder: Path) -> None:
        self.founds = dict(_written(folder))
        self.service = PixelService(self._find, folder / "cache")
        self.address = ""
        self._loop: asyncio.AbstractEventLoop | None = None
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(ready)), daemon=True)
        self._thread.start()
        ready.wait(30)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join(10)
        self.service.close()

    def _find(self, image: str) -> Found:
        if image not in self.founds:
            raise NotFound(f"There is no image {image!r}.")
        return self.founds[image]

    async def _run(self, ready: threading.Event) -> None:
        self._loop, self._done = asyncio.get_running_loop(), asyncio.Event()
        site = self

        class Page(RequestHandler):
            def get(self, image: str) -> None:
                self.write(PAGE.format(manifest=json.dumps(site.service.manifest(image))))

        class Bundle(RequestHandler):
            def get(self) -> None:
                self.set_header("Content-Type", "text/javascript")
                self.write(bundle.PATH.read_text(encoding="utf-8"))

        sockets = bind_sockets(0, "127.0.0.1")
        server = HTTPServer(Application([*pixel_routes(self.service), ("/player.js", Bundle), ("/image/(.*)", Page)]))
        server.add_sockets(sockets)
        self.address = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
        ready.set()
        await self._done.wait()
        server.stop()
        await server.close_all_connections()


def _written(folder: Path):
    micron = {"PhysicalSizeX": 0.5, "PhysicalSizeXUnit": "µm", "PhysicalSizeY": 0.5, "PhysicalSizeYUnit": "µm"}
    named = {"Channel": {"Name": ["DNA", "Actin", "Golgi"]}, "PhysicalSizeZ": 2.0, "PhysicalSizeZUnit": "µm"}
    images = {
        "stack": (stack(), {"axes": "ZCYX", **micron, **named}, {}),
        "movie": (movie(), {"axes": "TYX", "TimeIncrement": 5.0, "TimeIncrementUnit": "s"}, {}),
        "mosaic": (mosaic(), {"axes": "YX"}, {"tile": (256, 256), "compression": "zlib"}),
        "oblong": (oblong(), {"axes": "YX", **micron, "PhysicalSizeY": 1.25}, {}),
        "labels": (labels(), {"axes": "YX"}, {}),
    }
    for name, (data, metadata, how) in images.items():
        path = folder / f"{name}.ome.tif"
        tifffile.imwrite(path, data, photometric="minisblack", metadata=metadata, **how)
        yield name, _found(name, path, labels=name == "labels")
    tifffile.imwrite(folder / "colours.tif", colours(), photometric="rgb")
    yield "colours", _found("colours", folder / "colours.tif")


def _found(name: str, path: Path, *, labels: bool = False) -> Found:
    with open_image(path) as file:
        facts = file.facts
    given = [*facts.channels, *[Channel()] * (facts.sizes.c - len(facts.channels))]
    channels = tuple(dataclasses.replace(channel, auto=(50, 4050)) for channel in given)
    if facts.dtype == "uint8":
        channels = tuple(dataclasses.replace(channel, auto=(0, 255)) for channel in given)
    facts = dataclasses.replace(facts, channels=channels, content_hash=f"{name:x<16}", labels=labels)
    return Found(name, path, facts, title=name.capitalize(), credit="A. Maker", licence="CC0-1.0", alt=f"A made {name}")

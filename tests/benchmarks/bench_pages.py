"""What a visitor costs: processor time and bytes for home, record and explore, and how soon the page is useful."""

from __future__ import annotations

import json
import tempfile
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser

from micrographia.indexing import index
from micrographia.simulation.collection import make_demo
from tests.benchmarks.sites import Site, Traffic, serving
from tests.browser.chromium import opened_browser

VISITS = 5

# A page is useful when its first picture is there: a thumbnail, or the player's first painted plane.
PICTURE = """
() => [...document.querySelectorAll('.mg-player')].some((player) => player.dataset.painted)
   || [...document.querySelectorAll('img')].some((image) => image.complete && image.naturalWidth > 32)
   || [...document.querySelectorAll('*')].some((el) => el.shadowRoot
        && [...el.shadowRoot.querySelectorAll('img')].some((image) => image.complete && image.naturalWidth > 32))
"""


def main() -> None:
    """Print CPU, bytes and times for each page, cold and warm."""
    with tempfile.TemporaryDirectory() as folder, opened_browser() as chromium:
        library = Path(folder) / "library"
        make_demo(library / "images")
        index(library / "images", library)
        with serving("-m", "micrographia", "serve", str(library), "--port", "0") as site:
            first = _first_id(site)
            for name, path in {"home": "/", "record": f"/image/{first}", "explore": "/explore"}.items():
                _page(chromium, site, name, path)
            print(f"  server: {site.memory_mb():.0f} MB after {3 * (VISITS + 1)} visits")


def _first_id(site: Site) -> str:
    with urllib.request.urlopen(f"{site.address}/api/v1/images?per_page=1") as answer:
        return json.load(answer)["images"][0]["id"]


def _page(chromium: Browser, site: Site, name: str, path: str) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    cold = _visit(context, site, path)
    before = site.cpu_seconds()
    warm = [_visit(context, site, path) for _ in range(VISITS)]
    cpu = (site.cpu_seconds() - before) / VISITS
    context.close()
    loaded, useful, traffic = warm[len(warm) // 2]
    print(
        f"  {name:<8} cold: useful {cold[1]:5.0f} ms, {cold[2].bytes / 1e3:6.0f} kB, {len(cold[2].requests):3} requests"
        f" | warm: loaded {loaded:4.0f} ms, useful {useful:5.0f} ms, {traffic.bytes / 1e3:6.0f} kB"
        f" | server CPU {cpu * 1e3:5.0f} ms a visit"
    )


def _visit(context, site: Site, path: str) -> tuple[float, float, Traffic]:
    page = context.new_page()
    traffic = Traffic.of(page)
    page.goto(site.address + path, wait_until="commit")
    page.wait_for_function(PICTURE, polling="raf")
    useful = page.evaluate("performance.now()")
    page.wait_for_load_state("load")
    loaded = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
    page.wait_for_timeout(300)
    page.close()
    return loaded, useful, traffic


if __name__ == "__main__":
    main()

"""What a visitor costs: processor time and bytes for home, record and explore, and how soon the page is useful.

At last, how soon Explore answers a click at ten thousand records.
"""

from __future__ import annotations

import json
import tempfile
import time
import urllib.request
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser

from micrographia.indexing import index
from micrographia.simulation.collection import make_demo
from tests.benchmarks.clicks import clicks, make_large_library
from tests.benchmarks.figures import say, verdict
from tests.benchmarks.sites import Site, Traffic, serving
from tests.browser.chromium import opened_browser

VISITS = 5
CLICKS = 30
LARGE = 10_000

# A page is useful when its first picture is there: a thumbnail, or the player's first painted plane.
PICTURE = """
() => [...document.querySelectorAll('.mg-player')].some((player) => player.dataset.painted)
   || [...document.querySelectorAll('img')].some((image) => image.complete && image.naturalWidth > 32)
   || [...document.querySelectorAll('*')].some((el) => el.shadowRoot
        && [...el.shadowRoot.querySelectorAll('img')].some((image) => image.complete && image.naturalWidth > 32))
"""

# Notes when that is so: the driver hears of it later, the later the more requests it has to be told of.
WATCH = f"""(() => {{
  const look = () => ({PICTURE.strip()})() ? (window.usefulAt = performance.now()) : requestAnimationFrame(look)
  look()
}})()"""


def main() -> None:
    """Print CPU, bytes and times for each page, cold and warm."""
    with tempfile.TemporaryDirectory() as folder, opened_browser() as chromium:
        library = Path(folder) / "library"
        report = make_demo(library / "images")
        verdict("making the demo", f"{report.seconds:.0f} s", "60 s on 2 cores", met=report.seconds < 60)
        size = report.bytes / 1e6
        verdict("size of the demo", f"{size:.0f} MB", "150 MB", met=size < 150)
        index(library / "images", library)
        begun = time.perf_counter()
        with serving("-m", "micrographia", "serve", str(library), "--port", "0") as site:
            up = time.perf_counter() - begun
            verdict("a library served, until the address is printed", f"{up:.1f} s", "6 s", met=up < 6)
            first = _first_id(site)
            home = _page(chromium, site, "home", "/", 500)
            _page(chromium, site, "record", f"/image/{first}", 500, home)
            _page(chromium, site, "explore", "/explore", 2000, home)
            say(f"  server: {site.memory_mb():.0f} MB after {3 * (VISITS + 1)} visits")
        large = make_large_library(Path(folder) / "large", library, LARGE)
        with serving("-m", "micrographia", "serve", str(large), "--port", "0") as site:
            _clicks(chromium, site)


def _clicks(chromium: Browser, site: Site) -> None:
    """Print how soon a click on a facet is answered on the screen."""
    took = list(clicks(chromium, site.address, CLICKS))
    counts, pictures = [[getattr(one, name) for one in took] for name in ("counts_ms", "pictures_ms")]
    say(
        f"  {LARGE:,} records, {CLICKS} clicks on facets: counts and cards after {np.median(counts):.0f} ms"
        f" (p95 {np.percentile(counts, 95):.0f}), with the pictures after {np.median(pictures):.0f} ms"
    )
    p95 = float(np.percentile(pictures, 95))
    verdict("a click on a facet until all of it is painted, p95", f"{p95:.0f} ms", "300 ms", met=p95 < 300)


def _first_id(site: Site) -> str:
    with urllib.request.urlopen(f"{site.address}/api/v1/images?per_page=1") as answer:
        return json.load(answer)["images"][0]["id"]


def _page(chromium: Browser, site: Site, name: str, path: str, budget_ms: float, home: float | None = None) -> float:
    """Print what a page costs; the processor time of the server for one visit, in s."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    cold = _visit(context, site, path)
    before = site.cpu_seconds()
    warm = [_visit(context, site, path) for _ in range(VISITS)]
    cpu = (site.cpu_seconds() - before) / VISITS
    context.close()
    loaded, useful, itself, traffic = warm[len(warm) // 2]
    say(
        f"  {name:<8} cold: useful {cold[1]:5.0f} ms, {cold[3].bytes / 1e3:6.0f} kB, {len(cold[3].requests):3} requests"
        f" | warm: loaded {loaded:4.0f} ms, useful {useful:5.0f} ms, in the page itself {itself:4.0f} ms,"
        f" {traffic.bytes / 1e3:6.0f} kB"
        f" | server CPU {cpu * 1e3:5.0f} ms a visit{f', {cpu / home:.1f} x home' if home else ''}"
    )
    verdict(f"{name}, first useful picture, warm", f"{useful:.0f} ms", f"{budget_ms} ms", met=useful < budget_ms)
    return cpu


def _visit(context, site: Site, path: str) -> tuple[float, float, float, Traffic]:
    page = context.new_page()
    page.add_init_script(WATCH)
    traffic = Traffic.of(page)
    page.goto(site.address + path, wait_until="commit")
    page.wait_for_function(PICTURE, polling="raf")
    useful = page.evaluate("performance.now()")
    page.wait_for_load_state("load")
    loaded = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
    page.wait_for_timeout(300)
    itself = page.evaluate("window.usefulAt")
    page.close()
    return loaded, useful, itself, traffic


if __name__ == "__main__":
    main()

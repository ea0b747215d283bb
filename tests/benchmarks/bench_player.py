"""The player against a HoloViews page that composes RGB on the server: contrast, z steps, dragging, fetches, bytes.

Every figure is the time from the change to the painted frame, in the same browser, in the same run.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tifffile
from playwright.sync_api import Page

from micrographia.indexing import index
from tests.benchmarks.figures import verdict
from tests.benchmarks.sites import Site, Traffic, serving
from tests.browser.chromium import opened_browser

SLICES, CHANNELS, EDGE = 24, 3, 1024
RAW_STEP = CHANNELS * EDGE * EDGE * 2
STEPS = 20

EXACT = "() => document.querySelector('.mg-player')?.dataset.painted === 'exact'"

# Sets a slider of the Bokeh document and waits until the new picture has come and been painted.
BASELINE_STEP = """
([name, value]) => new Promise((done) => {
  const models = [...Bokeh.documents[0]._all_models.values()];
  const slider = models.find((model) => model.title === name);
  const source = models.find((model) => model.type === 'ColumnDataSource' && model.data.image);
  const start = performance.now();
  const painted = () => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - start)));
  source.properties.data.change.connect(painted);
  slider.value = value;
})
"""

# Sends the player a state and waits for the frame it paints; ``exact`` waits for the true pixel values.
PLAYER_STEP = """
([state, exact]) => new Promise((done) => {
  const element = document.querySelector('.mg-player');
  const start = performance.now();
  const painted = (event) => {
    if (exact && event.detail.quality !== 'exact') return;
    element.removeEventListener('mg:painted', painted);
    done(performance.now() - start);
  };
  element.addEventListener('mg:painted', painted);
  element.dispatchEvent(new CustomEvent('mg:set-state', {detail: state}));
})
"""

# Notes when each frame is painted, from now on.
COUNT = """
() => {
  window.painted = [];
  document.querySelector('.mg-player').addEventListener('mg:painted', () => window.painted.push(performance.now()));
}
"""

# Three times through all slices, each as soon as the one before is painted; the time it takes in ms.
DRAG = """
(slices) => new Promise((done) => {
  const element = document.querySelector('.mg-player');
  const start = performance.now();
  let painted = 0;
  const next = () => {
    if (painted === 3 * slices) return done(performance.now() - start);
    element.dispatchEvent(new CustomEvent('mg:set-state', {detail: {z: painted++ % slices}}));
  };
  element.addEventListener('mg:painted', next);
  next();
})
"""


def main() -> None:
    """Print the player's figures as ratios to the baseline of the same run."""
    with tempfile.TemporaryDirectory() as folder, opened_browser() as chromium:
        image = _write_stack(Path(folder) / "images")
        index(image.parent, Path(folder) / "library")
        with serving("tests/benchmarks/holoviews_page.py", str(image)) as site:
            baseline = _baseline(chromium.new_page(), site)
        with serving("-m", "micrographia", "serve", str(Path(folder) / "library"), "--port", "0") as site:
            _player(chromium.new_page(), site, baseline)


def _write_stack(folder: Path) -> Path:
    folder.mkdir()
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:EDGE, :EDGE] / EDGE
    shape = np.stack([np.sin(9 * x + i) * np.cos(7 * y - i) + 1.2 for i in range(CHANNELS)])
    planes = [rng.poisson(4000 * shape * (1 + z / SLICES)) for z in range(SLICES)]
    metadata = {"axes": "ZCYX", "PhysicalSizeX": 0.1, "PhysicalSizeXUnit": "µm", "Channel": {"Name": ["A", "B", "C"]}}
    path = folder / "stack.ome.tif"
    tifffile.imwrite(path, np.stack(planes).astype(np.uint16), ome=True, metadata=metadata)
    return path


def _baseline(page: Page, site: Site) -> dict[str, list[float]]:
    page.goto(site.address)
    page.wait_for_function("() => window.Bokeh && Bokeh.documents.length && Bokeh.documents[0].roots().length")
    page.wait_for_timeout(2000)
    step = _step(page, BASELINE_STEP)
    figures = {
        "contrast": [step(["top", 20000 + 500 * i]) for i in range(STEPS)],
        "z": [step(["z", 1 + i]) for i in range(STEPS)],
    }
    page.close()
    return figures


def _player(page: Page, site: Site, baseline: dict[str, list[float]]) -> None:
    traffic = Traffic.of(page)
    page.goto(f"{site.address}/image/stack?z=0")
    page.wait_for_function(EXACT)
    page.wait_for_timeout(1000)
    step = _step(page, PLAYER_STEP)

    before = _planes(traffic)
    contrast = [step([{"z": 0, "channels": {"0": {"limits": [100, 9000 + 100 * i]}}}, False]) for i in range(STEPS)]
    _compare("contrast change, painted", contrast, baseline["contrast"], faster=5)
    asked = _planes(traffic) - before
    verdict("requests for 20 contrast changes", f"{asked}", "0", met=asked == 0)

    # Every second slice from the far end, faster than the prefetch of neighbours can follow.
    cold, sizes = [], []
    for z in range(SLICES - 1, SLICES - 1 - 10, -2):
        loaded = traffic.bytes
        cold.append(step([{"z": z}, False]))
        sizes.append(traffic.bytes - loaded)
    _compare("z step not buffered, painted", cold, baseline["z"], faster=2, under_ms=150)
    share = RAW_STEP / max(float(np.median(sizes)), 1)
    verdict("bytes of a cold preview step", f"1/{share:.0f} of raw", "under 1/20", met=share > 20)

    for z in range(SLICES):
        step([{"z": z}, True])
    page.wait_for_timeout(1000)
    before = _planes(traffic)
    warm = [step([{"z": z}, True]) for z in range(SLICES)]
    _compare("z step buffered, exact painted", warm, baseline["z"], under_ms=50)
    asked = _planes(traffic) - before
    verdict("fetches on planes seen before", f"{asked}", "0", met=asked == 0)
    rate = 3 * SLICES / (page.evaluate(DRAG, SLICES) / 1000)
    verdict("one state after the other, buffered", f"{rate:.0f} painted frames/s", "at least 20", met=rate >= 20)
    rate = _dragged(page)
    verdict("the slider dragged by the pointer", f"{rate:.0f} painted frames/s", "at least 20", met=rate >= 20)


def _dragged(page: Page) -> float:
    """Painted frames a second while the pointer takes the z slider from one end to the other and back.

    Each move is to another slice. A browser hands on one move with each frame of the screen: with three moves to a
    slice there would be 20 slices a second at most, however fast they are painted.
    """
    box = page.get_by_role("slider", name=re.compile("^z")).first.bounding_box()
    assert box is not None
    y, ends = box["y"] + box["height"] / 2, (box["x"] + 8, box["x"] + box["width"] - 8)
    page.evaluate(COUNT)
    page.mouse.move(ends[0], y)
    page.mouse.down()
    for end in (ends[1], ends[0], ends[1]):
        page.mouse.move(end, y, steps=SLICES - 1)
    page.mouse.up()
    painted, ms = page.evaluate("() => [window.painted.length, window.painted.at(-1) - window.painted[0]]")
    return 1000 * (painted - 1) / ms


def _planes(traffic: Traffic) -> int:
    return sum("/pixels/" in address for address in traffic.requests)


def _step(page: Page, script: str) -> Callable[[list], float]:
    return lambda argument: page.evaluate(script, argument)


def _compare(what: str, mine: list[float], theirs: list[float], faster: float = 0, under_ms: float = np.inf) -> None:
    p95, baseline = float(np.percentile(mine, 95)), float(np.percentile(theirs, 95))
    figure = (
        f"{p95:.0f} ms p95 ({np.median(mine):.0f} median), baseline {baseline:.0f} ms: {baseline / p95:.1f} x faster"
    )
    bounds = [f"under {under_ms:.0f} ms"] * (under_ms < np.inf) + [f"at least {faster:g} x faster"] * (faster > 0)
    verdict(what, figure, ", ".join(bounds), met=p95 < under_ms and baseline / p95 >= faster)


if __name__ == "__main__":
    main()

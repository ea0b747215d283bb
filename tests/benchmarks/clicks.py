"""From a click on a facet of Explore until all that it changes is on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from playwright.sync_api import Browser, Page

from micrographia.collection.store import Store
from micrographia.library import Library
from micrographia.search.text import TextIndex
from tests.benchmarks.synthetic import synthetic_records

# Between two clicks, so that each starts on a page at rest.
_REST_MS = 400

# Counts and cards have changed and a frame with them is painted; then the pictures that can be seen are there too.
_WATCH = """
() => {
  const shown = () => ['.sentence', '.facet-list'].map((name) => document.querySelector(name).textContent)
  const painted = (act) => requestAnimationFrame(() => setTimeout(act))
  function seen() {
    const room = document.querySelector('.results').getBoundingClientRect()
    return [...document.querySelectorAll('.hits img[src]')].filter((picture) => {
      const box = picture.getBoundingClientRect()
      return box.bottom > room.top && box.top < room.bottom
    })
  }
  document.addEventListener('click', (event) => {
    if (!event.target.matches('.facet input')) return
    const begun = performance.now()
    const [sentence, counts] = shown()
    window.click = {}
    const wait = () => {
      const [now, then] = shown()
      if (now === sentence || then === counts) return requestAnimationFrame(wait)
      painted(() => { window.click.counts = performance.now() - begun; pictures() })
    }
    const pictures = () => {
      if (seen().some((picture) => !picture.complete)) return requestAnimationFrame(pictures)
      painted(() => { window.click.pictures = performance.now() - begun })
    }
    wait()
  }, true)
}
"""


@dataclass(frozen=True, slots=True)
class Click:
    """How long after a click its counts and cards were painted, and the pictures in sight with them, in ms."""

    counts_ms: float
    pictures_ms: float


def make_large_library(folder: Path, demo: Path, count: int) -> Path:
    """A library of so many synthetic records, each with the pixels of one of the demo's; the path of its folder."""
    with Library.open(demo) as library:
        pixels = [(record.file, record.facts) for record in library.store.records()]
    with Store.open(folder, create=True, observers=(TextIndex(),)) as store:
        drawn = (pixels[at % len(pixels)] for at in range(count))
        store.put(
            replace(record, file=file, facts=facts) for record, (file, facts) in zip(synthetic_records(count), drawn)
        )
    return folder


def clicks(chromium: Browser, address: str, count: int) -> Iterator[Click]:
    """So many clicks on values all over the facets, chosen and taken back, in a window 1280 pixels wide."""
    page = chromium.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(f"{address}/explore")
    page.wait_for_function("window.Bokeh?.documents?.[0]?.is_idle")
    page.evaluate(_WATCH)
    for at in range(count):
        boxes = page.locator(".facet input[type=checkbox]:visible")
        box = boxes.nth(7 * at % boxes.count())
        box.scroll_into_view_if_needed()
        page.wait_for_timeout(_REST_MS)
        box.click()
        page.wait_for_function("window.click?.pictures")
        found = page.evaluate("window.click")
        yield Click(found["counts"], found["pictures"])
        if at % 3 == 2:
            _clear(page)
    page.context.close()


def _clear(page: Page) -> None:
    page.get_by_role("button", name="Clear all").click()
    page.wait_for_function("!document.querySelector('.chips').children.length")

"""What the stories share: a Chromium, and windows that notice what goes wrong in them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.browser.chromium import opened_browser


@pytest.fixture(scope="module")
def browser():
    with opened_browser() as browser:
        yield browser


@pytest.fixture
def window(browser: Browser, base: str):
    """Opens a window of some size; at the end nothing may have gone wrong in it, nor come from elsewhere.

    ``forgiven`` are words that stand in the console when a story itself breaks something.
    """
    contexts, wrong = [], []

    def opened(width: int = 1280, height: int = 800, *, forgiven: tuple[str, ...] = (), **options) -> Page:
        own = options.setdefault("base_url", base)
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if _is_wrong(said, forgiven) else None)
        page.on("request", lambda asked: wrong.append(asked.url) if not _is_own(asked.url, own) else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def _is_wrong(said: ConsoleMessage, forgiven: tuple[str, ...]) -> bool:
    return said.type == "error" and not any(words in said.text for words in forgiven)


def _is_own(address: str, own: str) -> bool:
    return address.startswith((own, "data:", "blob:"))

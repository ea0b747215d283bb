"""Explore: facets, results, and the chosen image in the player, for one visitor."""

from __future__ import annotations

import logging
import sqlite3

import panel as pn

from micrographia.errors import LibraryError
from micrographia.library import Library
from micrographia.look.shell import Shell
from micrographia.portrait.addresses import feed_address
from micrographia.settings import Settings
from micrographia.widgets.explorer import Explorer
from micrographia.widgets.shell import Page

# What the first paint needs, fetched together; each would otherwise wait for the one that imports it.
WIDGETS = "cards columns details dom facets order gallery page place range rows saved searches stage".split()
MODULES = ("player.js", *(f"widgets/{name}.js" for name in WIDGETS))

logger = logging.getLogger(__name__)


def explore(library: Library, settings: Settings) -> Page:
    """The page, made for the visitor who asks for it, as the address bar says; a sentence where it cannot be made."""
    address = _asked_for()
    try:
        return _explore(library, settings, address)
    except (LibraryError, OSError) as error:
        logger.warning("Explore could not be made: %s", error)
        return _sorry(settings, address, str(error))
    except sqlite3.Error:
        logger.exception("Explore could not be made.")
        return _sorry(settings, address, "The library could not be read. Wait a moment, and try again.")


def _asked_for() -> str:
    """The query string as the browser sent it, with its question mark: Panel's own reading of it fails on odd ones."""
    context = pn.state.curdoc.session_context if pn.state.curdoc else None
    request = context.request if context else None
    _, mark, query = str(request.uri or "").partition("?") if request else ("", "", "")
    return mark + query


def _explore(library: Library, settings: Settings, address: str) -> Page:
    explorer = Explorer(library, address, settings.prefix)
    roots = {
        "facets": explorer.facets,
        "gallery": explorer.gallery,
        "details": explorer.details,
        "address": explorer.address,
        "stage": explorer.stage,
        "histogram": explorer.histogram,
    }
    return Page(
        "explore.html",
        Shell(settings.prefix, page="explore", words=explorer.query.text),
        roots,
        page_title=explorer.title,
        feed=feed_address(explorer.prefix, explorer.query),
        first=explorer.first_answer,
        modules=MODULES,
    )


def _sorry(settings: Settings, address: str, sentence: str) -> Page:
    shell = Shell(settings.prefix, page="explore")
    again = f"{shell.prefix}/explore{address}"
    return Page("trouble.html", shell, {}, page_title="Explore", sentence=sentence, again=again)

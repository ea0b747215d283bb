"""Explore: facets, results, and the chosen image in the player, for one visitor."""

from __future__ import annotations

import panel as pn

from micrographia.library import Library
from micrographia.look.shell import Shell
from micrographia.settings import Settings
from micrographia.widgets.explorer import Explorer
from micrographia.widgets.shell import Page

# What the first paint needs, fetched together; each would otherwise wait for the one that imports it.
WIDGETS = "cards details dom facets gallery page place range rows stage".split()
MODULES = ("player.js", *(f"widgets/{name}.js" for name in WIDGETS))


def explore(library: Library, settings: Settings) -> Page:
    """The page, made for the visitor who asks for it, as the address bar says."""
    address = pn.state.location.search if pn.state.location else ""
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
        page_title=f"Explore · {library.name}",
        first=explorer.first_answer,
        modules=MODULES,
    )

"""The site: every address of a library, and the server that answers them."""

from __future__ import annotations

import gc
import logging
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bokeh.server.tornado import BokehTornado
from panel.io.server import get_server
from tornado.ioloop import IOLoop, PeriodicCallback
from tornado.web import Application

from micrographia.errors import Busy, LibraryError
from micrographia.library import Library
from micrographia.settings import Settings
from micrographia.web.api import api_routes
from micrographia.web.compression import WEBSOCKET, CompressedPages
from micrographia.web.downloads import download_routes
from micrographia.web.feeds import feed_routes
from micrographia.web.handlers import Route, Site
from micrographia.web.iiif import iiif_routes
from micrographia.web.oai import oai_routes
from micrographia.web.pages import ForwardHandler, MissingHandler, page_routes
from micrographia.web.pixels import pixel_routes
from micrographia.web.sitemaps import sitemap_routes
from micrographia.web.sockets import bound
from micrographia.web.static import pack_ahead, static_routes
from micrographia.web.tray import tray_routes

# Hosts that mean: every network interface.
EVERYWHERE = ("", "0.0.0.0", "::")

Page = Callable[[], Any]

# How often the site looks whether something was written: a look takes some microseconds.
FOLLOW_MS = 250

# Where an application keeps which of its rules are the site's.
RULES = "micrographia_rules"

logger = logging.getLogger(__name__)


def routes(site: Site) -> list[Route]:
    """Every address of the site but the workspaces': documents, data, pixels, files."""
    return [
        *static_routes(site),
        *pixel_routes(site.library.pixels, site.prefix, site.settings.pixel_threads),
        *api_routes(site),
        *feed_routes(site),
        *sitemap_routes(site),
        *oai_routes(site),
        *iiif_routes(site),
        *download_routes(site),
        *tray_routes(site),
        *page_routes(site),
    ]


def attach(application: Application, site: Site) -> None:
    """Put the site's addresses before those that a Bokeh server has, and its error page behind all.

    Addresses of the site that were there before give way: a development server has loaded newer code.
    """
    rules = application.default_router.rules
    rules[:] = [rule for rule in rules if rule not in application.settings.get(RULES, ())]
    before = list(rules)
    application.add_handlers(".*", routes(site))
    application.settings[RULES] = [rule for rule in rules if rule not in before]
    if CompressedPages not in application.transforms:
        application.transforms.append(CompressedPages)
    bound(application)
    application.settings["default_handler_class"] = MissingHandler
    application.settings["default_handler_args"] = {"site": site}


def serve(
    library: Library, settings: Settings, pages: Mapping[str, Page], announce: Callable[[str], None] = logger.info
) -> None:
    """Serve a library until the process is told to stop.

    Parameters
    ----------
    library
        The opened library.
    settings
        Host, port, prefix.
    pages
        The workspaces: for each path a function that makes the page for a visitor.
    announce
        Told the sentence with the address, when the site is up.

    Raises
    ------
    Busy
        The port is taken by another process.
    """
    site = Site(library, settings)
    if logger.getEffectiveLevel() >= logging.WARNING:
        # That an address was not found is nothing to tell of each time.
        logging.getLogger("tornado.access").setLevel(logging.ERROR)
    try:
        server = get_server(
            dict(pages),
            port=settings.port,
            address=None if settings.host in EVERYWHERE else settings.host,
            prefix=site.prefix,
            title="Micrographia",
            show=False,
            start=False,
            **WEBSOCKET,
        )
    except OSError as error:
        raise Busy(
            f"Port {settings.port} on {settings.host} cannot be used: {error.strerror or error}. "
            "Another program may listen there; give another port, such as MICROGRAPHIA_PORT=5050."
        ) from error
    server._tornado.websocket_origins.update(_origins(settings, server.port or settings.port))
    attach(server._tornado, site)
    shown = "localhost" if settings.host in EVERYWHERE else settings.host
    announce(f"Micrographia is at http://{shown}:{server.port}{site.prefix}/ (stop it with Ctrl-C)")
    site.threads.submit(warm, site)
    PeriodicCallback(partial(keep_up, site), FOLLOW_MS).start()
    _run(server)


def warm(site: Site) -> None:
    """Make what the first visitors would wait for: the index, the first page, compressed scripts."""
    site.documents.home(site.settings.site_url, datetime.now(UTC).date())
    # The names of all values are put in order when the first letter is typed.
    site.library.index.suggest("a")
    pack_ahead()


async def keep_up(site: Site) -> None:
    """Take in what was written, so that no visitor has to; one who comes meanwhile is answered from just before."""
    # Whatever keeps the library from being read is told to whoever asks for something.
    with suppress(LibraryError):
        await IOLoop.current().run_in_executor(site.threads, _take_in, site)


def _take_in(site: Site) -> None:
    site.library.index.snapshot()
    site.documents.renew()


def opened_beside(settings: Settings, make_ready: Callable[..., Path]) -> Library:
    """The library of the settings, for a script that ``panel serve`` runs; its addresses are put into that server.

    Parameters
    ----------
    settings
        Which library.
    make_ready
        Makes the library of a folder where there is none.
    """
    site = _developed(settings, make_ready)
    _attach_to_running(site)
    return site.library


@cache
def _developed(settings: Settings, make_ready: Callable[..., Path]) -> Site:
    return Site(Library.open(make_ready(settings.library, demo=True), settings), settings)


def _attach_to_running(site: Site) -> None:
    # `panel serve` gives a script no way to its server: it is found among what is alive. Only development does this.
    # With `--dev` the script runs once before there is a server.
    for application in [thing for thing in gc.get_objects() if isinstance(thing, BokehTornado)]:
        if application.settings.get("default_handler_args") != {"site": site}:
            attach(application, site)
            path = next(iter(application.app_paths))
            application.add_handlers(".*", [(r"/explore/?", ForwardHandler, {"path": path})])


def _run(server: Any) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: server.io_loop.add_callback_from_signal(server.io_loop.stop))
    server.start()
    server.io_loop.start()
    server.stop()


def _origins(settings: Settings, port: int) -> set[str]:
    """Who may open a websocket: the site's own addresses; every name of this machine when it listens on all."""
    if settings.host in EVERYWHERE:
        return {"*"}
    public = urlsplit(settings.site_url).netloc
    return {f"{name}:{port}" for name in ("localhost", "127.0.0.1", settings.host)} | ({public} if public else set())

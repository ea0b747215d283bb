"""The front door: settings, library, pages and endpoints, served. Run it, or give it to ``panel serve``."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import click
import panel as pn

sys.path.insert(0, str(Path(__file__).parent))

from dashboards.explore import explore
from micrographia.commands import make_ready
from micrographia.errors import LibraryError
from micrographia.library import Library
from micrographia.settings import Settings
from micrographia.web.site import opened_beside, serve


def main(settings: Settings) -> None:
    """Serve the library of the settings until the process is told to stop."""
    with Library.open(settings.library, settings) as library:
        # Panel asks only real functions for a page of its own for each visitor; a `partial` it would show as text.
        serve(library, settings, {"/explore": lambda: explore(library, settings)}, announce=click.echo)


def run() -> None:
    """Serve what the environment says; the demo library, made first, where it says nothing."""
    settings = Settings.from_environment()
    logging.basicConfig(level=settings.log_level, format="%(levelname)s %(name)s: %(message)s")
    try:
        library = make_ready(settings.library, demo=True)
        main(Settings.from_environment(library=library))
    except LibraryError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    run()
elif pn.state.curdoc is not None:
    settings = Settings.from_environment()
    explore(opened_beside(settings, make_ready), settings).servable()

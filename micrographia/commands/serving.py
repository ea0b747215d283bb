"""The command that serves a library as a web site, and what is made ready for it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import click

from micrographia.collection.store import LIBRARY_FILE
from micrographia.commands.images import indexed
from micrographia.commands.options import FOLDER
from micrographia.commands.progress import showing_progress
from micrographia.errors import NotFound
from micrographia.settings import Settings
from micrographia.simulation.collection import make_demo


@click.command()
@click.argument("folder", type=FOLDER, required=False)
@click.option("--library", type=FOLDER, help="Where the library of a folder of images goes.")
@click.option("--host", help="Name or address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on.")
def serve(folder: Path | None, library: Path | None, host: str | None, port: int | None) -> None:
    """Serve FOLDER, a library or a folder of images, as a web site."""
    settings = Settings.from_environment(host=host, port=port)
    ready = make_ready(folder or settings.library, library, demo=folder is None)
    front_door().main(Settings.from_environment(host=host, port=port, library=ready))


def make_ready(folder: Path, library: Path | None = None, *, demo: bool = False) -> Path:
    """The library to serve for ``folder``: itself, or one made from the images in it.

    Parameters
    ----------
    folder
        A library, a folder of images, or (with ``demo``) a place where nothing is yet.
    library
        Where the library of a folder of images goes; ``<folder>-library`` in the current directory by default,
        so that a folder of originals is never written to.
    demo
        Make the demo library when there is nothing at ``folder``.

    Raises
    ------
    NotFound
        There is no such folder.
    """
    if _is_complete(folder):
        return folder
    if folder.exists() and not _is_begun(folder):
        library = library or Path(f"{folder.resolve().name}-library")
        click.echo(indexed(folder, library).as_text(), err=True)
        return library
    if not demo:
        raise NotFound(f"There is no folder {str(folder)!r}. Give a library, or a folder of images.")
    return _demo_library(folder)


def front_door() -> ModuleType:
    """The site's ``app.py``: the one in the wheel, or the one at the top of the checkout."""
    package = Path(__file__).parent.parent
    path = next(p for p in (package / "_site" / "app.py", package.parent / "app.py") if p.is_file())
    spec = importlib.util.spec_from_file_location("micrographia_app", path)
    module = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
    spec.loader.exec_module(module)  # type: ignore[union-attr]
    return module


def _demo_library(folder: Path) -> Path:
    images = folder / "images"
    click.echo(f"Making the demo library in {folder} (about a minute, once).", err=True)
    _unfinished(folder).parent.mkdir(parents=True, exist_ok=True)
    _unfinished(folder).touch()
    with showing_progress("Simulating") as progress:
        make_demo(images, progress=progress)
    report = indexed(images, folder)
    _unfinished(folder).unlink()
    click.echo(report.as_text(), err=True)
    return folder


def _unfinished(folder: Path) -> Path:
    # Stays behind when the making of the demo library is interrupted, so that the next start begins it again.
    return folder / ".demo-unfinished"


def _is_begun(folder: Path) -> bool:
    return _unfinished(folder).exists()


def _is_complete(folder: Path) -> bool:
    return (folder / LIBRARY_FILE).is_file() and not _is_begun(folder)

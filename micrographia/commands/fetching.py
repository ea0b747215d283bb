"""Commands that bring image files over the web."""

from __future__ import annotations

from pathlib import Path

import click

from micrographia.commands.options import FOLDER, download_options
from micrographia.commands.progress import showing_progress
from micrographia.commands.searching import conditions
from micrographia.errors import Invalid
from micrographia.fetching.catalogue import Collection, named, published
from micrographia.fetching.choosing import ROLES
from micrographia.fetching.collecting import get
from micrographia.fetching.downloading import Limits
from micrographia.fetching.imported import fetch
from micrographia.importing.assets import Role
from micrographia.library import Library
from micrographia.search.query import Query


@click.command(name="fetch")
@click.argument("ids", nargs=-1)
@click.option(
    "--where", multiple=True, metavar="FIELD=VALUE", help="All public images with this value, in place of IDS."
)
@click.option("--library", "folder", type=FOLDER, required=True)
@click.option("--role", type=click.Choice(ROLES), help="The kind of file; by itself the one that shows most.")
@download_options
@click.pass_context
def fetch_command(
    context: click.Context,
    ids: tuple[str, ...],
    where: tuple[str, ...],
    folder: Path,
    role: Role | None,
    limit_gb: float,
    at_once: int,
) -> None:
    """Bring the files of imported images, IDS, into the library. Safe to repeat; goes on where it was."""
    if bool(ids) == bool(where):
        raise Invalid("Say which images: give their ids, or --where FIELD=VALUE.")
    with Library.open(folder) as library, showing_progress("Fetching") as progress:
        wanted = ids or _ids_where(library, where)
        limits = Limits(size=round(limit_gb * 1e9))
        report = fetch(library.store, wanted, role=role, limits=limits, at_once=at_once, progress=progress)
    click.echo(report.as_text())
    context.exit(int(bool(report.failed)))


@click.command(name="get")
@click.argument("name", required=False)
@click.option("--list", "as_list", is_flag=True, help="List the collections there are, and get nothing.")
@click.option("--library", "folder", type=FOLDER, help="The library; NAME-library when it is not given.")
@download_options
@click.pass_context
def get_command(
    context: click.Context, name: str | None, as_list: bool, folder: Path | None, limit_gb: float, at_once: int
) -> None:
    """Bring NAME, a published teaching collection, into a library. Safe to repeat; goes on where it was."""
    collections = published()
    if as_list or name is None:
        click.echo("\n".join(map(_collection_line, collections.values())))
        return
    collection = named(name, collections)
    folder = folder or Path(f"{name}-library")
    with showing_progress("Fetching") as progress:
        limits = Limits(size=round(limit_gb * 1e9))
        report = get(collection, folder, limits=limits, at_once=at_once, progress=progress)
    click.echo(report.as_text())
    if not report.failed:
        click.echo(f"Next: micrographia serve {folder}")
    context.exit(int(bool(report.failed)))


def _ids_where(library: Library, where: tuple[str, ...]) -> list[str]:
    query = Query(where=conditions(where))
    found = library.index.search(query)
    if found.problems:
        raise Invalid(" ".join([*found.problems, "Nothing was fetched."]))
    return list(library.index.ids(query))


def _collection_line(one: Collection) -> str:
    images = f"{len(one.items)} images, {one.size / 1e6:.0f} MB, {', '.join(one.licences)}"
    return f"{one.name}\t{one.title}\t{images}\t{one.homepage}"

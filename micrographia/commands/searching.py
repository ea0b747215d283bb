"""Commands that read a library: find images, write all of it as a table."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import click

from micrographia.collection.folder import shown
from micrographia.collection.table import write_table
from micrographia.commands.answers import json_text
from micrographia.commands.options import FOLDER
from micrographia.errors import Invalid
from micrographia.library import Library
from micrographia.search.query import PER_PAGE, PER_PAGE_LIMIT, Query
from micrographia.search.results import Results


@click.command()
@click.argument("words", nargs=-1)
@click.option("--library", "folder", type=FOLDER, required=True)
@click.option("--where", multiple=True, metavar="FIELD=VALUE", help="A field's value; can be given several times.")
@click.option("--sort", default="", help="relevance, title, year, -year, added, -added")
@click.option("--page", default=1, show_default=True, type=click.IntRange(1))
@click.option("--per-page", default=PER_PAGE, show_default=True, type=click.IntRange(1, PER_PAGE_LIMIT))
@click.option("--json", "as_json", is_flag=True, help="The same JSON as /api/v1/images gives.")
def search(
    words: tuple[str, ...],
    folder: Path,
    where: tuple[str, ...],
    sort: str,
    page: int,
    per_page: int,
    as_json: bool,
) -> None:
    """Find the images that match WORDS and every FIELD=VALUE."""
    query = Query(text=" ".join(words), where=conditions(where), sort=sort, page=page, per_page=per_page)
    with Library.open(folder) as library:
        _tell(library.index.search(query), as_json)


@click.command()
@click.option("--library", "folder", type=FOLDER, required=True)
def table(folder: Path) -> None:
    """Write every record of a library as one table (CSV, UTF-8) to the standard output."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="")
    with Library.open(folder) as library:
        write_table(library.store.records(public=False), sys.stdout)


def _tell(results: Results, as_json: bool) -> None:
    if as_json:
        click.echo(json_text(results.as_json()))
        return
    click.echo(results.sentence)
    if results.also:
        click.echo(shown(results.also.sentence))
    for problem in results.problems:
        click.echo(f"  ! {problem}", err=True)
    if results.meant:
        click.echo(f"Did you mean: {shown(results.meant.text)} ({results.meant.total:,})")
    for row in results.rows:
        click.echo(f"{row['id']}\t{shown(row['title'])}")


def conditions(where: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The values of each field that are asked for, from texts such as ``organism=Homo sapiens``."""
    values: dict[str, list[str]] = {}
    for text in where:
        field, equals, value = text.partition("=")
        if not equals:
            raise Invalid(f"--where {text!r} is not FIELD=VALUE, as in --where 'organism=Homo sapiens'.")
        values.setdefault(field.strip(), []).append(value.strip())
    return {field: tuple(given) for field, given in values.items()}

"""Commands about the ontologies of a library."""

from __future__ import annotations

from pathlib import Path

import click

from micrographia.collection.folder import shown
from micrographia.collection.vocabulary import loading
from micrographia.commands.answers import json_text
from micrographia.commands.options import FOLDER
from micrographia.library import Library


@click.group()
def vocabulary() -> None:
    """The ontologies of a library: what its terms are called, and what lies below them."""


@vocabulary.command(name="load")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--library", "folder", type=FOLDER, required=True)
@click.option("--json", "as_json", is_flag=True, help="The whole report as JSON.")
def load_vocabulary(files: tuple[Path, ...], folder: Path, as_json: bool) -> None:
    """Load ontologies, FILES in OBO or OWL, and say what that changes. Records stay as they are."""
    with Library.open(folder) as library:
        report = loading.load(library.vocabulary, files)
    click.echo(json_text(report.as_dict()) if as_json else report.as_text())


@vocabulary.command(name="list")
@click.option("--library", "folder", type=FOLDER, required=True)
def list_vocabularies(folder: Path) -> None:
    """List the ontologies of a library: name, version, terms, when they were loaded, and from which file."""
    with Library.open(folder) as library:
        for one in library.vocabulary.loaded():
            click.echo(f"{one.name}\t{one.version}\t{one.terms}\t{one.loaded}\t{shown(one.source)}")


@vocabulary.command(name="remove")
@click.argument("name")
@click.option("--library", "folder", type=FOLDER, required=True)
@click.option("--json", "as_json", is_flag=True, help="The whole report as JSON.")
def remove_vocabulary(name: str, folder: Path, as_json: bool) -> None:
    """Take the ontology NAME out of a library, and say what that changes. Records stay as they are."""
    with Library.open(folder) as library:
        report = loading.remove(library.vocabulary, name)
    click.echo(json_text(report.as_dict()) if as_json else report.as_text())

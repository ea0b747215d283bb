"""Commands that take in what other collections say, and give back what they said."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from micrographia.commands.options import EXISTING, FOLDER, LIBRARY, LICENCE, import_options
from micrographia.commands.progress import showing_progress
from micrographia.errors import Invalid
from micrographia.importing.cil.importer import CellImageLibrary
from micrographia.importing.documents import Importer
from micrographia.importing.report import as_lines, as_table
from micrographia.importing.run import import_records
from micrographia.importing.sources import Documents, opened
from micrographia.importing.tables.bioimagearchive import BioImageArchive, file_list_documents
from micrographia.importing.tables.idr import ImageDataResource, annotation_documents, study_in
from micrographia.importing.tables.mappings import read_mapping, table_documents
from micrographia.importing.tables.rows import TableImporter
from micrographia.importing.tables.suggestions import suggested_mapping
from micrographia.library import Library


@click.group(name="import")
def import_group() -> None:
    """Take what another collection says of its images into a library. Safe to repeat; a curator's changes stay."""


@import_group.command(name="cil")
@click.argument("source")
@LIBRARY
@import_options
def import_cil(source: str, folder: Path, report: Path | None, dry_run: bool) -> None:
    """Import SOURCE, the metadata of The Cell: An Image Library: JSON lines, a folder or zip of JSON, or an address."""
    with opened(source) as documents:
        _import(CellImageLibrary(), documents, folder, report, dry_run)


@import_group.command(name="csv")
@click.argument("table", type=EXISTING)
@click.option("--mapping", type=EXISTING, help="TOML: which column of the table is which field.")
@click.option(
    "--suggest", is_flag=True, help="Write a mapping for the table to the standard output, and import nothing."
)
@click.option("--library", "folder", type=FOLDER, help="The library; made when it is not there.")
@import_options
def import_csv(
    table: Path, mapping: Path | None, suggest: bool, folder: Path | None, report: Path | None, dry_run: bool
) -> None:
    """Import TABLE, any table of images, by a mapping of its columns."""
    if suggest:
        click.echo(suggested_mapping(table), nl=False)
        return
    if mapping is None or folder is None:
        raise Invalid(
            "Give a --mapping and a --library. "
            "A mapping to begin with: micrographia import csv TABLE --suggest > mapping.toml"
        )
    layout = read_mapping(mapping)
    _import(TableImporter(layout), table_documents(table, layout), folder, report, dry_run)


@import_group.command(name="bioimage-archive")
@click.argument("file_list", type=EXISTING)
@click.option("--study", required=True, help="The accession of the study, such as S-BIAD7.")
@LICENCE
@LIBRARY
@import_options
def import_bioimage_archive(
    file_list: Path, study: str, licence: str, folder: Path, report: Path | None, dry_run: bool
) -> None:
    """Import FILE_LIST, the list of a study's files (table or JSON) in the BioImage Archive."""
    layout = BioImageArchive(study, licence)
    _import(TableImporter(layout), file_list_documents(file_list, layout), folder, report, dry_run)


@import_group.command(name="idr")
@click.argument("table", type=EXISTING)
@click.option("--study", default="", help="The study, such as idr0021; taken from the name of the table.")
@LICENCE
@LIBRARY
@import_options
def import_idr(table: Path, study: str, licence: str, folder: Path, report: Path | None, dry_run: bool) -> None:
    """Import TABLE, the annotation table (CSV) of a study in the Image Data Resource."""
    layout = ImageDataResource(study or study_in(table), licence)
    _import(TableImporter(layout), annotation_documents(table, layout), folder, report, dry_run)


@click.command()
@click.option("--library", "folder", type=FOLDER, required=True)
@click.option("--importer", default="", help="Only of the records that this importer brought, such as cil.")
@click.option("--to", type=FOLDER, help="Write each to a file of its own in this folder, instead.")
def originals(folder: Path, importer: str, to: Path | None) -> None:
    """Write what records were imported from, unchanged, one document a line, to the standard output."""
    with Library.open(folder) as library:
        if to is not None:
            to.mkdir(parents=True, exist_ok=True)
        for record_id, original in library.store.originals(importer=importer):
            if to is not None:
                (to / f"{record_id.replace(':', '-')}.json").write_bytes(original.document)
            else:
                click.echo(original.document.replace(b"\n", b" "))


def _import(importer: Importer, documents: Documents, folder: Path, report: Path | None, dry_run: bool) -> None:
    with ExitStack() as stack, showing_progress("Importing") as progress:
        tell = None
        if report is not None:
            stream = stack.enter_context(report.open("w", encoding="utf-8", newline=""))
            tell = as_table(stream) if report.suffix.casefold() == ".csv" else as_lines(stream)
        done = import_records(importer, documents, folder, dry_run=dry_run, tell=tell, progress=progress)
    click.echo(done.as_text())

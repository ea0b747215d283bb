"""The command line: what `micrographia --help` lists."""

from __future__ import annotations

import errno
import importlib.util
import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import click

from micrographia import __version__
from micrographia.collection.folder import is_text, shown
from micrographia.collection.store import LIBRARY_FILE
from micrographia.collection.table import write_table
from micrographia.collection.vocabulary import loading
from micrographia.errors import Invalid, LibraryError, NotFound
from micrographia.fetching.catalogue import Collection, named, published
from micrographia.fetching.choosing import ROLES
from micrographia.fetching.collecting import get
from micrographia.fetching.downloading import STANDARD, Limits
from micrographia.fetching.imported import fetch
from micrographia.fetching.run import AT_ONCE
from micrographia.imaging.files import describe
from micrographia.importing.assets import Role
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
from micrographia.indexing import Report, index
from micrographia.library import Library
from micrographia.search.query import PER_PAGE, PER_PAGE_LIMIT, Query
from micrographia.search.results import Results
from micrographia.settings import Settings
from micrographia.simulation.collection import make_demo

Progress = Callable[[int, int, str], None]

EXISTING = click.Path(exists=True, path_type=Path)
FOLDER = click.Path(path_type=Path)


class _Sentences(click.Group):
    """Shows the library's exceptions as the sentences they are."""

    def invoke(self, context: click.Context) -> object:
        """Run the command; an exception of the library ends it with its sentence and status 1."""
        try:
            return super().invoke(context)
        except LibraryError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            # A reader that went away, as `| head` does, is nothing to tell of.
            if error.errno == errno.EPIPE:
                raise
            place = f"{error.filename}: " if error.filename else ""
            raise click.ClickException(f"{place}{error.strerror or error}.") from error


@click.group(cls=_Sentences, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="micrographia")
def cli() -> None:
    """An open library of cell images: make one from a folder, search it, serve it."""
    logging.basicConfig(level=Settings.from_environment().log_level, format="%(levelname)s %(name)s: %(message)s")


@cli.command()
@click.argument("folder", type=FOLDER)
@click.option("--seed", default=2010, show_default=True, help="The same seed gives the same bytes.")
@click.option("--processes", default=2, show_default=True, help="How many processes draw at once.")
def demo(folder: Path, seed: int, processes: int) -> None:
    """Write the demo collection, simulated microscopy with known answers, into FOLDER."""
    with _progress("Simulating") as progress:
        report = make_demo(folder, seed=seed, processes=processes, progress=progress)
    click.echo(f"{report.images} simulated images in {folder} ({report.bytes / 1e6:.0f} MB, {report.seconds:.0f} s).")
    click.echo(f"Next: micrographia serve {folder}")


@cli.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, one line a file.")
@click.pass_context
def info(context: click.Context, files: tuple[Path, ...], as_json: bool) -> None:
    """Say what each of FILES is: axes, samples, calibration, channels, and every doubt."""
    failed = False
    for path in files:
        facts = describe(path)
        failed |= any(finding["severity"] == "error" for finding in facts["findings"])
        click.echo(_as_json(facts) if as_json else _as_text(facts))
    context.exit(int(failed))


@cli.command(name="index")
@click.argument("source", type=EXISTING)
@click.option("--library", "folder", type=FOLDER, required=True, help="The library; made when it is not there.")
@click.option("--processes", default=2, show_default=True, help="How many processes read at once.")
def index_command(source: Path, folder: Path, processes: int) -> None:
    """Take the images of SOURCE, a folder or a file, into a library. Safe to repeat; the images stay untouched."""
    report = _index(source, folder, processes)
    click.echo(report.as_text())


@cli.group(name="import")
def import_group() -> None:
    """Take what another collection says of its images into a library. Safe to repeat; a curator's changes stay."""


def _import_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that every import has."""
    for option in (
        click.option("--dry-run", is_flag=True, help="Write nothing; report what would be done."),
        click.option(
            "--report", type=click.Path(path_type=Path), help="Write every finding to this file, JSON lines or CSV."
        ),
    ):
        command = option(command)
    return command


_LIBRARY = click.option(
    "--library", "folder", type=FOLDER, required=True, help="The library; made when it is not there."
)
_LICENCE = click.option("--licence", default="", help="Of every image without one; else these are not public.")


@import_group.command(name="cil")
@click.argument("source")
@_LIBRARY
@_import_options
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
@_import_options
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
@_LICENCE
@_LIBRARY
@_import_options
def import_bioimage_archive(
    file_list: Path, study: str, licence: str, folder: Path, report: Path | None, dry_run: bool
) -> None:
    """Import FILE_LIST, the list of a study's files (table or JSON) in the BioImage Archive."""
    layout = BioImageArchive(study, licence)
    _import(TableImporter(layout), file_list_documents(file_list, layout), folder, report, dry_run)


@import_group.command(name="idr")
@click.argument("table", type=EXISTING)
@click.option("--study", default="", help="The study, such as idr0021; taken from the name of the table.")
@_LICENCE
@_LIBRARY
@_import_options
def import_idr(table: Path, study: str, licence: str, folder: Path, report: Path | None, dry_run: bool) -> None:
    """Import TABLE, the annotation table (CSV) of a study in the Image Data Resource."""
    layout = ImageDataResource(study or study_in(table), licence)
    _import(TableImporter(layout), annotation_documents(table, layout), folder, report, dry_run)


def _download_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of every command that downloads."""
    for option in (
        click.option(
            "--limit-gb",
            type=click.FloatRange(0, min_open=True),
            default=STANDARD.size / 1e9,
            show_default=True,
            help="No file larger than this.",
        ),
        click.option(
            "--at-once",
            type=click.IntRange(1, 16),
            default=AT_ONCE,
            show_default=True,
            help="How many images are on their way at once.",
        ),
    ):
        command = option(command)
    return command


@cli.command(name="fetch")
@click.argument("ids", nargs=-1)
@click.option(
    "--where", multiple=True, metavar="FIELD=VALUE", help="All public images with this value, in place of IDS."
)
@click.option("--library", "folder", type=FOLDER, required=True)
@click.option("--role", type=click.Choice(ROLES), help="The kind of file; by itself the one that shows most.")
@_download_options
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
    with Library.open(folder) as library, _progress("Fetching") as progress:
        wanted = ids or _ids_where(library, where)
        limits = Limits(size=round(limit_gb * 1e9))
        report = fetch(library.store, wanted, role=role, limits=limits, at_once=at_once, progress=progress)
    click.echo(report.as_text())
    context.exit(int(bool(report.failed)))


@cli.command(name="get")
@click.argument("name", required=False)
@click.option("--list", "as_list", is_flag=True, help="List the collections there are, and get nothing.")
@click.option("--library", "folder", type=FOLDER, help="The library; NAME-library when it is not given.")
@_download_options
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
    with _progress("Fetching") as progress:
        limits = Limits(size=round(limit_gb * 1e9))
        report = get(collection, folder, limits=limits, at_once=at_once, progress=progress)
    click.echo(report.as_text())
    if not report.failed:
        click.echo(f"Next: micrographia serve {folder}")
    context.exit(int(bool(report.failed)))


@cli.command()
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


@cli.command()
@click.option("--library", "folder", type=FOLDER, required=True)
def table(folder: Path) -> None:
    """Write every record of a library as one table (CSV, UTF-8) to the standard output."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="")
    with Library.open(folder) as library:
        write_table(library.store.records(public=False), sys.stdout)


@cli.group()
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
    click.echo(_as_json(report.as_dict()) if as_json else report.as_text())


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
    click.echo(_as_json(report.as_dict()) if as_json else report.as_text())


@cli.command()
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
    query = Query(text=" ".join(words), where=_conditions(where), sort=sort, page=page, per_page=per_page)
    with Library.open(folder) as library:
        _tell(library.index.search(query), as_json)


@cli.command()
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
        click.echo(_index(folder, library).as_text(), err=True)
        return library
    if not demo:
        raise NotFound(f"There is no folder {str(folder)!r}. Give a library, or a folder of images.")
    return _demo_library(folder)


def front_door() -> ModuleType:
    """The site's ``app.py``: the one in the wheel, or the one at the top of the checkout."""
    package = Path(__file__).parent
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
    with _progress("Simulating") as progress:
        make_demo(images, progress=progress)
    report = _index(images, folder)
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


def _index(source: Path, folder: Path, processes: int = 2) -> Report:
    with _progress("Indexing") as progress:
        return index(source, folder, processes=processes, progress=progress)


def _import(importer: Importer, documents: Documents, folder: Path, report: Path | None, dry_run: bool) -> None:
    with ExitStack() as stack, _progress("Importing") as progress:
        tell = None
        if report is not None:
            stream = stack.enter_context(report.open("w", encoding="utf-8", newline=""))
            tell = as_table(stream) if report.suffix.casefold() == ".csv" else as_lines(stream)
        done = import_records(importer, documents, folder, dry_run=dry_run, tell=tell, progress=progress)
    click.echo(done.as_text())


@contextmanager
def _progress(label: str) -> Iterator[Progress]:
    """A progress bar on a terminal; a line for each tenth where there is none."""
    if not sys.stderr.isatty():
        yield _lines(label)
        return
    bar: Any = click.progressbar(length=1, label=label, file=sys.stderr, show_pos=True, item_show_func=_item)
    with bar:

        def advance(done: int, total: int, name: str) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos, name)

        yield advance


def _item(name: str | None) -> str | None:
    return shown(name)[-40:] if name else None


def _lines(label: str) -> Progress:
    said = -1

    def advance(done: int, total: int, name: str) -> None:
        nonlocal said
        tenth = 10 * done // max(total, 1)
        if tenth > said:
            said = tenth
            click.echo(f"{label} {done} of {total}", err=True)

    return advance


def _tell(results: Results, as_json: bool) -> None:
    if as_json:
        click.echo(_as_json(results.as_json()))
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


def _conditions(where: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    values: dict[str, list[str]] = {}
    for text in where:
        field, equals, value = text.partition("=")
        if not equals:
            raise Invalid(f"--where {text!r} is not FIELD=VALUE, as in --where 'organism=Homo sapiens'.")
        values.setdefault(field.strip(), []).append(value.strip())
    return {field: tuple(given) for field, given in values.items()}


def _ids_where(library: Library, where: tuple[str, ...]) -> list[str]:
    query = Query(where=_conditions(where))
    found = library.index.search(query)
    if found.problems:
        raise Invalid(" ".join([*found.problems, "Nothing was fetched."]))
    return list(library.index.ids(query))


def _collection_line(one: Collection) -> str:
    images = f"{len(one.items)} images, {one.size / 1e6:.0f} MB, {', '.join(one.licences)}"
    return f"{one.name}\t{one.title}\t{images}\t{one.homepage}"


def _as_json(data: dict) -> str:
    text = json.dumps(data, ensure_ascii=False)
    # File names need not be valid text, but JSON has to be.
    return text if is_text(text) else json.dumps(data)


def _as_text(facts: dict) -> str:
    lines = [facts["file"]]
    if facts["axes"]:
        sizes = " × ".join(f"{name} {size}" for name, size in facts["axes"].items())
        size = facts["pixel_size_um"]
        calibration = f"{size['x']} µm a pixel" if size["x"] else "not calibrated"
        kind = "labels" if facts["labels"] else "colour" if facts["colour"] else "channels"
        lines.append(f"  {sizes}, {facts['dtype']}, {kind}, {calibration}")
        lines += [f"  channel {i}: {c['name'] or 'unnamed'}" for i, c in enumerate(facts["channels"])]
    lines += [f"  {f['severity']}: {f['message']} {f['remedy']}".rstrip() for f in facts["findings"]]
    return "\n".join(map(shown, lines))

"""Exports: the images of a search, or some that are chosen, as a file in one of several formats, sent as it is made."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from micrographia.collection.cells import join_values
from micrographia.collection.fields import DERIVED, RECORD_COLUMNS
from micrographia.collection.licences import licence
from micrographia.collection.records import Record
from micrographia.collection.richtext import to_plain
from micrographia.errors import Invalid, LibraryError, NotFound
from micrographia.library import Library
from micrographia.portrait.addresses import image_address
from micrographia.portrait.formats import BY_NAME, IDS_LIMIT, Format
from micrographia.search.documents import MEASURES, image_type
from micrographia.search.query import Query
from micrographia.web import metadata
from micrographia.web.citations import bibtex, csl, ris
from micrographia.web.data import as_data
from micrographia.web.datacite import NAMESPACE, resource
from micrographia.web.handlers import OpenHandler, as_json
from micrographia.web.markup import DECLARATION
from micrographia.web.originals import may_download
from micrographia.web.spreadsheets import row

# Sent in one go.
BLOCK = 1 << 16

_FIRST = ("id", "title", "description")
_LAST = (
    "image_type channels slices frames width height pixel_size_um z_step_um frame_interval_s licence attribution "
    "contributor source year group added changed page"
).split()
_NOT_TERMS = RECORD_COLUMNS | DERIVED | {field.name for field in MEASURES} | set(_LAST)

# Where a record without pixels says what else the pixels tell.
_GIVEN = {
    **{name: name for name in ("image_type", "channels", "slices", "frames")},
    **{name: name for name in ("pixel_size_um", "z_step_um", "frame_interval_s")},
    "width": "width_px",
    "height": "height_px",
}


@dataclass(frozen=True)
class Writer:
    """How a file is written: what stands before, between and behind the records, and each of them."""

    write: Callable[[Record], str]
    before: str = ""
    between: str = ""
    behind: str = ""

    def blocks(self, records: Iterable[Record]) -> Iterator[str]:
        """The file in parts of some size."""
        held, length = [self.before], 0
        for count, record in enumerate(records):
            held.append((self.between if count else "") + self.write(record))
            length += len(held[-1])
            if length >= BLOCK:
                yield "".join(held)
                held, length = [], 0
        yield "".join([*held, self.behind])


def writer(format: str, library: Library, base: str, name: str, *, alone: bool = False) -> Writer:
    """The writer of a format.

    Parameters
    ----------
    format
        The name of the format.
    library
        Whose records are written.
    base
        The public address of the site.
    name
        The name under which the library is cited.
    alone
        Whether the file is of a single record, and needs nothing round it.
    """
    given = {"base": base, "library": name}
    match format:
        case "csv":
            return _table(library, base)
        case "jsonl":
            return Writer(lambda record: as_json(as_data(record, **given)) + "\n")
        case "bibtex":
            return Writer(lambda record: bibtex(record, image_address(base, record.id), name) + "\n", between="\n")
        case "ris":
            return Writer(lambda record: ris(record, image_address(base, record.id), name), between="\r\n")
        case "csl":
            cite = partial(csl, library=name)
            return Writer(lambda record: as_json(cite(record, image_address(base, record.id))), "[\n", ",\n", "\n]\n")
        case "datacite":
            before = "" if alone else f'<resources xmlns="{NAMESPACE}">\n'
            behind = "\n" if alone else "\n</resources>\n"
            return Writer(lambda record: str(resource(record, **given)), str(DECLARATION) + before, "\n", behind)
        case "jsonld":
            return _linked_data(given, alone)
    raise NotFound(f"There is no format {format[:40]!r}. There are: {', '.join(BY_NAME)}.")


class ExportHandler(OpenHandler):
    """``GET /api/v1/images.{format}``: a search as a file; with ``id``, once or more often, those images."""

    async def get(self, *parts: str) -> None:
        """Send the file while it is made, or the sentence of what is wrong."""
        try:
            if await self.is_known():
                return
            format, name, blocks = await self.work(self.begun, parts[0])
        except LibraryError as error:
            await self.refuse(error)
            return
        self.set_header("Content-Type", format.media_type)
        await self.stream(blocks, f"{name}.{format.ending}")

    def begun(self, format_name: str) -> tuple[Format, str, Iterator[str]]:
        """The format, the name of the file without its ending, and the file's blocks, still to be made."""
        library = self.site.library
        ids = [*dict.fromkeys(self.get_query_arguments("id"))]
        write = partial(writer, format_name, library, self.base, self.site.documents.name)
        made = write(alone=len(ids) == 1)
        if not ids:
            found = library.index.ids(checked(library, Query.from_url(self.request.query)))
            listed = (record for record in library.store.records_of(found) if is_listed(record))
            return BY_NAME[format_name], plain_name(library.name), made.blocks(listed)
        if len(ids) > IDS_LIMIT:
            raise Invalid(f"There are {len(ids)} ids. Give at most {IDS_LIMIT}, or search for them.")
        for record_id in ids:
            library[record_id]
        name = plain_name(ids[0] if len(ids) == 1 else library.name)
        return BY_NAME[format_name], name, made.blocks(library.store.records(ids))


def is_listed(record: Record) -> bool:
    """Whether the record stands in a file of many that nobody chose one by one."""
    return record.licence is None or licence(record.licence).listed


def checked(library: Library, query: Query) -> Query:
    """The query, when all of it is understood; a file has no place to say what was left out."""
    problems = library.index.search(query).problems
    if problems:
        raise Invalid(" ".join(problems))
    return query


def _table(library: Library, base: str) -> Writer:
    names = [field.name for field in library.index.fields if field.name not in _NOT_TERMS]
    with_ids = {name for name in names if any(term.term_id for term in library.index.terms(name))}
    columns = [*_FIRST]
    for name in names:
        columns += [name, _ids_column(name, names)] if name in with_ids else [name]
    columns += _LAST

    def write(record: Record) -> str:
        cells = _cells(record, base)
        for name, terms in record.fields.items():
            cells.setdefault(name, join_values(term.text for term in terms))
            cells[_ids_column(name, names)] = join_values(term.id or "" for term in terms) if name in with_ids else ""
        return row(cells.get(column, "") for column in columns)

    return Writer(write, before=row(columns))


def _ids_column(name: str, names: list[str]) -> str:
    return f"ids:{name}" if f"{name}_id" in names else f"{name}_id"


def _cells(record: Record, base: str) -> dict[str, str]:
    said: dict[str, Any] = {
        "id": record.id,
        "title": record.title,
        "description": to_plain(record.description),
        "licence": record.licence,
        "attribution": record.attribution,
        "contributor": join_values(record.contributors),
        "source": record.source,
        "year": record.year,
        "group": record.group,
        "added": record.added,
        "changed": record.changed,
        "page": image_address(base, record.id),
    }
    if (facts := record.measured) is None:
        said |= {name: join_values(term.text for term in record.fields.get(at, ())) for name, at in _GIVEN.items()}
    else:
        sizes, pixel = facts.sizes, facts.pixel_size_um
        said |= {"image_type": image_type(facts), "channels": sizes.c, "slices": sizes.z, "frames": sizes.t}
        said |= {"width": sizes.x, "height": sizes.y, "pixel_size_um": pixel.x, "z_step_um": pixel.z}
        said |= {"frame_interval_s": facts.frame_interval_s}
    return {name: str(value) for name, value in said.items() if value not in (None, "")}


def _linked_data(given: dict[str, str], alone: bool) -> Writer:
    def write(record: Record) -> str:
        said = metadata.schema(record, **given, may_download=may_download(record))
        if not alone:
            del said["@context"]
        return as_json(said)

    if alone:
        return Writer(write, behind="\n")
    return Writer(write, '{"@context": "https://schema.org", "@graph": [\n', ",\n", "\n]}\n")


def plain_name(name: str) -> str:
    """The name for a file of what has a name, without its ending."""
    # A colon cannot be in the name of a file everywhere.
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:100] or "images"

"""Parcels: the files of some images in one zip, as far as their licences allow, and whose they are.

What goes into one is settled before it is sent, from the records alone; a file that is not there when its turn comes
is left out too. The manifest is the last file of the zip and says what became of each image.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from micrographia.collection.cells import join_values
from micrographia.collection.licences import licence
from micrographia.collection.records import Record
from micrographia.errors import NotFound
from micrographia.library import Library
from micrographia.portrait.addresses import image_address
from micrographia.settings import Settings
from micrographia.web.archives import EARLIEST, Entry, archived, distinct, safe_name
from micrographia.web.citations import citation
from micrographia.web.originals import file_name, files_within, original
from micrographia.web.spreadsheets import row

NO_FILE = "its file is not in this library"
NO_LICENCE = "no licence is stated"
NOT_ALLOWED = "its licence does not allow it"
GONE = "its file is not where it was"

MANIFEST = "manifest.csv"
ATTRIBUTION = "ATTRIBUTION.txt"
COLUMNS = (
    "id title file bytes left_out licence licence_name licence_url attribution contributors year source page"
).split()

MB = 1_000_000


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An image whose file is not in the parcel, and why."""

    record: Record
    why: str


@dataclass(frozen=True)
class Parcel:
    """What goes into a zip, its bytes when they were indexed, what is left out, and how many MB it may have."""

    packed: tuple[Record, ...]
    left_out: tuple[LeftOut, ...]
    size: int
    most_mb: int

    @property
    def missing(self) -> tuple[tuple[str, int], ...]:
        """Why images are left out, and how many for each reason, the most frequent first."""
        return tuple(Counter(one.why for one in self.left_out).most_common())


def parcel(records: Sequence[Record], settings: Settings) -> Parcel:
    """What of some public records goes into one zip: as many in their order as the settings allow."""
    packed: list[Record] = []
    left_out: list[LeftOut] = []
    size = 0
    for record in records:
        own = record.file.size if record.file else 0
        why = _not_given_out(record)
        if not why and len(packed) >= settings.zip_images:
            why = f"a zip holds the files of {settings.zip_images:,} images at most"
        if not why and size + own > settings.zip_mb * MB:
            why = _too_large(settings.zip_mb)
        if why:
            left_out.append(LeftOut(record, why))
        else:
            packed.append(record)
            size += own
    return Parcel(tuple(packed), tuple(left_out), size, settings.zip_mb)


def packed_up(found: Parcel, library: Library, base: str, name: str) -> Iterator[bytes]:
    """The zip of a parcel, part after part.

    Parameters
    ----------
    found
        What goes into it.
    library
        Whose files they are.
    base
        The public address of the site.
    name
        The name under which the library is cited.
    """
    return archived(_entries(found, library, base, name))


def _not_given_out(record: Record) -> str:
    if record.file is None:
        return NO_FILE
    # To pass many on at once takes more than that nobody has forbidden it.
    if record.licence is None:
        return NO_LICENCE
    return "" if licence(record.licence).redistributable else NOT_ALLOWED


def _too_large(most_mb: int) -> str:
    return f"a zip holds {most_mb:,} MB at most"


def _entries(found: Parcel, library: Library, base: str, name: str) -> Iterator[Entry]:
    lines = [row(COLUMNS)]
    told: list[str] = []
    left_out = list(found.left_out)
    room = found.most_mb * MB
    for number, record in enumerate(_still_public(library, found.packed), 1):
        folder = f"{number:03d}-{safe_name(record.id)}"
        try:
            entries = list(_files(library, record, folder))
            size = sum(path.stat().st_size for _, path in entries)
        except (NotFound, OSError):
            left_out.append(LeftOut(record, GONE))
            continue
        # Licences may have changed since the zip was begun, and files have grown since they were indexed.
        if why := _not_given_out(record) or (_too_large(found.most_mb) if size > room else ""):
            left_out.append(LeftOut(record, why))
            continue
        room -= size
        yield from (Entry(name, path) for name, path in entries)
        lines.append(_line(record, base, file=f"{folder}/{safe_name(file_name(record))}", bytes=str(size)))
        told.append(_attribution(record, base, name))
    when = _newest([*found.packed, *(one.record for one in left_out)])
    public = {record.id for record in _still_public(library, [one.record for one in left_out])}
    lines += [_line(one.record, base, left_out=one.why) for one in left_out if one.record.id in public]
    yield Entry(ATTRIBUTION, _preface(name, base) + "\n".join(told), when)
    yield Entry(MANIFEST, "".join(lines), when)


def _still_public(library: Library, records: Sequence[Record]) -> Iterator[Record]:
    """The records as they are when their turn comes, without those that were hidden or deleted meanwhile."""
    for record in records:
        yield from library.store.records([record.id])


def _files(library: Library, record: Record, folder: str) -> Iterator[tuple[str, Path]]:
    """The files of an image, each with its place in the zip: under the image's own name, and in its folders if any."""
    path = original(record)
    taken: set[str] = set()
    for file in files_within(library, record, path) if path.is_dir() else [path]:
        below = [safe_name(part) or "_" for part in file.relative_to(path).parts]
        yield distinct("/".join([folder, safe_name(file_name(record)), *below]), taken), file


def _line(record: Record, base: str, **said: str) -> str:
    known = licence(record.licence) if record.licence else None
    cells = {
        "id": record.id,
        "title": record.title,
        "licence": record.licence or "",
        "licence_name": known.name if known else "",
        "licence_url": known.url if known else "",
        "attribution": record.attribution,
        "contributors": join_values(record.contributors),
        "year": str(record.year or ""),
        "source": record.source,
        "page": image_address(base, record.id),
    }
    return row((cells | said).get(column, "") for column in COLUMNS)


def _preface(name: str, base: str) -> str:
    return (
        f"Images from {name}, {base}/\n\n"
        "Keep to the licence of each image, and name whoever made it wherever you show it or pass it on.\n"
        f"{MANIFEST} lists the files, and the images whose files were left out.\n\n"
    )


def _attribution(record: Record, base: str, name: str) -> str:
    known = licence(record.licence or "")
    lines = [citation(record, image_address(base, record.id), name)]
    lines += [f"Credit: {record.credit}"] if record.credit else []
    lines += [f"Licence: {known.name}" + (f", {known.url}" if known.url else "")]
    # Nothing in a value may look like a line of another image.
    return "".join(f"{' '.join(line.split())}\n" for line in lines)


def _newest(records: Sequence[Record]) -> datetime:
    return max((datetime.fromisoformat(record.changed) for record in records if record.changed), default=EARLIEST)

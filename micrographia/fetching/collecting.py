"""Collecting: the images of a published collection, with what it says of them, brought into a library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from micrographia.collection.records import Record
from micrographia.collection.store import Store
from micrographia.collection.table import Row, row_to_record
from micrographia.fetching.catalogue import Collection, Item
from micrographia.fetching.downloading import STANDARD, Limits, Wanted
from micrographia.fetching.report import Report
from micrographia.fetching.run import AT_ONCE, Fetching, Progress, Task, images_of
from micrographia.search.text import TextIndex


def get(
    collection: Collection,
    library: Path | str,
    *,
    limits: Limits = STANDARD,
    at_once: int = AT_ONCE,
    processes: int = 1,
    progress: Progress | None = None,
) -> Report:
    """Bring a published collection into a library; safe to repeat, and to go on with after it was interrupted.

    A record that is there already keeps what is said of it; only its file is brought again where it is missing, or
    is not the one that was published.

    Parameters
    ----------
    collection
        One of ``published()``.
    library
        The folder of the library; made when it is not there.
    limits
        What each download may take.
    at_once, processes, progress
        As for ``Fetching``.

    Returns
    -------
    Report
        What came and what did not. A file that cannot be had never raises.

    Raises
    ------
    Busy
        Another process is indexing, importing or fetching into the library.
    """
    with Store.open(library, create=True, observers=(TextIndex(),)) as store, store.alone():
        run = Fetching(store, limits, at_once, processes, progress or _silent, who=f"get {collection.name}")
        return run.bring(list(_tasks(store, collection, run.report)))


def _tasks(store: Store, collection: Collection, report: Report) -> Iterator[Task]:
    new = {f"{collection.name}:{item.id}": item for item in collection.items}
    held = {record.id: record for record in store.records(new, public=False)}
    home = str(images_of(store))
    for record_id, item in new.items():
        place = f"{collection.name}/{item.folder or item.files[0].name}"
        record = held.get(record_id) or _record(record_id, item)
        if record.file is not None and (record.file.source, record.file.path) != (home, place):
            message = f"A record of this id has another file, {record.file.path}; it is not touched."
            report.failed.append((record_id, message))
            continue
        yield Task(record, place, _wanted(images_of(store) / place, item))


def _record(record_id: str, item: Item) -> Record:
    ids = {name.removesuffix("_id"): text for name, text in item.cells.items() if name.endswith("_id")}
    cells = {name: text for name, text in item.cells.items() if not name.endswith("_id")}
    return row_to_record(Row(0, cells, ids), record_id)


def _wanted(path: Path, item: Item) -> tuple[Wanted, ...]:
    folder = path if item.folder else path.parent
    return tuple(Wanted(file.address, folder / file.name, file.size, file.sha256) for file in item.files)


def _silent(done: int, total: int, name: str) -> None:
    """Told of progress, and says nothing."""

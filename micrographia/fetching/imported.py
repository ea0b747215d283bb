"""Fetching the files of records that were imported, from the addresses that their sources give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from micrographia.collection.records import Record
from micrographia.collection.store import Store
from micrographia.errors import LibraryError, NotFound
from micrographia.fetching.choosing import WHOLE, chosen
from micrographia.fetching.downloading import STANDARD, Limits, Wanted
from micrographia.fetching.report import Report
from micrographia.fetching.run import AT_ONCE, Fetching, Progress, Task, images_of
from micrographia.importing.assets import Role
from micrographia.importing.importers import assets_of


def fetch(
    store: Store,
    ids: Iterable[str],
    *,
    role: Role | None = None,
    limits: Limits = STANDARD,
    at_once: int = AT_ONCE,
    processes: int = 1,
    progress: Progress | None = None,
) -> Report:
    """Bring the files of records into the library; safe to repeat, and to go on with after it was interrupted.

    Parameters
    ----------
    store
        The library, opened with its observers.
    ids
        Those of the records, hidden ones too.
    role
        The kind of file to bring; by itself the one that shows most. A record that has a file keeps it, unless
        a role is given and the file came from here.
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
    with store.alone():
        run = Fetching(store, limits, at_once, processes, progress or _silent, who="fetch")
        return run.bring(list(_tasks(store, ids, role, run.report)))


def _tasks(store: Store, ids: Iterable[str], role: Role | None, report: Report) -> Iterator[Task]:
    """What there is to do; what is settled already goes into the report."""
    for record_id in dict.fromkeys(ids):
        try:
            record = store.get(record_id)
            task = None if _has(store, record, role) else _task(store, record, role)
        except LibraryError as error:
            report.failed.append((record_id, str(error)))
            continue
        if task is None:
            report.had += 1
        else:
            yield task


def _has(store: Store, record: Record, role: Role | None) -> bool:
    """Whether a record has its pixels, and there is no wish for other ones that may be had."""
    if record.file is None or record.facts is None or not Path(record.file.source, record.file.path).exists():
        return False
    return role is None or record.file.source != str(images_of(store))


def _task(store: Store, record: Record, role: Role | None) -> Task:
    original = dict(store.originals([record.id])).get(record.id)
    if original is None:
        raise NotFound("It was not imported, so there is no address to fetch it from. Index its file instead.")
    assets = assets_of(original.importer, original.document)
    asset = chosen(assets, role)
    place = f"{_folder(record.id)}/{asset.name}"
    is_preview = asset.role == "display" and any(one.role in WHOLE for one in assets)
    return Task(record, place, (Wanted(asset.address, images_of(store) / place),), is_preview)


def _folder(record_id: str) -> str:
    # A colon is no part of a file name everywhere; a plus is no part of an id, so that no two ids share a folder.
    return record_id.replace(":", "+")


def _silent(done: int, total: int, name: str) -> None:
    """Told of progress, and says nothing."""

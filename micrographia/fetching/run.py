"""The run of a fetching: several files on their way at once, each measured when it is there, then written."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from micrographia.collection.findings import Finding
from micrographia.collection.folder import size_and_time
from micrographia.collection.records import Record, SourceFile
from micrographia.collection.store import Store
from micrographia.errors import LibraryError, Unreadable
from micrographia.fetching.attaching import attach
from micrographia.fetching.downloading import Downloads, Limits, Tell, Wanted
from micrographia.fetching.report import Report
from micrographia.indexing.appearances import describe_appearances
from micrographia.indexing.measuring import Job, Measured, Workers, workers

Progress = Callable[[int, int, str], None]

AT_ONCE = 4
_AT_ONCE_LIMIT = 16
_TOLD_EVERY_S = 0.3
_PREVIEW = Finding(
    "note", "file", "This is a still picture of the image; the image itself, with all its planes, is elsewhere."
)


@dataclass(frozen=True)
class Task:
    """One image to fetch: its record, the place of its file or folder below the images, and what to download.

    ``is_preview`` says that what comes is only a still picture in the place of the image.
    """

    record: Record
    place: str
    files: tuple[Wanted, ...]
    is_preview: bool = False


@dataclass(frozen=True)
class _Brought:
    file: SourceFile
    measured: Measured | None
    bytes: int


@dataclass
class Fetching:
    """One fetching while it lasts.

    Parameters
    ----------
    store
        The library, which nobody else indexes or imports into meanwhile.
    limits
        What each download may take.
    at_once
        How many images are on their way at the same time.
    processes
        How many processes read what has come; with 0, it is read in this one.
    progress
        Called with the number of images done, that of all, and a name, perhaps with how far it is.
    who
        The name that stands in the history of the records.
    report
        What was done, and what is known beforehand to be there or to fail.
    """

    store: Store
    limits: Limits
    at_once: int
    processes: int
    progress: Progress
    who: str
    report: Report = field(default_factory=Report)

    def bring(self, tasks: Sequence[Task]) -> Report:
        """Fetch everything; what was done."""
        began = time.monotonic()
        before = self.report.had + len(self.report.failed)
        teller = _Teller(self.progress, before, before + len(tasks))
        with ExitStack() as stack:
            crew = stack.enter_context(workers(self.processes))
            downloads = stack.enter_context(Downloads(self.limits))
            pool = stack.enter_context(ThreadPoolExecutor(max(1, min(self.at_once, _AT_ONCE_LIMIT))))
            futures = {pool.submit(self._one, task, downloads, crew, teller): task for task in tasks}
            try:
                for future in as_completed(futures):
                    self._settle(futures[future], future)
                    teller.done(futures[future].record.id)
            except BaseException:
                downloads.stop()
                pool.shutdown(cancel_futures=True)
                raise
        if self.report.fetched:
            describe_appearances(self.store)
        self.report.seconds = time.monotonic() - began
        return self.report

    def _one(self, task: Task, downloads: Downloads, crew: Workers, teller: _Teller) -> _Brought:
        """The files of an image on the disk, and measured; done in a thread of its own."""
        images = images_of(self.store)
        _check_within(images, task)
        came = [one for one in task.files if downloads.bring(one, teller.of(one.path.name))]
        files = tuple(one.path for one in task.files)
        size, modified_ns = size_and_time(files)
        file = SourceFile(str(images), task.place, size, modified_ns)
        bytes_came = sum(one.path.stat().st_size for one in came)
        if not came and _is_known(task.record, file):
            return _Brought(file, None, 0)
        path = images / task.place
        job = Job(
            path=str(path),
            files=tuple(map(str, files)) if files != (path,) else (),
            within=str(images),
            cache=str(self.store.folder.resolve() / "cache"),
            axes=task.record.given.axes,
            size=size,
        )
        return _Brought(file, crew.submit(job).result(), bytes_came)

    def _settle(self, task: Task, future: Future[_Brought]) -> None:
        try:
            found = future.result()
        except LibraryError as error:
            self.report.failed.append((task.record.id, str(error)))
            return
        except OSError as error:
            self.report.failed.append((task.record.id, f"Its file cannot be kept: {error.strerror or error}."))
            return
        self.report.bytes += found.bytes
        if found.measured is None:
            self.report.had += 1
            return
        measured = _as_preview(found.measured) if task.is_preview else found.measured
        problem = attach(self.store, task.record, found.file, measured, self.who)
        if problem:
            self.report.failed.append((task.record.id, problem))
        else:
            self.report.fetched += 1


def images_of(store: Store) -> Path:
    """The folder of a library that fetched files go to."""
    return (store.folder / "images").resolve()


def _as_preview(measured: Measured) -> Measured:
    if measured.facts is None:
        return measured
    return replace(measured, facts=replace(measured.facts, preview=True), findings=(_PREVIEW, *measured.findings))


def _is_known(record: Record, file: SourceFile) -> bool:
    """Whether a record has the facts of a file already."""
    before = record.file
    if record.facts is None or before is None:
        return False
    return (before.source, before.path, before.size) == (file.source, file.path, file.size)


def _check_within(images: Path, task: Task) -> None:
    """Refuse to write through a link that leads out of the library."""
    for one in task.files:
        if not Path(os.path.realpath(one.path)).is_relative_to(images):
            raise Unreadable(f"{one.path} leads out of the library and is not written to. Remove the link.")


class _Teller:
    """Tells of progress from all threads, one at a time and not too often."""

    def __init__(self, progress: Progress, done: int, total: int) -> None:
        self._progress = progress
        self._done = done
        self._total = total
        self._lock = threading.Lock()
        self._told = time.monotonic()
        progress(done, total, "")

    def of(self, name: str) -> Tell:
        """Tells how far a file is."""

        def tell(size: int, total: int | None) -> None:
            with self._lock:
                if time.monotonic() - self._told < _TOLD_EVERY_S:
                    return
                self._told = time.monotonic()
                of_all = f" of {total / 1e6:.1f}" if total is not None else ""
                self._progress(self._done, self._total, f"{name} {size / 1e6:.1f}{of_all} MB")

        return tell

    def done(self, name: str) -> None:
        """One more is done."""
        with self._lock:
            self._done += 1
            self._progress(self._done, self._total, name)

"""The run of an indexing: the folder looked through, each image measured, records written as they come in."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from micrographia.collection import folder
from micrographia.collection.findings import Finding
from micrographia.collection.records import Record, SourceFile
from micrographia.collection.store import Store
from micrographia.collection.table import Row, read_table
from micrographia.errors import NotFound, Unreadable
from micrographia.imaging.files import Candidate, discover
from micrographia.indexing.appearances import describe_appearances
from micrographia.indexing.calibration import calibrated
from micrographia.indexing.measuring import PATIENCE_S, Job, Measured, Workers, workers
from micrographia.indexing.plan import MISSING, Entry, Plan, state_of
from micrographia.indexing.report import Report
from micrographia.search.text import TextIndex

Progress = Callable[[int, int, str], None]

Item = TypeVar("Item")

# Records are written when so many are ready, or after so long: then they are found, and not lost any more. Few at a
# time, because others who write wait for it.
BATCH = 8
BATCH_S = 1.0

TABLE_SUFFIXES = (".csv", ".tsv")
_PROCESS_LIMIT = 64


def index(
    source: Path | str,
    library: Path | str,
    *,
    processes: int = 2,
    progress: Progress | None = None,
    patience_s: float = PATIENCE_S,
) -> Report:
    """Take the images of a folder into a library; safe to repeat, and to go on with after it was interrupted.

    Parameters
    ----------
    source
        A folder, one image in a folder, or a table: then only the files it names. Nothing in it is written to.
    library
        The folder of the library; made when it is not there.
    processes
        How many images are read at once, each in a process that may crash; 0 reads in this one.
    progress
        Called with the number of images done, that of all, and the name of the one done last.
    patience_s
        How long reading an image may take before it is given up; large files get longer.

    Returns
    -------
    Report
        What came in, and everything that was noticed. Bad data never raises.

    Raises
    ------
    NotFound
        There is no such folder or file.
    Busy
        Another process is indexing into the library.
    """
    source, library = Path(source).resolve(), Path(library).resolve()
    if not source.exists():
        raise NotFound(f"There is no folder or file {str(source)!r}. Give a folder of images.")
    with Store.open(library, create=True, observers=(TextIndex(),)) as store, store.alone():
        run = _Run(source, store, progress or _silent)
        with workers(max(0, min(processes, _PROCESS_LIMIT)), patience_s) as crew:
            return run.report(crew)


class _Run:
    """One indexing while it lasts: what it counts and what it notices."""

    def __init__(self, source: Path, store: Store, progress: Progress) -> None:
        self._began = time.monotonic()
        self._store = store
        self._cache = store.folder / "cache"
        self._progress = progress
        self._counts: Counter[str] = Counter()
        self._findings: list[tuple[str, Finding]] = []
        self._whole = source.is_dir()
        self._source = source if self._whole else source.parent
        rows, candidates = self._look(source)
        self._plan = Plan(self._source, store, rows, candidates)

    def report(self, crew: Workers) -> Report:
        """Do it, and tell."""
        tasks = [self._begin(entry, crew) for entry in self._plan.entries]
        self._progress(0, len(tasks), "")
        ready: list[tuple[Entry, Record]] = []
        written_at = time.monotonic()
        try:
            for done, (entry, file, future) in enumerate(tasks, 1):
                record = self._finished(entry, file, future.result())
                ready += [(entry, record)] if record else []
                if len(ready) >= BATCH or time.monotonic() - written_at > BATCH_S:
                    self._write(ready)
                    ready, written_at = [], time.monotonic()
                self._progress(done, len(tasks), entry.name)
        finally:
            self._write(ready)
        self._settle()
        describe_appearances(self._store)
        findings = tuple(dict.fromkeys(self._findings))
        return Report(**self._counts, findings=findings, seconds=time.monotonic() - self._began)

    def _look(self, source: Path) -> tuple[list[Row], list[Candidate]]:
        """The rows of the table and the images of the folder, as far as they are asked for."""
        if self._whole:
            self._findings += [(folder.shown(name), finding) for name, finding in folder.odd_names(source)]
            return self._rows_beside(source), list(self._candidates(source))
        if source.suffix.casefold() in TABLE_SUFFIXES:
            return self._rows(source), []
        name = source.name
        rows = [row for row in self._rows_beside(self._source) if row.file and self._names(row, name)]
        return rows, [] if rows else [Candidate(source, "file", (source,))]

    def _rows_beside(self, source: Path) -> list[Row]:
        """The rows of a folder's own table; one that cannot be read, or lies elsewhere, does not stop its images."""
        table = folder.table_of(source)
        if table is None:
            return []
        if not table.resolve().is_relative_to(source):
            message = "The table is a link that leads out of the folder; it was not read."
            self._findings.append((table.name, Finding("error", "file", message, "Put the table itself there.")))
            return []
        try:
            return self._rows(table)
        except Unreadable as error:
            self._findings.append((table.name, Finding("error", "file", str(error))))
            return []

    def _rows(self, table: Path) -> list[Row]:
        rows, findings = read_table(table)
        self._findings += [(table.name, finding) for finding in findings]
        return rows

    def _names(self, row: Row, name: str) -> bool:
        return folder.place_of(self._source, row.file)[0] == name

    def _candidates(self, source: Path) -> Iterator[Candidate]:
        passed_over: dict[Path, bool] = {}
        for candidate in discover(source):
            within = self._is_passed_over(candidate.path.parent, passed_over)
            if not within and folder.is_text(str(candidate.path)):
                yield candidate

    def _is_passed_over(self, place: Path, known: dict[Path, bool]) -> bool:
        if place not in known:
            marked = place == self._cache or (place / folder.NOT_INDEXED).exists()
            above = place != self._source and place != place.parent
            known[place] = marked or (above and self._is_passed_over(place.parent, known))
        return known[place]

    def _begin(self, entry: Entry, crew: Workers) -> tuple[Entry, SourceFile | None, Future[Measured]]:
        file = state_of(entry, self._source)
        before = entry.previous.file if entry.previous else None
        if not entry.files or file is None:
            return entry, file, _known(Measured())
        if entry.keeps_facts and before and _same_state(before, file):
            return entry, file, _known(Measured(same=True))
        self._counts["bytes"] += file.size
        path = self._source / entry.place
        job = Job(
            path=str(path),
            files=() if entry.files == (path,) else tuple(map(str, entry.files)),
            within=str(self._source),
            cache=str(self._cache),
            axes=entry.record.given.axes,
            known_hash=before.content_hash if before and entry.keeps_facts else "",
            size=file.size,
        )
        return entry, file, crew.submit(job)

    def _finished(self, entry: Entry, file: SourceFile | None, measured: Measured) -> Record | None:
        """The record of an entry, now that its file was read; none for a broken file that nobody describes."""
        before = entry.previous
        if measured.same and before and before.file and file:
            file = replace(file, content_hash=before.file.content_hash)
            findings = tuple(finding for finding in before.findings if finding != MISSING)
            return replace(entry.record, file=file, facts=before.facts, findings=findings)
        findings, facts = (*entry.record.findings, *measured.findings), measured.facts
        if facts is not None:
            facts, more = calibrated(facts, entry.record.given)
            findings = (*findings, *more)
        self._findings += [(entry.name, finding) for finding in findings]
        if facts is None and entry.place:
            self._counts["failed"] += 1
            if before is None and not entry.has_row:
                return None
            if not entry.files and before and before.file:
                # The file is gone: what was read of it stays true.
                return replace(entry.record, file=before.file, facts=before.facts, findings=findings)
        if file is not None and facts is not None:
            file = replace(file, content_hash=facts.content_hash)
        return replace(entry.record, file=file, facts=facts, findings=findings)

    def _write(self, ready: Iterable[tuple[Entry, Record]]) -> None:
        ready = list(ready)
        written = set(self._store.put(record for _, record in ready)) if ready else set()
        for entry, record in ready:
            self._counts[_what_happened(entry, record, record.id in written)] += 1

    def _settle(self) -> None:
        """See to the records that lost their file, or have it under another id."""
        if self._whole:
            missing = list(self._plan.missing())
            for batch in _batches(missing):
                self._store.put(batch)
            self._counts["missing"] = len(missing)
            self._findings += [(folder.shown(record.file.path), MISSING) for record in missing if record.file]
        removed = [record_id for batch in _batches(self._plan.removed) for record_id in self._store.remove(batch)]
        self._counts["removed"] = len(removed)
        for record_id in removed:
            message = f"The record {record_id!r} was taken out: the table gives its file another id."
            self._findings.append((record_id, Finding("note", "id", message)))


def _batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]


def _what_happened(entry: Entry, record: Record, written: bool) -> str:
    before = entry.previous
    if before is None:
        return "added"
    if not written:
        return "unchanged"
    if before.file and record.file and before.file.content_hash and before.file.path != record.file.path:
        return "moved" if before.file.content_hash == record.file.content_hash else "changed"
    touched = before.file and record.file and replace(before.file, modified_ns=0) == replace(record.file, modified_ns=0)
    same = touched and replace(before, file=None, history=(), changed="") == replace(
        record, file=None, history=(), changed="", added=before.added
    )
    return "unchanged" if same else "changed"


def _same_state(before: SourceFile, now: SourceFile) -> bool:
    return (before.source, before.path, before.size, before.modified_ns) == (
        now.source,
        now.path,
        now.size,
        now.modified_ns,
    )


def _known(measured: Measured) -> Future[Measured]:
    future: Future[Measured] = Future()
    future.set_result(measured)
    return future


def _silent(done: int, total: int, name: str) -> None:
    """Told of progress, and says nothing."""

"""The run of an import: the documents surveyed, drafted, merged with what is in the library, and written in batches."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from micrographia.collection import schema
from micrographia.collection.findings import Finding
from micrographia.collection.originals import Original
from micrographia.collection.records import Record
from micrographia.collection.rows import differences
from micrographia.collection.store import Store
from micrographia.importing.documents import Document, Draft, Importer, Noted
from micrographia.importing.merging import Merged, merged
from micrographia.importing.report import Report, Teller
from micrographia.importing.sources import Documents
from micrographia.search.text import TextIndex

Progress = Callable[[int, int, str], None]

# Records are written so many at a time, or when so many bytes are ready: others who write wait for it, a few hundredths
# of a second.
BATCH = 8
BATCH_BYTES = 2**20

_Ready = tuple[Document, Record]


def import_records(
    importer: Importer,
    documents: Documents,
    library: Path | str,
    *,
    dry_run: bool = False,
    tell: Teller | None = None,
    progress: Progress | None = None,
) -> Report:
    """Take the documents of a source into a library; safe to repeat, and to go on with after it was interrupted.

    Parameters
    ----------
    importer
        The one that knows what the documents mean.
    documents
        The documents of the source, as ``sources.opened`` gives them.
    library
        The folder of the library; made when it is not there.
    dry_run
        Write nothing, and report what would be done.
    tell
        Told of every finding.
    progress
        Called with the number of documents done, that of all, and the name of the one done last.

    Returns
    -------
    Report
        What came in, and how often each kind of thing was noticed. Bad data never raises.

    Raises
    ------
    Busy
        Another process is indexing or importing into the library.
    """
    with (
        _destination(Path(library), dry_run) as folder,
        Store.open(folder, create=True, observers=(TextIndex(),)) as store,
        store.alone(),
    ):
        run = _Run(importer, store, tell or _silent, progress or _still)
        return run.report(documents, dry_run)


@contextmanager
def _destination(library: Path, dry_run: bool) -> Iterator[Path]:
    """Where to write: the library, or a copy of it that is thrown away."""
    if not dry_run:
        yield library
        return
    with TemporaryDirectory(prefix="micrographia-") as folder:
        schema.copy(library, Path(folder))
        yield Path(folder)


class _Run:
    """One import while it lasts: what it counts, and which ids it has met."""

    def __init__(self, importer: Importer, store: Store, tell: Teller, progress: Progress) -> None:
        self._importer = importer
        self._store = store
        self._tell = tell
        self._progress = progress
        self._report = Report()
        self._seen: dict[str, bytes] = {}

    def report(self, documents: Documents, dry_run: bool) -> Report:
        """Import everything; what was done."""
        began = time.monotonic()
        total = 0
        for document in documents(_unheard):
            self._importer.survey(document)
            total += 1
        ready: list[_Ready] = []
        for done, document in enumerate(documents(self._tell_of_source), 1):
            ready += self._drafted(document)
            if len(ready) >= BATCH or sum(len(one.content) for one, _ in ready) >= BATCH_BYTES:
                self._write(ready)
                ready = []
                self._progress(done, total, document.name)
        self._write(ready)
        self._progress(total, total, "")
        self._report.seconds = time.monotonic() - began
        self._report.dry_run = dry_run
        return self._report

    def _drafted(self, document: Document) -> list[_Ready]:
        draft: Draft = self._importer.draft(document)
        record = draft.record
        if record is None:
            self._report.unusable += 1
        elif record.id in self._seen:
            self._repeated(document, record.id)
            return []
        self._note(record.id if record else "", document.name, *draft.noted)
        if record is None:
            return []
        self._seen[record.id] = _digest(document.content)
        return [(document, record)]

    def _repeated(self, document: Document, record_id: str) -> None:
        self._report.repeated += 1
        if self._seen[record_id] == _digest(document.content):
            noted = Noted("document twice", Finding("note", "id", "The same document came before; once is enough."))
        else:
            message = f"Another document with the id {record_id} came before; that one was taken, this one was not."
            noted = Noted("id twice", Finding("error", "id", message, "Give each document an id of its own."))
        self._note(record_id, document.name, noted)

    def _write(self, ready: Sequence[_Ready]) -> None:
        ids = [record.id for _, record in ready]
        with self._store.together():
            held = {record.id: record for record in self._store.records(ids, public=False)}
            last = self._store.written(ids)
            found: list[tuple[Document, Merged]] = []
            originals: dict[str, Original] = {}
            for document, record in ready:
                importer, written = last.get(record.id, (self._importer.name, {}))
                if importer != self._importer.name:
                    self._taken(document, record.id, importer)
                    continue
                one = merged(record, held.get(record.id), written)
                written_now = {**one.written, "document": _digest(document.content).hex()}
                if written_now != written:
                    originals[record.id] = Original(self._importer.name, document.content, written_now)
                found.append((document, one))
            new = [one.record for _, one in found if _differs(held.get(one.record.id), one.record)]
            self._store.put(new, who=f"import {self._importer.name}")
            self._store.keep_originals(originals)
        for document, one in found:
            self._count(document, one, held.get(one.record.id))

    def _count(self, document: Document, one: Merged, held: Record | None) -> None:
        what = "added" if held is None else "changed" if _differs(held, one.record) else "unchanged"
        setattr(self._report, what, getattr(self._report, what) + 1)
        self._report.hidden += one.record.visibility != "public"
        self._report.kept += bool(one.kept)
        for name in one.kept:
            message = f"The {name.replace('_', ' ')} was changed in the library since; it stays as it is there."
            self._note(one.record.id, document.name, Noted("kept as changed here", Finding("note", name, message)))

    def _taken(self, document: Document, record_id: str, importer: str) -> None:
        self._report.unusable += 1
        message = f"The record {record_id} was imported by {importer!r}; it is not touched."
        noted = Noted("record of another import", Finding("error", "id", message, "Give it another id."))
        self._note(record_id, document.name, noted)

    def _note(self, record_id: str, place: str, *noted: Noted) -> None:
        for one in noted:
            self._report.kinds[one.finding.severity, one.kind] += 1
            self._tell(record_id, place, one)

    def _tell_of_source(self, place: str, noted: Noted) -> None:
        self._note("", place, noted)


def _differs(held: Record | None, record: Record) -> bool:
    return held is None or bool(differences(held, record))


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()[:16]


def _unheard(place: str, noted: Noted) -> None:
    """Told of the faults of a source that will be told of again."""


def _silent(record: str, place: str, noted: Noted) -> None:
    """Told of findings, and says nothing."""


def _still(done: int, total: int, name: str) -> None:
    """Told of progress, and says nothing."""

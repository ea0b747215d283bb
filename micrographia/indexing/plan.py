"""The plan of an indexing: which records there will be, which file each one has, and what is known of it already."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from micrographia.collection import folder
from micrographia.collection.findings import Finding
from micrographia.collection.identifiers import free_id, is_id, slug, slug_of_path, title_of_path
from micrographia.collection.records import Record, SourceFile
from micrographia.collection.rows import differences
from micrographia.collection.store import Store
from micrographia.collection.table import Row, row_to_record
from micrographia.imaging.files import Candidate, content_hash

# What a record's own file brings; all else in it is metadata.
_OF_THE_FILE = frozenset({"file", "facts", "findings"})

MISSING = Finding(
    "error",
    "file",
    "The file is missing; the record is kept as it was.",
    "Put the file back, or index the folder in which it lies now.",
)


@dataclass(frozen=True)
class Entry:
    """One record to be: its metadata, where its file lies (a place in the source, or none), what it was before.

    ``files`` are those to read, none when there is nothing to read. ``previous`` is the record in the library
    that this one goes on from.
    """

    record: Record
    place: str = ""
    files: tuple[Path, ...] = ()
    previous: Record | None = None
    has_row: bool = False

    @property
    def name(self) -> str:
        """The name that stands in the report."""
        return folder.shown(self.place or self.record.id)

    @property
    def keeps_facts(self) -> bool:
        """Whether facts and findings stay as they are, provided that the file is the same."""
        before = self.previous
        return (
            before is not None
            and before.facts is not None
            and before.file is not None
            and set(differences(before, self.record)) <= _OF_THE_FILE
            and set(self.record.findings) <= set(before.findings)
        )


class Plan:
    """The entries of one indexing, in the order of the table and then of the names of files."""

    def __init__(self, source: Path, store: Store, rows: Sequence[Row], candidates: Iterable[Candidate]) -> None:
        self.source = source
        self.removed: list[str] = []
        self._store = store
        self._known = set(store.ids(public=False))
        self._files = store.files()
        self._by_place: dict[str, list[str]] = defaultdict(list)
        for record_id, file in self._files.items():
            if file.source == str(source):
                self._by_place[file.path].append(record_id)
        self._candidates = {candidate.path.relative_to(source).as_posix(): candidate for candidate in candidates}
        self._holders = {path: place for place, one in self._candidates.items() for path in one.files}
        self._vanished = self._vanished_by_size()
        self._used: set[str] = set()
        self._copies: Counter[tuple[str, str]] = Counter()
        self._reserved = {row.cells["id"].strip() for row in rows if "id" in row.cells}
        of_source = (record_id for ids in self._by_place.values() for record_id in ids)
        self._before = {record.id: record for record in store.records({*of_source, *self._reserved}, public=False)}
        self.entries = [*self._of_rows(rows), *self._of_candidates()]

    def missing(self) -> Iterator[Record]:
        """The records of this source that have lost their file, each saying so."""
        lost = [
            record_id
            for record_id, file in self._files.items()
            if file.source == str(self.source)
            and record_id not in self._used
            and record_id not in self.removed
            and not os.path.lexists(self.source / file.path)
        ]
        for record in self._store.records(lost, public=False):
            findings = (*(finding for finding in record.findings if finding != MISSING), MISSING)
            yield replace(record, findings=findings)

    def _of_rows(self, rows: Sequence[Row]) -> Iterator[Entry]:
        found = [(row, *folder.place_of(self.source, row.file)) if row.file else (row, "", None) for row in rows]
        readable = {place: None for _, place, finding in found if place and finding is None}
        claimed = {place: self._claim(place, readable) for place in readable}
        for row, place, problem in found:
            record_id, notes = self._id_for(row, place)
            self._used.add(record_id)
            record = row_to_record(row, record_id)
            record = replace(record, findings=(*record.findings, *notes, *([problem] if problem else [])))
            files = claimed[place] if place and problem is None else ()
            yield self._entry(record, place, files, has_row=True)
            if row.cells.get("id"):
                self._let_go(place, record_id)

    def _of_candidates(self) -> Iterator[Entry]:
        for place, candidate in sorted(self._candidates.items()):
            files = () if candidate.kind == "zarr" else candidate.files
            ids = [known for known in self._by_place[place] if known not in self._used | set(self.removed)]
            if not ids and self._by_place[place]:
                continue
            for record_id in ids or [
                self._moved_id(place, files) or self._free(slug_of_path(self._name(place)), place, place)
            ]:
                self._used.add(record_id)
                before = self._record(record_id)
                record = before or Record(record_id, title=title_of_path(self._name(place)))
                yield self._entry(replace(record, findings=()), place, files or (candidate.path,))

    def _name(self, place: str) -> str:
        # The source may be an image itself: a folder of planes, an OME-Zarr.
        return self.source.name if place == "." else place

    def _entry(self, record: Record, place: str, files: tuple[Path, ...], *, has_row: bool = False) -> Entry:
        return Entry(record, place, files, self._record(record.id), has_row)

    def _record(self, record_id: str) -> Record | None:
        if record_id in self._known and record_id not in self._before:
            self._before[record_id] = self._store.get(record_id)
        return self._before.get(record_id)

    def _claim(self, place: str, rows: Iterable[str]) -> tuple[Path, ...]:
        """The files of the image at a place that a row names; these are no candidates any more."""
        whole = self._candidates.pop(place, None)
        holder = self._holders.get(self.source / place)
        if whole is None and holder in self._candidates:
            # Planes of what looks like one image, but the table says that each is one of its own.
            self._candidates |= self._one_by_one(self._candidates.pop(holder), set(rows))
        if (self.source / place).is_dir():
            for other in [other for other in self._candidates if other.startswith(f"{place}/")]:
                del self._candidates[other]
        path = self.source / place
        return (path,) if whole is None or whole.kind == "zarr" else whole.files

    def _one_by_one(self, candidate: Candidate, rows: set[str]) -> dict[str, Candidate]:
        places = {path.relative_to(self.source).as_posix(): path for path in candidate.files}
        return {place: Candidate(path, "file", (path,)) for place, path in places.items() if place not in rows}

    def _id_for(self, row: Row, place: str) -> tuple[str, list[Finding]]:
        given = row.cells.get("id", "").strip()
        if not given:
            return self._made_id(row, place), []
        wanted = given if is_id(given) else slug(given)
        notes = [] if wanted == given else [_unfit(given, wanted)]
        if wanted in self._used:
            return self._elsewhere(wanted, place, f"the id {wanted!r} stands in several rows", notes)
        if self._is_foreign(wanted, place):
            taken = f"the id {wanted!r} is that of an image in {self._files[wanted].source}"
            return self._elsewhere(wanted, place, taken, notes)
        return wanted, notes

    def _made_id(self, row: Row, place: str) -> str:
        known = [
            record_id for record_id in self._by_place.get(place, ()) if record_id not in self._used | self._reserved
        ]
        if place and known:
            return known[0]
        if place:
            wanted = slug_of_path(self._name(place))
            return self._moved_id(place, (self.source / place,)) or self._free(wanted, place, place)
        title = row.cells.get("title", "") or " ".join(row.cells.values())
        return self._free(slug(title[:200]), title, "")

    def _elsewhere(self, wanted: str, place: str, why: str, notes: list[Finding]) -> tuple[str, list[Finding]]:
        record_id = self._free(wanted, place or wanted, place)
        message = f"{why[0].upper()}{why[1:]}; this one is called {record_id!r}."
        return record_id, [*notes, Finding("warning", "id", message, "Give each row an id of its own.")]

    def _free(self, wanted: str, key: str, place: str) -> str:
        # Each copy has a key of its own, so that a thousand of them are not tried one after the other.
        copies = self._copies[wanted, key]
        self._copies[wanted, key] += 1
        key = f"{key} {copies}" if copies else key

        def is_taken(record_id: str) -> bool:
            if record_id in self._used or record_id in self._reserved:
                return True
            return record_id in self._known and not self._is_mine(record_id, place)

        return free_id(wanted, is_taken, key)

    def _is_mine(self, record_id: str, place: str) -> bool:
        file = self._files.get(record_id)
        if file is None:
            return not place
        return bool(place) and (file.source, file.path) == (str(self.source), place)

    def _is_foreign(self, record_id: str, place: str) -> bool:
        file = self._files.get(record_id)
        if file is None or file.source == str(self.source):
            return False
        path = Path(file.source, file.path)
        return path.exists() and not (place and path.resolve() == (self.source / place).resolve())

    def _vanished_by_size(self) -> dict[int, list[str]]:
        vanished: dict[int, list[str]] = defaultdict(list)
        for record_id, file in self._files.items():
            if file.content_hash and not os.path.lexists(os.path.join(file.source, file.path)):
                vanished[file.size].append(record_id)
        return vanished

    def _moved_id(self, place: str, files: tuple[Path, ...]) -> str | None:
        """The id of the record whose file this is, moved or renamed since it was indexed."""
        path = self.source / place
        size, _ = folder.size_and_time(files or (path,), self.source)
        ids = [known for known in self._vanished.get(size, ()) if known not in self._used | self._reserved]
        if not ids:
            return None
        try:
            digest = content_hash(path, files if path.is_dir() and files != (path,) else (), self.source)
        except OSError:
            return None
        return next((known for known in ids if self._files[known].content_hash == digest), None)

    def _let_go(self, place: str, record_id: str) -> None:
        """Take out the record that the same file had before the table gave it an id, when nobody described it."""
        others = [other for other in self._by_place.get(place, ()) if other not in self._used | self._reserved]
        for other in self._store.records([known for known in others if known != record_id], public=False):
            if not (other.fields or other.description or other.id in self.removed):
                self.removed.append(other.id)


def state_of(entry: Entry, source: Path) -> SourceFile | None:
    """The file of an entry as it lies there now, its hash still unknown."""
    if not entry.place:
        return None
    size, modified_ns = folder.size_and_time(entry.files, source)
    return SourceFile(str(source), entry.place, size, modified_ns)


def _unfit(given: str, wanted: str) -> Finding:
    message = f"The id {given!r} cannot stand in an address; it was changed to {wanted!r}."
    return Finding("warning", "id", message, "Use letters, digits and . _ : - only, at most 128.")

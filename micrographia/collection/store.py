"""The store: every record of a library, in one SQLite database that several processes use at once.

Nothing outside this package knows that it is SQLite, except an observer: whoever keeps something in step with
the records inside the same database and the same transaction, as the text index does.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar
from weakref import WeakSet

from micrographia.collection import changes, originals, rows, schema
from micrographia.collection.changes import Change, Position, Selection
from micrographia.collection.originals import Original
from micrographia.collection.records import ID_PATTERN, Event, Record, SourceFile
from micrographia.errors import Invalid, LibraryError, NotFound

LIBRARY_FILE = schema.LIBRARY_FILE

# Records read in one go, and ids in one statement: well below SQLite's limit of variables.
_CHUNK = 500

Item = TypeVar("Item")
Result = TypeVar("Result")


class Observer(Protocol):
    """One that keeps tables of its own in step with the records, always inside the writer's transaction."""

    def prepare(self, connection: sqlite3.Connection) -> None:
        """Make its tables where they are missing; called whenever a store is opened."""

    def stored(self, connection: sqlite3.Connection, number: int, record: Record) -> None:
        """A record was added, or written over the one of that number."""

    def removed(self, connection: sqlite3.Connection, number: int) -> None:
        """The record of that number is gone; numbers are never used again."""


class Store:
    """The records of one library; one object serves all threads of a process. Open it with ``Store.open``."""

    def __init__(self, folder: Path, observers: Iterable[Observer] = ()) -> None:
        self.folder = folder
        self.observers = tuple(observers)
        self._path = folder / schema.LIBRARY_FILE
        self._home = str(folder.resolve())
        self._mine = threading.local()
        self._connections: WeakSet[schema.Connection] = WeakSet()
        self._closed = False

    @classmethod
    def open(cls, folder: Path | str, *, create: bool = False, observers: Iterable[Observer] = ()) -> Store:
        """The store of the library in a folder.

        Parameters
        ----------
        folder
            The library's folder, which holds ``library.db``.
        create
            Make the folder and an empty library where there is none.
        observers
            Told of every change inside its transaction; one that missed changes is told of them now.

        Raises
        ------
        NotFound
            There is no library, and ``create`` is not given.
        LibraryError
            The library is damaged, or a newer Micrographia made it.
        """
        folder = Path(folder)
        schema.prepare(folder, create=create)
        store = cls(folder, observers)
        if store.observers:
            with store._writing() as connection:
                for observer in store.observers:
                    store._bring_up_to_date(connection, observer)
        return store

    @property
    def change(self) -> int:
        """The change counter: greater after every change, by whichever process. Cheap to ask for."""
        return int(self._all("SELECT value FROM counters WHERE name = 'change'")[0][0])

    def put(self, records: Iterable[Record], *, who: str = "indexing") -> list[str]:
        """Add records, or write them over those of the same ids, in one transaction.

        The history is the store's: an event is added for whoever did it, and a record that says nothing new
        is passed over, without an event and without a change.

        Parameters
        ----------
        records
            Those to keep.
        who
            The name that stands in the history.

        Returns
        -------
        list
            The ids of those that were new or different.

        Raises
        ------
        Invalid
            An id cannot stand in an address; then none of the records is kept.
        """
        with self._writing() as connection:
            counter = self.change + 1
            new = [found for record in records if (found := self._put_one(connection, _checked(record), who))]
            for number, record in new:
                self._note(connection, number, record.id, counter, 0)
            # All at once, and last: other statements in between would make the text index write itself out each time.
            for number, record in new:
                for observer in self.observers:
                    observer.stored(connection, number, record)
            if new:
                self._advance(connection, counter)
        return [record.id for _, record in new]

    @contextmanager
    def together(self) -> Iterator[None]:
        """One transaction for all that the block reads and writes: nobody writes in between; all is kept, or nothing.

        Others who want to write wait for its end, so it must be short.
        """
        with self._writing():
            yield

    @contextmanager
    def one_look(self) -> Iterator[None]:
        """One state of the library for all that the block reads, whoever writes meanwhile; nobody waits for it."""
        with self._reading():
            yield

    def keep_originals(self, found: Mapping[str, Original]) -> None:
        """Keep what records were imported from, by their ids; no change that anyone is told of."""
        with self._writing() as connection:
            for record_id, number in self._numbers_of(connection, list(found)).items():
                originals.keep(connection, number, found[record_id])

    def originals(self, ids: Iterable[str] | None = None, *, importer: str = "") -> Iterator[tuple[str, Original]]:
        """What records were imported from, each with its id, hidden ones too: never to be shown.

        Parameters
        ----------
        ids
            Of those records; of all when not given. Records that were not imported are left out.
        importer
            Only those that this importer brought.
        """
        with self._reading() as connection:
            numbers: Iterable[int] = originals.numbers_of(connection, importer)
            if ids is not None:
                wanted = set(numbers)
                numbers = sorted(n for n in self._numbers_of(connection, list(ids)).values() if n in wanted)
        for number in list(numbers):
            # One at a time: a document may be large, and nobody is held up while it is worked on.
            with self._reading() as connection:
                found = originals.select(connection, number)
            if found is not None:
                yield found

    def written(self, ids: Iterable[str]) -> dict[str, tuple[str, dict[str, str]]]:
        """Of each of those records that was imported: by which importer, and the digests of what it wrote last."""
        with self._reading() as connection:
            numbers = self._numbers_of(connection, list(ids))
            found: dict[int, tuple[str, dict[str, str]]] = {}
            for part in _chunks(list(numbers.values())):
                found |= originals.written_of(connection, part)
        return {record_id: found[number] for record_id, number in numbers.items() if number in found}

    def remove(self, ids: Iterable[str]) -> list[str]:
        """Take records out, in one transaction; the ids of those that were there."""
        removed: list[str] = []
        with self._writing() as connection:
            counter = self.change + 1
            for record_id, number in self._numbers_of(connection, list(ids)).items():
                mark = changes.mark_of_deletion(connection, number)
                connection.execute("DELETE FROM records WHERE number = ?", (number,))
                for observer in self.observers:
                    observer.removed(connection, number)
                self._note(connection, number, record_id, counter, mark)
                removed.append(record_id)
            if removed:
                self._advance(connection, counter)
        return removed

    def get(self, record_id: str) -> Record:
        """The record of that id, public or not; raises ``NotFound``."""
        for record in self.records([record_id], public=False):
            return record
        raise NotFound(f"There is no image {record_id!r} in this library. Search for it, or check the id.")

    def ids(self, *, public: bool = True) -> list[str]:
        """The ids of all records in the order they were added; hidden ones too unless ``public``."""
        return [record_id for _, record_id in self._listed(public)]

    def records(self, ids: Iterable[str] | None = None, *, public: bool = True) -> Iterator[Record]:
        """The records of those ids in that order, all when not given; ids that are not there are left out."""
        if ids is None:
            numbers = [number for number, _ in self._listed(public)]
        else:
            wanted = list(ids)
            with self._reading() as connection:
                known = self._numbers_of(connection, wanted)
            numbers = [known[record_id] for record_id in wanted if record_id in known]
        for part in _chunks(numbers):
            # Each part is one consistent look at the library, and holds up no one while it is worked on.
            with self._reading() as connection:
                found = rows.select_records(connection, self._home, part)
            yield from (record for record in found if record.visibility == "public" or not public)

    def records_of(self, ids: Iterable[str]) -> Iterator[Record]:
        """The public records of any number of ids, which are taken from where they come as they are needed."""
        several = iter(ids)
        while part := list(islice(several, _CHUNK)):
            yield from self.records(part)

    def count(self, *, public: bool = True) -> int:
        """How many records there are; hidden ones too unless ``public``."""
        query = "SELECT count(*) FROM records" + (" WHERE visibility = 'public'" if public else "")
        return int(self._all(query)[0][0])

    def numbers(self, ids: Iterable[str] | None = None) -> dict[str, int]:
        """The number of each record, hidden ones too: a whole number that stays with the id for good."""
        if ids is not None:
            with self._reading() as connection:
                return self._numbers_of(connection, list(ids))
        return {record_id: number for number, record_id in self._listed(public=False)}

    def changed_since(self, counter: int) -> list[tuple[str, bool]]:
        """The id of each record that changed after that count, in order, and whether it is gone."""
        query = "SELECT id, deleted FROM changes WHERE counter > ? ORDER BY counter, number"
        return [(record_id, bool(deleted)) for record_id, deleted in self._all(query, counter)]

    def numbers_since(self, counter: int) -> list[int]:
        """The number of each record that changed or went after that count, hidden ones too."""
        return [number for (number,) in self._all("SELECT number FROM changes WHERE counter > ?", counter)]

    def changes(
        self, after: Position = changes.BEGIN, limit: int = 100, selection: Selection = changes.EVERYTHING
    ) -> list[Change]:
        """The next changes of records that are or were public, in order: for harvesters.

        Parameters
        ----------
        after
            The position of the last change that is known.
        limit
            How many at most.
        selection
            Which of them: of a span of time, of a group, of a licence.
        """
        return self._asked(changes.select_changes, after, limit, selection)

    def change_of(self, record_id: str) -> Change | None:
        """The last change of a record that is or was public; ``None`` for any other."""
        return self._asked(changes.select_change, record_id)

    def earliest_change(self) -> str:
        """The time of the oldest change that is told of; empty when there is none."""
        return self._asked(changes.earliest)

    def dated(self, first: int, end: int) -> list[tuple[str, str]]:
        """Id and time of the last change of the listed records with a number from ``first`` up to ``end``."""
        query = f"SELECT id, changed FROM records WHERE {changes.LISTED} AND number >= ? AND number < ?"
        return self._all(f"{query} ORDER BY number", first, end)

    def parts(self, length: int) -> list[tuple[int, str]]:
        """Which stretches of ``length`` numbers hold listed records, and when one of them changed last."""
        query = f"SELECT number / ?, max(changed) FROM records WHERE {changes.LISTED} GROUP BY 1 ORDER BY 1"
        return self._all(query, length)

    def distinct(self, part: Literal["group", "licence"]) -> list[str]:
        """The different groups, or licences, of the listed records, in order."""
        query = f'SELECT DISTINCT "{part}" FROM records WHERE {changes.LISTED} AND "{part}" != \'\' ORDER BY 1'
        return [value for (value,) in self._all(query)]

    def files(self) -> dict[str, SourceFile]:
        """The file of each record that has one, hidden records too, by record id."""
        query = (
            "SELECT id, files.source, path, size, modified_ns, content_hash FROM files JOIN records ON record = number"
        )
        return {record_id: rows.file_of(self._home, *file) for record_id, *file in self._all(query)}

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other indexing away from this library until the block ends, or this process does.

        Raises
        ------
        Busy
            Another process is indexing into the library.
        """
        with schema.exclusive(self.folder):
            yield

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """One transaction over what is kept beside the records; it moves the change counter, so that others follow."""
        with self._writing() as connection:
            counter = self.change + 1
            yield connection
            self._advance(connection, counter)

    def connection(self) -> sqlite3.Connection:
        """This thread's connection, for observers and for what is kept in step with the records."""
        if self._closed:
            raise LibraryError(f"The library {str(self.folder)!r} was closed. Open it again.")
        held = getattr(self._mine, "held", None)
        if held is None or held[0] != os.getpid():
            # A connection must not be carried over into a forked process.
            try:
                held = os.getpid(), schema.connect(self._path)
            except schema.FAULTS as error:
                raise schema.explain(error, self._path) from None
            self._mine.held = held
            self._connections.add(held[1])
        return held[1]

    def close(self) -> None:
        """Close the connections of all threads."""
        self._closed = True
        for connection in list(self._connections):
            connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _put_one(self, connection: sqlite3.Connection, record: Record, who: str) -> tuple[int, Record] | None:
        now = _now()
        number = self._numbers_of(connection, [record.id]).get(record.id)
        if number is None:
            event = Event(now, who, "added")
            record = replace(record, added=record.added or now, changed=now, history=(*record.history, event))
            number = rows.insert_record(connection, self._home, record)
        else:
            old = rows.select_records(connection, self._home, [number])[0]
            names = rows.differences(old, record)
            if not names:
                return None
            event = Event(now, who, "changed " + ", ".join(names))
            record = replace(record, added=old.added, changed=now, history=(*old.history, event))
            rows.replace_record(connection, self._home, number, record, event)
        return number, record

    def _note(self, connection: sqlite3.Connection, number: int, record_id: str, counter: int, deleted: int) -> None:
        connection.execute("INSERT OR REPLACE INTO changes VALUES (?, ?, ?, ?)", (number, record_id, counter, deleted))

    def _advance(self, connection: sqlite3.Connection, counter: int) -> None:
        names = ["change", *map(_seen, self.observers)]
        connection.executemany("INSERT OR REPLACE INTO counters VALUES (?, ?)", [(name, counter) for name in names])

    def _bring_up_to_date(self, connection: sqlite3.Connection, observer: Observer) -> None:
        observer.prepare(connection)
        counter = self.change
        row = connection.execute("SELECT value FROM counters WHERE name = ?", (_seen(observer),)).fetchone()
        missed = "SELECT number, deleted FROM changes WHERE counter > ? ORDER BY counter, number"
        changes = connection.execute(missed, (row[0] if row else 0,)).fetchall()
        for part in _chunks([number for number, deleted in changes if not deleted]):
            found = self._numbered(connection, part)
            for number, record in found:
                observer.stored(connection, number, record)
        for number in (number for number, deleted in changes if deleted):
            observer.removed(connection, number)
        connection.execute("INSERT OR REPLACE INTO counters VALUES (?, ?)", (_seen(observer), counter))

    def _numbered(self, connection: sqlite3.Connection, numbers: Sequence[int]) -> list[tuple[int, Record]]:
        found = rows.select_records(connection, self._home, numbers)
        known = self._numbers_of(connection, [record.id for record in found])
        return [(known[record.id], record) for record in found]

    def _listed(self, public: bool) -> list[tuple[int, str]]:
        where = "WHERE visibility = 'public' " if public else ""
        return self._all(f"SELECT number, id FROM records {where}ORDER BY number")

    def _numbers_of(self, connection: sqlite3.Connection, ids: Sequence[str]) -> dict[str, int]:
        known: dict[str, int] = {}
        # Nothing else can be an id, and half of a surrogate pair could not be asked for.
        for part in _chunks([record_id for record_id in ids if record_id.isascii()]):
            marks = ", ".join("?" * len(part))
            known.update(connection.execute(f"SELECT id, number FROM records WHERE id IN ({marks})", part))
        return known

    def _asked(self, select: Callable[..., Result], *given: Any) -> Result:
        try:
            return select(self.connection(), *given)
        except schema.FAULTS as error:
            raise schema.explain(error, self._path) from error

    def _all(self, query: str, *values: str | int) -> list[tuple[Any, ...]]:
        try:
            return self.connection().execute(query, values).fetchall()
        except schema.FAULTS as error:
            raise schema.explain(error, self._path) from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        # Within a transaction of this thread's own, all of it is kept or nothing.
        if self.connection().in_transaction:
            yield self.connection()
            return
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        # Within a transaction of this thread's own, its look at the library is consistent already.
        if self.connection().in_transaction:
            yield self.connection()
            return
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        connection = self.connection()
        try:
            connection.execute(begin)
            yield connection
            connection.execute("COMMIT")
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise
        except schema.FAULTS as error:
            raise schema.explain(error, self._path) from error
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")


def _checked(record: Record) -> Record:
    if not ID_PATTERN.fullmatch(record.id):
        raise Invalid(
            f"The id {record.id[:200]!r} cannot be kept. Use at most 128 letters, digits and . _ : - that begin "
            "with a letter or a digit."
        )
    return rows.normalised(record)


def _seen(observer: Observer) -> str:
    return f"seen {getattr(observer, 'name', type(observer).__name__)}"


def _chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

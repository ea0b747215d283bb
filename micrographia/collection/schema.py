"""The tables of a library's database, how an older library is brought up to date, and how a database is opened."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from micrographia.collection import originals
from micrographia.errors import Busy, LibraryError, NotFound

# What makes a folder a library.
LIBRARY_FILE = "library.db"

# "Mgph": tells a library from any other SQLite file.
APPLICATION_ID = 0x4D677068

# How long one process waits for another's transaction; these last a fraction of a second.
BUSY_TIMEOUT_S = 60.0

_FIRST_TABLES = (
    """CREATE TABLE records (
        number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
        description TEXT NOT NULL, licence TEXT, attribution TEXT NOT NULL, source TEXT NOT NULL, year INTEGER,
        "group" TEXT, visibility TEXT NOT NULL, facts TEXT, given TEXT, added TEXT NOT NULL, changed TEXT NOT NULL)""",
    # Each different term is kept once; a record's terms of one field are in the order of their positions.
    """CREATE TABLE terms (
        term INTEGER PRIMARY KEY, field TEXT NOT NULL, text TEXT NOT NULL, term_id TEXT NOT NULL DEFAULT '',
        UNIQUE (field, text, term_id))""",
    """CREATE TABLE record_terms (
        record INTEGER NOT NULL REFERENCES records (number) ON DELETE CASCADE, position INTEGER NOT NULL,
        term INTEGER NOT NULL REFERENCES terms (term), PRIMARY KEY (record, position, term)) WITHOUT ROWID""",
    """CREATE TABLE contributors (
        record INTEGER NOT NULL REFERENCES records (number) ON DELETE CASCADE, position INTEGER NOT NULL,
        name TEXT NOT NULL, PRIMARY KEY (record, position)) WITHOUT ROWID""",
    """CREATE TABLE files (
        record INTEGER PRIMARY KEY REFERENCES records (number) ON DELETE CASCADE, source TEXT NOT NULL,
        path TEXT NOT NULL, size INTEGER NOT NULL, modified_ns INTEGER NOT NULL, content_hash TEXT NOT NULL)""",
    "CREATE INDEX files_by_place ON files (source, path)",
    """CREATE TABLE findings (
        record INTEGER NOT NULL REFERENCES records (number) ON DELETE CASCADE, position INTEGER NOT NULL,
        severity TEXT NOT NULL, field TEXT NOT NULL, message TEXT NOT NULL, remedy TEXT NOT NULL,
        PRIMARY KEY (record, position)) WITHOUT ROWID""",
    """CREATE TABLE history (
        record INTEGER NOT NULL REFERENCES records (number) ON DELETE CASCADE, position INTEGER NOT NULL,
        happened TEXT NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, PRIMARY KEY (record, position)) WITHOUT ROWID""",
    # One row for each record there ever was: the change that touched it last. Of a deleted record that was public,
    # "deleted" is the Unix time of that; of any other deleted one it is 1.
    """CREATE TABLE changes (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL, counter INTEGER NOT NULL, deleted INTEGER NOT NULL)""",
    "CREATE INDEX changes_by_counter ON changes (counter)",
    # "change" is the library's change counter; "seen NAME" is the last change an observer was told of.
    "CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
    "INSERT INTO counters VALUES ('change', 0)",
)

# Several files may say something of one term; "rank" tells whose word counts: 0 is the ontology's own file.
_VOCABULARY_TABLES = (
    """CREATE TABLE vocabularies (
        vocabulary INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, version TEXT NOT NULL, source TEXT NOT NULL,
        loaded TEXT NOT NULL)""",
    """CREATE TABLE vocabulary_terms (
        id TEXT NOT NULL COLLATE NOCASE, vocabulary INTEGER NOT NULL REFERENCES vocabularies ON DELETE CASCADE,
        rank INTEGER NOT NULL, name TEXT NOT NULL, key TEXT NOT NULL, obsolete INTEGER NOT NULL,
        replaced_by TEXT NOT NULL COLLATE NOCASE, PRIMARY KEY (id, vocabulary)) WITHOUT ROWID""",
    "CREATE INDEX vocabulary_terms_by_key ON vocabulary_terms (key)",
    "CREATE INDEX vocabulary_terms_by_replacement ON vocabulary_terms (replaced_by) WHERE replaced_by != ''",
    """CREATE TABLE vocabulary_synonyms (
        id TEXT NOT NULL COLLATE NOCASE, vocabulary INTEGER NOT NULL REFERENCES vocabularies ON DELETE CASCADE,
        text TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL,
        PRIMARY KEY (id, vocabulary, text, kind)) WITHOUT ROWID""",
    "CREATE INDEX vocabulary_synonyms_by_key ON vocabulary_synonyms (key)",
    """CREATE TABLE vocabulary_parents (
        id TEXT NOT NULL COLLATE NOCASE, vocabulary INTEGER NOT NULL REFERENCES vocabularies ON DELETE CASCADE,
        parent TEXT NOT NULL COLLATE NOCASE, kind TEXT NOT NULL,
        PRIMARY KEY (id, vocabulary, parent, kind)) WITHOUT ROWID""",
    "CREATE INDEX vocabulary_parents_by_parent ON vocabulary_parents (parent)",
    # Ids that once were other terms, and the term that they mean now.
    """CREATE TABLE vocabulary_alternatives (
        alternative TEXT NOT NULL COLLATE NOCASE, vocabulary INTEGER NOT NULL REFERENCES vocabularies ON DELETE CASCADE,
        id TEXT NOT NULL COLLATE NOCASE, PRIMARY KEY (alternative, vocabulary, id)) WITHOUT ROWID""",
    "CREATE INDEX vocabulary_alternatives_by_id ON vocabulary_alternatives (id)",
)


def _make_first_tables(connection: sqlite3.Connection) -> None:
    for statement in _FIRST_TABLES:
        connection.execute(statement)


def _make_vocabulary_tables(connection: sqlite3.Connection) -> None:
    for statement in _VOCABULARY_TABLES:
        connection.execute(statement)


# In order; a library of version n has had the first n of them. Never change one that was released: add another.
MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    _make_first_tables,
    originals.make_table,
    _make_vocabulary_tables,
)


# What a database raises that cannot be used; of a damaged one not even the message need be text.
FAULTS = (sqlite3.DatabaseError, UnicodeDecodeError)


def prepare(folder: Path, *, create: bool) -> None:
    """Bring the database in ``folder`` up to date; with ``create``, make the folder and the database first.

    Raises
    ------
    NotFound
        There is no library in the folder.
    LibraryError
        The database is damaged, is not a library, or was made by a newer Micrographia.
    """
    path = folder / LIBRARY_FILE
    if not path.is_file() and not create:
        raise NotFound(
            f"There is no library in {str(folder)!r}: it has no {LIBRARY_FILE}. "
            f"Make one with: micrographia index FOLDER_OF_IMAGES --library {folder}"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with closing(connect(path)) as connection:
            _switch_to_wal(connection)
            _migrate(connection, path)
    except OSError as error:
        raise LibraryError(f"The library folder {str(folder)!r} cannot be made: {error.strerror}.") from None
    except FAULTS as error:
        raise explain(error, path) from None


def connect(path: Path) -> Connection:
    """A connection to the database that waits for others' transactions and leaves transactions to its user."""
    connection = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, factory=Connection
    )
    connection.execute("PRAGMA foreign_keys = ON")
    # With WAL this loses nothing when a process is killed; a power cut may lose the last transactions, no more.
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection


def copy(folder: Path, to: Path) -> None:
    """Copy the database of a library into another folder, as it is at this moment; nothing where there is none."""
    path = folder / LIBRARY_FILE
    if not path.is_file():
        return
    try:
        with closing(connect(path)) as source, closing(connect(to / LIBRARY_FILE)) as target:
            source.backup(target)
    except FAULTS as error:
        raise explain(error, path) from None


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold the library's lock for long work; unlike a file that says so, it ends with the process however that ends."""
    place = folder / "cache"
    place.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(place / "indexing.lock", timeout=0.5, isolation_level=None)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except FAULTS as error:
            if not isinstance(told := explain(error, folder / LIBRARY_FILE), Busy):
                raise told from None
            raise Busy(
                f"Another process is indexing into the library {str(folder)!r}. Wait until it is done, or stop it."
            ) from None
        yield


class Connection(sqlite3.Connection):
    """A database connection that can be referred to weakly, so that a finished thread's is let go."""


def explain(error: Exception, path: Path) -> LibraryError:
    """The sentence for a database that cannot be used."""
    said = str(error)
    if "locked" in said or "busy" in said:
        return Busy(f"Another process is writing to the library {str(path.parent)!r}. Try again in a moment.")
    if "full" in said:
        return LibraryError(f"The disk of the library {str(path.parent)!r} is full. Make room, and do it again.")
    if isinstance(error, sqlite3.OperationalError) and "malformed" not in said:
        return LibraryError(f"The library database {str(path)!r} cannot be used ({said}). Check its rights.")
    return LibraryError(
        f"The library database {str(path)!r} is damaged or is not a library ({said}). "
        "Put it back from a copy; or move it away and index the images again."
    )


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    # SQLite does not wait by itself for this one when several processes make a library at the same moment.
    end = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(0.02)


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    if _version(connection, path) == len(MIGRATIONS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for migration in MIGRATIONS[_version(connection, path) :]:
            migration(connection)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _version(connection: sqlite3.Connection, path: Path) -> int:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    owner = connection.execute("PRAGMA application_id").fetchone()[0]
    empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    if owner != APPLICATION_ID and not (empty and owner == version == 0):
        raise LibraryError(
            f"{str(path)!r} is a database, but not a library of Micrographia. Choose another folder for the library."
        )
    if version > len(MIGRATIONS):
        raise LibraryError(
            f"The library {str(path.parent)!r} was made by a newer Micrographia (its version is {version}, "
            f"this one knows {len(MIGRATIONS)}). Install the newer Micrographia."
        )
    return version

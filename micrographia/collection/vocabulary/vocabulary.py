"""The vocabulary of a library: the ontologies loaded into it, as one. What several files say of a term is merged.

The ontology that owns a prefix has the word on its terms' names and on what became of them: ``fbbi`` on ``FBbi:...``,
then its subsets (``cl/subsets/...``), then files that import it (``go/imports/cl_import``), then all others. Synonyms
add up; so do parents, unless the ontology itself is there: then its parents are the ones that count.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from micrographia.collection.store import Store
from micrographia.collection.vocabulary.terms import Ontology, OntologyTerm, Parent, Synonym, name_key
from micrographia.errors import NotFound

# The counter that says at which change of the library its vocabulary changed last.
COUNTER = "vocabulary"

PATHS_LIMIT = 50

# Paths to terms, in memory.
REMEMBERED_LIMIT = 20_000

_Row = tuple[Any, ...]

_KIND_ORDER = ("exact", "narrow", "broad", "related")


@dataclass(frozen=True, slots=True)
class Loaded:
    """An ontology in the library: its name, version and file, when it was loaded, and how many terms it has."""

    name: str
    version: str
    source: str
    loaded: str
    terms: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What an id means today, and where that stands: all above it, the nearest first, and what is directly below it."""

    term: OntologyTerm
    ancestors: tuple[OntologyTerm, ...]
    children: tuple[OntologyTerm, ...]


class Vocabulary:
    """The terms of all ontologies in a library.

    Parameters
    ----------
    store
        The library's store.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._remembered: tuple[int, dict[str, tuple[OntologyTerm, ...]]] = (0, {})

    @property
    def change(self) -> int:
        """The library's change at which the vocabulary changed last; 0 when nothing was ever loaded."""
        return vocabulary_change(self.store.connection())

    def load(self, ontologies: Iterable[tuple[Ontology, str]]) -> None:
        """Keep ontologies, each with the name of its file, in place of those of the same names; all or none."""
        with self.store.changing() as connection:
            for ontology, source in ontologies:
                connection.execute("DELETE FROM vocabularies WHERE name = ?", (ontology.name,))
                _insert(connection, ontology, source)
            _note_change(connection)

    def remove(self, name: str) -> None:
        """Take an ontology out; raises ``NotFound``."""
        with self.store.changing() as connection:
            if not connection.execute("DELETE FROM vocabularies WHERE name = ?", (name,)).rowcount:
                names = ", ".join(one.name for one in self.loaded()) or "none at all"
                raise NotFound(f"There is no vocabulary {name!r} in this library; it has {names}.")
            _note_change(connection)

    def loaded(self) -> list[Loaded]:
        """The ontologies in the library, by name."""
        query = """SELECT name, version, source, loaded,
            (SELECT count(*) FROM vocabulary_terms t WHERE t.vocabulary = v.vocabulary)
            FROM vocabularies v ORDER BY name"""
        return [Loaded(*row) for row in self.store.connection().execute(query)]

    def term(self, term_id: str) -> OntologyTerm:
        """The term of an id, whatever the case of its prefix; raises ``NotFound``."""
        found = merged_terms(self.store.connection(), [term_id]).get(term_id.lower())
        if found is None:
            raise NotFound(
                f"No vocabulary of this library has a term {term_id!r}. Load one that has it, or check the id."
            )
        return found

    def current(self, term_id: str) -> OntologyTerm:
        """The term that an id means today: alternative and replaced ids followed; raises ``NotFound``."""
        return self.term(current_ids(self.store.connection(), [term_id]).get(term_id.lower(), term_id))

    def find(self, text: str) -> list[OntologyTerm]:
        """The terms that an id, a name or a synonym means today: by id, then by name, then by kind of synonym."""
        connection = self.store.connection()
        key = name_key(text)
        named = connection.execute(
            "SELECT id FROM vocabulary_terms WHERE key = ? ORDER BY obsolete, id", (key,)
        ).fetchall()
        called = connection.execute(
            "SELECT id, kind FROM vocabulary_synonyms WHERE key = ? ORDER BY id", (key,)
        ).fetchall()
        called.sort(key=lambda row: _KIND_ORDER.index(row[1]))
        ids = list(dict.fromkeys([text.strip().lower(), *(row[0].lower() for row in (*named, *called))]))
        current = current_ids(connection, ids)
        terms = merged_terms(connection, current.values())
        wanted = dict.fromkeys(current[one].lower() for one in ids if one in current)
        return [terms[one] for one in wanted if one in terms]

    def children(self, term_id: str) -> list[OntologyTerm]:
        """The terms directly below one, by name."""
        return self._children(self.store.connection(), [term_id])[term_id.lower()]

    def ancestors(self, term_id: str) -> list[OntologyTerm]:
        """All terms above one, the nearest first; a term is never above itself, whatever the file says."""
        known = with_ancestors(self.store.connection(), [term_id])
        return [known[one] for one in _upwards(known, term_id.lower())[1:] if one in known]

    def standings(self, ids: Iterable[str]) -> dict[str, Standing]:
        """What each of several ids means today, and where that stands; ids that are not known are left out."""
        connection = self.store.connection()
        wanted = list(dict.fromkeys(ids))
        current = current_ids(connection, wanted)
        known = with_ancestors(connection, current.values())
        children = self._children(connection, set(current.values()))
        found = {}
        for one in wanted:
            if (now := current.get(one.lower(), "").lower()) in known:
                above = tuple(known[other] for other in _upwards(known, now)[1:] if other in known)
                found[one] = Standing(known[now], above, tuple(children[now]))
        return found

    def _children(self, connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, list[OntologyTerm]]:
        query = "SELECT DISTINCT id FROM vocabulary_parents WHERE parent IN (SELECT value FROM json_each(?))"
        rows = connection.execute(query, (json.dumps(sorted(ids)),)).fetchall()
        found: dict[str, list[OntologyTerm]] = defaultdict(list)
        for term in merged_terms(connection, (row[0] for row in rows)).values():
            for parent in dict.fromkeys(parent.id.lower() for parent in term.parents):
                found[parent].append(term)
        for several in found.values():
            several.sort(key=lambda term: (name_key(term.name), term.id))
        return found

    def paths(self, term_id: str) -> list[tuple[OntologyTerm, ...]]:
        """The ways from a root down to a term, itself last; at most fifty, the shortest first."""
        known = with_ancestors(self.store.connection(), [term_id])
        found = [tuple(known[one] for one in path) for path in _ways(known, term_id.lower())]
        return sorted(found, key=lambda path: (len(path), [name_key(term.name) for term in path]))

    def path(self, term_id: str) -> tuple[OntologyTerm, ...]:
        """The way that tells most, from a root down to what an id means today, itself last; empty for an unknown id."""
        return self.leading([term_id])[term_id]

    def leading(self, ids: Iterable[str]) -> dict[str, tuple[OntologyTerm, ...]]:
        """For each of several ids its ``path``; what was asked for lately is remembered."""
        wanted, change = list(ids), self.change
        if self._remembered[0] != change or len(self._remembered[1]) > REMEMBERED_LIMIT:
            self._remembered = change, {}
        known = self._remembered[1]
        if new := [one for one in wanted if one not in known]:
            connection = self.store.connection()
            current = current_ids(connection, new) if change else {}
            terms = with_ancestors(connection, current.values()) if current else {}
            known.update({one: _leading_way(terms, current.get(one.lower(), "").lower()) for one in new})
        return {one: known[one] for one in wanted}


def vocabulary_change(connection: sqlite3.Connection) -> int:
    """The library's change at which the vocabulary changed last; 0 when nothing was ever loaded."""
    row = connection.execute("SELECT value FROM counters WHERE name = ?", (COUNTER,)).fetchone()
    return int(row[0]) if row else 0


def current_ids(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, str]:
    """For each id in lower case the id of the term that it means today; ids that no vocabulary knows are left out."""
    current: dict[str, str] = {}
    wanted = {one.lower() for one in ids}
    step = {one: one for one in wanted}
    # Chains of replacements are short; the bound keeps circles harmless.
    for _ in range(10):
        known = merged_terms(connection, step.values())
        moved = _alternatives(connection, [one for one in step.values() if one.lower() not in known])
        following: dict[str, str] = {}
        for first, now in step.items():
            term = known.get(now.lower())
            if term is not None:
                current[first] = term.id
            to = moved.get(now.lower()) if term is None else term.replaced_by if term.is_obsolete else ""
            if to and to.lower() != now.lower():
                following[first] = to
        if not following:
            break
        step = following
    return current


def with_ancestors(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, OntologyTerm]:
    """The terms of those ids and all above them, by id in lower case; parents that no vocabulary names are left out."""
    found: dict[str, OntologyTerm] = {}
    wanted = {one.lower() for one in ids}
    while wanted:
        level = merged_terms(connection, wanted)
        found |= level
        wanted = {parent.id.lower() for term in level.values() for parent in term.parents} - found.keys() - wanted
    return {
        one: replace(term, parents=tuple(parent for parent in term.parents if parent.id.lower() in found))
        for one, term in found.items()
    }


def merged_terms(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, OntologyTerm]:
    """What all vocabularies together say of those ids, by id in lower case; unknown and nameless ones are left out."""
    wanted = json.dumps(sorted(set(ids)))
    rows = _grouped(connection, "id, rank, vocabulary, name, obsolete, replaced_by", "vocabulary_terms", wanted)
    synonyms = _grouped(connection, "id, text, kind", "vocabulary_synonyms", wanted)
    parents = _grouped(connection, "id, vocabulary, parent, kind", "vocabulary_parents", wanted)
    former = _grouped(connection, "id, alternative", "vocabulary_alternatives", wanted)
    merged = {one: _merged(said, synonyms[one], parents[one], former[one]) for one, said in rows.items()}
    return {one: term for one, term in merged.items() if term.name}


def _merged(rows: list[_Row], synonyms: list[_Row], above: list[_Row], former: list[_Row]) -> OntologyTerm:
    rows = sorted(rows, key=lambda row: row[1:3])
    term_id, rank, owner, name, obsolete, replaced_by = next((row for row in rows if row[3]), rows[0])
    alone = owner if rank == 0 else None
    parents = {Parent(parent, kind) for _, said_by, parent, kind in above if alone in (None, said_by)}
    others = {Synonym(text, kind) for _, text, kind in synonyms if text != name}
    return OntologyTerm(
        term_id,
        name,
        tuple(sorted(others, key=lambda one: (_KIND_ORDER.index(one.kind), one.text))),
        tuple(sorted(parents, key=lambda one: (one.kind, one.id))),
        bool(obsolete),
        replaced_by,
        tuple(sorted({alternative for _, alternative in former})),
    )


def _grouped(connection: sqlite3.Connection, columns: str, table: str, ids: str) -> dict[str, list[_Row]]:
    found: dict[str, list[_Row]] = defaultdict(list)
    query = f"SELECT {columns} FROM {table} WHERE id IN (SELECT value FROM json_each(?))"
    for row in connection.execute(query, (ids,)):
        found[row[0].lower()].append(row)
    return found


def _alternatives(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, str]:
    query = "SELECT alternative, id FROM vocabulary_alternatives WHERE alternative IN (SELECT value FROM json_each(?))"
    found = connection.execute(f"{query} ORDER BY id DESC", (json.dumps(sorted(set(ids))),))
    return {alternative.lower(): term_id for alternative, term_id in found}


def former_ids(connection: sqlite3.Connection, ids: Iterable[str]) -> list[tuple[str, str]]:
    """The ids that once were terms of their own and lead to one of those: pairs of the former and the current id."""
    wanted = json.dumps(sorted(set(ids)))
    query = """SELECT alternative, id FROM vocabulary_alternatives WHERE id IN (SELECT value FROM json_each(?1))
        UNION SELECT id, replaced_by FROM vocabulary_terms
        WHERE replaced_by != '' AND obsolete AND replaced_by IN (SELECT value FROM json_each(?1)) ORDER BY 1, 2"""
    return connection.execute(query, (wanted,)).fetchall()


def _insert(connection: sqlite3.Connection, ontology: Ontology, source: str) -> None:
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    cursor = connection.execute(
        "INSERT INTO vocabularies (name, version, source, loaded) VALUES (?, ?, ?, ?)",
        (ontology.name, ontology.version, source, now),
    )
    number = int(cursor.lastrowid or 0)
    for table, rows in _rows(number, ontology).items():
        marks = ", ".join("?" * len(rows[0])) if rows else ""
        if rows:
            connection.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", rows)


def _rows(number: int, ontology: Ontology) -> dict[str, list[_Row]]:
    terms = ontology.terms
    return {
        "vocabulary_terms": [
            (t.id, number, _rank(ontology.name, t.id), t.name, name_key(t.name), t.is_obsolete, t.replaced_by)
            for t in terms
        ],
        "vocabulary_synonyms": [(t.id, number, s.text, name_key(s.text), s.kind) for t in terms for s in t.synonyms],
        "vocabulary_parents": [(t.id, number, p.id, p.kind) for t in terms for p in t.parents],
        "vocabulary_alternatives": [(former, number, t.id) for t in terms for former in t.alternatives],
    }


def _rank(ontology: str, term_id: str) -> int:
    prefix, parts = term_id.partition(":")[0].lower(), ontology.lower().split("/")
    if parts == [prefix]:
        return 0
    if parts[0].split("-")[0] == prefix:
        return 1
    return 2 if parts[-1].startswith(f"{prefix}_import") else 3


def _note_change(connection: sqlite3.Connection) -> None:
    # The change that this transaction is about to become.
    connection.execute(
        "INSERT OR REPLACE INTO counters SELECT ?, value + 1 FROM counters WHERE name = 'change'", (COUNTER,)
    )


def _upwards(known: dict[str, OntologyTerm], start: str) -> list[str]:
    order = dict.fromkeys([start])
    for one in (queue := [start]):
        for parent in known[one].parents if one in known else ():
            if (above := parent.id.lower()) not in order:
                order[above] = None
                queue.append(above)
    return list(order)


def _leading_way(known: dict[str, OntologyTerm], end: str) -> tuple[OntologyTerm, ...]:
    # What a thing is comes before what it is a part of, and then the parent with most above it, which says most.
    way = [end] if end in known else []
    while way:
        above = [parent for parent in known[way[0]].parents if parent.id.lower() not in way]
        if not above:
            break
        best = min(above, key=lambda one: (one.kind, -len(_upwards(known, one.id.lower())), one.id))
        way.insert(0, best.id.lower())
    return tuple(known[one] for one in way)


def _ways(known: dict[str, OntologyTerm], end: str) -> Iterator[tuple[str, ...]]:
    # The shortest first, so that a bound on their number leaves out the longest.
    ways: list[tuple[str, ...]] = [(end,)] if end in known else []
    given = 0
    for way in ways:
        above = [p for p in dict.fromkeys(parent.id.lower() for parent in known[way[0]].parents) if p not in way]
        if not above:
            yield way
            given += 1
        if given >= PATHS_LIMIT or len(ways) > 100 * PATHS_LIMIT:
            return
        ways += [(parent, *way) for parent in above]

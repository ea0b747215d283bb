"""Loading ontologies into a library, and what that changes for its records: told, and never done behind one's back."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from micrographia.collection.vocabulary.reading import read_ontology
from micrographia.collection.vocabulary.terms import OntologyTerm, name_key
from micrographia.collection.vocabulary.vocabulary import Loaded, Vocabulary, current_ids, merged_terms

LISTED = 10

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

_KINDS = ("named", "renamed", "differing", "obsolete", "lost", "unknown")


@dataclass(frozen=True, slots=True)
class Noticed:
    """An id that records use, what they call it, what the vocabulary calls it, and how many records have it.

    ``before`` is its name before, ``replaced_by`` and ``replacement`` the id and the name that mean it now.
    """

    id: str
    text: str
    records: int
    name: str = ""
    before: str = ""
    replaced_by: str = ""
    replacement: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """How many ids of one prefix records use, how many of these are known, and whether its own ontology is loaded."""

    prefix: str
    used: int
    known: int
    is_loaded: bool


@dataclass(frozen=True)
class Report:
    """What a change of the vocabulary means for the records, none of which was touched.

    Parameters
    ----------
    vocabularies
        The ontologies that were loaded.
    used, known
        How many ids of terms the records use, and how many of these the vocabulary knows.
    shares
        The same by prefix, the most used first.
    named
        Ids that stand in records without a name, and have one now.
    renamed
        Ids whose name in the vocabulary is another now.
    differing
        Ids that records call by another name than the vocabulary.
    obsolete
        Obsolete ids in use, with what replaces them.
    lost
        Ids that the vocabulary knew before and does not know now.
    unknown
        Ids that it does not know.
    """

    vocabularies: tuple[Loaded, ...]
    used: int
    known: int
    shares: tuple[Share, ...]
    named: tuple[Noticed, ...]
    renamed: tuple[Noticed, ...]
    differing: tuple[Noticed, ...]
    obsolete: tuple[Noticed, ...]
    lost: tuple[Noticed, ...]
    unknown: tuple[Noticed, ...]

    def as_dict(self) -> dict[str, Any]:
        """The report as plain JSON, nothing left out."""
        return asdict(self)

    def as_text(self) -> str:
        """The report for people: how much is known first, then what is most frequent of each kind."""
        lines = [f"{v.name} {_release(v.version)}: {v.terms:,} terms from {v.source}." for v in self.vocabularies]
        lines += [f"{self.known:,} of the {self.used:,} ids that records use are known{self._by_prefix()}."]
        # What an ontology that is not here calls an id is no news: only where it is, an unknown id is a doubt.
        loaded = {share.prefix for share in self.shares if share.is_loaded}
        doubtful = [one for one in self.unknown if _prefix(one.id) in loaded]
        parts: list[tuple[str, Sequence[Noticed], Callable[[Noticed], str]]] = [
            ("no longer known", self.lost, lambda one: one.before),
            ("obsolete", self.obsolete, _replacement),
            ("not in the ontology that has such ids", doubtful, lambda one: one.text),
            ("named now", self.named, lambda one: f"is {one.name}"),
            ("named otherwise now", self.renamed, lambda one: f"was {one.before}, is {one.name}"),
            ("called otherwise by records", self.differing, lambda one: f"{one.text}: {one.name}"),
        ]
        for said, found, told in parts:
            if found:
                lines.append(f"{len(found):,} {'is' if len(found) == 1 else 'are'} {said}:")
                lines += [f"  {one.id} ({_records(one.records)}) {told(one)}" for one in found[:LISTED]]
                lines += [f"  and {len(found) - LISTED:,} more; --json has all"] if len(found) > LISTED else []
        return "\n".join([*lines, "No record was changed."])

    def _by_prefix(self) -> str:
        listed = [f"{share.known:,} of {share.used:,} {share.prefix}" for share in self.shares[:LISTED]]
        more = [f"and those of {len(self.shares) - LISTED} more"] if len(self.shares) > LISTED else []
        return f": {', '.join([*listed, *more])}" if len(self.shares) > 1 else ""


def load(vocabulary: Vocabulary, paths: Sequence[Path]) -> Report:
    """Load ontology files into a library's vocabulary, all or none, and say what that changes.

    Parameters
    ----------
    vocabulary
        The library's.
    paths
        OBO or OWL files; one of a name that is loaded already takes its place.

    Raises
    ------
    NotFound, Invalid
        A file is not there, or cannot be used.
    """
    read = [(read_ontology(path), path.name) for path in paths]
    return _reported(vocabulary, {ontology.name for ontology, _ in read}, lambda: vocabulary.load(read))


def remove(vocabulary: Vocabulary, name: str) -> Report:
    """Take an ontology out of a library's vocabulary, and say what that changes; raises ``NotFound``."""
    return _reported(vocabulary, set(), lambda: vocabulary.remove(name))


def _reported(vocabulary: Vocabulary, names: set[str], change: Callable[[], None]) -> Report:
    connection = vocabulary.store.connection()
    used = _used(connection)
    ids = {one.id for one in used}
    before = merged_terms(connection, ids)
    change()
    now = _Now(merged_terms(connection, ids), before, current_ids(connection, ids), connection)
    told = [(kind, found) for one in used for kind, found in now.told(one)]
    kinds = {name: tuple(dict.fromkeys(found for kind, found in told if kind == name)) for name in _KINDS}
    there = vocabulary.loaded()
    shares = _shares(ids, now.leads, {one.name.lower() for one in there})
    loaded = tuple(one for one in there if one.name in names)
    return Report(
        vocabularies=loaded, used=len(ids), known=sum(share.known for share in shares), shares=shares, **kinds
    )


def _shares(ids: Iterable[str], leads: Container[str], loaded: Container[str]) -> tuple[Share, ...]:
    used = Counter(map(_prefix, ids))
    known = Counter(_prefix(one) for one in ids if one.lower() in leads)
    found = (Share(prefix, used[prefix], known[prefix], prefix.lower() in loaded) for prefix in used)
    return tuple(sorted(found, key=lambda share: (-share.used, share.prefix)))


class _Now:
    """What the vocabulary says after a change, and said before."""

    def __init__(
        self,
        terms: dict[str, OntologyTerm],
        before: dict[str, OntologyTerm],
        leads: dict[str, str],
        connection: sqlite3.Connection,
    ) -> None:
        self.terms = terms
        self.before = before
        self.leads = leads
        self.current = merged_terms(connection, leads.values())

    def told(self, one: Noticed) -> Iterator[tuple[str, Noticed]]:
        """What there is to say of an id under one of its names."""
        low = one.id.lower()
        term, was = self.terms.get(low), self.before.get(low)
        meant = self.current.get(self.leads.get(low, "").lower())
        bare = replace(one, text="")
        if meant is None:
            yield ("lost", replace(bare, before=was.name)) if was else ("unknown", one)
            return
        name = term.name if term else meant.name
        is_nameless = one.text in ("", one.id)
        if is_nameless and was is None:
            yield "named", replace(bare, name=name)
        if was and was.name != name:
            yield "renamed", replace(bare, name=name, before=was.name)
        if meant.id.lower() != low:
            yield "obsolete", replace(bare, name=name, replaced_by=meant.id, replacement=meant.name)
        elif meant.is_obsolete:
            yield "obsolete", replace(bare, name=name)
        elif not is_nameless and name_key(one.text) != name_key(name):
            yield "differing", replace(one, name=name)


def _used(connection: sqlite3.Connection) -> list[Noticed]:
    # Records are counted once for an id, in however many fields they have it. An address is a link, not a term.
    query = """SELECT term_id, text, records FROM
        (SELECT DISTINCT term_id, text FROM terms WHERE term_id != '' AND instr(term_id, '://') = 0) JOIN
        (SELECT term_id, count(DISTINCT record) AS records FROM record_terms JOIN terms USING (term)
            WHERE term_id != '' GROUP BY term_id) USING (term_id)
        ORDER BY records DESC, term_id, text"""
    return [Noticed(*row) for row in connection.execute(query)]


def _replacement(one: Noticed) -> str:
    if one.replaced_by:
        return f"{one.name}: use {one.replaced_by} ({one.replacement})"
    return f"{one.name}: nothing replaces it"


def _prefix(term_id: str) -> str:
    return term_id.partition(":")[0]


def _release(version: str) -> str:
    # Many ontologies call a version by the address of its file; its date is what tells.
    date = _DATE.search(version)
    return date[0] if date else version


def _records(count: int) -> str:
    return f"{count:,} record" + "s" * (count != 1)

"""Terms: what the library's vocabulary says of those that records have, and of all above them."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from micrographia.collection import taxa
from micrographia.collection.vocabulary import vocabulary as kept
from micrographia.collection.vocabulary.terms import OntologyTerm
from micrographia.search.folding import key

# How ontologies name what they no longer want to be used.
_OBSOLETE = "obsolete "


@dataclass(frozen=True, slots=True)
class Told:
    """What a term is in any tree.

    ``label`` is what people read, ``key`` its folded name, ``above`` the ids of itself and of all above it, ``parents``
    the kind of each parent by its id; ids are in lower case, but for ``id`` and ``ids``, which are as written.
    """

    id: str
    name: str
    label: str
    key: str
    above: tuple[str, ...]
    parents: Mapping[str, str]
    names: tuple[str, ...]
    others: tuple[str, ...]
    narrower: tuple[str, ...]
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """What the vocabulary says of those ``ids``: terms by id in lower case, and what each id means today."""

    ids: frozenset[str] = frozenset()
    current: Mapping[str, str] = field(default_factory=dict)
    terms: Mapping[str, OntologyTerm] = field(default_factory=dict)
    former_ids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    former_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def told(self) -> dict[str, Told]:
        """What each term is in any tree; worked out when it is first asked for."""
        return _Telling(self)

    def with_ids(self, connection: sqlite3.Connection, ids: frozenset[str]) -> Known:
        """The same with more ids, of which only the new ones are read."""
        new = ids - self.ids
        if not new:
            return self
        more = Known.read(connection, new)
        found = Known(
            self.ids | more.ids,
            {**self.current, **more.current},
            {**self.terms, **more.terms},
            {**self.former_ids, **more.former_ids},
            {**self.former_names, **more.former_names},
        )
        found.told.update((one, told) for one, told in self.told.items() if one not in more.terms)
        return found

    @classmethod
    def read(cls, connection: sqlite3.Connection, ids: frozenset[str]) -> Known:
        """What the vocabulary says of those ids now."""
        current = kept.current_ids(connection, ids)
        terms = kept.with_ancestors(connection, current.values())
        ids_of: dict[str, list[str]] = {}
        level = {one: one for one in terms}
        for _ in range(5):
            pairs = [(old, level[now.lower()]) for old, now in kept.former_ids(connection, level)]
            for old, now in pairs:
                ids_of.setdefault(now, []).append(old)
            level = {old.lower(): now for old, now in pairs if old.lower() not in level}
            if not level:
                break
        names = kept.merged_terms(connection, (old for olds in ids_of.values() for old in olds))
        names_of = {
            now: tuple(names[old.lower()].name.removeprefix(_OBSOLETE) for old in olds if old.lower() in names)
            for now, olds in ids_of.items()
        }
        return cls(ids, current, terms, {now: tuple(olds) for now, olds in ids_of.items()}, names_of)

    def term_of(self, term_id: str) -> str:
        """The id, in lower case, of the term that an id stands for in a tree; empty when there is none."""
        one = self.current.get(term_id.lower(), "").lower()
        # An obsolete term that nothing replaces lies nowhere any more: it stays what the records say.
        return one if one and not self.terms[one].is_obsolete else ""


class _Telling(dict[str, Told]):
    def __init__(self, known: Known) -> None:
        super().__init__()
        self.known = known

    def __missing__(self, one: str) -> Told:
        known, term = self.known, self.known.terms[one]
        synonyms: dict[str, list[str]] = {}
        for synonym in term.synonyms:
            synonyms.setdefault(synonym.kind, []).append(synonym.text)
        label, name = (taxa.readable(term.name), taxa.bare(term.name)) if _is_taxon(term) else (term.name, term.name)
        found = self[one] = Told(
            term.id,
            term.name,
            label,
            key(term.name),
            tuple(self._upwards(one)),
            # Of a parent that is named twice, the first kind counts.
            {parent.id.lower(): parent.kind for parent in reversed(term.parents)},
            names=(*([name] if name != label else []), *known.former_names.get(one, ()), *synonyms.get("exact", ())),
            others=tuple(synonym.text for synonym in term.synonyms if synonym.kind in ("broad", "related")),
            narrower=tuple(synonyms.get("narrow", ())),
            ids=(term.id, *known.former_ids.get(one, ())),
        )
        return found

    def _upwards(self, one: str) -> list[str]:
        order = dict.fromkeys([one])
        for at in (queue := [one]):
            new = [parent.id.lower() for parent in self.known.terms[at].parents if parent.id.lower() not in order]
            order |= dict.fromkeys(new)
            queue += new
        return list(order)


def _is_taxon(term: OntologyTerm) -> bool:
    return term.id.lower().startswith(taxa.PREFIX.lower())

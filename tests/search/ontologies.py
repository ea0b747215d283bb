"""Small ontologies, for tests: written as what a file gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from micrographia.collection.store import Store
from micrographia.collection.vocabulary.terms import Ontology, OntologyTerm, Parent, Synonym
from micrographia.collection.vocabulary.vocabulary import Vocabulary


def term(term_id: str, name: str, *above: str, synonyms: Iterable[str] = (), **more) -> OntologyTerm:
    """A term; a parent that begins with ``<`` is one that it is a part of."""
    parents = tuple(Parent(one.lstrip("<"), "part_of" if one.startswith("<") else "is_a") for one in above)
    return OntologyTerm(term_id, name, tuple(map(Synonym, synonyms)), parents, **more)


def load(store: Store, *terms: OntologyTerm, name: str = "test") -> None:
    """Load terms into a store's vocabulary."""
    Vocabulary(store).load([(Ontology(name, "1", terms), f"{name}.obo")])


def load_graph(store: Store, parents: Mapping[str, Iterable[str]]) -> None:
    """Load a vocabulary of the terms ``T:<name>``, each with the names of its parents."""
    load(store, *(term(f"T:{one}", one, *(f"T:{up}" for up in above)) for one, above in parents.items()))

"""OWL files in RDF/XML: their classes as terms, read by rdflib once the document is known to be harmless."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import urlparse
from xml.parsers import expat
from xml.sax import SAXException

from rdflib import OWL, RDF, RDFS, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.exceptions import ParserError
from rdflib.namespace import Namespace
from rdflib.term import Node

from micrographia.collection.vocabulary.terms import (
    PARENTS_LIMIT,
    SYNONYMS_LIMIT,
    Ontology,
    OntologyTerm,
    Parent,
    ParentKind,
    Synonym,
    SynonymKind,
    cleaned,
    curie,
)

OBO = Namespace("http://purl.obolibrary.org/obo/")
OBO_IN_OWL = Namespace("http://www.geneontology.org/formats/oboInOwl#")

# An entity in an ontology is an abbreviation of an address, and never of others.
ENTITY_LIMIT = 200
ENTITIES_LIMIT = 200

_SYNONYMS: tuple[tuple[URIRef, SynonymKind], ...] = (
    (OBO_IN_OWL.hasExactSynonym, "exact"),
    (OBO_IN_OWL.hasNarrowSynonym, "narrow"),
    (OBO_IN_OWL.hasBroadSynonym, "broad"),
    (OBO_IN_OWL.hasRelatedSynonym, "related"),
)
_PART_OF_LABELS = frozenset({"part of", "part_of"})

# rdflib warns of each odd address, of which old ontologies have many; none of them is opened.
logging.getLogger("rdflib.term").setLevel(logging.ERROR)


def read_owl(data: bytes) -> Ontology:
    """The ontology that an RDF/XML document holds.

    Raises
    ------
    ValueError
        It is not well-formed, is not RDF, or has entities that stand for more than an address.
    """
    _check(data)
    try:
        graph = Graph().parse(data=data, format="xml")
    except (SAXException, ParserError, ValueError, KeyError, IndexError, AssertionError) as error:
        raise ValueError(str(error)) from error
    return _Reading(graph).ontology()


def _check(data: bytes) -> None:
    parser = expat.ParserCreate()
    declared = 0

    def entity(name: str, is_parameter: bool, value: str | None, *places: str | None) -> None:
        nonlocal declared
        declared += 1
        if is_parameter or value is None or len(value) > ENTITY_LIMIT or "&" in value or "%" in value:
            raise ValueError(f"its entity {name[:40]!r} stands for more than an address")
        if declared > ENTITIES_LIMIT:
            raise ValueError("it declares too many entities")

    parser.EntityDeclHandler = entity
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise ValueError(f"not well-formed XML ({error})") from error


class _Reading:
    """One graph, while its classes become terms."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.part_of = {OBO.BFO_0000050} | {
            name
            for name in graph.subjects(RDF.type, OWL.ObjectProperty)
            if _PART_OF_LABELS & {str(label) for label in graph.objects(name, RDFS.label)}
        }

    def ontology(self) -> Ontology:
        about = min(self.graph.subjects(RDF.type, OWL.Ontology), key=str, default=None)
        name = PurePosixPath(urlparse(str(about or "")).path)
        versions = [str(found) for found in self.graph.objects(about, OWL.versionIRI)] if about else []
        versions += [str(found) for found in self.graph.objects(about, OWL.versionInfo)] if about else []
        classes = sorted({c for c in self.graph.subjects(RDF.type, OWL.Class) if isinstance(c, URIRef)})
        found: dict[str, OntologyTerm] = {}
        for one in classes:
            term_id = self._id(one)
            if term_id and term_id not in found:
                found[term_id] = self._term(one, term_id)
        return Ontology(cleaned(name.stem), cleaned(versions[0] if versions else ""), tuple(found.values()))

    def _id(self, node: Node) -> str:
        # The ontology's own word first: an address need not tell how its id is spelled.
        said = self.graph.value(node, OBO_IN_OWL.id) if isinstance(node, URIRef) else None
        return curie(str(said)) if said is not None and curie(str(said)) else curie(str(node))

    def _term(self, node: URIRef, term_id: str) -> OntologyTerm:
        texts: dict[SynonymKind, list[str]] = defaultdict(list)
        for predicate, kind in _SYNONYMS:
            texts[kind] += sorted(str(text) for text in self.graph.objects(node, predicate))
        synonyms = [Synonym(cleaned(text), kind) for kind in texts for text in texts[kind] if cleaned(text)]
        parents = (Parent(self._id(to), kind) for to, kind in self._above(node))
        replaced = [self._id(to) for to in self.graph.objects(node, OBO.IAO_0100001)]
        alternatives = [curie(str(one)) for one in self.graph.objects(node, OBO_IN_OWL.hasAlternativeId)]
        return OntologyTerm(
            term_id,
            self._label(node),
            tuple(dict.fromkeys(synonyms))[:SYNONYMS_LIMIT],
            tuple(sorted({p for p in parents if p.id and p.id != term_id}, key=lambda p: (p.kind, p.id)))[
                :PARENTS_LIMIT
            ],
            any(str(said) in ("true", "1") for said in self.graph.objects(node, OWL.deprecated)),
            next(filter(None, sorted(replaced)), ""),
            tuple(sorted({one for one in alternatives if one}))[:SYNONYMS_LIMIT],
        )

    def _label(self, node: URIRef) -> str:
        # English where there are several languages.
        labels = [label for label in self.graph.objects(node, RDFS.label) if isinstance(label, Literal)]
        order = sorted(labels, key=lambda one: (one.language not in (None, "en"), one.language or "", str(one)))
        return cleaned(str(order[0])) if order else ""

    def _above(self, node: URIRef) -> Iterator[tuple[Node, ParentKind]]:
        for above in self.graph.objects(node, RDFS.subClassOf):
            yield from self._meant(above)
        for same in self.graph.objects(node, OWL.equivalentClass):
            # A term that is defined as some kind of another lies below that one, whether it is said again or not.
            for parts in self.graph.objects(same, OWL.intersectionOf):
                for part in Collection(self.graph, parts):
                    yield from self._meant(part)

    def _meant(self, above: Node) -> Iterator[tuple[Node, ParentKind]]:
        if isinstance(above, URIRef):
            yield above, "is_a"
        elif self.graph.value(above, OWL.onProperty) in self.part_of:
            for to in self.graph.objects(above, OWL.someValuesFrom):
                yield to, "part_of"

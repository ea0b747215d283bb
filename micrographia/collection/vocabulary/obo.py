"""OBO files: their terms, read by obonet from the few lines that matter here."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

import obonet

from micrographia.collection.vocabulary.terms import (
    PARENTS_LIMIT,
    SYNONYMS_LIMIT,
    Ontology,
    OntologyTerm,
    Parent,
    Synonym,
    cleaned,
    curie,
)

# Longer lines are definitions and comments, or broken.
LINE_LIMIT = 4000

_PLAIN_TAGS = frozenset("id name synonym alt_id is_obsolete replaced_by ontology data-version date xref".split())
_SYNONYM = re.compile(r'"((?:[^"\\]|\\.)*)"\s*(EXACT|NARROW|BROAD|RELATED)?')
_ESCAPE = re.compile(r"\\(.)")
_PART_OF = frozenset({"part_of", "BFO:0000050"})


def read_obo(text: str) -> Ontology:
    """The ontology that an OBO document holds.

    Raises
    ------
    ValueError
        It is not OBO, or a stanza lacks its id.
    """
    lines = "\n".join(_lines(text.splitlines()))
    try:
        graph = obonet.read_obo(io.StringIO(lines), ignore_obsolete=False)
    except (KeyError, TypeError) as error:
        raise ValueError(f"a stanza lacks {error}") from error
    header = graph.graph
    part_of = _PART_OF | set(_names_of_part_of(header.get("typedefs", ())))
    terms = (_term(name, data, graph, part_of) for name, data in graph.nodes(data=True) if data)
    version = str(header.get("data-version") or header.get("date") or "")
    return Ontology(
        cleaned(str(header.get("ontology", ""))), cleaned(version), tuple(t for t in terms if t is not None)
    )


def _lines(lines: Iterable[str]) -> Iterator[str]:
    # Definitions, comments and cross-references make most of a file, and most of what is wrong with one.
    stanza = ""
    for raw in lines:
        line = " ".join(raw[: LINE_LIMIT + 1].split())
        if line.startswith("["):
            stanza = line
            yield from ("", line)
        elif len(raw) <= LINE_LIMIT and (kept := _line(line, stanza)):
            yield kept


def _line(line: str, stanza: str) -> str:
    tag, colon, value = line.partition(":")
    words = value.split(" !")[0].split()
    if tag in ("is_a", "replaced_by", "alt_id", "id") and words and stanza:
        return f"{tag}: {words[0]}"
    # What holds only in some context (a species, a stage) says nothing of the term as such.
    if tag in ("relationship", "intersection_of") and words and "gci_" not in value:
        words = [word for word in words if not word.startswith(("{", "!"))][:2]
        return f"{tag}: {' '.join(words)}" if tag == "intersection_of" or len(words) == 2 else ""
    return line if colon and tag in _PLAIN_TAGS and (tag != "xref" or stanza == "[Typedef]") else ""


def _names_of_part_of(typedefs: Iterable[dict[str, Any]]) -> Iterator[str]:
    for typedef in typedefs:
        if _PART_OF & {str(xref).split()[0] for xref in typedef.get("xref", ()) if xref}:
            yield str(typedef.get("id", ""))


def _term(name: str, data: dict[str, Any], graph: Any, part_of: frozenset[str] | set[str]) -> OntologyTerm | None:
    term_id = curie(str(name))
    if not term_id:
        return None
    parents = [Parent(curie(str(to)), "is_a") for _, to, kind in graph.out_edges(name, keys=True) if kind == "is_a"]
    parents += [
        Parent(curie(str(to)), "part_of") for _, to, kind in graph.out_edges(name, keys=True) if kind in part_of
    ]
    parents += _definition(data.get("intersection_of", ()), part_of)
    replaced = [curie(str(one)) for one in data.get("replaced_by", ())]
    alternatives = tuple(filter(None, (curie(str(one)) for one in data.get("alt_id", ()))))
    return OntologyTerm(
        term_id,
        cleaned(_ESCAPE.sub(r"\1", str(data.get("name", "")))),
        tuple(dict.fromkeys(_synonyms(data.get("synonym", ()))))[:SYNONYMS_LIMIT],
        tuple(dict.fromkeys(parent for parent in parents if parent.id and parent.id != term_id))[:PARENTS_LIMIT],
        data.get("is_obsolete") == "true",
        next(filter(None, replaced), ""),
        tuple(dict.fromkeys(alternatives))[:SYNONYMS_LIMIT],
    )


def _definition(parts: Iterable[str], part_of: frozenset[str] | set[str]) -> Iterator[Parent]:
    # A term that is defined as some kind of another lies below that one, whether it is said again or not.
    for part in parts:
        words = str(part).split()
        if len(words) == 1:
            yield Parent(curie(words[0]), "is_a")
        elif len(words) == 2 and words[0] in part_of:
            yield Parent(curie(words[1]), "part_of")


def _synonyms(lines: Iterable[str]) -> Iterator[Synonym]:
    for line in lines:
        found = _SYNONYM.match(str(line))
        if found and (text := cleaned(_ESCAPE.sub(r"\1", found[1]))):
            yield Synonym(text, (found[2] or "RELATED").lower())  # type: ignore[arg-type]

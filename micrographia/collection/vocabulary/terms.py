"""Terms of an ontology, as plain records, and the one way in which their ids are written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

SynonymKind = Literal["exact", "narrow", "broad", "related"]
ParentKind = Literal["is_a", "part_of"]

TEXT_LIMIT = 300

# Nobody has written more by hand; a file that says more of one term is broken.
SYNONYMS_LIMIT = 1000
PARENTS_LIMIT = 1000

CURIE = re.compile(r"[A-Za-z][A-Za-z0-9.-]{0,30}:[A-Za-z0-9_.-]{1,60}")
_IN_ADDRESS = re.compile(r"[/#]([A-Za-z][A-Za-z0-9.-]{0,30})_([A-Za-z0-9.-]{1,60})$")


@dataclass(frozen=True, slots=True)
class Synonym:
    """Another name of a term, and how well it fits: exact, narrow, broad or related."""

    text: str
    kind: SynonymKind = "exact"


@dataclass(frozen=True, slots=True)
class Parent:
    """The id of a term that lies directly above, and why: ``is_a`` or ``part_of``."""

    id: str
    kind: ParentKind = "is_a"


@dataclass(frozen=True, slots=True)
class OntologyTerm:
    """One term: its id (a CURIE such as ``GO:0000278``), its names, and what lies directly above it.

    ``replaced_by`` is the id of the term to use instead of an obsolete one; ``alternatives`` are ids that once
    were other terms and mean this one now.
    """

    id: str
    name: str = ""
    synonyms: tuple[Synonym, ...] = ()
    parents: tuple[Parent, ...] = ()
    is_obsolete: bool = False
    replaced_by: str = ""
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ontology:
    """What a file holds: the ontology's own name and version, and its terms."""

    name: str
    version: str
    terms: tuple[OntologyTerm, ...]


def curie(text: str) -> str:
    """The id that a text or an address says, as ``FBbi:00000246``; empty when it says none."""
    text = text.strip()
    if CURIE.fullmatch(text) and not text.lower().startswith(("http:", "https:", "urn:")):
        return text
    found = _IN_ADDRESS.search(text[-200:])
    return f"{found[1]}:{found[2]}" if found else ""


def cleaned(text: str) -> str:
    """A name on one line, of bounded length."""
    return " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * TEXT_LIMIT]).split())[:TEXT_LIMIT]


def name_key(text: str) -> str:
    """What two spellings of a name have in common."""
    return " ".join(text.casefold().split())

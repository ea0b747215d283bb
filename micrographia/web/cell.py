"""The cell as a drawing to browse by: its parts, the terms that they stand for, and how many images show each."""

from __future__ import annotations

from dataclasses import dataclass

from micrographia.library import Library
from micrographia.portrait.addresses import search_address
from micrographia.search.query import Query

FIELD = "cellular_component"


@dataclass(frozen=True, slots=True)
class Structure:
    """A part of a cell: its name, and what records may say of it: the id of its term, and names."""

    key: str
    name: str
    said: tuple[str, ...]


def _structure(key: str, name: str, *said: str) -> Structure:
    return Structure(key, name, (*said, name))


NUCLEUS = _structure("nucleus", "nucleus", "GO:0005634", "nuclei", "cell nucleus")
NUCLEOLUS = _structure("nucleolus", "nucleolus", "GO:0005730", "nucleoli")
ENVELOPE = _structure("envelope", "nuclear envelope", "GO:0005635")
RETICULUM = _structure("reticulum", "endoplasmic reticulum", "GO:0005783")
GOLGI = _structure("golgi", "Golgi apparatus", "GO:0005794", "Golgi", "Golgi complex")
MITOCHONDRION = _structure("mitochondrion", "mitochondrion", "GO:0005739", "mitochondria")
MEMBRANE = _structure("membrane", "plasma membrane", "GO:0005886", "cell membrane")
MICROTUBULES = _structure(
    "microtubules", "microtubule cytoskeleton", "GO:0015630", "GO:0005874", "microtubule", "microtubules"
)
ACTIN = _structure("actin", "actin cytoskeleton", "GO:0015629", "GO:0005884", "actin filament", "actin filaments")

ANIMAL = (
    MEMBRANE,
    ACTIN,
    NUCLEUS,
    ENVELOPE,
    NUCLEOLUS,
    RETICULUM,
    GOLGI,
    MITOCHONDRION,
    _structure("lysosome", "lysosome", "GO:0005764", "lysosomes"),
    _structure("peroxisome", "peroxisome", "GO:0005777", "peroxisomes"),
    MICROTUBULES,
    _structure("centrosome", "centrosome", "GO:0005813", "centriole", "GO:0005814"),
    _structure("cilium", "cilium", "GO:0005929", "cilia"),
)
PLANT = (
    _structure("wall", "cell wall", "GO:0005618"),
    MEMBRANE,
    _structure("vacuole", "vacuole", "GO:0005773", "vacuoles"),
    _structure("chloroplast", "chloroplast", "GO:0009507", "chloroplasts"),
    NUCLEUS,
    RETICULUM,
    GOLGI,
    MITOCHONDRION,
    _structure("plasmodesma", "plasmodesma", "GO:0009506", "plasmodesmata"),
)


@dataclass(frozen=True, slots=True)
class Part:
    """A part as it is drawn: its letter in the drawing, its name, how many images show it, and their search.

    ``href`` is empty where no image does.
    """

    key: str
    letter: str
    name: str
    count: int
    href: str


@dataclass(frozen=True)
class Drawing:
    """A drawing: its name, its file among the templates, and its parts by their letters."""

    name: str
    template: str
    parts: tuple[Part, ...]

    @property
    def by_key(self) -> dict[str, Part]:
        """The parts by what the template calls them."""
        return {part.key: part for part in self.parts}


def drawings(library: Library, prefix: str) -> tuple[Drawing, ...]:
    """The drawings with what this library has of each part; none for a library that says nothing of components."""
    found = (
        Drawing("An animal cell", "cells/animal.html", _parts(library, ANIMAL, prefix)),
        Drawing("A plant cell", "cells/plant.html", _parts(library, PLANT, prefix)),
    )
    return found if any(part.count for drawing in found for part in drawing.parts) else ()


def _parts(library: Library, structures: tuple[Structure, ...], prefix: str) -> tuple[Part, ...]:
    return tuple(_part(library, structure, chr(ord("a") + place), prefix) for place, structure in enumerate(structures))


def _part(library: Library, structure: Structure, letter: str, prefix: str) -> Part:
    values: dict[str, None] = {}
    for said in structure.said:
        # An id, a name and a synonym of one term are one value from here on.
        if (found := library.index.term(FIELD, said)) is not None:
            values[found.value] = None
    if not values:
        return Part(structure.key, letter, structure.name, 0, "")
    query = Query(where={FIELD: tuple(values)})
    return Part(structure.key, letter, structure.name, library.index.count(query), search_address(prefix, query))

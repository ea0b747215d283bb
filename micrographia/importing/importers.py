"""The importers there are, by name, and what each knows of a record's files."""

from __future__ import annotations

from collections.abc import Callable

from micrographia.importing.assets import Asset
from micrographia.importing.cil.importer import CellImageLibrary
from micrographia.importing.documents import Importer

IMPORTERS: dict[str, Callable[[], Importer]] = {
    "cil": CellImageLibrary,
}


def assets_of(importer: str, document: bytes) -> tuple[Asset, ...]:
    """The files of a record, as its original tells of them; none of an importer that is not known.

    Parameters
    ----------
    importer
        The importer's name, as ``Store.originals`` gives it.
    document
        The bytes of the original.
    """
    known = IMPORTERS.get(importer)
    return known().assets(document) if known else ()

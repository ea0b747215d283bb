"""The importers there are, by name, and what each knows of a record's files."""

from __future__ import annotations

from collections.abc import Callable

from micrographia.importing.assets import Asset
from micrographia.importing.cil.importer import CellImageLibrary
from micrographia.importing.tables.rows import assets_in

# By the names under which originals are kept.
_ASSETS: dict[str, Callable[[bytes], tuple[Asset, ...]]] = {
    "cil": CellImageLibrary().assets,
    "csv": assets_in,
    "bioimage-archive": assets_in,
    "idr": assets_in,
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
    known = _ASSETS.get(importer)
    return known(document) if known else ()

"""Choosing which of a record's files to fetch: the one that shows most of it, and can be read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import get_args

from micrographia.errors import NotFound
from micrographia.imaging.readers.formats import SUFFIXES
from micrographia.importing.assets import Asset, Role, safe_name

ROLES: tuple[Role, ...] = get_args(Role)

# The pixels as they were converted before a film, a film before what was handed in, a still picture last.
_ORDER: tuple[Role, ...] = ("ome_tiff", "video", "original", "submitted", "display")
# Where one of these is, the still picture is not the image itself.
WHOLE = frozenset(_ORDER) - {"display"}
_ZARRS = (".zarr.zip", ".ozx")


def chosen(assets: Sequence[Asset], role: Role | None = None) -> Asset:
    """The file to fetch.

    Parameters
    ----------
    assets
        The files of a record.
    role
        Only one of this role.

    Raises
    ------
    NotFound
        There is none that can be read as an image; the sentence names those there are.
    """
    for wanted in (role,) if role else _ORDER:
        for asset in assets:
            if asset.role == wanted and is_readable(asset):
                return asset
    if not assets:
        raise NotFound("Its source names no file.")
    names = ", ".join(f"{asset.name} ({asset.role})" for asset in assets[:8])
    what = f"No file of the role {role}" if role else "No file"
    raise NotFound(f"{what} can be read as an image; its source names {names}.")


def is_readable(asset: Asset) -> bool:
    """Whether a file can be an image that is read here, by its name; its bytes are looked at when they are there."""
    name = asset.name.casefold()
    if safe_name(asset.name) != asset.name or name.startswith("."):
        return False
    suffix = PurePosixPath(name).suffix
    kind = asset.media_type.partition("/")[0]
    return suffix in SUFFIXES or name.endswith(_ZARRS) or (not suffix and kind in ("", "image", "video"))

"""Files: the addresses of a record's images by the dump's rule, and what each of them is for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from micrographia.importing.assets import Asset, Role, address_below, safe_name
from micrographia.importing.cil.shapes import as_list, as_number, as_text, at
from micrographia.importing.documents import Notes
from micrographia.importing.texts import one_line, quoted, without_emails

HOST = "https://cildata.crbs.ucsd.edu/"

_ROLES: dict[str, Role] = {"Jpeg": "display", "OME_tif": "ome_tiff", "Zip": "submitted", "Flv": "video"}
_FILE = "file"


def assets(document: Any, number: str, notes: Notes) -> tuple[Asset, ...]:
    """The files of a record.

    Parameters
    ----------
    document
        The record's part ``CIL_CCDB``.
    number
        The record's number: a part of every address.
    notes
        Told of files that cannot be named or fetched.
    """
    kind = "videos" if at(document, "Data_type", "Video") is True else "images"
    home = f"{HOST}media/{kind}/{number}/"
    found = [*_image_files(document, home, notes), *_alternatives(document, notes)]
    return tuple({asset.address: asset for asset in found}.values())


def _image_files(document: Any, home: str, notes: Notes) -> Iterator[Asset]:
    for item in as_list(at(document, "CIL", "Image_files")):
        path = as_text(at(item, "File_path")) or ""
        name = safe_name(path)
        address = address_below(home, path) if name == path.strip() else ""
        if not address:
            _unusable(path or item, notes)
            continue
        kind = as_text(at(item, "File_type")) or ""
        role = _ROLES.get(kind)
        if role is None:
            notes.doubt("unknown kind of file", _FILE, f"The file {quoted(name)} is of an unknown kind {quoted(kind)}.")
        is_original = re.search(r"_orig\.\w+$", name) is not None
        yield _asset("original" if is_original else role or "alternative", name, address, item)


def _alternatives(document: Any, notes: Notes) -> Iterator[Asset]:
    for item in as_list(at(document, "CIL", "Alternative_image_files")):
        postfix, path = (as_text(at(item, key)) or "" for key in ("URL_postfix", "File_path"))
        address, name = address_below(HOST, postfix), safe_name(postfix)
        if not address or not name:
            _unusable(postfix or item, notes)
            continue
        is_label = " " in path.strip() and "/" not in path
        yield _asset("alternative", name, address, item, label=one_line(path)[:200] if is_label else "")


def _asset(role: Role, name: str, address: str, item: Any, label: str = "") -> Asset:
    size = as_number(at(item, "Size"))
    media_type = (as_text(at(item, "Mime_type")) or "").partition(";")[0].strip().casefold()
    return Asset(
        role,
        name,
        address,
        # One spelling of several for the same thing.
        media_type={"image/tif": "image/tiff"}.get(media_type, media_type[:100]),
        # A size of 0 was never measured.
        size=int(size) if size is not None and size > 0 else None,
        label=without_emails(label, _FILE, Notes()),
    )


def _unusable(named: object, notes: Notes) -> None:
    notes.fault(
        "file without an address", _FILE, f"The file {quoted(named)} cannot be fetched: its name cannot be one."
    )

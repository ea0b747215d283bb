"""An asset: one file of a record that lies elsewhere, as its source tells of it; nothing of it was fetched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

# display: the picture that pages showed. ome_tiff: the pixels, converted. submitted: all that was handed in, as a zip.
# original: the file before it was converted. video: a film. alternative: more of the same data, often very large.
Role = Literal["display", "ome_tiff", "submitted", "original", "video", "alternative"]


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of a record: what it is for, the name it is kept under, and where it lies.

    ``name`` is a plain file name, safe to make a file of. ``address`` is an http or https address. ``media_type`` and
    ``size`` (bytes) are what the source claims: a hint, never a proof; empty and ``None`` when it claims nothing.
    ``label`` is what the source calls the file when that is no file name.
    """

    role: Role
    name: str
    address: str
    media_type: str = ""
    size: int | None = None
    label: str = ""


def address_below(host: str, path: str) -> str:
    """The address of a path below one that is trusted; empty when the path would lead out of it.

    Parameters
    ----------
    host
        The beginning of every address, with a slash at its end: ``https://example.org/files/``.
    path
        A path below it, as the source writes it, not escaped.
    """
    parts = path.replace("\\", "/").strip().strip("/").split("/")
    if not all(part and part not in (".", "..") and part.isprintable() for part in parts):
        return ""
    return host + quote("/".join(parts).encode("utf-8", "replace"), safe="/~!$&'()*+,;=:@")


def safe_name(text: str) -> str:
    """The last part of a path as a file name; empty when it cannot be one anywhere."""
    name = text.replace("\\", "/").rstrip("/").rpartition("/")[2].strip().strip(".")
    if not name or not name.isprintable() or len(name.encode("utf-8", "replace")) > 200:
        return ""
    return "".join("_" if sign in '<>:"|?*' else sign for sign in name)

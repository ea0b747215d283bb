"""How an image is cited: as a sentence, and as BibTeX."""

from __future__ import annotations

import re
import unicodedata

from micrographia.collection.licences import licence
from micrographia.collection.records import Record

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "%": r"\%",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
}


def citation(record: Record, address: str, library: str) -> str:
    """The citation of a record as one sentence.

    Parameters
    ----------
    record
        The image.
    address
        The public address of its page.
    library
        The name of the library.
    """
    who = ", ".join(record.contributors)
    year = f" ({record.year})" if record.year else ""
    terms = f" Licence: {licence(record.licence).label}." if record.licence else ""
    begin = f"{who}{year}. " if who else f"({record.year}). " if record.year else ""
    return f"{begin}{(record.title or record.id).rstrip('.')} [image {record.id}]. {library}, {address}.{terms}"


def bibtex(record: Record, address: str, library: str) -> str:
    """The citation of a record as a BibTeX entry.

    Parameters
    ----------
    record
        The image.
    address
        The public address of its page.
    library
        The name of the library.
    """
    entries = {
        "author": " and ".join(_tex(name) for name in record.contributors),
        "title": "{" + _tex(record.title or record.id) + "}",
        "year": str(record.year or ""),
        "howpublished": _tex(library),
        "note": _tex(f"Image {record.id}" + (f", {licence(record.licence).label}" if record.licence else "")),
        "url": address,
    }
    lines = [f"  {name:<12} = {{{text}}}," for name, text in entries.items() if text]
    return "\n".join([f"@misc{{{_key(record)},", *lines, "}"])


def _key(record: Record) -> str:
    plain = unicodedata.normalize("NFKD", record.id).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-") or "image"


def _tex(text: str) -> str:
    return "".join(_SPECIAL.get(sign, sign) for sign in " ".join(text.split()))

"""How an image is cited: as a sentence, and in the formats of reference managers (BibTeX, RIS, CSL-JSON)."""

from __future__ import annotations

import re
from typing import Any

from micrographia.collection.licences import licence
from micrographia.collection.records import Record
from micrographia.collection.richtext import to_plain
from micrographia.portrait.particulars import subjects
from micrographia.web.identifiers import ark_of, doi_address, doi_of

ABSTRACT_LIMIT = 2000

_SPECIAL = {
    "\\": r"\textbackslash{}",
    # BibTeX counts braces even behind a backslash.
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "%": r"\%",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_PARTED = re.compile(r"\band\b|,.*,|\bet al\b", re.I)


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
    # Where nobody is named, the title leads, as style guides want it; an image without one is called by its id, once.
    work = f"{record.title.rstrip('.')} [image {record.id}]" if _is_titled(record) else f"Image {record.id}"
    year = f" ({record.year})" if record.year else ""
    named = f"{', '.join(record.contributors)}{year}. {work}" if record.contributors else f"{work}{year}"
    doi, ark = doi_of(record), ark_of(record)
    known = f" {doi_address(doi) if doi else ark}." if doi or ark else ""
    terms = f" Licence: {licence(record.licence).label}." if record.licence else ""
    return f"{named}. {library}, {address}.{known}{terms}"


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
    image = f"Image {record.id}" if _is_titled(record) else ""
    entries = {
        "author": " and ".join(_tex_name(name) for name in record.contributors),
        "title": "{" + _tex(record.title or record.id) + "}",
        "year": str(record.year or ""),
        "howpublished": _tex(library),
        "note": _tex(", ".join(filter(None, [image, ark_of(record), _licence_label(record)]))),
        "doi": doi_of(record),
        "url": address,
    }
    lines = [f"  {name:<12} = {{{text}}}," for name, text in entries.items() if text]
    # All that an id can hold may stand in a key, and so no two images get the same.
    return "\n".join([f"@misc{{{record.id},", *lines, "}"])


def ris(record: Record, address: str, library: str) -> str:
    """The citation of a record in RIS.

    Parameters
    ----------
    record
        The image.
    address
        The public address of its page.
    library
        The name of the library.
    """
    pairs = [
        ("TY", "FIGURE"),
        ("ID", record.id),
        *(("AU", name) for name in record.contributors),
        ("TI", record.title or record.id),
        ("PY", f"{record.year:04d}" if record.year else ""),
        ("PB", library),
        ("AB", to_plain(record.description, ABSTRACT_LIMIT)),
        *(("KW", word) for word in _keywords(record)),
        ("DO", doi_of(record)),
        ("AN", ark_of(record)),
        ("UR", address),
        ("C1", licence(record.licence).name if record.licence else ""),
    ]
    lines = [f"{tag}  - {text}" for tag, said in pairs if (text := _line(said))]
    return "".join(f"{line}\r\n" for line in [*lines, "ER  - "])


def csl(record: Record, address: str, library: str) -> dict[str, Any]:
    """The citation of a record as CSL-JSON has it.

    Parameters
    ----------
    record
        The image.
    address
        The public address of its page.
    library
        The name of the library.
    """
    said: dict[str, Any] = {
        "id": record.id,
        "type": "graphic",
        "title": record.title or record.id,
        # Which part of a name is the family's is not known.
        "author": [{"literal": name} for name in record.contributors],
        "issued": {"date-parts": [[record.year]]} if record.year else None,
        "publisher": library,
        "abstract": to_plain(record.description, ABSTRACT_LIMIT),
        "keyword": ", ".join(_keywords(record)),
        "note": "; ".join(filter(None, [licence(record.licence).name if record.licence else "", ark_of(record)])),
        "DOI": doi_of(record),
        "URL": address,
    }
    return {name: value for name, value in said.items() if value}


def _is_titled(record: Record) -> bool:
    return record.title not in ("", record.id)


def _keywords(record: Record) -> list[str]:
    return list(dict.fromkeys(term.text for term in subjects(record)))


def _licence_label(record: Record) -> str:
    return licence(record.licence).label if record.licence else ""


def _line(text: str) -> str:
    # Nothing in a value may end the line or look like the tag of the next one.
    return " ".join(_CONTROL.sub(" ", text).split())


def _tex_name(name: str) -> str:
    # "and" parts two names, and a comma the parts of one, unless braces hold them together.
    return f"{{{_tex(name)}}}" if _PARTED.search(name) else _tex(name)


def _tex(text: str) -> str:
    return "".join(_SPECIAL.get(sign, sign) for sign in _line(text))

"""The identifiers that a record has elsewhere: its own DOI and ARK, as its source gives them; none is made up."""

from __future__ import annotations

import re

from micrographia.collection.records import Record

# As nearly all DOIs are; one with stranger signs in it could not stand in every format unescaped.
_DOI = re.compile(r"10\.\d{4,9}/[-._;()/:A-Za-z0-9]{1,200}")
_ARK = re.compile(r"ark:/?[-._/A-Za-z0-9]{3,200}")


def doi_of(record: Record) -> str:
    """The DOI of a record, such as ``10.1234/a.5``; empty when it has none, or several."""
    return _only(record, "doi", _DOI)


def doi_address(doi: str) -> str:
    """The address that a DOI leads to."""
    return f"https://doi.org/{doi}"


def ark_of(record: Record) -> str:
    """The ARK of a record, such as ``ark:/12345/a5``; empty when it has none, or several."""
    return _only(record, "ark", _ARK)


def _only(record: Record, field: str, pattern: re.Pattern[str]) -> str:
    texts = [term.text.strip() for term in record.fields.get(field, ())]
    return texts[0] if len(texts) == 1 and pattern.fullmatch(texts[0]) else ""

"""Ontology files: which of the two formats it is, and that it is neither too large nor broken."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path
from typing import cast

from micrographia.collection.vocabulary.terms import Ontology, cleaned
from micrographia.errors import Invalid, NotFound

# The Gene Ontology with all its imports is half of that.
SIZE_LIMIT = 256 * 2**20

_FIRST_BYTES = 4096


def read_ontology(path: Path) -> Ontology:
    """The ontology in an OBO or OWL (RDF/XML) file.

    Raises
    ------
    NotFound
        There is no such file.
    Invalid
        It is too large, of another format, broken, or holds no terms.
    """
    shown = repr(str(path))
    if not path.is_file():
        raise NotFound(f"There is no file {shown}. Give an ontology in OBO or OWL (RDF/XML).")
    size = path.stat().st_size
    if size > SIZE_LIMIT:
        limit = f"{SIZE_LIMIT / 2**20:.0f} MB"
        raise Invalid(
            f"{shown} has {size / 2**20:.0f} MB; at most {limit} are read. Give a smaller part of the ontology."
        )
    data = path.read_bytes()
    try:
        found = _parse(data)
    except (ValueError, RecursionError) as error:
        said = cleaned(str(error))[:200]
        raise Invalid(
            f"{shown} cannot be read as an ontology: {said}. Get the file again, or in another format."
        ) from None
    if not any(term.name for term in found.terms):
        raise Invalid(f"{shown} holds no terms with a name and an id. Give an ontology in OBO or OWL (RDF/XML).")
    return replace(found, name=found.name or cleaned(path.stem) or "unnamed")


def _parse(data: bytes) -> Ontology:
    start = data[:_FIRST_BYTES].lstrip(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        return _read_with("owl", data)
    if b"format-version:" in start or b"[Term]" in data:
        return _read_with("obo", data.decode("utf-8", "replace").removeprefix("\ufeff"))
    raise ValueError("it is neither OBO nor RDF/XML")


def _read_with(name: str, content: bytes | str) -> Ontology:
    # Only now: the parsers take longer to import than most commands to run.
    module = importlib.import_module(f"micrographia.collection.vocabulary.{name}")
    return cast(Ontology, getattr(module, f"read_{name}")(content))

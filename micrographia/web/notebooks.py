"""Notebooks: some images, or a search, as lines of Python, and as a notebook file that opens in JupyterLab."""

from __future__ import annotations

import json
from collections.abc import Sequence
from keyword import iskeyword
from typing import Any

from micrographia.search.query import Query, range_text

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}

# Fields may be called as what a search in Python has beside them.
_TAKEN = frozenset({"self", "words"})


def opening(library: str) -> list[str]:
    """The lines that open a library."""
    return ["import micrographia as mg", "", f"library = mg.open({library!r})  # the folder of the library"]


def choosing(ids: Sequence[str]) -> list[str]:
    """The lines that take the images of some ids."""
    return ["ids = [", *(f"    {record_id!r}," for record_id in ids), "]", "images = [library[one] for one in ids]"]


def searching(query: Query) -> list[str]:
    """The lines that search."""
    if query.without or any(iskeyword(name) or name in _TAKEN for name in query.constraints()):
        # What an image must not have, and names that mean something else in Python, are said in a query only.
        return [
            "from micrographia.search.query import Query",
            "",
            f"hits = library.index.search(Query.from_url({query.to_url()!r}))",
        ]
    said = [repr(query.text)] if query.text else []
    for name in query.constraints():
        values = [*query.where.get(name, ())]
        values += [range_text(query.ranges[name])] if name in query.ranges else []
        said.append(f"{name}={values!r}")
    said += [f"sort={query.sort!r}"] if query.sort else []
    return [f"hits = library.search({', '.join(said)})"]


def snippet(library: str, ids: Sequence[str]) -> str:
    """The lines for a page to copy."""
    return "\n".join([*opening(library), *choosing(ids), "images[0].view()"])


def of_images(library: str, ids: Sequence[str], address: str) -> dict[str, Any]:
    """The notebook of some images.

    Parameters
    ----------
    library
        The name of the library's folder.
    ids
        The images.
    address
        Where they are seen together.
    """
    heading = f"{len(ids):,} {'image' if len(ids) == 1 else 'images'} of the library {library}"
    return _notebook(
        _words(heading, address),
        _code(opening(library)),
        _code([*choosing(ids), "[(image.id, image.record.title, image.record.licence) for image in images]"]),
        _code(["images[0].view()"]),
    )


def of_search(library: str, query: Query, address: str) -> dict[str, Any]:
    """The notebook of a search.

    Parameters
    ----------
    library
        The name of the library's folder.
    query
        The search.
    address
        Where its hits are seen.
    """
    return _notebook(
        _words(f"A search in the library {library}", address),
        _code(opening(library)),
        _code([*searching(query), "hits"]),
        _code(["hits.table  # all hits, as a data frame"]),
        _code(["library[hits.ids[0]].view()"]),
    )


def as_file(notebook: dict[str, Any]) -> str:
    """The notebook as it is kept on a disk."""
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def _notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    numbered = [{"id": f"cell-{number}", **cell} for number, cell in enumerate(cells, 1)]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": METADATA, "cells": numbered}


def _words(heading: str, address: str) -> dict[str, Any]:
    # Nothing of a name may become markup.
    plain = "".join(sign if sign.isalnum() or sign in " ,.-" else f"&#{ord(sign)};" for sign in heading)
    text = f"# {plain}\n\nFrom <{address}>. Give the path of the library’s folder where it is another one here."
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def _code(lines: Sequence[str]) -> dict[str, Any]:
    source = "\n".join(lines).splitlines(keepends=True)
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}

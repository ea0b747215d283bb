"""Notebooks: their lines run, and find what the page showed."""

from __future__ import annotations

import json

import pytest

from micrographia.library import Library
from micrographia.search.query import Query
from micrographia.web import notebooks
from tests.libraries import make_library
from tests.web.serving import serving


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    with Library.open(make_library(tmp_path_factory.mktemp("notebooks") / "shelf")) as library:
        yield library


def run(notebook, folder, monkeypatch) -> dict:
    """The names that a notebook's cells leave behind, run beside the library's folder."""
    monkeypatch.chdir(folder)
    said: dict = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), said)
    said["library"].close()
    return said


def test_a_tray_as_a_notebook(shelf, monkeypatch):
    with serving(shelf) as site:
        answer = site.get("/notebook.ipynb?id=yeast&id=division&id=nothing")
    assert answer.headers["Content-Type"].startswith("application/x-ipynb+json")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="shelf.ipynb"'
    notebook = json.loads(answer.text)
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert "/tray?id=yeast&id=division>" in "".join(notebook["cells"][0]["source"])
    said = run(notebook, shelf.folder.parent, monkeypatch)
    assert [image.id for image in said["images"]] == ["yeast", "division"]


@pytest.mark.parametrize(
    "search",
    [
        "",
        "q=cell&organism=Homo+sapiens&organism=Saccharomyces+cerevisiae",
        "year=2010..2013&sort=title",
        "-organism=Homo+sapiens",
        "q=%22dividing+cell%22+-yeast&licence=CC0-1.0",
    ],
)
def test_a_search_as_a_notebook_finds_the_same(shelf, monkeypatch, search):
    with serving(shelf) as site:
        notebook = site.get(f"/notebook.ipynb?{search}").json
    said = run(notebook, shelf.folder.parent, monkeypatch)
    assert said["hits"].ids == shelf.index.search(Query.from_url(search)).ids != []


def test_names_that_python_keeps_for_itself_are_no_fault():
    for name in ("class", "words", "self"):
        lines = "\n".join(notebooks.searching(Query(where={name: ("a'b",)})))
        compile(lines, "cell", "exec")
        assert "Query.from_url(" in lines


def test_no_name_becomes_code_or_markup():
    notebook = notebooks.of_images("a'b](x)\n# <b>", ["x'\ny"], "http://localhost/tray?id=x")
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "code":
            compile(text, "cell", "exec")
        else:
            assert "<b>" not in text and "](" not in text


def test_what_makes_no_notebook_is_said(shelf):
    with serving(shelf) as site:
        assert site.get("/notebook.ipynb?id=nothing").status == 404
        answer = site.get("/notebook.ipynb?organsim=x")
        assert answer.status == 400
        assert "There is no field “organsim”" in answer.text
        assert "/notebook.ipynb?id=division" in site.get("/tray?id=division").text

"""The Explore page, made for a visitor without a browser."""

from __future__ import annotations

import shutil

from bokeh.document import Document

from dashboards.explore import explore
from micrographia.library import Library
from micrographia.look import assets
from micrographia.settings import Settings


def test_the_page_holds_the_first_answer_and_every_asset_exists(library):
    page = explore(library, Settings(prefix="/cells"))
    variables = page._render_variables
    assert set(variables["first"]) == {"facets", "results", "stage", "details"}
    assert variables["first"]["stage"]["manifest"]["base"].startswith("/cells/pixels/")
    assert variables["feed"] == "/cells/feed"
    for module in (*variables["modules"], "widgets/explore.css", "widgets/address.js"):
        assert assets.read(module)


def test_the_document_is_light(library):
    document = Document()
    explore(library, Settings()).server_doc(document)
    # The first answers stand in the page, the scripts have addresses: little is left for the websocket.
    assert len(document.to_json_string()) < 40_000 if hasattr(document, "to_json_string") else True
    names = {type(model).__name__ for model in document.models}
    assert "Figure" not in names


def test_a_library_that_is_gone_is_said_in_a_sentence(small_library, tmp_path):
    gone = Library.open(shutil.copytree(small_library, tmp_path / "gone"))
    gone.store.close()
    page = explore(gone, Settings(prefix="/cells"))
    assert "was closed" in page._render_variables["sentence"]
    document = Document()
    page.server_doc(document)
    said = document.template.render(**document.template_variables, roots={})
    assert "was closed" in said
    assert "Traceback" not in said

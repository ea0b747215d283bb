"""An opened library, and a visitor who asks things of an Explore page without a browser."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from micrographia.library import Library
from micrographia.widgets.explorer import Explorer


class Visitor:
    """Asks as the page's scripts do, and sees what they are told."""

    def __init__(self, library: Library, address: str = "") -> None:
        self.explorer = Explorer(library, address)
        self.first = self.explorer.first_answer

    def ask(self, do: str, **message) -> None:
        for callback in self.explorer.gallery._msg__callbacks:
            callback(SimpleNamespace(data={"do": do, **message}))

    @property
    def results(self) -> dict:
        return self.explorer.gallery.answer or self.first["results"]

    @property
    def facets(self) -> dict:
        return self.explorer.facets.answer or self.first["facets"]

    @property
    def stage(self) -> dict:
        return self.explorer.stage.answer or self.first["stage"]

    @property
    def details(self) -> dict:
        return self.explorer.details.answer or self.first["details"]

    @property
    def address(self) -> dict:
        return self.explorer.address.answer

    @property
    def ids(self) -> list[str]:
        return [image["id"] for image in self.results["images"]]

    def values(self, field: str) -> dict[str, tuple[int, bool]]:
        facet = next(facet for facet in self.facets["facets"] if facet["field"] == field)
        return {value["value"]: (value["count"], value["selected"]) for value in facet["values"]}


@pytest.fixture
def visit(library):
    return lambda address="": Visitor(library, address)

"""Components that draw where the page keeps a place for them, from a module that the browser keeps."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import param
from panel.custom import JSComponent

from micrographia.look import assets


class Placed(JSComponent):
    """A component that is told what to show as one answer, and sends back what its visitor asks.

    Its JavaScript comes by address, so it is loaded once and kept, and is no part of every visitor's document.
    In the browser it takes over the place the page keeps for it (``js/place.js``), where the first answer
    already stands.
    """

    # As one text: of a nested value Bokeh visits every part, several times, for each of its models.
    told = param.String(default="", doc="The answer as JSON text; empty means that the page shows it already.")
    prefix = param.String(default="", doc="Path under which the site lies.")

    _script: ClassVar[str] = ""
    _esm = "export const render = () => {}"

    __abstract = True

    def __init__(self, **params: Any) -> None:
        super().__init__(**params)
        self._answer: dict[str, Any] = {}

    @property
    def answer(self) -> dict[str, Any]:
        """What is shown, as JSON; empty means that the page shows it already."""
        return self._answer

    @answer.setter
    def answer(self, answer: dict[str, Any]) -> None:
        self._answer = answer
        self.told = json.dumps(answer, ensure_ascii=False, separators=(",", ":")) if answer else ""

    def _get_properties(self, doc: Any) -> dict[str, Any]:
        properties = super()._get_properties(doc)
        return properties | {"esm": assets.asset_url(self._script, self.prefix), "bundle": "url"}

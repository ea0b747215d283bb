"""The page round a workspace: the same top bar, theme and style sheet as the documents, and Panel's scripts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from panel.template import Template
from panel.viewable import Viewable

from micrographia.look.shell import Shell, environment

TEMPLATES = Path(__file__).parent / "templates"

# Scripts of Bokeh and Panel that no workspace uses: WebGL glyphs, formulas, a module loader beside the browser's own.
UNUSED = re.compile(r"bokeh-gl|bokeh-mathjax|es-module-shims")
_SOURCE = re.compile(r'<script[^>]*\ssrc="([^"]+)"')


class Page(Template):
    """A workspace as a page of the site.

    Parameters
    ----------
    name
        The template's file name, such as ``explore.html``.
    shell
        Head and top bar.
    roots
        The components, by the name under which the template embeds them.
    **variables
        Whatever else the template shows.
    """

    def __init__(self, name: str, shell: Shell, roots: dict[str, Viewable], **variables: Any) -> None:
        super().__init__(environment(TEMPLATES).get_template(name))
        for root, component in roots.items():
            self.add_panel(root, component)
        for variable, value in {"shell": shell, "scripts": scripts, **variables}.items():
            self.add_variable(variable, value)

    def __repr__(self) -> str:
        # Panel renews a picture of the whole page for notebooks with every part that is added; nobody sees it here.
        return f"{type(self).__name__}({', '.join(self._render_items)})"


def scripts(rendered: str) -> list[str]:
    """The addresses of the scripts in what Bokeh wants to put on a page, without those that no workspace uses."""
    return [address for address in _SOURCE.findall(rendered) if not UNUSED.search(address)]

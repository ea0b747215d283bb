"""The shell round every page: what stands in its head, the top bar and the footer, as HTML."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from micrographia.look import assets

PARTIALS = Path(__file__).parent / "partials"
NAME = "Micrographia"
LINKS = (("explore", "Explore", "/explore"), ("browse", "Browse", "/browse"), ("help", "Help", "/help"))


@dataclass(frozen=True)
class Shell:
    """The shell of one page.

    Parameters
    ----------
    prefix
        The path under which the site lies, such as ``/cells``.
    page
        The page that is open: ``home``, ``explore``, ``browse``, ``record``, ``tray``, ``help`` or nothing.
    words
        What stands in the search box.
    links
        The pages the top bar leads to: name, label and path without the prefix.
    """

    prefix: str = ""
    page: str = ""
    words: str = ""
    name: str = NAME
    links: tuple[tuple[str, str, str], ...] = LINKS

    def head(self) -> Markup:
        """What belongs into ``<head>``: theme before the first paint, style sheet, icon, script."""
        return self._render("head.html")

    def topbar(self) -> Markup:
        """The link that skips to the content (``id="content"``), and the top bar."""
        return self._render("topbar.html")

    def footer(self) -> Markup:
        """The footer."""
        return self._render("footer.html")

    def asset(self, name: str) -> str:
        """The address of an asset."""
        return assets.asset_url(name, self.prefix)

    def _render(self, name: str) -> Markup:
        return Markup(environment().get_template(name).render(shell=self, theme_script=theme_script()))


@cache
def environment(*folders: Path) -> jinja2.Environment:
    """Templates that escape by themselves: those of the shell, and those in the given folders."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader([*folders, PARTIALS]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )


@cache
def theme_script() -> Markup:
    """The few lines that set day or night before anything is painted; they stand in the page itself."""
    return Markup(assets.read("theme.js").decode().strip())


@cache
def theme_script_hash() -> str:
    """The source expression that lets a content security policy allow ``theme_script``."""
    digest = hashlib.sha256(str(theme_script()).encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"

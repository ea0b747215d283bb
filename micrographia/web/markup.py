"""XML, written so that it is well-formed whatever a text says."""

from __future__ import annotations

import re
from collections.abc import Iterable

from markupsafe import Markup

DECLARATION = Markup('<?xml version="1.0" encoding="UTF-8"?>\n')

# What XML 1.0 cannot hold, not even escaped.
_IMPOSSIBLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(name: str, content: str = "", /, **attributes: str) -> Markup:
    """An element: text is escaped, what is XML already (``Markup``) is put in as it is; empty attributes are left out.

    Parameters
    ----------
    name
        The name, with its prefix.
    content
        A text, or elements.
    **attributes
        A value for each attribute.
    """
    said = "".join(f' {key}="{_escaped(value)}"' for key, value in attributes.items() if value)
    return Markup(f"<{name}{said}>{_escaped(content)}</{name}>" if content else f"<{name}{said}/>")


def elements(name: str, texts: Iterable[str], /, **attributes: str) -> Markup:
    """An element for each text that is not empty."""
    return Markup("").join(element(name, text, **attributes) for text in texts if text)


def document(root: Markup) -> str:
    """A whole document."""
    return DECLARATION + root


def _escaped(text: str) -> str:
    if isinstance(text, Markup):
        return text
    # A carriage return would be read as a line feed, or not at all.
    return str(Markup.escape(_IMPOSSIBLE.sub("", text).replace("\r", " ")))

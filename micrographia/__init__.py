"""Micrographia: an open, self-hosted library of cell images.

``micrographia.open(folder)`` gives a ``Library``, and ``library[id]`` an ``Image``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from micrographia.library import Image, Library

    open = Library.open

__version__ = "0.1.0"
__all__ = ["Image", "Library", "__version__", "open"]


def __getattr__(name: str) -> Any:
    # Loaded when first wanted: the processes that read images in parallel start in a third of the time without it.
    if name in ("Image", "Library"):
        return getattr(import_module("micrographia.library"), name)
    if name == "open":
        return import_module("micrographia.library").Library.open
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""Micrographia: an open, self-hosted library of cell images."""

from micrographia.library import Image, Library

__version__ = "0.1.0"
__all__ = ["Image", "Library", "__version__", "open"]

open = Library.open

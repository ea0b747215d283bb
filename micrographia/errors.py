"""The few exceptions of Micrographia, each with a sentence for the reader.

Bad *data* gives findings (see ``collection.findings``); these are for bad *operation*. Every message says
what happened, with which value, and what to try.
"""

from __future__ import annotations


class LibraryError(Exception):
    """Anything Micrographia refuses to do, said in a sentence that may be shown to a visitor."""


class NotFound(LibraryError, LookupError):
    """There is no such library, record, file, plane or page."""


class Unreadable(LibraryError, ValueError):
    """A file cannot be read as an image."""


class Invalid(LibraryError, ValueError):
    """A request, a query, a setting or a state says something that cannot be."""


class MissingReader(Unreadable, ImportError):
    """The format is known, but the optional package that reads it is not installed."""


class Busy(LibraryError, RuntimeError):
    """Someone else is at work on the same thing; trying again later will do."""

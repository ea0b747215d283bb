"""How the library's exceptions meet visitors: the table from exception to status, and the words of the error pages."""

from __future__ import annotations

from dataclasses import dataclass

from micrographia.errors import Busy, Invalid, LibraryError, MissingReader, NotFound, Unreadable

# The first that fits counts.
STATUSES: tuple[tuple[type[LibraryError], int], ...] = (
    (NotFound, 404),
    (MissingReader, 415),
    (Unreadable, 422),
    (Invalid, 400),
    (Busy, 503),
    (LibraryError, 500),
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What an error page says: a heading, and a sentence about what can be done."""

    heading: str
    sentence: str


TROUBLES = {
    400: Trouble("This address makes no sense.", "Check it, or search for what you were after."),
    403: Trouble("This file is not given out.", "Its licence, or whoever runs this library, does not allow it."),
    404: Trouble("There is nothing here.", "The page may have moved, or the address may have a typing error."),
    405: Trouble("This address only gives, it takes nothing.", "Go back, and try it another way."),
    415: Trouble("This image cannot be read here.", "The package that reads its format is not installed."),
    422: Trouble("This image cannot be read.", "Its file is damaged, or says something that cannot be."),
    503: Trouble("The library is busy.", "Wait a moment, and load the page again."),
}
FAULT = Trouble(
    "Something went wrong on our side.",
    "It is written in the log of the server. Load the page again, or take another way.",
)


def status_of(error: LibraryError) -> int:
    """The HTTP status of an exception."""
    return next(status for kind, status in STATUSES if isinstance(error, kind))


def trouble(status: int) -> Trouble:
    """What to say about a status."""
    return TROUBLES.get(status, FAULT)

"""An image as it stands in a row of images: its picture, its names, and marks for what it has more than one of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from micrographia.collection import taxa
from micrographia.collection.excerpts import TITLE_LIMIT, excerpt, listed
from micrographia.collection.licences import licence
from micrographia.portrait.addresses import image_address, sized

THUMBNAIL_EDGE = 256
_THIN = "\u2009"

# Of an organism's name on a card; there are several in few records.
ORGANISM_LIMIT = 80


@dataclass(frozen=True, slots=True)
class Mark:
    """A short word on a picture, such as ``z 5``, and what it means."""

    text: str
    title: str


@dataclass(frozen=True, slots=True)
class Card:
    """An image in a row of images.

    ``picture`` is empty for an image without pixels; ``axis`` is the one along which it plays, empty for a
    still one, and ``strip`` the address of its frames side by side; ``is_current`` says that the row belongs to
    the page of this very image.
    """

    id: str
    title: str
    href: str
    picture: str
    organism: str = ""
    marks: tuple[Mark, ...] = ()
    licence: str = ""
    axis: str = ""
    is_current: bool = False

    @property
    def strip(self) -> str:
        """The address of the frames along the axis; empty when there is nothing to play."""
        return f"{self.picture}&axis={self.axis}" if self.picture and self.axis else ""


def card(row: Mapping[str, Any], prefix: str = "", current: str = "") -> Card:
    """The card of a search's image.

    Parameters
    ----------
    row
        The image as ``Results.rows`` has it.
    prefix
        The path under which the site lies.
    current
        The id of the image whose page this is.
    """
    sizes = row["sizes"] or {}
    return Card(
        id=row["id"],
        title=excerpt(row["title"], TITLE_LIMIT) or row["id"],
        href=image_address(prefix, row["id"]),
        picture=thumbnail_of(row, prefix),
        organism=listed([taxa.readable(name) for name in row["organism"]], ORGANISM_LIMIT),
        marks=tuple(_marks(sizes, row)),
        licence=licence(row["licence"]).label if row["licence"] else "",
        axis=moving_axis(sizes),
        is_current=row["id"] == current,
    )


def thumbnail_of(row: Mapping[str, Any], prefix: str = "") -> str:
    """The address of the picture of a search's image; empty when it has none."""
    return sized(f"{prefix}{row['thumbnail']}", THUMBNAIL_EDGE) if row["thumbnail"] else ""


def moving_axis(sizes: Mapping[str, int]) -> str:
    """The axis along which an image of these sizes plays: ``t`` or ``z``; empty for a still one."""
    return next((axis for axis in "tz" if sizes.get(axis, 1) > 1), "")


def _marks(sizes: Mapping[str, int], row: Mapping[str, Any]) -> Iterator[Mark]:
    if row["labels"]:
        yield Mark("labels", "Label image: each number stands for one object")
    for axis, name in (("z", "slices"), ("t", "time points"), ("c", "channels")):
        count = sizes.get(axis, 1)
        if axis == "c" and row["colour"]:
            yield Mark("colour", "Colour picture")
        elif count > 1:
            yield Mark(f"{count}{_THIN}ch" if axis == "c" else f"{axis}{_THIN}{count}", f"{count} {name}")

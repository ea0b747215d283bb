"""Slides: an image on a page of its own, with what must stand beside it wherever it is shown."""

from __future__ import annotations

import math
from dataclasses import dataclass
from urllib.parse import quote

from micrographia.collection.excerpts import excerpt
from micrographia.collection.licences import Licence, licence
from micrographia.collection.records import Facts, Record
from micrographia.portrait.addresses import image_address
from micrographia.portrait.briefs import brief
from micrographia.portrait.particulars import length, organisms
from micrographia.web.comparison import trusted_pixel_size

# Pixels along the longer edge of a picture: those of a projector.
EDGE = 1600

# The scale bar is the longest round length up to this part of the picture's width.
MOST_OF_WIDTH = 0.25
ROUND = (5, 2, 1)

# So much of a credit fits on a slide; the rest is on the image's page, and the slide says so.
CREDIT_LIMIT = 700
TITLE_LIMIT = 200
LONG = 250


@dataclass(frozen=True, slots=True)
class Bar:
    """A scale bar: its length in words, and as a part of the picture's width in percent."""

    label: str
    percent: float


@dataclass(frozen=True, slots=True)
class Slide:
    """One page: the picture and its bar, what it shows, whose it is, and where it comes from.

    ``plane`` says which plane of several is shown, ``notice`` what whoever shows the slide must know; both may be
    empty, as may ``picture`` for an image whose file is not here.
    """

    id: str
    title: str
    organism: str
    picture: str
    width: int
    height: int
    plane: str
    bar: Bar | None
    credit: str
    licence: Licence | None
    notice: str
    page: str

    @property
    def is_long(self) -> bool:
        """Whether what must stand beside the picture needs smaller letters."""
        return len(self.credit) + len(self.page) > LONG


def slide(record: Record, prefix: str, base: str) -> Slide:
    """The slide of an image.

    Parameters
    ----------
    record
        The image.
    prefix
        The path under which the site lies.
    base
        Its public address.
    """
    record = brief(record)
    facts = record.facts
    return Slide(
        id=record.id,
        title=excerpt(record.title or record.id, TITLE_LIMIT),
        organism=excerpt(", ".join(value.text for value in organisms(record)), TITLE_LIMIT),
        picture=_picture(record.id, facts, prefix) if facts else "",
        width=facts.sizes.x if facts else 0,
        height=facts.sizes.y if facts else 0,
        plane=_plane(facts) if facts else "",
        bar=_bar(record),
        credit=_credit(record),
        licence=licence(record.licence) if record.licence else None,
        notice=_notice(record),
        page=image_address(base, record.id),
    )


def _middle(facts: Facts) -> tuple[int, int]:
    # A time series often begins before anything has happened.
    return facts.sizes.t // 2, facts.sizes.z // 2


def _picture(record_id: str, facts: Facts, prefix: str) -> str:
    t, z = _middle(facts)
    identifier = quote(f"{record_id};t={t};z={z}", safe=":")
    return f"{prefix}/iiif/{identifier}/full/!{EDGE},{EDGE}/0/default.jpg"


def _plane(facts: Facts) -> str:
    t, z = _middle(facts)
    said = [f"time point {t + 1} of {facts.sizes.t}"] if facts.sizes.t > 1 else []
    said += [f"slice {z + 1} of {facts.sizes.z}"] if facts.sizes.z > 1 else []
    return ", ".join(said).capitalize()


def _bar(record: Record) -> Bar | None:
    pixel = trusted_pixel_size(record)
    if record.facts is None or pixel is None or not pixel.x:
        return None
    width = record.facts.sizes.x * pixel.x
    most = width * MOST_OF_WIDTH
    power = 10.0 ** math.floor(math.log10(most))
    micrometres = next(digit * power for digit in ROUND if digit * power <= most * (1 + 1e-9))
    return Bar(length(micrometres), round(100 * micrometres / width, 3))


def _credit(record: Record) -> str:
    who = ", ".join(record.contributors)
    credit = record.attribution if not who or who in record.attribution else f"{who}. {record.attribution}".strip(". ")
    year = f" ({record.year})" if record.year and str(record.year) not in credit else ""
    if len(credit) > CREDIT_LIMIT:
        # What must stand beside the picture comes first, then as many names as there is room for.
        credit = ". ".join(filter(None, (record.attribution.strip(". "), who)))
        return excerpt(credit, CREDIT_LIMIT) + " All of it is on the page of the image."
    return (credit or "Nobody is named who made it") + year


def _notice(record: Record) -> str:
    if record.licence is None:
        return "No licence is stated: ask whoever made the image before you show it or pass it on."
    if not licence(record.licence).redistributable:
        return "This licence does not allow passing the image on: ask whoever made it before you show it or print it."
    return ""

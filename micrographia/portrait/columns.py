"""The columns of a table of images: which there are, and what stands in the cells below them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from micrographia.collection import taxa
from micrographia.collection.excerpts import excerpt
from micrographia.collection.fields import Field
from micrographia.collection.licences import licence
from micrographia.collection.records import Facts, Record
from micrographia.search.documents import image_type, number_text

THIN = "\u2009"

# What a table shows before anyone has chosen; the picture and the title stand before it.
USUAL = ("organism", "image_type", "year", "image_size", "slices", "frames", "channels", "pixel_size_um", "licence")

# Nobody reads a wider table, nor more of one cell.
COLUMNS_LIMIT = 40
_VALUES_SHOWN = 4

Texts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the name of its field, its heading, and the order it sorts by, empty where it sorts by none."""

    name: str
    label: str
    is_number: bool = False
    italic: bool = False
    sort: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """The first values of an image in a column, and how many more it has; without values it is unknown."""

    texts: Texts = ()
    more: int = 0


def columns(fields: Iterable[Field]) -> dict[str, Column]:
    """All columns of a library whose records have these fields, by name: what the record itself says comes last."""
    known = [Column(field.name, field.label, field.kind == "number", field.italic, field.name) for field in fields]
    return {column.name: column for column in (*known, Column("added", "Added", sort="added"), Column("id", "Id"))}


def chosen_columns(names: Iterable[str], known: Mapping[str, Column]) -> list[Column]:
    """The columns of those names in their order, each once; names of none are left out."""
    return [known[name] for name in dict.fromkeys(names) if name in known][:COLUMNS_LIMIT]


def cell(record: Record, name: str, names: Mapping[str, str], group_name: str = "") -> Cell:
    """What a column says of an image.

    Parameters
    ----------
    record
        The image.
    name
        The column.
    names
        For ids of terms what they are called, where a record says no more than the id.
    group_name
        What people call the record's group, when that is not its name in the record.
    """
    texts = (group_name,) if name == "group" and group_name else _told(record, name, names)
    return Cell(tuple(excerpt(text) for text in texts[:_VALUES_SHOWN]), max(0, len(texts) - _VALUES_SHOWN))


def nameless_ids(record: Record, name: str) -> set[str]:
    """The ids of a field's terms that have no name but their id."""
    return {term.id for term in record.fields.get(name, ()) if term.id and term.text in ("", term.id)}


def _told(record: Record, name: str, names: Mapping[str, str]) -> Texts:
    if name in _OF_THE_RECORD:
        return tuple(text for text in _OF_THE_RECORD[name](record) if text)
    if record.facts is not None and name in _OF_THE_PIXELS:
        text = _OF_THE_PIXELS[name](record.facts)
        if text:
            return (text,)
    if name == "image_size":
        return _given_size(record)
    said = (names.get(term.id or "", term.text or term.id or "") for term in record.fields.get(name, ()))
    return tuple(taxa.readable(text) if name == "organism" else text for text in said)


def _given_size(record: Record) -> Texts:
    """The size that a source states of pixels that are not here: both sides, or the longer one."""
    sides = [record.fields.get(name, ()) for name in ("width_px", "height_px")]
    if all(len(side) == 1 for side in sides):
        return (f"{THIN}×{THIN}".join(side[0].text for side in sides),)
    return tuple(term.text for term in record.fields.get("image_size", ()))


def _number(number: float | None) -> str:
    return number_text(number) if number else ""


def _channels(facts: Facts) -> str:
    return "colour" if facts.colour else str(facts.sizes.c)


_OF_THE_RECORD: dict[str, Callable[[Record], Texts]] = {
    "id": lambda record: (record.id,),
    "added": lambda record: (record.added[:10],),
    "year": lambda record: (str(record.year or ""),),
    "licence": lambda record: (licence(record.licence).label if record.licence else "",),
    "contributor": lambda record: record.contributors,
    "group": lambda record: (record.group or "",),
}

_OF_THE_PIXELS: dict[str, Callable[[Facts], str]] = {
    "image_type": image_type,
    "image_size": lambda facts: f"{facts.sizes.x}{THIN}×{THIN}{facts.sizes.y}",
    "width_px": lambda facts: str(facts.sizes.x),
    "height_px": lambda facts: str(facts.sizes.y),
    "slices": lambda facts: str(facts.sizes.z),
    "frames": lambda facts: str(facts.sizes.t),
    "channels": _channels,
    "pixel_size_um": lambda facts: _number(facts.pixel_size_um.x or facts.pixel_size_um.y),
    "z_step_um": lambda facts: _number(facts.pixel_size_um.z),
    "frame_interval_s": lambda facts: _number(facts.frame_interval_s),
}

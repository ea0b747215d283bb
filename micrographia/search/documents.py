"""What of a record is searched: its words, its values as facets, its numbers as ranges, and its card in a gallery."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote

from micrographia.collection.excerpts import excerpt
from micrographia.collection.fields import BY_NAME, FIELDS, Field, field_named
from micrographia.collection.licences import licence
from micrographia.collection.records import Facts, Record
from micrographia.collection.richtext import to_plain
from micrographia.search.folding import key

# Numbers read from the pixels' facts; their values are bins such as 0.1..0.2.
MEASURES: tuple[Field, ...] = (
    Field("pixel_size_um", "Pixel size (µm)", "number"),
    Field("slices", "Slices", "number"),
    Field("frames", "Frames", "number"),
    Field("frame_interval_s", "Frame interval (s)", "number"),
    Field("image_size", "Image size (pixels)", "number"),
)

SEARCH_FIELDS: tuple[Field, ...] = (*FIELDS, *MEASURES)

# In the order in which a document keeps them.
NUMBER_FIELDS: tuple[str, ...] = tuple(field.name for field in SEARCH_FIELDS if field.kind == "number")

# More compounds than these are what was tried on a plate, not what an image shows.
COMPOUNDS_SPOKEN = 8

VALUE_LIMIT = 300
_TEXT_LIMIT = 100_000
# A gallery shows cards by the dozen: what is long is in the record.
_CARD_VALUES = 100
_BINNED = frozenset(field.name for field in MEASURES)
_BY_NAME = BY_NAME | {field.name: field for field in MEASURES}
KNOWN_FIELDS = frozenset(_BY_NAME)
_WHOLE = frozenset({"slices", "frames", "image_size"})
_EDGES = tuple(float(f"{step}e{power}") for power in range(-6, 10) for step in (1, 2, 5))
# Stands between values (a separator nobody types), so that no phrase runs from one into the next.
BETWEEN = "\x1e"


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a field as a facet counts it: its key (folded text), its label, its term id."""

    field: str
    key: str
    label: str
    term_id: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A record as it is searched.

    ``terms`` and ``description`` are text beside the title, and ``prose`` is what of the latter may be shown; values
    are distinct and in order; ``numbers`` are in the order of ``NUMBER_FIELDS``, NaN where unknown; ``card`` is what
    a gallery shows of it.
    """

    title: str
    terms: str
    description: str
    values: tuple[Value, ...]
    numbers: tuple[float, ...]
    card: dict[str, object]
    prose: str = ""


def search_field(name: str) -> Field:
    """The field of that name as searching knows it, measures included."""
    return _BY_NAME.get(name) or field_named(name)


def document(record: Record) -> Document:
    """What is searched of a record."""
    numbers = dict(_numbers(record))
    values = {(value.field, value.key): value for value in _values(record, numbers) if value.key}
    title = record.title or record.id
    spoken = [one for one in values.values() if one.field not in _BINNED and is_spoken(record, one.field)]
    said = [value.label for value in spoken]
    ids = [value.term_id for value in spoken if value.term_id]
    known = [licence(record.licence).name] if record.licence else []
    prose = to_plain(record.description[: 2 * _TEXT_LIMIT])[:_TEXT_LIMIT]
    return Document(
        title=title[:_TEXT_LIMIT],
        terms=BETWEEN.join([*said, *ids, record.id, *known])[:_TEXT_LIMIT],
        description=BETWEEN.join(_described(record, prose))[:_TEXT_LIMIT],
        values=tuple(values.values()),
        numbers=tuple(numbers.get(name, math.nan) for name in NUMBER_FIELDS),
        card=_card(record, numbers),
        prose=prose,
    )


def is_spoken(record: Record, field: str) -> bool:
    """Whether a field's values are words that tell of the record; a long list of compounds is only a field."""
    return field != "compound" or len(record.fields.get(field, ())) <= COMPOUNDS_SPOKEN


def image_type(facts: Facts) -> str:
    """Still, z-stack, time series, both, or video."""
    if facts.video:
        return "video"
    return {(False, False): "still", (False, True): "z-stack", (True, False): "time series"}.get(
        (facts.sizes.t > 1, facts.sizes.z > 1), "z-stack time series"
    )


def thumbnail(record_id: str, version: str) -> str:
    """The address of a record's thumbnail on its site."""
    return f"/thumbnails/{quote(record_id, safe=':')}?v={version}"


def number_text(number: float) -> str:
    """A number as a person writes it: 2011, 0.25, 1.5e-06."""
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else f"{number:.6g}"


def _values(record: Record, numbers: dict[str, float]) -> Iterator[Value]:
    for name, terms in record.fields.items():
        if name in numbers or (name == "image_type" and record.measured is not None):
            continue
        for term in terms:
            yield _value(name, term.text or term.id or "", term.id or "")
    if record.measured is not None:
        yield _value("image_type", image_type(record.measured))
    if record.licence:
        yield _value("licence", record.licence)
    for name in record.contributors:
        yield _value("contributor", name)
    if record.group:
        yield _value("group", record.group)
    for name, number in numbers.items():
        text = _bin(name, number) if name in _BINNED else number_text(number)
        yield Value(name, text, text)


def shown_value(text: str) -> str:
    """A value as pages tell it: what was cut for the index is seen to be cut."""
    return excerpt(text, VALUE_LIMIT - 3)


def _value(field: str, text: str, term_id: str = "") -> Value:
    text = " ".join(text[:VALUE_LIMIT].split())
    return Value(field, key(text), text, term_id[:VALUE_LIMIT])


def _bin(name: str, number: float) -> str:
    # The same edges for every library: 1, 2, 5, 10, 20, ...; each bin holds its lower edge.
    at = bisect_right(_EDGES, number)
    if at == 0:
        return f"..{number_text(_EDGES[0])}"
    low, high = _EDGES[at - 1], _EDGES[min(at, len(_EDGES) - 1)]
    if name in _WHOLE:
        return number_text(low) if high - low == 1 else f"{number_text(low)}..{number_text(high - 1)}"
    return f"{number_text(low)}..{number_text(high)}"


def _numbers(record: Record) -> Iterator[tuple[str, float]]:
    found: dict[str, float | None] = {"year": record.year}
    for name in NUMBER_FIELDS:
        texts = [term.text for term in record.fields.get(name, ())]
        if len(texts) == 1 and name not in found:
            found[name] = _as_number(texts[0])
    if record.measured is not None:
        found |= _measured(record.measured)
    for name in NUMBER_FIELDS:
        number = found.get(name)
        if number is not None and math.isfinite(number):
            yield name, float(number)


def _measured(facts: Facts) -> dict[str, float | None]:
    sizes = facts.sizes
    return {
        "channels": sizes.c,
        "pixel_size_um": facts.pixel_size_um.x or facts.pixel_size_um.y,
        "slices": sizes.z,
        "frames": sizes.t,
        "frame_interval_s": facts.frame_interval_s,
        "image_size": max(sizes.y, sizes.x),
    }


def _as_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _described(record: Record, prose: str) -> list[str]:
    path = record.file.path if record.file else ""
    return [text for text in (prose, record.attribution, record.source, path) if text]


def _few(texts: Iterable[str]) -> list[str]:
    return [text[:VALUE_LIMIT] for text in islice(texts, _CARD_VALUES)]


def _card(record: Record, numbers: dict[str, float]) -> dict[str, object]:
    facts = record.facts
    sizes = facts.sizes if facts else None
    kinds = [term.text for term in record.fields.get("image_type", ())]
    return {
        "id": record.id,
        "title": record.title or record.id,
        "organism": _few(term.text for term in record.fields.get("organism", ())),
        "image_type": image_type(record.measured) if record.measured else next(iter(kinds), None),
        "channels": int(numbers["channels"]) if "channels" in numbers else None,
        "sizes": {name: getattr(sizes, name) for name in "tczyx"} if sizes else None,
        "pixel_size_um": numbers.get("pixel_size_um"),
        "licence": record.licence and record.licence[:VALUE_LIMIT],
        "contributors": _few(record.contributors),
        "year": record.year,
        "group": record.group and record.group[:VALUE_LIMIT],
        "version": facts.version if facts else None,
        "labels": facts.labels if facts else False,
        "colour": facts.colour if facts else False,
        "thumbnail": thumbnail(record.id, facts.version) if facts else None,
    }

"""What is known of a record, in the order in which pages list it: biology, imaging, dimensions, attribution."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from urllib.parse import quote

from micrographia.collection import taxa
from micrographia.collection.cells import number as plain_number
from micrographia.collection.excerpts import excerpt
from micrographia.collection.fields import AS_GIVEN, FIELDS, field_named
from micrographia.collection.licences import licence
from micrographia.collection.records import Channel, Facts, Record, Term
from micrographia.collection.vocabulary.terms import OntologyTerm
from micrographia.collection.vocabulary.vocabulary import Vocabulary
from micrographia.imaging.display import described_channels
from micrographia.portrait.addresses import value_address
from micrographia.search.documents import MEASURES, VALUE_LIMIT, image_type, is_spoken, number_text

THIN = "\u2009"

IMAGING = frozenset(
    "imaging_mode image_type item_type visualization source_of_contrast preparation processing parameter_imaged "
    "relation_to_intact_cell quantifiable quantifiable_for data_qualification wavelength_nm".split()
)
ATTRIBUTION = frozenset(
    "licence contributor group year channels affiliation acknowledgement project date_captured publication pubmed isbn "
    "link doi ark citation".split()
)
# Told by the pixels; of an image without pixels, by its source.
DIMENSIONS = frozenset({*(field.name for field in MEASURES), "width_px", "height_px", "z_step_um"})
# Told of an image, and no subject of it.
_NO_SUBJECTS = (
    ATTRIBUTION | DIMENSIONS | {"image_type", "quantifiable", "quantifiable_for", "data_qualification", "wavelength_nm"}
)
# In the order in which they are listed, and the page that each of their values has elsewhere.
_BESIDE_THE_RECORD = {
    "affiliation": "",
    "acknowledgement": "",
    "project": "",
    "date_captured": "",
    "publication": "",
    "pubmed": "https://pubmed.ncbi.nlm.nih.gov/{}/",
    "isbn": "",
    "link": "",
    "doi": "https://doi.org/{}",
    "ark": "https://n2t.net/{}",
    "citation": "",
}

# For each id of a term the terms on the way down to it, itself last.
Paths = Mapping[str, tuple[OntologyTerm, ...]]

# Of a fact so many values are told at most: a page with ten thousand of them would hold up whoever wants it.
VALUES_TOLD = 1000

# Beside a title so many organisms are named; all of them stand among the facts.
ORGANISMS_NAMED = 8

_PLACES = {field.name: place for place, field in enumerate(FIELDS)}


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a fact.

    ``field`` and ``value`` are the search that it leads to, ``url`` a page elsewhere; both may be empty.
    ``title`` is an identifier, such as that of an ontology, with the names of all that the term lies below;
    ``color`` is that of a channel.
    """

    text: str
    field: str = ""
    value: str = ""
    title: str = ""
    color: str = ""
    url: str = ""

    def href(self, prefix: str = "") -> str:
        """Where the value leads to, on a site below ``prefix``; empty for nowhere."""
        return value_address(prefix, self.field, self.value) if self.field else self.url


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the list: its label and its values; ``italic`` for species."""

    label: str
    values: tuple[Value, ...]
    italic: bool = False


def particulars(record: Record, vocabulary: Vocabulary | None = None, *, group_name: str = "") -> dict[str, list[Fact]]:
    """The facts of a record under their headings.

    Parameters
    ----------
    record
        The image.
    vocabulary
        With one, each term says what it lies below.
    group_name
        What people call the record's group, when that is not its name in the record.
    """
    ids = {term.id for terms in record.fields.values() for term in terms if term.id}
    paths = vocabulary.leading(ids) if vocabulary is not None else {}
    groups = {
        "Biology": _terms(record, paths, biology=True),
        "Imaging": _imaging(record, paths),
        "Dimensions": _dimensions(record.measured) if record.measured else _given_dimensions(record),
        "Attribution": _attribution(record, group_name or record.group or ""),
    }
    # A heading without facts is left out.
    found = {heading: [_bounded(fact) for fact in facts] for heading, facts in groups.items()}
    return {heading: facts for heading, facts in found.items() if facts}


def _bounded(fact: Fact) -> Fact:
    rest = len(fact.values) - VALUES_TOLD
    if rest <= 0:
        return fact
    more = Value(f"{rest:,} more, which are in the data of this image (JSON)")
    return replace(fact, values=(*fact.values[:VALUES_TOLD], more))


def organisms(record: Record) -> list[Value]:
    """The first organisms of a record, each with its search."""
    return [_term("organism", term) for term in record.fields.get("organism", ())[:ORGANISMS_NAMED]]


def subjects(record: Record) -> list[Term]:
    """The terms that say what an image shows, of what, and how it was made; none twice."""
    names = [name for name in record.fields if name.removesuffix(AS_GIVEN) not in _NO_SUBJECTS]
    terms = [term for name in names if is_spoken(record, name) for term in record.fields[name]]
    return list(dict.fromkeys(term for term in terms if term.text.strip()))


def _terms(record: Record, paths: Paths, *, biology: bool) -> Iterator[Fact]:
    for name in sorted(record.fields, key=_order):
        about = name.removesuffix(AS_GIVEN)
        terms, is_biology = record.fields[name], about not in IMAGING | ATTRIBUTION
        if is_biology == biology and about not in ATTRIBUTION | DIMENSIONS | {"image_type"} and terms:
            field = field_named(name)
            yield Fact(field.label, tuple(_term(name, term, paths) for term in terms), field.italic)


def _order(name: str) -> int:
    # Fields of a library's own come last, in the order in which they were given.
    return _PLACES.get(name, len(_PLACES))


def _imaging(record: Record, paths: Paths) -> Iterator[Fact]:
    yield from _terms(record, paths, biology=False)
    facts = record.measured
    if facts is None:
        kinds = record.fields.get("image_type", ())
        if kinds:
            yield Fact("Image type", tuple(_term("image_type", term) for term in kinds))
        return
    yield Fact("Image type", (_searched("image_type", image_type(facts)),))
    channels = [channel for channel in described_channels(facts) if channel.name]
    if channels and not facts.colour and not facts.labels:
        yield Fact("Channels", tuple(_channel(channel) for channel in channels))
    if facts.acquired:
        yield Fact("Acquired", (Value(facts.acquired[:10]),))


def _term(name: str, term: Term, paths: Paths = MappingProxyType({})) -> Value:
    path = paths.get(term.id or "", ())
    text = term.text or term.id or ""
    # A term that came without a name has the vocabulary's; any other keeps the one it was given.
    named = path[-1].name if path and text == term.id else text
    way = " › ".join(taxa.readable(one.name) for one in path)
    shown = taxa.readable(named) if name == "organism" or path else named
    return Value(excerpt(shown, VALUE_LIMIT), name, text, ": ".join(filter(None, (excerpt(term.id or ""), way))))


def _searched(name: str, text: str, title: str = "") -> Value:
    return Value(excerpt(text, VALUE_LIMIT), name, text, title)


def _channel(channel: Channel) -> Value:
    wavelength = f", {number_text(channel.wavelength_nm)}{THIN}nm" if channel.wavelength_nm else ""
    return Value(channel.name + wavelength, color=channel.color or "")


def _dimensions(facts: Facts) -> Iterator[Fact]:
    sizes, pixel = facts.sizes, facts.pixel_size_um
    yield _plain("Size", f"{sizes.x:,}{THIN}×{THIN}{sizes.y:,} pixels")
    known = pixel.x or pixel.y
    if known:
        width, height = sizes.x * (pixel.x or known), sizes.y * (pixel.y or known)
        yield _plain("Field of view", f"{length(width)}{THIN}×{THIN}{length(height)}")
    yield _plain("Pixel size", f"{length(known)}" if known else "not calibrated")
    if sizes.z > 1:
        yield _plain("Slices", f"{sizes.z:,}" + (f", {length(pixel.z)} apart" if pixel.z else ", distance unknown"))
    if sizes.t > 1:
        yield _plain("Time points", f"{sizes.t:,}" + _every(facts))
    yield _plain("Samples", _samples(facts))


def _given_dimensions(record: Record) -> Iterator[Fact]:
    """What the source says of pixels that are not here."""
    given = {name: _number(record, name) for name in DIMENSIONS}
    width, height, slices, frames = (given[name] for name in ("width_px", "height_px", "slices", "frames"))
    pixel, step, interval = (given[name] for name in ("pixel_size_um", "z_step_um", "frame_interval_s"))
    if width and height:
        yield _plain("Size", f"{width:,.0f}{THIN}×{THIN}{height:,.0f} pixels")
        if pixel:
            yield _plain("Field of view", f"{length(width * pixel)}{THIN}×{THIN}{length(height * pixel)}")
    if pixel:
        yield _plain("Pixel size", length(pixel))
    if slices or step:
        said = [f"{slices:,.0f}" if slices else "", f"{length(step)} apart" if step else ""]
        yield _plain("Slices", ", ".join(filter(None, said)))
    if frames or interval:
        said = [f"{frames:,.0f}" if frames else "", f"every {duration(interval)}" if interval else ""]
        yield _plain("Time points", ", ".join(filter(None, said)))
    for name in sorted(record.fields, key=_order):
        if name.endswith(AS_GIVEN) and name.removesuffix(AS_GIVEN) in DIMENSIONS:
            yield Fact(field_named(name).label, tuple(Value(term.text) for term in record.fields[name]))


def _number(record: Record, name: str) -> float | None:
    """The number that a field holds; none of several, as for searching."""
    terms = record.fields.get(name, ())
    number = plain_number(terms[0].text) if len(terms) == 1 else None
    return number if number is not None and number > 0 else None


def _every(facts: Facts) -> str:
    if not facts.frame_interval_s:
        return ", interval unknown"
    return f", every {duration(facts.frame_interval_s)}"


def _samples(facts: Facts) -> str:
    kind = " (labels)" if facts.labels else " (colour)" if facts.colour else ""
    return facts.dtype + kind


def _attribution(record: Record, group_name: str) -> Iterator[Fact]:
    if record.contributors:
        yield Fact("Contributors", tuple(_searched("contributor", name) for name in record.contributors))
    if record.licence:
        label = licence(record.licence).label
        yield Fact("Licence", (Value(label, "licence", record.licence, title=record.licence),))
    if record.year:
        yield Fact("Year", (_searched("year", str(record.year)),))
    if record.group:
        yield Fact("Group", (Value(group_name, "group", record.group),))
    if record.attribution:
        yield _plain("Credit", record.attribution)
    for name, page in _BESIDE_THE_RECORD.items():
        terms = (*record.fields.get(name, ()), *record.fields.get(f"{name}{AS_GIVEN}", ()))
        if terms:
            yield Fact(field_named(name).label, tuple(_elsewhere(term, page) for term in terms))
    if record.source:
        yield Fact("Source", (_source(record.source),))
    yield Fact("Id", (Value(record.id),))


def _elsewhere(term: Term, page: str) -> Value:
    """A value with the page that it has elsewhere: its own address, that of its DOI, or one made from its number."""
    shown = excerpt(term.text, VALUE_LIMIT)
    if page and re.fullmatch(r"[A-Za-z0-9./:()_;-]{1,300}", term.text):
        return Value(shown, url=page.format(term.text))
    doi = (term.id or "").removeprefix("doi:")
    if doi != (term.id or ""):
        return Value(shown, title=doi, url=f"https://doi.org/{quote(doi, safe='/:;()')}")
    return Value(shown, title=term.id or "", url=web_address(term.id or ""))


def web_address(text: str) -> str:
    """The text when it is an address on the web and nothing else; empty otherwise."""
    is_address = text.startswith(("https://", "http://")) and not any(sign in text for sign in ' \n"<>')
    return text if is_address else ""


def _source(text: str) -> Value:
    return Value(excerpt(text, VALUE_LIMIT), url=web_address(text))


def _plain(label: str, text: str) -> Fact:
    return Fact(label, (Value(text),))


def length(micrometres: float) -> str:
    """A length with the unit that suits it: nm, µm, mm."""
    for unit, factor in (("mm", 1e-3), ("µm", 1.0)):
        if micrometres * factor >= (1 if unit == "mm" else 0.1):
            return f"{_three(micrometres * factor)}{THIN}{unit}"
    return f"{_three(micrometres * 1e3)}{THIN}nm"


def duration(seconds: float) -> str:
    """A time with the unit that suits it: ms, s, min, h."""
    if seconds < 1:
        return f"{_three(seconds * 1e3)}{THIN}ms"
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{_three(seconds / size)}{THIN}{unit}"
    return f"{_three(seconds)}{THIN}s"


def _three(number: float) -> str:
    return number_text(float(f"{number:.3g}") if number < 1000 else round(number))

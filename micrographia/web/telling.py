"""What an image's page tells in words beside its facts: its doubts, its size, its like."""

from __future__ import annotations

from urllib.parse import quote

from micrographia.collection.findings import Finding
from micrographia.collection.records import Record
from micrographia.collection.richtext import to_html
from micrographia.portrait.particulars import THIN, length
from micrographia.search.documents import search_field
from micrographia.search.query import Query
from micrographia.web import notebooks

# A description of so many characters is shown at once; of a longer one the beginning is.
UNFOLDED, BEGINNING = 8000, 2000
# Fields by which an image is like another one, the most telling first.
ALIKE = ("biological_process", "cellular_component", "cell_type", "organism", "imaging_mode")


def extent_text(record: Record) -> str:
    """How large an image is and how large its pixels, or what is not known."""
    if record.facts is None:
        return "no pixels in this library"
    sizes, pixel = record.facts.sizes, record.facts.pixel_size_um.x
    return f"{sizes.x:,}{THIN}×{THIN}{sizes.y:,} pixels" + (f" of {length(pixel)}" if pixel else ", not calibrated")


def problem(record: Record) -> str:
    """Why there is no picture."""
    if record.facts is not None:
        return ""
    # Without a file, what is wrong with other things is not why.
    errors = [
        finding.message
        for finding in record.findings
        if finding.severity == "error" and (record.file or finding.field == "file")
    ]
    if errors:
        return errors[0]
    return "" if record.file is None else "Its file could not be read."


def description(text: str) -> dict[str, str]:
    """The description as HTML; of a very long one its beginning, and the whole to unfold."""
    if len(text) <= UNFOLDED:
        return {"description": to_html(text) if text.strip() else ""}
    return {"description": to_html(f"{text[:BEGINNING]}…"), "whole_description": to_html(text)}


def doubts(record: Record) -> list[Finding]:
    """What may be wrong, faults first."""
    doubted = [finding for finding in record.findings if finding.severity != "note"]
    return sorted(doubted, key=lambda finding: finding.severity != "error")


def label_of(field: str) -> str:
    """The name of a field within a sentence."""
    label = search_field(field).label
    return label[:1].lower() + label[1:]


def file_size(record: Record) -> str:
    """How large the file is, in a unit people know; ``""`` where it is unknown."""
    if record.file is None or not record.file.size:
        return ""
    return size_text(record.file.size)


def size_text(size: float) -> str:
    """So many bytes in a unit people know."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            break
        size /= 1000
    return f"{size:.0f}\u2009{unit}" if size >= 10 or unit == "bytes" else f"{size:.1f}\u2009{unit}"


def in_explore(record: Record) -> str:
    """The search in which the image stands among its like, with the image chosen."""
    where: dict[str, tuple[str, ...]] = {}
    if record.group:
        where = {"group": (record.group,)}
    else:
        name = next((name for name in ALIKE if record.fields.get(name)), "")
        if name:
            where = {name: (record.fields[name][0].text or record.fields[name][0].id or "",)}
    search = Query(where=where).to_url()
    return "&".join(part for part in (search, f"image={quote(record.id, safe=':')}") if part)


def snippet(record: Record, library: str) -> str:
    """The lines of Python that open the image in a notebook."""
    lines = notebooks.opening(library)
    lines += [f"image = library[{record.id!r}]", "image.view()"]
    if record.facts is not None:
        said = "an array of (y, x)" if not record.facts.colour else "one sample of each pixel"
        lines += [f"image.plane(t=0, z=0, c=0)  # {said}"]
    return "\n".join(lines)

"""The table of the demo collection: what is said of each image, with the ontology ids beside the names."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from micrographia.errors import NotFound

# The fields that have a column of ontology ids beside them.
TERM_FIELDS = (
    "organism", "cell_type", "cell_line", "cellular_component", "biological_process", "molecular_function", "anatomy",
    "disease", "imaging_mode", "source_of_contrast", "visualization", "preparation", "processing",
    "relation_to_intact_cell", "parameter_imaged", "item_type",
)  # fmt: skip
FREE_FIELDS = ("condition", "compound", "quantifiable")
COLUMNS = (
    "id", "title", "description", "file",
    *(column for field in TERM_FIELDS for column in (field, f"{field}_id")), *FREE_FIELDS,
    "licence", "attribution", "contributor", "source", "year", "group",
)  # fmt: skip

LABELS = (
    "Each thing in the image has a number of its own, and the ground is 0. The simulation drew these outlines before "
    "the optics and the camera blurred them: compare them with what you, or a program, can segment."
)

_EVERY = {
    "item_type": "simulated image",
    "processing": "unprocessed raw data",
    "quantifiable": "true answers known",
    "licence": "CC0-1.0",
    "attribution": "Simulated by Micrographia",
    "contributor": "Micrographia",
    "source": "Micrographia demo collection (simulated microscopy)",
    "year": "2026",
}


def words(image_id: str) -> tuple[str, str]:
    """The title and the description of an image."""
    record = _record(image_id)
    return record["title"], record["description"]


def rows(image_id: str, labelled: bool) -> Iterator[dict[str, str]]:
    """The rows of the table for an image, and for its true labels when it has some."""
    row = {**_EVERY, **_record(image_id), "id": image_id, "file": f"images/{image_id}.ome.tiff"}
    if labelled:
        row["group"] = row.get("group") or image_id
    yield _with_ids(row)
    if labelled:
        of_labels = {
            "id": f"{image_id}-labels",
            "title": f"{row['title']}: true labels",
            "description": f"{LABELS} Simulated ground truth of {image_id}.",
            "file": f"truth/{image_id}-labels.ome.tiff",
            "item_type": "simulated image;label image",
            "processing": "",
        }
        yield _with_ids({**row, **of_labels})


def write(path: Path, lines: Iterable[dict[str, str]]) -> None:
    """Write rows as a CSV table with every column."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, COLUMNS, lineterminator="\n", restval="", extrasaction="raise")
        table.writeheader()
        table.writerows(lines)


@lru_cache(maxsize=1)
def terms() -> dict[str, str]:
    """The vocabulary of the demo: the ontology id of each term's text."""
    text = files("micrographia.simulation").joinpath("terms.csv").read_text(encoding="utf-8")
    return {row["text"]: row["id"] for row in csv.DictReader(text.splitlines())}


def values(cell: str) -> list[str]:
    """The single values of a cell."""
    return [part.strip() for part in cell.split(";") if part.strip()]


def _record(image_id: str) -> dict[str, str]:
    told = _told()
    if image_id not in told["images"]:
        raise NotFound(f"records.toml says nothing of {image_id!r}.")
    record = dict(told["images"][image_id])
    record = {**told["usual"].get(record.pop("usual", ""), {}), **record}
    return {field: " ".join(text.split()) for field, text in record.items()}


@lru_cache(maxsize=1)
def _told() -> dict:
    return tomllib.loads(files("micrographia.simulation").joinpath("records.toml").read_text(encoding="utf-8"))


def _with_ids(row: dict[str, str]) -> dict[str, str]:
    known = terms()
    for field in TERM_FIELDS:
        found = [known.get(value, "") for value in values(row.get(field, ""))]
        row[f"{field}_id"] = ";".join(found) if any(found) else ""
    return row

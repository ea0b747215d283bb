"""Mappings: which column of a table is which field, written in TOML.

::

    separator = ","                  # between several values of a cell; ";" when not given
    prefix = "lab:"                  # before every id
    files = "https://example.org/"   # where the files of the column "file" lie, unless it holds whole addresses
    licence = "CC-BY-4.0"            # of every image that has none of its own

    [columns]
    "Image No" = "id"
    "Species" = "organism"
    "Taxon" = "organism_id"          # the ontology ids of the field before "_id"
    "Remarks" = ""                   # left out
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from micrographia.collection.cells import column_name, join_values
from micrographia.collection.fields import BY_NAME, DERIVED, NAME_PATTERN, RECORD_COLUMNS
from micrographia.collection.sheets import read_sheet
from micrographia.errors import Invalid, NotFound
from micrographia.importing.assets import address_below
from micrographia.importing.documents import Notes
from micrographia.importing.sources import Documents
from micrographia.importing.tables.rows import Told, documents_of, named_cells

_SETTINGS = ("separator", "prefix", "files", "licence")
_SINGLE = frozenset("id title description file licence attribution source year group visibility added axes".split())


@dataclass(frozen=True)
class TableMapping:
    """Which column is which field, and what holds for every row: a layout of tables."""

    columns: Mapping[str, str] = field(default_factory=dict)
    separator: str = ";"
    prefix: str = ""
    files: str = ""
    licence: str = ""
    name: str = "csv"
    needs_licence: bool = False

    def told(self, cells: Mapping[str, str], notes: Notes) -> Told:
        """What a row says; columns that the mapping does not name are left out."""
        found: dict[str, list[str]] = {}
        for header, text in cells.items():
            target = self.columns.get(header.strip(), "")
            if target and text.strip():
                found.setdefault(target, []).append(self._values(target, text))
        cells = {name: (" " if name in _SINGLE else ";").join(texts) for name, texts in found.items()}
        if self.prefix and "id" in cells:
            cells["id"] = f"{self.prefix}{cells['id'].strip()}"
        if self.licence:
            cells.setdefault("licence", self.licence)
        names = cells.keys() | BY_NAME.keys()
        ids = {name.removesuffix("_id"): text for name, text in cells.items() if _holds_ids(name, names)}
        kept = {name: text for name, text in cells.items() if not _holds_ids(name, names)}
        return Told(kept, ids, tuple(self._addresses(found.get("file", ()))))

    def _values(self, target: str, text: str) -> str:
        if self.separator == ";" or target in _SINGLE:
            return text
        return join_values(part.strip() for part in text.split(self.separator))

    def _addresses(self, texts: Sequence[str]) -> Iterator[str]:
        for text in texts:
            if text.startswith(("http://", "https://")):
                yield text.strip()
            elif self.files and (address := address_below(self.files, text)):
                yield address


def _holds_ids(name: str, names: object) -> bool:
    base = name.removesuffix("_id")
    return base != name and base not in RECORD_COLUMNS and base in names  # type: ignore[operator]


def read_mapping(path: Path) -> TableMapping:
    """The mapping that a TOML file holds.

    Raises
    ------
    NotFound
        There is no such file.
    Invalid
        It is not TOML, or names fields that cannot be.
    """
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise NotFound(f"There is no mapping {str(path)!r}. Make one with --suggest.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"The mapping {str(path)!r} is not TOML: {error}.") from None
    columns = found.get("columns")
    if not isinstance(columns, dict) or not columns:
        raise Invalid(f"The mapping {str(path)!r} has no columns. Write them below [columns], as --suggest does.")
    unknown = sorted(found.keys() - {*_SETTINGS, "columns"})
    if unknown:
        raise Invalid(f"The mapping {str(path)!r} says {unknown[0]!r}. It can say {', '.join(_SETTINGS)}, and columns.")
    for header, target in columns.items():
        _check(path, header, target)
    settings = {name: found[name] for name in _SETTINGS if name in found}
    if not all(isinstance(value, str) and value for value in settings.values()):
        raise Invalid(f"The settings of the mapping {str(path)!r} are texts. Put them in quotation marks.")
    if settings.get("files", "http").startswith("http") and not settings.get("files", "/").endswith("/"):
        settings["files"] += "/"
    return TableMapping({header.strip(): target for header, target in columns.items()}, **settings)


def table_documents(path: Path, mapping: TableMapping) -> Documents:
    """The rows of a table as documents; raises ``NotFound`` and ``Unreadable``."""
    sheet = read_sheet(path)
    rows = [(f"{path.name}, line {line}", named_cells(sheet.header, cells)) for line, cells in sheet.rows]
    return documents_of(mapping, rows, sheet.findings)


def _check(path: Path, header: str, target: object) -> None:
    if not isinstance(target, str):
        raise Invalid(
            f"The mapping {str(path)!r} gives the column {header!r} no text. Write a field in quotation marks."
        )
    if target and (not NAME_PATTERN.fullmatch(target) or target in DERIVED):
        said = f"; it might be {column_name(target)!r}" if column_name(target) not in ("", target) else ""
        raise Invalid(
            f"The mapping {str(path)!r} gives the column {header!r} the field {target!r}, which cannot be{said}."
        )

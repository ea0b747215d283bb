"""Lines of tables, written so that a spreadsheet program shows what stands in them and works out nothing."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

from micrographia.collection.cells import number

# With one of these a cell begins that a spreadsheet program would work out.
_FORMULA = re.compile(r"\s*[=+\-@\t]")


def row(cells: Iterable[str]) -> str:
    """A line of a table, ended as the format for it asks (CSV, RFC 4180)."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerow(map(_harmless, cells))
    return stream.getvalue()


def _harmless(cell: str) -> str:
    text = cell.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return f"'{text}" if _FORMULA.match(text) and number(text) is None else text

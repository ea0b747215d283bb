"""The cells of a metadata table: several values in one cell, names of columns, numbers as people write them."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable

from micrographia.collection.fields import NAME_PATTERN

SEPARATOR = ";"

# A value ends at a semicolon that an even number of backslashes (none, as a rule) stands before.
# Where backslashes begin is looked for once: a long run of them would be tried from each of its places.
_ESCAPED = re.compile(r"(?<!\\)(\\*)(;|$)")
_BEFORE_SEPARATOR = re.compile(r"(?<!\\)(\\*);")
_AT_THE_END = re.compile(r"(?<!\\)(\\+)$")
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d{1,3})?")


def split_values(cell: str) -> list[str]:
    r"""The values of a cell, by position, blanks around them taken off; ``\;`` is a semicolon within a value.

    Backslashes are themselves everywhere but right before a semicolon, where each is written twice.
    """
    values, text, end = [], "", 0
    for match in _ESCAPED.finditer(cell):
        if match.start() < end:
            continue
        slashes = match[1]
        text += cell[end : match.start()]
        end = match.end()
        if not match[2]:
            text += slashes
            break
        text += "\\" * (len(slashes) // 2)
        if len(slashes) % 2:
            text += SEPARATOR
        else:
            values.append(text.strip())
            text = ""
    values.append((text + cell[end:]).strip())
    return values


def join_values(values: Iterable[str]) -> str:
    """One cell of several values, from which ``split_values`` reads the same again."""
    written = [_BEFORE_SEPARATOR.sub(r"\1\1\\;", value) for value in values]
    # Backslashes at the end of a value come to stand before the separator.
    inner = [_AT_THE_END.sub(r"\1\1", value) for value in written[:-1]]
    return SEPARATOR.join([*inner, *written[-1:]])


def column_name(header: str) -> str:
    """The name of a column however it is written: ``Cell Type`` is ``cell_type``; empty when it cannot be one.

    Letters lose their accents and a micro sign is a ``u``: ``Pixel size (µm)`` is ``pixel_size_um``.
    """
    text = unicodedata.normalize("NFKD", header.replace("µ", "u").replace("μ", "u")).casefold()
    name = re.sub(r"[^a-z0-9]+", "_", text.encode("ascii", "ignore").decode()).strip("_")
    if name and not name[0].isalpha():
        name = f"column_{name}"
    name = name[:60].rstrip("_")
    return name if NAME_PATTERN.fullmatch(name) else ""


def number(cell: str) -> float | None:
    """The finite number in a cell, with a point or a comma before its decimals; ``None`` when it is none."""
    text = cell.strip()
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text.replace(",", "."))
    return value if math.isfinite(value) else None

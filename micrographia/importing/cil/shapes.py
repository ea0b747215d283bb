"""Values of any JSON document, taken as what they should be; whatever is something else is nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

# Of a list in a document: no record has a tenth of it.
ITEMS_LIMIT = 10_000

_NUMBER = re.compile(r"[+-]?(\d{1,15}(\.\d{0,15})?|\.\d{1,15})([eE][+-]?\d{1,3})?")
_EMPTY: Mapping[str, Any] = {}


def an_object(value: object) -> Mapping[str, Any]:
    """The value when it is an object, else an empty one."""
    return value if isinstance(value, dict) else _EMPTY


def at(value: object, *path: str) -> Any:
    """What stands at a path of names, ``None`` where it does not lead on."""
    for name in path:
        value = an_object(value).get(name)
    return value


def as_list(value: object) -> Sequence[Any]:
    """The value as a list: itself, nothing for ``None``, and a list of one for anything else."""
    if value is None:
        return ()
    return value[:ITEMS_LIMIT] if isinstance(value, list) else (value,)


def as_text(value: object) -> str | None:
    """The text of a string or a number, ``None`` of anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return str(value) if abs(value) < 10**18 else None
    if isinstance(value, float) and math.isfinite(value):
        return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
    return None


def as_number(value: object) -> float | None:
    """The finite number that a number or its text says, ``None`` for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return float(value) if abs(value) < 10**18 else None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str) and len(value) < 60 and _NUMBER.fullmatch(value.strip()):
        number = float(value)
        return number if math.isfinite(number) else None
    return None

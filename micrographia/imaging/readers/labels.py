"""Label images: pictures whose numbers name objects, recognised by what they are called and by their pixels."""

from __future__ import annotations

import numpy as np

_LOOKED_AT = 512
_DISTINCT_LIMIT = 4096
_EVENNESS = 0.6


def looks_like_labels(plane: np.ndarray) -> bool:
    """Whether a plane holds background 0 and few distinct whole numbers in even areas."""
    if plane.dtype.kind not in "ui" or plane.size < 2:
        return False
    distinct = np.unique(plane)
    if distinct[0] != 0 or not 2 <= len(distinct) <= max(2, min(_DISTINCT_LIMIT, plane.size // 4)):
        return False
    return plane.shape[1] < 2 or float((plane[:, 1:] == plane[:, :-1]).mean()) >= _EVENNESS


def middle(length: int) -> slice:
    """The middle of an axis, as much of it as is looked at."""
    start = max(0, (length - _LOOKED_AT) // 2)
    return slice(start, start + _LOOKED_AT)

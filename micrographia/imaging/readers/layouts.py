"""How the pages of one or several TIFF files lie on the axes, with what the files say of calibration and channels."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from micrographia.collection.findings import Finding
from micrographia.collection.records import Channel, PixelSize

MISSING = -1


@dataclass(frozen=True)
class Layout:
    """The planes of one image on its axes, and what the file says besides.

    ``planes`` has the shape (t, z, c, 2): the number of the file and of the page in it, ``MISSING`` where there is
    none. ``is_virtual`` says that only the first plane has a directory and the others follow it without one.
    """

    planes: np.ndarray
    format: str
    channels: tuple[Channel, ...] = ()
    pixel_size_um: PixelSize = PixelSize()
    frame_interval_s: float | None = None
    acquired: str | None = None
    says_labels: bool = False
    is_virtual: bool = False
    findings: tuple[Finding, ...] = field(default=())


def planes_in_order(order: str, lengths: dict[str, int], pages: int, step: int = 1) -> np.ndarray:
    """Page numbers on the axes (t, z, c, 2) for pages that come in ``order``, the slowest axis first.

    Parameters
    ----------
    order
        Letters of ``tzc``, slowest first; axes left out have length 1.
    lengths
        The length of each axis.
    pages
        How many pages there are; planes beyond them are ``MISSING``.
    step
        Pages per plane.
    """
    order = order + "".join(axis for axis in "tzc" if axis not in order)
    shape = [lengths.get(axis, 1) for axis in order]
    numbers = np.arange(int(np.prod(shape, dtype=np.int64)), dtype=np.int64).reshape(shape) * step
    numbers = np.where(numbers < pages, numbers, MISSING).transpose([order.index(axis) for axis in "tzc"])
    return np.stack([np.where(numbers < 0, MISSING, 0), numbers], axis=-1)


def missing_finding(missing: int, total: int) -> Finding:
    """The finding for planes that the metadata promise and the file does not have."""
    return Finding(
        "error",
        "axes",
        f"The file promises {total:,} planes, and {missing:,} of them are not there. It may be cut off.",
        "Copy the file again, with all files that belong to it.",
    )

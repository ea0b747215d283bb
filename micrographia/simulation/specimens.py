"""What a simulated specimen is, and the picture that is made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Dye:
    """A channel: name, display colour (``#RRGGBB``), emission and excitation wavelength in nm."""

    name: str
    color: str = "#FFFFFF"
    emission_nm: float | None = None
    excitation_nm: float | None = None
    fluor: str | None = None
    contrast: str | None = None


@dataclass(frozen=True)
class Picture:
    """A simulated image with its calibration and the true answers.

    ``planes`` are (t, z, c, y, x), or (y, x, 3) for colour. ``labels`` are true label planes as (t, z, y, x);
    ``truth`` is what can be counted, measured or timed, as plain JSON.
    """

    planes: NDArray
    pixel_um: float
    dyes: tuple[Dye, ...]
    z_um: float | None = None
    interval_s: float | None = None
    truth: Mapping[str, object] = field(default_factory=dict)
    labels: NDArray | None = None
    objective: str = ""
    na: float | None = None


@dataclass(frozen=True)
class Pyramid:
    """A picture too large for memory: ``shape`` is (y, x, samples), ``strip`` makes one row of tiles after the other.

    ``truth`` is asked once all strips are made.
    """

    shape: tuple[int, int, int]
    tile: int
    pixel_um: float
    dyes: tuple[Dye, ...]
    strip: Callable[[int], NDArray]
    strips: int
    quality: int = 70
    truth: Callable[[], Mapping[str, object]] = dict
    objective: str = ""
    na: float | None = None


@dataclass(frozen=True)
class Specimen:
    """One image of the demo collection: its id, how it is made, and about how many seconds that takes.

    Its title, description and fields stand under its id in ``records.toml``.
    """

    id: str
    make: Callable[[np.random.Generator], Picture | Pyramid]
    cost: float = 1.0


def with_axes(planes: NDArray, *, axis: str) -> NDArray:
    """Planes with fewer axes as (t, z, c, y, x); ``axis`` names those that are there, such as ``tcyx``."""
    order = "tzcyx"
    shape = [planes.shape[axis.index(name)] if name in axis else 1 for name in order]
    return planes.transpose([axis.index(name) for name in order if name in axis]).reshape(shape)

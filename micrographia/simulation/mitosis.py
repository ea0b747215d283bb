"""Dividing cells seen: one living HeLa cell from prophase to cytokinesis, and six fixed ones, one for each stage.

The geometry is that of ``division``; the confocal microscope and the camera make pictures of it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from micrographia.simulation.cameras import bleaching, expose, illumination
from micrographia.simulation.division import CHROMOSOMES, Dividing, Genome, Nucleus, dividing, poles_at, stage_at
from micrographia.simulation.optics import Floats, Microscope
from micrographia.simulation.shapes import Rng, splat
from micrographia.simulation.specimens import Dye, Picture, Specimen

GREEN, RED, BLUE, MAGENTA = "#00FF00", "#FF4040", "#4080FF", "#FF00FF"

Shape = tuple[int, int, int]
Voxel = tuple[float, float, float]


def live(rng: Rng) -> Picture:
    """A dividing HeLa cell over 32 time points of 9 slices: histone H2B and tubulin, spinning disk."""
    frames, slices, size, pixel, z_um = 32, 9, 240, 0.135, 1.2
    scope = Microscope(1.3, 1.406, 1.38, pixel, z_um, "confocal", pinhole_airy=1.3)
    genome, shape, voxel = Genome.random(rng), (slices, size, size), (z_um, pixel, pixel)
    progress = np.linspace(0.0, 1.0, frames)
    planes = np.zeros((frames, slices, 2, size, size), np.uint8)
    fading, drift = bleaching(frames, left=0.8), np.cumsum(rng.normal(0, 0.5, (frames, 2)), 0)
    lamp = illumination((size, size), fall=0.15)
    for t, moment in enumerate(progress):
        state = dividing(np.random.default_rng(rng.integers(2**32)), genome, float(moment))
        angle = 0.5 + 0.25 * np.sin(3 * moment)
        volumes = _volumes(shape, voxel, state, angle, drift[t])
        for c, (volume, nm, bright) in enumerate(zip(volumes, (610.0, 525.0), (LIVE_DNA, LIVE_TUBULIN))):
            light = scope.blur(volume, nm, 33) * lamp * fading[t] * bright + 1.5
            planes[t, :, c] = expose(rng, light, offset=4, gain=0.3, read=1.0, bits=8)
    times = [{"frame": t, "minutes": 2 * t, "stage": stage_at(float(p))} for t, p in enumerate(progress)]
    dyes = (Dye("H2B-mCherry", MAGENTA, 610, 561, "mCherry"), Dye("EGFP-tubulin", GREEN, 525, 488, "EGFP"))
    half_lengths = [round(float(poles_at(p)[1, 2]), 3) for p in progress]
    truth = {"stages": times, "chromosomes": CHROMOSOMES, "spindle_half_length_um": half_lengths}
    return Picture(planes, pixel, dyes, z_um, 120.0, truth, objective="60x silicone", na=1.3)


# Photons of a voxel of the specimen: set so that the plate and the spindle nearly fill the camera.
LIVE_DNA, LIVE_TUBULIN = 110.0, 75.0


def still(progress: float):
    """A maker of one stage in three channels: DNA, tubulin, kinetochores; a confocal z-stack of a fixed cell."""

    def make(rng: Rng) -> Picture:
        slices, size, pixel, z_um = 20, 256, 0.105 if progress < 0.7 else 0.12, 0.5
        scope = Microscope(1.4, 1.515, 1.46, pixel, z_um, "confocal", depth_um=2.0)
        state = dividing(rng, Genome.random(rng), progress)
        shape, voxel, angle = (slices, size, size), (z_um, pixel, pixel), rng.uniform(-0.6, 0.6)
        dna, tubulin = _volumes(shape, voxel, state, angle, np.zeros(2), 1.6)
        dots = splat(shape, _to_grid(state.kinetochores, shape, voxel, angle, np.zeros(2)), 60.0)
        dots += 0.04 * _body(shape, voxel, state, angle, np.zeros(2))
        planes = np.zeros((1, slices, 3, size, size), np.uint16)
        for c, (volume, nm, bright) in enumerate(((dna, 461.0, 300.0), (tubulin, 525.0, 110.0), (dots, 670.0, 160.0))):
            planes[0, :, c] = expose(rng, scope.blur(volume, nm, 41) * bright + 2.0, offset=100, gain=0.3)
        places = [dict(zip("zyx", map(float, p))) for p in state.kinetochores]
        truth = {"stage": stage_at(progress), "progress": progress, "kinetochores_um": places, "poles_um": state.poles}
        return Picture(planes, pixel, STILL_DYES, z_um, None, truth, objective="100x oil", na=1.4)

    return make


STILL_DYES = (
    Dye("DNA (DAPI)", BLUE, 461, 405, "DAPI"),
    Dye("alpha-tubulin", GREEN, 525, 488, "Alexa Fluor 488"),
    Dye("kinetochores (CREST)", RED, 670, 640, "Alexa Fluor 647"),
)


def _volumes(
    shape: Shape, voxel: Voxel, state: Dividing, angle: float, shift: NDArray, fine: float = 1.0
) -> tuple[Floats, Floats]:
    """The density of DNA and of tubulin: both also loose in the cell, but no tubulin in closed nuclei."""
    dna = splat(shape, _to_grid(state.dna, shape, voxel, angle, shift), state.dna_weight * fine)
    tubulin = splat(shape, _to_grid(state.tubulin, shape, voxel, angle, shift), state.tubulin_weight * 2.2 * fine)
    cell = _body(shape, voxel, state, angle, shift)
    outside = np.ones(shape, np.float32)
    for nucleus in state.nuclei:
        outside *= 1 - 0.85 * nucleus.closed * _inside(shape, voxel, nucleus, angle, shift)
    return dna + 0.03 * cell, (tubulin + 1.2) * cell * outside


def _inside(shape: Shape, voxel: Voxel, nucleus: Nucleus, angle: float, shift: NDArray) -> Floats:
    z, along, across = _axes(shape, voxel, angle, shift)
    zyx = zip((z, across, along), nucleus.middle, nucleus.radii)
    distance = np.sqrt(sum(((axis - middle) / radius) ** 2 for axis, middle, radius in zyx))
    return np.clip((1 - distance) * 8 + 0.5, 0, 1).astype(np.float32)


def _body(shape: Shape, voxel: Voxel, state: Dividing, angle: float, shift: NDArray) -> Floats:
    """The cell as a soft mask: one ball that becomes two, joined smoothly until the furrow has closed."""
    z, along, across = _axes(shape, voxel, angle, shift)
    apart = 2.9 * state.gap / 2.4 + 3.1 * state.furrow
    radius = 9.2 - 0.31 * apart
    turn = np.arctan2(across, np.abs(along) - apart)
    radius = radius + (0.16 * np.sin(5 * turn + 1.3) + 0.1 * np.sin(9 * turn + 4 * np.sign(along)) * state.furrow)
    wide = across**2 + (1.2 * z) ** 2
    left, right = np.sqrt((along + apart) ** 2 + wide) - radius, np.sqrt((along - apart) ** 2 + wide) - radius
    join = 0.25 + 3.0 * (1 - state.furrow)
    blend = np.clip(0.5 + 0.5 * (right - left) / join, 0, 1)
    distance = right * (1 - blend) + left * blend - join * blend * (1 - blend)
    bridge = np.sqrt(wide) - 0.75 + 6 * (np.abs(along) > apart)
    return np.clip(0.5 - np.minimum(distance, bridge) / 0.7, 0, 1).astype(np.float32)


def _axes(shape: Shape, voxel: Voxel, angle: float, shift: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Each voxel's place in µm: depth, along the spindle, and across it."""
    z, y, x = np.meshgrid(*((np.arange(n, dtype=np.float32) - (n - 1) / 2) for n in shape), indexing="ij", sparse=True)
    y, x = (y - shift[0]) * voxel[1], (x - shift[1]) * voxel[2]
    return z * voxel[0], x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)


def _to_grid(points: NDArray, shape: Shape, voxel: Voxel, angle: float, shift: NDArray) -> NDArray:
    z, y, x = points.T
    turned = np.stack([z, y * np.cos(angle) + x * np.sin(angle), x * np.cos(angle) - y * np.sin(angle)], 1)
    return turned / np.array(voxel) + (np.array(shape) - 1) / 2 + np.array([0, shift[0], shift[1]])


_STILLS = (
    ("prophase", 0.1), ("prometaphase", 0.27), ("metaphase", 0.5), ("anaphase", 0.665), ("telophase", 0.8),
    ("cytokinesis", 0.97),
)  # fmt: skip

SPECIMENS = (
    Specimen("mitosis-live", live, 6.0),
    *(Specimen(f"mitosis-{name}", still(progress), 1.0) for name, progress in _STILLS),
)

"""Dividing cells: chromosomes, kinetochores and the spindle in three dimensions, from prophase to cytokinesis.

Geometry after B. Alberts et al., Molecular Biology of the Cell, chapter 17, and C. E. Walczak et al., Nat. Rev. Mol.
Cell Biol. 11, 91 (2010): 46 chromosomes of 2 to 5 µm condense in a round nucleus, move to a plate between poles that
lie about 11 µm apart, part at about 1 µm a minute to poles that separate further, and decondense; the cell rounds up,
lengthens, and is cut at its middle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from micrographia.simulation.cameras import bleaching, expose, illumination
from micrographia.simulation.optics import Floats, Microscope
from micrographia.simulation.shapes import Rng, splat
from micrographia.simulation.specimens import Dye, Picture, Specimen

CHROMOSOMES = 46
BEADS = 44
STAGES = (
    (0.00, "prophase"), (0.18, "prometaphase"), (0.38, "metaphase"), (0.58, "anaphase"), (0.74, "telophase"),
    (0.86, "cytokinesis"),
)  # fmt: skip
GREEN, RED, BLUE, MAGENTA, CYAN = "#00FF00", "#FF4040", "#4080FF", "#FF00FF", "#00FFFF"


def stage_at(progress: float) -> str:
    """The stage of mitosis at a progress between 0 (prophase begins) and 1 (the daughters have parted)."""
    return [name for start, name in STAGES if progress >= start][-1]


@dataclass(frozen=True)
class Genome:
    """What stays the same of a cell's chromosomes while it divides: lengths, places in nucleus and plate, bends."""

    length: NDArray
    nuclear: NDArray
    plate: NDArray
    curl: NDArray
    lag: NDArray
    threads: NDArray

    @classmethod
    def random(cls, rng: Rng) -> Genome:
        """The chromosomes of one human cell."""
        n = CHROMOSOMES
        length = np.sort(rng.uniform(1.6, 4.6, n))[::-1]
        ball = rng.normal(size=(n, 3))
        ball *= (rng.random((n, 1)) ** (1 / 3)) / np.linalg.norm(ball, axis=1, keepdims=True)
        radius = 4.4 * np.sqrt((np.arange(n)[::-1] + 0.5) / n)
        turn = np.arange(n) * 2.39996 + rng.normal(0, 0.2, n)
        plate = np.stack([radius * 0.85 * np.sin(turn), radius * np.cos(turn)], 1)
        curl = rng.normal(0, 1, (n, 2, 3))
        return cls(length, ball, plate, curl, rng.normal(0, 1, (n, 2)), rng.normal(0, 1, (n, 2, BEADS, 3)))


@dataclass(frozen=True)
class Dividing:
    """One moment of a division as points in µm (z, y, x) round the cell's middle, the spindle along x, with weights."""

    dna: NDArray
    dna_weight: NDArray
    kinetochores: NDArray
    tubulin: NDArray
    tubulin_weight: NDArray
    poles: NDArray
    furrow: float
    gap: float


def dividing(rng: Rng, genome: Genome, progress: float) -> Dividing:
    """The chromosomes, kinetochores and microtubules of a cell at a progress between 0 and 1."""
    condensed = _ramp(progress, -0.05, 0.16) * (1 - _ramp(progress, 0.74, 1.0))
    gather = _ramp(progress, 0.18, 0.42)
    apart = _ramp(progress, 0.58, 0.76)
    poles_x = 3.5 + 2.2 * _ramp(progress, 0.12, 0.3) + 2.6 * _ramp(progress, 0.62, 0.86)
    centres, sister = _centres(genome, progress, gather, apart, poles_x)
    dna, weight = _arms(rng, genome, centres, condensed, gather, apart)
    poles = np.array([[0.4, 0.5, -poles_x], [-0.4, -0.5, poles_x]])
    tubulin, strength = _microtubules(rng, progress, poles, centres, sister, gather)
    return Dividing(
        dna,
        weight,
        centres,
        tubulin,
        strength,
        poles,
        float(_ramp(progress, 0.72, 0.97)),
        2.4 * float(_ramp(progress, 0.6, 0.95)),
    )


def live(rng: Rng) -> Picture:
    """A dividing HeLa cell over 32 time points of 9 slices: histone H2B and tubulin, spinning disk."""
    frames, slices, size, pixel, z_um = 32, 9, 176, 0.16, 1.2
    scope = Microscope(1.3, 1.406, 1.38, pixel, z_um, "confocal", pinhole_airy=1.6)
    genome, tilt = Genome.random(rng), 0.5
    progress = np.linspace(0.0, 1.0, frames)
    planes = np.zeros((frames, slices, 2, size, size), np.uint8)
    fading, drift = bleaching(frames, left=0.62), np.cumsum(rng.normal(0, 0.7, (frames, 2)), 0)
    lamp = illumination((size, size), fall=0.18)
    for t, moment in enumerate(progress):
        state = dividing(np.random.default_rng(rng.integers(2**32)), genome, float(moment))
        angle = tilt + 0.25 * np.sin(3 * moment)
        dna, tubulin = _volumes((slices, size, size), (z_um, pixel, pixel), state, angle, drift[t])
        for c, (volume, nm) in enumerate(((dna, 610.0), (tubulin, 525.0))):
            light = scope.blur(volume, nm, 33) * lamp * fading[t]
            planes[t, :, c] = expose(
                rng, light * (13.0 if c == 0 else 9.0) + 2.0, offset=5, gain=0.28, read=1.2, bits=8
            )
    times = [{"frame": t, "minutes": 2 * t, "stage": stage_at(float(p))} for t, p in enumerate(progress)]
    dyes = (Dye("H2B-mCherry", MAGENTA, 610, 561, "mCherry"), Dye("EGFP-tubulin", GREEN, 525, 488, "EGFP"))
    truth = {"stages": times, "chromosomes": CHROMOSOMES, "spindle_half_length_um": _half_lengths(progress)}
    return Picture(planes, pixel, dyes, z_um, 120.0, truth, objective="60x silicone", na=1.3)


def still(progress: float):
    """A maker of one stage in three channels: DNA, tubulin, kinetochores; a confocal z-stack of a fixed cell."""

    def make(rng: Rng) -> Picture:
        slices, size, pixel, z_um = 20, 256, 0.105, 0.5
        scope = Microscope(1.4, 1.515, 1.46, pixel, z_um, "confocal", depth_um=2.0)
        state = dividing(rng, Genome.random(rng), progress)
        shape, voxel, angle = (slices, size, size), (z_um, pixel, pixel), rng.uniform(-0.6, 0.6)
        dna, tubulin = _volumes(shape, voxel, state, angle, np.zeros(2), 1.6)
        cell = _body(shape, voxel, state, angle, np.zeros(2))
        dots = splat(shape, _to_grid(state.kinetochores, shape, voxel, angle, np.zeros(2)), 60.0)
        planes = np.zeros((1, slices, 3, size, size), np.uint16)
        for c, (volume, nm, bright) in enumerate(((dna, 461.0, 60.0), (tubulin, 525.0, 42.0), (dots, 670.0, 50.0))):
            haze = 0.05 * cell if c == 2 else 0
            planes[0, :, c] = expose(rng, scope.blur(volume + haze, nm, 41) * bright + 3.0, offset=100, gain=0.3)
        dyes = (
            Dye("DNA (DAPI)", BLUE, 461, 405, "DAPI"),
            Dye("alpha-tubulin", GREEN, 525, 488, "Alexa Fluor 488"),
            Dye("kinetochores (CREST)", RED, 670, 640, "Alexa Fluor 647"),
        )
        places = [dict(zip("zyx", map(float, p))) for p in state.kinetochores]
        truth = {"stage": stage_at(progress), "progress": progress, "kinetochores_um": places, "poles_um": state.poles}
        return Picture(planes, pixel, dyes, z_um, None, truth, objective="100x oil", na=1.4)

    return make


def _centres(genome: Genome, progress: float, gather: float, apart: float, poles_x: float) -> tuple[NDArray, NDArray]:
    n = CHROMOSOMES
    in_nucleus = genome.nuclear * np.array([4.2, 5.6, 6.2])
    wobble = 0.25 * np.sin(9 * progress + 6 * genome.lag)
    plate = np.concatenate([genome.plate, np.zeros((n, 1))], 1)
    plate[:, 2] = 0.35 * wobble[:, 0] + 0.12 * genome.lag[:, 0]
    plate[:, 2] += (1 - gather) * 2.5 * np.sign(in_nucleus[:, 2]) * np.abs(genome.lag[:, 1])
    middle = in_nucleus * (1 - gather) + plate * gather
    side = np.repeat([-1.0, 1.0], n)
    centres = np.concatenate([middle, middle])
    spread = 0.35 * _ramp(progress, 0.15, 0.4)
    travel = apart * (poles_x - 1.6)
    lag = np.concatenate([genome.lag[:, 0], genome.lag[:, 1]]) * 0.25 * apart * (1 - 0.6 * apart)
    centres[:, 2] = centres[:, 2] * (1 - apart) + side * (spread + travel + lag)
    tight = 1 - 0.42 * apart + 0.2 * _ramp(progress, 0.85, 1.0)
    centres[:, :2] *= tight
    return centres, side


def _arms(
    rng: Rng, genome: Genome, centres: NDArray, condensed: float, gather: float, apart: float
) -> tuple[NDArray, NDArray]:
    """Two arms of each chromatid: threads in the nucleus, rods on the plate, trailing behind the centromere later."""
    n, beads, loose = CHROMOSOMES, BEADS, 1 - condensed
    at = np.linspace(-1, 1, beads)
    length = np.tile(genome.length, 2)[:, None]
    side = np.repeat([-1.0, 1.0], n)[:, None]
    direction = np.concatenate([genome.curl[:, 0], genome.curl[:, 0]])
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    outward = np.concatenate(
        [centres[:, :2] / (np.linalg.norm(centres[:, :2], axis=1, keepdims=True) + 0.5), 0 * side], 1
    )
    direction = direction * (1 - 0.6 * gather) + outward * 0.9 * gather
    arm = at[None, :, None] * direction[:, None] * length[..., None] / 2
    arm[..., 2] -= side * apart * np.abs(at) * length * 0.34
    curls = np.cumsum(np.concatenate([genome.threads[:, 0], genome.threads[:, 1]]), 1)
    curls -= curls.mean(1, keepdims=True)
    arm = arm * (1 - 0.35 * loose) + curls * (0.09 + 0.55 * loose * (1 - 0.55 * apart))
    points = centres[:, None] + arm * (1 - 0.2 * gather)
    weight = np.repeat((3.0 + 2.0 * loose) * length / beads * 10, beads, axis=1)
    fuzz = rng.normal(0, 0.2 + 0.2 * loose, (2 * n, beads, 4, 3))
    points = (points[:, :, None] + fuzz).reshape(-1, 3)
    weight = np.repeat(weight.ravel(), 4) / 4
    return _in_nucleus(points, apart) if loose > 0.05 else points, weight


def _in_nucleus(points: NDArray, apart: float) -> NDArray:
    """Loose chromatin kept within the envelope of the mother's, later the daughters' nuclei."""
    radii = np.array([4.6, 6.0, 6.6]) if apart < 0.5 else np.array([3.0, 4.2, 2.3])
    middle = np.zeros_like(points)
    if apart >= 0.5:
        for sign in (-1, 1):
            half = np.sign(points[:, 2]) == sign
            middle[half] = points[half].mean(0) if half.any() else 0
    away = (points - middle) / radii
    norm = np.linalg.norm(away, axis=1, keepdims=True)
    return middle + away * radii * np.minimum(1, 1 / np.maximum(norm, 1e-6)) ** 0.85


def _microtubules(
    rng: Rng, progress: float, poles: NDArray, centres: NDArray, side: NDArray, gather: float
) -> tuple[NDArray, NDArray]:
    fibres, weights = [], []
    formed = float(_ramp(progress, 0.08, 0.34)) * (1 - float(_ramp(progress, 0.74, 0.92)))
    at = np.linspace(0.03, 1, 60)[:, None]
    for pole, sign in zip(poles, (-1.0, 1.0)):
        for centre in centres[side == sign]:
            fibres.append(_arc(pole, centre, at, 0.0))
            weights.append(np.full(60, 0.9 * formed * (0.35 + 0.65 * gather)))
        for _ in range(60):
            end = pole * np.array([1, 1, -rng.uniform(0.0, 0.45)]) + rng.normal(0, 1, 3) * np.array([1.7, 2.2, 0.6])
            fibres.append(_arc(pole, end, at, 0.0))
            weights.append(np.full(60, 0.55 * formed))
        away = rng.normal(size=(110, 3))
        away[:, 2] = np.where(rng.random(110) < 0.75, sign, -sign) * np.abs(away[:, 2])
        away *= rng.uniform(2.0, 8.0, (110, 1)) / np.linalg.norm(away, axis=1, keepdims=True)
        for ray in away * np.array([0.7, 1, 1]) * (0.55 + 0.45 * formed):
            fibres.append(_arc(pole, pole + ray, at, 0.15 * rng.normal()))
            weights.append(np.linspace(0.42, 0.1, 60))
    late = float(_ramp(progress, 0.62, 0.8))
    narrow = 3.2 * (1 - float(_ramp(progress, 0.74, 0.97))) + 0.28
    for _ in range(int(90 * late)):
        y, z = rng.normal(0, narrow / 2, 2)
        x = np.linspace(-1, 1, 60) * rng.uniform(1.6, 3.6) + rng.normal(0, 0.3)
        pinch = 1 + 0.5 * (x / 3) ** 2
        fibres.append(np.stack([z * pinch, y * pinch, x], 1))
        weights.append(
            np.full(60, 1.1 * late) * np.where(np.abs(x) < 0.35 * float(_ramp(progress, 0.85, 1.0)), 0.15, 1.0)
        )
    fibres.append(np.repeat(poles, 40, 0) + rng.normal(0, 0.18, (80, 3)))
    weights.append(np.full(80, 1.2))
    return np.concatenate(fibres), np.concatenate(weights)


def _arc(start: NDArray, end: NDArray, at: NDArray, bow: float) -> NDArray:
    """A line that leaves the pole towards the spindle's axis side and bows outward, as spindle fibres do."""
    line = start + (end - start) * at
    line[:, :2] += (end[:2] * 0.55 + bow) * (at * (1 - at))
    return line


def _volumes(
    shape: tuple[int, int, int],
    voxel: tuple[float, float, float],
    state: Dividing,
    angle: float,
    shift: NDArray,
    fine: float = 1.0,
) -> tuple[Floats, Floats]:
    dna = splat(shape, _to_grid(state.dna, shape, voxel, angle, shift), state.dna_weight * fine)
    tubulin = splat(shape, _to_grid(state.tubulin, shape, voxel, angle, shift), state.tubulin_weight * 2.2 * fine)
    cell = _body(shape, voxel, state, angle, shift)
    return dna + 0.04 * cell, (tubulin + 0.35) * cell


def _body(shape: tuple[int, int, int], voxel: tuple, state: Dividing, angle: float, shift: NDArray) -> Floats:
    """The cell as a soft mask: one ball that becomes two, joined smoothly until the furrow has closed."""
    z, y, x = np.meshgrid(*((np.arange(n, dtype=np.float32) - (n - 1) / 2) for n in shape), indexing="ij", sparse=True)
    y, x, z = (y - shift[0]) * voxel[1], (x - shift[1]) * voxel[2], z * voxel[0] * 1.2
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    apart = 2.9 * state.gap / 2.4 + 2.9 * state.furrow
    radius = 9.0 - 0.27 * apart
    wide = across**2 + z**2
    left, right = np.sqrt((along + apart) ** 2 + wide) - radius, np.sqrt((along - apart) ** 2 + wide) - radius
    join = 0.25 + 3.0 * (1 - state.furrow)
    blend = np.clip(0.5 + 0.5 * (right - left) / join, 0, 1)
    distance = right * (1 - blend) + left * blend - join * blend * (1 - blend)
    ruffle = 0.25 * np.sin(5 * np.arctan2(across, along) + 1.3) * (1 - state.furrow)
    return np.clip(0.5 - (distance + ruffle) / 0.7, 0, 1).astype(np.float32)


def _to_grid(points: NDArray, shape: tuple, voxel: tuple, angle: float, shift: NDArray) -> NDArray:
    z, y, x = points.T
    turned = np.stack([z, y * np.cos(angle) + x * np.sin(angle), x * np.cos(angle) - y * np.sin(angle)], 1)
    return turned / np.array(voxel) + (np.array(shape) - 1) / 2 + np.array([0, shift[0], shift[1]])


def _half_lengths(progress: NDArray) -> list[float]:
    return [round(float(3.5 + 2.2 * _ramp(p, 0.12, 0.3) + 2.6 * _ramp(p, 0.62, 0.86)), 3) for p in progress]


def _ramp(value: float, start: float, end: float) -> float:
    at = np.clip((value - start) / (end - start), 0, 1)
    return float(at * at * (3 - 2 * at))


_STILLS = (
    ("prophase", 0.1), ("prometaphase", 0.27), ("metaphase", 0.5), ("anaphase", 0.665), ("telophase", 0.8),
    ("cytokinesis", 0.97),
)  # fmt: skip

SPECIMENS = (
    Specimen("mitosis-live", live, 4.0),
    *(Specimen(f"mitosis-{name}", still(progress), 1.0) for name, progress in _STILLS),
)

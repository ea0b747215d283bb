"""The geometry of a dividing cell: chromosomes, kinetochores, microtubules and nuclei as points in µm.

After B. Alberts et al., Molecular Biology of the Cell, chapter 17, and C. E. Walczak et al., Nat. Rev. Mol. Cell Biol.
11, 91 (2010): 46 chromosomes of 2 to 5 µm condense in a round nucleus while the centrosomes part on its surface, move
to a plate between poles that lie about 11 µm apart, part at about 1 µm a minute with their arms trailing, and
decondense in new nuclei. Points are (z, y, x) round the middle of the cell, the spindle along x.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from micrographia.simulation.shapes import Rng

CHROMOSOMES = 46
BEADS = 48
STRANDS = 4
STAGES = (
    (0.00, "prophase"), (0.18, "prometaphase"), (0.38, "metaphase"), (0.58, "anaphase"), (0.74, "telophase"),
    (0.86, "cytokinesis"),
)  # fmt: skip
NUCLEUS_UM = np.array([4.4, 5.6, 6.2])


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
        # Condensing chromosomes lie at the envelope more than in the middle.
        ball *= (rng.uniform(0.2, 1, (n, 1)) ** (1 / 3)) / np.linalg.norm(ball, axis=1, keepdims=True)
        radius = 4.3 * np.sqrt((np.arange(n)[::-1] + 0.5) / n)
        turn = np.arange(n) * 2.39996 + rng.normal(0, 0.2, n)
        plate = np.stack([radius * 0.85 * np.sin(turn), radius * np.cos(turn)], 1)
        # Tangents that turn slowly make smooth coils.
        bends = ndimage.gaussian_filter1d(rng.normal(0, 1, (n, 2, BEADS, 3)), 3.0, axis=2) * 3.2
        threads = np.cumsum(bends - bends.mean(2, keepdims=True), 2)
        threads -= threads.mean(2, keepdims=True)
        return cls(length, ball, plate, rng.normal(0, 1, (n, 3)), rng.normal(0, 1, (n, 2)), threads)


@dataclass(frozen=True)
class Nucleus:
    """A nucleus that keeps tubulin out: its middle and half axes in µm, and how closed its envelope is, 0 to 1."""

    middle: NDArray
    radii: NDArray
    closed: float


@dataclass(frozen=True)
class Dividing:
    """One moment of a division: points with weights, the nuclei, how far the furrow is and the cell has lengthened."""

    dna: NDArray
    dna_weight: NDArray
    kinetochores: NDArray
    tubulin: NDArray
    tubulin_weight: NDArray
    poles: NDArray
    nuclei: tuple[Nucleus, ...]
    furrow: float
    gap: float


def stage_at(progress: float) -> str:
    """The stage of mitosis at a progress between 0 (prophase begins) and 1 (the daughters have parted)."""
    return [name for start, name in STAGES if progress >= start][-1]


def dividing(rng: Rng, genome: Genome, progress: float) -> Dividing:
    """The chromosomes, kinetochores and microtubules of a cell at a progress between 0 and 1."""
    gather, apart = ramp(progress, 0.18, 0.4), ramp(progress, 0.58, 0.76)
    poles = poles_at(progress)
    centres, sister = _centres(genome, progress, gather, apart, poles[1, 2])
    dna, weight = _arms(rng, genome, centres, progress, gather, apart)
    nuclei = _nuclei(centres, progress)
    dna = _confined(dna, nuclei)
    tubulin, strength = _microtubules(rng, progress, poles, centres, sister)
    return Dividing(
        dna,
        weight,
        centres,
        tubulin,
        strength,
        poles,
        nuclei,
        ramp(progress, 0.7, 0.95),
        2.4 * ramp(progress, 0.6, 0.95),
    )


def poles_at(progress: float) -> NDArray:
    """The two centrosomes: they part on the nucleus, form the spindle's ends, and separate further in anaphase."""
    angle = np.radians(38 + 52 * ramp(progress, 0.0, 0.22))
    half = 6.5 * np.sin(angle) - 0.9 * ramp(progress, 0.2, 0.4) + 2.6 * ramp(progress, 0.62, 0.86)
    up = 0.5 + 5.6 * np.cos(angle)
    return np.array([[0.4, up, -half], [-0.4, up - 1.0 * ramp(progress, 0.1, 0.3), half]])


def ramp(value: float, start: float, end: float) -> float:
    """0 up to a start, 1 from an end, smooth between."""
    at = np.clip((value - start) / (end - start), 0, 1)
    return float(at * at * (3 - 2 * at))


def _centres(genome: Genome, progress: float, gather: float, apart: float, half: float) -> tuple[NDArray, NDArray]:
    """The centromeres of all chromatids, first those that go left; and which way each goes."""
    n = CHROMOSOMES
    in_nucleus = genome.nuclear * NUCLEUS_UM * 0.84
    wobble = 0.25 * np.sin(9 * progress + 6 * genome.lag)
    plate = np.concatenate([genome.plate, np.zeros((n, 1))], 1)
    plate[:, 2] = 0.3 * wobble[:, 0] + 0.1 * genome.lag[:, 0]
    plate[:, 2] += (1 - gather) * 2.5 * np.sign(in_nucleus[:, 2]) * np.abs(genome.lag[:, 1])
    middle = in_nucleus * (1 - gather) + plate * gather
    side = np.repeat([-1.0, 1.0], n)
    centres = np.concatenate([middle, middle])
    centres[:, :2] *= 1 - 0.42 * apart
    # All are pulled to the pole at the same length, so that the set bends round it.
    reach = 3.2
    bent = reach - np.sqrt(np.clip(reach**2 - (centres[:, :2] ** 2).sum(1), 0.5, None))
    lag = np.concatenate([genome.lag[:, 0], genome.lag[:, 1]]) * 0.3 * apart * (1 - 0.6 * apart)
    travel = apart * (half - 2.3 + bent * (1 - 0.6 * ramp(progress, 0.74, 0.84)))
    centres[:, 2] = centres[:, 2] * (1 - apart) + side * (0.3 * ramp(progress, 0.15, 0.4) + travel + lag)
    return _reformed(genome, centres, side, ramp(progress, 0.8, 1.0)), side


def _reformed(genome: Genome, centres: NDArray, side: NDArray, share: float) -> NDArray:
    """The centromeres on their way into the two new nuclei."""
    middle = np.stack([0 * side, 0 * side, side * np.abs(centres[:, 2]).mean()], 1)
    inside = middle + np.concatenate([genome.nuclear, genome.nuclear[::-1]]) * _daughter_radii(1.0) * 0.8
    return centres + 0.85 * share * (inside - centres)


def _daughter_radii(share: float) -> NDArray:
    return np.array([3.2, 4.0, 1.7]) * (1 - share) + np.array([3.5, 4.3, 3.5]) * share


def _arms(
    rng: Rng, genome: Genome, centres: NDArray, progress: float, gather: float, apart: float
) -> tuple[NDArray, NDArray]:
    """Two arms of each chromatid: threads in the nucleus, rods on the plate, trailing behind the centromere later."""
    n = CHROMOSOMES
    loose = 1 - ramp(progress, -0.14, 0.16) * (1 - ramp(progress, 0.78, 1.02))
    at = np.linspace(-1, 1, BEADS)
    length, side = np.tile(genome.length, 2)[:, None], np.repeat([-1.0, 1.0], n)[:, None]
    arm = at[None, :, None] * _directions(genome, centres, gather, apart)[:, None] * length[..., None] / 2
    trailing = 1.1 * min(1.0, 2 * apart) * (1 - 0.55 * ramp(progress, 0.74, 0.86))
    arm[..., 2] -= side * trailing * np.abs(at) * length / 2
    # Sisters share one path until they part.
    own, other = genome.threads[:, 0], genome.threads[:, 1]
    coils = np.concatenate([own, own * (1 - apart) + other * apart])
    coils = coils * (0.05 + 0.3 * loose * (1 - 0.45 * apart))
    paths = centres[:, None] + arm * (1 - 0.5 * loose) + coils
    fuzz = rng.normal(0, 0.17 + 0.26 * loose, (2 * n, BEADS, STRANDS, 3))
    weight = np.repeat((3.0 + 1.5 * loose) * length / BEADS * 10, BEADS * STRANDS, axis=1) / STRANDS
    return (paths[:, :, None] + fuzz).reshape(-1, 3), weight.ravel()


def _directions(genome: Genome, centres: NDArray, gather: float, apart: float) -> NDArray:
    """Where the arms point: anywhere at first, then outward in the plane of the plate, and folded in as they part."""
    direction = np.concatenate([genome.curl, genome.curl])
    direction = direction / np.linalg.norm(direction, axis=1, keepdims=True)
    outward = centres[:, :2] / (np.linalg.norm(centres[:, :2], axis=1, keepdims=True) + 0.5)
    direction = direction * (1 - 0.5 * gather)
    direction[:, :2] += outward * 0.7 * gather * (1 - apart)
    direction[:, 2] *= 1 - 0.7 * gather
    return direction * (1 - 0.25 * apart)


def _nuclei(centres: NDArray, progress: float) -> tuple[Nucleus, ...]:
    """The mother's nucleus until its envelope breaks down, then the daughters' as they form."""
    if progress < 0.5:
        return (Nucleus(np.zeros(3), NUCLEUS_UM, 1 - ramp(progress, 0.13, 0.21)),)
    closed, radii = ramp(progress, 0.82, 0.95), _daughter_radii(ramp(progress, 0.8, 1.0))
    halves = centres[: len(centres) // 2], centres[len(centres) // 2 :]
    return tuple(Nucleus(half.mean(0), radii, closed) for half in halves)


def _confined(points: NDArray, nuclei: tuple[Nucleus, ...]) -> NDArray:
    """Chromatin kept within the nuclei, as far as they are closed."""
    if nuclei[0].closed == 0:
        return points
    parts = np.split(points, len(nuclei))
    for number, nucleus in enumerate(nuclei):
        away = (parts[number] - nucleus.middle) / nucleus.radii
        norm = np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-6)
        # What would lie outside is laid along the envelope, not on one surface.
        inside = np.minimum(norm, 0.8 + 0.2 * np.tanh((norm - 0.8) / 0.35) * (norm > 0.8))
        shrunk = away * (inside / norm * nucleus.closed + 1 - nucleus.closed)
        parts[number] = nucleus.middle + shrunk * nucleus.radii
    return np.concatenate(parts)


def _microtubules(
    rng: Rng, progress: float, poles: NDArray, centres: NDArray, side: NDArray
) -> tuple[NDArray, NDArray]:
    formed = ramp(progress, 0.17, 0.36) * (1 - ramp(progress, 0.74, 0.9))
    parts = [
        *(_half_spindle(rng, pole, sign, centres[side == sign], formed) for pole, sign in zip(poles, (-1.0, 1.0))),
        *(_aster(rng, pole, sign, progress) for pole, sign in zip(poles, (-1.0, 1.0))),
        _midzone(rng, progress),
        (np.repeat(poles, 30, 0) + rng.normal(0, 0.2, (60, 3)), np.full(60, 0.5)),
    ]
    return np.concatenate([points for points, _ in parts]), np.concatenate([weights for _, weights in parts])


def _half_spindle(rng: Rng, pole: NDArray, sign: float, centres: NDArray, formed: float) -> tuple[NDArray, NDArray]:
    """The fibres of the kinetochores, and those that meet their like from the other pole."""
    at = np.linspace(0.05, 1, 60)[:, None]
    fibres = [_arc(pole + rng.normal(0, 0.2, 3), centre, at) for centre in centres for _ in range(2)]
    weights = [np.full(60, 0.55 * formed)] * len(fibres)
    for _ in range(50):
        end = pole * np.array([0.3, 0.3, -rng.uniform(0.0, 0.4)])
        end = end + rng.normal(0, 1, 3) * np.array([1.7, 2.2, 0.6])
        fibres.append(_arc(pole + rng.normal(0, 0.2, 3), end, at))
        weights.append(np.full(60, 0.45 * formed))
    return np.concatenate(fibres), np.concatenate(weights)


def _aster(rng: Rng, pole: NDArray, sign: float, progress: float) -> tuple[NDArray, NDArray]:
    """Rays from a centrosome: all round and long in prophase and late, away from the spindle between."""
    mitotic = ramp(progress, 0.12, 0.3) * (1 - ramp(progress, 0.8, 0.95))
    away = rng.normal(size=(130, 3))
    outward = rng.random(130) < 0.5 + 0.35 * mitotic
    away[:, 2] = np.where(outward, sign, -sign) * np.abs(away[:, 2])
    away *= (rng.uniform(2.0, 9.0 - 3.5 * mitotic, 130) / np.linalg.norm(away, axis=1))[:, None]
    at = np.linspace(0.05, 1, 60)[:, None]
    bends = rng.normal(0, 1.2 * (1 - 0.6 * mitotic), (130, 3))
    rays = [pole + ray * np.array([0.7, 1, 1]) * at + bend * at**2 for ray, bend in zip(away, bends)]
    strength = np.linspace(0.55, 0.3 - 0.16 * mitotic, 60) * (1 + 0.8 * ramp(progress, 0.85, 1.0))
    return np.concatenate(rays), np.tile(strength, 130)


def _midzone(rng: Rng, progress: float) -> tuple[NDArray, NDArray]:
    """Bundles between the parted sets, drawn together by the furrow to the bridge with its dark midbody."""
    late, dark = ramp(progress, 0.62, 0.78), 0.35 * ramp(progress, 0.85, 1.0)
    narrow = 3.4 * (1 - ramp(progress, 0.72, 0.94)) + 0.26
    fibres, weights = [], []
    for _ in range(int(110 * late)):
        y, z = rng.normal(0, narrow / 2, 2)
        x = np.linspace(-1, 1, 60) * rng.uniform(1.4, 3.4) + rng.normal(0, 0.4)
        spread = 1 + 0.06 * x**2 * ramp(progress, 0.74, 0.9)
        fibres.append(np.stack([z * spread, y * spread, x], 1))
        weights.append(np.where(np.abs(x) < dark, 0.12, 0.75 * late))
    return np.concatenate([np.empty((0, 3)), *fibres]), np.concatenate([np.empty(0), *weights])


def _arc(start: NDArray, end: NDArray, at: NDArray) -> NDArray:
    """A line that leaves the pole and bows outward, as spindle fibres do."""
    line = start + (end - start) * at
    line[:, :2] += end[:2] * 0.55 * (at * (1 - at))
    return line

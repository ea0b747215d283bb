"""Cells in culture: where they lie, their outlines, their nuclei, and threads that grow inside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from micrographia.simulation.optics import Floats
from micrographia.simulation.shapes import Outline, Rng, fractal, soft, spaced, texture, window


@dataclass(frozen=True)
class Culture:
    """A field of cells on glass, in pixels.

    ``labels`` number the cells from 1; ``rim`` runs from 0 in the middle of a cell to 1 at its edge, above outside;
    ``nuclei`` number the nuclei as their cells; ``centres`` and ``organisers`` (the centrosomes) are (n, 2).
    """

    labels: NDArray[np.uint16]
    rim: Floats
    nuclei: NDArray[np.uint16]
    nuclear_rim: Floats
    outlines: tuple[Outline, ...]
    nuclear_outlines: tuple[Outline, ...]
    organisers: NDArray[np.float64]

    @property
    def count(self) -> int:
        """The number of cells."""
        return len(self.outlines)

    @property
    def thickness(self) -> Floats:
        """How high the cells stand: a flat skirt and a hill over the nucleus, 0 outside, about 1 at most."""
        skirt = np.sqrt(np.clip(1 - self.rim, 0, 1))
        hill = np.exp(-(np.clip(self.nuclear_rim, 0, 5) ** 2) / 2)
        return np.where(self.labels > 0, 0.35 * skirt + 0.65 * hill * skirt, 0).astype(np.float32)


def culture(
    rng: Rng,
    shape: tuple[int, int],
    pixel_um: float,
    *,
    spacing_um: float = 30.0,
    radius_um: float = 18.0,
    stretch: float = 1.5,
    nucleus_um: float = 7.5,
    wobble: float = 0.1,
    most: int = 1000,
    margin_um: float = 0.0,
) -> Culture:
    """Cells scattered over a cover glass, each giving way to its neighbours.

    Parameters
    ----------
    rng : the source of chance
    shape : (y, x) in pixels
    pixel_um : size of a pixel
    spacing_um : least distance between cells
    radius_um : mean radius of a spread cell
    stretch : how long cells are for their width
    nucleus_um : mean radius of a nucleus
    wobble : how irregular the outlines are
    most : largest number of cells
    margin_um : distance of the cells' centres from the frame
    """
    centres = spaced(rng, shape, spacing_um / pixel_um, most, margin_um / pixel_um)
    cells, nuclei, organisers = [], [], []
    for centre in centres:
        size, long = radius_um / pixel_um * rng.normal(1, 0.12), np.sqrt(stretch * np.exp(rng.normal(0, 0.15)))
        angle = rng.uniform(0, np.pi)
        cells.append(Outline(rng, centre, (size / long, size * long), angle, wobble))
        radius = nucleus_um / pixel_um * rng.normal(1, 0.09)
        shift = rng.normal(0, 0.08, 2) * size
        ratio = 1 + 0.5 * (min(long, 1.5) - 1) + abs(rng.normal(0, 0.06))
        nuclei.append(Outline(rng, centre + shift, (radius / ratio, radius * ratio), angle, 0.03))
        away = rng.uniform(0, 2 * np.pi)
        organisers.append(centre + shift + 1.12 * radius * np.array([np.sin(away), np.cos(away)]))
    labels, rim = _nearest(shape, cells)
    nuclear, nuclear_rim = _nearest(shape, nuclei)
    return Culture(labels, rim, nuclear, nuclear_rim, tuple(cells), tuple(nuclei), np.array(organisers).reshape(-1, 2))


def chromatin(rng: Rng, field: Culture, pixel_um: float, *, nucleoli: int = 4, depth: float = 0.35) -> Floats:
    """DNA stain in the nuclei: mottled, a little denser at the envelope, with dark nucleoli and unequal nuclei."""
    inside = soft(field.nuclear_rim, 0.06)
    mottle = 1 + depth * fractal(rng, inside.shape, 1.1 / pixel_um, 3)
    dna = inside * np.clip(mottle, 0.25, None) * (1 + 0.25 * np.exp(-(((field.nuclear_rim - 0.93) / 0.06) ** 2)))
    strength = np.r_[0, rng.lognormal(0, 0.22, field.count)].astype(np.float32)
    dna *= strength[field.nuclei] * np.sqrt(np.clip(1.25 - field.nuclear_rim**2, 0.1, None))
    for outline in field.nuclear_outlines:
        for _ in range(rng.integers(1, nucleoli + 1)):
            away, angle = 0.55 * np.sqrt(rng.random()) * min(outline.radii), rng.uniform(0, 2 * np.pi)
            spot = (outline.centre[0] + away * np.sin(angle), outline.centre[1] + away * np.cos(angle))
            radius = rng.uniform(0.6, 1.5) / pixel_um
            part, (y, x) = window(dna.shape, spot, 2 * radius)
            dna[part] *= 1 - 0.75 * np.exp(-(((y**2 + x**2) / radius**2) ** 2))
    return dna


def threads(
    rng: Rng,
    field: Culture,
    starts: NDArray,
    angles: NDArray,
    *,
    steps: int,
    step: float = 1.5,
    bend: float = 0.05,
    stop: float = 0.004,
) -> list[NDArray]:
    """Threads that grow from their starts, follow the edge of their cell when they meet it, and end by chance.

    Parameters
    ----------
    rng : the source of chance
    field : the cells that hold them
    starts : (n, 2) positions
    angles : (n,) first directions
    steps, step : how many steps at most, and how long each is in pixels
    bend : change of direction in a step, in radians
    stop : chance to end at each step

    Returns
    -------
    A list of (steps, 2) paths.
    """
    shape, position, heading = np.array(field.labels.shape), starts.astype(float).copy(), angles.copy()
    home = _label_at(field.labels, position)
    alive, drift = home > 0, np.zeros(len(starts))
    trail, length = np.zeros((len(starts), steps, 2)), np.zeros(len(starts), int)
    for _ in range(steps):
        drift = 0.8 * drift + rng.normal(0, bend, len(starts))
        for turn in (0.0, 0.5, -0.5, 1.1, -1.1):
            trial = position + step * np.stack([np.sin(heading + drift + turn), np.cos(heading + drift + turn)], 1)
            free = _label_at(field.labels, trial) == home
            if turn == 0.0:
                chosen, good = trial, free
                angle = heading + drift
            else:
                better = free & ~good
                chosen = np.where(better[:, None], trial, chosen)
                angle, good = np.where(better, heading + drift + turn, angle), good | free
        alive = alive & good & (rng.random(len(starts)) > stop)
        if not alive.any():
            break
        position = np.where(alive[:, None], chosen, position)
        heading = np.where(alive, angle, heading)
        trail[alive, length[alive]] = position[alive]
        length[alive] += 1
    return [path[:n] for path, n in zip(trail, length) if n > 3 and (path[:n] < shape + 10).all()]


def background(rng: Rng, shape: tuple[int, int], level: float, *, unevenness: float = 0.15) -> Floats:
    """Light from the medium and the glass: a level with slow variation."""
    return (level * (1 + unevenness * texture(rng, shape, max(shape) / 4))).astype(np.float32)


def _nearest(shape: tuple[int, int], outlines: list[Outline]) -> tuple[NDArray[np.uint16], Floats]:
    rim = np.full(shape, 9.0, np.float32)
    labels = np.zeros(shape, np.uint16)
    for number, outline in enumerate(outlines, 1):
        part, distance = outline.local(shape, 1.6)
        closer = distance < rim[part]
        rim[part] = np.where(closer, distance, rim[part])
        labels[part] = np.where(closer & (distance < 1), number, np.where(closer, 0, labels[part]))
    return labels, rim


def _label_at(labels: NDArray, position: NDArray) -> NDArray:
    shape = np.array(labels.shape)
    at = np.rint(position).astype(int)
    inside = ((at >= 0) & (at < shape)).all(1)
    at = np.clip(at, 0, shape - 1)
    return np.where(inside, labels[at[:, 0], at[:, 1]], 0)

"""A blood film after Giemsa: red cells with pale middles, the white cells, and platelets, in colour.

Colour is Beer and Lambert's law with the stain vectors of ``optics``.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from micrographia.simulation.cameras import colour_frame
from micrographia.simulation.optics import Floats, stained
from micrographia.simulation.shapes import Outline, Rng, fractal, soft, spaced, texture, window
from micrographia.simulation.specimens import Dye, Picture, Specimen

RGB = (Dye("colour", "#FFFFFF", contrast="Brightfield"),)


def blood(rng: Rng) -> Picture:
    """A blood film after Giemsa: red cells with pale middles, white cells of four kinds, platelets."""
    size, pixel = 960, 0.11
    red, azure, pink = (np.zeros((size, size), np.float32) for _ in range(3))
    labels = np.zeros((size, size), np.uint16)
    white = spaced(rng, (size, size), 260, 6, 80)
    kinds = ("neutrophil", "lymphocyte", "monocyte", "eosinophil", "neutrophil", "lymphocyte")
    places = [p for p in spaced(rng, (size, size), 57) if np.hypot(*(white - p).T).min() > 88]
    listed = []
    for number, place in enumerate(places, 1):
        radius = 3.65 / pixel * rng.normal(1, 0.045)
        outline = Outline(rng, place, (radius * rng.normal(1, 0.04), radius), rng.uniform(0, 3.1), 0.02)
        part, d = outline.local((size, size))
        pallor = rng.uniform(0.45, 0.75)
        disc = soft(d, 0.06) * (
            1 - pallor * np.exp(-((d / rng.uniform(0.38, 0.5)) ** 2)) + 0.12 * np.exp(-(((d - 0.78) / 0.15) ** 2))
        )
        red[part] += 0.30 * disc * (1 + 0.03 * rng.normal())
        labels[part] = np.where(d < 1, number, labels[part])
        listed.append({"label": number, "kind": "erythrocyte"})
    for number, (place, kind) in enumerate(zip(white, kinds), len(places) + 1):
        _WHITE[kind](rng, place, pixel, azure, pink, labels, number)
        listed.append({"label": number, "kind": kind})
    platelets = [p for p in spaced(rng, (size, size), 90) if labels[int(p[0]) % size, int(p[1]) % size] == 0][:26]
    for place in platelets:
        outline = Outline(rng, place, (0.9 / pixel, 1.2 / pixel), rng.uniform(0, 3), 0.12)
        part, d = outline.local((size, size))
        azure[part] += 0.3 * soft(d, 0.3) * (0.6 + 0.5 * rng.random(d.shape).astype(np.float32))
    stain = (("haemoglobin", red), ("eosin", pink + 0.012 + 0.2 * red), ("azure", azure + 0.008))
    light = stained((0.96, 0.955, 0.95), *stain)
    light = np.stack([ndimage.gaussian_filter(light[..., c], 1.1) for c in range(3)], -1)
    truth = {"erythrocytes": len(places), "white_cells": listed[len(places) :], "platelets": len(platelets)}
    return Picture(
        colour_frame(rng, light, photons=9000), pixel, RGB, None, None, truth, labels[None, None], "100x oil", 1.3
    )


def _white_disc(
    rng: Rng, place: NDArray, radius: float, lobes: list[tuple[float, float, float]],
    fills: tuple[Floats, Floats, NDArray], number: int, cytoplasm: tuple[float, float],
    grains: tuple[int, str], dark: float = 0.62,
) -> None:  # fmt: skip
    azure, pink, labels = fills
    outline = Outline(rng, place, (radius, radius * 1.05), rng.uniform(0, 3), 0.03)
    part, d = outline.local(azure.shape)
    _, (y, x) = window(azure.shape, place, outline.reach)
    body = soft(d, 0.06)
    azure[part] = azure[part] * (1 - body) + cytoplasm[0] * body * (1 + 0.12 * texture(rng, d.shape, 3))
    pink[part] = pink[part] * (1 - body) + cytoplasm[1] * body
    nucleus = np.zeros_like(d)
    for ly, lx, lr in lobes:
        nucleus = np.maximum(
            nucleus, np.clip((1 - np.hypot(y - ly * radius, x - lx * radius) / (lr * radius)) * lr * radius / 3, 0, 1)
        )
    azure[part] += nucleus * dark * (1 + 0.16 * fractal(rng, d.shape, 9))
    pink[part] += 0.22 * nucleus
    labels[part] = np.where(d < 1, number, labels[part])
    target = azure if grains[1] == "azure" else pink
    for _ in range(grains[0]):
        angle, away = rng.uniform(0, 6.28), np.sqrt(rng.random()) * 0.88 * radius
        spot = (place[0] + away * np.sin(angle), place[1] + away * np.cos(angle))
        bit, (gy, gx) = window(azure.shape, spot, 6)
        target[bit] += (0.6 if grains[1] == "pink" else 0.1) * np.exp(-(gy**2 + gx**2) / 7.0)


def _neutrophil(
    rng: Rng, place: NDArray, pixel: float, azure: Floats, pink: Floats, labels: NDArray, number: int
) -> None:
    turn = np.linspace(0, 4.2, 4) + rng.uniform(0, 6)
    lobes = [(0.42 * np.sin(a), 0.42 * np.cos(a), rng.uniform(0.27, 0.34)) for a in turn]
    for a, b in pairwise(turn):
        lobes += [(0.45 * np.sin(m), 0.45 * np.cos(m), 0.1) for m in np.linspace(a, b, 8)]
    _white_disc(rng, place, 6.3 / pixel, lobes, (azure, pink, labels), number, (0.05, 0.1), (90, "azure"))


def _lymphocyte(
    rng: Rng, place: NDArray, pixel: float, azure: Floats, pink: Floats, labels: NDArray, number: int
) -> None:
    lobes = [(0.05, -0.06, 0.84), (0.1, 0.1, 0.78)]
    _white_disc(rng, place, 4.6 / pixel, lobes, (azure, pink, labels), number, (0.2, 0.03), (0, "azure"), 0.7)


def _monocyte(
    rng: Rng, place: NDArray, pixel: float, azure: Floats, pink: Floats, labels: NDArray, number: int
) -> None:
    lobes = [(0.42 * np.sin(a), 0.3 * np.cos(a), 0.36) for a in np.linspace(0.3, 3.4, 12)]
    _white_disc(rng, place, 8.0 / pixel, lobes, (azure, pink, labels), number, (0.13, 0.06), (30, "azure"), 0.45)


def _eosinophil(
    rng: Rng, place: NDArray, pixel: float, azure: Floats, pink: Floats, labels: NDArray, number: int
) -> None:
    lobes = [(-0.3, -0.3, 0.36), (0.25, -0.42, 0.33), (-0.03, -0.42, 0.14)]
    _white_disc(rng, place, 6.5 / pixel, lobes, (azure, pink, labels), number, (0.02, 0.12), (210, "pink"))


_WHITE: dict[str, Callable] = {
    "neutrophil": _neutrophil, "lymphocyte": _lymphocyte, "monocyte": _monocyte, "eosinophil": _eosinophil,
}  # fmt: skip


SPECIMENS = (Specimen("blood-film", blood, 0.5),)

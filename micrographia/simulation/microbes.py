"""Microbes that grow: budding yeast and bacteria.

Growth after W. H. Grover et al. and S. Cooper: bacteria lengthen exponentially and divide near a set length; yeast
cells bud about once in 90 minutes and daughters wait longer for their first bud (L. H. Hartwell and M. W. Unger, J.
Cell Biol. 75, 422 (1977)).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from micrographia.simulation.cameras import bleaching, expose, illumination
from micrographia.simulation.optics import Floats, Microscope, bright_field, phase_contrast
from micrographia.simulation.shapes import Rng, fractal, splat, texture, window
from micrographia.simulation.specimens import Dye, Picture, Specimen, with_axes

WAVE = 2 * np.pi / 0.55
GREY, GREEN, RED = "#FFFFFF", "#00FF00", "#FF4040"


@dataclass
class _Yeast:
    """A yeast cell: place, full radius, when it was born, its mother, and where on the mother it grew."""

    place: NDArray
    radius: float
    born: float
    mother: int
    angle: float
    next_bud: float
    parted: bool = False


def yeast(rng: Rng) -> Picture:
    """A colony that buds for 5 hours: bright field, septin rings at the bud necks, nuclei."""
    size, pixel, frames, minutes = 256, 0.13, 42, 7.0
    cells = [
        _Yeast(np.array([size / 2 + 14 * k, size / 2 + 9 * k]), 2.3 / pixel, -400, -1, 0, 12 + 40 * k, True)
        for k in (-1, 1)
    ]
    planes = np.zeros((frames, 3, size, size), np.uint16)
    labels, counts = np.zeros((frames, size, size), np.uint8), []
    scope, fade = Microscope(1.3, 1.515, 1.36, pixel), bleaching(frames, left=0.65)
    grain = texture(rng, (size, size), 3)
    for t in range(frames):
        _bud(rng, cells, t * minutes)
        _push(cells, t * minutes)
        absorb, phase, necks, nuclei, labels[t] = _drawn_yeast(cells, t * minutes, size, pixel, grain)
        bright = bright_field(absorb, phase, pixel, defocus_um=1.1, na=1.1)
        lamp = illumination((size, size), fall=0.15)
        planes[t, 0] = expose(rng, bright * 3000 * lamp * (1 + 0.004 * grain), offset=100, gain=0.06)
        planes[t, 1] = expose(rng, scope.focus(necks, 525.0, 0.2, 33) * 6 * fade[t] * lamp + 4, offset=100)
        planes[t, 2] = expose(rng, scope.focus(nuclei, 610.0, 0.4, 33) * 5 * fade[t] * lamp + 4, offset=100)
        counts.append(
            {"minutes": t * minutes, "cells": sum(c.parted for c in cells), "buds": sum(not c.parted for c in cells)}
        )
    dyes = (
        Dye("bright field", GREY, None, None, None, "Brightfield"),
        Dye("Cdc10-EGFP", GREEN, 525, 488),
        Dye("Htb2-mCherry", RED, 610, 561),
    )
    truth = {"counts": counts}
    stack = with_axes(planes, axis="tcyx")
    return Picture(stack, pixel, dyes, None, minutes * 60, truth, labels[:, None], "60x oil", 1.3)


def bacteria(rng: Rng) -> Picture:
    """Escherichia coli on an agarose pad, from two cells to a microcolony, in phase contrast."""
    size, pixel, frames, minutes = 288, 0.085, 44, 3.0
    rods = np.array([[size / 2 - 8, size / 2 - 5, 0.4, 2.4], [size / 2 + 14, size / 2 + 20, 1.9, 3.1]])
    limit = np.array([4.4, 4.1])
    rods[:, 3] /= pixel
    planes, labels, counts = np.zeros((frames, size, size), np.uint16), np.zeros((frames, size, size), np.uint8), []
    agar = 0.03 * fractal(rng, (size, size), 20)
    for t in range(frames):
        rods[:, 3] *= np.exp(np.log(2) * minutes / 26.0 * rng.normal(1, 0.12, len(rods)))
        rods, limit = _divide(rng, rods, limit, pixel)
        _settle(rods, 0.44 / pixel)
        phase, labels[t] = _drawn_rods(rods, 0.44 / pixel, size, pixel)
        image = phase_contrast(phase + agar, pixel, halo_um=1.1, ring=0.5, na=1.25)
        planes[t] = expose(rng, image / 0.25 * 1400 * illumination((size, size), fall=0.12), offset=100, gain=0.09)
        counts.append(
            {
                "minutes": t * minutes,
                "cells": len(rods),
                "mean_length_um": round(float((rods[:, 3]).mean() * pixel + 0.88), 3),
            }
        )
    truth = {"doubling_time_min": 26.0, "counts": counts}
    dyes = (Dye("phase contrast", GREY, None, None, None, "Phase"),)
    return Picture(
        with_axes(planes, axis="tyx"), pixel, dyes, None, minutes * 60, truth, labels[:, None], "100x Ph3", 1.25
    )


def _bud(rng: Rng, cells: list[_Yeast], now: float) -> None:
    for number, cell in enumerate(list(cells)):
        if not cell.parted and now - cell.born > 78:
            cell.parted = True
            cell.next_bud = now + rng.normal(34, 5)
        if cell.parted and now >= cell.next_bud:
            angle = rng.uniform(0, 2 * np.pi)
            start = cell.place + cell.radius * np.array([np.sin(angle), np.cos(angle)])
            cells.append(_Yeast(start, cell.radius * rng.normal(0.97, 0.04), now, number, angle, 1e9))
            cell.next_bud = now + 78 + rng.normal(14, 4)


def _size(cell: _Yeast, now: float) -> float:
    grown = 1.0 if cell.born < -300 else min(max((now - cell.born) / 78, 0.05), 1.15)
    return cell.radius * (0.2 + 0.65 * min(grown, 1) ** 0.6 + 0.15 * min(max(grown - 1, 0) / 0.15, 1))


def _push(cells: list[_Yeast], now: float) -> None:
    sizes = [_size(cell, now) for cell in cells]
    for _ in range(40):
        for i, one in enumerate(cells):
            for j in range(i):
                other = cells[j]
                gap, reach = one.place - other.place, sizes[i] + sizes[j]
                far = math.hypot(*gap) + 1e-6
                attached = not one.parted and one.mother == j
                if far < reach or attached:
                    move = gap / far * (reach * (0.97 if attached else 1.0) - far) / 2 * 0.6
                    one.place, other.place = (
                        one.place + move * (1.3 if attached else 1),
                        other.place - move * (0.4 if attached else 1),
                    )


def _drawn_yeast(cells: list[_Yeast], now: float, size: int, pixel: float, grain: Floats) -> tuple:
    absorb, phase, necks, nuclei = (np.zeros((size, size), np.float32) for _ in range(4))
    labels = np.zeros((size, size), np.uint8)
    for number, cell in enumerate(cells, 1):
        radius = _size(cell, now)
        part, (y, x) = window((size, size), cell.place, radius * 1.6)
        turn = cell.angle + number
        along, across = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
        d = np.hypot(along / 1.06, across / 0.95) / radius
        dome = np.sqrt(np.clip(1 - d**2, 0, 1))
        thick = 2 * radius * pixel * dome
        vacuole = np.exp(
            -((((along - 0.25 * radius) ** 2 + (across + 0.15 * radius) ** 2) / (0.42 * radius) ** 2) ** 2)
        )
        phase[part] += (
            WAVE * 0.034 * thick * (1 - 0.35 * vacuole)
            + 0.3 * np.exp(-(((d - 0.97) / 0.06) ** 2))
            + 0.08 * grain[part] * dome
        )
        absorb[part] += 0.04 * dome
        labels[part] = np.where(d < 1, number, labels[part])
        shift = -0.35 * radius
        nuclear = np.hypot(along - shift, across - 0.1 * radius) / (0.42 * radius + 1e-6)
        if cell.parted or now - cell.born > 58:
            nuclei[part] += 150 * np.clip((1 - nuclear) * 4, 0, 1) + 4 * dome
        necks[part] += 7 * dome
        if not cell.parted:
            _neck(necks, cells[cell.mother], cell, now, pixel)
    return absorb, phase, necks, nuclei, labels


def _neck(image: Floats, mother: _Yeast, bud: _Yeast, now: float, pixel: float) -> None:
    axis = bud.place - mother.place
    axis = axis / (np.hypot(*axis) + 1e-6)
    place = mother.place + axis * _size(mother, now)
    side = np.array([-axis[1], axis[0]])
    ends = [side * sign * 0.5 / pixel + axis * split / pixel for sign in (-1, 1) for split in (-0.16, 0.16)]
    image += splat(image.shape, place + np.array(ends), 1500.0)


def _divide(rng: Rng, rods: NDArray, limit: NDArray, pixel: float) -> tuple[NDArray, NDArray]:
    ready = rods[:, 3] * pixel > limit
    if not ready.any():
        return rods, limit
    old = rods[ready]
    axis = np.stack([np.sin(old[:, 2]), np.cos(old[:, 2])], 1)
    half = (old[:, 3] - 0.88 / pixel) / 2
    parts = []
    for sign in (-1, 1):
        new = old.copy()
        new[:, :2] += sign * axis * (half / 2 + 0.44 / pixel)[:, None]
        new[:, 2] += rng.normal(0, 0.05, len(old))
        new[:, 3] = half
        parts.append(new)
    kept = ~ready
    limits = np.concatenate([limit[kept], rng.normal(4.2, 0.3, 2 * len(old))])
    return np.concatenate([rods[kept], *parts]), limits


def _settle(rods: NDArray, radius: float) -> None:
    """Push overlapping rods apart, with torque, until little overlap is left; each rod is a row of discs."""
    at = np.linspace(-0.5, 0.5, 7)
    for _ in range(90):
        axis = np.stack([np.sin(rods[:, 2]), np.cos(rods[:, 2])], 1)
        arms = axis[:, None] * (at[None, :, None] * rods[:, 3, None, None])
        discs = (rods[:, None, :2] + arms).reshape(-1, 2)
        owner = np.repeat(np.arange(len(rods)), len(at))
        pairs = cKDTree(discs).query_pairs(2 * radius, output_type="ndarray")
        pairs = pairs[owner[pairs[:, 0]] != owner[pairs[:, 1]]]
        if not len(pairs):
            return
        gap = discs[pairs[:, 0]] - discs[pairs[:, 1]]
        far = np.hypot(*gap.T)[:, None] + 1e-6
        push = gap / far * (2 * radius - far) * 0.16
        for column, sign in ((0, 1), (1, -1)):
            who, lever = owner[pairs[:, column]], arms.reshape(-1, 2)[pairs[:, column]]
            np.add.at(rods, (who, 0), sign * push[:, 0])
            np.add.at(rods, (who, 1), sign * push[:, 1])
            torque = sign * (push[:, 0] * lever[:, 1] - push[:, 1] * lever[:, 0]) / (rods[who, 3] ** 2 / 6 + 40)
            np.add.at(rods, (who, 2), torque)


def _drawn_rods(rods: NDArray, radius: float, size: int, pixel: float) -> tuple[Floats, NDArray]:
    phase, labels = np.zeros((size, size), np.float32), np.zeros((size, size), np.uint8)
    for number, (cy, cx, angle, length) in enumerate(rods, 1):
        part, (y, x) = window((size, size), (cy, cx), length / 2 + 3 * radius)
        along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
        beyond = np.maximum(np.abs(along) - length / 2, 0)
        pinch = 1 - 0.32 * np.exp(-((along / (0.5 * radius)) ** 2)) * np.clip((length * pixel - 2.9) / 1.2, 0, 1)
        d = np.hypot(beyond, across) / (radius * pinch)
        phase[part] = np.maximum(phase[part], WAVE * 0.055 * 2 * radius * pixel * np.sqrt(np.clip(1 - d**2, 0, 1)))
        labels[part] = np.where(d < 1, number, labels[part])
    return phase, labels


SPECIMENS = (
    Specimen("yeast-budding-colony", yeast, 1.5),
    Specimen("bacteria-phase-contrast", bacteria, 1.5),
)

"""Small lives: budding yeast, growing bacteria, a Paramecium, diatoms and pollen.

Growth after W. H. Grover et al. and S. Cooper: bacteria lengthen exponentially and divide near a set length; yeast
cells bud about once in 90 minutes and daughters wait longer for their first bud (L. H. Hartwell and M. W. Unger, J.
Cell Biol. 75, 422 (1977)).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from micrographia.simulation.cameras import bleaching, expose, illumination
from micrographia.simulation.optics import Floats, Microscope, bright_field, interference_contrast, phase_contrast
from micrographia.simulation.shapes import Rng, fractal, soft, spaced, splat, texture, window
from micrographia.simulation.specimens import Dye, Picture, Specimen, with_axes

WAVE = 2 * np.pi / 0.55
GREY, GREEN, RED, YELLOW = "#FFFFFF", "#00FF00", "#FF4040", "#FFD000"


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
        planes[t, 0] = expose(rng, bright * 900 * lamp * (1 + 0.004 * grain), offset=100, gain=0.15)
        planes[t, 1] = expose(rng, scope.focus(necks, 525.0, 0.2, 33) * fade[t] * lamp + 6, offset=100)
        planes[t, 2] = expose(rng, scope.focus(nuclei, 610.0, 0.4, 33) * fade[t] * lamp + 5, offset=100)
        counts.append(
            {"minutes": t * minutes, "cells": sum(c.parted for c in cells), "buds": sum(not c.parted for c in cells)}
        )
    dyes = (
        Dye("bright field", GREY, None, None, None, "Brightfield"),
        Dye("Cdc10-EGFP", GREEN, 525, 488),
        Dye("Htb2-mCherry", RED, 610, 561),
    )
    return Picture(
        with_axes(planes, axis="tcyx"),
        pixel,
        dyes,
        None,
        minutes * 60,
        {"counts": counts},
        labels[:, None],
        "60x oil",
        1.3,
    )


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
        planes[t] = expose(rng, image / 0.25 * 480 * illumination((size, size), fall=0.12), offset=100, gain=0.25)
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


def paramecium(rng: Rng) -> Picture:
    """A Paramecium held still: beating cilia and two contractile vacuoles that fill and empty, in DIC."""
    height, width, pixel, frames = 240, 480, 0.42, 30
    centre, angle = np.array([height / 2, width / 2]), 0.12
    y, x = np.mgrid[:height, :width].astype(np.float32)
    along = ((x - centre[1]) * np.cos(angle) + (y - centre[0]) * np.sin(angle)) * pixel
    across = ((y - centre[0]) * np.cos(angle) - (x - centre[1]) * np.sin(angle)) * pixel
    body, still = _slipper(rng, along, across, pixel)
    planes, areas = np.zeros((frames, height, width), np.uint8), []
    rim = _slipper_rim(pixel, angle, centre)
    for t in range(frames):
        phase, radii = still.copy(), []
        for k, spot in enumerate((-46.0, 42.0)):
            fill = ((t + 9 * k) % 16) / 15.0
            radius = 1.2 + 6.0 * np.sqrt(fill) if fill < 0.97 else 1.0
            phase -= (
                4.5 * np.clip(1 - ((along - spot) ** 2 + (across - 6) ** 2) / radius**2, 0, 1) ** 0.5 * (radius / 6)
            )
            phase -= 1.0 * _rays(along - spot, across - 6, radius, fill)
            radii.append(np.pi * radius**2)
        drift = 0.35 * texture(rng, (height, width), 4) * (body > 0.2)
        phase += _cilia(rim, t, (height, width), pixel) + 0.12 * drift
        image = interference_contrast(phase.astype(np.float32), pixel, shear_um=0.5, bias=0.95, na=0.75)
        planes[t] = expose(rng, image * 2400 * illumination((height, width), fall=0.2), offset=3, gain=0.2, bits=8)
        areas.append(radii)
    truth = {"contractile_vacuole_area_um2": np.array(areas), "period_s": 8.0}
    dyes = (Dye("DIC", GREY, None, None, None, "DIC"),)
    return Picture(with_axes(planes, axis="tyx"), pixel, dyes, None, 0.5, truth, None, "20x DIC", 0.75)


def diatoms(rng: Rng) -> Picture:
    """A cleaned diatom slide in bright field: round and boat-shaped shells with rows of pores."""
    size, pixel = 896, 0.2
    absorb, phase = np.zeros((size, size), np.float32), np.zeros((size, size), np.float32)
    labels, kinds = np.zeros((size, size), np.uint8), []
    for number, place in enumerate(spaced(rng, (size, size), 185, 22, 50), 1):
        round_one, angle = number % 3 == 0, rng.uniform(0, np.pi)
        long = rng.uniform(15, 21) / pixel if round_one else rng.uniform(18, 30) / pixel
        part, (y, x) = window((size, size), place, long * 1.2)
        along, across = (x * np.cos(angle) + y * np.sin(angle)) / long, (y * np.cos(angle) - x * np.sin(angle)) / long
        shell, pores, distance = (
            _centric(along, across, long * pixel) if round_one else _pennate(rng, along, across, long * pixel)
        )
        absorb[part] += 0.22 * shell - 0.1 * pores * shell
        phase[part] += 1.5 * shell - 1.1 * pores * shell
        labels[part] = np.where(distance < 1, number, labels[part])
        kinds.append(
            {"label": number, "kind": "centric" if round_one else "pennate", "length_um": round(2 * long * pixel, 2)}
        )
    dust = splat((size, size), rng.random((160, 2)) * size, 14.0)
    image = bright_field(
        absorb + dust * 0.04, phase + 0.05 * fractal(rng, (size, size), 30), pixel, defocus_um=0.9, na=1.1
    )
    planes = expose(rng, image * 5200 * illumination((size, size), fall=0.2), offset=4, gain=0.034, bits=8)
    dyes = (Dye("bright field", GREY, None, None, None, "Brightfield"),)
    return Picture(
        with_axes(planes, axis="yx"), pixel, dyes, None, None, {"shells": kinds}, labels[None, None], "60x oil", 1.2
    )


def pollen(rng: Rng) -> Picture:
    """A spiny pollen grain by its own fluorescence, a confocal stack from pole to pole."""
    slices, size, pixel, z_um, radius = 40, 256, 0.22, 0.9, 17.0
    z, y, x = np.meshgrid(
        (np.arange(slices) - (slices - 1) / 2) * z_um,
        *(((np.arange(size) - size / 2) * pixel,) * 2),
        indexing="ij",
        sparse=True,
    )
    r = np.sqrt(z**2 + y**2 + x**2).astype(np.float32) + 1e-3
    rough = texture(rng, (slices, size, size), (2.5, 5, 5))
    wall = np.exp(-(((r - radius + 0.35 * rough) / 0.85) ** 2)) * (1.2 + 0.5 * rough)
    wall += 0.55 * np.exp(-(((r - radius + 2.4) / 0.5) ** 2))
    inside = 0.2 * (r < radius - 1.6) * (1 + 0.4 * texture(rng, (slices, size, size), (3, 7, 7)))
    spines = np.zeros_like(r)
    turn = np.arange(110) * 2.39996
    up = 1 - 2 * (np.arange(110) + 0.5) / 110
    for height, angle in zip(up, turn):
        axis = np.array([height, np.sqrt(1 - height**2) * np.sin(angle), np.sqrt(1 - height**2) * np.cos(angle)])
        part, (dz, dy, dx) = window(
            r.shape, (axis * (radius + 1.8)) / (z_um, pixel, pixel) + ((slices - 1) / 2, size / 2, size / 2), 24
        )
        out = dz * z_um * axis[0] + dy * pixel * axis[1] + dx * pixel * axis[2] + 1.8
        off = np.sqrt((dz * z_um) ** 2 + (dy * pixel) ** 2 + (dx * pixel) ** 2 - (out - 1.8) ** 2 + 1e-3)
        spines[part] = np.maximum(spines[part], np.clip((1.5 * (1 - out / 4.6) - off) * 3, 0, 1) * (out > -0.5))
    # Deeper planes are darker: light is absorbed and scattered on its way.
    depth = np.exp(-np.arange(slices) / slices * 0.8)[:, None, None]
    scope = Microscope(1.0, 1.33, 1.4, pixel, z_um, "confocal", depth_um=4.0, pinhole_airy=1.4)
    light = scope.blur(((wall + 2.2 * spines + inside) * depth).astype(np.float32), 540.0, 33)
    planes = expose(rng, light * 26 + 1.5, offset=4, gain=1.0, bits=8)
    truth = {"radius_um": radius, "spines": 110, "spine_length_um": 4.6}
    return Picture(
        with_axes(planes, axis="zyx"),
        pixel,
        (Dye("autofluorescence", YELLOW, 540, 488),),
        z_um,
        None,
        truth,
        None,
        "25x water",
        1.0,
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
    grown = 1.0 if cell.born < -300 else np.clip((now - cell.born) / 78, 0.05, 1.15)
    return cell.radius * (0.2 + 0.65 * min(grown, 1) ** 0.6 + 0.15 * min(max(grown - 1, 0) / 0.15, 1))


def _push(cells: list[_Yeast], now: float) -> None:
    for _ in range(40):
        for i, one in enumerate(cells):
            for j in range(i):
                other = cells[j]
                gap, reach = one.place - other.place, _size(one, now) + _size(other, now)
                far = float(np.hypot(*gap)) + 1e-6
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
    for sign in (-1, 1):
        for split in (-0.16, 0.16):
            at = place + side * sign * 0.5 / pixel + axis * split / pixel
            image += splat(image.shape, [at], 1500.0)


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


def _half_width(along: NDArray) -> NDArray:
    """Half width of the slipper-shaped body, 180 µm long, blunt in front and pointed behind."""
    s = np.clip(along / 90, -1, 1)
    return 24 * np.sqrt(np.clip(1 - s**2, 0, 1)) * (1 + 0.22 * s - 0.1 * s**2)


def _slipper(rng: Rng, along: NDArray, across: NDArray, pixel: float) -> tuple[Floats, Floats]:
    width = _half_width(along)
    d = np.abs(across) / np.maximum(width, 0.3)
    dome = np.sqrt(np.clip(1 - d**2, 0, 1)) * (width > 0.5)
    body = soft(d, 0.06) * (width > 0.5)
    shape = along.shape
    phase = 7.0 * dome + body * (0.4 * fractal(rng, shape, 9) + 0.1 * texture(rng, shape, 2.5))
    phase += 0.16 * body * np.sin(along * 2 * np.pi / 2.4) * np.exp(-(((d - 0.85) / 0.2) ** 2))
    for _ in range(24):
        ay, ax = rng.uniform(-13, 13), rng.uniform(-70, 68)
        r = rng.uniform(2.5, 5.5)
        ball = np.clip(1 - ((along - ax) ** 2 + (across - ay) ** 2) / r**2, 0, 1) ** 0.5
        phase += rng.choice([1.6, 1.1, -0.8]) * ball * (r / 4) * (1 + 0.3 * texture(rng, shape, 3))
    nucleus = np.clip(1 - ((along - 5) / 19) ** 2 - ((across + 6) / 9) ** 2, 0, 1) ** 0.5
    groove = np.exp(-(((across - 10 + 0.25 * (along - 20)) / 3.0) ** 2)) * np.exp(-(((along - 25) / 26) ** 2))
    return body, (phase + 1.4 * nucleus - 2.4 * groove).astype(np.float32)


def _slipper_rim(pixel: float, angle: float, centre: NDArray) -> NDArray:
    """(n, 4): roots of the cilia at the edge of the body, and their outward directions, in pixels."""
    s = np.linspace(-89.5, 89.5, 640)
    rim = []
    for side in (-1, 1):
        edge = np.stack([side * _half_width(s), s], 1)
        slope = np.gradient(edge, axis=0)
        out = np.stack([slope[:, 1], -slope[:, 0]], 1) * side
        out /= np.linalg.norm(out, axis=1, keepdims=True)
        rim.append(np.concatenate([edge, out], 1))
    across, along, oy, ox = np.concatenate(rim).T
    cos, sin = np.cos(angle), np.sin(angle)
    y, x = across * cos + along * sin, along * cos - across * sin
    return np.stack([y / pixel + centre[0], x / pixel + centre[1], oy * cos + ox * sin, ox * cos - oy * sin], 1)


def _cilia(rim: NDArray, t: int, shape: tuple[int, int], pixel: float) -> Floats:
    wave = 0.4 * np.sin(np.arange(len(rim)) * 0.13 - 1.9 * t) - 0.35
    reach = np.linspace(0, 10 / pixel, 34)[None, :, None]
    out, side = rim[:, None, 2:], np.stack([-rim[:, 3], rim[:, 2]], 1)[:, None]
    bend = wave[:, None, None] * (reach / reach.max()) ** 1.6 * reach
    points = rim[:, None, :2] + out * (reach * 0.9 - 1) + side * bend * 0.8
    uneven = np.random.default_rng(len(rim)).lognormal(-0.5, 1.0, len(rim))
    return splat(shape, points.reshape(-1, 2), np.repeat(0.4 * uneven, reach.shape[1]))


def _rays(along: NDArray, across: NDArray, radius: float, fill: float) -> Floats:
    r, direction = np.hypot(along, across), np.arctan2(across, along)
    return (
        np.clip(np.cos(6 * direction), 0, 1) ** 12
        * np.clip((r - radius) / 2, 0, 1)
        * np.exp(-((r / 13) ** 4))
        * (1.2 - fill)
    )


def _centric(along: NDArray, across: NDArray, long_um: float) -> tuple[Floats, Floats, Floats]:
    r, direction = np.hypot(along, across), np.arctan2(across, along)
    ring = np.exp(-(((r - 0.96) / 0.03) ** 2))
    rows = 0.5 + 0.5 * np.cos(2 * np.pi * r * long_um / 1.15)
    beads = 0.5 + 0.5 * np.cos(direction * np.maximum(np.round(r * long_um * 5.2 / 6) * 6, 6))
    shell = soft(r, 0.04) * (0.75 + 0.25 * (r > 0.12)) + 1.2 * ring
    return shell, rows * beads * (r < 0.9) * (r > 0.1), r


def _pennate(rng: Rng, along: NDArray, across: NDArray, long_um: float) -> tuple[Floats, Floats, Floats]:
    slim = rng.uniform(0.2, 0.3)
    d = np.abs(across) / (slim * np.clip(1 - np.abs(along) ** 2.4, 1e-4, 1)) + np.clip(np.abs(along) - 1, 0, 1) * 90
    stripes = 0.5 + 0.5 * np.cos(2 * np.pi * along * long_um / 1.2 * (1 + 0.04 * across**2))
    middle = np.abs(across) / slim
    pores = stripes * np.clip((middle - 0.14) * 12, 0, 1) * (np.hypot(along * 3, across) > 0.2)
    raphe = np.exp(-((middle / 0.035) ** 2)) * (np.abs(along) > 0.06)
    shell = soft(d.astype(np.float32), 0.12) + 0.9 * np.exp(-(((d - 0.97) / 0.09) ** 2)) + 0.7 * raphe * (d < 1)
    return shell.astype(np.float32), (pores * (d < 0.93)).astype(np.float32), d.astype(np.float32)


SPECIMENS = (
    Specimen("yeast-budding-colony", yeast, 3.0),
    Specimen("bacteria-phase-contrast", bacteria, 1.5),
    Specimen("paramecium-contractile-vacuoles", paramecium, 1.5),
    Specimen("diatoms-bright-field", diatoms, 0.5),
    Specimen("pollen-autofluorescence", pollen, 1.5),
)

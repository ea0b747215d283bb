"""The cytoskeleton of cultured cells: microtubules, actin bundles, growing ends, and what drugs do to them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from micrographia.simulation.cameras import bleaching, expose, illumination
from micrographia.simulation.cells import Culture, background, chromatin, culture, threads
from micrographia.simulation.optics import Floats, Microscope
from micrographia.simulation.shapes import Rng, dense, fractal, path_length, splat, texture, window
from micrographia.simulation.specimens import Dye, Picture, Specimen, with_axes

GREEN, RED, BLUE, MAGENTA, CYAN, YELLOW = "#00FF00", "#FF4040", "#4080FF", "#FF00FF", "#00FFFF", "#FFD000"


# Where filopodia are rooted, in pixels from the middle of the growth cone: at the rim of its actin-poor centre.
ROOT = 17.0


def network(
    rng: Rng, field: Culture, pixel_um: float, per_cell: int, *, bend: float = 0.012, stop: float = 0.0035
) -> list[NDArray]:
    """Microtubules that radiate from the centrosome of each cell: paths in pixels."""
    starts = np.repeat(field.organisers, per_cell, 0) + rng.normal(0, 0.5 / pixel_um, (per_cell * field.count, 2))
    angles = rng.uniform(0, 2 * np.pi, len(starts))
    step = 0.22 / pixel_um
    return threads(rng, field, starts, angles, steps=240, step=step, bend=bend, stop=stop)


def drawn(shape: tuple[int, int], paths: list[NDArray], weight: float = 1.0) -> Floats:
    """Paths as lines of one brightness."""
    if not paths:
        return np.zeros(shape, np.float32)
    return splat(shape, np.concatenate([dense(path, 0.6) for path in paths]), weight * 0.6)


def mitochondria(rng: Rng, field: Culture, pixel_um: float, per_cell: int) -> tuple[Floats, list[NDArray]]:
    """Worm-shaped mitochondria, crowded round the nucleus and thinner outside, 0.4 µm thick, unequal in brightness."""
    shape = field.labels.shape
    near = np.array([o.centre for o in field.nuclear_outlines])
    radius = np.array([min(o.radii) for o in field.nuclear_outlines])
    owner = np.repeat(np.arange(field.count), per_cell)
    angle = rng.uniform(0, 2 * np.pi, len(owner))
    away = radius[owner] * (0.95 + rng.exponential(0.75, len(owner)))
    starts = near[owner] + away[:, None] * np.stack([np.sin(angle), np.cos(angle)], 1)
    headings = angle + rng.normal(0, 0.9, len(owner))
    paths = threads(rng, field, starts, headings, steps=42, step=0.16 / pixel_um, bend=0.16, stop=0.05)
    image = np.zeros(shape, np.float32)
    points, weights = [], []
    for path in paths:
        line = dense(path, 0.7)
        line = np.repeat(line, 3, 0) + rng.normal(0, 0.13 / pixel_um, (3 * len(line), 2))
        points.append(line)
        weights.append(np.full(len(line), rng.lognormal(0, 0.35)))
    if points:
        image = splat(shape, np.concatenate(points), np.concatenate(weights))
    return image * (field.nuclear_rim > 0.97), paths


def fibroblasts(rng: Rng) -> Picture:
    """Three stains of spread fibroblasts in a widefield microscope: nuclei, microtubules, mitochondria."""
    size, pixel = 896, 0.11
    field = culture(rng, (size, size), pixel, spacing_um=34, radius_um=27, stretch=1.9, nucleus_um=8, wobble=0.16)
    scope = Microscope(1.4, 1.515, 1.4, pixel)
    tubes = network(rng, field, pixel, 170)
    mito, mito_paths = mitochondria(rng, field, pixel, 150)
    dna = chromatin(rng, field, pixel)
    layers = (
        (dna, 461.0, 520.0, 0.6), (drawn((size, size), tubes), 525.0, 330.0, 0.7), (mito, 610.0, 120.0, 0.9),
    )  # fmt: skip
    planes = np.stack([_widefield(rng, scope, field, *layer) for layer in layers])
    truth = {
        "cells": field.count,
        "microtubules": len(tubes),
        "microtubule_length_um": round(sum(map(path_length, tubes)) * pixel, 1),
        "mitochondria": len(mito_paths),
    }
    dyes = (
        Dye("DNA (Hoechst)", BLUE, 461, 365),
        Dye("alpha-tubulin", GREEN, 525, 488),
        Dye("mitochondria", RED, 610, 561),
    )
    return Picture(
        with_axes(planes, axis="cyx"), pixel, dyes, None, None, truth, field.nuclei[None, None], "60x oil", 1.4
    )


def treated(compound: str):
    """A maker of the same field of cells with no drug, nocodazole or taxol: only the microtubules differ."""

    def make(rng: Rng) -> Picture:
        # One seed for all three: the twins are the same cells.
        same = np.random.default_rng(int(np.random.default_rng(rng.bit_generator.seed_seq.entropy[0]).integers(2**31)))  # type: ignore[attr-defined]
        size, pixel = 640, 0.13
        field = culture(
            same, (size, size), pixel, spacing_um=27, radius_um=20, stretch=1.35, nucleus_um=7.5, wobble=0.1
        )
        scope = Microscope(1.4, 1.515, 1.4, pixel)
        dna = chromatin(same, field, pixel)
        tubes, free = _treated_tubes(rng, field, pixel, compound)
        planes = [_widefield(rng, scope, field, dna, 461.0, 500.0, 0.6)]
        planes.append(_widefield(rng, scope, field, drawn((size, size), tubes), 525.0, 300.0, free))
        length = sum(map(path_length, tubes)) * pixel
        truth = {
            "cells": field.count,
            "microtubules": len(tubes),
            "microtubule_length_um_per_cell": round(length / field.count, 1),
        }
        dyes = (Dye("DNA (DAPI)", BLUE, 461, 365), Dye("alpha-tubulin", GREEN, 525, 488))
        stack = with_axes(np.stack(planes), axis="cyx")
        return Picture(stack, pixel, dyes, None, None, truth, field.labels[None, None], "60x oil", 1.4)

    return make


def stress_fibres(rng: Rng) -> Picture:
    """Actin bundles that end in focal adhesions, with nuclei; widefield near the glass."""
    size, pixel = 768, 0.12
    field = culture(rng, (size, size), pixel, spacing_um=36, radius_um=26, stretch=1.5, nucleus_um=8, wobble=0.15)
    scope = Microscope(1.4, 1.515, 1.4, pixel)
    actin, adhesions, count = _bundles(rng, field, pixel)
    edge = np.exp(-(((field.rim - 0.97) / 0.03) ** 2)) * (field.labels > 0)
    actin += 0.35 * edge * (1 + 0.6 * texture(rng, (size, size), 8))
    actin += 0.12 * field.thickness * (1 + 0.35 * fractal(rng, (size, size), 14))
    layers = (
        (chromatin(rng, field, pixel), 461.0, 420.0, 0.6), (actin, 580.0, 420.0, 0.6), (adhesions, 525.0, 480.0, 0.5),
    )  # fmt: skip
    planes = np.stack([_widefield(rng, scope, field, *layer) for layer in layers])
    dyes = (
        Dye("DNA (DAPI)", BLUE, 461, 365),
        Dye("F-actin (phalloidin)", RED, 580, 561),
        Dye("vinculin", GREEN, 525, 488),
    )
    truth = {"cells": field.count, "stress_fibres": count, "focal_adhesions": 2 * count}
    return Picture(
        with_axes(planes, axis="cyx"), pixel, dyes, None, None, truth, field.labels[None, None], "60x oil", 1.4
    )


def comets(rng: Rng) -> Picture:
    """Growing microtubule ends (EB1) that run outward at 0.2 µm a second; 40 frames in total internal reflection."""
    size, pixel, frames, interval = 320, 0.13, 40, 1.0
    field = culture(
        rng, (size, size), pixel, spacing_um=60, radius_um=24, stretch=1.3, wobble=0.1, most=1, margin_um=19
    )
    paths = [dense(path, 0.25) for path in network(rng, field, pixel, 420, stop=0.002)]
    scope, step = Microscope(1.45, 1.515, 1.38, pixel), 0.22 * interval / pixel / 0.25
    births = rng.uniform(-160, frames, len(paths))
    speed = rng.normal(1, 0.18, len(paths)).clip(0.4)
    planes, tracks = np.zeros((frames, size, size), np.uint16), []
    glow = background(rng, (size, size), 22) + 60 * (field.labels > 0) * (1 + 0.15 * texture(rng, (size, size), 30))
    fade, lamp = bleaching(frames, left=0.6), illumination((size, size))
    for t in range(frames):
        points, weights = [], []
        for number, path in enumerate(paths):
            head = int((t - births[number]) * step * speed[number])
            if 4 < head < len(path):
                tail = path[max(0, head - 40) : head][::-1]
                points.append(tail)
                weights.append(np.exp(-np.arange(len(tail)) / 12.0))
                tracks.append((t, number, *np.round(path[head - 1], 2)))
        comet = splat((size, size), np.concatenate(points), np.concatenate(weights)) * 120 if points else 0
        planes[t] = expose(rng, scope.focus(comet + glow, 525.0, 0.0, 33) * 2.5 * fade[t] * lamp, offset=100)
    truth = {"speed_um_per_s": 0.22, "tracks": [{"frame": t, "track": n, "y": y, "x": x} for t, n, y, x in tracks]}
    dyes = (Dye("EB1-EGFP", GREEN, 525, 488),)
    return Picture(with_axes(planes, axis="tyx"), pixel, dyes, None, interval, truth, None, "100x TIRF", 1.45)


def growth_cone(rng: Rng) -> Picture:
    """A growth cone with filopodia that stretch, wave and draw back: actin, 36 frames."""
    size, pixel, frames = 288, 0.12, 36
    scope, centre = Microscope(1.4, 1.515, 1.38, pixel), np.array([150.0, 120.0])
    n = 17
    angle = np.linspace(-1.5, 1.5, n) + rng.normal(0, 0.07, n)
    phase, period, reach = rng.uniform(0, 6.28, n), rng.uniform(14, 30, n), rng.uniform(14, 55, n)
    grain = texture(rng, (frames, size, size), (5, 4, 4))
    planes, lengths = np.zeros((frames, size, size), np.uint16), []
    yy, xx = np.mgrid[:size, :size].astype(np.float32)
    fade = bleaching(frames, left=0.75)
    for t in range(frames):
        middle = centre + np.array([0.15 * t * np.sin(t / 9), 0.9 * t])
        palm = _palm(yy, xx, middle, angle, t)
        shaft = np.exp(-(((yy - middle[0] - 6 * np.sin((xx - middle[1]) / 40)) / 9) ** 2) * 1.2) / (
            1 + np.exp((xx - middle[1]) / 6)
        )
        fingers, now = [], []
        for k in range(n):
            length = 30 + reach[k] * (0.5 + 0.5 * np.sin(2 * np.pi * t / period[k] + phase[k]))
            bend = angle[k] + 0.25 * np.sin(t / 7 + phase[k]) + np.linspace(0, 0.5 * np.sin(phase[k] + t / 11), 90)
            root = middle + ROOT * np.array([np.sin(angle[k]), np.cos(angle[k])])
            fingers.append(root + np.cumsum(np.stack([np.sin(bend), np.cos(bend)], 1) * length / 90, 0))
            now.append(length * pixel)
        lengths.append(now)
        thin = splat((size, size), np.concatenate(fingers), np.repeat(np.array(now) / pixel / 90, 90))
        light = 75 * palm * (1 + 0.35 * grain[t]) + 95 * thin + 22 * shaft * (1 + 0.2 * grain[t])
        planes[t] = expose(rng, scope.focus(light.astype(np.float32), 525.0, 0.25, 33) * 4 * fade[t] + 3, offset=100)
    truth = {"filopodia": n, "filopodium_length_um": np.array(lengths)}
    dyes = (Dye("LifeAct-EGFP", GREEN, 525, 488),)
    return Picture(with_axes(planes, axis="tyx"), pixel, dyes, None, 4.0, truth, None, "100x oil", 1.4)


def _widefield(
    rng: Rng, scope: Microscope, field: Culture, layer: Floats, wavelength: float, photons: float, haze: float
) -> NDArray:
    """A stain in focus, the same stain 1.6 µm out of focus below the nucleus, a little of it free in the cell."""
    shape = field.labels.shape
    sharp = scope.focus(layer, wavelength, 0.15, 33)
    blurred = min(haze, 1.0) * scope.focus(layer * (0.4 + field.thickness), wavelength, 1.8, 65)
    outside = np.where(field.nuclear_rim < 1, 0.4, 1.0)
    free = 0.05 * haze * outside * field.thickness * (1 + 0.12 * fractal(rng, shape, 12))
    light = (sharp + 0.45 * blurred + scope.focus(free.astype(np.float32), wavelength, 0.8, 33)) * photons
    return expose(rng, (light + background(rng, shape, 9)) * illumination(shape), offset=100, gain=0.3)


def _treated_tubes(rng: Rng, field: Culture, pixel: float, compound: str) -> tuple[list[NDArray], float]:
    """Microtubules, and how much tubulin is left over in the cytosol."""
    if compound == "nocodazole":
        return network(rng, field, pixel, 7, bend=0.05, stop=0.035), 22.0
    if compound == "paclitaxel":
        starts = np.concatenate(
            [np.array(o.centre) + rng.normal(0, 0.45 * o.radii[1], (26, 2)) for o in field.outlines]
        )
        middles = np.repeat([o.angle for o in field.outlines], 26) + rng.normal(0, 0.5, len(starts))
        bundles = threads(rng, field, starts, middles, steps=110, step=0.22 / pixel, bend=0.01, stop=0.008)
        return [path + rng.normal(0, 0.12 / pixel, 2) for path in bundles for _ in range(5)], 0.3
    return network(rng, field, pixel, 150), 0.7


def _bundles(rng: Rng, field: Culture, pixel: float) -> tuple[Floats, Floats, int]:
    """Stress fibres along each cell's long axis, banded with a period of 1 µm, and a plaque at both ends of each.

    Each bends a little, outward with its distance from the middle, and ends inside the edge of its cell.
    """
    shape = field.labels.shape
    points, weights, ends, tilt = [], [], [], []
    for number, outline in enumerate(field.outlines, 1):
        inside = np.argwhere((field.labels == number) & (field.rim < 0.93))
        if len(inside) < 400:
            continue
        for _ in range(34):
            start, angle = inside[rng.integers(len(inside))], outline.angle + rng.normal(0, 0.13)
            aside = (start - outline.centre) @ (np.cos(angle), -np.sin(angle)) / min(outline.radii)
            turn = angle + np.linspace(-1, 1, 841) * (0.5 * np.clip(aside, -1, 1) + rng.normal(0, 0.1))
            line = np.cumsum(np.stack([np.sin(turn), np.cos(turn)], 1) * 0.7, 0)
            line += start - line[420]
            at = np.clip(np.rint(line).astype(int), 0, np.array(shape) - 1)
            own = (field.labels[at[:, 0], at[:, 1]] == number) & (field.rim[at[:, 0], at[:, 1]] < 0.96)
            first = 420 - np.argmin(own[420::-1]) if not own[:421].all() else 0
            last = 420 + np.argmin(own[420:]) if not own[420:].all() else 840
            if last - first < 60:
                continue
            held = line[first + 4 : last - 4]
            points.append(held)
            weights.append(rng.lognormal(0, 0.55) * (1 + 0.25 * np.sin(np.arange(len(held)) * 0.7 * pixel * 2 * np.pi)))
            ends += [held[2], held[-3]]
            tilt += [turn[first + 4], turn[last - 4]]
    actin = splat(shape, np.concatenate(points), np.concatenate(weights) * 0.55)
    plaques = np.zeros(shape, np.float32)
    for place, angle in zip(ends, tilt):
        part, (y, x) = window(shape, place, 2.5 / pixel)
        along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
        long = rng.uniform(0.5, 1.1) / pixel
        plaques[part] += rng.lognormal(-0.3, 0.4) * np.exp(-((along / long) ** 2) - (across / (0.3 / pixel)) ** 2)
    return actin, plaques, len(ends) // 2


def _palm(y: NDArray, x: NDArray, middle: NDArray, angle: NDArray, t: int) -> Floats:
    """The flat veil between the filopodia: a fan with a ruffling edge, rich in actin outside and poor in the middle."""
    dy, dx = y - middle[0], x - middle[1]
    direction = np.arctan2(dy, dx)
    edge = (
        33 + 4 * np.sin(3 * direction + t / 5) + 3 * np.sin(7 * direction - t / 4) + 2 * np.sin(11 * direction + t / 3)
    )
    inside = np.hypot(dy, dx) / (edge * (1 + 0.22 * np.cos(direction)))
    veil = 0.2 + 0.35 * np.clip((inside - 0.42) / 0.2, 0, 1) + 0.7 * np.exp(-(((inside - 0.88) / 0.13) ** 2))
    return np.clip((1 - inside) * 6, 0, 1) * veil * (0.55 + 0.45 * np.clip(1 + np.cos(direction), 0, 1))


SPECIMENS = (
    Specimen("fibroblasts-microtubules-mitochondria", fibroblasts, 2.0),
    Specimen("microtubules-untreated", treated(""), 1.0),
    Specimen("microtubules-nocodazole", treated("nocodazole"), 0.5),
    Specimen("microtubules-taxol", treated("paclitaxel"), 0.5),
    Specimen("stress-fibres", stress_fibres, 1.0),
    Specimen("microtubule-comets", comets, 1.0),
    Specimen("growth-cone-filopodia", growth_cone, 1.0),
)

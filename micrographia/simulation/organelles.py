"""Organelles in living and fixed cells: Golgi, endoplasmic reticulum, lysosomes, lipid droplets, cilia, vesicles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Voronoi

from micrographia.simulation.cameras import bleaching, expose, illumination
from micrographia.simulation.cells import Culture, background, chromatin, culture, threads
from micrographia.simulation.cytoskeleton import drawn, mitochondria
from micrographia.simulation.optics import Microscope, interference_contrast
from micrographia.simulation.shapes import Rng, dense, fractal, relaxed, spaced, splat, texture, window
from micrographia.simulation.specimens import Dye, Picture, Specimen, with_axes

GREEN, RED, BLUE, MAGENTA, CYAN, YELLOW, WHITE = (
    "#00FF00",
    "#FF4040",
    "#4080FF",
    "#FF00FF",
    "#00FFFF",
    "#FFD000",
    "#FFFFFF",
)


# More than there are pixels on the longest tubule.
TUBULE_POINTS = 60


def golgi(scattered: bool):
    """A maker of cells with a Golgi ribbon beside each nucleus, or one scattered by brefeldin A."""

    def make(rng: Rng) -> Picture:
        size, pixel, slices, z_um = 480, 0.13, 9, 0.5
        field = culture(rng, (size, size), pixel, spacing_um=24, radius_um=17, stretch=1.25, nucleus_um=7.2)
        scope, shape = Microscope(1.4, 1.515, 1.44, pixel, z_um, "confocal"), (slices, size, size)
        stacks = splat(shape, *_ribbons(rng, field, pixel, z_um, slices, scattered))
        height = np.clip(
            (field.thickness[None] * 3.4 - np.abs((np.arange(slices) - 3)[:, None, None] * z_um)) * 3, 0, 1
        )
        free = (
            height
            * np.where(field.nuclear_rim < 0.97, 0.2, 1.0)
            * (0.6 if scattered else 0.12)
            * (1 + 0.3 * texture(rng, shape, (2, 4, 4)))
        )
        dna = (
            chromatin(rng, field, pixel)[None]
            * np.clip((2.6 - np.abs((np.arange(slices) - 4) * z_um)) * 2, 0, 1)[:, None, None]
        )
        pair = ((dna, 461.0, 100.0), (stacks + free, 525.0, 190.0))
        planes = [expose(rng, scope.blur(v.astype(np.float32), nm, 41) * light + 2, gain=0.3) for v, nm, light in pair]
        dyes = (Dye("DNA (DAPI)", BLUE, 461, 405), Dye("giantin", YELLOW, 525, 488))
        truth = {"cells": field.count, "golgi": "scattered" if scattered else "ribbon"}
        stack = with_axes(np.stack(planes), axis="czyx")
        return Picture(stack, pixel, dyes, z_um, None, truth, field.nuclei[None, None], "63x oil", 1.4)

    return make


def reticulum(rng: Rng) -> Picture:
    """The net of the endoplasmic reticulum in the flat edge of a living cell, moving; 24 frames."""
    size, pixel, frames = 352, 0.075, 24
    knots, edges = _net(rng, size, 1.25 / pixel)
    y, x = np.mgrid[:size, :size].astype(np.float32)
    inside = 1 / (
        1
        + np.exp(
            (np.hypot(y - size * 1.02, x + size * 0.05) - size * 0.98 - 9 * np.sin(np.arctan2(y - size, x) * 14)) / 5
        )
    )
    perinuclear = np.exp(-((np.hypot(y - size, x) / (size * 0.42)) ** 4))
    sway, phase = rng.normal(0, 2.0, (len(knots), 2)), rng.uniform(0, 6.28, (len(knots), 2))
    scope, fade = Microscope(1.45, 1.515, 1.38, pixel, mode="confocal"), bleaching(frames, left=0.7)
    sheets = perinuclear * (1 + 0.5 * fractal(rng, (size, size), 16))
    live = rng.random((len(edges), 2)) * frames * np.array([0.6, 1.0]) + np.array([0, 0.4 * frames])
    live[rng.random(len(edges)) < 0.9] = (-1, frames)
    planes = np.zeros((frames, size, size), np.uint16)
    for t in range(frames):
        at = knots + sway * np.sin(2 * np.pi * t / 19 + phase)
        shown = edges[(live[:, 0] <= t) & (live[:, 1] > t)]
        tubes = splat((size, size), *_bowed(at, shown))
        light = scope.focus(((tubes * 46 + 24 * np.maximum(sheets, 0)) * inside).astype(np.float32), 525.0, 0.0, 33)
        planes[t] = expose(rng, 4.5 * (light + 1.0 * inside) * fade[t] + 2, gain=0.5)
    seen = np.all((knots >= 0) & (knots < size), axis=1)
    truth = {"junctions": int(seen.sum()), "tubules": int(seen[edges].any(1).sum())}
    dyes = (Dye("EGFP-KDEL", GREEN, 525, 488),)
    return Picture(with_axes(planes, axis="tyx"), pixel, dyes, None, 2.0, truth, None, "100x oil", 1.45)


def endosomes(rng: Rng) -> Picture:
    """Endosomes and lysosomes in one cell: some run along microtubules, some are tethered, some diffuse; 60 frames."""
    size, pixel, frames, interval = 256, 0.16, 60, 0.5
    field = culture(
        rng, (size, size), pixel, spacing_um=80, radius_um=18, stretch=1.2, nucleus_um=7, most=1, margin_um=16
    )
    scope, shape = Microscope(1.4, 1.515, 1.38, pixel), (size, size)
    tracks, kinds = _vesicle_tracks(rng, field, pixel, frames, interval)
    bright, green = rng.lognormal(0, 0.45, len(tracks)), rng.random(len(tracks)) < 0.55
    glow = scope.focus(field.thickness * (1 + 0.2 * texture(rng, shape, 14)), 580.0, 1.0)
    planes, fade, lamp = np.zeros((frames, 2, *shape), np.uint16), bleaching(frames, left=0.6), illumination(shape)
    for t in range(frames):
        for c, (chosen, nm) in enumerate(((green, 525.0), (~green, 610.0))):
            spots = splat(shape, tracks[chosen, t], bright[chosen] * 900)
            light = scope.focus(spots, nm, 0.35, 33) + 16 * glow
            planes[t, c] = expose(rng, (6 * light * fade[t] + 4) * lamp)
    truth = {"vesicles": [
        {"id": i, "kind": kind, "channel": 0 if green[i] else 1, "track_yx": np.round(track, 2)}
        for i, (kind, track) in enumerate(zip(kinds, tracks))
    ]}  # fmt: skip
    dyes = (Dye("Rab5-EGFP", GREEN, 525, 488), Dye("LAMP1-mCherry", MAGENTA, 610, 561))
    return Picture(with_axes(planes, axis="tcyx"), pixel, dyes, None, interval, truth, None, "100x oil", 1.4)


def droplets(rng: Rng) -> Picture:
    """Fat cells full of lipid droplets: interference contrast, a neutral-lipid dye, nuclei pushed aside."""
    size, pixel = 640, 0.16
    field = culture(rng, (size, size), pixel, spacing_um=30, radius_um=20, stretch=1.15, nucleus_um=6)
    shape, scope = (size, size), Microscope(1.3, 1.406, 1.4, pixel)
    path, fat, labels, count = 3.4 * field.thickness, np.zeros(shape, np.float32), np.zeros(shape, np.uint16), 0
    for number, outline in enumerate(field.outlines, 1):
        taken: list[tuple[float, float, float]] = []
        for radius in np.sort(rng.lognormal(0.35, 0.6, 260).clip(0.4, 5.0))[::-1] / pixel:
            spot = np.array(outline.centre) + rng.normal(0, 0.42, 2) * outline.radii
            free = all(np.hypot(spot[0] - y, spot[1] - x) > 0.93 * (radius + r) for y, x, r in taken)
            at = tuple(np.clip(spot.astype(int), 0, size - 1))
            if (
                not free
                or field.labels[at] != number
                or field.rim[at] > 0.82
                or field.nuclear_rim[at] < 0.8 + radius * pixel / 9
            ):
                continue
            taken.append((spot[0], spot[1], radius))
            count += 1
            part, (y, x) = window(shape, spot, 1.2 * radius)
            ball = np.sqrt(np.clip(1 - (y**2 + x**2) / radius**2, 0, 1))
            path[part] += 2 * np.pi / 0.55 * 0.075 * 2 * radius * pixel * ball
            fat[part] += 2 * radius * pixel * ball
            labels[part] = np.where(ball > 0, count, labels[part])
    path += 0.25 * field.thickness * fractal(rng, shape, 10)
    relief = interference_contrast(path.astype(np.float32), pixel, shear_um=0.22, bias=1.1, na=1.2)
    lamp = illumination(shape, fall=0.2)
    planes = np.stack([
        expose(rng, relief * 2600 * lamp, gain=0.3),
        expose(rng, ((scope.focus(fat, 525.0, 0.3) + 0.25 * scope.focus(fat, 525.0, 3.0)) * 130 + 9) * lamp, gain=0.8),
        expose(rng, (scope.focus(chromatin(rng, field, pixel), 461.0, 0.5) * 380 + 8) * lamp),
    ])  # fmt: skip
    dyes = (
        Dye("DIC", "#FFFFFF", contrast="DIC"),
        Dye("BODIPY 493/503", YELLOW, 525, 488),
        Dye("DNA (Hoechst)", BLUE, 461, 405),
    )
    truth = {"droplets": count}
    stack = with_axes(planes, axis="cyx")
    return Picture(stack, pixel, dyes, None, None, truth, labels[None, None], "60x silicone", 1.3)


def cilia(rng: Rng) -> Picture:
    """Primary cilia: one to a resting cell, with its basal body; a widefield image of three stains."""
    size, pixel = 640, 0.14
    field = culture(rng, (size, size), pixel, spacing_um=17, radius_um=12, stretch=1.15, nucleus_um=6.4)
    scope, shape = Microscope(1.4, 1.515, 1.4, pixel), (size, size)
    axonemes, bases, lengths = [], [], []
    for number, outline in enumerate(field.nuclear_outlines):
        base = np.array(outline.centre) + rng.normal(0, 0.45, 2) * outline.radii
        bases += [base, base + rng.normal(0, 0.35 / pixel, 2)]
        if rng.random() < 0.82:
            angle, length = rng.uniform(0, 6.28), rng.normal(4.0, 1.0)
            turn = angle + np.linspace(0, rng.normal(0, 0.7), 40)
            axonemes.append(base + np.cumsum(np.stack([np.sin(turn), np.cos(turn)], 1), 0) * length / pixel / 40)
            lengths.append({"cell": number + 1, "length_um": length})
    lines, dots = drawn(shape, axonemes), splat(shape, bases, 40.0)
    skin = 0.03 * field.thickness * (1 + 0.5 * fractal(rng, shape, 8))
    lamp = illumination(shape)
    layers = (
        (chromatin(rng, field, pixel), 461.0, 420.0),
        (lines * 1.7 + skin, 525.0, 1500.0),
        (2 * dots + 0.15 * skin, 610.0, 500.0),
    )
    planes = [
        expose(rng, (scope.focus(a.astype(np.float32), nm, 0.2) * light + background(rng, shape, 9)) * lamp)
        for a, nm, light in layers
    ]
    dyes = (
        Dye("DNA (DAPI)", BLUE, 461, 405),
        Dye("acetylated tubulin", GREEN, 525, 488),
        Dye("gamma-tubulin", RED, 610, 561),
    )
    truth = {"cells": field.count, "cilia": lengths}
    stack = with_axes(np.stack(planes), axis="cyx")
    return Picture(stack, pixel, dyes, None, None, truth, field.nuclei[None, None], "60x oil", 1.4)


def mitochondria_stack(rng: Rng) -> Picture:
    """The mitochondrial net of one cell in depth, with its membrane potential dye fading; widefield, 21 slices."""
    slices, size, pixel, z_um = 21, 320, 0.1, 0.25
    field = culture(
        rng, (size, size), pixel, spacing_um=80, radius_um=16, stretch=1.3, nucleus_um=6.5, most=1, margin_um=13
    )
    _, paths = mitochondria(rng, field, pixel, 170)
    scope, points, weights = Microscope(1.4, 1.515, 1.38, pixel, z_um, depth_um=0.5), [], []
    for path in paths:
        line = dense(path, 0.7)
        hill = np.exp(-np.hypot(*(line - field.nuclear_outlines[0].centre).T) * pixel / 9)
        z = slices * 0.25 + hill * slices * 0.62 * rng.uniform(0.0, 1.0) + rng.normal(0, 1.2)
        line = np.repeat(np.column_stack([z, line]), 3, 0) + rng.normal(0, (0.5, 1.2, 1.2), (3 * len(line), 3))
        points.append(line)
        weights.append(np.full(len(line), rng.lognormal(0, 0.3)))
    light = scope.blur(splat((slices, size, size), np.concatenate(points), np.concatenate(weights)), 600.0, 97)
    planes = expose(rng, light * 300 * illumination((size, size)) + 6, gain=0.3)
    truth = {"mitochondria": len(paths)}
    dye = Dye("TMRM", RED, 600, 561)
    return Picture(with_axes(planes, axis="zyx"), pixel, (dye,), z_um, None, truth, None, "100x oil", 1.4)


def _ribbons(
    rng: Rng, field: Culture, pixel: float, z_um: float, slices: int, scattered: bool
) -> tuple[NDArray, NDArray]:
    """Points of Golgi stacks: short curved plates, joined side by side round the centrosome, or strewn about."""
    points, weights = [], []
    for number in range(field.count):
        base, outline = field.organisers[number], field.nuclear_outlines[number]
        out = np.arctan2(*(base - outline.centre))
        many = 44 if scattered else 26
        for _ in range(many):
            if scattered:
                away = rng.uniform(1.0, 2.0) * max(outline.radii)
                turn = rng.uniform(0, 6.28)
                spot = np.array(outline.centre) + away * np.array([np.sin(turn), np.cos(turn)])
                length = rng.uniform(0.2, 0.7)
            else:
                turn = out + rng.normal(0, 0.5)
                away = min(outline.radii) * rng.normal(1.22, 0.13)
                spot = np.array(outline.centre) + away * np.array([np.sin(turn), np.cos(turn)])
                length = rng.uniform(1.2, 3.2)
            at = np.linspace(-0.5, 0.5, 60) * length / pixel
            heading = turn + np.pi / 2 + rng.normal(0, 0.5) + at * pixel * rng.normal(0, 0.3)
            line = spot + np.stack([np.sin(heading), np.cos(heading)], 1) * at[:, None]
            z = slices * 0.45 + rng.normal(0, 0.55 / z_um) + rng.normal(0, 0.15 / z_um, 60)
            points.append(np.column_stack([z, line + rng.normal(0, 0.09 / pixel, (60, 2))]))
            weights.append(np.full(60, rng.lognormal(0, 0.4) * (0.4 if scattered else 1.0) * length))
    return np.concatenate(points), np.concatenate(weights)


def _net(rng: Rng, size: int, mesh: float) -> tuple[NDArray, NDArray]:
    """Junctions and the tubules between them: the borders of Voronoi cells, which close and meet by threes."""
    wide = size + 4 * mesh
    seeds = relaxed(spaced(rng, (wide, wide), mesh), (round(wide), round(wide)), 1) - 2 * mesh
    net = Voronoi(seeds)
    edges = np.array([ridge for ridge in net.ridge_vertices if -1 not in ridge])
    inside = ((net.vertices > -mesh) & (net.vertices < size + mesh)).all(1)
    edges = edges[inside[edges].all(1)]
    used, edges = np.unique(edges, return_inverse=True)
    return net.vertices[used], edges.reshape(-1, 2)


def _bowed(knots: NDArray, edges: NDArray) -> tuple[NDArray, NDArray]:
    """Points along tubules that bow a little to one side, with weights that make all equally bright."""
    start, gap = knots[edges[:, 0]], knots[edges[:, 1]] - knots[edges[:, 0]]
    side = np.column_stack([-gap[:, 1], gap[:, 0]]) * (0.12 * np.sin(edges.sum(1) * 1.7))[:, None]
    at = np.linspace(0, 1, TUBULE_POINTS)[:, None]
    points = start[:, None] + gap[:, None] * at + side[:, None] * (4 * at * (1 - at))
    return points.reshape(-1, 2), np.repeat(np.hypot(*gap.T) / TUBULE_POINTS, TUBULE_POINTS)


def _vesicle_tracks(rng: Rng, field: Culture, pixel: float, frames: int, interval: float) -> tuple[NDArray, list[str]]:
    rails = [
        dense(p, 0.2)
        for p in threads(
            rng, field, np.repeat(field.organisers, 60, 0), rng.uniform(0, 6.28, 60), steps=160, step=2, bend=0.02
        )
    ]
    rails = [rail for rail in rails if len(rail) > 150]
    tracks, kinds = [], []
    own = np.argwhere((field.labels > 0) & (field.rim < 0.9) & (field.nuclear_rim > 1.05))
    for _ in range(46):
        rail = rails[rng.integers(len(rails))]
        at, state, place = int(rng.integers(20, len(rail) - 20)), 0.0, []
        for _ in range(frames):
            if rng.random() < 0.14:
                state = rng.choice([-0.75, 0.0, 0.0, 0.9])
            at = int(np.clip(at + state * rng.normal(1, 0.25) * interval / pixel / 0.2, 0, len(rail) - 1))
            place.append(rail[at] + rng.normal(0, 0.12, 2))
        tracks.append(np.array(place))
        kinds.append("running")
    for _ in range(40):
        start = own[rng.integers(len(own))]
        tracks.append(start + np.cumsum(rng.normal(0, 0.9, (frames, 2)), 0))
        kinds.append("diffusing")
    for _ in range(34):
        tracks.append(own[rng.integers(len(own))] + rng.normal(0, 0.3, (frames, 2)))
        kinds.append("tethered")
    return np.array(tracks), kinds


SPECIMENS = (
    Specimen("golgi-ribbon", golgi(False), 1.0),
    Specimen("golgi-brefeldin", golgi(True), 1.0),
    Specimen("endoplasmic-reticulum-network", reticulum, 0.5),
    Specimen("endosome-tracking", endosomes, 1.0),
    Specimen("lipid-droplets-adipocytes", droplets, 0.5),
    Specimen("primary-cilia", cilia, 0.5),
    Specimen("mitochondria-z-stack", mitochondria_stack, 0.5),
)

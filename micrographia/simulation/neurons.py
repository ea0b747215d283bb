"""Neurons: a whole cell with its dendrites, spines on one dendrite, the layers of the retina, a hippocampus mosaic."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from micrographia.simulation.cameras import expose, illumination
from micrographia.simulation.cells import background
from micrographia.simulation.optics import Floats, Microscope
from micrographia.simulation.shapes import (
    Rng,
    dense,
    enlarged,
    fractal,
    path_length,
    soft,
    spaced,
    splat,
    texture,
    wander,
    window,
)
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


def neuron(rng: Rng) -> Picture:
    """A pyramidal neuron filled with a dye, its nucleus, and synapsin dots of its neighbours along it."""
    size, pixel = 960, 0.25
    shape, soma = (size, size), np.array([560.0, 470.0])
    branches = _tree(rng, soma, pixel)
    filled = np.zeros(shape, np.float32)
    for path, thick in branches:
        line = dense(path, 0.5)
        taper = np.linspace(1, 0.45, len(line)) * thick
        copies = (
            np.repeat(line, 4, 0) + rng.normal(0, 1, (4 * len(line), 2)) * np.repeat(taper, 4)[:, None] * 0.5 / pixel
        )
        filled += splat(shape, copies, np.repeat(taper**1.3, 4) * 2.6)
    filled += _spiny(rng, shape, branches, pixel)
    body = _soma(shape, soma, pixel)
    axon = wander(rng, soma + np.array([30, 6]), [1.45], 520, 1.0, 0.02)[0]
    filled += 9 * body * (1 + 0.12 * fractal(rng, shape, 9)) + splat(shape, dense(axon, 0.5), 2.0)
    dots = _boutons(rng, branches, pixel, shape)
    part, (y, x) = window(shape, soma + np.array([2, 0]), 60)
    nucleus = np.zeros(shape, np.float32)
    nucleus[part] = soft(np.hypot(y, x) / (5.6 / pixel), 0.15) * (1 + 0.3 * texture(rng, nucleus[part].shape, 4))
    glia = spaced(rng, shape, 230, 12, 40)
    for place in glia:
        part, (y, x) = window(shape, place, 40)
        nucleus[part] += (
            0.55 * soft(np.hypot(y, 1.3 * x) / (4.4 / pixel), 0.2) * (1 + 0.3 * texture(rng, nucleus[part].shape, 3))
        )
    scope, lamp = Microscope(0.95, 1.0, 1.4, pixel), illumination(shape)
    trio = ((nucleus, 461.0, 300.0), (filled, 525.0, 75.0), (dots, 610.0, 240.0))
    planes = []
    for image, nm, light in trio:
        blurred = scope.focus(image, nm, 0.3, 33) + 0.25 * scope.focus(image, nm, 4.0, 65)
        planes.append(expose(rng, (blurred * light + background(rng, shape, 10)) * lamp, gain=0.7))
    truth = {
        "dendritic_length_um": round(sum(path_length(p) for p, _ in branches) * pixel, 1), "branches": len(branches),
        "soma_yx": soma,
    }  # fmt: skip
    dyes = (Dye("DNA (DAPI)", BLUE, 461, 405), Dye("EGFP fill", GREEN, 525, 488), Dye("synapsin", MAGENTA, 610, 561))
    return Picture(with_axes(np.stack(planes), axis="cyx"), pixel, dyes, None, None, truth, None, "40x", 0.95)


def spines(rng: Rng) -> Picture:
    """A dendrite with spines of all kinds, a confocal stack: stubby, thin, mushroom."""
    slices, height, width, pixel, z_um = 22, 224, 512, 0.07, 0.25
    shape = (slices, height, width)
    at = np.linspace(-10, width + 10, 1400)
    shaft = np.column_stack([slices / 2 + 3 * np.sin(at / 160), height / 2 + 12 * np.sin(at / 120), at])
    points = [np.repeat(shaft, 26, 0) + rng.normal(0, 1, (26 * len(shaft), 3)) * (0.38 / z_um, 0.38 / pixel, 0.5)]
    weights = [np.full(len(points[0]), 0.8)]
    side = wander(rng, shaft[700, 1:], [2.3], 200, 1.0, 0.02)[0]
    side = np.column_stack([np.linspace(shaft[700, 0], 16, 200), side])
    points.append(np.repeat(side, 14, 0) + rng.normal(0, 1, (14 * 200, 3)) * (0.22 / z_um, 0.22 / pixel, 1))
    weights.append(np.full(14 * 200, 0.8))
    found: list[dict] = []
    for place in rng.uniform(60, 1340, 64).astype(int):
        kind = ("thin", "mushroom", "stubby")[rng.integers(3)]
        long = {"thin": rng.uniform(1.1, 1.9), "mushroom": rng.uniform(0.9, 1.5), "stubby": rng.uniform(0.55, 0.75)}[
            kind
        ]
        head = {"thin": 0.14, "mushroom": rng.uniform(0.3, 0.42), "stubby": 0.24}[kind]
        turn = rng.uniform(0, 2 * np.pi)
        out = np.array([0.6 * np.sin(turn) / z_um, np.cos(turn) / pixel, rng.normal(0, 0.35) / pixel])
        tip = shaft[place] + out * (0.38 + long)
        neck = shaft[place] + out * np.linspace(0.3, 0.38 + long, 40)[:, None]
        points += [
            neck + rng.normal(0, 0.4, (40, 3)),
            tip + rng.normal(0, 1, (500, 3)) * (head / z_um, head / pixel, head / pixel),
        ]
        weights += [np.full(40, 1.4), np.full(500, 2.6 * head)]
        found.append({"kind": kind, "z": tip[0], "y": tip[1], "x": tip[2], "length_um": long})
    light = splat(shape, np.concatenate(points), np.concatenate(weights))
    scope = Microscope(1.4, 1.515, 1.46, pixel, z_um, "confocal", depth_um=3.0)
    planes = expose(rng, scope.blur(light, 525.0, 41) * 130 + 1.5, gain=0.3)
    dye = (Dye("EYFP fill", YELLOW, 530, 514),)
    return Picture(with_axes(planes, axis="zyx"), pixel, dye, z_um, None, {"spines": found}, None, "63x oil", 1.4)


def retina(rng: Rng) -> Picture:
    """A section of the retina: photoreceptors, nuclear and plexiform layers, ganglion cells, glia."""
    height, width, pixel = 900, 720, 0.33
    shape = (height, width)
    x = np.arange(width)
    bow = 16 * np.sin(x / 260) + 5 * np.sin(x / 77)
    dna, labels, counts = np.zeros(shape, np.float32), np.zeros(shape, np.uint16), {}
    layers = (
        ("outer nuclear layer", 250, 430, 11.5, 2.0, 2.5),
        ("inner nuclear layer", 500, 625, 16, 3.1, 3.5),
        ("ganglion cell layer", 752, 785, 34, 4.6, 5.2),
    )
    number = 0
    for name, top, bottom, apart, small, large in layers:
        places = spaced(rng, (bottom - top, width), apart) + np.array([top, 0])
        counts[name] = len(places)
        for place in places:
            number += 1
            place = place + np.array([bow[int(place[1]) % width], 0])
            r = rng.uniform(small, large) / pixel
            part, (dy, dx) = window(shape, place, 1.5 * r)
            d = np.hypot(dy / 1.12, dx) / r
            dna[part] = np.maximum(dna[part], soft(d, 0.3) * rng.uniform(0.65, 1.15) * (1 - 0.25 * d**2))
            labels[part] = np.where(d < 1, number, labels[part])
    dna *= 1 + 0.22 * texture(rng, shape, 3)
    y = np.arange(height)[:, None] - bow[None]
    outer = _band(y, 120, 243) * np.clip(1.15 + 0.9 * texture(rng, shape, (46, 2.6)), 0.1, None)
    plexus = (_band(y, 436, 492) + _band(y, 633, 742)) * (0.75 + 0.3 * fractal(rng, shape, 5))
    plexus += 0.5 * sum(np.exp(-(((y - at) / 7) ** 2)) for at in (660, 688, 716))
    glia = _muller(rng, shape, bow)
    trio = ((dna, 461.0, 420.0), (outer + 0.06 * dna, 525.0, 220.0), (plexus, 580.0, 170.0), (glia, 670.0, 300.0))
    scope, lamp = Microscope(0.8, 1.0, 1.42, pixel), illumination(shape, fall=0.15)
    planes = [
        expose(
            rng,
            (scope.focus(np.asarray(image, np.float32), nm, 0.6, 33) * light + background(rng, shape, 9)) * lamp,
            gain=0.6,
        )
        for image, nm, light in trio
    ]
    dyes = (
        Dye("DNA (DAPI)", BLUE, 461, 405),
        Dye("rhodopsin", GREEN, 525, 488),
        Dye("synaptophysin", RED, 580, 561),
        Dye("glutamine synthetase", MAGENTA, 670, 640),
    )
    truth = {"nuclei": counts}
    stack = with_axes(np.stack(planes), axis="cyx")
    return Picture(stack, pixel, dyes, None, None, truth, labels[None, None], "20x", 0.8)


def hippocampus(rng: Rng) -> Picture:
    """A mosaic of 64 fields over a hippocampus: nuclei, neurons, astrocytes; 4096 by 4096 pixels, in three channels."""
    size, pixel = 4096, 0.5
    bands = _bands(size)
    near = _distance_to(bands, size)
    planes = np.zeros((3, size, size), np.uint8)
    unequal = (1 + 0.025 * rng.normal(size=(8, 8))).astype(np.float32)
    lamp = np.tile(illumination((512, 512), fall=0.16), (8, 8)) * unequal.repeat(512, 0).repeat(512, 1)
    fields = [np.zeros((size, size), np.float32) for _ in range(3)]
    counts = {
        "granule and pyramidal neurons": _pack(rng, fields, near, bands),
        "scattered cells": _strew(rng, fields, near),
    }
    counts["astrocytes"] = _astrocytes(rng, fields[2], near)
    _dendrites(rng, fields[1], bands)
    for field, share in zip(fields[1:], (0.15, 0.09)):
        field += enlarged(np.float32(share) * _neuropil(rng, near), 8)
    beside = 1.6 * np.exp(-np.minimum(*near) / 420)
    for c, (nm, light, floor) in enumerate(((461.0, 75.0, 1.5), (525.0, 110.0, 2.0), (670.0, 75.0, 1.5))):
        photons = ndimage.gaussian_filter(fields[c], 0.0003 * nm / pixel / 0.6 + 0.6, truncate=3)
        tissue = 1 + 0.35 * texture(rng, (size // 8, size // 8), 64) + (beside if c else 0)
        photons *= light
        photons += enlarged(np.float32(floor) * tissue, 8)
        photons *= lamp
        photons *= 11
        planes[c] = expose(rng, photons, offset=3, gain=0.038, read=1.0, bits=8)
    dyes = (Dye("DNA (DAPI)", BLUE, 461, 405), Dye("NeuN", GREEN, 525, 488), Dye("GFAP", RED, 670, 640))
    truth = {"cells": counts, "fields": 64}
    return Picture(with_axes(planes, axis="cyx"), pixel, dyes, None, None, truth, None, "20x, 8 x 8 fields", 0.8)


def _neuropil(rng: Rng, near: list[Floats]) -> Floats:
    """The felt of fibres round the layers, at an eighth of the size.

    It is dense beside them, in strata that run along, and thin in the white matter.
    """
    far = np.minimum(near[0], near[1])
    strata = 1 + 0.45 * np.sin(far / 55) * np.exp(-far / 350)
    felt = np.exp(-far / 480) * strata * (1 + 0.25 * texture(rng, far.shape, 5)) + 0.12
    return np.clip(felt, 0, None)


def _tree(rng: Rng, soma: NDArray, pixel: float) -> list[tuple[NDArray, float]]:
    """Dendrites: an apical one that goes up and forks late, basal ones that fan out; (path, thickness in µm)."""
    branches: list[tuple[NDArray, float]] = []
    todo: list[tuple] = [(soma - np.array([34, 0]), -np.pi / 2, 300, 1.9, 0)]
    todo += [
        (soma + 26 * np.array([np.sin(a), np.cos(a)]), a, 150, 1.1, 1)
        for a in np.array([0.35, 1.0, 1.9, 2.75, 3.3, -0.25])
    ]
    while todo:
        start, angle, length, thick, order = todo.pop()
        path = wander(rng, start, [angle], int(length * rng.uniform(0.75, 1.2)), 1.0, 0.022)[0]
        branches.append((path, thick))
        if order >= 4:
            continue
        end = np.arctan2(*(path[-1] - path[-12]))
        for sign in (-1, 1):
            todo.append(
                (path[-1], end + sign * rng.uniform(0.25, 0.6), length * rng.uniform(0.5, 0.85), thick * 0.7, order + 1)
            )
        for _ in range(rng.integers(1, 4) if order == 0 else rng.integers(0, 2)):
            at = rng.integers(20, max(21, len(path) - 10))
            away = np.arctan2(*(path[at] - path[at - 8])) + rng.choice([-1, 1]) * rng.uniform(0.7, 1.3)
            todo.append((path[at], away, length * 0.45, thick * 0.5, order + 2))
    return branches


def _soma(shape: tuple[int, int], soma: NDArray, pixel: float) -> Floats:
    part, (y, x) = window(shape, soma, 80)
    body = np.zeros(shape, np.float32)
    width = np.where(y < 0, 30 * np.exp(y / 34), 30) * np.sqrt(np.clip(1 - np.clip(y / 34, 0, 1) ** 2, 0, 1)) + 1e-3
    body[part] = soft(np.abs(x) / width, 0.25) * (y > -62) * (y < 34)
    return ndimage.gaussian_filter(body, 2.5)


def _spiny(rng: Rng, shape: tuple[int, int], branches: list, pixel: float) -> Floats:
    points = []
    for path, _thick in branches:
        chosen = path[rng.random(len(path)) < 0.28]
        points.append(chosen + rng.normal(0, 1, chosen.shape) * 0.85 / pixel)
    return splat(shape, np.concatenate(points), 7.0)


def _boutons(rng: Rng, branches: list, pixel: float, shape: tuple[int, int]) -> Floats:
    points = []
    for path, _thick in branches:
        chosen = path[rng.random(len(path)) < 0.16]
        points.append(chosen + rng.normal(0, 1, chosen.shape) * 1.1 / pixel)
    points.append(rng.random((900, 2)) * shape)
    where = np.concatenate(points)
    return splat(shape, where, rng.lognormal(0.6, 0.5, len(where)))


def _band(y: NDArray, top: float, bottom: float) -> NDArray:
    return np.clip((y - top) / 8, 0, 1) * np.clip((bottom - y) / 8, 0, 1)


def _muller(rng: Rng, shape: tuple[int, int], bow: NDArray) -> Floats:
    """Radial glia: fibres from the inner to the outer limiting membrane, thicker where their bodies and feet are."""
    image = np.zeros(shape, np.float32)
    for x0 in np.arange(6, shape[1], 15) + rng.normal(0, 4, len(np.arange(6, shape[1], 15))):
        y = np.linspace(246, 812, 900)
        x = x0 + np.cumsum(rng.normal(0, 0.12, 900)) + 3 * np.sin(y / 60 + x0)
        y = y + bow[int(np.clip(x0, 0, shape[1] - 1))]
        image += splat(shape, np.column_stack([y, x]), 0.8 + 1.6 * np.exp(-(((y - 560) / 28) ** 2)))
        feet = np.column_stack([rng.normal(808, 5, 300), x[-1] + rng.normal(0, 6, 300)])
        image += splat(shape, feet, 0.9)
    return image


def _bands(size: int) -> list[NDArray]:
    """The curves of the cell layers: the C of CA1 to CA3, and the V of the dentate gyrus that hooks into it."""
    s = np.linspace(0, 1, 500)
    angle = np.pi * (1.16 - 1.32 * s)
    ca = np.column_stack([2050 - 1150 * np.sin(angle) * (1 - 0.10 * s), 1950 + 1550 * np.cos(angle) * (1 - 0.1 * s)])
    hook = np.column_stack([np.linspace(ca[-1, 0], 2350, 160), np.linspace(ca[-1, 1], 2480, 160)])
    ca3 = np.concatenate([ca, hook + np.column_stack([230 * np.sin(np.linspace(0, np.pi, 160)), np.zeros(160)])])
    turn = np.linspace(-0.46 * np.pi, 0.46 * np.pi, 240)
    tip = np.array([2280, 1010])
    blade = np.column_stack([2280 + 420 * np.sin(turn), tip[1] + 300 - 330 * np.cos(turn)])
    upper = np.column_stack([np.linspace(1872, 1790, 260), np.linspace(1290, 2450, 260)])
    lower = np.column_stack([np.linspace(2688, 3020, 260), np.linspace(1290, 2560, 260)])
    return [ca3 * (size / 4096), np.concatenate([upper[::-1], blade, lower]) * (size / 4096)]


def _distance_to(bands: list[NDArray], size: int) -> list[Floats]:
    """Distance from each band at an eighth of the size, in full-size pixels."""
    result = []
    for band in bands:
        line = np.ones((size // 8, size // 8), bool)
        at = np.clip((dense(band, 4) / 8).astype(int), 0, size // 8 - 1)
        line[tuple(at.T)] = False
        result.append((ndimage.distance_transform_edt(line) * 8).astype(np.float32))
    return result


def _pack(rng: Rng, fields: list[Floats], near: list[Floats], bands: list[NDArray]) -> int:
    """Densely packed neurons in the layers."""
    count = 0
    layers = ((bands[0], near[0], 62, 15.5, 9.0), (bands[1], near[1], 76, 13.0, 7.6))
    for band, distance, half, apart, radius in layers:
        size = fields[0].shape[0]
        grid = np.stack(np.meshgrid(np.arange(6, size, apart), np.arange(6, size, apart), indexing="ij"), -1).reshape(
            -1, 2
        )
        grid = np.clip(grid + rng.normal(0, apart * 0.26, grid.shape), 0, size - 1)
        far = distance[tuple((grid / 8).astype(int).clip(0, size // 8 - 1).T)]
        chosen = grid[(far < half * rng.normal(1, 0.12, len(far))) & (rng.random(len(far)) < 0.93 * _fade(grid, band))]
        count += len(chosen)
        for place in chosen:
            _cell(rng, fields, place, radius * rng.normal(1, 0.1), 0.95)
    return count


def _fade(places: NDArray, band: NDArray) -> NDArray:
    """How full a layer is at places: it thins out towards both its ends."""
    from_end = np.min([np.hypot(*(places - end).T) for end in band[[0, -1]]], axis=0)
    return np.clip(from_end / 420, 0.03, 1)


def _strew(rng: Rng, fields: list[Floats], near: list[Floats]) -> int:
    size = fields[0].shape[0]
    grid = np.stack(np.meshgrid(np.arange(20, size, 58.0), np.arange(20, size, 58.0), indexing="ij"), -1).reshape(-1, 2)
    grid = np.clip(grid + rng.uniform(-26, 26, grid.shape), 0, size - 1)
    chosen = grid[rng.random(len(grid)) < 0.62]
    for place in chosen:
        _cell(rng, fields, place, rng.uniform(6.5, 9.5), 0.8 if rng.random() < 0.18 else 0.0)
    return len(chosen)


def _cell(rng: Rng, fields: list[Floats], place: NDArray, radius: float, neuron_light: float) -> None:
    part, (y, x) = window(fields[0].shape, place, 1.7 * radius)
    d = np.hypot(y, x * rng.uniform(0.8, 1.2)) / radius
    light, dotted = rng.lognormal(0, 0.22), 1 + 0.35 * np.sin(0.9 * y + place[0]) * np.sin(0.8 * x + place[1])
    fields[0][part] += soft(d, 0.35) * light * dotted
    if neuron_light:
        fields[1][part] = np.maximum(
            fields[1][part], neuron_light * light * soft(d / 1.25, 0.4) * (1 - 0.25 * soft(d, 0.3))
        )


def _astrocytes(rng: Rng, image: Floats, near: list[Floats]) -> int:
    size = image.shape[0]
    places = spaced(rng, (size, size), 84)
    places = places[[min(n[int(p[0]) // 8, int(p[1]) // 8] for n in near) > 60 for p in places]]
    many = 11
    starts = np.repeat(places, many, 0)
    paths = wander(rng, starts, rng.uniform(0, 2 * np.pi, len(starts)), 64, 1.0, 0.07)
    paths = paths[np.arange(len(paths))]
    keep = np.arange(64)[None] < rng.integers(26, 64, len(paths))[:, None]
    weight = (
        np.broadcast_to(np.linspace(2.3, 0.5, 64), keep.shape)
        * np.repeat(rng.lognormal(0, 0.3, len(places)), many)[:, None]
    )
    image += splat(image.shape, paths[keep], weight[keep] * 1.15)
    return len(places)


def _dendrites(rng: Rng, image: Floats, bands: list[NDArray]) -> None:
    """The faint radial haze of apical dendrites on one side of each layer."""
    for band in bands:
        line = dense(band, 9)
        slope = np.gradient(line, axis=0)
        normal = np.arctan2(slope[:, 1], -slope[:, 0])
        paths = wander(rng, line, normal + np.pi / 2 + rng.normal(0, 0.12, len(line)), 300, 1.0, 0.012)
        image += splat(image.shape, paths.reshape(-1, 2), np.tile(np.linspace(1.1, 0.25, 300), len(line)))


SPECIMENS = (
    Specimen("neuron-dendrites", neuron, 1.5),
    Specimen("dendritic-spines", spines, 0.5),
    Specimen("retina-section", retina, 1.0),
    Specimen("hippocampus-mosaic", hippocampus, 12.5),
)

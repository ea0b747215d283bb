"""Nuclei seen closely and by the hundred: FISH, DNA damage, nuclear pores, apoptosis, a screen and its control."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from micrographia.simulation.cameras import bleaching, expose, illumination
from micrographia.simulation.cells import Culture, background, chromatin, culture
from micrographia.simulation.optics import Floats, Microscope
from micrographia.simulation.shapes import Rng, fractal, relaxed, soft, spaced, splat, texture, window
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
DAPI = Dye("DNA (DAPI)", BLUE, 461, 405)


def fish(rng: Rng) -> Picture:
    """DNA FISH in a stack: two copies of one locus, three of another, in round nuclei."""
    slices, size, pixel, z_um = 15, 416, 0.1, 0.4
    scope = Microscope(1.4, 1.515, 1.46, pixel, z_um, depth_um=1.0)
    field = culture(rng, (size, size), pixel, spacing_um=13, radius_um=9, stretch=1.1, nucleus_um=5.6, margin_um=5)
    dome = np.sqrt(np.clip(1 - field.nuclear_rim**2, 0, 1)) * 3.0
    z = ((np.arange(slices) - slices // 2) * z_um)[:, None, None]
    grain = 1 + 0.3 * texture(rng, (slices, size, size), (2, 5, 5))
    dna = np.clip((dome[None] - np.abs(z)) * 3, 0, 1) * grain * chromatin(rng, field, pixel)[None]
    planes = [_stack(rng, scope, dna.astype(np.float32), 461.0, 26.0)]
    spots: list[dict] = []
    for name, copies, nm in (("locus A", 2, 525.0), ("locus B", 3, 580.0)):
        places = _loci(rng, field, copies, slices, z_um)
        spots += [{"probe": name, "nucleus": n, "z": z, "y": y, "x": x} for n, z, y, x in places]
        points = np.array([place[1:] for place in places])
        bright = rng.lognormal(0, 0.22, len(points))
        dots = splat(
            dna.shape,
            np.repeat(points, 8, 0) + rng.normal(0, (0.25, 0.8, 0.8), (8 * len(points), 3)),
            np.repeat(bright, 8) * 210,
        )
        planes.append(_stack(rng, scope, dots + 0.12 * dna.astype(np.float32), nm, 40.0))
    dyes = (DAPI, Dye("locus A (chromosome 4)", GREEN, 525, 488), Dye("locus B (chromosome 21)", RED, 580, 561))
    truth = {"nuclei": field.count, "spots": spots}
    stack = with_axes(np.stack(planes), axis="czyx")
    return Picture(stack, pixel, dyes, z_um, None, truth, None, "100x oil", 1.4)


def rna(rng: Rng) -> Picture:
    """Single-molecule RNA FISH: every diffraction-limited dot in the cytoplasm is one messenger RNA."""
    size, pixel = 704, 0.11
    field = culture(rng, (size, size), pixel, spacing_um=25, radius_um=17, stretch=1.3, nucleus_um=7, wobble=0.12)
    scope = Microscope(1.4, 1.515, 1.4, pixel)
    burst = rng.choice([12, 40, 110, 190], field.count, p=[0.2, 0.3, 0.3, 0.2])
    dots = _inside(rng, field, burst)
    depth = np.abs(rng.normal(0, 0.45, len(dots)))
    light = np.zeros((size, size), np.float32)
    for near, far, z in ((0.0, 0.3, 0.1), (0.3, 0.7, 0.5), (0.7, 9.0, 1.0)):
        chosen = dots[(depth >= near) & (depth < far)]
        light += scope.focus(splat((size, size), chosen[:, :2], 5000.0), 670.0, z, 65)
    haze = scope.focus(
        (45 * field.thickness * (1 + 0.2 * fractal(rng, (size, size), 18))).astype(np.float32), 670.0, 1.0
    )
    lamp = illumination((size, size))
    planes = np.stack([
        expose(rng, (scope.focus(chromatin(rng, field, pixel), 461.0, 0.5) * 420 + 8) * lamp),
        expose(rng, (light + haze + 12) * lamp),
    ])  # fmt: skip
    cells = np.bincount(dots[:, 2].astype(int), minlength=field.count + 1)[1:]
    truth = {"rna_per_cell": cells, "rna": [{"y": y, "x": x, "cell": int(n)} for y, x, n in dots]}
    dyes = (DAPI, Dye("mRNA (smFISH)", YELLOW, 670, 640))
    return Picture(
        with_axes(planes, axis="cyx"), pixel, dyes, None, None, truth, field.labels[None, None], "60x oil", 1.4
    )


def screen(treated: bool):
    """A maker of one site of a screening plate in four channels, of untreated or of damaged cells."""

    def make(rng: Rng) -> Picture:
        size, pixel = 832, 0.325
        field = culture(
            rng, (size, size), pixel, spacing_um=19 if not treated else 25, radius_um=15 if not treated else 21,
            stretch=1.25, nucleus_um=7.0 if not treated else 9.4, wobble=0.1,
        )  # fmt: skip
        scope, shape, lamp = Microscope(0.75, 1.0, 1.38, pixel), (size, size), illumination((size, size), fall=0.3)
        dna = chromatin(rng, field, pixel)
        foci, count = _foci(rng, field, pixel, 24 if treated else 1.2)
        actin = np.exp(-(((field.rim - 0.95) / 0.04) ** 2)) * (field.labels > 0) * 0.7 + 0.3 * field.thickness
        actin *= 1 + 0.4 * texture(rng, shape, (2, 9))
        near = np.exp(-np.clip(field.nuclear_rim - 1, 0, 3) / 0.8)
        net = field.thickness * near * (field.nuclear_rim > 0.95) * (1 + 0.3 * fractal(rng, shape, 4))
        layers = ((dna, 461.0, 800.0), (foci + 0.05 * dna, 525.0, 2400.0), (actin, 580.0, 500.0), (net, 670.0, 700.0))
        planes = [
            expose(
                rng,
                (scope.focus(np.maximum(layer, 0).astype(np.float32), nm, 0.8, 33) * light + background(rng, shape, 14))
                * lamp,
            )
            for layer, nm, light in layers
        ]
        dyes = (Dye("DNA (Hoechst)", BLUE, 461, 405), Dye("gamma-H2AX", GREEN, 525, 488),
                Dye("F-actin", RED, 580, 561), Dye("endoplasmic reticulum", MAGENTA, 670, 640))  # fmt: skip
        truth = {"nuclei": field.count, "foci": int(sum(count)), "foci_per_nucleus": count}
        stack = with_axes(np.stack(planes), axis="cyx")
        return Picture(stack, pixel, dyes, None, None, truth, field.nuclei[None, None], "20x", 0.75)

    return make


def pores(rng: Rng) -> Picture:
    """The surface of one nucleus with its pores, 40 nm sharp as by stimulated emission depletion; 32-bit.

    Eight-fold rings of antibodies, 106 nm wide, as F. Goettfert et al., Biophys. J. 105, L01 (2013), saw them.
    """
    size, pixel = 768, 0.015
    y, x = (np.mgrid[:size, :size].astype(np.float32) - size / 2) * pixel
    rim = np.hypot(y / 5.9, (x + 0.9) / 7.2)
    places = relaxed(spaced(rng, (size, size), 0.3 / pixel), (size, size), 1)
    inside = np.hypot((places[:, 0] - size / 2) * pixel / 5.7, ((places[:, 1] - size / 2) * pixel + 0.9) / 7.0) < 1
    places = places[inside & (rng.random(len(places)) < 0.95)]
    angle = np.arange(8) * np.pi / 4 + rng.uniform(0, np.pi / 4, (len(places), 1))
    ring = np.stack([np.sin(angle), np.cos(angle)], 2) * 0.053 / pixel
    subunits = (places[:, None] + ring + rng.normal(0, 0.25, ring.shape)).reshape(-1, 2)
    kept = rng.random(len(subunits)) < 0.85
    sharp = splat((size, size), subunits[kept], rng.lognormal(0, 0.25, kept.sum()) * 140.0)
    light = 3 * ndimage.gaussian_filter(sharp, 0.017 / pixel)
    haze = 0.9 * soft(rim, 0.2) * (1 + 0.2 * texture(rng, (size, size), 40)) + 0.3
    counts = rng.poisson(light + haze).astype(np.float32)
    truth = {"pores": len(places), "pores_um_yx": places * pixel, "diameter_um": 0.106}
    dyes = (Dye("Nup133", GREEN, 605, 561),)
    return Picture(with_axes(counts, axis="yx"), pixel, dyes, None, None, truth, None, "100x STED", 1.4)


def apoptosis(rng: Rng) -> Picture:
    """Cells die one after the other: they shrink and bleb, the nucleus breaks up, annexin V appears; 32 frames."""
    size, pixel, frames, minutes = 300, 0.4, 32, 10.0
    field = culture(rng, (size, size), pixel, spacing_um=21, radius_um=16, stretch=1.25, nucleus_um=7)
    scope, shape = Microscope(0.8, 1.0, 1.38, pixel), (size, size)
    death = np.where(rng.random(field.count) < 0.7, rng.uniform(5, 30, field.count), 99.0)
    dna, blebs = chromatin(rng, field, pixel), [rng.normal(0, 1, (9, 2)) for _ in death]
    planes, fade, lamp = np.zeros((frames, 2, *shape), np.uint16), bleaching(frames, left=0.8), illumination(shape)
    for t in range(frames):
        age = np.r_[0, np.clip((t - death) / 6, 0, 1)].astype(np.float32)
        nuclei = dna * (1 - np.clip(age[field.nuclei] * 3, 0, 1))
        annexin = np.zeros(shape, np.float32)
        for number in np.flatnonzero(age[1:] > 0):
            _dying(nuclei, annexin, field, int(number), float(age[number + 1]), blebs[number], pixel)
        glow = 22 * field.thickness * (1 - age[field.labels])
        planes[t, 0] = expose(rng, (scope.focus(nuclei, 461.0, 0.5, 33) * 260 * fade[t] + 9) * lamp)
        planes[t, 1] = expose(rng, (scope.focus(annexin + glow, 525.0, 0.5, 33) * 4 * fade[t] + 6) * lamp)
    truth = {"cells": field.count, "death_frame": [None if d > frames else round(float(d), 1) for d in death]}
    dyes = (Dye("DNA (Hoechst)", BLUE, 461, 405), Dye("annexin V-FITC", GREEN, 525, 488))
    return Picture(with_axes(planes, axis="tcyx"), pixel, dyes, None, minutes * 60, truth, None, "20x", 0.8)


def _stack(rng: Rng, scope: Microscope, volume: Floats, nm: float, photons: float) -> NDArray:
    light = scope.blur(volume, nm, 65) * photons
    return expose(rng, (light + 4) * illumination(volume.shape[1:], fall=0.15), offset=100, gain=0.3)


def _loci(rng: Rng, field: Culture, copies: int, slices: int, z_um: float) -> list[tuple[int, float, float, float]]:
    places = []
    for number, outline in enumerate(field.nuclear_outlines, 1):
        for _ in range(copies):
            ball = rng.normal(size=3)
            ball *= 0.82 * rng.random() ** (1 / 3) / np.linalg.norm(ball)
            y, x = (
                outline.centre[0] + ball[1] * outline.radii[0] * 0.9,
                outline.centre[1] + ball[2] * outline.radii[0] * 0.9,
            )
            places.append((number, slices // 2 + ball[0] * 2.4 / z_um, float(y), float(x)))
    return places


def _inside(rng: Rng, field: Culture, wanted: NDArray) -> NDArray:
    """Random places in the cytoplasm as (y, x, cell), as many in each cell as wanted, more near the nucleus."""
    found = []
    for number, many in enumerate(wanted, 1):
        own = np.argwhere((field.labels == number) & (field.nuclear_rim > 0.85))
        if len(own) < many:
            continue
        near = np.exp(-field.nuclear_rim[tuple(own.T)] / 1.6)
        chosen = own[rng.choice(len(own), many, p=near / near.sum())] + rng.random((many, 2)) - 0.5
        found.append(np.column_stack([chosen, np.full(many, number)]))
    return np.concatenate(found)


def _foci(rng: Rng, field: Culture, pixel: float, mean: float) -> tuple[Floats, list[int]]:
    image, counts = np.zeros(field.labels.shape, np.float32), []
    for outline in field.nuclear_outlines:
        many = int(rng.poisson(mean))
        counts.append(many)
        for _ in range(many):
            away, angle = 0.8 * np.sqrt(rng.random()), rng.uniform(0, 6.28)
            spot = (
                outline.centre[0] + away * outline.radii[0] * np.sin(angle),
                outline.centre[1] + away * outline.radii[0] * np.cos(angle),
            )
            part, (y, x) = window(image.shape, spot, 2.0 / pixel)
            image[part] += rng.lognormal(0, 0.4) * np.exp(-(y**2 + x**2) / (rng.uniform(0.3, 0.5) / pixel) ** 2)
    return image, counts


def _dying(
    nuclei: Floats, annexin: Floats, field: Culture, number: int, age: float, blebs: NDArray, pixel: float
) -> None:
    centre = np.array(field.nuclear_outlines[number].centre)
    spread = (1.5 + 3.2 * age) / pixel
    for k, bleb in enumerate(blebs):
        spot = centre + bleb * spread * 0.8
        radius = (4.4 - 1.6 * age - 0.22 * k) / pixel
        part, (y, x) = window(nuclei.shape, spot, 2 * radius)
        turn = np.arctan2(y, x) + 2.4 * k + number
        d = np.hypot(y, x) / radius / (1 + 0.14 * np.sin(2 * turn) + 0.1 * np.sin(3 * turn + k))
        if k < 5:
            nuclei[part] = np.maximum(nuclei[part], min(3 * age, 1) * 2.2 * soft(d / 0.62, 0.4))
        skin = np.exp(-(((d - 1) / 0.25) ** 2)) * (1 + 0.4 * np.sin(5 * turn)) + 0.25 * soft(d, 0.2)
        annexin[part] = np.maximum(annexin[part], 170 * min(2 * age, 1) * skin)


SPECIMENS = (
    Specimen("fish-loci", fish, 1.5),
    Specimen("rna-fish-single-molecules", rna, 0.5),
    Specimen("dna-damage-control", screen(False), 1.5),
    Specimen("dna-damage-doxorubicin", screen(True), 1.5),
    Specimen("nuclear-pores", pores, 0.5),
    Specimen("apoptosis-annexin", apoptosis, 1.0),
)

"""Sheets and fibres: an epithelium in depth, and the striped fibres of skeletal muscle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from micrographia.simulation.cameras import expose, illumination
from micrographia.simulation.cells import background
from micrographia.simulation.optics import Floats, Microscope
from micrographia.simulation.shapes import Rng, fractal, mosaic, relaxed, soft, spaced, texture, window
from micrographia.simulation.specimens import Dye, Picture, Specimen, with_axes

GREEN, RED, BLUE, MAGENTA, CYAN = "#00FF00", "#FF4040", "#4080FF", "#FF00FF", "#00FFFF"
# The width of a myofibril in pixels.
MYOFIBRIL = 13.0


def epithelium(rng: Rng) -> Picture:
    """A columnar epithelium in 44 slices: brush border and junctions on top, lateral membranes, nuclei, basal actin."""
    slices, size, pixel, z_um = 44, 272, 0.17, 0.6
    shape = (slices, size, size)
    seeds = relaxed(spaced(rng, (size, size), 34), (size, size), 2)
    warp = (1.6 * texture(rng, (size, size), 12), 1.6 * texture(rng, (size, size), 12))
    labels, border, _ = mosaic((size, size), seeds, warp)
    z = (np.arange(slices) * z_um)[:, None, None]
    top = 3.0 + 0.9 * texture(rng, (size, size), 60) - 0.9 * np.clip(border / 14, 0, 1)
    height, depth = 19.0, z - top[None]
    inside = np.clip(depth * 2, 0, 1) * np.clip((height - depth) * 2, 0, 1)
    wall = np.exp(-((border / 1.5) ** 2))
    membrane = inside * wall[None] * (1 + 0.25 * texture(rng, shape, (3, 4, 4))) + 0.5 * np.exp(-((depth / 0.5) ** 2))
    belt = np.exp(-(((depth - 1.0) / 0.7) ** 2)) * wall[None] * 3.2
    brush = (
        np.exp(-(((np.clip(depth, -1.6, None) + 0.5) / 0.7) ** 2))
        * (0.7 + 0.45 * texture(rng, (size, size), 1.6))[None]
        * 0.9
    )
    basal = (
        np.exp(-(((depth - height) / 0.7) ** 2)) * np.clip(1 + texture(rng, (size, size), (2, 22)), 0, None)[None] * 0.9
    )
    nuclei, true_labels = _nuclei(rng, shape, seeds, top, pixel, z_um)
    # Light is lost in the tissue on the way in and out: half of it in 18 µm.
    loss = np.exp(-0.0385 * z)
    scope = Microscope(1.2, 1.333, 1.38, pixel, z_um, "confocal", depth_um=8.0, pinhole_airy=1.1)
    trio = ((nuclei, 461.0, 220.0), (membrane, 525.0, 240.0), (belt + brush + basal + 0.15 * membrane, 670.0, 170.0))
    lamp = illumination((size, size), fall=0.15)
    planes = [
        expose(rng, scope.blur((v * loss).astype(np.float32), nm, 33) * light * lamp + 1.2, gain=0.2)
        for v, nm, light in trio
    ]
    dyes = (Dye("DNA (Hoechst)", BLUE, 461, 405), Dye("E-cadherin", GREEN, 525, 488), Dye("F-actin", MAGENTA, 670, 640))
    truth = {"cells": len(seeds), "height_um": height, "cell_area_um2": np.bincount(labels.ravel())[1:] * pixel**2}
    stack = with_axes(np.stack(planes), axis="czyx")
    return Picture(stack, pixel, dyes, z_um, None, truth, true_labels[None], "63x water", 1.2)


def muscle(rng: Rng) -> Picture:
    """Skeletal muscle fibres lengthwise: actin, myosin and the Z-discs between, flat nuclei at the edge."""
    height, width, pixel, length_um = 640, 896, 0.09, 2.35
    shape = (height, width)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    slope = y + 0.06 * x + 7 * np.sin(x / 210)
    edges = np.array([-40, 118, 270, 462, 590, 760]) + rng.normal(0, 7, 6)
    fibre = np.searchsorted(edges, slope)
    inside = np.min([np.abs(slope - e) for e in edges], axis=0)
    gap = np.clip((inside - 4) / 5, 0, 1)
    shift = rng.uniform(0, 1, 8)[fibre]
    stretch = rng.normal(1, 0.015, 8)[fibre]
    fibrils = texture(rng, shape, (9, 260))
    # Each myofibril is a little out of step with its neighbours, here more and there less.
    myofibril = np.floor((slope + 4 * texture(rng, shape, (30, 200))) / MYOFIBRIL).astype(int) % 80
    apart = 0.11 * texture(rng, (80, width), (1, 190))
    phase = x * pixel / length_um * stretch + shift + 0.05 * fibrils + 0.05 * texture(rng, shape, 60) + slope * 0.0012
    phase = phase + np.take_along_axis(apart, myofibril, 0)
    place = phase % 1 - 0.5
    split = 1 + 0.16 * texture(rng, shape, (5, 300))
    z_disc = np.exp(-((np.minimum(np.abs(place), 1 - np.abs(place)) * length_um / 0.11) ** 2))
    from_z = (0.5 - np.abs(np.abs(place) - 0.0)) * length_um
    actin = np.clip((1.0 - np.minimum(from_z, 2)) * 6, 0, 1) * 0.75 + 0.5 * np.exp(-((from_z / 0.13) ** 2))
    z_disc = np.exp(-((from_z / 0.12) ** 2))
    myosin = np.clip((0.8 - np.abs(place) * length_um) * 8, 0, 1) * (
        1 - 0.55 * np.exp(-((place * length_um / 0.09) ** 2))
    )
    nuclei, count = np.zeros(shape, np.float32), 0
    for edge in edges[1:-1]:
        for at in spaced(rng, (1, width), 150)[:, 1]:
            side = rng.choice([-10, 10])
            centre = (edge + side - 0.06 * at - 7 * np.sin(at / 210), at)
            part, (dy, dx) = window(shape, centre, 75)
            d = np.hypot((dy + 0.06 * dx) / 15, dx / rng.uniform(48, 66))
            nuclei[part] = np.maximum(nuclei[part], soft(d, 0.15) * (1 + 0.3 * fractal(rng, d.shape, 9)))
            count += 1
    free = 1 - 0.85 * np.clip(nuclei, 0, 1)
    scope, lamp = Microscope(1.4, 1.515, 1.46, pixel, mode="confocal"), illumination(shape, fall=0.15)
    quad = (
        (nuclei, 461.0, 500.0),
        (actin * gap * split * free, 525.0, 450.0),
        (z_disc * gap * split * free, 580.0, 620.0),
        (myosin * gap * split * free, 670.0, 420.0),
    )
    planes = [
        expose(rng, (scope.focus(v.astype(np.float32), nm, 0.1, 33) * light + background(rng, shape, 2.5)) * lamp)
        for v, nm, light in quad
    ]
    dyes = (
        Dye("DNA (DAPI)", BLUE, 461, 405),
        Dye("F-actin (phalloidin)", GREEN, 525, 488),
        Dye("alpha-actinin", RED, 580, 561),
        Dye("myosin", MAGENTA, 670, 640),
    )
    truth = {"sarcomere_length_um": length_um, "fibres": 5, "nuclei": count}
    return Picture(with_axes(np.stack(planes), axis="cyx"), pixel, dyes, None, None, truth, None, "63x oil", 1.4)


def _nuclei(rng: Rng, shape: tuple, seeds: NDArray, top: Floats, pixel: float, z_um: float) -> tuple[Floats, NDArray]:
    dna, labels = np.zeros(shape, np.float32), np.zeros(shape, np.uint8)
    for number, seed in enumerate(seeds, 1):
        at = tuple(np.clip(seed.astype(int), 0, shape[1] - 1))
        depth = top[at] + rng.normal(11.5, 1.4)
        part, (z, y, x) = window(shape, (depth / z_um, *seed), 24)
        d = np.sqrt(
            (z * z_um / rng.uniform(3.8, 4.8)) ** 2 + (y * pixel / 2.35) ** 2 + (x * pixel / rng.uniform(2.1, 2.6)) ** 2
        )
        grain = (
            1
            + 0.28 * texture(rng, d.shape, (3, 5, 5))
            - 0.5 * np.exp(-((z - 1) ** 2 + (y - 2) ** 2 + (x + 2) ** 2) / 14)
        )
        dna[part] = np.maximum(dna[part], soft(d, 0.15) * grain * rng.lognormal(0, 0.12))
        labels[part] = np.where(d < 1, number % 255 + (number > 254), labels[part])
    return ndimage.gaussian_filter(dna, 0.4), labels


SPECIMENS = (Specimen("epithelium-depth", epithelium, 2.5), Specimen("muscle-sarcomeres", muscle, 0.5))

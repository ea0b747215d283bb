"""Electron microscopy: thin sections in which heavy metals have stained membranes, ribosomes and chromatin.

Contrast is mass thickness: the beam is weakened as exp(-t) by the stain it meets; counting electrons gives shot noise.
Distances after D. W. Fawcett, The Cell (1981): bilayers about 7 nm, cristae 20 to 30 nm apart, ribosomes 25 nm, nuclear
pores 100 nm; the synapse after A. Peters, S. L. Palay and H. deF. Webster, The Fine Structure of the Nervous System.
Membranes lie at a set distance from the border of a region, so that each of them is closed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from micrographia.simulation.cameras import expose
from micrographia.simulation.optics import Floats
from micrographia.simulation.shapes import Outline, Rng, fractal, mosaic, soft, spaced, splat, texture, window
from micrographia.simulation.specimens import Dye, Picture, Specimen, with_axes

GREY = (Dye("electron transmission", "#FFFFFF"),)


BOUTON, SPINE = 1, 2
PERINUCLEAR_UM, PORE_UM = 0.045, 0.1


def mitochondria(rng: Rng) -> Picture:
    """Cytoplasm with mitochondria: double membranes, cristae, rough endoplasmic reticulum, ribosomes."""
    size, pixel = 1024, 0.0025
    stain = 0.36 + 0.06 * fractal(rng, (size, size), 24, 4) + 0.05 * texture(rng, (size, size), 3)
    labels, free = np.zeros((size, size), np.uint8), np.ones((size, size), bool)
    bodies = [
        Outline(rng, place, (rng.uniform(95, 140), rng.uniform(150, 290)), rng.uniform(0, 3.1), 0.05)
        for place in ((240, 270), (260, 780), (620, 520), (880, 190), (850, 880))
    ]
    for number, body in enumerate(bodies, 1):
        _mitochondrion(rng, stain, labels, free, body, number, pixel)
    _reticulum(rng, stain, free, pixel)
    _ribosomes(rng, stain, free, 900)
    for place in spaced(rng, (size, size), 120, 30):
        if free[tuple(place.astype(int))]:
            _vesicle(stain, place, rng.uniform(14, 26), rng.uniform(0.1, 0.3))
    planes = _beam(rng, stain, 260)
    truth = {"mitochondria": len(bodies), "mitochondrial_area_um2": float((labels > 0).sum() * pixel**2)}
    return Picture(with_axes(planes, axis="yx"), pixel, GREY, None, None, truth, labels[None, None], "TEM, 80 kV", None)


def synapse(rng: Rng) -> Picture:
    """A synapse: a bouton full of round vesicles, the cleft, and a spine with its dense band, among other processes."""
    size, pixel = 768, 0.0018
    shape, middle = (size, size), 385
    y, x = np.mgrid[:size, :size].astype(np.float32)
    cleft = y - 430 - 12 * np.sin(x / 95) - 5 * np.sin(x / 41 + 1)
    cells, wall = _neuropil(rng, x, y, cleft, middle)
    active = np.exp(-(((x - middle) / 122) ** 8)) * (np.abs(cleft) < 60)
    edge = wall - 5.0 - 2.0 * active
    stain = 0.4 + 0.08 * fractal(rng, shape, 26, 4) + 0.05 * texture(rng, shape, 3) - 0.05 * (cells == BOUTON)
    stain += 0.85 * np.exp(-((edge / 1.9) ** 2)) - 0.2 * np.clip(-edge - 1, 0, 1)
    grainy = 1 + 0.3 * texture(rng, shape, 5)
    stain += (cells == SPINE) * active * 0.85 * grainy * np.exp(-((np.clip(edge - 2, 0, None) / 15) ** 2)) * (edge > 0)
    stain += active * 0.25 * np.exp(-((cleft / 4.5) ** 2)) * (1 + 0.5 * np.sin(x / 3.3))
    docked = np.array([[_down(cleft, at) - 20.5, at] for at in middle + np.array([-92, -47, -6, 41, 88])])
    for at in (docked[:-1, 1] + docked[1:, 1]) / 2:
        stain += 0.55 * np.exp(-(((x - at) / 8) ** 2 + ((cleft + 17) / 10) ** 2))
    labels, free = np.zeros(shape, np.uint8), np.ones(shape, bool)
    body = Outline(rng, (128, 500), (52, 92), 0.35, 0.04)
    _mitochondrion(rng, stain, labels, free, body, 1, pixel)
    room = (cells == BOUTON) & (wall > 21) & (ndimage.distance_transform_edt(labels == 0) > 16)
    near = [p for p in spaced(rng, shape, 25) if room[tuple(p.astype(int))] and np.hypot(*(docked - p).T).min() > 25]
    near = [p for p in near if rng.random() < np.exp(-max(0, -cleft[tuple(p.astype(int))] - 110) / 170)]
    vesicles = np.concatenate([docked, near])
    for place in vesicles:
        _vesicle(stain, place, rng.normal(11.2, 0.6), 0.1)
    others = (cells != BOUTON) & (cells != SPINE) & (wall > 22)
    for place in spaced(rng, shape, 44):
        if others[tuple(place.astype(int))] and rng.random() < 0.4:
            _vesicle(stain, place, 5.6, 0.12)
    planes = _beam(rng, stain, 240)
    truth = {
        "vesicles": len(vesicles),
        "docked_vesicles": len(docked),
        "vesicle_diameter_nm": 40,
        "cleft_nm": 25,
        "vesicle_yx": np.round(vesicles, 1),
    }
    return Picture(with_axes(planes, axis="yx"), pixel, GREY, None, None, truth, None, "TEM, 80 kV", None)


def tomogram(rng: Rng) -> Picture:
    """One mitochondrion in depth, 40 slices: lamellar cristae joined to the inner membrane by narrow necks."""
    slices, size, pixel = 40, 288, 0.003
    z, y, x = np.meshgrid(np.arange(slices) - 20.0, *((np.arange(size) - size / 2,) * 2), indexing="ij", sparse=True)
    bend = 10 * np.sin(x / 60) + 4 * np.sin(z / 9)
    d = np.sqrt((x / 128) ** 2 + ((y - bend) / 86) ** 2 + (z / 62) ** 2).astype(np.float32)
    to_edge = (1 - d) * 86
    stain = 0.35 + 0.1 * texture(rng, (slices, size, size), (2, 3, 3))
    stain = stain + 0.1 * (to_edge > 0)
    stain += 0.8 * np.exp(-(((to_edge - 2) / 1.6) ** 2)) + 0.8 * np.exp(-(((to_edge - 10) / 1.6) ** 2))
    ripple = 9 * texture(rng, (slices, size, size), (14, 34, 34))
    place = (x + ripple + 0.25 * (y - bend)) / 23.0
    number = np.round(place)
    off = np.abs(place - number) * 23.0
    ends = np.sin(number * 12.9898) * 43758.5453
    ends = ends - np.floor(ends)
    top, bottom = -70 + 90 * np.where(ends < 0.45, ends, 0), 70 - 90 * np.where(ends > 0.6, ends - 0.6, 0) * 2
    height = np.clip(np.minimum((y - bend) - top, bottom - (y - bend)) / 5, 0, 1)
    crista = height * (to_edge > 11)
    stain += crista * (0.75 * np.exp(-(((off - 4.2) / 1.5) ** 2)) - 0.18 * np.exp(-((off / 2.6) ** 2)))
    blurred = ndimage.gaussian_filter(stain.astype(np.float32), (1.0, 0.7, 0.7))
    planes = expose(rng, 170 * np.exp(-1.3 * blurred), offset=0, gain=1.75, read=2.0, bits=8)
    labels = ((to_edge > 0).astype(np.uint8) + (crista * (off < 6) > 0.5)).astype(np.uint8)
    truth = {
        "labels": {"1": "mitochondrion", "2": "cristae"},
        "crista_share_of_volume": float((labels == 2).sum() / (labels > 0).sum()),
    }
    stack = with_axes(planes, axis="zyx")
    return Picture(stack, pixel, GREY, 0.003, None, truth, labels[None], "electron tomography, 300 kV", None)


def nucleus(rng: Rng) -> Picture:
    """The edge of a nucleus: envelope with pores, dense heterochromatin, a nucleolus, cytoplasm with rough ER."""
    size, pixel = 896, 0.005
    y, x = np.mgrid[:size, :size].astype(np.float32)
    angle = np.arctan2(y - 1000, x - 300)
    radius = np.hypot(y - 1000, x - 300) - 720 - 22 * np.sin(5 * angle) - 10 * np.sin(13 * angle + 1)
    inside = soft(radius / 40 + 1, 0.05)
    stain = 0.38 + 0.07 * fractal(rng, (size, size), 20, 4)
    clumps = np.clip(fractal(rng, (size, size), 60, 3) - 0.55, 0, 1) + 1.1 * np.exp(-np.abs(radius + 12) / 16) * (
        radius < -6
    )
    arc = angle * 700
    gate, off = np.floor(arc / 66), np.abs(arc / 66 % 1 - 0.5) * 66
    shown = np.sin(gate * 7.1) > -0.55
    gates = np.exp(-((off / 13) ** 4)) * shown * np.exp(-((radius / 34) ** 2))
    stain += inside * (0.55 * np.clip(clumps, 0, 1) * (1 - gates) - 0.06)
    body = np.hypot((y - 770) / 130, (x - 330) / 165) * (1 + 0.05 * np.sin(5 * np.arctan2(y - 770, x - 330)))
    grainy = 0.75 + 0.25 * texture(rng, (size, size), 4)
    stain += 0.75 * soft(body, 0.1) * grainy * (1 - 0.55 * np.clip(fractal(rng, (size, size), 34, 2) - 0.6, 0, 1))
    # At a pore the inner membrane bends round into the outer one.
    half, wide = PERINUCLEAR_UM / 2 / pixel, PORE_UM / 2 / pixel
    short = np.where(shown, np.maximum(wide + half - off, 0), 0)
    membrane = np.hypot(radius, short) - half
    stain += 0.85 * np.exp(-((membrane / 1.5) ** 2)) - 0.3 * np.clip(-membrane - 0.5, 0, 1)
    stain += 0.4 * shown * np.exp(-((off / 4.5) ** 2)) * np.exp(-((radius / 4.5) ** 2))
    free = (radius > 14).copy()
    labels = np.zeros((size, size), np.uint8)
    for number, (at, long) in enumerate((((150, 640), 84), ((165, 175), 70), ((330, 800), 64)), 1):
        body_outline = Outline(rng, at, (42, long), rng.uniform(0, 3), 0.05)
        _mitochondrion(rng, stain, labels, free, body_outline, number, 0.005)
    _reticulum(rng, stain, free, pixel)
    _ribosomes(rng, stain, free, 1500, 2.0)
    planes = _beam(rng, stain, 250)
    truth = {"mitochondria": 3, "nuclear_area_share": float((radius < 0).mean()),
             "pores_yx": _pores(angle, radius, gate, shown)}  # fmt: skip
    return Picture(with_axes(planes, axis="yx"), pixel, GREY, None, None, truth, None, "TEM, 80 kV", None)


def _neuropil(rng: Rng, x: Floats, y: Floats, cleft: Floats, middle: int) -> tuple[NDArray, Floats]:
    """Which process each pixel belongs to, the bouton and the spine first, and its distance to the border."""
    seeds = spaced(rng, x.shape, 125)
    bend = (16 * texture(rng, x.shape, 60), 16 * texture(rng, x.shape, 60))
    cells = mosaic(x.shape, seeds, bend)[0] + SPINE
    turn = np.arctan2(y - 215, x - middle)
    bouton = np.hypot((y - 215) / 268, (x - middle) / 285) + 0.035 * np.sin(5 * turn) + 0.02 * np.sin(8 * turn + 1)
    axon = np.abs((x - 150) - 0.8 * (y - 60)) < 52 + 0.04 * (y - 60)
    head = np.hypot((y - 505) / 128, (x - middle) / 208) + 0.04 * np.sin(3 * np.arctan2(y - 505, x - middle))
    neck = np.abs(x - middle - 30 - 0.35 * (y - 600)) < 34 + 26 * np.exp(-((y - 590) / 34)) * (y > 560)
    shaft = y - 700 + 0.12 * (x - middle) - 8 * np.sin(x / 70) + 60 * np.exp(-(((x - middle - 65) / 80) ** 2)) > 0
    cells[((head < 1) & (cleft > 0)) | (neck & (y > 590)) | shaft] = SPINE
    cells[((bouton < 1) & (cleft <= 0)) | (axon & (y < 130))] = BOUTON
    border = np.zeros(x.shape, bool)
    border[:-1] |= cells[:-1] != cells[1:]
    border[:, :-1] |= cells[:, :-1] != cells[:, 1:]
    away = ndimage.gaussian_filter(ndimage.distance_transform_edt(~border).astype(np.float32), 1.6)
    return cells, away


def _down(cleft: Floats, at: float) -> float:
    """The row in which the cleft lies at a column."""
    return float(np.abs(cleft[:, int(at)]).argmin())


def _pores(angle: Floats, radius: Floats, gate: Floats, shown: NDArray) -> NDArray:
    """Where the pores of an envelope lie in the frame, as (y, x)."""
    on = (np.abs(radius) < 0.8) & shown & (np.abs(angle * 700 / 66 % 1 - 0.5) < 0.02)
    return np.array([np.argwhere(on & (gate == one)).mean(0).round(1) for one in np.unique(gate[on])])


def _mitochondrion(
    rng: Rng, stain: Floats, labels: NDArray, free: NDArray, body: Outline, number: int, pixel: float
) -> None:
    part, d = body.local(stain.shape, 1.15)
    _, (y, x) = window(stain.shape, body.centre, body.reach * 1.15)
    slim, nm = body.radii[0], pixel * 1000
    edge = (1 - d) * slim
    line, gap = 3.4 / nm, 17.0 / nm
    inside = edge > 0
    matrix = 0.16 + 0.05 * texture(rng, d.shape, 2.5) + 0.04 * texture(rng, d.shape, 12)
    stain[part] = np.where(inside, 0.36 + matrix, stain[part])
    stain[part] += 0.9 * np.exp(-((edge / line) ** 2)) + 0.9 * np.exp(-(((edge - gap) / line) ** 2))
    stain[part] -= 0.14 * np.exp(-(((edge - gap / 2) / (gap / 3)) ** 2))
    along = x * np.cos(body.angle) + y * np.sin(body.angle)
    across = y * np.cos(body.angle) - x * np.sin(body.angle)
    period = 62.0 / nm
    place = (along + 0.3 * period * texture(rng, d.shape, 1.6 * period) + 0.2 * across) / period
    index = np.round(place)
    off = np.abs(place - index) * period
    key = np.sin(index * 12.9898 + number * 3.7) * 43758.5453
    key -= np.floor(key)
    side = np.where(np.floor(key * 16) % 2 == 0, 1.0, -1.0)
    reach = np.where(key < 0.25, 3.0, 2.1 * key)
    shelf = np.clip((reach * slim - (slim + side * across)) / (5 / nm), 0, 1) * (edge > gap)
    wide = 10.5 / nm
    stain[part] += shelf * (0.8 * np.exp(-(((off - wide) / line) ** 2)) - 0.2 * np.exp(-((off / (0.7 * wide)) ** 2)))
    for _ in range(rng.integers(1, 5)):
        spot = np.array(body.centre) + rng.normal(0, 0.3, 2) * slim
        bit, (gy, gx) = window(stain.shape, spot, 12)
        stain[bit] += 0.9 * np.exp(-(gy**2 + gx**2) / (17 / nm) ** 2)
    labels[part] = np.where(inside, number, labels[part])
    free[part] &= edge < -6


def _reticulum(rng: Rng, stain: Floats, free: NDArray, pixel: float) -> None:
    """Stacks of flat sacs, each two membranes 50 nm apart, studded with ribosomes, where there is room."""
    nm = pixel * 1000
    height, width = stain.shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    field = y * 0.8 + x * 0.45 + 30 * texture(rng, stain.shape, 170) * 2.5 / nm
    room = ndimage.gaussian_filter(free.astype(np.float32), 14) > 0.93
    room &= texture(rng, stain.shape, 300 / nm * 2.5) > 0.1
    period = 190 / nm
    off = np.abs((field / period) % 1 - 0.5) * period
    away = off / np.hypot(*np.gradient(field))
    wide, line = 24 / nm, max(4.5 / nm, 1.3)
    # Each sac ends at its own distance from the edge of the room, and its two membranes meet there.
    ends = np.sin(np.floor(field / period) * 12.9898) * 43758.5453
    within = ndimage.distance_transform_edt(room) - (ends - np.floor(ends)) * 260 / nm - 14 / nm
    membrane = np.hypot(away, np.maximum(wide - within, 0)) - wide
    stain += np.exp(-((membrane / line) ** 2)) - 0.17 * np.clip(-membrane - line / 2, 0, 1)
    spots = np.argwhere((np.abs(membrane - 14 / nm) < 3 / nm) & (within > 0))
    if len(spots):
        chosen = spots[rng.choice(len(spots), int(len(spots) * 0.05), replace=False)]
        dots = splat(stain.shape, chosen, 1.0)
        stain += 0.9 * ndimage.gaussian_filter(dots, 9 / nm) * 2 * np.pi * (9 / nm) ** 2
    free &= ~room


def _ribosomes(rng: Rng, stain: Floats, free: NDArray, count: int, radius: float = 3.6) -> None:
    places = rng.random((count, 2)) * stain.shape
    places = np.repeat(places, rng.integers(1, 6, count), 0)
    places = places + rng.normal(0, 3.2 * radius, places.shape)
    inside = ((places >= 0) & (places < np.array(stain.shape) - 1)).all(1)
    places = places[inside]
    places = places[free[tuple(places.astype(int).T)]]
    stain += 0.75 * ndimage.gaussian_filter(splat(stain.shape, places), radius) * 2 * np.pi * radius**2


def _vesicle(stain: Floats, place: NDArray, radius: float, inner: float) -> None:
    part, (y, x) = window(stain.shape, place, radius + 6)
    r = np.hypot(y, x)
    stain[part] += 0.75 * np.exp(-(((r - radius) / 1.9) ** 2)) - inner * (r < radius - 2)


def _beam(rng: Rng, stain: Floats, electrons: float) -> NDArray:
    """What the film or camera sees of a stained section: slight blur, uneven thickness, counted electrons, 8-bit."""
    thick = 1 + 0.04 * texture(rng, stain.shape, stain.shape[0] / 3)
    light = electrons * np.exp(-1.15 * ndimage.gaussian_filter(stain, 0.8) * thick)
    return expose(rng, light.astype(np.float32), offset=0, gain=250 / electrons, read=3, bits=8)


SPECIMENS = (
    Specimen("em-mitochondria", mitochondria, 1.0),
    Specimen("em-synapse", synapse, 1.0),
    Specimen("em-tomogram-cristae", tomogram, 1.0),
    Specimen("em-nuclear-envelope", nucleus, 0.5),
)

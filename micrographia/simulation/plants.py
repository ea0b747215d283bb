"""Plants: a leaf's skin with stomata, dividing cells in a root tip, chloroplasts that stream, a grain of pollen."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from micrographia.simulation.cameras import colour_frame, expose, illumination
from micrographia.simulation.optics import Floats, Microscope, bright_field, stained
from micrographia.simulation.shapes import Rng, fractal, mosaic, soft, spaced, splat, texture, window
from micrographia.simulation.specimens import Dye, Picture, Specimen, with_axes

CYAN, RED, WHITE, YELLOW = "#00FFFF", "#FF4040", "#FFFFFF", "#FFD000"


def leaf(rng: Rng) -> Picture:
    """The lower skin of a leaf: jigsaw pavement cells, stomata with paired guard cells, chloroplasts; 9 slices."""
    slices, size, pixel, z_um = 9, 512, 0.32, 1.5
    shape = (size, size)
    stomata = spaced(rng, shape, 128, 14, 30)
    stomata_angle = rng.uniform(0, np.pi, len(stomata))
    fill = spaced(rng, shape, 62)
    fill = fill[[np.hypot(*(stomata - p).T).min() > 40 for p in fill]]
    labels, border = _jigsaw(rng, shape, fill)
    wall = np.exp(-((border / 2.4) ** 2))
    plastids: list[NDArray] = []
    guard = np.zeros(shape, np.float32)
    for place, angle in zip(stomata, stomata_angle):
        wall, labels = _stoma(rng, place, angle, wall, guard, labels, pixel, plastids)
    few = np.argwhere((border > 5) & (guard == 0))
    plastids.append(few[rng.choice(len(few), 260, replace=False)])
    spots = np.concatenate(plastids)
    z = np.arange(slices)
    curve = 3.2 + 0.8 * texture(rng, shape, 130) - 0.9 * np.clip(border / 30, 0, 1)
    layer = np.exp(-(((z[:, None, None] - curve[None]) / 1.5) ** 2))
    volume = layer * (wall + 0.06)[None]
    green = _chloroplasts(rng, (slices, size, size), spots, curve)
    scope = Microscope(0.8, 1.0, 1.4, pixel, z_um, "confocal", pinhole_airy=1.2)
    lamp = illumination(shape, fall=0.2)
    pair = ((volume, 480.0, 240.0), (green, 680.0, 1100.0))
    planes = [
        expose(rng, scope.blur(v.astype(np.float32), nm, 33) * light * lamp + 1.5, offset=4, gain=0.4, read=1.0, bits=8)
        for v, nm, light in pair
    ]
    index = 100 * len(stomata) / (len(stomata) + len(fill))
    truth = {
        "stomata": len(stomata),
        "stomata_yx": stomata,
        "pavement_cells": len(fill),
        "stomatal_index_percent": round(index, 1),
    }
    dyes = (Dye("cell walls (calcofluor)", CYAN, 480, 405), Dye("chlorophyll", RED, 680, 640))
    return Picture(with_axes(np.stack(planes), axis="czyx"), pixel, dyes, z_um, None, truth, None, "20x", 0.8)


def root(rng: Rng) -> Picture:
    """Cells of a root tip in rows, stained with carmine, many in mitosis; colour bright field.

    Stain is bound to DNA: the sets of anaphase and telophase hold together what the plate held, and an interphase
    nucleus between half of it and all. The 16 chromosomes are those of Allium cepa (2n = 16).
    """
    height, width, pixel = 768, 1024, 0.2
    shape = (height, width)
    seeds, kinds = [], []
    for row in np.arange(-30, height + 40, 74):
        x = rng.uniform(-60, 0)
        while x < width + 60:
            long = rng.uniform(70, 125)
            seeds.append((row + rng.normal(0, 3.5), x + long / 2))
            x += long
            kinds.append(rng.choice(len(_STAGES), p=(0.62, 0.14, 0.09, 0.08, 0.07)))
    centres = np.array(seeds)
    warp = (6 * texture(rng, shape, 150), 5 * texture(rng, shape, 60))
    stretched = centres * (1.0, 0.62)
    across = np.arange(width, dtype=np.float32)[None] + np.zeros(shape, np.float32)
    _, border, _ = mosaic(shape, stretched, (warp[0], across * (0.62 - 1) + warp[1]))
    wall = np.exp(-((border / 2.2) ** 2))
    pink = 0.085 + 0.03 * fractal(rng, shape, 9) + 0.025 * texture(rng, shape, 3) + 0.16 * wall
    shade, found = np.zeros(shape, np.float32), dict.fromkeys(_STAGES, 0)
    for (cy, cx), kind in zip(centres - np.stack([warp[0].mean(), 0]), kinds):
        if 20 < cy < height - 20 and 20 < cx < width - 20:
            found[_STAGES[kind]] += 1
        _figure(rng, shade, (cy - warp[0][_at(cy, cx, shape)], cx), _STAGES[kind])
    light = stained((0.97, 0.96, 0.93), ("carmine", np.clip(pink + shade, 0, None).astype(np.float32)))
    light = np.stack([ndimage.gaussian_filter(light[..., c], 1.0) for c in range(3)], -1)
    light *= illumination(shape, fall=0.12)[..., None]
    dye = (Dye("colour", WHITE, contrast="Brightfield"),)
    picture = colour_frame(rng, light.astype(np.float32), photons=9000)
    share = 1 - found["interphase"] / max(1, sum(found.values()))
    truth = {"cells_by_stage": found, "mitotic_index": round(share, 3)}
    return Picture(picture, pixel, dye, None, None, truth, None, "40x", 0.95)


def streaming(rng: Rng) -> Picture:
    """Chloroplasts circle in the cells of a water plant; bright field and their red light, 40 frames."""
    height, width, pixel, frames, interval = 256, 384, 0.3, 40, 0.5
    shape, edges = (height, width), (np.array([4, 86, 168, 252]), (130, 262))
    absorb_wall, tracks = np.zeros(shape, np.float32), []
    bend = (3.5 * texture(rng, shape, 70), 6.0 * texture(rng, shape, 44))
    for row, (top, bottom) in enumerate(pairwise(edges[0])):
        cuts = [-90, edges[1][row % 2] - 40 * row, edges[1][row % 2] + 190, width + 160]
        for left, right in pairwise(cuts):
            box = (top + 4, bottom - 4, left + 5, right - 5)
            absorb_wall = np.maximum(absorb_wall, _frame_of(bend, top, bottom, left, right))
            speed = rng.normal(4.2, 0.5) * rng.choice([-1, 1])
            paces, insets = speed * rng.lognormal(0, 0.16, 34), rng.uniform(5, 13, 34)
            tracks.append((box, rng.random(34), paces, insets, rng.normal(1, 0.12, 34)))
    grain = 0.03 * fractal(rng, shape, 5)
    scope, planes = Microscope(0.8, 1.0, 1.36, pixel), np.zeros((frames, 2, *shape), np.uint8)
    for t in range(frames):
        absorb, red = 0.2 * absorb_wall, np.zeros(shape, np.float32)
        for box, start, speed, inset, swell in tracks:
            places = _round_trip(box, start + speed * t * interval / pixel / 1500, inset)
            for place, large in zip(_bent(places, bend), swell):
                part, (y, x) = window(shape, place, 12)
                if y.size and x.size:
                    d = np.hypot(y / (6.0 * large), x / (7.6 * large))
                    disc = soft(d.astype(np.float32), 0.25)
                    absorb[part] += 0.5 * disc
                    red[part] += disc * (1 + 0.25 * np.sin(1.7 * y) * np.sin(1.9 * x))
        image = bright_field(
            absorb,
            (1.1 * absorb_wall + grain + 0.8 * np.clip(red, 0, 1.4)).astype(np.float32),
            pixel,
            defocus_um=1.2,
            na=0.6,
        )
        planes[t, 0] = expose(rng, image * 5000 * illumination(shape, fall=0.18), offset=2, gain=0.02, bits=8)
        planes[t, 1] = expose(rng, scope.focus(red, 680.0, 1.5, 25) * 75 + 3, offset=4, gain=0.4, bits=8)
    truth = {"cells": len(tracks), "chloroplasts_per_cell": 34, "mean_speed_um_per_s": 4.2}
    dyes = (Dye("bright field", WHITE, contrast="Brightfield"), Dye("chlorophyll", RED, 680, 640))
    return Picture(with_axes(planes, axis="tcyx"), pixel, dyes, None, interval, truth, None, "20x", 0.8)


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
    planes = expose(rng, light * 70 + 1.5, offset=4, gain=0.55, read=1.0, bits=8)
    truth = {"radius_um": radius, "spines": 110, "spine_length_um": 4.6}
    dyes = (Dye("autofluorescence", YELLOW, 540, 488),)
    return Picture(with_axes(planes, axis="zyx"), pixel, dyes, z_um, None, truth, None, "25x water", 1.0)


# The stain of a nucleus with doubled DNA, summed over its pixels.
CHROMATIN = 560.0
# Radius of a cell's corners in pixels.
ROUND = 15.0
_STAGES = ("interphase", "prophase", "metaphase", "anaphase", "telophase")


def _jigsaw(rng: Rng, shape: tuple[int, int], seeds: NDArray) -> tuple[NDArray, Floats]:
    """Pavement cells: each reaches out in lobes, and its neighbours fill the necks; labels and distance to the wall."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    y, x = y + 4 * texture(rng, shape, 26), x + 4 * texture(rng, shape, 26)
    distance, nearest = cKDTree(seeds).query(np.stack([y, x], -1).reshape(-1, 2), k=5)
    turn = np.arctan2(y.reshape(-1, 1) - seeds[nearest, 0], x.reshape(-1, 1) - seeds[nearest, 1])
    lobes, phase = rng.integers(7, 11, len(seeds))[nearest], rng.uniform(0, 2 * np.pi, len(seeds))[nearest]
    bent = distance / (1 + 0.24 * np.cos(lobes * turn + phase) + 0.07 * np.cos(3 * turn + 2 * phase))
    order = np.argsort(bent, axis=1)[:, :2]
    first, second = np.take_along_axis(bent, order, 1).T
    labels = np.take_along_axis(nearest, order, 1)[:, 0] + 1
    # Where the lobes are steep the difference grows faster than the distance.
    border = ((second - first) / 2).reshape(shape).astype(np.float32)
    slope = np.hypot(*np.gradient(ndimage.gaussian_filter(border, 1.0)))
    return labels.astype(np.uint16).reshape(shape), border / np.clip(slope, 0.6, 2.0)


def _chloroplasts(rng: Rng, shape: tuple[int, int, int], spots: NDArray, curve: Floats) -> Floats:
    """The chloroplasts of the skin at their spots, and those of the spongy cells below it, with gaps of air."""
    size = shape[1]
    depth = curve[tuple(np.clip(spots.astype(int), 0, size - 1).T)] + rng.uniform(0.2, 2.0, len(spots))
    discs = np.concatenate(
        [np.column_stack([depth, spots]) + rng.normal(0, (0.5, 2.6, 2.6), (len(spots), 3)) for _ in range(60)]
    )
    mesophyll = rng.random((5200, 2)) * size
    deep = np.concatenate(
        [
            np.column_stack([rng.normal(8.3, 0.6, 5200), mesophyll]) + rng.normal(0, (0.4, 2.4, 2.4), (5200, 3))
            for _ in range(14)
        ]
    )
    spongy = np.clip(fractal(rng, shape[1:], 60, 2) + 0.4, 0, 1)[tuple(np.clip(deep[:, 1:].astype(int), 0, size - 1).T)]
    return splat(shape, discs, 0.16) + splat(shape, deep, 0.22 * spongy)


def _stoma(
    rng: Rng,
    place: NDArray,
    angle: float,
    wall: Floats,
    guard: Floats,
    labels: NDArray,
    pixel: float,
    plastids: list[NDArray],
) -> tuple[Floats, NDArray]:
    """Two kidney-shaped guard cells round a pore, drawn over the pavement."""
    long, slim = rng.uniform(11.5, 14) / pixel, rng.uniform(8.0, 9.2) / pixel
    part, (y, x) = window(wall.shape, place, 1.3 * long)
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    d = np.hypot(along / long, across / slim)
    pore = np.hypot(along / (0.55 * long), across / (rng.uniform(0.12, 0.3) * slim))
    inside = soft(d, 0.05)
    drawn = 1.05 * np.exp(-(((d - 1) / 0.07) ** 2)) + 1.5 * np.exp(-(((pore - 1.1) / 0.3) ** 2))
    drawn += 1.1 * np.exp(-((across / 2.0) ** 2)) * (np.abs(along) > 0.55 * long) * (d < 1)
    wall[part] = wall[part] * (1 - inside) + drawn
    guard[part] = np.maximum(guard[part], inside)
    for sign in (-1, 1):
        turn = rng.uniform(-1.15, 1.15, 9)
        a, b = 0.78 * long * np.sin(turn), sign * 0.62 * slim * np.cos(turn * 0.9)
        plastids.append(
            place + np.column_stack([a * np.sin(angle) + b * np.cos(angle), a * np.cos(angle) - b * np.sin(angle)])
        )
    return wall, labels


def _at(y: float, x: float, shape: tuple[int, int]) -> tuple[int, int]:
    return int(np.clip(y, 0, shape[0] - 1)), int(np.clip(x, 0, shape[1] - 1))


def _figure(rng: Rng, shade: Floats, place: tuple[float, float], stage: str) -> None:
    """The nucleus or the chromosomes of one cell, somewhere on its way through its stage."""
    half, done = 56, rng.random()
    # Most spindles lie along the row, some askew and some across it.
    angle = rng.normal(0, 0.25) if rng.random() < 0.8 else rng.uniform(0.5, np.pi - 0.5)
    y, x = np.mgrid[-half : half + 1, -half : half + 1].astype(np.float32)
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    near = 1 - 0.3 * abs(np.sin(angle))
    if stage == "interphase":
        drawn = rng.uniform(0.5, 1) * _normal(_resting(rng, y, x))
    elif stage == "prophase":
        drawn = _normal(_coiled(rng, np.hypot(y / rng.uniform(23, 26), x / rng.uniform(23, 27)), done))
    elif stage == "telophase":
        gap, sets = near * (24 + 5 * done), np.zeros_like(x)
        for sign in (-1, 1):
            d = np.hypot((along - sign * gap) / (6.5 + 4 * done), across / (18 - 3 * done)).astype(np.float32)
            sets += _normal(soft(d, 0.3) * (1 + (0.35 - 0.1 * done) * texture(rng, d.shape, 4)).clip(0.1)) / 2
        # The new wall grows from the middle outwards.
        plate = np.exp(-((along / 1.8) ** 2)) * np.clip((8 + 26 * done - np.abs(across)) / 3, 0, 1)
        drawn = sets + 0.25 * plate / CHROMATIN
    else:
        gap = near * (5 + 17 * done) if stage == "anaphase" else 0.0
        points = _chromosomes(rng, gap, 7 * (1 - done) ** 2 + 1 if stage == "metaphase" else 1.0)
        turned = points @ np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]).T
        drawn = _normal(ndimage.gaussian_filter(splat(y.shape, turned + half), 1.7))
    top, left = round(place[0]) - half, round(place[1]) - half
    rows, columns = (slice(max(0, -at), max(0, min(2 * half + 1, n - at))) for at, n in zip((top, left), shade.shape))
    seen = drawn[rows, columns]
    if seen.size:
        shade[top + rows.start : top + rows.stop, left + columns.start : left + columns.stop] += CHROMATIN * seen


def _normal(chromatin: Floats) -> Floats:
    return chromatin / chromatin.sum()


def _resting(rng: Rng, y: Floats, x: Floats) -> Floats:
    """A nucleus between divisions: fine-grained, with one to three nucleoli."""
    body = soft(np.hypot(y / rng.uniform(22, 26), x / rng.uniform(22, 28)), 0.1) * (
        0.2 + 0.05 * texture(rng, y.shape, 3)
    )
    for _ in range(rng.integers(1, 4)):
        oy, ox = rng.normal(0, 7, 2)
        body += 0.3 * np.exp(-((((y - oy) ** 2 + (x - ox) ** 2) / 26) ** 2))
    return body


def _coiled(rng: Rng, r: Floats, done: float) -> Floats:
    """A ball of threads that thicken."""
    threads = sum(np.clip(1.1 - np.abs(texture(rng, r.shape, grain)) * 3.0, 0, 1) for grain in (6, 7.5))
    return soft(r, 0.1) * (0.35 - 0.25 * done + (0.3 + 0.5 * done) * threads)


def _chromosomes(rng: Rng, gap: float, loose: float) -> NDArray:
    """Points of two sets of sixteen, as (across, along): each a bent rod held by its middle, its arms trailing."""
    points = []
    bend = np.abs(np.linspace(-1, 1, 30))
    side = np.sign(np.linspace(-1, 1, 30))
    pulled = min(gap / 10, 1)
    for base, middle in zip(np.linspace(-17, 17, 16) + rng.normal(0, 0.8, 16), rng.normal(0, loose, 16)):
        for sign in (-1, 1):
            long, splay = rng.uniform(8, 15), rng.uniform(0.1, 0.45)
            trail = -sign * long * bend if pulled else rng.choice([-1, 1]) * long * bend * 0.7
            fan = base * (1 - 0.25 * pulled) + side * bend * long * splay + 0.15 * base * bend
            # The sets bow: their middle leads on the way to the pole.
            lead = sign * (gap + 3 * pulled * (1 - (base / 18) ** 2))
            points.append(np.column_stack([fan, lead + trail * (0.8 if pulled else 1) + middle]))
    return np.concatenate(points) + rng.normal(0, 0.7, (len(points) * 30, 2))


def _frame_of(bend: tuple[Floats, Floats], top: float, bottom: float, left: float, right: float) -> Floats:
    """The wall of one cell: a box with round corners whose sides bulge and bend."""
    y, x = np.mgrid[: bend[0].shape[0], : bend[0].shape[1]].astype(np.float32)
    y, x = np.abs(y + bend[0] - (top + bottom) / 2), np.abs(x + bend[1] - (left + right) / 2)
    y, x = y - (bottom - top) / 2 + ROUND, x - (right - left) / 2 + ROUND
    inside = ROUND - np.hypot(np.maximum(y, 0), np.maximum(x, 0)) - np.minimum(np.maximum(y, x), 0)
    return np.exp(-((inside / 2.0) ** 2)).astype(np.float32)


def _bent(places: NDArray, bend: tuple[Floats, Floats]) -> NDArray:
    """Places of the straight box where they lie in the bent one."""
    at = tuple(np.clip(places.astype(int), 0, np.array(bend[0].shape) - 1).T)
    return places - np.stack([bend[0][at], bend[1][at]], 1)


def _round_trip(box: tuple[float, float, float, float], at: NDArray, inset: NDArray) -> NDArray:
    """Places on a rectangle with the inset of each, for how much of the way round has been gone."""
    top, bottom, left, right = (
        np.broadcast_to(side, inset.shape) + sign * inset for side, sign in zip(box, (1, -1, 1, -1))
    )
    wide, high = right - left, bottom - top
    way = (at % 1) * 2 * (wide + high)
    y = np.select(
        [way < wide, way < wide + high, way < 2 * wide + high],
        [top, top + way - wide, bottom],
        bottom - (way - 2 * wide - high),
    )
    x = np.select(
        [way < wide, way < wide + high, way < 2 * wide + high], [left + way, right, right - (way - wide - high)], left
    )
    return np.column_stack([y, x])


SPECIMENS = (
    Specimen("leaf-stomata", leaf, 1.0),
    Specimen("root-tip-mitosis", root, 1.0),
    Specimen("chloroplast-streaming", streaming, 2.0),
    Specimen("pollen-autofluorescence", pollen, 0.5),
)

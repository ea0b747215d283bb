"""The first hours of animals: cleavage of a sea urchin, a worm's first divisions, the nuclei of a fly's syncytium."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from micrographia.simulation.cameras import bleaching, expose, illumination
from micrographia.simulation.optics import Floats, Microscope, interference_contrast
from micrographia.simulation.shapes import Rng, relaxed, soft, spaced, texture, window
from micrographia.simulation.specimens import Dye, Picture, Specimen, with_axes

GREEN, MAGENTA, WHITE = "#00FF00", "#FF00FF", "#FFFFFF"


def cleavage(rng: Rng) -> Picture:
    """A sea urchin's egg divides into 2, 4, 8 and 16 cells inside its fertilisation membrane; DIC, 48 frames."""
    size, pixel, frames, minutes = 288, 0.55, 48, 4.0
    tree = _cleavage_tree(rng)
    y, x = np.mgrid[:size, :size].astype(np.float32)
    y, x = (y - size / 2) * pixel, (x - size / 2) * pixel
    planes, stages = np.zeros((frames, size, size), np.uint16), []
    yolk = [texture(rng, (size, size), 2.2) for _ in range(3)]
    shell, lamp = np.hypot(y, x), illumination((size, size), fall=0.15)
    for t in range(frames):
        moment = t / (frames - 1) * 4.6
        phase, body, clear = _blastomeres(y, x, *_balls(tree, moment))
        churn = np.cos(0.5 * t) * yolk[0] + np.sin(0.5 * t) * yolk[1]
        phase += 0.3 * body * (0.6 * churn + yolk[2]) * (1 - 0.85 * clear) - 0.5 * clear
        phase += 0.75 * np.exp(-(((shell - 62) / 0.9) ** 2)) + 0.25 * (shell < 62)
        image = interference_contrast(phase.astype(np.float32), pixel, shear_um=0.6, bias=1.1, na=0.6)
        # Yolk lets little light through.
        planes[t] = expose(rng, image * 4000 * lamp * (1 - 0.12 * body), gain=0.06)
        stages.append({"frame": t, "minutes": t * minutes, "cells": 2 ** int(min(4, moment))})
    dye = (Dye("DIC", WHITE, contrast="DIC"),)
    return Picture(
        with_axes(planes, axis="tyx"), pixel, dye, None, minutes * 60, {"stages": stages}, None, "20x DIC", 0.6
    )


def worm(rng: Rng) -> Picture:
    """A worm's zygote: pronuclei meet, the spindle is pulled back, an unequal division; DIC and histone."""
    height, width, pixel, frames = 200, 300, 0.22, 40
    y, x = np.mgrid[:height, :width].astype(np.float32)
    y, x = (y - height / 2) * pixel, (x - width / 2) * pixel
    shape = (height, width)
    grains = [texture(rng, shape, 2.4) for _ in range(4)]
    egg = np.hypot(x / 27.0, y / 15.5)
    planes = np.zeros((frames, 2, height, width), np.uint16)
    scope, fade, stages = Microscope(1.2, 1.333, 1.37, pixel), bleaching(frames, left=0.75), []
    for t in range(frames):
        s = t / (frames - 1)
        phase, stage = _zygote(x, y, egg, grains, s, t)
        image = interference_contrast(phase, pixel, shear_um=0.3, bias=1.0, na=1.2)
        planes[t, 0] = expose(rng, image * 4000 * illumination(shape, fall=0.12), gain=0.06)
        dna = _zygote_dna(x, y, s, grains)
        planes[t, 1] = expose(rng, (scope.focus(dna, 525.0, 0.8, 33) * 320 + 12 * (egg < 1)) * fade[t] + 4)
        stages.append({"frame": t, "seconds": 20 * t, "stage": stage})
    dyes = (Dye("DIC", WHITE, contrast="DIC"), Dye("histone H2B-EGFP", GREEN, 525, 488))
    return Picture(
        with_axes(planes, axis="tcyx"), pixel, dyes, None, 20.0, {"stages": stages}, None, "60x water DIC", 1.2
    )


def syncytium(rng: Rng) -> Picture:
    """Nuclei below the surface of a fly's embryo divide together, in a wave from both poles; 32 frames of 5 slices."""
    slices, height, width, pixel, frames = 5, 176, 400, 0.35, 32
    seeds = relaxed(spaced(rng, (height + 40, width + 40), 21), (height + 40, width + 40), 2) - 20
    shape, scope = (slices, height, width), Microscope(1.2, 1.333, 1.37, pixel, 1.5, "confocal", pinhole_airy=1.5)
    delay = 5.5 * (1 - np.abs(seeds[:, 1] - width / 2) / (width / 2)) + rng.normal(0, 0.25, len(seeds))
    angle, place = rng.uniform(0, np.pi, len(seeds)), seeds.copy()
    planes, fade, counts = np.zeros((frames, slices, height, width), np.uint8), bleaching(frames, left=0.7), []
    grain = texture(rng, (40, 40), 4)
    for t in range(frames):
        light, many = np.zeros(shape, np.float32), 0
        place = place + rng.normal(0, 0.12, place.shape)
        for k, (cy, cx) in enumerate(place):
            age = t - 9 - delay[k]
            many += 2 if age > 4 else 1
            for sign in (-1, 1) if age > 1.5 else (0,):
                apart = 0.0 if age < 1.5 else 8.0 * min(1, (age - 1.5) / 7) ** 0.6 + 1.5
                sy, sx = cy + sign * apart * np.sin(angle[k]), cx + sign * apart * np.cos(angle[k])
                _syncytial(light, (sy, sx), angle[k], age, grain, pixel)
        planes[t] = expose(
            rng, scope.blur(light, 610.0, 25) * 230 * fade[t] + 1.5, offset=4, gain=0.28, read=1.0, bits=8
        )
        counts.append(many)
    dye = (Dye("His2Av-mRFP", MAGENTA, 610, 561),)
    truth = {"nuclei_in_and_near_the_frame": counts, "nuclear_cycle": "12 to 13"}
    return Picture(with_axes(planes, axis="tzyx"), pixel, dye, 1.5, 20.0, truth, None, "40x water", 1.2)


_ZYGOTE = (
    (0.0, "pronuclear migration"), (0.3, "pronuclei meet"), (0.42, "spindle"), (0.66, "cytokinesis"),
    (0.82, "two cells"),
)  # fmt: skip


def _cleavage_tree(rng: Rng) -> list[NDArray]:
    """Places (z, y, x) of the cells at 1, 2, 4, 8 and 16: two cleavages through the poles, one across, one askew.

    Each next stage splits the cells of the one before; the whole is seen from the side and above.
    """
    stages = [np.zeros((1, 3))]
    for k, spread in enumerate((18.5, 18.5, 16.0, 10.0)):
        new = []
        for place in stages[-1]:
            axis = np.eye(3)[(2, 1, 0)[k]] if k < 3 else np.cross(place, (0.3, -0.5, 0.8))
            step = spread * axis / np.linalg.norm(axis)
            new += [place - step, place + step]
        # Smaller cells lie nearer to the middle of the others.
        stages.append(np.array(new) * (1, 1, 0.9, 0.95, 1.0)[k + 1] + rng.normal(0, 0.5, (len(new), 3)))
    tilt, turn = 0.6, 0.5
    about_x = np.array([[np.cos(tilt), -np.sin(tilt), 0], [np.sin(tilt), np.cos(tilt), 0], [0, 0, 1]])
    about_z = np.array([[1, 0, 0], [0, np.cos(turn), -np.sin(turn)], [0, np.sin(turn), np.cos(turn)]])
    return [places @ (about_z @ about_x).T for places in stages]


def _balls(tree: list[NDArray], moment: float) -> tuple[NDArray, float, float]:
    """The middles of the cells, their radius, and how ripe they are: 1 when the nuclei have vanished."""
    stage, done = (int(moment), moment % 1) if moment < 4 else (3, 1.0)
    split = float(np.clip((done - 0.62) / 0.38, 0, 1))
    split = split * split * (3 - 2 * split)
    radii = 47.0 / 2 ** (np.arange(5) / 3)
    radius = radii[stage] * (1 - split) + radii[stage + 1] * split
    ripe = float(np.clip((done - 0.4) * 5, 0, 1)) if moment < 4 else 0.0
    if split == 0:
        return tree[stage], radius, ripe
    return np.repeat(tree[stage], 2, 0) * (1 - split) + tree[stage + 1] * split, radius, ripe


def _blastomeres(y: Floats, x: Floats, middles: NDArray, radius: float, ripe: float) -> tuple[Floats, Floats, Floats]:
    """Opaque balls seen from above: the phase of their relief, where they are, and their clear nuclei."""
    first = np.full(y.shape, -200.0, np.float32)
    second, lowest = first.copy(), -first
    owner, other = np.zeros(y.shape, np.intp), np.zeros(y.shape, np.intp)
    for number, (cz, cy, cx) in enumerate(middles):
        dome = radius**2 - (y - np.float32(cy)) ** 2 - (x - np.float32(cx)) ** 2
        high = np.where(dome > 0, np.float32(cz) + np.sqrt(np.maximum(dome, 0)), np.float32(-200))
        lowest = np.where(dome > 0, np.minimum(lowest, np.float32(cz) - np.sqrt(np.maximum(dome, 0))), lowest)
        above, between = high > first, (high <= first) & (high > second)
        other = np.where(above, owner, np.where(between, number, other))
        second = np.where(above, first, np.where(between, high, second))
        first, owner = np.where(above, high, first), np.where(above, number, owner)
    body = np.clip((first - lowest) / 30, 0, 1)
    apart = np.linalg.norm(middles[owner] - middles[other], axis=-1)
    # Neighbours are told apart all along: a furrow runs where one surface meets the next.
    furrow = np.exp(-(((first - second) / 2.4) ** 2)) * np.clip(apart / 12, 0, 1)
    phase = ndimage.gaussian_filter(body * (5 + 0.19 * first) - 2.2 * furrow, 1.2)
    away = np.hypot(y - middles[owner, 1], x - middles[owner, 2]) / (0.27 * radius)
    return phase.astype(np.float32), body, (body * np.exp(-(away**6)) * (1 - ripe)).astype(np.float32)


def _zygote(x: NDArray, y: NDArray, egg: NDArray, grains: list[Floats], s: float, t: int) -> tuple[Floats, str]:
    inside = soft(egg.astype(np.float32), 0.03)
    flow = np.cos(0.6 * t) * grains[0] + np.sin(0.6 * t) * grains[1]
    phase = 4.2 * np.sqrt(np.clip(1 - egg**2, 0, 1)) + inside * (0.5 * flow + 0.4 * grains[2])
    phase += 0.9 * np.exp(-(((egg - 1.07) / 0.018) ** 2))
    stage = [name for start, name in _ZYGOTE if s >= start][-1]
    if s < 0.45:
        meet = np.clip(s / 0.34, 0, 1)
        for px in (-19 + 21 * meet, 21 - 13 * meet):
            r = np.hypot(x - px, y) / 4.4
            phase -= 2.3 * np.sqrt(np.clip(1 - r**2, 0, 1)) + 0.45 * flow * soft(r.astype(np.float32), 0.1)
    else:
        back = np.clip((s - 0.45) / 0.2, 0, 1)
        long = 4.5 + 5.5 * np.clip((s - 0.52) / 0.16, 0, 1)
        fades = np.clip((0.84 - s) / 0.06, 0, 1)
        for sign in (-1, 1):
            phase = _with_aster(phase, x - (2.0 + 3.0 * back + sign * long), y, inside * fades, 0.8 + 0.25 * sign)
        phase -= inside * fades * 0.9 * np.exp(-((y / 3.0) ** 2) - ((x - 2 - 3 * back) / long) ** 4)
    phase = _cleft(phase, x, y, inside, np.clip((s - 0.64) / 0.18, 0, 1))
    if s > 0.8:
        for px in (-5.8, 15.8):
            r = np.hypot(x - px, y) / (4.6 * np.clip((s - 0.78) / 0.12, 0.2, 1))
            phase -= 2.0 * np.sqrt(np.clip(1 - r**2, 0, 1))
    return phase.astype(np.float32), stage


def _with_aster(phase: Floats, x: NDArray, y: NDArray, share: Floats, size: float) -> Floats:
    """The phase with an aster: a smooth clear ball, free of yolk, with rays of yolk between its microtubules."""
    far, turn = np.hypot(x, y), np.arctan2(y, x)
    ball = np.exp(-((far / (4.2 * size)) ** 4))
    smooth = ndimage.gaussian_filter(phase, 5.0)
    rays = np.exp(-(((far - 6.5 * size) / (2.8 * size)) ** 2)) * np.cos(17 * turn + 3 * np.sin(4 * turn))
    phase = phase + share * ball * (smooth - phase - 0.9)
    return phase + 0.28 * share * rays


def _cleft(phase: Floats, x: NDArray, y: NDArray, inside: Floats, cut: float) -> Floats:
    """The phase with the furrow: it comes in from both sides as a wedge, bent round the smaller cell behind."""
    if cut == 0:
        return phase
    middle = 5.0 + 0.011 * y**2 * (1 - 0.3 * cut) - 0.5 * np.sin(y / 6)
    depth = np.clip((np.abs(y) / 15.5 - 1 + 1.12 * cut) / 0.3, 0, 1)
    notch = np.clip((np.abs(y) / 15.5 - 0.72) / 0.28, 0, 1) * cut
    wide = 0.45 + 2.2 * notch**2
    return phase - inside * depth * (1.5 + 2.6 * notch) * np.exp(-(((x - middle) / wide) ** 2))


def _zygote_dna(x: NDArray, y: NDArray, s: float, grains: list[Floats]) -> Floats:
    light = np.zeros(x.shape, np.float32)
    if s < 0.45:
        meet = np.clip(s / 0.34, 0, 1)
        for px in (-19 + 21 * meet, 21 - 13 * meet):
            light += soft((np.hypot(x - px, y) / 3.9).astype(np.float32), 0.2) * np.clip(1 + 0.8 * grains[3], 0.2, None)
        return light
    back, apart = np.clip((s - 0.45) / 0.2, 0, 1), np.clip((s - 0.56) / 0.2, 0, 1)
    swell = np.clip((s - 0.8) / 0.15, 0, 1)
    for sign in (-1, 1) if apart > 0 else (0,):
        px = 2 + 3 * back + sign * (0.8 + 10.0 * apart)
        d = np.hypot((x - px) / (0.9 + 2.8 * swell), y / (3.6 + 0.2 * swell))
        light += soft(d.astype(np.float32), 0.3) * (4 - 2.7 * swell) * np.clip(1 + 0.5 * swell * grains[3], 0.3, None)
    return light


def _syncytial(
    light: Floats, place: tuple[float, float], angle: float, age: float, grain: Floats, pixel: float
) -> None:
    """One nucleus: round in interphase, a bar across the spindle in metaphase and anaphase, then round and growing."""
    dense = float(np.clip((age + 4) / 3, 0, 1) * (1 - np.clip((age - 5) / 5, 0, 1)))
    radius = 2.3 if age < 1.5 else 1.4 + 0.75 * np.clip((age - 5) / 9, 0, 1)
    along, across = radius * (1 - 0.62 * dense) / pixel, radius * (1 - 0.05 * dense) / pixel
    part, (y, x) = window(light.shape[1:], place, 3.2 / pixel)
    if y.size == 0 or x.size == 0:
        return
    d = np.hypot((x * np.cos(angle) + y * np.sin(angle)) / along, (y * np.cos(angle) - x * np.sin(angle)) / across)
    mottle = 1 + 0.3 * (1 - dense) * grain[: d.shape[0], : d.shape[1]]
    spot = soft(d, 0.3) * mottle * (1 + 1.6 * dense)
    for z, share in enumerate((0.25, 0.8, 1.0, 0.75, 0.2)):
        light[z][part] += share * spot


SPECIMENS = (
    Specimen("sea-urchin-cleavage", cleavage, 1.5),
    Specimen("worm-zygote-first-division", worm, 1.5),
    Specimen("fly-syncytial-divisions", syncytium, 2.5),
)

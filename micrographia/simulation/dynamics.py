"""Things that happen: a wound that closes, bleached membranes that recover, calcium waves, transport in an axon."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from micrographia.simulation.cameras import bleaching, expose, illumination
from micrographia.simulation.cells import culture
from micrographia.simulation.optics import Floats, Microscope, phase_contrast
from micrographia.simulation.shapes import (
    Outline,
    Rng,
    dense,
    fractal,
    mosaic,
    relaxed,
    soft,
    spaced,
    splat,
    texture,
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


def wound(rng: Rng) -> Picture:
    """Cells migrate into a scratch from both sides until it closes; phase contrast and nuclei, 28 frames."""
    size, pixel, frames, minutes = 352, 1.0, 28, 34.0
    shape, middle = (size, size), size / 2
    places = spaced(rng, (size + 60, size + 480), 20) - np.array([30, 240])
    edge = 92 + 9 * texture(rng, (1, size), (1, 40))[0]
    places = places[np.abs(places[:, 1] - middle) > edge[np.clip(places[:, 0], 0, size - 1).astype(int)]]
    side, bright = np.sign(places[:, 1] - middle), rng.lognormal(0, 0.15, len(places))
    heading, pace = rng.normal(0, 1, places.shape), rng.lognormal(0, 0.2, len(places))
    planes, labels, open_area = np.zeros((frames, 2, *shape), np.uint16), np.zeros((frames, *shape), np.uint16), []
    scope, fade, lamp = Microscope(0.45, 1.0, 1.36, pixel), bleaching(frames, left=0.75), illumination(shape, fall=0.2)
    rough, debris = fractal(rng, shape, 16, 3), splat(shape, rng.random((40, 2)) * size, 3.0)
    for t in range(frames):
        heading = 0.85 * heading + 0.5 * rng.normal(0, 1, places.shape)
        lead = np.abs(places[:, 1] - middle)
        step = 3.6 * pace * np.exp(-lead / 420) * np.clip((lead - 9) / 8, 0, 1)
        places = places + heading * 0.7
        places[:, 1] -= side * step
        places = _apart(places, 15.0)
        phase, nuclei, labels[t] = _sheet(places, bright, size, rough, 21 + 12 * t / frames)
        image = phase_contrast(phase + debris, pixel, halo_um=4.0, ring=0.6, na=0.4)
        planes[t, 0] = expose(rng, image / 0.36 * 2000 * lamp, gain=0.05)
        planes[t, 1] = expose(rng, (scope.focus(nuclei, 610.0, 0.0, 17) * 300 * fade[t] + 8) * lamp, gain=0.3)
        open_area.append(float((labels[t] == 0).mean() * size * size * pixel**2))
    dyes = (Dye("phase contrast", WHITE, contrast="Phase"), Dye("H2B-mCherry", MAGENTA, 610, 561))
    truth = {"open_area_um2": open_area}
    return Picture(
        with_axes(planes, axis="tcyx"), pixel, dyes, None, minutes * 60, truth, labels[:, None], "10x Ph1", 0.45
    )


def frap(rng: Rng) -> Picture:
    """A spot on a nucleus is bleached, and light returns as molecules diffuse into it; 60 frames."""
    size, pixel, frames, interval, before = 224, 0.12, 60, 1.0, 6
    outline = Outline(rng, (size / 2, size / 2), (8.0 / pixel, 10.2 / pixel), 0.4, 0.015)
    part, d = outline.local((size, size), 2.0)
    rim = np.full((size, size), 3.0, np.float32)
    rim[part] = d
    inside = soft(rim, 0.06)
    density = inside * (1 + 0.16 * fractal(rng, (size, size), 10))
    for y0, x0, r in ((84, 104, 12), (128, 78, 9)):
        part, (y, x) = window((size, size), (y0, x0), 2 * r)
        density[part] *= 1 - 0.6 * np.exp(-(((y**2 + x**2) / r**2) ** 2))
    # The heterochromatin of a mouse gathers in chromocentres.
    for y0, x0 in spaced(rng, (size, size), 26):
        part, (y, x) = window((size, size), (y0, x0), 20)
        density[part] += (rim[part] < 0.85) * np.exp(-(y**2 + x**2) / rng.uniform(4, 7) ** 2)
    y, x = np.mgrid[:size, :size].astype(np.float32)
    at, radius_um, diffusion = (126.0, 138.0), 2.5, 0.05
    spot = 0.92 * np.exp(-((np.hypot(y - at[0], x - at[1]) * pixel / radius_um) ** 4))
    mask, gone = inside > 0.5, spot * inside
    total = density[mask].sum()
    scope, fade = Microscope(1.4, 1.515, 1.38, pixel, mode="confocal"), bleaching(frames, left=0.9, quick=0.1)
    planes, curve = np.zeros((frames, size, size), np.uint16), []
    bound = 0.18 * spot
    roi = np.hypot(y - at[0], x - at[1]) * pixel < radius_um
    for t in range(frames):
        now = np.zeros_like(gone) if t < before else gone
        light = density * (1 - now) * fade[t]
        drift = ndimage.shift(light, (0.02 * t, -0.03 * t), order=1)
        planes[t] = expose(rng, scope.focus(drift, 525.0, 0.0, 33) * 300 + 2, gain=0.3)
        curve.append(round(float((1 - now)[roi].mean()), 4))
        if t >= before:
            sigma = np.sqrt(2 * diffusion * interval) / pixel
            spread = ndimage.gaussian_filter(gone * density, sigma) / (ndimage.gaussian_filter(density, sigma) + 1e-3)
            gone = np.maximum(spread * inside, bound * inside)
    truth = {
        "bleached_frame": before, "spot_yx": at, "spot_radius_um": radius_um, "diffusion_um2_per_s": diffusion,
        "immobile_fraction": 0.18, "recovery": curve, "light_at_start": float(total),
    }  # fmt: skip
    dyes = (Dye("EGFP-HP1", GREEN, 525, 488),)
    return Picture(with_axes(planes, axis="tyx"), pixel, dyes, None, interval, truth, None, "63x oil", 1.4)


def calcium(rng: Rng) -> Picture:
    """Calcium waves run through a sheet of cells from where one was touched, with sparks on their own; 72 frames."""
    size, pixel, frames, interval = 288, 0.65, 72, 1.0
    seeds = relaxed(spaced(rng, (size, size), 22), (size, size), 1)
    warp = (3 * texture(rng, (size, size), 12), 3 * texture(rng, (size, size), 12))
    labels, border, away = mosaic((size, size), seeds, warp)
    count = len(seeds)
    starts = [(int(np.hypot(*(seeds - p).T).argmin()), when) for p, when in (((60, 80), 6), ((210, 220), 34))]
    fire = [_wavefront(rng, seeds, first, when) for first, when in starts]
    own = [(int(rng.integers(count)), int(rng.integers(4, frames))) for _ in range(16)]
    homes = {who: labels == who + 1 for who, _ in own}
    rest = rng.lognormal(0, 0.25, count)
    nucleus = np.exp(-((away / 7.5) ** 4))
    cell = np.clip(border / 2.0, 0, 1) * (1 + 0.12 * fractal(rng, (size, size), 4)) * (1 - 0.3 * nucleus)
    inside_delay = away / 11.0
    scope, fade, lamp = Microscope(0.8, 1.0, 1.36, pixel), bleaching(frames, left=0.75), illumination((size, size))
    planes, traces = np.zeros((frames, size, size), np.uint16), np.zeros((frames, count))
    times = [f[labels - 1] for f in fire]
    for t in range(frames):
        rise = sum((_transient(t - start - inside_delay) for start in times), np.zeros((size, size)))
        for who, when in own:
            if t > when:
                rise[homes[who]] += 0.8 * _transient(t - when - inside_delay[homes[who]])
        traces[t] = sum(_transient(t - f) for f in fire)
        light = cell * rest[labels - 1] * (1 + 3.4 * rise)
        planes[t] = expose(
            rng, (scope.focus(light.astype(np.float32), 525.0, 2.0, 33) * 200 * fade[t] + 6) * lamp, gain=0.15
        )
    truth = {
        "cells": count, "waves": [{"cell": c + 1, "frame": when} for c, when in starts], "speed_um_per_s": 14,
        "first_rise_frame": [round(float(min(f[i] for f in fire)), 2) for i in range(count)],
        "single_cells": [{"cell": c + 1, "frame": when} for c, when in own],
    }  # fmt: skip
    # A line of ground between neighbours, as a segmentation would leave.
    apart = np.where(border > 1, labels, 0)
    dyes = (Dye("Fluo-4", GREEN, 525, 488),)
    return Picture(with_axes(planes, axis="tyx"), pixel, dyes, None, interval, truth, apart[None, None], "20x", 0.8)


def axon(rng: Rng) -> Picture:
    """Vesicles run both ways along an axon, pause and turn: made for kymographs; 100 frames."""
    height, width, pixel, frames, interval = 72, 512, 0.13, 100, 0.4
    line = dense(
        np.column_stack([height / 2 + 10 * np.sin(np.linspace(0, 3.4, 200)) - 4, np.linspace(-8, width + 8, 200)]), 0.1
    )
    side = np.gradient(line, axis=0)
    normal = np.column_stack([-side[:, 1], side[:, 0]]) / (np.hypot(*side.T)[:, None] + 1e-9)
    kinds = [("anterograde", 0.9, 16), ("retrograde", -1.1, 12), ("paused", 0.0, 11)]
    tracks: list[dict] = []
    spots = [([], []) for _ in range(frames)]  # type: ignore[var-annotated]
    for kind, speed, many in kinds:
        for _ in range(many):
            at, bright, off, moving = (
                rng.uniform(-0.2, 1.2) * len(line),
                rng.lognormal(0, 0.4),
                rng.normal(0, 1.2),
                True,
            )
            own, where = speed * rng.normal(1, 0.2), []
            for t in range(frames):
                moving = moving if rng.random() > 0.05 else not moving
                at += (own if moving else 0) * interval / pixel / 0.1 * rng.normal(1, 0.1)
                place = int(at)
                if 0 <= place < len(line):
                    spots[t][0].append(line[place] + normal[place] * (off + rng.normal(0, 0.2)))
                    spots[t][1].append(bright)
                    where.append([t, round(float(line[place, 1]) * pixel, 3)])
            tracks.append({"kind": kind, "frame_and_x_um": where})
    tube = splat((height, width), np.repeat(line, 6, 0) + rng.normal(0, 2.6, (6 * len(line), 2)), 0.05)
    tube *= 1 + 0.25 * texture(rng, (height, width), 25)
    scope, fade = Microscope(1.4, 1.515, 1.38, pixel), bleaching(frames, left=0.65)
    planes = np.zeros((frames, height, width), np.uint16)
    for t in range(frames):
        dots = splat((height, width), np.array(spots[t][0]), np.array(spots[t][1]) * 1100)
        planes[t] = expose(rng, scope.focus(dots + 26 * tube, 525.0, 0.2, 33) * 4 * fade[t] + 4)
    truth = {"vesicles": tracks, "speed_um_per_s": {"anterograde": 0.9, "retrograde": 1.1}}
    dyes = (Dye("BDNF-EGFP", GREEN, 525, 488),)
    return Picture(with_axes(planes, axis="tyx"), pixel, dyes, None, interval, truth, None, "100x oil", 1.4)


def division_field(rng: Rng) -> Picture:
    """Nuclei of a growing culture followed for a day: they wander, round up, divide; made for tracking; 48 frames."""
    size, pixel, frames, minutes = 320, 0.65, 48, 30.0
    field = culture(rng, (size, size), pixel, spacing_um=24, radius_um=14, stretch=1.3, nucleus_um=7)
    place = np.array([o.centre for o in field.nuclear_outlines])
    due, angle, parent = rng.uniform(4, 60, len(place)), rng.uniform(0, 3.14, len(place)), [-1] * len(place)
    grain, bright = texture(rng, (64, 64), 5), rng.lognormal(0, 0.18, 4000)
    planes, labels = np.zeros((frames, size, size), np.uint16), np.zeros((frames, size, size), np.uint16)
    scope, lamp, births = Microscope(0.75, 1.0, 1.36, pixel), illumination((size, size)), [0] * len(place)
    alive, names = np.arange(len(place)), len(place)
    divisions = []
    for t in range(frames):
        place = _apart(place + rng.normal(0, 1.3, place.shape), 20.0)
        for k in np.flatnonzero(due < t):
            axis = np.array([np.sin(angle[k]), np.cos(angle[k])]) * 7
            divisions.append({"frame": t, "mother": int(alive[k]) + 1, "daughters": [names + 1, names + 2]})
            place = np.concatenate([place, [place[k] + axis]])
            place[k] = place[k] - axis
            mother, alive[k] = int(alive[k]), names
            alive = np.append(alive, names + 1)
            births += [t, t]
            parent += [mother, mother]
            due[k] = np.inf
            due = np.append(due, np.inf)
            angle = np.append(angle + 0.0, rng.uniform(0, 3.14))
            names += 2
        light, labels[t] = _nuclei(
            place, alive, due - t, t - np.array(births)[alive], angle, grain, bright, size, pixel
        )
        planes[t] = expose(rng, (scope.focus(light, 610.0, 0.5, 17) * 240 + 8) * lamp)
    truth = {"divisions": divisions, "nuclei_at_start": field.count, "nuclei_at_end": len(place)}
    dye = (Dye("H2B-mCherry", MAGENTA, 610, 561),)
    return Picture(with_axes(planes, axis="tyx"), pixel, dye, None, minutes * 60, truth, labels[:, None], "20x", 0.75)


def _apart(places: NDArray, distance: float) -> NDArray:
    """Push what is closer than a distance apart, a few times over."""
    for _ in range(4):
        pairs = cKDTree(places).query_pairs(distance, output_type="ndarray")
        if not len(pairs):
            break
        gap = places[pairs[:, 0]] - places[pairs[:, 1]]
        far = np.hypot(*gap.T)[:, None] + 1e-6
        push = gap / far * (distance - far) * 0.25
        moved = np.zeros_like(places)
        np.add.at(moved, pairs[:, 0], push)
        np.add.at(moved, pairs[:, 1], -push)
        places = places + moved
    return places


def _sheet(places: NDArray, bright: NDArray, size: int, rough: Floats, reach: float) -> tuple[Floats, Floats, NDArray]:
    """Phase, nuclei and labels of a sheet of cells that touch; at the free edge each spreads as far as it can."""
    half = size // 2
    near = ((places > -40) & (places < size + 40)).all(1)
    owner = np.flatnonzero(near)
    ragged = 1.2 * rough[::2, ::2]
    labels, border, away = mosaic((half, half), places[near] / 2, (ragged, ragged[::-1, ::-1]))
    labels = np.repeat(np.repeat(labels, 2, 0), 2, 1)
    border, away = (2 * ndimage.zoom(ndimage.gaussian_filter(a, 0.8), 2, order=1) for a in (border, away))
    spread = reach + 3.0 * rough - away
    cell, film = spread > 0, np.clip(spread / 5, 0, 1)
    phase, nuclei = np.zeros((size, size), np.float32), np.zeros((size, size), np.float32)
    rise = np.clip((19 - away) / 14, 0, 1) * (0.55 + 0.45 * np.clip(border / 7, 0, 1))
    phase += film * (0.26 + 0.42 * ndimage.gaussian_filter(rise, 1.5) + 0.09 * rough)
    for index in owner:
        turn = index * 2.4
        part, (y, x) = window((size, size), places[index], 11)
        d = np.hypot((x * np.cos(turn) + y * np.sin(turn)) / 6.4, (y * np.cos(turn) - x * np.sin(turn)) / 5.0)
        body = soft(d, 0.25)
        nuclei[part] = np.maximum(nuclei[part], body * bright[index])
        phase[part] += 0.22 * body - 0.4 * np.exp(-((y - 1.5) ** 2 + (x + 1) ** 2) / 2.0)
    return phase.astype(np.float32), nuclei, np.where(cell, owner[labels - 1] + 1, 0).astype(np.uint16)


def _wavefront(rng: Rng, seeds: NDArray, first: int, when: float) -> NDArray:
    """When each cell fires: later the farther it is, unevenly; the wave dies out at some distance."""
    far = np.hypot(*(seeds - seeds[first]).T)
    reach = 150 * rng.uniform(0.75, 1.1, len(seeds))
    return np.where(far < reach, when + far / 21 + rng.normal(0, 0.7, len(seeds)), 1e6)


def _transient(age: NDArray) -> NDArray:
    """A calcium transient: up in a second, down in ten."""
    up, down = np.zeros(age.shape), (age > 0) & (age < 200)
    up[down] = (1 - np.exp(age[down] / -0.9)) * np.exp(age[down] / -8.0)
    return up


def _nuclei(
    place: NDArray,
    alive: NDArray,
    due: NDArray,
    age: NDArray,
    angle: NDArray,
    grain: Floats,
    bright: NDArray,
    size: int,
    pixel: float,
) -> tuple[Floats, NDArray]:
    light, labels = np.zeros((size, size), np.float32), np.zeros((size, size), np.uint16)
    for k, (y0, x0) in enumerate(place):
        ready = float(np.clip(1 - due[k] / 3, 0, 1))
        young = float(np.clip(1 - age[k] / 6, 0, 1)) if alive[k] >= 0 and age[k] < 40 and np.isinf(due[k]) else 0.0
        long, slim = (8.0 - 2.6 * young) / pixel * (1 - 0.25 * ready), (6.4 - 2.8 * young) / pixel * (1 - 0.62 * ready)
        part, (y, x) = window((size, size), (y0, x0), long * 1.3)
        turn = angle[k] + np.pi / 2
        d = np.hypot((x * np.cos(turn) + y * np.sin(turn)) / long, (y * np.cos(turn) - x * np.sin(turn)) / slim)
        mottle = 1 + 0.25 * grain[: d.shape[0], : d.shape[1]] * (1 - ready)
        light[part] += soft(d, 0.25) * mottle * bright[alive[k]] * (1 + 1.8 * ready + 0.9 * young)
        labels[part] = np.where(d < 1, alive[k] + 1, labels[part])
    return light, labels


SPECIMENS = (
    Specimen("wound-healing", wound, 2.5),
    Specimen("frap-heterochromatin", frap, 0.5),
    Specimen("calcium-waves", calcium, 1.0),
    Specimen("axonal-transport", axon, 0.5),
    Specimen("nuclei-tracking", division_field, 1.0),
)

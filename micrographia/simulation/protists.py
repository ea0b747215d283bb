"""Single cells from pond and sea: a Paramecium with its cilia and vacuoles, and the shells of diatoms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from micrographia.simulation.cameras import expose, illumination
from micrographia.simulation.optics import Floats, bright_field, interference_contrast
from micrographia.simulation.shapes import Rng, fractal, soft, spaced, splat, texture, window
from micrographia.simulation.specimens import Dye, Picture, Specimen, with_axes

WAVE = 2 * np.pi / 0.55
GREY = "#FFFFFF"


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
    phase += 0.1 * body * texture(rng, shape, (5, 2.5)) * np.exp(-(((d - 0.85) / 0.2) ** 2))
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
    # One cilium in 3 pixels: closer, they and the pixels would beat against each other.
    s = np.linspace(-89.5, 89.5, 150)
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
    wave = 0.4 * np.sin(np.arange(len(rim)) * 0.42 - 1.9 * t) - 0.35
    reach = np.linspace(0, 10 / pixel, 34)[None, :, None]
    out, side = rim[:, None, 2:], np.stack([-rim[:, 3], rim[:, 2]], 1)[:, None]
    bend = wave[:, None, None] * (reach / reach.max()) ** 1.6 * reach
    points = rim[:, None, :2] + out * (reach * 0.9 - 1) + side * bend * 0.8
    uneven = np.random.default_rng(len(rim)).lognormal(0, 0.4, len(rim))
    return ndimage.gaussian_filter(splat(shape, points.reshape(-1, 2), np.repeat(0.7 * uneven, reach.shape[1])), 0.7)


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
    Specimen("paramecium-contractile-vacuoles", paramecium, 1.5),
    Specimen("diatoms-bright-field", diatoms, 0.5),
)

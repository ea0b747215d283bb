"""A stained section in colour: the wall of a colon in haematoxylin and eosin, as a pyramid.

Colour is Beer and Lambert's law with the stain vectors of Ruifrok and Johnston (see ``optics``). The section is too
large for memory: what lies where is drawn up first (a few thousand outlines), pixels are made one strip at a time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from micrographia.simulation.cameras import colour_frame
from micrographia.simulation.optics import Floats, stained
from micrographia.simulation.shapes import Outline, Rng, fractal, soft, spaced, window
from micrographia.simulation.specimens import Dye, Pyramid, Specimen

SIZE, PIXEL, TILE = 8192, 0.25, 256
RGB = (Dye("colour", "#FFFFFF", contrast="Brightfield"),)


@dataclass(frozen=True)
class _Nucleus:
    y: float
    x: float
    long: float
    slim: float
    angle: float
    dark: float


@dataclass(frozen=True)
class _Crypt:
    outline: Outline
    lumen: float
    cells: int
    turn: float
    goblets: NDArray


class _Colon:
    """The wall of a colon, 2 mm wide, from the lumen down: mucosa with crypts, a thin muscle, submucosa, muscle."""

    def __init__(self, rng: Rng):
        self.tiles = {name: _periodic(rng, 1024, *grain) for name, grain in _GRAINS.items()}
        x = np.arange(SIZE) / SIZE
        self.edges = [
            _wavy(rng, x, level, swing) for level, swing in ((560, 90), (4500, 160), (4780, 160), (6350, 220))
        ]
        self.crypts = self._lay_crypts(rng)
        self.vessels = []
        for at in (900, 2500, 4200, 5600, 7400):
            place = (rng.uniform(5050, 6100), at + rng.uniform(-300, 300))
            radii = (rng.uniform(90, 230), rng.uniform(150, 420))
            self.vessels.append(Outline(rng, place, radii, rng.normal(0, 0.4), 0.06))
        self.red_cells = np.concatenate([self._blood(rng, vessel) for vessel in self.vessels])
        self.nuclei = sorted(self._lay_nuclei(rng), key=lambda n: n.y)
        self.rows = np.array([n.y for n in self.nuclei])
        self.blots = [_chromatin_blot(rng) for _ in range(24)]
        self.seed = int(rng.integers(2**31))

    def strip(self, row: int) -> NDArray[np.uint8]:
        """One row of tiles as (256, 8192, 3)."""
        top = row * TILE
        eosin, haem, blood = self._ground(top)
        for crypt in self.crypts:
            self._draw_crypt(crypt, top, eosin, haem)
        for vessel in self.vessels:
            self._draw_vessel(vessel, top, eosin, haem)
        self._draw_blood(top, blood, eosin)
        first, last = np.searchsorted(self.rows, (top - 40, top + TILE + 40))
        for number in range(first, last):
            self._draw_nucleus(number, top, haem)
        stains = (("haematoxylin", haem), ("eosin", eosin), ("haemoglobin", blood))
        light = stained((0.97, 0.96, 0.965), *((name, _blur3(amount)) for name, amount in stains))
        return colour_frame(np.random.default_rng([self.seed, row]), light, photons=14000)

    def truth(self) -> dict:
        """Counts and places in pixels."""
        places = [[round(c.outline.centre[0]), round(c.outline.centre[1])] for c in self.crypts]
        return {
            "crypts": len(self.crypts),
            "crypt_centres_yx": places,
            "nuclei": len(self.nuclei),
            "nuclei_yx": [[round(n.y), round(n.x)] for n in self.nuclei],
            "vessels": len(self.vessels),
            "layers_yx": {"epithelium": int(self.edges[0].mean()), "muscularis mucosae": int(self.edges[1].mean()),
                          "submucosa": int(self.edges[2].mean()), "muscularis propria": int(self.edges[3].mean())},
        }  # fmt: skip

    def _lay_crypts(self, rng: Rng) -> list[_Crypt]:
        crypts = []
        for y, x in spaced(rng, (SIZE, SIZE), 318):
            column = int(np.clip(x, 0, SIZE - 1))
            if not self.edges[0][column] + 210 < y < self.edges[1][column] - 190:
                continue
            radius = rng.uniform(128, 152)
            long = rng.uniform(1.0, 1.3)
            outline = Outline(rng, (y, x), (radius, radius * long), rng.normal(np.pi / 2, 0.5), 0.03)
            cells = int(2 * np.pi * radius * 0.8 / 17)
            crypts.append(_Crypt(outline, rng.uniform(0.16, 0.3), cells, rng.uniform(0, 6.28), rng.random(cells)))
        return crypts

    def _lay_nuclei(self, rng: Rng) -> list[_Nucleus]:
        found = [nucleus for crypt in self.crypts for nucleus in _ring(rng, crypt)]
        found += self._lining(rng)
        for y, x, layer in self._stroma(rng):
            if layer == 1 and rng.random() < 0.7:
                r = rng.uniform(9, 12.5)
                found.append(_Nucleus(y, x, r, r * rng.uniform(0.8, 1), rng.uniform(0, 3.1), rng.uniform(0.7, 1.15)))
            else:
                angle = rng.normal(0, 0.16 if layer in (2, 4) else 0.7)
                found.append(_Nucleus(y, x, rng.uniform(17, 32), rng.uniform(4.2, 7), angle, rng.uniform(0.6, 0.95)))
        for vessel in self.vessels:
            found += [
                _Nucleus(*_on(vessel, a, 1.0), rng.uniform(16, 26), 5, _tangent(vessel, a), 0.9)
                for a in rng.uniform(0, 6.28, 30)
            ]
        return found

    def _lining(self, rng: Rng) -> list[_Nucleus]:
        top = self.edges[0]
        places = np.arange(8, SIZE, 17) + rng.normal(0, 2, len(np.arange(8, SIZE, 17)))
        slope = np.gradient(top)
        return [
            _Nucleus(top[int(x) % SIZE] + rng.normal(72, 8), x, rng.uniform(16, 22), rng.uniform(7, 9),
                     np.pi / 2 - np.arctan(slope[int(x) % SIZE]) + rng.normal(0, 0.08), rng.uniform(0.7, 1.0))
            for x in places
        ]  # fmt: skip

    def _stroma(self, rng: Rng) -> NDArray:
        """Where loose nuclei lie, with their layer: on a shaken grid, kept by chance, none in crypts and vessels."""
        at = np.stack(np.meshgrid(np.arange(14, SIZE, 29.0), np.arange(14, SIZE, 29.0), indexing="ij"), -1).reshape(
            -1, 2
        )
        at = np.clip(at + rng.uniform(-11, 11, at.shape), 0, SIZE - 1)
        columns = at[:, 1].astype(int)
        layer = sum((at[:, 0] > edge[columns]).astype(int) for edge in self.edges)
        keep = np.array([0.0, 0.66, 0.5, 0.11, 0.17])[layer] > rng.random(len(at))
        keep &= at[:, 0] > self.edges[0][columns] + 110
        for outline in [crypt.outline for crypt in self.crypts] + self.vessels:
            near = np.flatnonzero((np.abs(at - outline.centre) < outline.reach).all(1))
            keep[near] &= outline.distance(*(at[near] - outline.centre).T) > 1.06
        return np.column_stack([at, layer])[keep]

    def _blood(self, rng: Rng, vessel: Outline) -> NDArray:
        reach = vessel.reach
        points = spaced(rng, (2 * reach, 2 * reach), 22) - reach
        inside = vessel.distance(points[:, 0], points[:, 1]) < 0.84
        return points[inside & (rng.random(len(points)) < 0.75)] + np.array(vessel.centre)

    def _ground(self, top: int) -> tuple[Floats, Floats, Floats]:
        """Eosin and haematoxylin of the layers, with their fibres."""
        y = np.arange(top, top + TILE, dtype=np.float32)[:, None]
        lumen, thin, sub, muscle = (np.clip((y - edge[None].astype(np.float32)) / w + 0.5, 0, 1)
                                    for edge, w in zip(self.edges, (5, 60, 60, 70)))  # fmt: skip
        fine, grain, fibre = (self._tile(name, top) for name in ("fine", "grain", "fibre"))
        wavy = self._waves(top)
        stroma = 0.19 + 0.05 * fine + 0.035 * grain
        band = 0.34 + 0.07 * fibre + 0.03 * grain
        loose = np.clip(0.2 + 0.13 * wavy, 0.02, 0.6) + 0.02 * grain
        eosin = stroma + (band - stroma) * thin + (loose - band) * sub + (band * 1.12 - loose) * muscle
        lining = np.clip((y - self.edges[0][None].astype(np.float32)) / 110, 0, 1)
        surface = (lumen > 0) * (lining < 1)
        eosin = np.where(surface, 0.23 + 0.12 * (lining < 0.06) + 0.03 * fine, eosin)
        haem = 0.035 + 0.012 * grain + 0.03 * (1 - thin) + 0.05 * surface * (0.3 + lining)
        return (
            (np.maximum(eosin, 0) * lumen).astype(np.float32),
            (haem * lumen).astype(np.float32),
            np.zeros_like(eosin),
        )

    def _tile(self, name: str, top: int) -> Floats:
        tile = self.tiles[name]
        rows = tile[np.arange(top, top + TILE) % len(tile)]
        return np.tile(rows, (1, SIZE // tile.shape[1]))

    def _waves(self, top: int) -> Floats:
        tile = self.tiles["fibre"]
        x = np.arange(SIZE)
        bend = 70 * np.sin(x / 310) + 45 * np.sin(x / 143 + 1) + 90 * np.sin(x / 870 + 2)
        rows = (np.arange(top, top + TILE)[:, None] + bend[None].astype(int)) % len(tile)
        return tile[rows, (x % tile.shape[1])[None]]

    def _draw_crypt(self, crypt: _Crypt, top: int, eosin: Floats, haem: Floats) -> None:
        centre = (crypt.outline.centre[0] - top, crypt.outline.centre[1])
        part, (y, x) = window((TILE, SIZE), centre, crypt.outline.reach * 1.05)
        if y.size == 0 or x.size == 0:
            return
        d = crypt.outline.distance(y, x)
        inside = soft(d, 0.03)
        around = (np.arctan2(y, x) + crypt.turn) % (2 * np.pi) / (2 * np.pi) * crypt.cells
        cell, across = around.astype(int) % crypt.cells, np.abs(around % 1 - 0.5) * 2
        goblet = crypt.goblets[cell]
        depth = (d - crypt.lumen) / (1 - crypt.lumen)
        mucus = np.clip((1 - np.hypot(across * 0.95, (depth - 0.36) / (0.24 + 0.1 * goblet))) * 6, 0, 1) * (
            goblet > 0.3
        )
        walls = np.clip((across - 0.86) * 8, 0, 1) * (depth > 0)
        fine = self._tile_part("fine", part, top)
        open_lumen = soft(d / crypt.lumen, 0.25)
        cytoplasm = 0.25 + 0.03 * fine + 0.09 * walls - 0.16 * mucus
        epithelium_e = cytoplasm * (1 - open_lumen) + 0.015 * open_lumen
        epithelium_h = (0.06 + 0.10 * mucus + 0.012 * fine) * (1 - 0.9 * open_lumen)
        gap = np.exp(-(((d - 1.03) / 0.03) ** 2))
        eosin[part] = eosin[part] * (1 - inside) * (1 - 0.45 * gap) + epithelium_e * inside
        haem[part] = haem[part] * (1 - inside) + epithelium_h * inside

    def _tile_part(self, name: str, part: tuple[slice, ...], top: int) -> Floats:
        tile = self.tiles[name]
        rows = np.arange(part[0].start + top, part[0].stop + top) % len(tile)
        return tile[rows[:, None], (np.arange(part[1].start, part[1].stop) % len(tile))[None]]

    def _draw_vessel(self, vessel: Outline, top: int, eosin: Floats, haem: Floats) -> None:
        part, (y, x) = window((TILE, SIZE), (vessel.centre[0] - top, vessel.centre[1]), vessel.reach * 1.3)
        if y.size == 0 or x.size == 0:
            return
        d = vessel.distance(y, x)
        inside = soft(d / 0.93, 0.03)
        wall = np.exp(-(((d - 1.05) / 0.1) ** 2))
        eosin[part] = eosin[part] * (1 - inside) + 0.24 * wall + 0.03 * inside
        haem[part] = haem[part] * (1 - inside)

    def _draw_blood(self, top: int, blood: Floats, eosin: Floats) -> None:
        for y, x in self.red_cells:
            if top - 20 < y < top + TILE + 20:
                part, (dy, dx) = window((TILE, SIZE), (y - top, x), 16)
                r = np.hypot(dy * (1 + 0.2 * np.sin(y)), dx) / 12.5
                disc = np.clip((1 - r) * 5, 0, 1) * (1 - 0.35 * np.exp(-((r / 0.45) ** 2)))
                blood[part] = np.maximum(blood[part], 0.36 * disc)
                eosin[part] += 0.22 * disc

    def _draw_nucleus(self, number: int, top: int, haem: Floats) -> None:
        n = self.nuclei[number]
        part, (y, x) = window((TILE, SIZE), (n.y - top, n.x), n.long * 1.15)
        if y.size == 0 or x.size == 0:
            return
        along, across = x * np.cos(n.angle) + y * np.sin(n.angle), y * np.cos(n.angle) - x * np.sin(n.angle)
        d = np.hypot(along / n.long, across / n.slim)
        blot = self.blots[number % len(self.blots)]
        half = len(blot) // 2
        grain = blot[
            np.clip((along * 1.0).astype(int) + half, 0, 2 * half - 1),
            np.clip(across.astype(int) + half, 0, 2 * half - 1),
        ]
        body = np.clip((1 - d) * n.slim / 2.2 + 0.5, 0, 1)
        haem[part] += n.dark * body * (0.55 + 0.16 * grain + 0.2 * np.exp(-(((d - 0.9) / 0.14) ** 2)))


def section(rng: Rng) -> Pyramid:
    """The colon's wall in haematoxylin and eosin, 8192 by 8192 pixels, a quarter of a micrometre each."""
    colon = _Colon(rng)
    return Pyramid((SIZE, SIZE, 3), TILE, PIXEL, RGB, colon.strip, SIZE // TILE, 60, colon.truth, "40x", 0.95)


_GRAINS = {"fine": (3.0, 3.0), "grain": (14.0, 14.0), "fibre": (7.0, 90.0)}


def _periodic(rng: Rng, size: int, along_y: float, along_x: float) -> Floats:
    """Smooth noise that continues across its own edges."""
    white = fft.rfft2(rng.standard_normal((size, size), dtype=np.float32))
    fy, fx = fft.fftfreq(size)[:, None], fft.rfftfreq(size)[None]
    field = fft.irfft2(
        white * np.exp(-2 * ((np.pi * along_y * fy / 2) ** 2 + (np.pi * along_x * fx / 2) ** 2)), (size, size)
    )
    return (field / field.std()).astype(np.float32)


def _wavy(rng: Rng, x: NDArray, level: float, swing: float) -> NDArray:
    waves = [np.sin(2 * np.pi * (k * x + rng.random())) / k for k in (1, 2, 3, 5)]
    return level + swing * np.sum(waves, axis=0) / 1.5


def _ring(rng: Rng, crypt: _Crypt) -> list[_Nucleus]:
    """The nuclei at the base of a crypt's cells, one a cell, pointing to the lumen."""
    found = []
    for cell in range(crypt.cells):
        angle = (cell + 0.5) / crypt.cells * 2 * np.pi - crypt.turn
        low = 0.8 if crypt.goblets[cell] > 0.3 else 0.72
        y, x = _on(crypt.outline, angle, low + rng.normal(0, 0.03), by_direction=True)
        long = rng.uniform(11, 14) if crypt.goblets[cell] > 0.3 else rng.uniform(15, 20)
        found.append(_Nucleus(y, x, long, rng.uniform(6.8, 8.5), angle + rng.normal(0, 0.1), rng.uniform(0.7, 1.0)))
    return found


def _on(outline: Outline, angle: float, share: float, *, by_direction: bool = False) -> tuple[float, float]:
    y, x = np.sin(angle), np.cos(angle)
    unit = float(outline.distance(np.array(y), np.array(x)))
    return outline.centre[0] + y * share / unit, outline.centre[1] + x * share / unit


def _tangent(outline: Outline, angle: float) -> float:
    (y0, x0), (y1, x1) = _on(outline, angle - 0.05, 1.0), _on(outline, angle + 0.05, 1.0)
    return float(np.arctan2(y1 - y0, x1 - x0))


def _chromatin_blot(rng: Rng) -> Floats:
    return np.clip(fractal(rng, (80, 80), 7, 2), -1.8, 1.8)


def _blur3(plane: Floats) -> Floats:
    # The objective's blur at 0.25 µm a pixel is about one pixel: a small binomial filter, edge to edge.
    return ndimage.convolve1d(ndimage.convolve1d(plane, (0.25, 0.5, 0.25), 0), (0.25, 0.5, 0.25), 1)


SPECIMENS = (Specimen("colon-section-he", section, 20.0),)

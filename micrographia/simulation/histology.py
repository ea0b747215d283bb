"""A stained section in colour: the wall of a colon in haematoxylin and eosin, as a pyramid.

Colour is Beer and Lambert's law with the stain vectors of Ruifrok and Johnston (see ``optics``). The section is too
large for memory: what lies where is drawn up first (crypts, vessels, nuclei), pixels are made one strip at a time.

Sizes after B. Young et al., Wheater's Functional Histology, chapter 14: the crypts are straight tubes, half a
millimetre deep and 60 µm wide, that stand side by side on the muscularis mucosae and open at the surface.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from micrographia.simulation.cameras import colour_frame
from micrographia.simulation.optics import Floats, stained
from micrographia.simulation.shapes import Outline, Rng, fractal, soft, spaced, window
from micrographia.simulation.specimens import Dye, Pyramid, Specimen

SIZE, PIXEL, TILE = 8192, 0.25, 256
RGB = (Dye("colour", "#FFFFFF", contrast="Brightfield"),)
# Width of a cell along the wall of a crypt, and height of the cells at the surface, in pixels.
CELL, SURFACE = 17.0, 105.0


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
    """A tube from its mouth (``top``) to its blind end (``base``); a shut one is cut aslant and shows no mouth."""

    x: float
    top: float
    base: float
    radius: float
    lumen: float
    sway: float
    shut: bool
    goblets: NDArray

    def axis(self, y: NDArray | float) -> NDArray:
        """Where the middle of the tube lies at a depth."""
        return self.x + self.sway * np.sin((np.asarray(y) - self.base) / 420)

    def wall(self, y: NDArray, x: NDArray) -> tuple[Floats, Floats]:
        """Distance from the middle in radii, and the place along the wall in pixels, 0 at the blind end's middle."""
        across, low = x - self.axis(y), self.base - self.radius
        below = np.maximum(y - low, 0) + (np.minimum(y - self.top - self.radius, 0) if self.shut else 0)
        along = np.maximum(low - y, 0) + self.radius * np.arctan2(np.abs(across) + 1e-3, np.maximum(below, 0))
        return np.hypot(across, below) / self.radius, along

    def on_wall(self, along: float, side: int, share: float) -> tuple[float, float, float]:
        """(y, x) at a place along the wall, ``share`` radii from the middle, and the direction across the wall."""
        turn = min(along / self.radius, np.pi / 2)
        low = self.base - self.radius
        y = low + share * self.radius * np.cos(turn) - max(along - self.radius * np.pi / 2, 0)
        return (
            y,
            float(self.axis(y)) + side * share * self.radius * np.sin(turn),
            np.arctan2(np.cos(turn), side * np.sin(turn)),
        )

    @property
    def length(self) -> float:
        """How long the wall is from the middle of the blind end to the mouth."""
        return self.radius * (np.pi / 2 - 1) + self.base - self.top - (self.radius if self.shut else 0.55 * SURFACE)


class _Colon:
    """The wall of a colon, 2 mm wide, from the lumen down: mucosa with crypts, thin muscle, submucosa, two muscles."""

    def __init__(self, rng: Rng):
        self.tiles = {name: _periodic(rng, 1024, *grain) for name, grain in _GRAINS.items()}
        x = np.arange(SIZE) / SIZE
        self.edges = [
            _wavy(rng, x, level, swing)
            for level, swing in ((620, 90), (2650, 110), (2830, 110), (4700, 200), (6600, 120))
        ]
        self.crypts = self._lay_crypts(rng)
        for crypt in self.crypts:
            # The surface dips into each mouth.
            self.edges[0] += 0 if crypt.shut else 58 * np.exp(-(((np.arange(SIZE) - crypt.axis(crypt.top)) / 66) ** 2))
        self.vessels = []
        for at in (900, 2500, 4200, 5600, 7400):
            place = (rng.uniform(3250, 4500), at + rng.uniform(-300, 300))
            radii = (rng.uniform(90, 230), rng.uniform(150, 420))
            self.vessels.append(Outline(rng, place, radii, rng.normal(0, 0.4), 0.06))
        self.red_cells = np.concatenate([self._blood(rng, vessel) for vessel in self.vessels])
        self.nuclei = sorted(self._lay_nuclei(rng), key=lambda n: n.y)
        self.rows = np.array([n.y for n in self.nuclei])
        self.stamps = _Stamps([_chromatin_blot(rng) for _ in range(6)])
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
        stains = [("haematoxylin", haem), ("eosin", eosin)] + ([("haemoglobin", blood)] if blood.any() else [])
        light = stained((0.97, 0.96, 0.965), *((name, _blur3(amount)) for name, amount in stains))
        return colour_frame(np.random.default_rng([self.seed, row]), light, photons=14000)

    def truth(self) -> dict:
        """Counts and places in pixels."""
        places = [[round(c.base), round(float(c.axis(c.base)))] for c in self.crypts]
        return {
            "crypts": len(self.crypts),
            "crypts_open_at_the_surface": sum(not c.shut for c in self.crypts),
            "crypt_bases_yx": places,
            "nuclei": len(self.nuclei),
            "nuclei_yx": [[round(n.y), round(n.x)] for n in self.nuclei],
            "vessels": len(self.vessels),
            "layers_yx": {"epithelium": int(self.edges[0].mean()), "muscularis mucosae": int(self.edges[1].mean()),
                          "submucosa": int(self.edges[2].mean()), "muscularis propria": int(self.edges[3].mean()),
                          "outer muscle": int(self.edges[4].mean())},
        }  # fmt: skip

    def _lay_crypts(self, rng: Rng) -> list[_Crypt]:
        crypts: list[_Crypt] = []
        x = rng.uniform(-60, 60)
        while x < SIZE + 150:
            column = int(np.clip(x, 0, SIZE - 1))
            top, base = self.edges[0][column], self.edges[1][column] - rng.uniform(35, 150)
            shut = rng.random() < 0.18 and not (crypts and crypts[-1].shut)
            top += rng.uniform(250, 700) if shut else 0
            radius, cells = rng.uniform(112, 130), 2 * int((base - top) / CELL + 20)
            crypts.append(
                _Crypt(x, top, base, radius, rng.uniform(0.13, 0.22), rng.normal(0, 16), shut, rng.random(cells))
            )
            x += radius + rng.uniform(190, 225)
        return crypts

    def _lay_nuclei(self, rng: Rng) -> list[_Nucleus]:
        found = [nucleus for crypt in self.crypts for nucleus in _ring(rng, crypt)]
        found += self._lining(rng)
        for y, x, layer in self._stroma(rng):
            if layer == 1 and rng.random() < 0.66:
                r = rng.uniform(9, 12.5)
                found.append(_Nucleus(y, x, r, r * rng.uniform(0.8, 1), 0.0, rng.uniform(0.7, 1.15)))
            elif layer == 1:
                angle = np.pi / 2 + rng.normal(0, 0.3)
                found.append(_Nucleus(y, x, rng.uniform(14, 24), rng.uniform(4.2, 6), angle, rng.uniform(0.6, 0.95)))
            elif layer == 5:
                r = rng.uniform(4.5, 8)
                found.append(_Nucleus(y, x, r, r, 0.0, rng.uniform(0.6, 0.95)))
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
        mouths = [(crypt.axis(crypt.top), 0.72 * crypt.radius) for crypt in self.crypts if not crypt.shut]
        return [
            _Nucleus(top[int(x) % SIZE] + rng.normal(70, 6), x, rng.uniform(16, 22), rng.uniform(7, 9),
                     np.pi / 2 + np.arctan(slope[int(x) % SIZE]) + rng.normal(0, 0.08), rng.uniform(0.7, 1.0))
            for x in places if all(abs(x - mouth) > wide for mouth, wide in mouths)
        ]  # fmt: skip

    def _stroma(self, rng: Rng) -> NDArray:
        """Where loose nuclei lie, with their layer: on a shaken grid, kept by chance, none in crypts and vessels."""
        at = np.stack(np.meshgrid(np.arange(14, SIZE, 29.0), np.arange(14, SIZE, 29.0), indexing="ij"), -1).reshape(
            -1, 2
        )
        at = np.clip(at + rng.uniform(-11, 11, at.shape), 0, SIZE - 1)
        columns = at[:, 1].astype(int)
        layer = sum((at[:, 0] > edge[columns]).astype(int) for edge in self.edges)
        keep = np.array([0.0, 0.62, 0.5, 0.11, 0.17, 0.2])[layer] > rng.random(len(at))
        keep &= at[:, 0] > self.edges[0][columns] + SURFACE + 12
        for crypt in self.crypts:
            near = np.flatnonzero(np.abs(at[:, 1] - crypt.x) < 1.5 * crypt.radius)
            near = near[(at[near, 0] > crypt.top) & (at[near, 0] < crypt.base + 20)]
            keep[near] &= crypt.wall(*at[near].T)[0] > 1.12
        for outline in self.vessels:
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
        lumen, thin, sub, muscle, outer = (
            self._below(edge, w, top) for edge, w in zip(self.edges, (5, 60, 60, 70, 40))
        )
        grain = self._tile("grain", top)
        eosin = np.zeros((TILE, SIZE), np.float32)
        for share, layer in ((lumen - thin, self._mucosa), (thin - sub, self._band), (sub - muscle, self._loose),
                             (muscle - outer, self._band), (outer, self._bundles)):  # fmt: skip
            if np.any(share):
                eosin += share * layer(top)
        eosin += 0.02 * grain
        haem = 0.035 + 0.012 * grain + 0.03 * (lumen - thin)
        if np.any(np.asarray(lumen) < 1) or top < self.edges[0].max() + SURFACE:
            into = (np.arange(top, top + TILE)[:, None] - self.edges[0][None]).astype(np.float32) / SURFACE
            lining = np.clip((1 - into) * 12, 0, 1)
            walls = np.clip((np.abs(np.arange(SIZE) / CELL % 1 - 0.5) * 2 - 0.86) * 8, 0, 1).astype(np.float32)
            eosin += lining * (0.23 + 0.09 * walls + 0.14 * (into < 0.06) - eosin)
            haem = haem + lining * (0.015 + 0.03 * np.clip(into, 0, 1))
            eosin, haem = eosin * lumen, haem * lumen
        return np.maximum(eosin, 0, out=eosin), haem.astype(np.float32), np.zeros_like(eosin)

    def _below(self, edge: NDArray, width: float, top: int) -> Floats | float:
        """1 below an edge between layers, 0 above it: a plain number for strips that it does not cross."""
        if edge.min() - width > top + TILE:
            return 0.0
        if edge.max() + width < top:
            return 1.0
        away = np.arange(top, top + TILE, dtype=np.float32)[:, None] - edge[None].astype(np.float32)
        return np.clip(away / np.float32(width) + np.float32(0.5), 0, 1)

    def _mucosa(self, top: int) -> Floats:
        return 0.15 + 0.045 * self._tile("fine", top) + 0.03 * self._tile("grain", top)

    def _band(self, top: int) -> Floats:
        return 0.35 + 0.07 * self._tile("fibre", top)

    def _bundles(self, top: int) -> Floats:
        """The outer coat of muscle, whose fibres run along the gut: they are cut across, in bundles."""
        tile, x = self.tiles["bundle"], np.arange(SIZE)
        # Each repeat of the tile lies lower than the one before: the eye finds no columns.
        rows = (np.arange(top, top + TILE)[:, None] + (0.37 * x).astype(int)[None]) % len(tile)
        gaps = np.clip(1.1 - 1.6 * np.abs(tile[rows, (x % len(tile))[None]]), 0, 1) ** 6
        return 0.33 + 0.09 * self._tile("fine", top) - 0.2 * gaps

    def _loose(self, top: int) -> Floats:
        return np.clip(0.2 + 0.13 * self._waves(top), 0.02, 0.6)

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
        half = 1.1 * crypt.radius + abs(crypt.sway)
        first, last = max(top, int(crypt.top)), min(top + TILE, int(crypt.base) + 20)
        left, right = (int(np.clip(crypt.x + sign * half, 0, SIZE)) for sign in (-1, 1))
        if first >= last or left >= right:
            return
        part = (slice(first - top, last - top), slice(left, right))
        y, x = np.arange(first, last, dtype=np.float32)[:, None], np.arange(left, right, dtype=np.float32)[None]
        d, along = crypt.wall(y, x)
        fine = self._tile_part("fine", part, top)
        around = along / CELL
        cell = 2 * around.astype(int) + (x > crypt.axis(y))
        goblet = crypt.goblets[np.minimum(cell, len(crypt.goblets) - 1)]
        lumen = crypt.lumen * (1 + (0 if crypt.shut else 1.6 * np.exp((crypt.top - y) / 60)))
        across, depth = np.abs(around % 1 - 0.5) * 2, (d - lumen) / (1 - lumen)
        mucus = np.clip((1 - np.hypot(across * 0.95, (depth - 0.36) / (0.24 + 0.1 * goblet))) * 6, 0, 1) * (
            goblet > 0.3
        )
        walls = np.clip((across - 0.86) * 8, 0, 1) * (depth > 0)
        # At the mouth the wall of the tube turns into the lining of the surface.
        inside = (
            soft(d, 0.03) if crypt.shut else soft(d, 0.03) * np.clip((y - self.edges[0][None, left:right]) / 12, 0, 1)
        )
        hollow = soft(d / lumen, 0.25)
        eosin[part] *= (1 - inside) * (1 - 0.45 * np.exp(-(((d - 1.03) / 0.03) ** 2)))
        eosin[part] += inside * (0.25 + 0.03 * fine + 0.09 * walls - 0.16 * mucus)
        haem[part] *= 1 - inside
        haem[part] += inside * (0.06 + 0.10 * mucus + 0.012 * fine)
        for stain in (eosin, haem):
            stain[part] *= 1 - 0.95 * hollow

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
        near = np.abs(self.red_cells[:, 0] - top - TILE / 2) < TILE / 2 + 20
        for y, x in self.red_cells[near]:
            part, (dy, dx) = window((TILE, SIZE), (y - top, x), 16)
            if dy.size and dx.size:
                r = np.hypot(dy * (1 + 0.2 * np.sin(y)), dx) / 12.5
                disc = np.clip((1 - r) * 5, 0, 1) * (1 - 0.35 * np.exp(-((r / 0.45) ** 2)))
                blood[part] = np.maximum(blood[part], 0.36 * disc)
                eosin[part] += 0.22 * disc

    def _draw_nucleus(self, number: int, top: int, haem: Floats) -> None:
        n = self.nuclei[number]
        stamp = self.stamps.of(n, number)
        half = len(stamp) // 2
        y, x = round(n.y) - half - top, round(n.x) - half
        rows, columns = (slice(max(0, -at), max(0, min(len(stamp), most - at))) for at, most in ((y, TILE), (x, SIZE)))
        seen = stamp[rows, columns]
        if seen.size:
            haem[y + rows.start : y + rows.stop, x + columns.start : x + columns.stop] += n.dark * seen


class _Stamps:
    """Nuclei drawn once for each size and direction, in steps that nobody sees, and stamped many times."""

    def __init__(self, blots: list[Floats]):
        self.blots = blots
        self._drawn = lru_cache(maxsize=None)(self._draw)

    def of(self, nucleus: _Nucleus, number: int) -> Floats:
        """The picture of a nucleus, its middle in the middle."""
        turn = round(nucleus.angle % np.pi / np.pi * 36) % 36
        return self._drawn(2 * round(nucleus.long / 2), round(nucleus.slim), turn, number % len(self.blots))

    def _draw(self, long: int, slim: int, turn: int, blot: int) -> Floats:
        half, angle = int(1.15 * long) + 2, turn / 36 * np.pi
        y, x = np.mgrid[-half : half + 1, -half : half + 1].astype(np.float32)
        along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
        d = np.hypot(along / long, across / slim)
        grain = self.blots[blot][along.astype(int) + 60, across.astype(int) + 60]
        body = np.clip((1 - d) * slim / 2.2 + 0.5, 0, 1)
        return (body * (0.55 + 0.16 * grain + 0.2 * np.exp(-(((d - 0.9) / 0.14) ** 2)))).astype(np.float32)


def section(rng: Rng) -> Pyramid:
    """The colon's wall in haematoxylin and eosin, 8192 by 8192 pixels, a quarter of a micrometre each."""
    colon = _Colon(rng)
    return Pyramid((SIZE, SIZE, 3), TILE, PIXEL, RGB, colon.strip, SIZE // TILE, 60, colon.truth, "40x", 0.95)


_GRAINS = {"fine": (3.0, 3.0), "grain": (14.0, 14.0), "fibre": (7.0, 90.0), "bundle": (110.0, 110.0)}


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
    """The nuclei at the base of a crypt's cells, one a cell, pointing to the lumen; flat fibroblasts lie round it."""
    found = []
    for index in range(2 * int(crypt.length / CELL)):
        cell, side = index // 2, 1 if index % 2 else -1
        goblet = crypt.goblets[index] > 0.3
        share = (0.82 if goblet else 0.74) + rng.normal(0, 0.02)
        y, x, angle = crypt.on_wall((cell + 0.5) * CELL, side, share)
        long = rng.uniform(11, 14) if goblet else rng.uniform(15, 20)
        found.append(_Nucleus(y, x, long, rng.uniform(6.4, 8), angle + rng.normal(0, 0.1), rng.uniform(0.7, 1.0)))
    for along in np.arange(20, crypt.length - 40, 62):
        y, x, angle = crypt.on_wall(along + rng.uniform(-18, 18), rng.choice([-1, 1]), 1.075)
        found.append(_Nucleus(y, x, rng.uniform(18, 28), rng.uniform(3.6, 5), angle + np.pi / 2, rng.uniform(0.6, 0.9)))
    return found


def _on(outline: Outline, angle: float, share: float) -> tuple[float, float]:
    y, x = np.sin(angle), np.cos(angle)
    unit = float(outline.distance(np.array(y), np.array(x)))
    return outline.centre[0] + y * share / unit, outline.centre[1] + x * share / unit


def _tangent(outline: Outline, angle: float) -> float:
    (y0, x0), (y1, x1) = _on(outline, angle - 0.05, 1.0), _on(outline, angle + 0.05, 1.0)
    return float(np.arctan2(y1 - y0, x1 - x0))


def _chromatin_blot(rng: Rng) -> Floats:
    return np.clip(fractal(rng, (120, 120), 7, 2), -1.8, 1.8)


def _blur3(plane: Floats) -> Floats:
    # The objective's blur at 0.25 µm a pixel is about one pixel: a small binomial filter that leaves the edges.
    blurred = plane.copy()
    blurred[1:-1] = 0.5 * plane[1:-1] + 0.25 * (plane[:-2] + plane[2:])
    plane = blurred.copy()
    blurred[:, 1:-1] = 0.5 * plane[:, 1:-1] + 0.25 * (plane[:, :-2] + plane[:, 2:])
    return blurred


SPECIMENS = (Specimen("colon-section-he", section, 10.5),)

"""Image files that lie in memory, for tests of what is done with pixels."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np

from micrographia.collection.records import Channel, Facts, Sizes
from micrographia.imaging.readers.reader import ImageFile


class ArrayFile(ImageFile):
    """An array (t, z, c, y, x), or (t, z, 1, y, x, 3) for colour, as an open image file that counts its reads."""

    def __init__(self, array: np.ndarray, *, levels: int = 1, content_hash: str = "ab" * 32, **facts):
        self.path = Path("array.tif")
        self.array = array
        self.colour = array.ndim == 6
        self.reads = 0
        self.largest_read = 0
        self.closed = False
        self._counting = threading.Lock()
        t, z, c, y, x = array.shape[:5]
        self.facts = Facts(
            Sizes(y, x, z, 3 if self.colour else c, t),
            array.dtype.name,
            colour=self.colour,
            channels=facts.pop("channels", tuple(Channel() for _ in range(3 if self.colour else c))),
            levels=tuple((-(-y // 2**level), -(-x // 2**level)) for level in range(levels)),
            content_hash=content_hash,
            format=facts.pop("format", "TIFF"),
            **facts,
        )

    def _region(self, t, z, c, level, rows, columns):
        plane = self.array[t, z, 0 if self.colour else c]
        if self.colour and c is not None:
            plane = plane[..., c]
        region = plane[:: 2**level, :: 2**level][slice(*rows), slice(*columns)]
        with self._counting:
            self.reads += 1
            self.largest_read = max(self.largest_read, region.nbytes)
        return region

    def _release(self):
        self.closed = True


def made(*shape: int, dtype: str = "uint16", most: int = 4000, seed: int = 0) -> np.ndarray:
    """Random samples of a shape."""
    random = np.random.default_rng(seed)
    values = random.random(shape) * most
    return values.astype(dtype)

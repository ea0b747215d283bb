"""Indexing against plain reading: images and MB a second with one and with two processes, and tifffile alone."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tifffile

from micrographia.indexing import index

IMAGES = 60


def main() -> None:
    """Print the throughput of indexing beside that of reading every plane with tifffile."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "images"
        size = _write(source)
        print(f"{IMAGES} z-stacks of 2 channels, 5 slices, 512², {size / 1e6:.0f} MB")
        plain = _seconds(lambda: [tifffile.imread(path) for path in sorted(source.glob("*.tif"))])
        _say("tifffile reads every plane", plain, size, plain)
        for processes in (1, 2):
            library = Path(folder) / f"library-{processes}"
            seconds = _seconds(lambda n=processes, to=library: index(source, to, processes=n))
            _say(f"index, {processes} process{'es' * (processes > 1)}", seconds, size, plain)
        again = _seconds(lambda: index(source, Path(folder) / "library-2", processes=2))
        _say("index again, nothing changed", again, size, plain)


def _write(folder: Path) -> int:
    folder.mkdir()
    rng = np.random.default_rng(0)
    for i in range(IMAGES):
        stack = rng.poisson(100 + i, (5, 2, 512, 512)).astype(np.uint16)
        metadata = {"axes": "ZCYX", "PhysicalSizeX": 0.1, "PhysicalSizeXUnit": "µm"}
        tifffile.imwrite(folder / f"{i:03d}.ome.tif", stack, ome=True, metadata=metadata)
    return sum(path.stat().st_size for path in folder.iterdir())


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _say(what: str, seconds: float, size: int, plain: float) -> None:
    rates = f"{IMAGES / seconds:7.1f} images/s {size / 1e6 / seconds:7.1f} MB/s"
    print(f"  {what:<32} {seconds:6.2f} s {rates}   {plain / seconds:5.2f} x plain reading")


if __name__ == "__main__":
    main()

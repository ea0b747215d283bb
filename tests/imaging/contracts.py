"""What every reader of image files promises; each reader's tests inherit it."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import numpy as np
import pytest

from micrographia.errors import Invalid, NotFound
from micrographia.imaging.files import content_hash, describe, inspect, open_image


def open_files(under: Path) -> list[str]:
    """The files below a folder that this process has open; none where the system does not tell."""
    places = Path("/proc/self/fd")
    if not places.is_dir():
        return []
    found = []
    for place in list(places.iterdir()):
        try:
            found.append(os.readlink(place))
        except OSError:
            continue
    return [name for name in found if name.startswith(str(under))]


class ReaderContract:
    """A reader gives the pixels that were written, by region, from several threads, and lets go of its files."""

    def make(self, folder: Path) -> tuple[Path, np.ndarray]:
        """An image in the folder, and its samples on the axes (t, z, c, y, x); a colour image has c = 3."""
        raise NotImplementedError

    @pytest.fixture
    def made(self, tmp_path):
        yield self.make(tmp_path)
        assert open_files(tmp_path) == []

    def test_sizes_and_type_are_those_written(self, made):
        path, data = made
        with open_image(path) as image:
            sizes = image.facts.sizes
            assert (sizes.t, sizes.z, sizes.c, sizes.y, sizes.x) == data.shape
            assert np.dtype(image.facts.dtype) == data.dtype
            assert image.facts.levels[0] == (sizes.y, sizes.x)
            assert len(image.facts.channels) == sizes.c
            assert image.files

    def test_every_plane_is_the_one_written(self, made):
        path, data = made
        with open_image(path) as image:
            for t, z, c in np.ndindex(data.shape[:3]):
                self.check(image.read(t, z, c), data[t, z, c])

    def test_a_region_is_that_part_of_the_plane(self, made):
        path, data = made
        with open_image(path) as image:
            self.check(image.read(y=slice(3, 11), x=slice(5, 20)), data[0, 0, 0, 3:11, 5:20])
            self.check(image.read(y=slice(-4, None), x=slice(0, 999)), data[0, 0, 0, -4:])
            assert image.read(y=slice(4, 4)).shape == (0, data.shape[-1])

    def test_colour_comes_as_one_array(self, made):
        path, data = made
        with open_image(path) as image:
            if not image.facts.colour:
                with pytest.raises(Invalid):
                    image.read(c=None)
                return
            self.check(image.read(c=None), np.moveaxis(data[0, 0], 0, -1))
            assert [channel.name for channel in image.facts.channels] == ["Red", "Green", "Blue"]

    def test_planes_that_are_not_there_are_not_found(self, made):
        path, data = made
        with open_image(path) as image:
            for position in ({"t": data.shape[0]}, {"z": -1}, {"c": 99}, {"level": 40}):
                with pytest.raises(NotFound):
                    image.read(**position)

    def test_threads_read_what_one_reads(self, made):
        path, data = made
        wrong: list[tuple[int, ...]] = []
        positions = list(np.ndindex(data.shape[:3]))[:24]
        with open_image(path) as image:
            expected = {position: image.read(*position) for position in positions}

            def _read(order):
                wrong.extend(p for p in order if not np.array_equal(image.read(*p), expected[p]))

            threads = [threading.Thread(target=_read, args=(positions[i:] + positions[:i],)) for i in range(4)]
            [thread.start() for thread in threads]
            [thread.join() for thread in threads]
        assert wrong == []

    def test_a_closed_image_is_not_read(self, made):
        image = open_image(made[0])
        image.close()
        image.close()
        with pytest.raises(Invalid):
            image.read()

    def test_inspecting_gives_the_hash_and_describing_the_json(self, made):
        path, data = made
        facts, _ = inspect(path)
        assert facts is not None
        assert len(facts.content_hash) == 64
        assert facts.content_hash == content_hash(path, ()) or path.is_file()
        said = describe(path)
        assert list(said) == [
            "file", "axes", "dtype", "colour", "labels", "pixel_size_um", "frame_interval_s", "channels", "levels",
            "findings",
        ]  # fmt: skip
        assert list(said["axes"].values()) == [data.shape[i] for i in (0, 2, 1, 3, 4)]
        assert said["dtype"] == data.dtype.name

    def check(self, found: np.ndarray, expected: np.ndarray) -> None:
        """Compare exactly; readers of lossy formats allow for the loss."""
        assert found.dtype == expected.dtype
        assert np.array_equal(found, expected)

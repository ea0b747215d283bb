"""An open image as the viewer sees it: levels, tiles, slices and projections."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrographia.collection.records import Facts, Sizes
from micrographia.errors import Invalid, NotFound
from micrographia.imaging import planes
from micrographia.imaging.planes import Level, Pixels, Projection, identity, levels_of, position, project
from micrographia.imaging.pyramids import reduce
from tests.imaging.arrays import ArrayFile, made


def test_a_small_plane_is_one_tile(tmp_path):
    array = made(2, 3, 2, 20, 30)
    with Pixels(ArrayFile(array), tmp_path) as pixels:
        assert pixels.levels == (Level(20, 30, 30, 1, 1),)
        assert np.array_equal(pixels.tile(0, 1, 2, 0, 0, 1), array[1, 2, 1])


def test_a_large_plane_has_tiles_and_gets_levels(tmp_path):
    array = made(1, 1, 1, 2600, 2100)
    with Pixels(ArrayFile(array), tmp_path) as pixels:
        assert [(level.y, level.x, level.rows, level.cols) for level in pixels.levels] == [
            (2600, 2100, 6, 5),
            (1300, 1050, 1, 1),
            (650, 525, 1, 1),
        ]
        assert np.array_equal(pixels.tile(0, 0, 0, 5, 4, 0), array[0, 0, 0, 2560:, 2048:])
        half = reduce(array[0, 0, 0])
        assert np.array_equal(pixels.tile(1, 0, 0, 0, 0, 0), half)
        assert np.array_equal(pixels.tile(2, 0, 0, 0, 0, 0), reduce(half))


def test_the_files_own_levels_are_used(tmp_path):
    array = made(1, 1, 1, 2600, 2100)
    with Pixels(ArrayFile(array, levels=3), tmp_path) as pixels:
        assert len(pixels.levels) == 3
        assert np.array_equal(pixels.tile(2, 0, 0, 0, 0, 0), array[0, 0, 0, ::4, ::4])
    assert not list(tmp_path.rglob("*.pyramid"))


def test_levels_that_end_too_early_are_continued(tmp_path):
    array = made(1, 1, 1, 10, 9000, dtype="uint8", most=200)
    with Pixels(ArrayFile(array, levels=2), tmp_path) as pixels:
        assert [level.x for level in pixels.levels] == [9000, 4500, 2250, 1125, 563]
        assert np.array_equal(pixels.tile(2, 0, 0, 0, 1, 0), reduce(array[0, 0, 0, ::2, ::2])[:, 512:1024])


def test_colour_tiles(tmp_path):
    array = made(1, 1, 1, 2100, 40, 3, dtype="uint8", most=255)
    with Pixels(ArrayFile(array), tmp_path) as pixels:
        assert pixels.samples == (None,)
        assert np.array_equal(pixels.tile(0, 0, 0, 1, 0, None), array[0, 0, 0, 512:1024])
        assert np.array_equal(pixels.tile(1, 0, 0, 0, 0, None), reduce(array[0, 0, 0]))


def test_label_levels_hold_only_labels_that_are_there(tmp_path):
    array = made(1, 1, 1, 2100, 2100, most=5) * 1000
    with Pixels(ArrayFile(array, labels=True), tmp_path) as pixels:
        assert set(np.unique(pixels.tile(2, 0, 0, 0, 0, 0))) <= set(range(0, 5000, 1000))


@pytest.mark.parametrize("method", ["max", "mean", "sum"])
def test_projections_are_those_of_numpy(tmp_path, method):
    array = made(1, 6, 1, 20, 30, most=65535)
    with Pixels(ArrayFile(array), tmp_path) as pixels:
        plane = pixels.tile(0, 0, Projection(method, 1, 4), 0, 0, 0)
    expected = getattr(np, method)(array[0, 1:5, 0].astype(np.float64), axis=0)
    assert np.allclose(plane, expected)
    assert plane.dtype == {"max": "uint16", "mean": "float32", "sum": "uint32"}[method]


def test_projections_of_large_planes_have_levels_too(tmp_path):
    array = made(1, 3, 1, 2100, 30)
    with Pixels(ArrayFile(array), tmp_path) as pixels:
        plane = pixels.tile(1, 0, Projection("sum", 0, 2), 0, 0, 0)
    assert np.array_equal(plane, reduce(array[0, :, 0].astype(np.uint32).sum(axis=0, dtype=np.uint32)))


@given(st.sampled_from(["uint8", "int8", "uint16", "int16", "uint32", "int32"]), st.integers(1, 4), st.booleans())
def test_sums_never_overflow(dtype, count, least):
    info = np.iinfo(dtype)
    value = info.min if least else info.max
    total = project(iter([np.full((1, 1), value, dtype)] * count), "sum", count)
    assert total.item() == int(value) * count


def test_a_slow_file_is_copied_into_tiles(tmp_path, monkeypatch):
    monkeypatch.setattr(planes, "SLOW_TILE_S", -1.0)
    array = made(1, 1, 1, 2600, 2100)
    file = ArrayFile(array)
    with Pixels(file, tmp_path) as pixels:
        assert not pixels.is_ready(0, 0, 0, 0)
        assert np.array_equal(pixels.tile(0, 0, 0, 5, 4, 0), array[0, 0, 0, 2560:, 2048:])
        reads = file.reads
        assert np.array_equal(pixels.tile(0, 0, 0, 1, 2, 0), array[0, 0, 0, 512:1024, 1024:1536])
        assert np.array_equal(pixels.tile(1, 0, 0, 0, 0, 0), reduce(array[0, 0, 0]))
        assert file.reads == reads
        assert pixels.is_ready(0, 0, 0, 0)


def test_positions():
    assert position("7", 10) == 7
    assert position("max", 10) == Projection("max", 0, 9)
    assert position("sum:3-9", 10) == Projection("sum", 3, 9)
    for text in ("10", "max:3-10"):
        with pytest.raises(NotFound):
            position(text, 10)
    with pytest.raises(Invalid, match="more than"):
        position("max", 10_000)
    for text in ("", "-1", "1.5", "median", "max:", "max:5-3", "²", "1" * 30, "max:1-2;"):
        with pytest.raises(Invalid):
            position(text, 10)


@pytest.mark.parametrize("place", [(9, 0, 0, 0, 0, 0), (0, 2, 0, 0, 0, 0), (0, 0, 3, 0, 0, 0), (0, 0, 0, 1, 0, 0)])
def test_what_is_not_there_is_said(tmp_path, place):
    with Pixels(ArrayFile(made(2, 3, 2, 20, 30)), tmp_path) as pixels, pytest.raises(NotFound):
        pixels.tile(*place)


def test_channels_are_not_colour(tmp_path):
    with Pixels(ArrayFile(made(1, 1, 2, 20, 30)), tmp_path) as pixels:
        with pytest.raises(Invalid):
            pixels.tile(0, 0, 0, 0, 0, None)
        with pytest.raises(NotFound):
            pixels.tile(0, 0, 0, 0, 0, 2)


def test_without_a_cache_folder_nothing_stays_behind():
    pixels = Pixels(ArrayFile(made(1, 1, 1, 2100, 30)))
    assert pixels.tile(1, 0, 0, 0, 0, 0).shape == (1050, 15)
    folder = pixels._folder
    assert folder.exists()
    pixels.close()
    assert not folder.exists()
    assert pixels.file.closed


def test_derived_things_have_a_new_name_when_the_pixels_mean_something_else():
    facts = Facts(Sizes(10, 10), "uint16", content_hash="a" * 64)
    others = [
        replace(facts, content_hash="b" * 64),
        replace(facts, labels=True),
        replace(facts, sizes=Sizes(10, 10, t=2)),
    ]
    assert len({identity(each) for each in [facts, *others]}) == 4


@given(st.integers(1, 200_000), st.integers(1, 200_000))
def test_every_pixel_of_every_level_lies_in_a_tile(y, x):
    for level in levels_of(Facts(Sizes(y, x), "uint8", levels=((y, x),))):
        assert (level.rows - 1) * level.tile < level.y <= level.rows * level.tile
        assert (level.cols - 1) * level.tile < level.x <= level.cols * level.tile

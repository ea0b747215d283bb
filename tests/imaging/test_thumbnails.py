"""Thumbnails, strips and overviews: small, true to the default display, and bounded in what they read."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from micrographia.collection.records import Channel
from micrographia.errors import Invalid, NotFound
from micrographia.imaging import thumbnails
from micrographia.imaging.colours import label_colours
from micrographia.imaging.thumbnails import (
    check_axis,
    overview,
    overview_indices,
    reduced,
    sheet,
    strip,
    strip_indices,
    thumbnail,
    thumbnail_path,
    write_thumbnails,
)
from tests.imaging.arrays import ArrayFile, made


def picture_of(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def stack(background: int, thing: int) -> ArrayFile:
    """A stack with one thing in its first slice only."""
    array = np.full((1, 9, 1, 64, 64), background, np.uint8)
    array[0, 0, 0, 20:40, 20:40] = thing
    return ArrayFile(array, channels=(Channel(limits=(0, 255)),))


@pytest.mark.parametrize("edge", [256, 512])
def test_the_longer_edge_fits(edge):
    file = ArrayFile(made(1, 1, 1, 300, 1200, most=65535))
    assert picture_of(thumbnail(file, file.facts, edge)).shape == (edge // 4, edge, 3)


def test_a_small_image_is_not_blown_up():
    file = ArrayFile(made(1, 1, 1, 20, 30))
    assert picture_of(thumbnail(file, file.facts, 256)).shape == (20, 30, 3)


def test_channels_have_their_colours():
    array = np.zeros((1, 1, 2, 64, 64), np.uint8)
    array[0, 0, 0, :, :32] = 255
    array[0, 0, 1, :, 32:] = 255
    file = ArrayFile(array)
    picture = picture_of(thumbnail(file, file.facts, 256)).astype(int)
    assert np.abs(picture[32, 10] - (0, 255, 255)).max() < 40
    assert np.abs(picture[32, 54] - (255, 0, 255)).max() < 40


def test_colour_stays_colour():
    array = np.zeros((1, 1, 1, 64, 64, 3), np.uint8)
    array[..., 0], array[..., 1] = 200, 90
    file = ArrayFile(array)
    assert np.abs(picture_of(thumbnail(file, file.facts, 256)).astype(int) - (200, 90, 0)).max() < 12


def test_labels_have_their_fixed_colours():
    file = ArrayFile(np.full((1, 1, 1, 600, 600), 7, np.uint16), labels=True)
    assert np.abs(picture_of(thumbnail(file, file.facts, 256)).astype(int) - label_colours(np.array(7))).max() < 20


def test_fluorescence_is_seen_as_its_maximum():
    file = stack(background=5, thing=250)
    assert picture_of(thumbnail(file, file.facts, 256))[30, 30].min() > 200


def test_bright_field_is_seen_as_its_middle():
    file = stack(background=200, thing=255)
    picture = picture_of(thumbnail(file, file.facts, 256))
    assert np.abs(picture.astype(int) - 200).max() < 6


def test_a_time_series_is_seen_half_way_through():
    array = np.zeros((9, 1, 1, 64, 64), np.uint8)
    array[4, ..., 20:40, 20:40] = 250
    file = ArrayFile(array, channels=(Channel(limits=(0, 255)),))
    assert picture_of(thumbnail(file, file.facts, 256))[30, 30].min() > 200


def test_strips_hold_frames_side_by_side():
    array = np.zeros((40, 1, 1, 32, 32), np.uint8)
    array += (np.arange(40, dtype=np.uint8) * 6)[:, None, None, None, None]
    file = ArrayFile(array)
    indices = strip_indices(file.facts, "t")
    assert (len(indices), indices[0], indices[-1]) == (16, 0, 39)
    picture = picture_of(strip(file, file.facts, "t", 256))
    assert picture.shape == (32, 16 * 32, 3)
    middles = picture[16, 16::32, 0].astype(int)
    assert np.abs(middles - np.array(indices) * 6).max() < 8


def test_a_strip_over_z_shows_slices():
    file = stack(background=5, thing=250)
    picture = picture_of(strip(file, file.facts, "z", 256))
    assert picture.shape == (64, 9 * 64, 3)
    assert picture[30, 30].min() > 200
    assert picture[30, 64 + 30].max() < 50


def test_reduced_planes_are_means_read_in_bands(monkeypatch):
    monkeypatch.setattr(thumbnails, "BAND_BYTES", 1 << 16)
    array = made(1, 1, 1, 1000, 700)
    file = ArrayFile(array)
    small = reduced(file, file.facts, 0, (0,), 0, 96)
    assert small.shape == (100, 70)
    expected = array[0, 0, 0].reshape(100, 10, 70, 10).mean(axis=(1, 3))
    assert np.abs(small - expected).max() <= 0.51
    assert file.largest_read <= 1 << 16


def test_extreme_shapes_are_reduced():
    for shape in [(1, 5000), (5000, 1), (3, 4000)]:
        file = ArrayFile(made(1, 1, 1, *shape))
        assert max(picture_of(thumbnail(file, file.facts, 256)).shape) <= 256


def test_the_smallest_level_that_is_large_enough_is_read():
    file = ArrayFile(made(1, 1, 1, 2048, 2048, dtype="uint8", most=200), levels=4)
    thumbnail(file, file.facts, 256)
    assert file.largest_read == 256 * 256


def test_overviews_hold_every_frame():
    array = made(5, 3, 2, 200, 100, dtype="uint8", most=200)
    file = ArrayFile(array)
    frames = overview(file, file.facts, "t", 1, 1)
    assert overview_indices(file.facts, "t") == (0, 1, 2, 3, 4)
    assert frames.shape == (5, 96, 48)
    assert overview(file, file.facts, "z", 4, 0).shape[0] == 3


def test_overviews_of_huge_series_stay_affordable():
    facts = ArrayFile(np.broadcast_to(np.zeros(1, np.uint16), (4000, 1, 2, 4000, 4000))).facts
    indices = overview_indices(facts, "t")
    assert len(indices) * 4000 * 4000 * 2 * 2 <= thumbnails.READ_BYTES
    assert all(0 <= index < 4000 for index in indices)


def test_frames_are_laid_out_row_by_row():
    frames = np.arange(5, dtype=np.uint8)[:, None, None] + np.zeros((1, 2, 3), np.uint8)
    grid, columns = sheet(frames)
    assert columns == 3
    assert grid.shape == (4, 9)
    assert grid[::2, ::3].tolist() == [[0, 1, 2], [3, 4, 0]]


def test_thumbnails_are_kept_and_another_display_has_another_place(tmp_path):
    file = ArrayFile(made(1, 1, 1, 64, 64))
    write_thumbnails(file, file.facts, tmp_path)
    paths = [thumbnail_path(tmp_path, file.facts, edge) for edge in (256, 512)]
    assert all(path.exists() for path in paths)
    reads = file.reads
    write_thumbnails(file, file.facts, tmp_path)
    assert file.reads == reads
    other = ArrayFile(made(1, 1, 1, 64, 64), channels=(Channel(limits=(1, 2)),))
    assert thumbnail_path(tmp_path, other.facts, 256) != paths[0]
    assert not list(tmp_path.rglob("*.part"))


def test_only_axes_and_sizes_that_there_are():
    facts = ArrayFile(made(1, 3, 1, 8, 8)).facts
    assert check_axis(facts, "z") == "z"
    with pytest.raises(NotFound):
        check_axis(facts, "t")
    with pytest.raises(Invalid):
        check_axis(facts, "../x")
    with pytest.raises(Invalid):
        thumbnail_path(thumbnails.Path("cache"), facts, 9999)

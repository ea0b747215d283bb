"""Pictures of regions: what the player shows, in the size that is asked for, without reading more than needed."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from micrographia.imaging.composition import compose
from micrographia.imaging.display import DisplayState, resolve
from micrographia.imaging.planes import Pixels
from micrographia.imaging.rendering import View, level_for, rendered
from tests.imaging.arrays import ArrayFile, made


def picture(pixels, **view):
    facts = pixels.facts
    given = {"t": 0, "z": 0, "region": (0, 0, facts.sizes.x, facts.sizes.y), "size": (facts.sizes.x, facts.sizes.y)}
    data = rendered(pixels, View(**(given | {"format": "png"} | view)))
    return np.asarray(Image.open(io.BytesIO(data)))


@pytest.fixture
def stack():
    with Pixels(ArrayFile(made(2, 4, 2, 40, 50))) as pixels:
        yield pixels


def shown(pixels, t, z):
    display = resolve(DisplayState(t=t, z=z), pixels.facts)
    return compose({c: pixels.region(0, t, z, c) for c in display.shown}, display)


def test_at_full_size_it_is_what_the_player_shows(stack):
    assert (picture(stack, t=1, z=2) == shown(stack, 1, 2)).all()


def test_a_region_is_that_region(stack):
    assert (picture(stack, region=(10, 5, 20, 30), size=(20, 30)) == shown(stack, 0, 0)[5:35, 10:30]).all()


def test_turned_and_mirrored(stack):
    whole = shown(stack, 0, 0)
    assert (picture(stack, turned=90) == np.rot90(whole, -1)).all()
    assert (picture(stack, turned=180) == np.rot90(whole, 2)).all()
    assert (picture(stack, mirrored=True, turned=270) == np.rot90(whole[:, ::-1], 1)).all()


@pytest.mark.parametrize("size", [(1, 1), (7, 40), (25, 20), (120, 90), (50, 1)])
def test_any_size(stack, size):
    assert picture(stack, size=size).shape == (size[1], size[0], 3)
    assert picture(stack, size=size, region=(3.3, 2.7, 1.5, 30.2)).shape == (size[1], size[0], 3)


def test_grey_and_formats(stack):
    assert picture(stack, grey=True).shape == (40, 50)
    for format, name in (("jpg", "JPEG"), ("webp", "WEBP")):
        data = rendered(stack, View(0, 0, (0, 0, 50, 40), (50, 40), format=format))
        assert Image.open(io.BytesIO(data)).format == name


def test_the_mean_stays_when_it_shrinks():
    with Pixels(ArrayFile(made(1, 1, 1, 900, 700, most=200))) as pixels:
        large, small = picture(pixels), picture(pixels, size=(70, 90))
        assert abs(large.mean() - small.mean()) < 2


def test_labels_keep_their_colours():
    from dataclasses import replace

    file = ArrayFile(made(1, 1, 1, 64, 64, most=9))
    file.facts = replace(file.facts, labels=True)
    with Pixels(file) as pixels:
        colours = {tuple(colour) for colour in picture(pixels).reshape(-1, 3)}
        assert {tuple(colour) for colour in picture(pixels, size=(21, 21)).reshape(-1, 3)} <= colours


def test_the_smallest_level_with_enough_detail_is_read():
    from micrographia.imaging.planes import Level

    levels = tuple(Level(size, size, 512, 1, 1) for size in (8000, 4000, 2000, 1000))

    def level(region, size):
        return level_for(levels, View(0, 0, region, size))

    assert level((0, 0, 8000, 8000), (1000, 1000)) == 3
    assert level((0, 0, 8000, 8000), (1001, 1001)) == 2
    assert level((0, 0, 512, 512), (512, 512)) == 0
    assert level((0, 0, 512, 512), (64, 64)) == 3
    assert level((0, 0, 512, 512), (2000, 2000)) == 0


def test_not_too_much_is_read_whatever_levels_there_are():
    from micrographia.imaging.planes import Level

    levels = (Level(100_000, 100_000, 512, 1, 1), Level(1000, 1000, 512, 1, 1))
    assert level_for(levels, View(0, 0, (0, 0, 100_000, 100_000), (2000, 2000))) == 1

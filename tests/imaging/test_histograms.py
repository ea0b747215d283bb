"""Histograms of raw values, and display limits measured from the pixels."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from micrographia.imaging.histograms import histogram, limits_of, measure_auto
from tests.imaging.arrays import ArrayFile, made

TYPES = ["bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64"]
planes = st.sampled_from(TYPES).flatmap(lambda dtype: arrays.arrays(dtype, st.tuples(*[st.integers(1, 12)] * 2)))


@given(planes)
@example(np.array([[1.0000000000000002e300]]))
@example(np.array([[-np.finfo(float).max, 0.0, np.finfo(float).max]]))
@example(np.array([[np.finfo(float).max]]))
def test_every_value_is_counted_once(plane):
    data = histogram(plane)
    finite = plane[np.isfinite(plane)] if plane.dtype.kind == "f" else plane.ravel()
    assert len(data["counts"]) == 256
    assert sum(data["counts"]) == finite.size
    assert data["edges"][0] < data["edges"][1]
    if finite.size:
        assert (data["min"], data["max"]) == (finite.min(), finite.max())
        assert data["edges"][0] <= data["min"] <= data["max"] <= data["edges"][1]
    json.dumps(data, allow_nan=False)


def test_bytes_have_a_bin_each():
    data = histogram(np.array([[0, 3, 3, 255]], np.uint8))
    assert data["edges"] == [0, 256]
    assert (data["counts"][0], data["counts"][3], data["counts"][255]) == (1, 2, 1)


def test_bins_of_whole_numbers_hold_equally_many_values():
    plane = np.arange(1000, 2000, dtype=np.uint16)[None]
    data = histogram(plane)
    assert data["edges"] == [1000, 1000 + 256 * 4]
    assert set(data["counts"][:250]) == {4}


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ((2**64 - 1, 2**64 - 1), "uint64"),
        ((0, 2**64 - 1), "uint64"),
        ((-(2**63), 2**63 - 1), "int64"),
        ((-(2**63), -(2**63)), "int64"),
        ((-1.7e308, 1.7e308, 0), "float64"),
        ((1.0, 1.0000000000000002), "float64"),
        ((0, 5e-324), "float64"),
    ],
)
def test_extreme_values_are_counted(values, dtype):
    plane = np.array([values], dtype)
    data = histogram(plane)
    assert (sum(data["counts"]), data["counts"][0] > 0) == (len(values), True)
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    low, high = limits_of(plane)
    assert low < high and np.isfinite(float(high) - float(low))


def test_percentiles():
    data = histogram(np.arange(1001, dtype=np.uint16)[None])
    expected = {"0.1": 1.0, "1": 10.0, "50": 500.0, "99": 990.0, "99.9": 999.0}
    assert data["percentiles"] == pytest.approx(expected)


@given(planes)
@example(np.array([[np.finfo(float).max]]))
@example(np.array([[2**64 - 1]], np.uint64))
def test_limits_rise(plane):
    low, high = limits_of(plane)
    assert low < high
    assert math.isfinite(low) and math.isfinite(high)


def test_limits_pass_over_hot_pixels():
    plane = np.full((200, 200), 100, np.uint16)
    plane[:100] = 500
    plane[0, 0] = 65535
    assert limits_of(plane) == (100, 500)


def test_limits_find_a_single_bright_thing():
    plane = np.zeros((200, 200), np.uint16)
    plane[3, 3] = 900
    assert limits_of(plane) == (0, 900)


def test_each_channel_is_measured():
    array = made(3, 1, 2, 40, 40, most=1000)
    array[:, :, 1] += 5000
    first, second = measure_auto(ArrayFile(array))
    assert 0 <= first[0] < first[1] <= 1000
    assert 5000 <= second[0] < second[1] <= 6000


@pytest.mark.parametrize(("t", "z"), [(40, 1), (1, 20), (30, 9)])
def test_what_is_bright_late_or_in_few_slices_is_not_flat(t, z):
    array = made(t, z, 1, 40, 40, most=100)
    # Chromosomes condense: for a fifth of the time, or of the depth, a tenth of the plane is bright.
    late = array[t * 4 // 5 :] if t > 1 else array[:, z * 4 // 5 :]
    late[..., :4, :] += 900
    ((low, high),) = measure_auto(ArrayFile(array))
    assert low <= 5
    assert 980 <= high <= 1000


def test_hot_pixels_and_blank_planes_say_nothing():
    array = made(12, 1, 1, 80, 80, most=1000) + np.uint16(1)
    array[5, ..., 0, 0] = 65535
    array[6] = 0
    ((low, high),) = measure_auto(ArrayFile(array))
    assert (low, high <= 1001) == (0, True)
    blank = made(3, 1, 1, 40, 40, dtype="float32", most=1e-5)
    blank[1] = np.nan
    ((low, high),) = measure_auto(ArrayFile(blank))
    assert 0 <= low < high <= 1e-5


@pytest.mark.parametrize(("edge", "reads"), [(40, 24), (1800, 10), (2048, 6)])
def test_of_large_planes_fewer_are_measured(edge, reads):
    file = ArrayFile(np.broadcast_to(np.arange(edge, dtype=np.uint16), (40, 9, 1, edge, edge)))
    measure_auto(file)
    assert 6 <= file.reads <= reads


def test_labels_have_no_limits_and_colour_stays():
    assert measure_auto(ArrayFile(made(1, 1, 1, 9, 9), labels=True)) == ()
    assert measure_auto(ArrayFile(made(1, 1, 1, 9, 9, 3, dtype="uint8", most=90))) == ((0, 255),) * 3
    wide = measure_auto(ArrayFile(made(1, 1, 1, 9, 9, 3, most=4000)))
    assert len(set(wide)) == 1
    assert wide[0][1] <= 4000


@pytest.mark.parametrize("levels", [1, 4])
def test_a_huge_plane_is_measured_in_parts(levels):
    file = ArrayFile(made(1, 1, 1, 5000, 3000, dtype="uint8", most=200), levels=levels)
    ((low, high),) = measure_auto(file)
    assert low <= 3
    assert high >= 197
    assert file.largest_read <= 1 << 20

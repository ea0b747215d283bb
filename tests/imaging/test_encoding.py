"""Planes as bytes: nothing is lost in exact ones, and previews are the linear map they say they are."""

from __future__ import annotations

import gzip
import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from micrographia.errors import Unreadable
from micrographia.imaging import encoding
from micrographia.imaging.encoding import exact, gzip_when_it_pays, preview, to_bytes, unpack
from tests.imaging.arrays import made

WIRE = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32"]


@given(st.sampled_from(WIRE).flatmap(lambda dtype: arrays.arrays(dtype, st.tuples(*[st.integers(1, 9)] * 2))))
def test_exact_planes_come_back_bit_by_bit(plane):
    header, (again,) = unpack(exact({3: plane}))
    assert (header["y"], header["x"], header["dtype"]) == (*plane.shape, plane.dtype.name)
    assert header["quality"] == "exact"
    assert again.tobytes() == plane.tobytes()


def test_parts_lie_at_multiples_of_eight():
    body = exact({0: made(3, 5), 7: made(3, 5, seed=1)})
    (length,) = struct.unpack_from("<I", body, 4)
    header = json.loads(body[8 : 8 + length])
    assert (8 + length) % 8 == 0
    assert len(body) % 8 == 0
    assert [part["c"] for part in header["parts"]] == [0, 7]
    assert all(part["offset"] % 8 == 0 and part["length"] == 30 for part in header["parts"])


def test_big_endian_samples_go_little_endian():
    plane = made(4, 4)
    assert exact({0: plane.astype(">u2")}) == exact({0: plane})


def test_colour_goes_as_one_part():
    plane = made(4, 6, 3, dtype="uint8", most=255)
    header, (again,) = unpack(exact({"rgb": plane}))
    assert header["colour"]
    assert np.array_equal(again, plane)


@pytest.mark.parametrize(
    ("dtype", "values", "sent", "rounded"),
    [
        ("bool", [False, True], "uint8", False),
        ("float16", [0.5, 2], "float32", False),
        ("float64", [0.1, 1e30], "float32", True),
        ("int64", [-5, 7], "int32", False),
        ("uint64", [5, 7], "uint32", False),
        ("int64", [-(2**50), 7], "float32", True),
    ],
)
def test_wider_types_are_narrowed_and_it_is_said_when_that_rounds(dtype, values, sent, rounded):
    header, (plane,) = unpack(exact({0: np.array([values], dtype)}))
    assert header["dtype"] == sent
    assert header.get("rounded", False) is rounded
    assert plane[0, 1] == np.array(values, dtype).astype(sent)[1]


windows = st.tuples(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(
    st.sampled_from([*WIRE, "float64"]).flatmap(lambda dtype: arrays.arrays(dtype, (4, 5))),
    windows.filter(lambda window: window[0] < window[1]),
)
def test_previews_are_the_linear_map_they_say(plane, window):
    low, high = window
    values = np.where(np.isnan(plane), low, np.clip(plane.astype(np.float64), low, high))
    expected = np.floor((values - low) / (high - low) * 255 + 0.5)
    assert np.array_equal(to_bytes(plane, window), expected)


def test_a_preview_looks_like_the_plane():
    y, x = np.mgrid[:256, :256]
    plane = (2000 + 1000 * np.sin(x / 20) * np.cos(y / 15)).astype(np.uint16)
    header, (grey,) = unpack(preview({0: plane}, {0: (1000, 3000)}))
    assert header["quality"] == "preview"
    assert header["dtype"] == "uint16"
    assert header["parts"][0]["window"] == [1000, 3000]
    assert np.abs(grey.astype(int) - to_bytes(plane, (1000, 3000))).mean() < 2


def test_a_noisy_preview_stays_small():
    plane = np.random.default_rng(0).poisson(200, (512, 512)).astype(np.uint16)
    assert len(preview({0: plane}, {0: (100, 300)})) < plane.nbytes / 10


def test_a_colour_preview_keeps_its_colours():
    plane = np.zeros((64, 64, 3), np.uint8)
    plane[..., 0] = 200
    _, (picture,) = unpack(preview({"rgb": plane}, {"rgb": (0, 255)}))
    assert np.abs(picture.astype(int) - plane).max() <= 4


def test_only_what_shrinks_is_compressed():
    flat = exact({0: np.zeros((300, 300), np.uint16)})
    noise = exact({0: np.random.default_rng(0).integers(0, 65535, (300, 300), dtype=np.uint16)})
    body, gzipped = gzip_when_it_pays(flat)
    assert gzipped
    assert len(body) < len(flat) / 50
    assert gzip.decompress(body) == flat
    assert gzip_when_it_pays(noise) == (noise, False)
    assert gzip_when_it_pays(b"short") == (b"short", False)


def test_other_bytes_are_no_container():
    with pytest.raises(Unreadable):
        unpack(b"RIFF0000")
    assert encoding.MEDIA_TYPE == "application/vnd.micrographia.planes"

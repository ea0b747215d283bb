"""Reduced levels: what they hold, that memory stays bounded, and that nothing broken is ever left behind."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrographia.errors import NotFound, Unreadable
from micrographia.imaging import pyramids
from micrographia.imaging.pyramids import Pyramid, Source, open_pyramid, reduce, reduced_sizes
from tests.imaging.arrays import made


def source_of(
    plane: np.ndarray, *, labels: bool = False, keeps_full: bool = False, reads: list | None = None
) -> Source:
    def read(y, x):
        if reads is not None:
            reads.append((y, x))
        return plane[y, x]

    samples = plane.shape[2] if plane.ndim == 3 else 1
    return Source(*plane.shape[:2], plane.dtype.name, samples, labels, read, keeps_full)


def test_the_mean_of_four_pixels():
    plane = np.array([[0, 1, 10], [2, 4, 20], [255, 255, 7]], np.uint8)
    assert reduce(plane).tolist() == [[2, 15], [255, 7]]


def test_sums_do_not_overflow():
    for dtype in ("uint8", "uint16", "uint32", "int32", "int64"):
        most = min(np.iinfo(dtype).max, 2**60)
        assert reduce(np.full((2, 2), most, dtype)).item() == pytest.approx(most)
    assert reduce(np.full((2, 2), -5, np.int16)).item() == -5


def test_floating_point_keeps_its_type():
    half = reduce(np.array([[0.5, 1.5], [2.5, 3.5]], np.float32))
    assert half.dtype == np.float32
    assert half.item() == 2


def test_colour_is_reduced_sample_by_sample():
    plane = np.zeros((2, 2, 3), np.uint8)
    plane[..., 1] = 100
    assert reduce(plane).tolist() == [[[0, 100, 0]]]


@given(st.lists(st.integers(0, 5), min_size=4, max_size=4))
def test_labels_become_the_most_frequent_and_never_a_new_one(four):
    kept = reduce(np.array(four, np.uint16).reshape(2, 2), labels=True).item()
    assert kept in four
    assert four.count(kept) == max(map(four.count, four))


def test_sizes_of_levels():
    assert reduced_sizes(8192, 8192) == [(4096, 4096), (2048, 2048), (1024, 1024)]
    assert reduced_sizes(1, 2049) == [(1, 1025), (1, 513)]
    assert reduced_sizes(1000, 1000) == []


@pytest.mark.parametrize("shape", [(2100, 2300), (2049, 5), (3, 2500), (2100, 2100, 3)])
@pytest.mark.parametrize("labels", [False, True])
def test_levels_are_the_plane_reduced(tmp_path, shape, labels):
    plane = made(*shape, dtype="uint8", most=200)
    pyramid = open_pyramid(tmp_path / "plane.pyramid", lambda: source_of(plane, labels=labels))
    assert pyramid.sizes == reduced_sizes(*shape[:2])
    expected = plane
    for level in range(len(pyramid.sizes)):
        expected = reduce(expected, labels)
        assert np.array_equal(pyramid.region(level, slice(None), slice(None)), expected)
    assert np.array_equal(pyramid.region(0, slice(7, 600), slice(0, 3)), reduce(plane, labels)[7:600, 0:3])


def test_the_full_size_may_be_kept_too(tmp_path):
    plane = made(2100, 2300)
    pyramid = open_pyramid(tmp_path / "plane.pyramid", lambda: source_of(plane, keeps_full=True))
    assert pyramid.sizes[0] == (2100, 2300)
    assert np.array_equal(pyramid.region(0, slice(None), slice(None)), plane)
    assert np.array_equal(pyramid.region(1, slice(None), slice(None)), reduce(plane))


def test_the_source_is_read_in_bounded_blocks_and_once(tmp_path, monkeypatch):
    monkeypatch.setattr(pyramids, "BLOCK_BYTES", 4 << 20)
    plane, reads = made(5000, 2100), []
    open_pyramid(tmp_path / "plane.pyramid", lambda: source_of(plane, reads=reads))
    sizes = [(y.stop - y.start) * (x.stop - x.start) for y, x in reads]
    assert sum(sizes) == plane.size
    assert max(sizes) * 2 <= 4 << 20


def test_it_is_built_once(tmp_path):
    plane, reads = made(2100, 600), []
    for _ in range(3):
        open_pyramid(tmp_path / "plane.pyramid", lambda: source_of(plane, reads=reads))
    assert len(reads) == 1


def test_many_threads_build_it_once(tmp_path):
    plane, reads = made(2100, 600), []
    work = [
        threading.Thread(target=open_pyramid, args=(tmp_path / "p.pyramid", lambda: source_of(plane, reads=reads)))
        for _ in range(6)
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert len(reads) == 1


def test_a_fault_while_building_leaves_nothing(tmp_path):
    def read(y, x):
        raise Unreadable("cut off")

    source = Source(4096, 4096, "uint8", 1, False, read)
    with pytest.raises(Unreadable):
        open_pyramid(tmp_path / "plane.pyramid", lambda: source)
    assert not [path for path in tmp_path.iterdir() if path.suffix != ".lock"]


def _die_half_way(path: Path) -> None:
    def read(y, x):
        if y.start:
            os._exit(9)
        return np.zeros((y.stop - y.start, x.stop - x.start), np.uint8)

    open_pyramid(path, lambda: Source(1 << 15, 1 << 13, "uint8", 1, False, read))


def _build(path: Path, notes: Path) -> None:
    def read(y, x):
        time.sleep(0.3)
        (notes / f"{os.getpid()}").touch()
        return np.zeros((y.stop - y.start, x.stop - x.start), np.uint8)

    open_pyramid(path, lambda: Source(2100, 600, "uint8", 1, False, read))


def in_processes(work, *places: tuple) -> list[int | None]:
    processes = [multiprocessing.get_context("spawn").Process(target=work, args=place) for place in places]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return [process.exitcode for process in processes]


def test_a_killed_builder_leaves_no_broken_pyramid_and_no_lock(tmp_path):
    path = tmp_path / "plane.pyramid"
    assert in_processes(_die_half_way, (path,)) == [9]
    assert not path.exists()
    plane = made(2100, 600)
    assert open_pyramid(path, lambda: source_of(plane)).sizes == reduced_sizes(2100, 600)
    assert not list(tmp_path.glob(".*.part"))


def test_two_processes_build_it_once(tmp_path):
    notes = tmp_path / "notes"
    notes.mkdir()
    path = tmp_path / "plane.pyramid"
    assert in_processes(_build, (path, notes), (path, notes)) == [0, 0]
    assert len(list(notes.iterdir())) == 1


@pytest.mark.parametrize("damage", [b"", b"MGPYR1\0\0", b"not a pyramid at all" * 20])
def test_a_damaged_pyramid_is_built_again(tmp_path, damage):
    path = tmp_path / "plane.pyramid"
    path.write_bytes(damage)
    with pytest.raises(Unreadable):
        Pyramid(path)
    plane = made(2100, 600)
    assert open_pyramid(path, lambda: source_of(plane)).sizes == reduced_sizes(2100, 600)


def test_there_are_only_the_tiles_there_are(tmp_path):
    pyramid = open_pyramid(tmp_path / "plane.pyramid", lambda: source_of(made(2100, 600)))
    assert pyramid.tile(0, 2, 0).shape == (26, 300)
    for row, col in [(3, 0), (0, 1), (-1, 0), (0, -1)]:
        with pytest.raises(NotFound):
            pyramid.tile(0, row, col)

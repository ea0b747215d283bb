"""Ids made from names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrographia.collection.identifiers import free_id, slug, slug_of_path, title_of_path
from micrographia.collection.records import ID_PATTERN


@given(st.text(max_size=300))
def test_any_text_becomes_an_id(text):
    assert ID_PATTERN.fullmatch(slug(text))
    assert slug(text) == slug(text)


@pytest.mark.parametrize(
    ("path", "record_id"),
    [
        ("plate 1/Größe_α.ome.tif", "plate-1-Grosse_alpha"),
        ("Жук.png", "Zheuka"),
        ("series/", "series"),
        ("wells.zarr", "wells"),
        (".tif", "image"),
    ],
)
def test_ids_of_paths(path, record_id):
    assert slug_of_path(path) == record_id


def test_long_paths_stay_apart():
    assert slug("x" * 300 + "1") != slug("x" * 300 + "2")


def test_a_taken_id_gives_way_to_one_that_is_always_the_same():
    first = free_id("x", {"x"}.__contains__, "in/x.tif")
    assert first == free_id("x", {"x"}.__contains__, "in/x.tif") != free_id("x", {"x"}.__contains__, "out/x.tif")
    taken: set[str] = set()
    for _ in range(200):
        taken.add(free_id("x", taken.__contains__, "in/x.tif"))
    assert len(taken) == 200
    assert ID_PATTERN.fullmatch(free_id("y" * 128, {"y" * 128}.__contains__, "k"))


def test_titles_of_paths():
    assert title_of_path("deep/HeLa_cells\n_1.ome.tiff") == "HeLa cells 1"

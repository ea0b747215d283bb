"""A library as a notebook or a script holds it: open, search, planes, elements, views."""

from __future__ import annotations

import csv

import holoviews as hv
import numpy as np
import pandas as pd
import pytest
import tifffile

import micrographia as mg
from micrographia.errors import NotFound
from micrographia.indexing import index


@pytest.fixture
def library(small_library):
    with mg.open(small_library) as opened:
        yield opened


def test_a_folder_without_a_library_says_how_to_make_one(tmp_path):
    with pytest.raises(NotFound, match="micrographia index"):
        mg.open(tmp_path)


def test_search_gives_a_total_a_table_and_counts(library):
    hits = library.search("", organism=["Homo sapiens"])
    assert hits.total == 2
    assert isinstance(hits.table, pd.DataFrame)
    assert set(hits.table["id"]) == {"division", "mosaic"}
    counts = {value.value: value.count for value in hits.facets["organism"]}
    assert counts == {"Homo sapiens": 2, "Saccharomyces cerevisiae": 1, "Mus musculus": 1}


def test_hits_and_the_library_show_themselves_with_pictures(library):
    shown = library.search(organism="Homo sapiens")._repr_html_()
    assert shown.count("data:image/webp;base64,UklGR") == 2
    assert "A dividing cell" in shown and "<i>Homo sapiens</i>" in shown
    assert library._repr_html_().count("<img") == 4


def test_one_value_need_not_be_a_list(library):
    assert library.search(organism="Homo sapiens").total == library.search(organism=["Homo sapiens"]).total
    assert library.search(year=2012).total == 2


def test_planes_are_the_numbers_of_the_file(library, small_library):
    stack = tifffile.imread(small_library / "images/t3c2z5y64x48.ome.tif")
    plane = library["division"].plane(t=2, z=4, c=1)
    assert plane.dtype == stack.dtype
    np.testing.assert_array_equal(plane, stack[2, 1, 4])
    colour = tifffile.imread(small_library / "images/y96x96rgb.tif")
    np.testing.assert_array_equal(library["section"].plane(c=None), colour)


def test_a_plane_outside_is_refused_with_a_sentence(library):
    with pytest.raises(NotFound, match=r"\d"):
        library["division"].plane(z=5)


def test_unknown_ids(library):
    assert "division" in library
    assert "nothing" not in library
    with pytest.raises(NotFound, match="nothing"):
        library["nothing"]


def test_elements_are_calibrated_and_in_raw_units(library):
    elements = library["division"].holoviews()
    assert [dimension.name for dimension in elements.kdims] == ["t", "z", "channel"]
    element = elements[1, 2, "1 tubulin"]
    assert element.kdims[0].unit == "µm"
    np.testing.assert_array_equal(element.dimension_values(2, flat=False), library["division"].plane(t=1, z=2, c=1))
    assert element.range("x") == pytest.approx((0, 4.8))
    assert isinstance(library["section"].holoviews(), hv.RGB)


def test_a_view_starts_where_it_is_asked_to(library):
    view = library["division"].view(channels="tubulin:magenta", z=3, t=1)
    assert (view.state.z, view.state.t) == (3, 1)
    assert view.state.channels[1].color == "#FF00FF"
    assert view.state.channels[0].visible is False


def test_a_new_image_is_found_at_once(tmp_path):
    tifffile.imwrite(tmp_path / "first.tif", np.zeros((8, 8), np.uint8))
    index(tmp_path, tmp_path / "library", processes=0)
    with mg.open(tmp_path / "library") as library:
        assert library.search().total == 1
        tifffile.imwrite(tmp_path / "second.tif", np.ones((8, 8), np.uint8))
        index(tmp_path, tmp_path / "library", processes=0)
        assert library.search("second").total == 1


def test_every_real_plane_equals_what_tifffile_reads(real_data, tmp_path):
    index(real_data / "images", tmp_path)
    with (real_data / "images/metadata.csv").open(encoding="utf-8") as table:
        rows = {row["id"]: row["file"] for row in csv.DictReader(table)}
    with mg.open(tmp_path) as library:
        assert set(rows) <= set(library)
        for record_id, name in rows.items():
            path = real_data / "images" / name
            files = sorted(path.glob("*.tif")) if path.is_dir() else [path]
            expected = np.stack([tifffile.imread(file) for file in files])
            image = library[record_id]
            with image.file:
                _same_samples(image, expected)


def _same_samples(image: mg.Image, expected: np.ndarray) -> None:
    sizes = image.facts.sizes
    planes = [image.plane(t, z, c) for t in range(sizes.t) for z in range(sizes.z) for c in range(sizes.c)]
    assert len(planes) * sizes.y * sizes.x == expected.size
    if expected.shape[-1] == sizes.c and expected.shape[-2] == sizes.x and sizes.c > 1:
        expected = np.moveaxis(expected, -1, -3)
    np.testing.assert_array_equal(np.stack(planes), expected.reshape(-1, sizes.y, sizes.x))

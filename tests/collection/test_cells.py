"""Cells with several values, names of columns, numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrographia.collection.cells import column_name, join_values, number, split_values

VALUES = st.lists(st.text(st.sampled_from('ab;\\" \n'), max_size=6).map(str.strip), min_size=1, max_size=5)


@given(VALUES)
def test_values_come_back_from_their_cell(values):
    assert split_values(join_values(values)) == values


@pytest.mark.parametrize(
    ("cell", "values"),
    [
        ("a;b", ["a", "b"]),
        (r"a\;b", ["a;b"]),
        (" a ;; b;", ["a", "", "b", ""]),
        (r"C:\dir\;x", [r"C:\dir;x"]),
        (r"\\server\share", [r"\\server\share"]),
        ("", [""]),
    ],
)
def test_cells_as_people_write_them(cell, values):
    assert split_values(cell) == values


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (" Cell  Type ", "cell_type"),
        ("Pixel size (µm)", "pixel_size_um"),
        ("Pixel size (μm)", "pixel_size_um"),
        ("Größe", "grosse"),
        ("3D", "column_3d"),
        ("!?", ""),
        ("x" * 200, "x" * 60),
    ],
)
def test_column_names(header, name):
    assert column_name(header) == name


@pytest.mark.parametrize(
    ("cell", "value"),
    [(" 1.5 ", 1.5), ("0,16", 0.16), ("1e-3", 0.001), ("1,000.5", None), ("1e999", None), ("nan", None), ("", None)],
)
def test_numbers(cell, value):
    assert number(cell) == value


@given(st.text("\\;a", max_size=12))
def test_backslashes_are_read_as_they_were_written(text):
    assert split_values(join_values([text, "b", text])) == [text, "b", text]


def test_a_flood_of_backslashes_is_read_and_written_at_once():
    flood = "\\" * 300_000 + "x"
    assert split_values(join_values([flood, flood])) == [flood, flood]

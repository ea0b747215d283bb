"""What stands in the cells of a table of images."""

from __future__ import annotations

from dataclasses import replace

import pytest

from micrographia.collection.records import Facts, PixelSize, Record, Sizes, Term
from micrographia.portrait.columns import COLUMNS_LIMIT, USUAL, Cell, cell, chosen_columns, columns, nameless_ids
from micrographia.search.documents import SEARCH_FIELDS, search_field

FACTS = Facts(Sizes(y=64, x=48, z=5, c=2, t=3), "uint16", pixel_size_um=PixelSize(0.1, 0.1, 0.5), frame_interval_s=30.0)
GIVEN = {
    "width_px": (Term("1024"),),
    "height_px": (Term("768"),),
    "slices": (Term("12"),),
    "image_type": (Term("z-stack"),),
    "organism": (Term("Mus musculus", "NCBITaxon:10090"), Term("NCBITaxon:9606", "NCBITaxon:9606")),
}
WITH_PIXELS = Record("a", fields=GIVEN, facts=FACTS, licence="CC0-1.0", year=2010, added="2026-11-24T12:00:00Z")
WITHOUT = replace(WITH_PIXELS, facts=None, licence=None, year=None)


def texts(record: Record, name: str) -> tuple[str, ...]:
    return cell(record, name, {}).texts


@pytest.mark.parametrize(
    ("name", "with_pixels", "without"),
    [
        ("image_size", ("48\u2009×\u200964",), ("1024\u2009×\u2009768",)),
        ("image_type", ("z-stack time series",), ("z-stack",)),
        ("slices", ("5",), ("12",)),
        ("frames", ("3",), ()),
        ("channels", ("2",), ()),
        ("pixel_size_um", ("0.1",), ()),
        ("z_step_um", ("0.5",), ()),
        ("frame_interval_s", ("30",), ()),
        ("licence", ("CC0 1.0",), ()),
        ("year", ("2010",), ()),
        ("added", ("2026-11-24",), ("2026-11-24",)),
        ("id", ("a",), ("a",)),
        ("no_such_field", (), ()),
    ],
)
def test_the_pixels_are_believed_and_what_nobody_says_is_unknown(name, with_pixels, without):
    assert (texts(WITH_PIXELS, name), texts(WITHOUT, name)) == (with_pixels, without)


def test_a_colour_picture_has_no_channels_to_count():
    assert texts(replace(WITH_PIXELS, facts=replace(FACTS, colour=True)), "channels") == ("colour",)


def test_a_term_without_a_name_is_called_what_the_vocabulary_calls_it():
    assert nameless_ids(WITHOUT, "organism") == {"NCBITaxon:9606"}
    named = cell(WITHOUT, "organism", {"NCBITaxon:9606": "Homo sapiens"})
    assert named.texts == ("Mus musculus", "Homo sapiens")


def test_many_values_and_long_ones_are_cut_and_counted():
    many = Record("a", fields={"compound": tuple(Term(f"c{n}") for n in range(600)), "citation": (Term("x" * 9000),)})
    assert cell(many, "compound", {}) == Cell(("c0", "c1", "c2", "c3"), 596)
    (cited,) = cell(many, "citation", {}).texts
    assert cited.endswith("…")
    assert len(cited) < 200


def test_columns_are_chosen_by_name_each_once_and_only_so_many():
    known = columns(SEARCH_FIELDS)
    assert [column.name for column in chosen_columns(["year", "nonsense", "id", "year"], known)] == ["year", "id"]
    assert len(chosen_columns(known, known)) == min(len(known), COLUMNS_LIMIT)
    assert {name for name in USUAL if name not in known} == set()
    assert not known["id"].sort
    assert known["organism"].italic
    assert columns([search_field("width_px")])["width_px"].is_number is False


def test_a_group_is_called_by_its_name_and_an_organism_without_signs():
    record = replace(WITHOUT, group="cil-group:7", fields={"organism": (Term("Mus <genus>"),)})
    assert cell(record, "group", {}, "Volvox · cil-group:7").texts == ("Volvox · cil-group:7",)
    assert texts(record, "group") == ("cil-group:7",)
    assert texts(record, "organism") == ("Mus (genus)",)

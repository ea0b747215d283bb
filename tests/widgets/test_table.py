"""The results as a table: columns that a visitor chose, in the address and in this browser."""

from __future__ import annotations

import pytest

from tests.widgets.conftest import Visitor


def columns(visitor: Visitor) -> list[str]:
    return [column["name"] for column in visitor.results["table"]["columns"]]


def texts(visitor: Visitor, record_id: str, name: str) -> list[str]:
    return visitor.results["table"]["cells"][record_id][name]["texts"]


def test_a_gallery_has_no_table(visit):
    assert visit().results["table"] is None


def test_a_table_has_the_usual_columns_and_offers_all_fields(visit):
    visitor = visit("?as=table")
    assert columns(visitor)[:3] == ["organism", "image_type", "year"]
    assert visitor.results["table"]["isUsual"]
    offered = {column["name"]: column["label"] for column in visitor.results["table"]["offered"]}
    assert offered["pixel_size_um"] == "Pixel size (µm)"
    assert {*columns(visitor), "cell_type", "frame_interval_s", "added", "id"} <= offered.keys()
    assert texts(visitor, "division", "organism") == ["Homo sapiens"]
    assert texts(visitor, "division", "image_size") == ["48\u2009×\u200964"]


def test_chosen_columns_are_in_the_address_and_come_back(visit):
    visitor = visit("?as=table&q=dividing")
    visitor.ask("columns", columns=["year", "id", "no_such_column", 5, "year"])
    assert columns(visitor) == ["year", "id"]
    assert visitor.address["search"] == "?q=dividing&as=table&columns=year,id"
    assert not visitor.address["push"]
    again = visit(visitor.address["search"])
    assert columns(again) == ["year", "id"]
    again.ask("as", **{"as": "gallery"})
    assert again.address["search"] == "?q=dividing"
    again.ask("columns", columns=[])
    again.ask("as", **{"as": "table"})
    assert (columns(again), again.address["search"]) == ([], "?q=dividing&as=table&columns=title")
    again.ask("columns", columns=None)
    assert again.results["table"]["isUsual"]
    assert again.address["search"] == "?q=dividing&as=table"


def test_what_a_browser_remembers_gives_way_to_what_an_address_says(visit):
    visitor = visit("?as=table")
    visitor.ask("columns", columns=["licence"], remembered=True)
    assert columns(visitor) == ["licence"]
    other = visit("?as=table&columns=year")
    other.ask("columns", columns=["licence"], remembered=True)
    assert columns(other) == ["year"]
    other.ask("go", search="?as=table")
    assert columns(other) == ["licence"]


@pytest.mark.parametrize(
    "asked", ["<script>", "organism%26q%3Dx", "," * 5000, "..%2F..", "ORGANISM", ",".join("ab" * 4000)]
)
def test_columns_of_an_address_are_checked(visit, asked):
    visitor = visit(f"?as=table&columns={asked}")
    assert set(columns(visitor)) <= {"organism", "image_type", "year"} or visitor.results["table"]["isUsual"]
    assert "<" not in visitor.explorer.search
    assert len(visitor.explorer.search) < 3000


def test_a_column_that_is_not_there_is_said(visit):
    visitor = visit("?as=table&columns=year,colour_of_hair")
    assert visitor.results["problems"] == ["There is no column “colour_of_hair”, so it was left out."]


def test_the_order_of_any_column_can_be_asked_for(visit):
    visitor = visit("?as=table&columns=organism,id,added")
    sorts = [column["sort"] for column in visitor.results["table"]["columns"]]
    assert sorts == ["organism", "", "added"]
    visitor.ask("sort", sort="-organism")
    assert visitor.ids[0] == "yeast"

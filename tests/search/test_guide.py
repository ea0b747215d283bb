"""The guide to searching: what it says one can type is understood, and the ranges it names are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from micrographia.search.documents import KNOWN_FIELDS, NUMBER_FIELDS
from micrographia.search.query import Query
from micrographia.search.syntax import parse

GUIDE = (Path(__file__).parents[2] / "docs/guides/search.md").read_text("utf-8")
ROWS = re.findall(r"^\| `(.+?)` \|", GUIDE, re.M)
TYPED = ROWS[: ROWS.index("q=mitosis+-yeast")]
ADDRESSES = ROWS[ROWS.index("q=mitosis+-yeast") :]


@pytest.mark.parametrize("text", TYPED)
def test_what_one_can_type(text):
    found = parse(text, lambda name: name in KNOWN_FIELDS or name == "id")
    assert found.groups
    assert found.problems == ()


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_one_can_write_in_an_address(address):
    query = Query.from_url(address)
    assert query != Query()
    assert query.problems == ()
    assert query.to_url() == address


def test_the_guide_names_all_ranges():
    for name in NUMBER_FIELDS:
        assert f"`{name}`" in GUIDE

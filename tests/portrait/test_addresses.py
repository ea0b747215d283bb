"""Where things are found below a site's path."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from micrographia.collection.records import Facts, Record, Sizes
from micrographia.portrait.addresses import image_address, original_address, picture_address, value_address
from micrographia.search.query import Query


def test_under_a_prefix():
    facts = Facts(Sizes(y=1, x=1), "uint8", content_hash="0123456789abcdef" * 4)
    assert image_address("/cells", "a:1") == "/cells/image/a:1"
    assert original_address("https://example.org", "a b") == "https://example.org/download/a%20b"
    assert picture_address("/cells", Record("a", facts=facts), 256) == "/cells/thumbnails/a?v=0123456789abcdef&s=256"
    assert picture_address("/cells", Record("a")) == ""


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=50))
def test_whatever_a_value_is_its_search_finds_it_again(value):
    address = urlsplit(value_address("", "organism", value))
    assert address.path == "/explore"
    assert set(parse_qs(address.query)) == {"organism"}
    assert Query.from_url(address.query).where == Query(where={"organism": (value,)}).where

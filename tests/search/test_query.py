"""Queries: what they mean, and as addresses that are read back, whoever wrote them."""

from __future__ import annotations

import pickle
import time
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from micrographia.collection.fields import ADDRESS_KEYS
from micrographia.search.query import Query, parse_range

names = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True).filter(lambda name: name not in ADDRESS_KEYS)
values = st.lists(st.text(max_size=12) | st.sampled_from(["~none", "1..2", "..5", "a&b=c", "50 %", "+"]), max_size=4)
numbers = st.none() | st.floats(allow_nan=False, width=64) | st.integers(-3000, 3000).map(float)
queries = st.builds(
    Query,
    text=st.text(max_size=40),
    where=st.dictionaries(names | st.sampled_from(["year", "organism"]), values.map(tuple), max_size=4),
    without=st.dictionaries(names, values.map(tuple), max_size=2),
    ranges=st.dictionaries(names | st.sampled_from(["year", "channels"]), st.tuples(numbers, numbers), max_size=2),
    sort=st.sampled_from(["", "title", "-year", "relevance", "nonsense"]),
    page=st.integers(-1, 10**6),
    per_page=st.integers(-1, 600),
    grouped=st.booleans(),
)


@settings(max_examples=500)
@given(queries)
def test_an_address_gives_its_query_back(query):
    address = query.to_url()
    assert Query.from_url(address) == query
    assert Query.from_url("?" + address).to_url() == address
    assert Query.from_url(address).problems == ()


@settings(max_examples=300)
@given(st.text(max_size=200) | st.binary(max_size=200))
def test_any_address_gives_a_query(address):
    query = Query.from_url(address)
    assert Query.from_url(query.to_url()) == query


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("organism=Homo+sapiens", Query(where={"organism": "Homo sapiens"})),
        ("?organism=Homo%20sapiens", Query(where={"organism": ["Homo sapiens"]})),
        ("Organism=a&organism=b&organism=a", Query(where={"organism": ("a", "b")})),
        ("q=mitosis+-yeast&sort=-year&page=3", Query("mitosis -yeast", sort="-year", page=3)),
        ("year=2010..2015", Query(ranges={"year": (2010, 2015)})),
        ("year=2015..2010", Query(ranges={"year": (2010, 2015)})),
        ("year=2010..", Query(ranges={"year": (2010, None)})),
        ("year=2012", Query(where={"year": 2012})),
        ("-organism=yeast", Query(without={"organism": "yeast"})),
        ("licence=~none", Query(where={"licence": "~none"})),
        ("organism=&q=&page=&", Query()),
        ("t=3&z=max:3-9&ch=0,00FFFF&image=CIL:1&as=table&view=1,2,3,4", Query()),
    ],
)
def test_hand_written_addresses(address, expected):
    query = Query.from_url(address)
    assert query == expected
    assert query.problems == ()


def test_an_address_is_readable_and_leaves_defaults_out():
    assert Query().to_url() == ""
    query = Query("spindle pole", where={"organism": "Homo sapiens", "cell_type": ["HeLa", "~none"]}, page=2)
    assert query.to_url() == "q=spindle+pole&cell_type=HeLa&cell_type=~none&organism=Homo+sapiens&page=2"
    assert Query(ranges={"year": (2010, 2015), "pixel_size_um": (None, 0.25)}).to_url() == (
        "pixel_size_um=..0.25&year=2010..2015"
    )


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("page=minus", "page=minus is not a whole number"),
        ("page=0", "page=0 is not a whole number"),
        ("per_page=100000", "is more than 500"),
        ("grouped=yes", "is neither 0 nor 1"),
        ("sort=%3Cscript%3E", "The order “<script>” is not known"),
        ("<b>=1", "is not the name of a field"),
        ("=x", "is not the name of a field"),
        ("q=" + "a" * 2000, "more than 1000 characters"),
        ("&".join(f"organism=v{i}" for i in range(200)), "more than 100 values"),
        ("&".join(f"k{i}=v" for i in range(5000)), "says more than 400 things"),
        ("q=a&organism=" + "x" * 10_000_000, "too long"),
    ],
)
def test_what_is_not_understood_is_said(address, said):
    begun = time.perf_counter()
    query = Query.from_url(address)
    assert any(said in problem for problem in query.problems)
    assert len(query.problems) <= 20
    assert len(query.to_url()) < 20_000
    assert time.perf_counter() - begun < 5


@pytest.mark.parametrize(
    "address", ["q=%ff%fe", "q=%00%0a%1b", b"q=\xff\xfe", "q=\ud800", "%", "%zz=%zz", "q=%F0%9F%94%AC"]
)
def test_odd_encodings_are_read_as_far_as_they_go(address):
    query = Query.from_url(address)
    query.to_url().encode("ascii")
    assert "\x00" not in query.text and "\n" not in query.text


def test_both_ways_of_writing_spaces_mean_the_same():
    for text in ("Homo sapiens", "β-tubulin 50 % + x", "a&b=c;d"):
        assert Query.from_url(f"q={quote(text)}") == Query.from_url(f"q={quote_plus(text)}") == Query(text)


def test_names_that_are_no_fields_are_said_also_from_python():
    query = Query(where={"Organism!": "x", "page": "3"})  # type: ignore[dict-item]
    assert query == Query()
    assert len(query.problems) == 2


def test_toggling_and_dropping():
    query = Query("x", where={"organism": "a"}, ranges={"year": (2010, 2011)}, page=4)
    assert query.toggled("organism", "b").where["organism"] == ("a", "b")
    assert query.toggled("organism", "a").where == {}
    assert query.toggled("organism", "b").page == 1
    assert query.toggled("year", "2010..2011").ranges == {}
    assert query.dropping("year").to_url() == "q=x&organism=a"
    assert query.dropping("q").text == ""


def test_a_query_is_a_value():
    query = Query("x", where={"organism": ["a"]}, ranges={"year": (2010, None)})
    same = Query("x", where={"organism": "a"}, ranges={"year": (2010.0, None)})
    assert query == same and hash(query) == hash(same)
    assert pickle.loads(pickle.dumps(query)) == query
    with pytest.raises(TypeError):
        query.where["organism"] = ("b",)  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1..2", (1, 2)),
        ("..2", (None, 2)),
        ("1..", (1, None)),
        ("1.5e-3..2", (0.0015, 2)),
        ("..", None),
        ("a..b", None),
    ],
)
def test_ranges(text, expected):
    assert parse_range(text) == expected

"""Excerpts: bounded, cut at a word, harmless on a line; and what is short stays what it is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrographia.collection.excerpts import excerpt, listed


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("a spindle", 9, "a spindle"),
        ("a spindle pole", 12, "a spindle…"),
        ("a spindle, a pole", 13, "a spindle, a…"),
        ("spindle pole", 8, "spindle…"),
        ("x" * 1_000_000, 10, "x" * 9 + "…"),
        ("a word and " + "x" * 100, 20, "a word and xxxxxxxx…"),
        ("  two \n lines\t", 40, "two lines"),
        (" " * 1_000_000 + "x", 10, "…"),
        ("", 10, ""),
        ("5\u2009µm", 10, "5\u2009µm"),
        ("\u202egnp.exe\u202c cells", 40, "gnp.exe cells"),
        ("\u2067שלום\u2069 cell", 40, "שלום cell"),
        ("a\x00b\x1b[31mc\ud800", 40, "a b [31mc"),
        ("<b>5 µm</b>", 40, "<b>5 µm</b>"),
    ],
)
def test_what_is_shown_of_a_text(text, limit, shown):
    assert excerpt(text, limit) == shown


@given(st.text(st.characters() | st.sampled_from(" \n\u202e"), max_size=300), st.integers(1, 60))
def test_an_excerpt_is_one_line_of_at_most_so_many_characters(text, limit):
    shown = excerpt(text, limit)
    assert len(shown) <= limit
    assert not re.search(r"\s\s|[^\S \u00a0\u2009\u202f]|^\s|\s$", shown)
    shown.encode("utf-8")
    assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x00") & set(shown)
    assert excerpt(shown, limit) == shown


def test_of_many_texts_the_first_are_told_and_how_many_more_there_are():
    assert listed(["a", "b"], 10) == "a, b"
    assert listed(["one two three", *"bcde"], 8, most=2) == "one two…, b and 3 more"

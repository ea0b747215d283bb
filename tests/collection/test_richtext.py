"""Descriptions made safe to show, and as plain words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrographia.collection.richtext import TAGS, to_html, to_plain

PIECES = st.sampled_from(
    ["<script>", "<a href='javascript:x'>", "<b onclick=x>", "<", ">", "</", "&lt;", "x", "\n", "<img src=x>"]
)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("p < 0.05 and a<b", "<p>p &lt; 0.05 and a&lt;b</p>"),
        ("one\n\ntwo\nthree", "<p>one</p><p>two<br>three</p>"),
        ("<b>bold</b><script>alert(1)</script>", "<p><b>bold</b></p>"),
        ('<a href="javascript:alert(1)">x</a>', '<p><a rel="nofollow noopener">x</a></p>'),
        ('<a href="https://a.org" target=x>x</a>', '<p><a href="https://a.org" rel="nofollow noopener">x</a></p>'),
        ("Ca<sup>2+</sup>, <i>in vivo", "<p>Ca<sup>2+</sup>, <i>in vivo</i></p>"),
        ('<span style="x" class="y">a</span>', "<p><span>a</span></p>"),
        ("<table><tr><td>1</td></tr></table>", "<table><tbody><tr><td>1</td></tr></tbody></table>"),
        (
            "one\n\n<table><tr><td>1\n2</td></tr></table>\ntwo\nthree",
            "<p>one</p><table><tr><td>1\n2</td></tr></table><p>two<br>three</p>",
        ),
        ("<p>one</p>\n\n<b>two</b>\n\nthree", "<p>one</p><p><b>two</b></p><p>three</p>"),
        ("A &amp; B", "<p>A &amp; B</p>"),
        ("one \n<br />\n<br />\ntwo", "<p>one <br><br>two</p>"),
        ("<table><tr><td>1</td></tr></table>\n\n<br />\n\nafter", "<table><tr><td>1</td></tr></table><p>after</p>"),
        ("<p></p><p> one<br></p>", "<p> one</p>"),
        ("", ""),
    ],
)
def test_html(text, safe):
    assert to_html(text).replace("<tbody>", "").replace("</tbody>", "") == safe.replace("<tbody>", "").replace(
        "</tbody>", ""
    )


@given(st.lists(PIECES, max_size=12).map("".join))
def test_nothing_but_allowed_tags_and_links_comes_out(text):
    out = to_html(text)
    assert {tag.lower() for tag in re.findall(r"</?([A-Za-z][A-Za-z0-9]*)", out)} <= TAGS | {"tbody"}
    assert not re.search(r"<[^>]*\b(on\w+|style|src)\s*=", out)
    assert not re.search(r"href\s*=\s*\"?\s*javascript", out)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("<p>one</p><p>two</p>", "one two"),
        ("H<sub>2</sub>O\n  &amp; p < 0.05", "H2O & p < 0.05"),
        ("<b>x</b><script>y</script>", "x"),
        ("a &lt;b&gt;", "a <b>"),
    ],
)
def test_plain(text, plain):
    assert to_plain(text) == plain


def test_plain_is_cut_at_a_word():
    assert to_plain("the quick brown fox", 12) == "the quick…"
    assert to_plain("the quick", 12) == "the quick"

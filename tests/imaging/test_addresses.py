"""What a pixel address asks for, read from text that anyone may write."""

from __future__ import annotations

import pytest

from micrographia.errors import Invalid, NotFound
from micrographia.imaging.addresses import Address, whole


def test_a_plane():
    asked = Address.parse("/pixels/cells:1.2-x/0123456789abcdef/0/3/max%3A1-4/5/6?c=0,2&q=exact&w=1..2,-3.5..4e2")
    assert (asked.kind, asked.image, asked.version) == ("pixels", "cells:1.2-x", "0123456789abcdef")
    assert asked.parts == ("0", "3", "max:1-4", "5", "6")
    assert asked.channels() == ("0", "2")
    assert asked.windows() == [(1, 2), (-3.5, 400)]
    assert asked.choice("q", ("preview", "exact")) == "exact"


def test_what_is_not_given():
    asked = Address.parse("/pixels/cells/v/0/0/0/0/0")
    assert asked.channels() is None
    assert asked.windows() is None
    assert asked.choice("q", ("preview", "exact")) == "preview"


def test_the_manifest_and_a_thumbnail_have_no_version_in_the_path():
    assert Address.parse("/pixels/cells").kind == "manifest"
    assert Address.parse("/thumbnails/cells?s=512&v=abc").version == ""


@pytest.mark.parametrize(
    "text",
    [
        "/",
        "",
        "/pixels",
        "/pixels/",
        "/pixels/a/b",
        "/thumbnails/a/b",
        "/pixels/..",
        "/pixels/a%2Fb",
        "/pixels/%00",
        "//",
    ],
)
def test_nothing_there(text):
    with pytest.raises(NotFound):
        Address.parse(text)


@pytest.mark.parametrize("query", ["c=0&c=1", "x=1", "q", "c=0&__proto__=1", "c=" + "0" * 5000])
def test_parameters_that_are_not_known(query):
    with pytest.raises(Invalid):
        Address.parse(f"/pixels/a/v/0/0/0/0/0?{query}").choice("q", ("preview", "exact"))


@pytest.mark.parametrize(
    "window", ["", "1", "1..", "..2", "2..1", "1..1", "nan..1", "0..inf", "0x1..0x2", "1..2..3", "-1e308..1e308"]
)
def test_windows_that_cannot_be(window):
    with pytest.raises(Invalid):
        Address.parse(f"/pixels/a/v/0/0/0/0/0?w={window}").windows()


@pytest.mark.parametrize("text", ["", "-1", "+1", "1.0", "1e3", "²", "٣", " 1", "1" * 11])
def test_positions_that_are_not_whole_numbers(text):
    with pytest.raises(Invalid, match="t is"):
        whole(text, "t")

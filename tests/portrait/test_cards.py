"""An image in a row of images."""

from __future__ import annotations

import pytest

from micrographia.portrait.cards import card, moving_axis

ROW = {
    "id": "a:b c",
    "title": "A dividing cell",
    "organism": ["Homo sapiens", "Mus musculus"],
    "sizes": {"t": 3, "c": 2, "z": 1, "y": 64, "x": 48},
    "licence": "CC0-1.0",
    "thumbnail": "/thumbnails/a:b%20c?v=0123",
    "labels": False,
    "colour": False,
}


def test_what_a_card_shows():
    shown = card(ROW, "/cells")
    assert shown.href == "/cells/image/a:b%20c"
    assert shown.picture == "/cells/thumbnails/a:b%20c?v=0123&s=256"
    assert [(mark.text, mark.title) for mark in shown.marks] == [
        ("t\u20093", "3 time points"),
        ("2\u2009ch", "2 channels"),
    ]
    assert (shown.organism, shown.axis, shown.is_current) == ("Homo sapiens, Mus musculus", "t", False)
    assert shown.strip == "/cells/thumbnails/a:b%20c?v=0123&s=256&axis=t"


def test_the_card_of_the_page_itself_and_one_without_pixels():
    shown = card(ROW | {"sizes": None, "licence": None, "thumbnail": None}, current="a:b c")
    assert shown.is_current
    assert (shown.picture, shown.marks, shown.licence, shown.axis, shown.strip) == ("", (), "", "", "")


def test_a_label_image_and_a_colour_picture_are_called_so():
    assert [mark.text for mark in card(ROW | {"labels": True}).marks] == ["labels", "t\u20093", "2\u2009ch"]
    colour = card(ROW | {"colour": True, "sizes": {"t": 1, "c": 3, "z": 1, "y": 64, "x": 48}})
    assert [mark.text for mark in colour.marks] == ["colour"]


@pytest.mark.parametrize("sizes, axis", [({"t": 2, "z": 9}, "t"), ({"t": 1, "z": 9}, "z"), ({"t": 1, "z": 1}, "")])
def test_time_goes_before_depth(sizes, axis):
    assert moving_axis(sizes) == axis

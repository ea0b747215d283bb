"""A search as a sentence."""

from __future__ import annotations

import pytest

from micrographia.search.query import NONE, Query
from micrographia.search.sentence import sentence


def plain(query: Query, total: int = 214) -> str:
    return sentence(query, total, lambda name, value: value).plain


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(), "214 images"),
        (Query("mitosis"), "214 images for “mitosis”"),
        (
            Query(
                where={"image_type": "time series", "organism": "Saccharomyces cerevisiae", "licence": "Public domain"}
            ),
            "214 time series of Saccharomyces cerevisiae, Public domain",
        ),
        (Query(where={"organism": ["a", "b"]}), "214 images of a or b"),
        (Query(where={"image_type": ["z-stack", "video"]}), "214 z-stacks or videos"),
        (Query(where={"organism": list("abcde")}), "214 images, a or b or c or 2 more"),
        (Query(where={"organism": NONE}), "214 images, without organism"),
        (Query(without={"organism": "a"}), "214 images, not a"),
        (Query("x", ranges={"year": (2010, 2015)}), "214 images, year 2010 to 2015, for “x”"),
        (Query(ranges={"frames": (10, None)}), "214 images, frames from 10"),
        (Query(where={"channels": 3}), "214 images, channels 3"),
    ],
)
def test_sentences(query, expected):
    assert plain(query) == expected


def test_one_image_is_one_image():
    assert plain(Query(), 1) == "1 image"
    assert plain(Query(where={"image_type": "still"}), 1) == "1 still image"
    assert plain(Query(), 10023) == "10,023 images"


def test_the_html_form_is_safe_and_puts_species_in_italics():
    said = sentence(Query("<b>", where={"organism": "<i>x"}), 2, lambda name, value: value)
    assert said.html == "2 images of <i>&lt;i&gt;x</i>, for “&lt;b&gt;”"
    assert said.__html__() == said.html
    assert str(said) == said.plain

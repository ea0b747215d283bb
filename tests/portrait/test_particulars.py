"""What pages list of a record."""

from __future__ import annotations

import pytest

from micrographia.collection.records import Channel, Facts, PixelSize, Record, Sizes, Term
from micrographia.portrait.particulars import duration, length, particulars


def facts_of(record: Record) -> dict[str, dict[str, list[str]]]:
    groups = particulars(record)
    return {heading: {f.label: [v.text for v in f.values] for f in facts} for heading, facts in groups.items()}


def test_of_thousands_of_values_a_page_tells_some_and_how_many_more():
    plate = Record("plate", fields={"compound": tuple(Term(f"compound {number}") for number in range(10_000))})
    told = facts_of(plate)["Biology"]["Compound"]
    assert told[:2] == ["compound 0", "compound 1"]
    assert told[-1] == "9,000 more, which are in the data of this image (JSON)"
    assert len(told) == 1001


def test_everything_has_its_place():
    facts = Facts(
        Sizes(y=100, x=200, z=5, t=3, c=2),
        "uint16",
        pixel_size_um=PixelSize(0.1, 0.1, 0.5),
        frame_interval_s=30,
        channels=(Channel("DNA", "#0000FF", wavelength_nm=461), Channel("actin", "#FF00FF")),
        content_hash="0" * 64,
    )
    record = Record(
        "a",
        fields={"organism": (Term("Homo sapiens"),), "imaging_mode": (Term("confocal"),), "mood": (Term("calm"),)},
        contributors=("Ada",),
        year=2010,
        facts=facts,
    )
    found = facts_of(record)
    assert found["Biology"] == {"Organism": ["Homo sapiens"], "Mood": ["calm"]}
    assert found["Imaging"] == {
        "Imaging mode": ["confocal"],
        "Image type": ["z-stack time series"],
        "Channels": ["DNA, 461\u2009nm", "actin"],
    }
    assert found["Dimensions"] == {
        "Size": ["200\u2009×\u2009100 pixels"],
        "Field of view": ["20\u2009µm\u2009×\u200910\u2009µm"],
        "Pixel size": ["0.1\u2009µm"],
        "Slices": ["5, 0.5\u2009µm apart"],
        "Time points": ["3, every 30\u2009s"],
        "Samples": ["uint16"],
    }
    assert found["Attribution"] == {"Contributors": ["Ada"], "Year": ["2010"], "Id": ["a"]}


def test_what_is_not_known_is_said_to_be_unknown():
    facts = Facts(Sizes(y=1, x=1, z=2, t=2), "uint8", content_hash="0" * 64)
    found = facts_of(Record("a", facts=facts))["Dimensions"]
    assert found["Pixel size"] == ["not calibrated"]
    assert found["Slices"] == ["2, distance unknown"]
    assert found["Time points"] == ["2, interval unknown"]
    assert "Field of view" not in found


def test_only_web_addresses_become_links():
    for source, href in (
        ("https://example.org/a", "https://example.org/a"),
        ("javascript:alert(1)", ""),
        ("a book", ""),
    ):
        last = particulars(Record("a", source=source))["Attribution"][0]
        assert (last.label, last.values[0].href()) == ("Source", href)


@pytest.mark.parametrize(
    "um, said", [(0.05149, "51.5 nm"), (0.1, "0.1 µm"), (12.345, "12.3 µm"), (999, "999 µm"), (2500, "2.5 mm")]
)
def test_a_length_in_its_unit(um, said):
    assert length(um).replace("\u2009", " ") == said


@pytest.mark.parametrize("s, said", [(0.02, "20 ms"), (1, "1 s"), (90, "90 s"), (300, "5 min"), (36000, "10 h")])
def test_a_duration_in_its_unit(s, said):
    assert duration(s).replace("\u2009", " ") == said

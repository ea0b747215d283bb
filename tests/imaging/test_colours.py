"""Display colours: defaults, and the fixed palette of labels that the browser must give too."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from micrographia.imaging.colours import channel_colours, label_colours

CASES = json.loads((Path(__file__).parent.parent / "display_cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("label", "rgb"), CASES["label_colours"])
def test_labels_have_fixed_colours(label, rgb):
    assert label_colours(np.array([label]))[0].tolist() == rgb


def test_neighbouring_labels_are_told_apart():
    colours = label_colours(np.arange(1, 2000)).astype(int)
    assert np.abs(np.diff(colours, axis=0)).sum(axis=1).min() > 60
    assert colours.max(axis=1).min() >= 195


def test_labels_of_any_type():
    expected = label_colours(np.array([0, 3], np.uint8)).tolist()
    assert label_colours(np.array([0.0, 3.0])).tolist() == expected
    assert label_colours(np.array([np.nan, 3], np.float32)).tolist() == expected
    assert label_colours(np.array([[False, True]])).shape == (1, 2, 3)


def test_a_single_channel_is_grey_and_several_are_told_apart():
    assert channel_colours([None]) == ("#FFFFFF",)
    assert channel_colours(["#00ff00"]) == ("#00FF00",)
    assert channel_colours([None, None]) == ("#00FFFF", "#FF00FF")
    assert channel_colours(["#FFFFFF", "#FFFFFF"]) == ("#00FFFF", "#FF00FF")
    assert channel_colours(["#FFFFFF", "#FF0000"]) == ("#FFFFFF", "#FF0000")
    assert channel_colours(["url(x)", "red"]) == ("#00FFFF", "#FF00FF")

"""Channels to a picture: the reference for the player's own composition, and the cases shared with it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from micrographia.collection.records import Facts, Sizes
from micrographia.imaging.composition import compose
from micrographia.imaging.display import DisplayState, ResolvedChannel, ResolvedDisplay, resolve

CASES = json.loads((Path(__file__).parent.parent / "display_cases.json").read_text(encoding="utf-8"))["compose"]


def display_of(data: dict) -> ResolvedDisplay:
    channels = tuple(ResolvedChannel(**{**channel, "limits": tuple(channel["limits"])}) for channel in data["channels"])
    return ResolvedDisplay(**{**data, "channels": channels, "shown": tuple(data["shown"])})


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES])
def test_composition_cases(case):
    planes = {name if name == "rgb" else int(name): np.array(rows) for name, rows in case["planes"].items()}
    picture = compose(planes, display_of(case["resolved"]))
    assert picture.dtype == np.uint8
    assert np.abs(picture.astype(int) - np.array(case["picture"])).max() <= 1


def test_what_is_not_a_number_is_dark():
    display = resolve(DisplayState(), Facts(Sizes(1, 3), "float32"))
    picture = compose({0: np.array([[np.nan, np.inf, -np.inf]], np.float32)}, display)
    assert picture[0, :, 0].tolist() == [0, 255, 0]

"""The histogram of the plane in the player."""

from __future__ import annotations

import numpy as np
import pytest

from micrographia.imaging.display import DisplayState
from micrographia.widgets.plots import Histogram, lines, plane_curves, visible_colour


def test_curves_are_those_of_the_visible_channels(library):
    state = DisplayState.from_json({"v": 1, "t": 1, "z": 2, "channels": {"0": {"visible": False}}})
    (curve,) = plane_curves(library, "division", state)
    plane = library["division"].plane(t=1, z=2, c=1)
    assert curve["name"] == "tubulin"
    assert sum(curve["counts"]) == plane.size
    assert curve["edges"][0] == plane.min()


def test_a_colour_image_and_a_projection_have_one_too(library):
    assert len(plane_curves(library, "section", DisplayState())) == 1
    assert len(plane_curves(library, "division", DisplayState(z="max"))) == 2


def test_empty_bins_are_gaps_as_the_axis_is_logarithmic():
    drawn = lines([{"name": "", "color": "#FFFFFF", "limits": [0, 2], "edges": [0, 3], "counts": [5, 0, 1]}], False)
    np.testing.assert_allclose(drawn["xs"][0], [0.5, 1.5, 2.5])
    np.testing.assert_array_equal(drawn["ys"][0], [5, np.nan, 1])


@pytest.mark.parametrize("dark", [True, False])
@pytest.mark.parametrize("colour", ["#FFFFFF", "#000000", "#FFFF00", "#0000FF", "#808080"])
def test_every_line_stands_out_from_its_paper(colour, dark):
    shown = visible_colour(colour, dark)
    light = sum(share * int(shown[at : at + 2], 16) / 255 for share, at in ((0.299, 1), (0.587, 3), (0.114, 5)))
    assert light > 0.1 if dark else light < 0.6


def test_the_plot_is_made_when_it_is_wanted_and_then_changed_in_place(library):
    histogram = Histogram()
    assert list(histogram.__panel__()) == []
    histogram.curves = plane_curves(library, "division", DisplayState())
    plot = histogram.__panel__()[0].object
    histogram.dark = True
    histogram.curves = plane_curves(library, "yeast", DisplayState())
    assert histogram.__panel__()[0].object is plot
    histogram.param.update(curves=[], note="No channel is visible.")
    assert not histogram.__panel__()[0].visible

"""Plots of what the player shows. Bokeh draws them; they are made when they are first wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import panel as pn
import param
from bokeh.models import ColumnDataSource, NumeralTickFormatter
from bokeh.plotting import figure

INK = {False: "#5A5F63", True: "#9AA3A8"}
LINE = {False: "#E4E1DA", True: "#2A3034"}
# A white channel cannot be seen on paper, nor a black one in the dark.
_PALE = 0.8
HEIGHT = 170


class Histogram(pn.viewable.Viewer):
    """The histogram of the plane in the player, a line for each visible channel, with its display limits."""

    curves = param.List(default=[], doc="For each shown channel: name, color, limits, edges and counts.")
    dark = param.Boolean(default=False, doc="Whether the page is dark.")
    note = param.String(default="", doc="A sentence in place of the plot, when there is nothing to plot.")

    def __init__(self, **params: Any) -> None:
        super().__init__(**params)
        self._lines = ColumnDataSource({"xs": [], "ys": [], "color": [], "name": []})
        self._limits = ColumnDataSource({"x": [], "color": []})
        self._pane = pn.pane.Bokeh(None, sizing_mode="stretch_width", height=HEIGHT, margin=0)
        self._text = pn.pane.Markdown("", margin=0, visible=False)
        self._layout = pn.Column(self._pane, self._text, sizing_mode="stretch_width", margin=0)
        self.param.watch(self._on_curves_changed, ["curves", "note"])
        self.param.watch(self._on_theme_changed, "dark")

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout

    def _on_curves_changed(self, *events: param.parameterized.Event) -> None:
        if self._pane.object is None and self.curves:
            self._pane.object = self._figure()
        self._text.param.update(object=self.note, visible=bool(self.note))
        self._pane.visible = not self.note
        self._lines.data = lines(self.curves, self.dark)
        self._limits.data = {
            "x": [limit for curve in self.curves for limit in curve["limits"]],
            "color": [visible_colour(curve["color"], self.dark) for curve in self.curves for _ in curve["limits"]],
        }

    def _on_theme_changed(self, event: param.parameterized.Event) -> None:
        if self._pane.object is not None:
            self._paint(self._pane.object)
            self._on_curves_changed()

    def _figure(self) -> figure:
        plot = figure(
            height=HEIGHT, sizing_mode="stretch_width", y_axis_type="log", toolbar_location=None, tools="",
            min_border=0, outline_line_color=None, background_fill_color=None, border_fill_color=None,
        )  # fmt: skip
        plot.multi_line("xs", "ys", color="color", line_width=1.5, source=self._lines)
        plot.vspan("x", color="color", line_dash=[3, 3], line_alpha=0.7, source=self._limits)
        plot.y_range.start = 0.8  # type: ignore[attr-defined]
        plot.xaxis.axis_label = "value"
        plot.yaxis.axis_label = "pixels"
        plot.xaxis.formatter = NumeralTickFormatter(format="0,0.[00]")
        plot.yaxis.formatter = NumeralTickFormatter(format="0a")
        plot.yaxis.minor_tick_line_color = None
        self._paint(plot)
        return plot

    def _paint(self, plot: figure) -> None:
        ink, line = INK[self.dark], LINE[self.dark]
        plot.grid.grid_line_color = line
        for axis in plot.axis:
            axis.update(
                axis_line_color=line,
                major_tick_line_color=line,
                major_label_text_color=ink,
                axis_label_text_color=ink,
                axis_label_text_font_style="normal",
            )


def lines(curves: Sequence[Mapping[str, Any]], dark: bool) -> dict[str, list[Any]]:
    """Step lines of histograms as Bokeh draws them: counts over the middles of their bins, none below one pixel."""
    xs, ys = [], []
    for curve in curves:
        counts = np.asarray(curve["counts"], dtype=float)
        edges = np.linspace(*curve["edges"], counts.size + 1)
        xs.append((edges[:-1] + edges[1:]) / 2)
        ys.append(np.where(counts > 0, counts, np.nan))
    return {
        "xs": xs,
        "ys": ys,
        "color": [visible_colour(curve["color"], dark) for curve in curves],
        "name": [curve["name"] for curve in curves],
    }


def visible_colour(colour: str, dark: bool) -> str:
    """The colour of a channel as a line: itself, or the second ink where it would not be seen on the paper."""
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    light = 0.299 * red + 0.587 * green + 0.114 * blue
    if dark:
        return colour if light > 1 - _PALE else INK[True]
    if max(red, green, blue) - min(red, green, blue) < 0.1:
        return INK[False] if light > 1 - _PALE else colour
    # On paper bright colours are drawn darker, so that yellow and cyan still stand out.
    share = min(1.0, 0.45 / light) if light > 0.45 else 1.0
    return "#" + "".join(f"{round(part * share * 255):02X}" for part in (red, green, blue))

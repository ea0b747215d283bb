"""Plots of what the player shows. Bokeh draws them; they are made when they are first wanted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import panel as pn
import param
from bokeh.models import ColumnDataSource, NumeralTickFormatter, Range1d
from bokeh.plotting import figure
from panel.io.state import state as session

from micrographia.imaging.display import DisplayState, resolve
from micrographia.library import Library

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
        self._layout = pn.Column(sizing_mode="stretch_width", margin=0)
        self._plot: figure | None = None
        self.param.watch(self._on_curves_changed, ["curves", "note"])
        self.param.watch(self._on_theme_changed, "dark")

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout

    def _on_curves_changed(self, *events: param.parameterized.Event) -> None:
        # Curves come from a thread; what Bokeh holds may only be changed while the session is locked.
        session.execute(self._draw, schedule=True)

    def _on_theme_changed(self, event: param.parameterized.Event) -> None:
        if self._plot is not None:
            session.execute(self._repaint, schedule=True)

    def _repaint(self) -> None:
        self._paint(self._plot)  # type: ignore[arg-type]
        self._draw()

    def _draw(self) -> None:
        # Most visitors never open the plot, so it is no part of a page until they do.
        plot = self._plot or self._figure()
        if self.curves:
            self._show(plot)
        has_note = bool(self.note)
        if self._plot is not None:
            drawn, text = self._layout.objects
            text.param.update(object=self.note, visible=has_note)
            drawn.visible = not has_note
            return
        # Put on the page when all is in it: what changes right after may reach the browser before the plot does.
        self._plot = plot
        self._layout.objects = [
            pn.pane.Bokeh(plot, sizing_mode="stretch_width", height=HEIGHT, margin=0, visible=not has_note),
            pn.pane.Markdown(self.note, margin=0, visible=has_note),
        ]

    def _show(self, plot: figure) -> None:
        self._lines.data = lines(self.curves, self.dark)
        self._limits.data = {
            "x": [limit for curve in self.curves for limit in curve["limits"]],
            "color": [visible_colour(curve["color"], self.dark) for curve in self.curves for _ in curve["limits"]],
        }
        plot.x_range.update(
            start=min(min(curve["edges"][0], curve["limits"][0]) for curve in self.curves),
            end=max(max(curve["edges"][1], curve["limits"][1]) for curve in self.curves),
        )
        plot.y_range.update(end=1.6 * max(max(curve["counts"]) for curve in self.curves))

    def _figure(self) -> figure:
        plot = figure(
            height=HEIGHT,
            sizing_mode="stretch_width",
            y_axis_type="log",
            x_range=Range1d(start=0, end=1),
            y_range=Range1d(start=0.8, end=10),
            toolbar_location=None,
            tools="",
            min_border=0,
            outline_line_color=None,
            background_fill_color=None,
            border_fill_color=None,
        )
        plot.multi_line("xs", "ys", color="color", line_width=1.5, source=self._lines)
        plot.vspan("x", color="color", line_dash=[3, 3], line_alpha=0.7, source=self._limits)
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


def plane_curves(library: Library, record_id: str, display: DisplayState) -> list[dict[str, Any]]:
    """The histograms of the visible channels of the plane that a display state shows, with colours and limits."""
    found = library[record_id].found
    shown = resolve(display, found.facts)
    channels = [shown.channels[index] for index in shown.shown]
    if not channels:
        return []
    asked = "" if shown.colour else "?c=" + ",".join(str(channel.index) for channel in channels)
    address = f"/histogram/{found.id}/{found.facts.version}/{shown.t}/{shown.z}{asked}"
    measured = json.loads(library.pixels.answer(address).body)["channels"]
    return [
        {"name": c.name, "color": c.color, "limits": list(c.limits), "edges": m["edges"], "counts": m["counts"]}
        for c, m in zip(channels, measured, strict=False)
    ]


def lines(curves: Sequence[Mapping[str, Any]], dark: bool) -> dict[str, list[Any]]:
    """Step lines of histograms as Bokeh draws them: counts over the middles of their bins, none below one pixel."""
    xs, ys = [], []
    for curve in curves:
        counts = np.asarray(curve["counts"], dtype=float)
        low, high = curve["edges"]
        edges = np.linspace(low, high, counts.size + 1)
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

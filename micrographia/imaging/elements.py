"""An image as HoloViews elements, for those who draw and link their own plots in a notebook."""

from __future__ import annotations

from collections.abc import Callable

import holoviews as hv
import numpy as np
from numpy.typing import NDArray

from micrographia.collection.records import Facts

Read = Callable[..., NDArray]


def elements(read: Read, facts: Facts) -> hv.Image | hv.RGB | hv.DynamicMap:
    """The planes of an image as HoloViews elements in raw units, with sliders for every axis that has a length.

    Parameters
    ----------
    read
        ``read(t=, z=, c=)`` gives one plane, (y, x), or (y, x, 3) with ``c=None``.
    facts
        The image's facts. Positions are in µm when the pixel size is known, else in pixels.

    Returns
    -------
    A ``hv.Image`` (``hv.RGB`` for a colour image), or a ``hv.DynamicMap`` of them over t, z and channel.
    """
    axes = [hv.Dimension(name, values=list(range(size))) for name, size in _axes(facts) if size > 1]
    if not facts.colour and facts.sizes.c > 1:
        axes.append(hv.Dimension("channel", values=[_channel_name(facts, c) for c in range(facts.sizes.c)]))

    def element(*position: int | str) -> hv.Image | hv.RGB:
        at = {axis.name: value for axis, value in zip(axes, position, strict=True)}
        return _element(read, facts, at)

    if not axes:
        return element()
    # A stack is opened in its middle, as the player does: its ends are often empty.
    return hv.DynamicMap(element, kdims=axes).redim.default(z=facts.sizes.z // 2)


def _axes(facts: Facts) -> tuple[tuple[str, int], ...]:
    return ("t", facts.sizes.t), ("z", facts.sizes.z)


def _channel_name(facts: Facts, c: int) -> str:
    name = facts.channels[c].name if c < len(facts.channels) else ""
    return f"{c} {name}".strip()


def _element(read: Read, facts: Facts, at: dict[str, int | str]) -> hv.Image | hv.RGB:
    c = int(str(at.pop("channel", "0")).split()[0])
    xs, ys, kdims = _positions(facts)
    if facts.colour:
        plane = read(**at, c=None)
        return _facing_down(hv.RGB((xs, ys, *np.moveaxis(plane, -1, 0)), kdims=kdims))
    value = hv.Dimension("intensity", label=_channel_name(facts, c) if facts.channels else "intensity")
    return _facing_down(hv.Image((xs, ys, read(**at, c=c)), kdims=kdims, vdims=[value]))


def _positions(facts: Facts) -> tuple[NDArray, NDArray, list[hv.Dimension]]:
    size = facts.pixel_size_um
    step_x, step_y, unit = (size.x, size.y, "µm") if size.x and size.y else (1.0, 1.0, "px")
    xs = (np.arange(facts.sizes.x) + 0.5) * step_x
    ys = (np.arange(facts.sizes.y) + 0.5) * step_y
    return xs, ys, [hv.Dimension("x", unit=unit), hv.Dimension("y", unit=unit)]


def _facing_down(element: hv.Image | hv.RGB) -> hv.Image | hv.RGB:
    # Rows count downwards in an image; options exist only once the notebook has chosen a plotting backend.
    if not hv.Store.loaded_backends():
        return element
    look = {} if isinstance(element, hv.RGB) else {"cmap": "gray"}
    return element.opts(invert_yaxis=True, data_aspect=1, **look)

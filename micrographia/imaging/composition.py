"""Channels to a picture: the composition that the player does in the browser, written once as reference.

For each channel that is shown, ``share = clip((value - low) / (high - low), 0, 1) ** gamma``. Shares times the
channels' colours are added as bytes of the display (no linear light: as microscopes' own programs do), clipped,
and rounded half up. In grey mode one channel is shown, in white. A colour image has its samples stretched alike.
Labels are given the fixed colours of ``colours.label_colours``; of several label channels the last one above 0 is seen.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from micrographia.imaging.colours import label_colours, rgb
from micrographia.imaging.display import ResolvedChannel, ResolvedDisplay


def compose(planes: Mapping[int | str, np.ndarray], display: ResolvedDisplay) -> np.ndarray:
    """The picture, (y, x, 3) uint8, that a display makes of planes.

    Parameters
    ----------
    planes
        By channel, raw samples of shape (y, x), at least those of ``display.shown``; of a colour image ``"rgb"``
        with shape (y, x, 3).
    display
        Which channels are shown, and how.
    """
    if display.colour:
        return _rounded(_share(planes["rgb"], display.channels[0]) * 255)
    shape = next(iter(planes.values())).shape
    if display.labels:
        return _labels(planes, display, shape)
    total = np.zeros((*shape, 3))
    for index in display.shown:
        channel = display.channels[index]
        color = (255, 255, 255) if display.mode == "grey" else rgb(channel.color)
        total += _share(planes[index], channel)[..., None] * np.array(color, float)
    return _rounded(total)


def _labels(planes: Mapping[int | str, np.ndarray], display: ResolvedDisplay, shape: tuple[int, ...]) -> np.ndarray:
    picture = np.zeros((*shape, 3), np.uint8)
    for index in display.shown:
        present = planes[index] != 0
        picture[present] = label_colours(planes[index][present])
    return picture


def _share(plane: np.ndarray, channel: ResolvedChannel) -> np.ndarray:
    low, high = channel.limits
    values = np.nan_to_num(np.clip(plane.astype(np.float64), low, high), nan=low)
    share = (values - low) / (high - low)
    return share if channel.gamma == 1 else share**channel.gamma


def _rounded(values: np.ndarray) -> np.ndarray:
    return np.clip(np.floor(values + 0.5), 0, 255).astype(np.uint8)

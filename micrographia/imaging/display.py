"""What is on the screen: the wishes (`DisplayState`), the image's facts, and their resolution.

The state is the same object in the address bar, the player, Python and lessons, written as JSON or as a
query string. Its twin in the browser is ``player/state.js``; ``tests/display_cases.json`` holds both to one
behaviour. Anything unknown or impossible in a state is left out and becomes a finding, never an error.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from micrographia.collection.findings import Finding
from micrographia.collection.records import Channel, Facts
from micrographia.imaging.colours import channel_colours
from micrographia.imaging.wishes import read_address, read_wishes, write_number

VERSION = 1
VISIBLE_AT_FIRST = 6
VISIBLE_AT_MOST = 16

Limits = tuple[float, float]
Mode = Literal["composite", "grey"]


@dataclass(frozen=True, slots=True)
class ChannelState:
    """Wishes for one channel; ``None`` means as the image says."""

    color: str | None = None
    limits: Limits | None = None
    gamma: float | None = None
    visible: bool | None = None

    def as_json(self) -> dict[str, Any]:
        """The wishes as plain JSON."""
        limits = None if self.limits is None else list(self.limits)
        return {"color": self.color, "limits": limits, "gamma": self.gamma, "visible": self.visible}


@dataclass(frozen=True, slots=True)
class DisplayState:
    """Wishes for what is on the screen, version 1; ``None`` means as the image says.

    ``z`` is a slice, or a projection such as ``"max"`` or ``"sum:3-9"`` (both ends included). ``view`` is the
    visible rectangle (x, y, width, height) in full-size pixels; ``None`` fits the image to the screen.
    ``findings`` tell what was left out when the state was read; they are no part of the state.
    """

    t: int | None = None
    z: int | str | None = None
    channels: Mapping[int, ChannelState] = field(default_factory=lambda: MappingProxyType({}))
    mode: Mode = "composite"
    view: tuple[float, float, float, float] | None = None
    auto: Literal["once", "plane"] = "once"
    lock: bool = True
    fps: float = 10
    play: Literal["loop", "bounce", "once"] = "loop"
    bar: bool = True
    findings: tuple[Finding, ...] = field(default=(), compare=False, repr=False)

    def __post_init__(self) -> None:
        # A channel of which nothing is wished is as no channel: states that mean the same are equal.
        wished = {index: channel for index, channel in self.channels.items() if channel != ChannelState()}
        object.__setattr__(self, "channels", MappingProxyType(wished))

    @classmethod
    def from_json(cls, data: object) -> DisplayState:
        """The state written as JSON, with a finding for each part that is left out."""
        wishes, findings = read_wishes(data)
        channels = {int(index): ChannelState(**channel) for index, channel in wishes.pop("channels", {}).items()}
        return cls(**wishes, channels=channels, findings=tuple(findings))

    @classmethod
    def from_url(cls, query: str) -> DisplayState:
        """The state written as a query string; keys that belong to others are passed over in silence."""
        data, findings = read_address(query)
        state = cls.from_json(data)
        object.__setattr__(state, "findings", (*findings, *state.findings))
        return state

    def as_json(self) -> dict[str, Any]:
        """The state as plain JSON, every key present."""
        return {
            "v": VERSION,
            "t": self.t,
            "z": self.z,
            "channels": {str(index): self.channels[index].as_json() for index in sorted(self.channels)},
            "mode": self.mode,
            "view": None if self.view is None else list(self.view),
            "auto": self.auto,
            "lock": self.lock,
            "fps": self.fps,
            "play": self.play,
            "bar": self.bar,
        }

    def to_url(self) -> str:
        """The state as a query string, without what is as by default; the keys always stand in the same order."""
        parts = [] if self.t is None else [f"t={self.t}"]
        if self.z is not None:
            parts.append(f"z={self.z}")
        parts += [_channel_to_url(index, self.channels[index]) for index in sorted(self.channels)]
        if self.mode != "composite":
            parts.append(f"mode={self.mode}")
        if self.view is not None:
            parts.append("view=" + ",".join(write_number(number) for number in self.view))
        if self.auto != "once":
            parts.append(f"auto={self.auto}")
        if not self.lock:
            parts.append("lock=off")
        if self.fps != 10:
            parts.append(f"fps={write_number(self.fps)}")
        if self.play != "loop":
            parts.append(f"play={self.play}")
        if not self.bar:
            parts.append("bar=off")
        return "&".join(parts)


@dataclass(frozen=True, slots=True)
class ResolvedChannel:
    """How one channel is shown: every wish fulfilled or put in range."""

    index: int
    name: str
    color: str
    limits: Limits
    gamma: float
    visible: bool


@dataclass(frozen=True, slots=True)
class ResolvedDisplay:
    """What is on the screen, with nothing left open.

    ``z`` is a slice or a projection; a projection of all slices stands without its range. A colour image has
    one channel, whose limits and gamma hold for its three samples. ``shown`` are the channels that make the
    picture: the visible ones, in grey mode only the first of them. ``view`` stays ``None`` for fit.
    """

    t: int
    z: int | str
    channels: tuple[ResolvedChannel, ...]
    shown: tuple[int, ...]
    mode: Mode
    colour: bool
    labels: bool
    view: tuple[float, float, float, float] | None
    auto: str
    lock: bool
    fps: float
    play: str
    bar: bool

    def as_json(self) -> dict[str, Any]:
        """The resolved display as plain JSON."""
        return {
            "t": self.t,
            "z": self.z,
            "channels": [
                {
                    "index": channel.index,
                    "name": channel.name,
                    "color": channel.color,
                    "limits": list(channel.limits),
                    "gamma": channel.gamma,
                    "visible": channel.visible,
                }
                for channel in self.channels
            ],
            "shown": list(self.shown),
            "mode": self.mode,
            "colour": self.colour,
            "labels": self.labels,
            "view": None if self.view is None else list(self.view),
            "auto": self.auto,
            "lock": self.lock,
            "fps": self.fps,
            "play": self.play,
            "bar": self.bar,
        }


def resolve(state: DisplayState, facts: Facts) -> ResolvedDisplay:
    """What is on the screen when these wishes meet this image; always in range, and the same for the same."""
    z = _resolve_z(state.z, facts.sizes.z)
    channels = _resolve_channels(state, facts, summed=_slices(z, facts.sizes.z) if str(z).startswith("sum") else 1)
    visible = tuple(channel.index for channel in channels if channel.visible)
    return ResolvedDisplay(
        t=min(state.t or 0, facts.sizes.t - 1),
        z=z,
        channels=channels,
        shown=visible[:1] if state.mode == "grey" else visible,
        mode=state.mode,
        colour=facts.colour,
        labels=facts.labels,
        view=None if state.view is None else _resolve_view(state.view, facts.sizes.y, facts.sizes.x),
        auto=state.auto,
        lock=state.lock,
        fps=state.fps,
        play=state.play,
        bar=state.bar,
    )


def _resolve_z(z: int | str | None, size: int) -> int | str:
    if z is None:
        return size // 2
    if isinstance(z, int):
        return min(z, size - 1)
    method, _, ends = z.partition(":")
    first, last = (min(int(end), size - 1) for end in ends.split("-")) if ends else (0, size - 1)
    if first == last:
        return first
    return method if (first, last) == (0, size - 1) else f"{method}:{first}-{last}"


def _slices(z: int | str, size: int) -> int:
    _, _, ends = str(z).partition(":")
    if not ends:
        return size
    first, last = ends.split("-")
    return int(last) - int(first) + 1


def _resolve_channels(state: DisplayState, facts: Facts, summed: int) -> tuple[ResolvedChannel, ...]:
    given = described_channels(facts)
    possible = sample_range(facts.dtype)
    channels: list[ResolvedChannel] = []
    left = VISIBLE_AT_MOST
    for index, channel in enumerate(given):
        wish = state.channels.get(index, ChannelState())
        visible = (wish.visible if wish.visible is not None else index < VISIBLE_AT_FIRST) and left > 0
        left -= visible
        default = _scaled(channel.limits or possible, summed)
        channels.append(
            ResolvedChannel(
                index=index,
                name=channel.name,
                color=wish.color or channel.color or "#FFFFFF",
                limits=_within(wish.limits, _scaled(possible, summed), facts.dtype) or default,
                gamma=1.0 if wish.gamma is None else wish.gamma,
                visible=bool(visible),
            )
        )
    return tuple(channels)


def described_channels(facts: Facts) -> tuple[Channel, ...]:
    """The channels as they are shown by default: each with a name, a colour and limits; one for a colour image."""
    if facts.colour:
        return (Channel(name="Colour", color="#FFFFFF", limits=_colour_limits(facts)),)
    given = [*facts.channels[: facts.sizes.c], *[Channel()] * (facts.sizes.c - len(facts.channels))]
    colours = channel_colours([channel.color for channel in given])
    return tuple(
        Channel(
            name=channel.name or (f"Channel {number}" if len(given) > 1 else ""),
            color=colour,
            limits=_default_limits(channel, facts),
            wavelength_nm=channel.wavelength_nm,
        )
        for number, (channel, colour) in enumerate(zip(given, colours, strict=True), start=1)
    )


def _default_limits(channel: Channel, facts: Facts) -> Limits:
    possible = sample_range(facts.dtype)
    if facts.labels:
        return possible
    return _within(channel.limits, possible, facts.dtype) or _within(channel.auto, possible, facts.dtype) or possible


def _colour_limits(facts: Facts) -> Limits:
    possible = sample_range(facts.dtype)
    autos = [channel.auto for channel in facts.channels if channel.auto]
    if facts.dtype == "uint8" or not autos:
        return possible
    joint = min(low for low, _ in autos), max(high for _, high in autos)
    return _within(joint, possible, facts.dtype) or possible


def _within(limits: Limits | None, possible: Limits, dtype: str) -> Limits | None:
    if limits is None or not all(math.isfinite(limit) for limit in limits):
        return None
    low, high = limits
    if not dtype.startswith("float"):
        low, high = max(low, possible[0]), min(high, possible[1])
    return (low, high) if low < high else None


def _scaled(limits: Limits, summed: int) -> Limits:
    return limits[0] * summed, limits[1] * summed


def sample_range(dtype: str) -> Limits:
    """The least and the greatest value that samples of a type can have; 0 to 1 for floating point."""
    kind = np.dtype(dtype)
    if kind.kind == "b":
        return 0, 1
    if kind.kind not in "ui":
        return 0, 1
    info = np.iinfo(kind)
    return int(info.min), int(info.max)


def _resolve_view(
    view: tuple[float, float, float, float], height: int, width: int
) -> tuple[float, float, float, float]:
    x, y, w, h = view
    w, h = min(max(w, 1), 16 * width), min(max(h, 1), 16 * height)
    return min(max(x, -w / 2), width - w / 2), min(max(y, -h / 2), height - h / 2), w, h


def _channel_to_url(index: int, channel: ChannelState) -> str:
    tokens = [str(index)]
    if channel.color is not None:
        tokens.append(channel.color[1:])
    if channel.limits is not None:
        tokens.append("..".join(write_number(limit) for limit in channel.limits))
    if channel.gamma is not None:
        tokens.append(f"g{write_number(channel.gamma)}")
    if channel.visible is not None:
        tokens.append("on" if channel.visible else "off")
    return "ch=" + ",".join(tokens)


def manifest(
    record_id: str,
    facts: Facts,
    levels: Sequence[Any],
    *,
    title: str = "",
    credit: str = "",
    licence: str | None = None,
    alt: str = "",
    prefix: str = "",
) -> dict[str, Any]:
    """What the player is given of an image, as plain JSON.

    Parameters
    ----------
    record_id, facts
        The image.
    levels
        Its resolution levels, full size first (see ``planes.levels_of``).
    title, credit, licence, alt
        What stands beside the picture, as plain text.
    prefix
        The path under which the site lies, such as ``/cells``.
    """
    sizes, pixel = facts.sizes, facts.pixel_size_um
    return {
        "id": record_id,
        "title": title,
        "version": facts.version,
        "base": f"{prefix}/pixels/{record_id}/{facts.version}",
        "sizes": {"t": sizes.t, "c": sizes.c, "z": sizes.z, "y": sizes.y, "x": sizes.x},
        "dtype": facts.dtype,
        "colour": facts.colour,
        "labels": facts.labels,
        "pixel_size_um": {"x": _finite(pixel.x), "y": _finite(pixel.y), "z": _finite(pixel.z)},
        "frame_interval_s": _finite(facts.frame_interval_s),
        "channels": [
            {
                "name": channel.name,
                "color": channel.color,
                "limits": list(channel.limits or (0, 1)),
                "wavelength_nm": _finite(channel.wavelength_nm),
            }
            for channel in described_channels(facts)
        ],
        "levels": [{"y": v.y, "x": v.x, "tile": v.tile, "rows": v.rows, "cols": v.cols} for v in levels],
        "range": list(slider_range(facts)),
        "credit": credit,
        "licence": licence,
        "alt": alt,
    }


def _finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None


def slider_range(facts: Facts) -> Limits:
    """A range for sliders that holds all limits: of a 12-bit image in 16-bit samples it is 0 to 4095."""
    possible = sample_range(facts.dtype)
    limits = [channel.limits for channel in described_channels(facts) if channel.limits]
    limits += [channel.auto for channel in facts.channels if channel.auto]
    low, high = min(low for low, _ in limits), max(high for _, high in limits)
    if facts.dtype.startswith("float"):
        margin = (high - low) / 4
        return (0.0 if 0 <= low <= margin else low - margin), high + margin
    if possible[0] < 0 or possible[1] <= 255:
        return possible
    return 0, min(possible[1], (1 << max(8, math.ceil(high).bit_length())) - 1)

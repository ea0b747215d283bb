"""What a pixel address asks for: its parts read, bounded, and refused with a sentence."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from micrographia.collection.records import ID_PATTERN
from micrographia.errors import Invalid, NotFound

LONGEST = 4096
MOST_CHANNELS = 16

_NUMBER = re.compile(r"-?(?:[0-9]{1,40}\.?[0-9]{0,40}|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?")
_WORDS = {
    "pixels": {"c", "q", "w"},
    "overview": {"c", "w"},
    "histogram": {"c"},
    "value": set(),
    "thumbnails": {"s", "v", "axis"},
    "manifest": set(),
}
_LENGTHS = {"pixels": 8, "overview": 5, "histogram": 5, "value": 7, "thumbnails": 2}


@dataclass(frozen=True, slots=True)
class Address:
    """A pixel address taken apart: what is asked for, of which image, the rest of the path, and the parameters."""

    kind: str
    image: str
    version: str
    parts: tuple[str, ...]
    parameters: Mapping[str, str]

    @classmethod
    def parse(cls, text: str) -> Address:
        """The parts of an address such as ``/pixels/cells/0123456789abcdef/0/0/7/0/0?c=0,1&q=preview``."""
        if len(text) > LONGEST:
            raise Invalid(f"The address is longer than {LONGEST} characters.")
        path, _, query = text.partition("?")
        kind, *parts = [unquote(part) for part in path.removeprefix("/").split("/")]
        if kind == "pixels" and len(parts) == 1:
            kind = "manifest"
        elif len(parts) + 1 != _LENGTHS.get(kind):
            raise NotFound(f"There is nothing at {path[:200]!r}.")
        image, version, *rest = [*parts, ""] if len(parts) == 1 else parts
        if not ID_PATTERN.fullmatch(image):
            raise NotFound(f"There is no image {image[:128]!r}.")
        return cls(kind, image, version, tuple(rest), _parameters(kind, query))

    def whole(self, part: int, name: str) -> int:
        """A whole number in the path."""
        return whole(self.parts[part], name)

    def channels(self) -> tuple[str, ...] | None:
        """The channels that ``c`` names, as they stand there; ``None`` when it is not given."""
        text = self.parameters.get("c")
        if text is None:
            return None
        names = tuple(text.split(","))
        if len(names) > MOST_CHANNELS or len(set(names)) < len(names):
            raise Invalid(f"c names {len(names)} channels. Name at most {MOST_CHANNELS}, and none twice.")
        return names

    def windows(self) -> list[tuple[float, float]] | None:
        """The windows of values that ``w`` gives; ``None`` when it is not given."""
        text = self.parameters.get("w")
        return None if text is None else [_window(part) for part in text.split(",")]

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """A parameter that is one of a few words; the first of them when it is not given."""
        text = self.parameters.get(name, choices[0])
        if text not in choices:
            raise Invalid(f"{name} is {text[:40]!r}. Give one of: {', '.join(choices)}.")
        return text


def whole(text: str, name: str) -> int:
    """The whole number that a text writes; ``Invalid`` names the parameter."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 10):
        raise Invalid(f"{name} is {text[:40]!r}. Give a whole number from 0.")
    return int(text)


def _parameters(kind: str, query: str) -> dict[str, str]:
    pairs = parse_qsl(query, keep_blank_values=True)
    if len(pairs) > len(dict(pairs)):
        raise Invalid("A parameter is given twice.")
    unknown = sorted(set(dict(pairs)) - _WORDS[kind])
    if unknown:
        known = ", ".join(sorted(_WORDS[kind])) or "none"
        raise Invalid(f"There is no parameter {unknown[0][:40]!r} here. Known are: {known}.")
    return dict(pairs)


def _window(text: str) -> tuple[float, float]:
    # A browser writes 1e+21, and the + of an address is a space.
    ends = text.replace("e ", "e+").split("..")
    if len(ends) == 2 and all(_NUMBER.fullmatch(end) for end in ends):
        low, high = float(ends[0]), float(ends[1])
        if math.isfinite(high - low) and low < high:
            return low, high
    raise Invalid(f"w has the window {text[:60]!r}. Give two rising numbers such as 120..2400.")

"""Messages of a notebook's player, turned into pixel addresses; checked part by part, for they are hostile."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from micrographia.errors import Invalid

LONGEST_QUERY = 4000

_POSITION = re.compile(r"\d{1,10}")
_SLICE = re.compile(r"\d{1,10}|(?:max|mean|sum)(?::\d{1,10}-\d{1,10})?")


def address(manifest: Mapping[str, Any], message: Mapping[str, Any]) -> str:
    """The pixel address of a message from the browser, checked part by part; raises ``Invalid``."""
    kind = message.get("ask")
    image = f"{quote(str(manifest['id']), safe='')}/{manifest['version']}"
    if kind == "planes":
        places = [_position(message, key) for key in ("level", "t")]
        places += [_slice(message.get("z")), *(_position(message, key) for key in ("row", "col"))]
        return f"/pixels/{image}/{'/'.join(places)}{_query(message)}"
    if kind == "overview":
        axis = "t" if message.get("axis") == "t" else "z"
        return f"/overview/{image}/{axis}/{_position(message, 'at')}{_query(message)}"
    place = f"{image}/{_position(message, 't')}/{_slice(message.get('z'))}"
    if kind == "histogram":
        return f"/histogram/{place}{_query(message)}"
    if kind == "value":
        return f"/value/{place}/{_position(message, 'y')}/{_position(message, 'x')}"
    raise Invalid(f"The player asked for {str(kind)[:40]!r}, which is not known. Show the image again.")


def _position(message: Mapping[str, Any], key: str) -> str:
    text = str(message.get(key))
    if not _POSITION.fullmatch(text):
        raise Invalid(f"{key} is {text[:40]!r}, which is not a position. Show the image again.")
    return text


def _slice(value: object) -> str:
    text = str(value)
    if not _SLICE.fullmatch(text):
        raise Invalid(f"z is {text[:40]!r}, which is neither a slice nor a projection. Show the image again.")
    return text


def _query(message: Mapping[str, Any]) -> str:
    """The part of an address that says which channels, how good, and in which windows."""
    channels = message.get("channels")
    parts = []
    if isinstance(channels, list) and channels and channels != ["rgb"]:
        parts.append("c=" + ",".join(_position({"c": channel}, "c") for channel in channels))
    if message.get("quality") in ("preview", "exact"):
        parts.append(f"q={message['quality']}")
    windows = message.get("windows")
    if isinstance(windows, list) and windows:
        parts.append("w=" + ",".join(_window(window) for window in windows))
    query = "&".join(parts)
    if len(query) > LONGEST_QUERY:
        raise Invalid("The player asked for too many channels at once. Show the image again.")
    return f"?{query}" if query else ""


def _window(window: object) -> str:
    numbers = window if isinstance(window, list) else []
    if len(numbers) != 2 or not all(isinstance(number, int | float) for number in numbers):
        raise Invalid(f"A window is {str(window)[:40]}, which is not two numbers. Show the image again.")
    return f"{numbers[0]!r}..{numbers[1]!r}"

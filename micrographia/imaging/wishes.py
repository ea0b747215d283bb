"""Reading display wishes from JSON and from query strings, both hostile: what is kept is safe and in bounds.

Numbers are written as the browser writes them, so that both sides give the same address for the same state.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import unquote_plus

from micrographia.collection.findings import Finding
from micrographia.imaging.colours import colour

LONGEST_ADDRESS = 16_384
MOST_CHANNELS = 64
GREATEST_INDEX = 2**31 - 1
GREATEST_NUMBER = 1e38
GAMMAS = (0.1, 10.0)
RATES = (1.0, 60.0)

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_INDEX = re.compile(r"0|[1-9][0-9]{0,9}")
_PROJECTION = re.compile(r"(max|mean|sum)(?::(0|[1-9][0-9]{0,9})-(0|[1-9][0-9]{0,9}))?")
_HEX = re.compile(r"[0-9A-Fa-f]{6}")
_SWITCHES = {"on": True, "off": False}

Found = tuple[dict[str, Any], list[Finding]]


class _Refused(ValueError):
    """A value that is left out; its text is the sentence of the finding."""


def read_wishes(data: object) -> Found:
    """The wishes in a state written as JSON that can be kept, by key, and findings for the others."""
    if not isinstance(data, Mapping):
        return {}, [_finding("state", "The display state is not an object; the image is shown by default.")]
    wishes: dict[str, Any] = {}
    findings: list[Finding] = []
    for key, value in data.items():
        if key == "channels":
            wishes["channels"], refused = _read_channels(value)
            findings += refused
        elif value is not None:
            _keep(wishes, key, value, _READERS, findings)
    wishes.pop("v", None)
    return wishes, findings


def _keep(kept: dict[str, Any], key: Any, value: Any, readers: Mapping[str, Callable], findings: list[Finding]) -> None:
    if key not in readers:
        findings.append(_finding("state", f"The display state has no part named {str(key)[:40]!r}."))
        return
    try:
        kept[key] = readers[key](value)
    except _Refused as refusal:
        findings.append(_finding(key, f"{key} is {_shown(value)}, {refusal}; it is left out."))


def _read_channels(data: object) -> Found:
    if data is None:
        return {}, []
    if not isinstance(data, Mapping):
        return {}, [_finding("channels", "channels is not an object; it is left out.")]
    channels: dict[str, Any] = {}
    findings: list[Finding] = []
    for index, wishes in data.items():
        if not isinstance(index, str) or not _INDEX.fullmatch(index) or int(index) >= MOST_CHANNELS:
            findings.append(_finding("channels", f"There is no channel {_shown(index)}."))
        elif not isinstance(wishes, Mapping):
            findings.append(_finding("channels", f"The wishes for channel {index} are not an object."))
        else:
            kept: dict[str, Any] = {}
            for key, value in wishes.items():
                if value is not None:
                    _keep(kept, key, value, _CHANNEL_READERS, findings)
            if kept:
                channels[index] = kept
    return channels, findings


def _version(value: object) -> int:
    if _number(value) != 1:
        raise _Refused("which this version does not know")
    return 1


def _index(value: object) -> int:
    number = _number(value)
    if number != int(number) or not 0 <= number <= GREATEST_INDEX:
        raise _Refused("not a position")
    return int(number)


def _z(value: object) -> int | str:
    if not isinstance(value, str):
        return _index(value)
    match = _PROJECTION.fullmatch(value)
    if not match:
        raise _Refused("neither a slice nor a projection")
    first, last = match.group(2, 3)
    if first is not None and (int(first) > int(last) or int(last) > GREATEST_INDEX):
        raise _Refused("a range that ends before it begins")
    return value


def _color(value: object) -> str:
    known = colour(value)
    if known is None:
        raise _Refused("not a colour such as #00FFFF")
    return known


def _limits(value: object) -> tuple[float, float]:
    low, high = _numbers(value, 2)
    if low >= high:
        raise _Refused("limits that do not rise")
    return low, high


def _view(value: object) -> tuple[float, float, float, float]:
    x, y, width, height = _numbers(value, 4)
    if not (0 < width <= GREATEST_INDEX and 0 < height <= GREATEST_INDEX):
        raise _Refused("a view without an extent")
    if max(abs(x), abs(y)) > GREATEST_INDEX:
        raise _Refused("a view far outside")
    return x, y, width, height


def _numbers(value: object, count: int) -> list[float]:
    if not isinstance(value, list | tuple) or len(value) != count:
        raise _Refused(f"not {count} numbers")
    return [_number(part) for part in value]


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Refused("not a number")
    # Compared first: a whole number may be too big for a float. NaN fails every comparison.
    if not -GREATEST_NUMBER <= value <= GREATEST_NUMBER:
        raise _Refused("not a number that can be used")
    number = float(value)
    return int(number) if number == int(number) and abs(number) < 2**53 else number


def _between(low: float, high: float) -> Callable[[object], float]:
    def read(value: object) -> float:
        number = _number(value)
        if not low <= number <= high:
            raise _Refused(f"not between {low:g} and {high:g}")
        return number

    return read


def _one_of(*words: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str) or value not in words:
            raise _Refused(f"none of {', '.join(words)}")
        return value

    return read


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise _Refused("neither true nor false")
    return value


_READERS: Mapping[str, Callable] = {
    "v": _version,
    "t": _index,
    "z": _z,
    "mode": _one_of("composite", "grey"),
    "view": _view,
    "auto": _one_of("once", "plane"),
    "lock": _flag,
    "fps": _between(*RATES),
    "play": _one_of("loop", "bounce", "once"),
    "bar": _flag,
}
_CHANNEL_READERS: Mapping[str, Callable] = {
    "color": _color,
    "limits": _limits,
    "gamma": _between(*GAMMAS),
    "visible": _flag,
}


def read_address(query: str) -> Found:
    """The state that a query string writes, as JSON that ``read_wishes`` has yet to check, and findings.

    Of a repeated key the first is taken; ``ch`` is repeated, one for each channel.
    """
    query = query.removeprefix("?")
    if len(query) > LONGEST_ADDRESS:
        return {}, [_finding("address", f"The address is longer than {LONGEST_ADDRESS} characters; it is not read.")]
    data: dict[str, Any] = {}
    channels: dict[str, Any] = {}
    findings: list[Finding] = []
    for part in query.split("&"):
        key, _, text = part.partition("=")
        key, text = unquote_plus(key), unquote_plus(text)
        if key == "ch":
            _read_channel_text(text, channels, findings)
        elif key in data:
            findings.append(_finding(key, f"{key} is given more than once; the first is taken."))
        elif key in _TEXT_READERS:
            data[key] = _TEXT_READERS[key](text)
    return {**data, "channels": channels} if channels else data, findings


def _read_channel_text(text: str, channels: dict[str, Any], findings: list[Finding]) -> None:
    index, *tokens = text.split(",")
    if not _INDEX.fullmatch(index) or int(index) >= MOST_CHANNELS:
        findings.append(_finding("channels", f"There is no channel {_shown(index)}."))
        return
    wishes = channels.setdefault(index, {})
    for token in tokens:
        if token in _SWITCHES:
            wishes["visible"] = _SWITCHES[token]
        elif _HEX.fullmatch(token):
            wishes["color"] = f"#{token}"
        elif ".." in token:
            wishes["limits"] = [_number_text(part) for part in token.split("..")]
        elif token.startswith("g"):
            wishes["gamma"] = _number_text(token[1:])
        else:
            findings.append(_finding("channels", f"Channel {index} has a part that says nothing: {_shown(token)}."))


def _number_text(text: str) -> float | str:
    """The number that a text writes; another text as it came, for ``read_wishes`` to refuse."""
    return float(text) if len(text) <= 40 and _NUMBER.fullmatch(text) else text


def _position_text(text: str) -> int | str:
    return int(text) if _INDEX.fullmatch(text) else text


def _switch_text(text: str) -> bool | str:
    return _SWITCHES.get(text, text)


def _view_text(text: str) -> list[float | str]:
    return [_number_text(part) for part in text.split(",")]


_TEXT_READERS: Mapping[str, Callable] = {
    "v": _number_text,
    "t": _position_text,
    "z": _position_text,
    "mode": str,
    "view": _view_text,
    "auto": str,
    "lock": _switch_text,
    "fps": _number_text,
    "play": str,
    "bar": _switch_text,
}


def write_number(number: float) -> str:
    """A number as JavaScript's ``String(number)`` writes it, but without ``+``, which is a space in an address."""
    if number == 0:
        return "0"
    if isinstance(number, int) and abs(number) < 2**53:
        return str(number)
    shortest = Decimal(repr(float(number)))
    if 1e-6 <= abs(number) < 1e21:
        text = format(shortest, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    sign, digits, _ = shortest.as_tuple()
    mantissa = "".join(str(digit) for digit in digits).rstrip("0")
    fraction = f".{mantissa[1:]}" if len(mantissa) > 1 else ""
    return f"{'-' if sign else ''}{mantissa[0]}{fraction}e{shortest.adjusted()}"


def _shown(value: object) -> str:
    if isinstance(value, int) and abs(value) > GREATEST_NUMBER:
        return "a huge number"
    return repr(value[:60] if isinstance(value, str) else str(value)[:60])


def _finding(name: str, message: str) -> Finding:
    return Finding("note", name, message)

"""Numbers in file names: which names are the planes of one image, and where each plane lies on the axes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

# An axis letter or word in front of digits, standing by itself: _z0007, --T00012--, .ch01, time_3.
_TOKEN = re.compile(
    r"(?<![A-Za-z0-9])(time|frame|slice|section|channel|chan|ch|t|z|c)[ _=-]?(\d{1,9})(?![A-Za-z0-9])"
    r"|(?<![A-Za-z0-9])([tzc])(\d{1,9})(?=[tzc]\d)|(?<=\d)([tzc])(\d{1,9})(?:(?![A-Za-z0-9])|(?=[tzc]\d))",
    re.IGNORECASE,
)
_LETTERS = {"time": "t", "frame": "t", "slice": "z", "section": "z", "channel": "c", "chan": "c", "ch": "c"}
_LAST_NUMBER = re.compile(r"\d{1,9}(?!.*\d)")


@dataclass(frozen=True)
class Numbering:
    """The planes of a folder: for each axis the numbers that occur in order, and each file's position.

    ``unnamed`` is the count of planes on an axis that no letter names, 0 when all axes are named.
    """

    values: dict[str, tuple[int, ...]]
    positions: dict[str, dict[str, int]]
    unnamed: int = 0

    @property
    def lengths(self) -> dict[str, int]:
        """How many different numbers each axis has."""
        return {axis: len(numbers) for axis, numbers in self.values.items()}


def is_one_image(names: Sequence[str]) -> bool:
    """Whether the names differ in nothing but the numbers after axis letters, and so are planes of one image."""
    if len(names) < 2:
        return False
    found = [_tokens(name) for name in names]
    frames = {template for template, _ in found}
    positions = {tuple(sorted(numbers.items())) for _, numbers in found}
    return len(frames) == 1 and len(positions) == len(names) and bool(found[0][1])


def number_planes(names: Sequence[str]) -> Numbering | None:
    """Where the planes with these names lie; ``None`` when the names have no order that could be meant."""
    if is_one_image(names):
        numbers = {name: _tokens(name)[1] for name in names}
        axes = next(iter(numbers.values()))
        values = {axis: tuple(sorted({position[axis] for position in numbers.values()})) for axis in axes}
        index = {axis: {number: at for at, number in enumerate(found)} for axis, found in values.items()}
        positions = {
            name: {axis: index[axis][number] for axis, number in position.items()} for name, position in numbers.items()
        }
        return Numbering(values, positions)
    return _by_last_number(names)


def _by_last_number(names: Sequence[str]) -> Numbering | None:
    matches = {name: _LAST_NUMBER.search(name.rpartition(".")[0]) for name in names}
    if len(names) > 1 and not all(matches.values()):
        return None
    numbers = {name: int(match[0]) if match else 0 for name, match in matches.items()}
    frames = {_LAST_NUMBER.sub("#", name.rpartition(".")[0]) for name in names}
    if len(set(numbers.values())) != len(names) or (len(frames) > 1 and len(names) > 1):
        return None
    ordered = sorted(names, key=lambda name: numbers[name])
    positions = {name: {"q": at} for at, name in enumerate(ordered)}
    return Numbering({"q": tuple(numbers[name] for name in ordered)}, positions, len(names))


def _tokens(name: str) -> tuple[str, dict[str, int]]:
    """The name with its axis numbers taken out, and the numbers; an axis named twice counts with its last number."""
    numbers: dict[str, int] = {}

    def _take(match: re.Match) -> str:
        letter, digits = next((match[i], match[i + 1]) for i in (1, 3, 5) if match[i] is not None)
        axis = _LETTERS.get(letter.casefold(), letter.casefold())
        numbers[axis] = int(digits)
        return f"<{axis}>"

    return _TOKEN.sub(_take, name), numbers

"""The boxes of an MP4 or MOV file: how many samples it declares, before a library makes room for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np

from micrographia.errors import Unreadable

# No video has more frames, and no sound of a day more packets.
SAMPLES_LIMIT = 2_000_000
# The cuts of a track are looked for among all of its samples.
STEPS_LIMIT = 50_000_000

_BOXES_LIMIT = 100_000
_DEPTH_LIMIT = 8
_CONTAINERS = frozenset([b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"moof", b"traf", b"mvex"])
_TABLES = frozenset([b"hdlr", b"stsz", b"stz2", b"stts", b"ctts", b"elst", b"trun"])
_TABLE_BYTES = 16 + 8 * SAMPLES_LIMIT


@dataclass
class _Track:
    """What the tables of one track declare."""

    sizes: int = 0
    times: int = 0
    shifts: int = 0
    cuts: int = 0
    kinds: set[bytes] = field(default_factory=set)
    is_even: bool = False

    @property
    def is_too_long(self) -> bool:
        """Whether the library would have too much to list."""
        # A sound of even steps is read in long pieces and not sample by sample.
        is_sound = self.is_even and self.kinds == {b"soun"}
        samples = max(self.shifts, 0 if is_sound else max(self.sizes, self.times))
        return samples > SAMPLES_LIMIT or samples * self.cuts > STEPS_LIMIT

    def note(self, kind: bytes, table: bytes) -> None:
        """Take in one table."""
        second, third = (int.from_bytes(table[at : at + 4], "big") for at in (4, 8))
        if kind == b"hdlr" and table[4:8] != b"dhlr":
            self.kinds.add(table[8:12])
        elif kind in {b"stsz", b"stz2"}:
            self.sizes = max(self.sizes, third)
        elif kind == b"elst":
            self.cuts = max(self.cuts, second)
        elif kind == b"stts":
            runs = _runs(table)
            self.times = max(self.times, int(runs[:, 0].sum(dtype=np.uint64)))
            self.is_even = runs[:, 1].tolist() == [1]
        elif kind == b"ctts":
            self.shifts = max(self.shifts, int(_runs(table)[:, 0].sum(dtype=np.uint64)))


def check_boxes(file: BinaryIO, size: int, name: str) -> None:
    """Refuse a file that declares more samples than a video has, or that packs its own description.

    Parameters
    ----------
    file
        The file, open; where it is read next is changed.
    size
        Its bytes.
    name
        Its name, for the refusal.
    """
    tracks, fragments, is_hidden = [_Track()], 0, False
    for number, (kind, start, end) in enumerate(_boxes(file, 0, size, 0)):
        if kind == b"trak":
            tracks.append(_Track())
        if kind in _TABLES:
            file.seek(start)
            table = file.read(min(_TABLE_BYTES, end - start))
            fragments += int.from_bytes(table[4:8], "big") if kind == b"trun" else 0
            tracks[-1].note(kind, table)
        is_hidden = kind == b"cmov" or number > _BOXES_LIMIT
        if is_hidden:
            break
    if is_hidden or fragments > SAMPLES_LIMIT or any(track.is_too_long for track in tracks):
        raise Unreadable(f"{name} declares more frames than are read, or hides how many. Save it as MP4.")


def _runs(table: bytes) -> np.ndarray:
    return np.frombuffer(table[8 : len(table) // 8 * 8], ">u4").reshape(-1, 2)


def _boxes(file: BinaryIO, start: int, end: int, depth: int) -> Iterator[tuple[bytes, int, int]]:
    """All boxes between two places, those within others too: what each is, and where its content lies."""
    while start + 8 <= end:
        file.seek(start)
        head = file.read(16)
        length, kind, inner = int.from_bytes(head[:4], "big"), head[4:8], start + 8
        if length == 1:
            length, inner = int.from_bytes(head[8:16], "big"), start + 16
        # A box that runs past the end is cut off there.
        stop = end if length == 0 else min(end, start + length)
        if stop < inner:
            return
        yield kind, inner, stop
        if kind in _CONTAINERS and depth < _DEPTH_LIMIT:
            yield from _boxes(file, inner, stop, depth + 1)
        start = stop

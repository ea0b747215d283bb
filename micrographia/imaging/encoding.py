"""Planes as bytes: the container that the player reads, with exact samples or 8-bit previews.

A container is ``MGP1``, the length of the header as uint32 (all little-endian), the header as JSON padded with
spaces, and the parts, each beginning at a multiple of 8 counted from the beginning of the container.
Offsets in the header count from the end of the header.

A preview maps a window of values to bytes: ``byte = floor(255 (value - low) / (high - low) + 1/2)``, clipped to
0 to 255; NaN is 0. It goes as a JPEG, at quality 85 or a lower one (60, 35) that keeps it under a twentieth of
the raw samples.
"""

from __future__ import annotations

import gzip
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import imagecodecs
import numpy as np

from micrographia.errors import Unreadable

MEDIA_TYPE = "application/vnd.micrographia.planes"
QUALITIES = (85, 60, 35)
PREVIEW_SHARE = 1 / 20
JPEG_SAMPLE = 64 << 10

# A body is compressed when a sample of it shrinks to this or less.
GZIP_PAYS = 0.7
GZIP_SAMPLE = 64 << 10
GZIP_LEAST = 1 << 10

Quality = Literal["preview", "exact"]

_MAGIC = b"MGP1"
_WIRE = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "float32")


@dataclass(frozen=True, slots=True)
class Part:
    """One channel of a container: its index (or ``rgb``), how it is written, its window, and the bytes."""

    c: int | str
    type: Literal["raw", "jpeg"]
    window: tuple[float, float] | None
    data: bytes


def pack(header: Mapping[str, Any], parts: Sequence[Part]) -> bytes:
    """A container of these parts; ``header`` says what they have in common."""
    places = []
    offset = 0
    for part in parts:
        places.append(offset)
        offset += -(-len(part.data) // 8) * 8
    entries = [
        {
            "c": part.c,
            "type": part.type,
            "window": None if part.window is None else list(part.window),
            "offset": place,
            "length": len(part.data),
        }
        for part, place in zip(parts, places, strict=True)
    ]
    text = json.dumps({**header, "parts": entries}, separators=(",", ":")).encode()
    text += b" " * (-(len(_MAGIC) + 4 + len(text)) % 8)
    body = [_MAGIC, struct.pack("<I", len(text)), text]
    for part in parts:
        body += [part.data, b"\0" * (-len(part.data) % 8)]
    return b"".join(body)


def unpack(body: bytes) -> tuple[dict[str, Any], list[np.ndarray]]:
    """The header of a container and its parts, decoded; for notebooks and tests."""
    if body[:4] != _MAGIC:
        raise Unreadable("These bytes are not a container of planes.")
    (length,) = struct.unpack_from("<I", body, 4)
    header = json.loads(body[8 : 8 + length])
    planes = []
    for part in header["parts"]:
        start = 8 + length + part["offset"]
        data = body[start : start + part["length"]]
        if part["type"] == "jpeg":
            planes.append(imagecodecs.jpeg8_decode(data))
        else:
            width = header["x"] * header.get("columns", 1)
            shape = (-1, width, 3) if part["c"] == "rgb" else (-1, width)
            planes.append(np.frombuffer(data, np.dtype(header["dtype"]).newbyteorder("<")).reshape(shape))
    return header, planes


def exact(planes: Mapping[int | str, np.ndarray], **extra: Any) -> bytes:
    """A container with the raw samples of some channels; what the type cannot carry is rounded, and said so."""
    arrays, rounded = _as_wire(list(planes.values()))
    header = _header(arrays[0], colour="rgb" in planes, quality="exact", extra=extra)
    if rounded:
        header["rounded"] = True
    wire = arrays[0].dtype.newbyteorder("<")
    parts = [
        Part(c, "raw", None, np.ascontiguousarray(array, wire).tobytes())
        for c, array in zip(planes, arrays, strict=True)
    ]
    return pack(header, parts)


def preview(
    planes: Mapping[int | str, np.ndarray], windows: Mapping[int | str, tuple[float, float]], **extra: Any
) -> bytes:
    """A container with 8-bit previews of some channels, each within its window of values."""
    parts = [
        Part(c, "jpeg", windows[c], encode_jpeg(to_bytes(plane, windows[c]), plane.nbytes))
        for c, plane in planes.items()
    ]
    first = next(iter(planes.values()))
    return pack(_header(first, colour="rgb" in planes, quality="preview", extra=extra), parts)


def _header(array: np.ndarray, *, colour: bool, quality: Quality, extra: Mapping[str, Any]) -> dict[str, Any]:
    height, width = array.shape[:2]
    return {"y": height, "x": width, "dtype": array.dtype.name, "colour": colour, "quality": quality, **extra}


def _as_wire(arrays: list[np.ndarray]) -> tuple[list[np.ndarray], bool]:
    """The arrays in one type that goes over the wire, and whether that rounds them."""
    dtype = np.result_type(*arrays)
    if dtype.name in _WIRE:
        return [array.astype(dtype, copy=False) for array in arrays], False
    if dtype.kind == "b":
        return [array.astype(np.uint8) for array in arrays], False
    if dtype.name == "float16":
        return [array.astype(np.float32) for array in arrays], False
    if dtype.kind in "ui":
        for name in ("uint32", "int32"):
            info = np.iinfo(name)
            if all(info.min <= array.min() and array.max() <= info.max for array in arrays):
                return [array.astype(name) for array in arrays], False
    with np.errstate(over="ignore"):
        return [array.astype(np.float32) for array in arrays], True


def to_bytes(plane: np.ndarray, window: tuple[float, float]) -> np.ndarray:
    """The plane as bytes: ``window`` runs linearly from 0 to 255, and all outside is clipped."""
    if plane.dtype.kind in "ui" and plane.dtype.itemsize <= 2:
        if plane.dtype == np.uint8 and window == (0, 255):
            return plane
        table = _table(plane.dtype.newbyteorder("=").str, *window)
        return table.take(plane.view(f"u{plane.dtype.itemsize}"), mode="clip")
    return _scaled(plane, *window)


@lru_cache(maxsize=64)
def _table(dtype: str, low: float, high: float) -> np.ndarray:
    unsigned = np.arange(1 << 8 * np.dtype(dtype).itemsize).astype(f"u{np.dtype(dtype).itemsize}")
    return _scaled(unsigned.view(dtype), low, high)


def _scaled(plane: np.ndarray, low: float, high: float) -> np.ndarray:
    # Clipped first, so that huge values do not overflow.
    values = np.nan_to_num(np.clip(plane.astype(np.float64), low, high), nan=low)
    return np.floor((values - low) / (high - low) * 255 + 0.5).astype(np.uint8)


def encode_jpeg(image: np.ndarray, raw_bytes: int) -> bytes:
    """A grey or colour JPEG, not larger than a twentieth of the raw samples where quality 35 allows that."""
    image = np.ascontiguousarray(image)
    bound = max(raw_bytes * PREVIEW_SHARE, 8192)
    # A band from the middle tells noisy planes, which would only be encoded in vain.
    band = image[image.shape[0] * 3 // 8 : image.shape[0] * 5 // 8]
    for quality in QUALITIES[:-1]:
        if band.nbytes < JPEG_SAMPLE or 4 * len(imagecodecs.jpeg8_encode(band, level=quality)) <= bound:
            data = bytes(imagecodecs.jpeg8_encode(image, level=quality))
            if len(data) <= bound:
                return data
    return bytes(imagecodecs.jpeg8_encode(image, level=QUALITIES[-1]))


def gzip_when_it_pays(body: bytes) -> tuple[bytes, bool]:
    """The body, compressed when a sample from its middle says that it is worth it; and whether it was."""
    if len(body) < GZIP_LEAST:
        return body, False
    start = max(0, (len(body) - GZIP_SAMPLE) // 2)
    sample = body[start : start + GZIP_SAMPLE]
    if len(gzip.compress(sample, 1)) > GZIP_PAYS * len(sample):
        return body, False
    return bytes(imagecodecs.gzip_encode(body, level=1)), True

"""Chunks of a Zarr array, unpacked to no more than the array declares for one, however they are packed."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import imagecodecs
import numcodecs
import numpy as np
import zarr
from numcodecs.abc import Codec as Numcodec
from zarr.abc.codec import BytesBytesCodec, Codec
from zarr.codecs import BloscCodec, BytesCodec, Crc32cCodec, GzipCodec, ShardingCodec, TransposeCodec, ZstdCodec
from zarr.core.array_spec import ArraySpec
from zarr.core.buffer import Buffer
from zarr.core.metadata.v2 import ArrayV2Metadata

from micrographia.errors import Unreadable
from micrographia.imaging.readers.reader import SEGMENT_LIMIT

# A plane in more chunks than this, each of fewer pixels, would take minutes to read; so would an index of as many.
_CHUNKS_LIMIT = 4096
_FEW_PIXELS = 1024
_INDEX_LIMIT = 1 << 20
# Filters may widen what was unpacked by so much: bits to bytes, one byte to a complex number.
_WIDENING = 16
# Sums that stand behind the samples.
_CHECKSUMS = 64
_WIDEST_ITEM = 16
_FILTERS = frozenset(
    (
        "adler32 astype bitround crc32 crc32c delta fixedscaleoffset fletcher32 jenkins_lookup3 packbits quantize "
        "shuffle"
    ).split()
)
_TYPE_KEYS = ("dtype", "astype", "encode_dtype", "decode_dtype")
_UNPACKED: dict[str, Callable[..., Any]] = {
    "gzip": imagecodecs.gzip_decode,
    "zlib": imagecodecs.zlib_decode,
    "bz2": imagecodecs.bz2_decode,
    "lzma": imagecodecs.lzma_decode,
    "zstd": imagecodecs.zstd_decode,
}
# Where these two keep the size that they unpack to, and trust it.
_SIZE_AT = {"blosc": 4, "lz4": 0}


def check_chunks(array: zarr.Array, name: str) -> int:
    """The most bytes that a stored chunk may have; an array whose chunks are too large or too many is refused."""
    size = math.prod(array.chunks) * array.dtype.itemsize
    down, across = (-(-length // part) for length, part in zip(array.shape[-2:], array.chunks[-2:], strict=True))
    if size > SEGMENT_LIMIT:
        raise Unreadable(f"{name} keeps too much in one chunk. Save it with smaller chunks.")
    inner = math.prod(array.shards or array.chunks) // math.prod(array.chunks)
    if (down * across > _CHUNKS_LIMIT and math.prod(array.chunks[-2:]) < _FEW_PIXELS) or inner > _INDEX_LIMIT:
        raise Unreadable(f"{name} keeps too little in one chunk. Save it with larger chunks.")
    return SEGMENT_LIMIT if array.shards else size + size // 4 + 4096


def spans(array: zarr.Array, rows: tuple[int, int], columns: tuple[int, int]) -> Iterator[tuple[slice, slice]]:
    """Parts of a region that touch few chunks each: all chunks of one request are unpacked side by side."""
    height, width = array.chunks[-2:]
    most = max(1, SEGMENT_LIMIT // (math.prod(array.chunks) * array.dtype.itemsize))
    across = -(-columns[1] // width) - columns[0] // width
    for y in _cut(rows, height * max(1, most // max(1, across)), height):
        for x in _cut(columns, width * most, width):
            yield y, x


def _cut(ends: tuple[int, int], step: int, part: int) -> Iterator[slice]:
    first = ends[0] // part * part
    for start in range(first, ends[1], step):
        yield slice(max(start, ends[0]), min(start + step, ends[1]))


def bounded_array(array: zarr.Array, name: str) -> zarr.Array:
    """The array with decoders that stop at the size of a chunk; one packed in any other way is refused.

    Parameters
    ----------
    array
        An array as it was opened.
    name
        The file's name, for the refusal.
    """
    metadata, item = array.metadata, array.dtype.itemsize
    try:
        if isinstance(metadata, ArrayV2Metadata):
            size = math.prod(metadata.chunks) * item
            kept = tuple(_checked_filter(one, size) for one in metadata.filters or ())
            compressor = metadata.compressor and _Bounded(metadata.compressor, size + _CHECKSUMS)
            metadata = replace(metadata, compressor=compressor, filters=kept or None)
        else:
            metadata = replace(metadata, codecs=tuple(_bounded_codec(codec) for codec in metadata.codecs))
    except _NotBounded as error:
        raise Unreadable(
            f"{name} packs its chunks in a way that is not read ({str(error)[:80]}). Save it with zstd, Blosc or gzip."
        ) from error
    inner = array.async_array
    return zarr.Array(type(inner)(metadata=metadata, store_path=inner.store_path, config=inner.config))


def unpacked(codec_id: str, data: Any, limit: int) -> Any:
    """Packed bytes unpacked, to ``limit`` bytes at most.

    Parameters
    ----------
    codec_id
        The name of the compression in the registry of ``numcodecs``.
    data
        The packed bytes.
    limit
        The most bytes there may be.
    """
    view = memoryview(data).cast("B")
    if codec_id in _SIZE_AT:
        start = _SIZE_AT[codec_id]
        if int.from_bytes(view[start : start + 4], "little") > limit:
            raise ValueError("a chunk is larger than its place")
        return numcodecs.get_codec({"id": codec_id}).decode(view)
    return _UNPACKED[codec_id](view, out=np.empty(limit, np.uint8))


class _NotBounded(ValueError):
    """What unpacks to a size that nobody knows beforehand."""


class _Bounded(Numcodec):
    """A compressor of version 2 that unpacks to a limit."""

    codec_id = "bounded"

    def __init__(self, codec: Any, limit: int) -> None:
        self._inner = _checked_name(str(codec.codec_id))
        self._limit = limit

    def decode(self, buf: Any, out: Any = None) -> Any:
        """The bytes unpacked."""
        return unpacked(self._inner, buf, self._limit)

    def encode(self, buf: Any) -> Any:
        """Refused: image files are never written to."""
        raise PermissionError("Image files are only read.")


@dataclass(frozen=True)
class _BoundedCodec(BytesBytesCodec):
    """A compressor of version 3 that unpacks to the bytes of a chunk."""

    codec_id: str
    is_fixed_size = False

    async def _decode_single(self, chunk_bytes: Buffer, chunk_spec: ArraySpec) -> Buffer:
        size = math.prod(chunk_spec.shape) * chunk_spec.dtype.to_native_dtype().itemsize
        data = await asyncio.to_thread(unpacked, self.codec_id, chunk_bytes.as_array_like(), size + _CHECKSUMS)
        return chunk_spec.prototype.buffer.from_bytes(data)

    def compute_encoded_size(self, input_byte_length: int, chunk_spec: ArraySpec) -> int:
        """Not known: nothing is packed."""
        raise NotImplementedError


def _bounded_codec(codec: Codec) -> Codec:
    if isinstance(codec, ShardingCodec):
        if any(isinstance(inner, ShardingCodec) for inner in codec.codecs):
            raise _NotBounded("shards within shards")
        inner, index = (tuple(map(_bounded_codec, codecs)) for codecs in (codec.codecs, codec.index_codecs))
        return replace(codec, codecs=inner, index_codecs=index)
    if isinstance(codec, BytesCodec | Crc32cCodec | TransposeCodec):
        return codec
    known = {GzipCodec: "gzip", ZstdCodec: "zstd", BloscCodec: "blosc"}.get(type(codec))
    if known is None:
        known = str(getattr(codec, "codec_name", type(codec).__name__)).removeprefix("numcodecs.")
    return _BoundedCodec(_checked_name(known))


def _checked_name(codec_id: str) -> str:
    if codec_id not in _UNPACKED and codec_id not in _SIZE_AT:
        raise _NotBounded(codec_id)
    return codec_id


def _checked_filter(codec: Any, size: int) -> Any:
    said = codec.get_config()
    types = [np.dtype(said[key]) for key in _TYPE_KEYS if said.get(key)]
    is_plain = all(kind.kind in "uifb" and kind.itemsize <= _WIDEST_ITEM for kind in types)
    if codec.codec_id not in _FILTERS or not is_plain or size * _WIDENING > SEGMENT_LIMIT:
        raise _NotBounded(codec.codec_id)
    return codec

"""Videos and animations as time series: every frame by its exact number, decoded on demand.

All packets are listed once without decoding them, so that frame *n* is the *n*-th in order of presentation, also where
frames are stored out of order (B-frames) or at uneven times. Reading seeks to the key frame before and decodes from
there; reading on from the frame before continues without a seek.
"""

from __future__ import annotations

import itertools
import logging
import os
import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from fractions import Fraction
from typing import BinaryIO

import av
import av.error
import numpy as np

from micrographia.collection.findings import Finding
from micrographia.collection.records import Channel, Facts, Sizes
from micrographia.errors import Unreadable
from micrographia.imaging.readers.boxes import check_boxes
from micrographia.imaging.readers.reader import COLOUR_CHANNELS, ImageFile, Request

logger = logging.getLogger(__name__)

FRAMES_LIMIT = 500_000
# A decoder keeps up to sixteen frames to look back to; with one of these sizes they stay within bounds.
FRAME_LIMIT = 4096 * 4096
# Above this the threads of a decoder, each with frames of its own, would take too much memory.
_THREADED_LIMIT = 4_000_000

_DECODER_OPTIONS = {"max_pixels": str(FRAME_LIMIT)}
_CACHE_BYTES = 64 << 20
_GREY = frozenset(["gray", "gray10le", "gray12le", "gray16le", "monow", "monob"])


class VideoImage(ImageFile):
    """A video or an animation: frames are time points."""

    def __init__(self, request: Request) -> None:
        self.path = request.path
        self.files = (request.path,)
        self._lock = threading.RLock()
        self._cache: OrderedDict[int, np.ndarray] = OrderedDict()
        self._decoding: Iterator[av.VideoFrame] | None = None
        self._next = 0
        self._file: BinaryIO = self.path.open("rb")
        self._container: av.container.InputContainer | None = None
        try:
            self._open()
            self._set_up()
        except BaseException:
            self.close()
            raise

    def _open(self) -> None:
        self._file.seek(0)
        self._demuxer = _demuxer(self._file.read(64), self.path.name)
        if self._demuxer == "mov":
            check_boxes(self._file, os.fstat(self._file.fileno()).st_size, self.path.name)
        self._file.seek(0)
        # A file object and no address: the container cannot name anything else to be opened.
        # It is told the limit as well, since it decodes a frame to find out what the stream is.
        container = av.open(
            self._file, mode="r", format=self._demuxer, metadata_errors="replace", options=_DECODER_OPTIONS
        )
        self._container = container
        if not container.streams.video:
            raise Unreadable(f"{self.path.name} has no pictures in it, only sound or text.")
        self._stream = container.streams.video[0]
        context = self._stream.codec_context
        context.thread_type = "AUTO" if context.width * context.height <= _THREADED_LIMIT else "SLICE"
        context.options = _DECODER_OPTIONS

    def _set_up(self) -> None:
        context = self._stream.codec_context
        width, height = context.width, context.height
        if not 0 < width * height <= FRAME_LIMIT:
            raise Unreadable(f"{self.path.name} has frames of {width} × {height} pixels, which are not read.")
        findings = self._list_frames()
        self._is_grey = context.pix_fmt in _GREY
        # The first frame shows that the stream can be decoded, and its size after cropping.
        height, width = self._frame(0).shape[:2]
        rate = self._stream.average_rate or self._stream.guessed_rate
        interval = float(1 / rate) if rate and len(self._times) > 1 else None
        if interval:
            findings.append(_playback(interval))
        channels = (Channel(),) if self._is_grey else COLOUR_CHANNELS
        findings.extend(self._missing_end(rate))
        self.findings = tuple(findings)
        self.facts = Facts(
            sizes=Sizes(y=height, x=width, c=len(channels), t=len(self._times)),
            dtype="uint8",
            colour=not self._is_grey,
            frame_interval_s=interval,
            channels=channels,
            levels=((height, width),),
            format=self.path.suffix[1:].upper() or "video",
            video=True,
        )

    def _list_frames(self) -> list[Finding]:
        """Times of presentation of all frames in order, and those of the key frames."""
        times: list[int] = []
        keys: list[int] = []
        findings: list[Finding] = []
        packets = self._container.demux(self._stream) if self._container else iter(())
        try:
            for packet in itertools.islice(packets, FRAMES_LIMIT):
                time = packet.pts if packet.pts is not None else packet.dts
                if time is None or not packet.size or packet.is_discard:
                    continue
                times.append(time)
                if packet.is_keyframe:
                    keys.append(time)
        except av.error.FFmpegError as error:
            logger.debug("%s: %s", self.path.name, error)
            findings.append(_cut_off(len(times)))
        if not times:
            raise Unreadable(f"{self.path.name} holds no frames. It may be cut off; copy it again.")
        # AVI keeps no times of presentation: where frames are out of order, only counting from the start is exact.
        self._is_counted = self._demuxer == "avi" and len(keys) < len(times) and self._reorders()
        self._times = list(range(len(times))) if self._is_counted else sorted(set(times))
        self._keys = [0] if self._is_counted else sorted(set(keys)) or [self._times[0]]
        return findings

    def _missing_end(self, rate: Fraction | None) -> list[Finding]:
        """A finding when the file promises more frames than it holds."""
        promised = self._stream.frames
        duration = self._container.duration if self._container else None
        if not promised and duration and rate and self._demuxer in ("matroska", "flv"):
            promised = int(float(rate) * duration / av.time_base * 0.9) - 1
        has_end = self._demuxer != "gif" or self._last_byte() == b";"
        return [] if has_end and promised <= len(self._times) else [_cut_off(len(self._times))]

    def _last_byte(self) -> bytes:
        with self.path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1)

    def _reorders(self) -> bool:
        return bool(self._stream.codec_context.has_b_frames)

    def _region(
        self, t: int, z: int, c: int | None, level: int, rows: tuple[int, int], columns: tuple[int, int]
    ) -> np.ndarray:
        try:
            with self._lock:
                frame = self._frame(t)[slice(*rows), slice(*columns)]
        except av.error.FFmpegError as error:
            raise Unreadable(f"Frame {t} of {self.path.name} cannot be decoded: the video is damaged.") from error
        if frame.ndim == 3 and c is not None:
            frame = frame[..., c]
        return np.ascontiguousarray(frame)

    def _frame(self, t: int) -> np.ndarray:
        if t in self._cache:
            self._cache.move_to_end(t)
            return self._cache[t]
        key = max(0, bisect_right(self._keys, self._times[t]) - 1)
        if self._decoding is not None and self._next <= t and self._keys[key] <= self._times[self._next]:
            found = self._decoded_on_to(t)
            if found is not None:
                return found
        # Where a seek lands too late, or a damaged part lies between, an earlier key frame helps.
        for start in sorted({key, max(0, key - 1), 0}, reverse=True):
            self._seek(start)
            found = self._decoded_on_to(t)
            if found is not None:
                return found
        raise Unreadable(f"{self.path.name} has no frame {t} that can be decoded. It may be damaged.")

    def _decoded_on_to(self, t: int) -> np.ndarray | None:
        """Decode from where the decoder stands up to frame ``t``; ``None`` when it does not come."""
        try:
            for frame in self._decoding or ():
                number = self._number_of(frame)
                if number is None:
                    continue
                self._next = number + 1
                if number >= t - 2:
                    pixels = self._keep(number, frame)
                    if number == t:
                        return pixels
                if number > t:
                    break
        except av.error.FFmpegError:
            pass
        self._decoding = None
        return None

    def _seek(self, key: int) -> None:
        """Start decoding at that key frame."""
        if key == 0:
            # From the very beginning: not every demuxer can seek, and none fails to start anew.
            if self._container is not None:
                self._container.close()
            self._open()
        elif self._container is not None:
            self._container.seek(self._keys[key], stream=self._stream, backward=True, any_frame=False)
        self._decoding = self._container.decode(self._stream) if self._container else None
        self._next = 0

    def _number_of(self, frame: av.VideoFrame) -> int | None:
        time = frame.pts if frame.pts is not None else frame.dts
        if time is None or self._is_counted:
            return self._next
        number = bisect_right(self._times, time) - 1
        return number if number >= 0 and self._times[number] == time else None

    def _keep(self, t: int, frame: av.VideoFrame) -> np.ndarray:
        if frame.width * frame.height > FRAME_LIMIT:
            raise Unreadable(
                f"{self.path.name} has a frame of {frame.width} × {frame.height} pixels, which is not read."
            )
        pixels = frame.to_ndarray(format="gray" if self._is_grey else "rgb24")
        self._cache[t] = pixels
        while len(self._cache) > 1 and sum(kept.nbytes for kept in self._cache.values()) > _CACHE_BYTES:
            self._cache.popitem(last=False)
        return pixels

    def _release(self) -> None:
        with self._lock:
            self._decoding = None
            self._cache.clear()
            if self._container is not None:
                self._container.close()
            self._file.close()


def open_request(request: Request) -> ImageFile:
    """The video of the request, open."""
    try:
        return VideoImage(request)
    except av.error.FFmpegError as error:
        raise Unreadable(f"{request.path.name} cannot be read as a video: it is damaged. Copy it again.") from error


def _demuxer(head: bytes, name: str) -> str:
    """The demuxer for these first bytes; no other is tried, so that no playlist makes the library open other files."""
    if head[:4] == b"RIFF":
        return "avi"
    if head[:3] == b"GIF":
        return "gif"
    if head[:3] == b"FLV":
        return "flv"
    if head[:4] == b"\x1aE\xdf\xa3":
        return "matroska"
    if head[4:8] in {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"}:
        return "mov"
    raise Unreadable(f"{name} is no video that is read. Save it as MP4.")


def _playback(interval: float) -> Finding:
    return Finding(
        "note",
        "frame_interval_s",
        f"The time between frames, {interval:g} s, is the speed at which the video plays; the recording may have been "
        "slower or faster.",
        "Give frame_interval_s in the table when you know it.",
    )


def _cut_off(frames: int) -> Finding:
    return Finding(
        "error",
        "file",
        f"The video is cut off or damaged after {frames:,} frames.",
        "Copy the file again from where it came.",
    )

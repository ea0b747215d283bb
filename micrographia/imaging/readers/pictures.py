"""Pictures: PNG, JPEG and WebP, still or animated."""

from __future__ import annotations

import threading
import warnings
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path

import imagecodecs
import numpy as np
from PIL import Image, ImageOps

from micrographia.collection.findings import Finding
from micrographia.collection.records import Channel, Facts, Sizes
from micrographia.errors import Unreadable
from micrographia.imaging.readers import axes, calibration, labels
from micrographia.imaging.readers.reader import COLOUR_CHANNELS, FAULTS, ImageFile, Request, check_plausible

# Pixels of a picture that is whole in memory, and the bytes they may take there: what decodes it holds it up to
# three times.
PICTURE_LIMIT = 100_000_000
BYTES_LIMIT = 128 << 20

_FORMATS = ("PNG", "JPEG", "WEBP")
_FRAMES_LIMIT = 10_000
_CACHE_BYTES = 64 << 20
_TAIL_BYTES = 1 << 16
_WARNINGS = threading.Lock()

# The size is checked here, from the header, before anything is decoded; Pillow would only warn.
Image.MAX_IMAGE_PIXELS = PICTURE_LIMIT
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


class PictureImage(ImageFile):
    """A picture: one plane of grey or colour, or a few frames as a time series."""

    def __init__(self, request: Request) -> None:
        self.path = request.path
        self.files = (request.path,)
        self._lock = threading.Lock()
        self._frames: OrderedDict[int, np.ndarray] = OrderedDict()
        with _WARNINGS, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                with Image.open(self.path, formats=_FORMATS) as picture:
                    self._set_up(picture)
            except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
                raise _too_large(self.path) from error

    def _set_up(self, picture: Image.Image) -> None:
        width, height = picture.size
        if not 0 < width * height <= PICTURE_LIMIT:
            raise _too_large(self.path)
        if picture.format == "PNG":
            check_plausible(self.path, width * height // 8, self.path.stat().st_size)
        self._is_deep_colour = picture.format == "PNG" and _png_depth(self.path) == (16, True)
        frames = min(getattr(picture, "n_frames", 1), _FRAMES_LIMIT)
        dtype, self._mode = _kind(picture.mode, self._is_deep_colour)
        is_colour = self._mode == "RGB" and not self._is_deep_colour
        samples = 3 if self._mode == "RGB" else 1
        # Those that are left out, as transparency, are decoded too, and so are the numbers of a palette.
        stored = max(samples, len(picture.getbands())) + (picture.mode == "P")
        if width * height * stored * dtype.itemsize > BYTES_LIMIT:
            raise _too_large(self.path)
        # Only now: to look for it, the whole picture may be decoded.
        turn = picture.getexif().get(0x0112, 1)
        self._is_turned = turn in range(2, 9)
        if turn in range(5, 9):
            width, height = height, width
        calibrated = _resolution(picture)
        self.findings = (*self._findings(picture, dtype), *calibrated.findings)
        self.facts = Facts(
            sizes=Sizes(y=height, x=width, c=samples, t=frames),
            dtype=dtype.name,
            colour=is_colour,
            pixel_size_um=calibrated.pixel_size_um,
            frame_interval_s=_interval(picture) if frames > 1 else None,
            channels=_channels(samples),
            levels=((height, width),),
            format=str(picture.format),
        )
        if samples == 1 and axes.says_labels(self.path.stem):
            self._look_for_labels()

    def _look_for_labels(self) -> None:
        try:
            plane = self._decoded(0)[labels.middle(self.facts.sizes.y), labels.middle(self.facts.sizes.x)]
        except (Unreadable, *FAULTS):
            return
        if labels.looks_like_labels(plane):
            self.facts = replace(self.facts, labels=True)

    def _findings(self, picture: Image.Image, dtype: np.dtype) -> list[Finding]:
        found = axes.name_findings(self.path.name, dtype)
        if _is_cut_off(self.path, str(picture.format)):
            found.append(_cut_off())
        if picture.format == "JPEG":
            found.append(_lossy())
        if "A" in picture.mode or "transparency" in picture.info:
            found.append(_transparent())
        if self._is_deep_colour:
            found.append(axes.samples_finding(3, dtype))
        return found

    def _region(
        self, t: int, z: int, c: int | None, level: int, rows: tuple[int, int], columns: tuple[int, int]
    ) -> np.ndarray:
        frame = self._frame(t)[slice(*rows), slice(*columns)]
        if frame.ndim == 3 and c is not None:
            frame = frame[..., c]
        return np.ascontiguousarray(frame)

    def _frame(self, t: int) -> np.ndarray:
        with self._lock:
            if t not in self._frames:
                self._frames[t] = self._decoded(t)
                while len(self._frames) > 1 and sum(frame.nbytes for frame in self._frames.values()) > _CACHE_BYTES:
                    self._frames.popitem(last=False)
            self._frames.move_to_end(t)
            return self._frames[t]

    def _decoded(self, t: int) -> np.ndarray:
        if self._is_deep_colour:
            return imagecodecs.png_decode(self.path.read_bytes())[..., :3]
        with _WARNINGS, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(self.path, formats=_FORMATS) as picture:
                picture.seek(t)
                turned = ImageOps.exif_transpose(picture) if self._is_turned else picture
                frame = turned if turned.mode == self._mode else turned.convert(self._mode)
                return np.asarray(frame).astype(np.dtype(self.facts.dtype), copy=False)

    def _release(self) -> None:
        self._frames.clear()


def open_request(request: Request) -> ImageFile:
    """The picture of the request, open."""
    return PictureImage(request)


def _too_large(path: Path) -> Unreadable:
    limit = f"{PICTURE_LIMIT // 10**6} million pixels or {BYTES_LIMIT >> 20} MB"
    return Unreadable(f"{path.name} has more than {limit}, too much for a picture. Save it as a tiled TIFF.")


def _kind(mode: str, is_deep_colour: bool) -> tuple[np.dtype, str]:
    """The sample type, and the Pillow mode that frames are brought to."""
    if is_deep_colour:
        return np.dtype(np.uint16), "RGB"
    if mode.startswith("I;16"):
        return np.dtype(np.uint16), mode
    if mode in {"I", "F"}:
        return np.dtype(np.int32 if mode == "I" else np.float32), mode
    return np.dtype(np.uint8), "L" if mode in {"1", "L", "LA", "La"} else "RGB"


def _png_depth(path: Path) -> tuple[int, bool]:
    """Bits per sample of a PNG, and whether it is in colour."""
    with path.open("rb") as file:
        head = file.read(26)
    return head[24], head[25] in {2, 6}


def _channels(samples: int) -> tuple[Channel, ...]:
    return (Channel(),) if samples == 1 else COLOUR_CHANNELS


def _resolution(picture: Image.Image) -> calibration.Calibration:
    dpi = picture.info.get("dpi")
    if not isinstance(dpi, tuple) or len(dpi) != 2 or not all(value and value > 0 for value in dpi):
        return calibration.Calibration()
    printing = calibration.printing_dpi(float(dpi[0]), 25400.0)
    # Below 2540 dots per inch a pixel is larger than 10 µm: the picture was scanned or printed.
    if printing or dpi[0] < 2540:
        return calibration.Calibration(findings=(calibration.printing_finding(printing or round(float(dpi[0]))),))
    sizes: dict[str, float | None] = {"x": 1 / float(dpi[0]), "y": 1 / float(dpi[1])}
    return calibration.calibrate(sizes, {"x": "inch", "y": "inch"}, source="The picture")


def _interval(picture: Image.Image) -> float | None:
    milliseconds = picture.info.get("duration")
    return calibration.plausible_interval(milliseconds / 1000) if isinstance(milliseconds, int | float) else None


def _is_cut_off(path: Path, format_name: str) -> bool:
    """Whether the mark or the length that the end of a whole picture has is missing."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        file.seek(max(0, size - _TAIL_BYTES))
        tail = file.read()
    if format_name == "WEBP":
        return int.from_bytes(head[4:8], "little") + 8 > size
    return (b"IEND" if format_name == "PNG" else b"\xff\xd9") not in tail


def _cut_off() -> Finding:
    message = "The picture is cut off: its end is missing."
    return Finding("error", "file", message, "Copy the file again from where it came.")


def _lossy() -> Finding:
    return Finding(
        "note",
        "dtype",
        "The picture is a JPEG, which changes intensities a little; measurements on it are not exact.",
        "Use the original file for measurements.",
    )


def _transparent() -> Finding:
    return Finding("note", "channels", "The picture has transparency, which is left out.", "Nothing needs to be done.")

"""CZI, LIF and ND2 through the bioio family, which the extra ``formats`` installs."""

from __future__ import annotations

import importlib
import math
import re
import threading
import warnings
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np

from micrographia.collection.findings import Finding
from micrographia.collection.records import Channel, Facts, PixelSize, Sizes
from micrographia.errors import Unreadable
from micrographia.imaging.readers import axes, calibration
from micrographia.imaging.readers.reader import COLOUR_CHANNELS, FAULTS, SEGMENT_LIMIT, ImageFile, Request

_PACKAGES = {".czi": "bioio_czi", ".lif": "bioio_lif", ".nd2": "bioio_nd2"}


class VendorImage(ImageFile):
    """The first scene of a microscope maker's file."""

    def __init__(self, request: Request) -> None:
        self.path = request.path
        self.files = (request.path,)
        self._lock = threading.Lock()
        self._kept: tuple[tuple[int, int, int], np.ndarray] | None = None
        package = _PACKAGES[self.path.suffix.casefold()]
        try:
            self._reader: Any = importlib.import_module(package).Reader(str(self.path))
            self._set_up()
        except _family_errors() as error:
            maker = self.path.suffix[1:].upper()
            raise Unreadable(f"{self.path.name} is no whole {maker} file. Copy it again.") from error

    def _set_up(self) -> None:
        reader = self._reader
        lengths = {axis: int(getattr(reader.dims, axis, 1) or 1) for axis in "TCZYX"}
        samples = int(getattr(reader.dims, "S", 1) or 1)
        dtype = np.dtype(reader.dtype)
        if lengths["Y"] * lengths["X"] * samples * dtype.itemsize > 8 * SEGMENT_LIMIT:
            raise Unreadable(f"{self.path.name} has planes too large to read this way. Save it as a tiled OME-TIFF.")
        is_colour = samples in {3, 4} and dtype == np.uint8 and lengths["C"] == 1
        if samples > 1 and not is_colour and lengths["C"] > 1:
            raise Unreadable(f"{self.path.name} has colour samples and channels at once. Save it as OME-TIFF.")
        self._samples = 1 if samples == 1 else (3 if is_colour else samples)
        count = max(lengths["C"], self._samples)
        said = self._said()
        self.findings = tuple(self._noticed(samples, is_colour, dtype))
        self.facts = Facts(
            sizes=Sizes(y=lengths["Y"], x=lengths["X"], z=lengths["Z"], c=count, t=lengths["T"]),
            dtype=dtype.name,
            colour=is_colour,
            pixel_size_um=self._pixel_size(lengths["Z"]),
            frame_interval_s=self._interval(said) if lengths["T"] > 1 else None,
            channels=COLOUR_CHANNELS if is_colour else self._channels(said, count),
            acquired=_date(said),
            levels=((lengths["Y"], lengths["X"]),),
            format=self.path.suffix[1:].upper(),
        )

    def _noticed(self, samples: int, is_colour: bool, dtype: np.dtype) -> list[Finding]:
        found = axes.name_findings(self.path.name, dtype)
        if samples > 1 and not is_colour:
            found.append(axes.samples_finding(samples, dtype))
        scenes = len(getattr(self._reader, "scenes", ()) or ())
        if scenes > 1:
            message = f"The file holds {scenes} scenes; the first is read."
            found.append(Finding("note", "axes", message, "Save the others as files of their own."))
        return found

    def _pixel_size(self, slices: int) -> PixelSize:
        sizes = self._asked("physical_pixel_sizes")
        x, y, z = (_positive(getattr(sizes, axis, None)) for axis in "XYZ")
        return PixelSize(x=x, y=y, z=z if slices > 1 else None)

    def _said(self) -> Any:
        """The first image of the metadata as the OME model has them; ``None`` where the reader cannot tell."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            images = getattr(self._asked("ome_metadata"), "images", None)
        return images[0] if images else None

    def _interval(self, said: Any) -> float | None:
        # Plain numbers come in different units from different readers; only a duration says what it is.
        values = (self._asked(name) for name in ("time_interval", "timelapse_interval"))
        found = next((_positive(value.total_seconds()) for value in values if isinstance(value, timedelta)), None)
        if found is None and said is not None:
            unit = calibration.seconds(_unit(said.pixels, "time_increment"))
            increment = _positive(said.pixels.time_increment)
            found = increment * unit if increment and unit else None
        return calibration.plausible_interval(found)

    def _channels(self, said: Any, count: int) -> tuple[Channel, ...]:
        names = [str(name)[:100] for name in self._asked("channel_names") or ()][:count]
        given = list(said.pixels.channels)[:count] if said is not None else []
        channels = [Channel(color=_colour(channel), wavelength_nm=_wavelength(channel)) for channel in given] + [
            Channel()
        ] * (count - len(given))
        names += [""] * (count - len(names))
        return tuple(replace(channel, name=name) for channel, name in zip(channels, names, strict=True))

    def _asked(self, name: str) -> Any:
        """A property of the reader; ``None`` where the file's metadata do not carry it."""
        try:
            return getattr(self._reader, name, None)
        except FAULTS:
            return None

    def _region(
        self, t: int, z: int, c: int | None, level: int, rows: tuple[int, int], columns: tuple[int, int]
    ) -> np.ndarray:
        with self._lock:
            plane = self._plane(t, z, 0 if self._samples > 1 else c or 0)
        region = plane[slice(*rows), slice(*columns)]
        if self._samples > 1:
            region = region[..., :3] if c is None else region[..., c]
        return np.ascontiguousarray(region)

    def _plane(self, t: int, z: int, c: int) -> np.ndarray:
        if self._kept is None or self._kept[0] != (t, z, c):
            order = "YXS" if self._samples > 1 else "YX"
            plane = np.asarray(self._reader.get_image_dask_data(order, T=t, Z=z, C=c).compute(scheduler="synchronous"))
            self._kept = ((t, z, c), plane)
        return self._kept[1]

    def _release(self) -> None:
        self._kept = self._reader = None


def open_request(request: Request) -> ImageFile:
    """The microscope maker's file of the request, open."""
    return VendorImage(request)


def _family_errors() -> tuple[type[Exception], ...]:
    """The exceptions of the bioio family, which share no base class with anything else."""
    try:
        module = importlib.import_module("bioio_base.exceptions")
    except ImportError:
        return ()
    return tuple(found for found in vars(module).values() if isinstance(found, type) and issubclass(found, Exception))


def _colour(channel: Any) -> str | None:
    # White is what the model says when the file says nothing.
    written = str(channel.color.as_hex(format="long"))[:7].upper() if channel.color else ""
    return written if re.fullmatch("#[0-9A-F]{6}", written) and written != "#FFFFFF" else None


def _wavelength(channel: Any) -> float | None:
    metres = calibration.micrometres(_unit(channel, "emission_wavelength"))
    value = _positive(channel.emission_wavelength)
    return value * metres * 1000 if value and metres else None


def _unit(thing: Any, name: str) -> str:
    unit = getattr(thing, f"{name}_unit", None)
    return str(getattr(unit, "value", ""))


def _date(said: Any) -> str | None:
    date = getattr(said, "acquisition_date", None)
    return date.isoformat() if date else None


def _positive(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) and number > 0 else None

"""OME-Zarr 0.4 and 0.5 (NGFF), as a folder or a zip file."""

from __future__ import annotations

import json
import math
import re
from pathlib import PurePosixPath
from typing import Any, TypeGuard

import numpy as np
import zarr

from micrographia.collection.findings import Finding
from micrographia.collection.records import Channel, Facts, Sizes
from micrographia.errors import Unreadable
from micrographia.imaging.readers import axes as axis_names
from micrographia.imaging.readers import calibration
from micrographia.imaging.readers.bundles import Bundle, BundleStore, FolderBundle, ZipBundle
from micrographia.imaging.readers.chunks import bounded_array, check_chunks, spans
from micrographia.imaging.readers.reader import (
    STRONG_EXPANSION_LIMIT,
    ImageFile,
    Request,
    bounded,
    check_planes,
    check_plausible,
)

_JSON_LIMIT = 16 << 20
_LEVELS_LIMIT = 32
_DIGITS = 18
_HEX = re.compile(r"#?([0-9A-Fa-f]{6})(?:[0-9A-Fa-f]{2})?")


class ZarrImage(ImageFile):
    """One multiscale image of an OME-Zarr."""

    def __init__(self, request: Request) -> None:
        self.path = request.path
        self.files = (request.path,)
        is_folder = request.path.is_dir()
        self._bundle: Bundle = FolderBundle(request.path, request.within) if is_folder else ZipBundle(request.path)
        try:
            self._set_up()
        except BaseException:
            self.close()
            raise

    def _set_up(self) -> None:
        prefix, ome = _image_group(self._bundle)
        scales = _first(ome.get("multiscales"))
        datasets = [entry for entry in _list(scales.get("datasets"))[:_LEVELS_LIMIT] if isinstance(entry, dict)]
        if not datasets:
            raise Unreadable(f"{self.path.name} holds no multiscale image. Open one of the images inside it.")
        findings: list[Finding] = []
        self._arrays = self._opened_arrays(prefix, datasets, findings)
        full = self._arrays[0]
        self._axes = _axis_names(scales, full.ndim, findings)
        sizes = {axis: int(full.shape[at]) for at, axis in enumerate(self._axes)}
        check_planes(self.path, sizes.get("t", 1), sizes.get("z", 1), sizes.get("c", 1))
        channels = _channels(_mapping(ome.get("omero")), sizes.get("c", 1), findings)
        calibrated, interval = _scales(scales, datasets[0], self._axes, sizes, findings)
        is_labels = (
            "image-label" in ome or "labels" in PurePosixPath(prefix).parts or "labels" in self.path.parts[-2:-1]
        )
        noticed = [*_several(ome, self.path.name), *axis_names.name_findings(self.path.name, full.dtype)]
        self.findings = bounded([*findings, *calibrated.findings, *noticed])
        self.facts = Facts(
            sizes=Sizes(**sizes),
            dtype="uint8" if full.dtype.kind == "b" else full.dtype.name,
            labels=is_labels and full.dtype.kind in "ui" and sizes.get("c", 1) == 1,
            pixel_size_um=calibrated.pixel_size_um,
            frame_interval_s=interval,
            channels=channels,
            levels=tuple((int(array.shape[-2]), int(array.shape[-1])) for array in self._arrays),
            format=f"OME-Zarr {_version(ome, scales)}".strip(),
        )

    def _opened_arrays(self, prefix: str, datasets: list[dict], findings: list[Finding]) -> list[zarr.Array]:
        """The arrays of the levels, full size first; a damaged smaller level is left out."""
        store = BundleStore(self._bundle)
        arrays: list[zarr.Array] = []
        for entry in datasets:
            path = f"{prefix}{entry.get('path', '')}".strip("/")
            try:
                _check_array(self._bundle, path)
                array = zarr.open_array(store, path=path, mode="r")
                _check_kind(array, arrays, self.path.name)
                store.expect(path, check_chunks(array, self.path.name))
                array = bounded_array(array, self.path.name)
            except (Unreadable, ValueError, KeyError, TypeError, OSError, RuntimeError) as error:
                if not arrays:
                    raise
                findings.append(_lost_level(path, error))
                break
            arrays.append(array)
        return arrays

    def _region(
        self, t: int, z: int, c: int | None, level: int, rows: tuple[int, int], columns: tuple[int, int]
    ) -> np.ndarray:
        array = self._arrays[level]
        at = {"t": t, "z": z, "c": c or 0}
        for axis in "tz":
            # Levels may be reduced along z and t as well.
            if axis in self._axes:
                length, full = array.shape[self._axes.index(axis)], self._arrays[0].shape[self._axes.index(axis)]
                at[axis] = min(at[axis] * length // full, length - 1)
        before: tuple[int | slice, ...] = tuple(at[axis] for axis in self._axes[:-2])
        plane = np.empty((rows[1] - rows[0], columns[1] - columns[0]), self.facts.dtype)
        for y, x in spans(array, rows, columns):
            plane[_within(y, rows), _within(x, columns)] = array[(*before, y, x)]
        return plane

    def _release(self) -> None:
        bundle = getattr(self, "_bundle", None)
        if bundle is not None:
            bundle.close()


def open_request(request: Request) -> ImageFile:
    """The OME-Zarr of the request, open."""
    return ZarrImage(request)


def _within(part: slice, whole: tuple[int, int]) -> slice:
    return slice(part.start - whole[0], part.stop - whole[0])


def _image_group(bundle: Bundle) -> tuple[str, dict]:
    """Where the first image lies and its NGFF metadata."""
    root = _metadata(bundle, "")
    if root.get("multiscales"):
        return "", root
    if root.get("plate") or root.get("well"):
        raise Unreadable(f"{bundle.path.name} is a plate with many images. Open the folder of one of its fields.")
    for name in ("0", *(str(label) for label in _list(root.get("labels"))[:1])):
        inner = _metadata(bundle, f"{name}/") if ".." not in name else {}
        if inner.get("multiscales"):
            return f"{name}/", inner
    raise Unreadable(
        f"{bundle.path.name} is a Zarr without OME metadata, so its axes are unknown. Save it as OME-Zarr."
    )


def _metadata(bundle: Bundle, prefix: str) -> dict:
    """The NGFF attributes of a group, of version 0.5 (in ``ome``) or before."""
    document = _json(bundle, f"{prefix}zarr.json")
    if document:
        attributes = _mapping(document.get("attributes"))
        return _mapping(attributes.get("ome")) or attributes
    return _json(bundle, f"{prefix}.zattrs")


def _json(bundle: Bundle, key: str) -> dict:
    size = bundle.size(key)
    if size is None:
        return {}
    if size > _JSON_LIMIT:
        raise Unreadable(
            f"{bundle.path.name} has {size:,} bytes of metadata, more than the {_JSON_LIMIT:,} that are read."
        )
    return _mapping(json.loads(bundle.read(key) or b"{}", parse_int=_whole))


def _whole(text: str) -> int | float:
    """A whole number; one longer than any that is counted with becomes a float, infinity if need be."""
    return int(text) if len(text) <= _DIGITS else float(text)


def _check_array(bundle: Bundle, path: str) -> None:
    """Refuse an array whose chunks or sizes cannot be, before it is opened."""
    if ".." in PurePosixPath(path).parts:
        raise Unreadable(f"{bundle.path.name} points out of its folder ({path[:80]}), which is not read.")
    start = f"{path}/" if path else ""
    said = _json(bundle, f"{start}zarr.json") or _json(bundle, f"{start}.zarray")
    grid = _mapping(_mapping(said.get("chunk_grid")).get("configuration"))
    shape, chunks = _list(said.get("shape")), _list(said.get("chunks") or grid.get("chunk_shape"))
    if not _are_lengths(shape) or not _are_lengths(chunks) or not 2 <= len(shape) == len(chunks) <= 5:
        raise Unreadable(f"{bundle.path.name} is damaged: the array {path[:80]!r} has no sound shape. Copy it again.")
    held = bundle.held(start)
    if held is not None:
        check_plausible(bundle.path, int(shape[-1]) * int(shape[-2]), held, STRONG_EXPANSION_LIMIT)


def _check_kind(array: zarr.Array, arrays: list[zarr.Array], name: str) -> None:
    if not isinstance(array.dtype, np.dtype) or array.dtype.kind not in "uifb":
        raise Unreadable(f"{name} holds samples of type {array.dtype}, which are not pixels.")
    if arrays and (array.ndim != arrays[0].ndim or array.dtype != arrays[0].dtype):
        raise Unreadable(f"{name} has levels of different kinds.")


def _axis_names(scales: dict, count: int, findings: list[Finding]) -> str:
    """The axes in the array's order, as letters."""
    said = [entry.get("name") if isinstance(entry, dict) else entry for entry in _list(scales.get("axes"))]
    letters = "".join(str(name).casefold() for name in said)
    if (
        len(said) == len(letters) == count == len(set(letters))
        and set(letters) <= set("tczyx")
        and letters[-2:] == "yx"
    ):
        return letters
    guess = "tczyx"[-count:]
    findings.append(
        Finding(
            "warning",
            "axes",
            f"The OME-Zarr does not name its {count} axes; they are taken for {guess.upper()}.",
            "Save it with axes in its metadata (OME-Zarr 0.4 or later).",
        )
    )
    return guess


def _scales(
    scales: dict, dataset: dict, axes: str, sizes: dict[str, int], findings: list[Finding]
) -> tuple[calibration.Calibration, float | None]:
    """Pixel size and frame interval out of the scale transformations and the units of the axes."""
    factors = [1.0] * len(axes)
    transformations = [
        *_list(dataset.get("coordinateTransformations")),
        *_list(scales.get("coordinateTransformations")),
    ]
    found = [_list(entry.get("scale")) for entry in transformations if isinstance(entry, dict) and entry.get("scale")]
    for scale in found:
        numbers = [float(value) if _is_finite(value) else math.nan for value in scale]
        numbers = numbers if len(numbers) == len(axes) else [math.nan] * len(axes)
        factors = [factor * value for factor, value in zip(factors, numbers, strict=True)]
    if not found:
        return calibration.Calibration(), None
    entries = [_mapping(entry) for entry in _list(scales.get("axes"))]
    units = {axis: str(entries[at].get("unit") or "") if at < len(entries) else "" for at, axis in enumerate(axes)}
    value = dict(zip(axes, factors, strict=True))
    wanted = [axis for axis in "xyz" if axis in axes and (axis != "z" or sizes["z"] > 1)]
    calibrated = calibration.calibrate(
        {axis: value[axis] for axis in wanted}, {axis: units[axis] for axis in wanted}, source="The OME-Zarr"
    )
    factor = calibration.seconds(units.get("t", "")) if sizes.get("t", 1) > 1 else None
    interval = calibration.plausible_interval(value["t"] * factor) if factor else None
    if factor and interval is None:
        findings.append(_impossible("frame_interval_s", f"time between frames ({value['t']:g} {units['t']})"))
    return calibrated, interval


def _channels(omero: dict, count: int, findings: list[Finding]) -> tuple[Channel, ...]:
    said = [_mapping(entry) for entry in _list(omero.get("channels"))[:count]]
    said += [{}] * (count - len(said))
    limits = [_limits(entry) for entry in said]
    if any(isinstance(end, float) and not math.isfinite(end) for entry in said for end in _window(entry)):
        findings.append(_impossible("channels", "range of values of a channel"))
    return tuple(
        Channel(name=str(entry.get("label") or "")[:100], color=_color(entry.get("color")), limits=pair)
        for entry, pair in zip(said, limits, strict=True)
    )


def _color(text: Any) -> str | None:
    match = _HEX.fullmatch(text) if isinstance(text, str) else None
    return f"#{match[1].upper()}" if match else None


def _limits(channel: dict) -> tuple[float, float] | None:
    low, high = _window(channel)
    return (float(low), float(high)) if _is_finite(low) and _is_finite(high) and low < high else None


def _window(channel: dict) -> tuple[Any, Any]:
    window = _mapping(channel.get("window"))
    return window.get("start"), window.get("end")


def _is_finite(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and math.isfinite(value)


def _impossible(field: str, what: str) -> Finding:
    message = f"The {what} that the OME-Zarr gives cannot be, so it is left out."
    return Finding("warning", field, message, "Save the image again with a program that writes valid OME-Zarr.")


def _several(ome: dict, name: str) -> list[Finding]:
    count = len(_list(ome.get("multiscales")))
    message = f"{name} describes {count} multiscale images; the first is read."
    return [Finding("note", "axes", message, "Save the others as images of their own.")] if count > 1 else []


def _lost_level(path: str, error: Exception) -> Finding:
    message = f"The level {path[:80]!r} cannot be read ({type(error).__name__}), so it and smaller ones are left out."
    return Finding("warning", "levels", message, "Copy the image again, with all of its levels.")


def _version(ome: dict, scales: dict) -> str:
    return str(ome.get("version") or scales.get("version") or "")[:10]


def _are_lengths(values: list) -> bool:
    return bool(values) and all(isinstance(value, int) and 0 < value < 1 << 40 for value in values)


def _first(value: Any) -> dict:
    return _mapping(_list(value)[0]) if _list(value) else {}


def _list(value: Any) -> list:
    return value if isinstance(value, list) else []


def _mapping(value: Any) -> dict:
    return value if isinstance(value, dict) else {}

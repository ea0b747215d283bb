"""Tiny image files, made for tests and named by their dimensions (``t3c2z5y32x32``)."""

from __future__ import annotations

import re
import zipfile
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import tifffile
import zarr
from PIL import Image

OME = "http://www.openmicroscopy.org/Schemas/OME/2016-06"


def lengths(name: str) -> dict[str, int]:
    """The axes in a name such as ``t3c2z5y32x32``."""
    return {axis: int(length) for axis, length in re.findall(r"([tczyx])(\d+)", name)}


def pixels(name: str, dtype: str = "uint16") -> np.ndarray:
    """Samples on the axes (t, z, c, y, x), each plane different."""
    size = {"t": 1, "z": 1, "c": 1, **lengths(name)}
    shape = [size[axis] for axis in "tzcyx"]
    top = 250 if np.dtype(dtype).itemsize == 1 else 60000
    values = (
        np.arange(np.prod(shape)).reshape(shape) * 37 + np.arange(np.prod(shape[:3])).reshape(*shape[:3], 1, 1)
    ) % top
    return values.astype(dtype)


def plain_tiff(path: Path, name: str = "z3y16x24", dtype: str = "uint16", **options) -> np.ndarray:
    """A multi-page TIFF that names no axes."""
    data = pixels(name, dtype)
    with tifffile.TiffWriter(path) as writer:
        for plane in data.reshape(-1, *data.shape[-2:]):
            writer.write(plane, metadata=None, contiguous=False, **options)
    return data


def imagej_tiff(path: Path, name: str = "t2z3c2y16x24", dtype: str = "uint16", **metadata) -> np.ndarray:
    """An ImageJ hyperstack."""
    data = pixels(name, dtype)
    tifffile.imwrite(path, data, imagej=True, metadata={"axes": "TZCYX", **metadata})
    return data


def ome_xml(
    name: str, pixel: str = "", channel: str = "", tiff_data: str = "<TiffData/>", type_: str = "uint16"
) -> str:
    """A minimal OME-XML, with attributes for its ``Pixels`` and what stands inside."""
    size = {"t": 1, "z": 1, "c": 1, **lengths(name)}
    sizes = " ".join(f'Size{axis.upper()}="{size[axis]}"' for axis in "xyczt")
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><OME xmlns="{OME}" UUID="urn:uuid:own"><Image ID="Image:0" Name="made">'
        f'<AcquisitionDate>2020-01-02T03:04:05</AcquisitionDate><Pixels ID="Pixels:0" DimensionOrder="XYCZT" '
        f'Type="{type_}" {sizes} {pixel}>{channel}{tiff_data}</Pixels></Image></OME>'
    )


def ome_tiff(
    path: Path, name: str = "t2z3c2y16x24", dtype: str = "uint16", xml: str | None = None, **options
) -> np.ndarray:
    """An OME-TIFF whose planes lie in the order XYCZT."""
    data = pixels(name, dtype)
    with tifffile.TiffWriter(path) as writer:
        for index, plane in enumerate(data.reshape(-1, *data.shape[-2:])):
            description = (xml or ome_xml(name)).encode() if index == 0 else None
            writer.write(plane, description=description, metadata=None, contiguous=False, **options)
    return data


def pyramid_tiff(path: Path, size: int = 128, levels: int = 3, **options) -> np.ndarray:
    """A tiled TIFF with smaller copies in SubIFDs."""
    data = pixels(f"y{size}x{size}")[0, 0, 0]
    with tifffile.TiffWriter(path) as writer:
        writer.write(data, tile=(16, 16), subifds=levels - 1, metadata=None, **options)
        for level in range(1, levels):
            writer.write(data[:: 2**level, :: 2**level], tile=(16, 16), subfiletype=1, metadata=None, **options)
    return data


def plane_folder(
    folder: Path, pattern: str = "cell_t{t:03}_z{z:02}_c{c}.tif", name: str = "t2z3c2y16x24"
) -> np.ndarray:
    """A folder of single planes with numbers in their names."""
    data = pixels(name)
    folder.mkdir(parents=True, exist_ok=True)
    for t, z, c in np.ndindex(data.shape[:3]):
        tifffile.imwrite(folder / pattern.format(t=t, z=z, c=c), data[t, z, c])
    return data


def ome_zarr(path: Path, name: str = "t2z3c2y16x24", version: str = "0.4", **attributes) -> np.ndarray:
    """An OME-Zarr folder with two levels."""
    data = pixels(name).transpose(0, 2, 1, 3, 4)
    units = {"t": "second", "z": "micrometer", "y": "micrometer", "x": "micrometer"}
    kinds = {"t": "time", "c": "channel"}
    axes = [{"name": a, "type": kinds.get(a, "space"), **({"unit": units[a]} if a in units else {})} for a in "tczyx"]
    scale = [2.5, 1, 0.75, 0.25, 0.25]
    datasets = []
    for level in range(2):
        factors = [*scale[:3], *(value * 2**level for value in scale[3:])]
        datasets.append({"path": str(level), "coordinateTransformations": [{"type": "scale", "scale": factors}]})
    ome = {"multiscales": [{"version": version, "axes": axes, "datasets": datasets, "name": "made"}], **attributes}
    zarr_format = 2 if version < "0.5" else 3
    group = zarr.open_group(path, mode="w", zarr_format=zarr_format)
    group.attrs.update(ome if zarr_format == 2 else {"ome": {"version": version, **ome}})
    for level in range(2):
        part = np.ascontiguousarray(data[..., :: 2**level, :: 2**level])
        array = group.create_array(str(level), shape=part.shape, chunks=(1, 1, 1, 8, 8), dtype=part.dtype)
        array[...] = part
    return pixels(name)


def zipped(folder: Path, path: Path) -> Path:
    """The folder as a zip file."""
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder).as_posix())
    return path


def picture(path: Path, mode: str = "L", size: tuple[int, int] = (24, 16), **options) -> np.ndarray:
    """A PNG, JPEG or WebP picture."""
    count = len(mode)
    shape = (size[1], size[0], count) if count > 1 else (size[1], size[0])
    data = (np.arange(np.prod(shape)).reshape(shape) * 3 % 251).astype(np.uint8)
    Image.fromarray(data).save(path, **options)
    return data


def frame_of(number: int, height: int = 48, width: int = 64) -> np.ndarray:
    """A frame that shows its own number as eight black or white bars."""
    frame = np.zeros((height, width, 3), np.uint8)
    for bit in range(8):
        if number >> bit & 1:
            frame[:, bit * width // 8 : (bit + 1) * width // 8] = 255
    return frame


def number_in(frame: np.ndarray) -> int:
    """The number that a frame made by ``frame_of`` shows, however it was compressed."""
    height, width = frame.shape[:2]
    bars = [frame[height // 2, bit * width // 8 + width // 16].mean() > 127 for bit in range(8)]
    return sum(1 << bit for bit, is_white in enumerate(bars) if is_white)


def video(path: Path, frames: int = 40, codec: str = "libx264", rate: int = 10, **options) -> None:
    """A video whose frames show their numbers; x264 stores frames out of order (B-frames)."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate)
        stream.width, stream.height = 64, 48
        stream.pix_fmt = {"gif": "rgb8", "mjpeg": "yuvj420p"}.get(codec, "yuv420p")
        stream.time_base = Fraction(1, rate)
        stream.options = {str(key): str(value) for key, value in options.items()}
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(frame_of(number), format="rgb24").reformat(format=stream.pix_fmt)
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))

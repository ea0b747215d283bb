"""Writing the demo's files: OME-TIFF with complete OME-XML, the same bytes each time.

The XML follows the OME model of June 2016 (I. G. Goldberg et al., Genome Biology 6, R47 (2005)). It is written here
and not by a library, because nothing in the file may depend on the clock or on a random identifier.
"""

from __future__ import annotations

import uuid
import zlib
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import tifffile
from numpy.typing import NDArray

from micrographia.simulation.specimens import Dye, Picture, Pyramid

ACQUIRED = "2026-01-01T12:00:00"
NAMESPACE = "http://www.openmicroscopy.org/Schemas/OME/2016-06"
WIDE = 2048
# Level 6 takes twice the time for one byte in a hundred.
LEVEL = 4
_TYPES = {"uint8": "uint8", "uint16": "uint16", "float32": "float", "int16": "int16"}


def write_picture(path: Path, name: str, description: str, picture: Picture) -> None:
    """The picture as one OME-TIFF, deflated; wide planes in tiles, with smaller levels in SubIFDs."""
    planes = picture.planes
    colour = planes.ndim == 3
    xml = ome_xml(path.name, name, description, picture, planes.shape, str(planes.dtype))
    per_cm = 1e4 / picture.pixel_um
    how: dict = {
        "photometric": "rgb" if colour else "minisblack",
        "compression": "zlib",
        "compressionargs": {"level": LEVEL},
        "predictor": _predicts(planes),
        "metadata": None,
        "software": "micrographia",
        "resolutionunit": "CENTIMETER",
    }
    pages = planes[None] if colour else planes.reshape(-1, *planes.shape[-2:])
    with tifffile.TiffWriter(path, bigtiff=False) as tiff:
        if max(pages.shape[1:3]) <= WIDE:
            whole = planes if colour else pages
            tiff.write(whole, description=xml.encode(), resolution=(per_cm, per_cm), **how)
            return
        for number, page in enumerate(pages):
            levels = _halved(page, how.setdefault("tile", (512, 512))[0])
            first: dict = {"description": xml.encode()} if number == 0 else {}
            tiff.write(page, subifds=len(levels), resolution=(per_cm, per_cm), **how, **first)
            for level, plane in enumerate(levels, 1):
                tiff.write(plane, subfiletype=1, resolution=(per_cm / 2**level, per_cm / 2**level), **how)


def _predicts(planes: NDArray) -> bool:
    """Whether differences between neighbours are smaller when deflated; not so where noise is all there is."""
    if planes.dtype.kind not in "ui":
        return False
    sample = planes if planes.ndim == 3 else planes.reshape(-1, *planes.shape[-2:])[:: max(1, len(planes) * 3)][:6]
    sample = sample[..., :512, :512] if planes.ndim > 3 else sample[:512, :512]
    across = -2 if planes.ndim == 3 else -1
    steps = np.diff(sample, axis=across, prepend=np.zeros_like(np.take(sample, [0], across)))
    return len(zlib.compress(steps.tobytes(), 1)) < len(zlib.compress(sample.tobytes(), 1))


def write_pyramid(path: Path, name: str, description: str, picture: Pyramid) -> None:
    """The picture as a pyramid in SubIFDs, each level made from the one before, a strip at a time."""
    height, width, samples = picture.shape
    levels = _levels(height, width, picture.tile)
    kept = [np.zeros((*size, samples) if samples > 1 else size, np.uint8) for size in levels[1:]]
    xml = ome_xml(path.name, name, description, picture, picture.shape, "uint8")
    jpeg = samples == 3
    how: dict = {
        "photometric": "rgb" if jpeg else "minisblack",
        "compression": "jpeg" if jpeg else "zlib",
        "compressionargs": {"level": picture.quality if jpeg else LEVEL},
        "tile": (picture.tile, picture.tile),
        "metadata": None,
        "software": "micrographia",
        "resolutionunit": "CENTIMETER",
    }
    if jpeg:
        how["compressionargs"]["outcolorspace"] = "ycbcr"
    per_cm = 1e4 / picture.pixel_um
    with tifffile.TiffWriter(path, bigtiff=False) as tiff:
        tiff.write(
            _tiles(picture, kept),
            shape=(height, width, samples),
            dtype=np.uint8,
            subifds=len(kept),
            description=xml.encode(),
            resolution=(per_cm, per_cm),
            **how,
        )
        for level, plane in enumerate(kept, 1):
            tiff.write(plane, subfiletype=1, resolution=(per_cm / 2**level, per_cm / 2**level), **how)


def ome_xml(
    file: str, name: str, description: str, picture: Picture | Pyramid, shape: tuple[int, ...], dtype: str
) -> str:
    """The OME-XML of a picture of that shape: calibration, channels, times, and where each plane lies."""
    colour = len(shape) == 3
    t, z, c, y, x = (1, 1, 1, shape[0], shape[1]) if colour else shape
    interval, z_um = (None, None) if isinstance(picture, Pyramid) else (picture.interval_s, picture.z_um)
    samples = shape[2] if colour else 1
    pixels = {
        "ID": "Pixels:0", "DimensionOrder": "XYCZT", "Type": _TYPES[dtype], "BigEndian": "false",
        "SizeX": x, "SizeY": y, "SizeC": c * samples, "SizeZ": z, "SizeT": t,
        "PhysicalSizeX": _number(picture.pixel_um), "PhysicalSizeXUnit": "µm",
        "PhysicalSizeY": _number(picture.pixel_um), "PhysicalSizeYUnit": "µm",
    }  # fmt: skip
    if z_um is not None:
        pixels |= {"PhysicalSizeZ": _number(z_um), "PhysicalSizeZUnit": "µm"}
    if interval is not None:
        pixels |= {"TimeIncrement": _number(interval), "TimeIncrementUnit": "s"}
    unique = uuid.uuid5(uuid.NAMESPACE_URL, f"micrographia:{file}")
    planes = "" if colour else "".join(_plane(i, c, z, interval) for i in range(t * z * c))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<OME xmlns="{NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="{NAMESPACE} {NAMESPACE}/ome.xsd" UUID="urn:uuid:{unique}" Creator="Micrographia">'
        f"{_instrument(picture)}"
        f'<Image ID="Image:0" Name={quoteattr(name)}><AcquisitionDate>{ACQUIRED}</AcquisitionDate>'
        f'<Description>{escape(description)}</Description><InstrumentRef ID="Instrument:0"/>'
        f'<ObjectiveSettings ID="Objective:0"/><Pixels {_attributes(pixels)}>'
        + "".join(_channel(i, dye, samples) for i, dye in enumerate(picture.dyes))
        + f'<TiffData IFD="0" PlaneCount="{t * z * c}">'
        f"<UUID FileName={quoteattr(file)}>urn:uuid:{unique}</UUID></TiffData>"
        f"{planes}</Pixels></Image></OME>"
    )


def _instrument(picture: Picture | Pyramid) -> str:
    lens = {"ID": "Objective:0", "Model": picture.objective or "simulated objective"}
    if picture.na is not None:
        lens["LensNA"] = _number(picture.na)
    return (
        '<Instrument ID="Instrument:0"><Microscope Type="Other" Model="simulated microscope"/>'
        f"<Objective {_attributes(lens)}/></Instrument>"
    )


def _channel(index: int, dye: Dye, samples: int) -> str:
    red, green, blue = (int(dye.color[i : i + 2], 16) for i in (1, 3, 5))
    signed = int.from_bytes(bytes((red, green, blue, 255)), "big", signed=True)
    entries: dict[str, object] = {
        "ID": f"Channel:0:{index}",
        "Name": dye.name,
        "SamplesPerPixel": samples,
        "Color": signed,
    }
    if dye.fluor:
        entries["Fluor"] = dye.fluor
    if dye.contrast:
        entries["ContrastMethod"] = dye.contrast
    for key, wavelength in (("Emission", dye.emission_nm), ("Excitation", dye.excitation_nm)):
        if wavelength is not None:
            entries |= {f"{key}Wavelength": _number(wavelength), f"{key}WavelengthUnit": "nm"}
    return f"<Channel {_attributes(entries)}/>"


def _plane(index: int, channels: int, slices: int, interval: float | None) -> str:
    rest, c = divmod(index, channels)
    t, z = divmod(rest, slices)
    when = "" if interval is None else f' DeltaT="{_number(t * interval)}" DeltaTUnit="s"'
    return f'<Plane TheZ="{z}" TheT="{t}" TheC="{c}"{when}/>'


def _attributes(entries: dict) -> str:
    return " ".join(f"{key}={quoteattr(str(value))}" for key, value in entries.items())


def _number(value: float) -> str:
    return f"{value:.6g}"


def _levels(height: int, width: int, tile: int) -> list[tuple[int, int]]:
    sizes = [(height, width)]
    while max(sizes[-1]) > 2 * tile:
        sizes.append(((sizes[-1][0] + 1) // 2, (sizes[-1][1] + 1) // 2))
    return sizes


def _halved(page: NDArray, tile: int) -> list[NDArray]:
    """The smaller levels of one plane, each the mean of two by two samples of the one before."""
    levels = [page]
    while max(levels[-1].shape) > 2 * tile:
        parts = levels[-1].astype(np.uint32)
        mean = (parts[::2, ::2] + parts[1::2, ::2] + parts[::2, 1::2] + parts[1::2, 1::2] + 2) // 4
        levels.append(mean.astype(page.dtype))
    return levels[1:]


def _tiles(picture: Pyramid, kept: list[NDArray]):
    """The tiles of the full size, row by row; the smaller levels are filled on the way."""
    for row in range(picture.strips):
        strip = picture.strip(row)
        _keep(strip, row * picture.tile, kept)
        for x in range(0, strip.shape[1], picture.tile):
            yield np.ascontiguousarray(strip[:, x : x + picture.tile])


def _keep(strip: NDArray, top: int, kept: list[NDArray]) -> None:
    smaller: NDArray = strip
    for plane in kept:
        top //= 2
        parts = smaller.astype(np.uint16)
        smaller = ((parts[::2, ::2] + parts[1::2, ::2] + parts[::2, 1::2] + parts[1::2, 1::2] + 2) // 4).astype(
            np.uint8
        )
        plane[top : top + smaller.shape[0]] = smaller

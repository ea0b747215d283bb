"""The registry of readers: which formats there are, how each is recognised, and which module reads it."""

from __future__ import annotations

import importlib
import importlib.util
import zipfile
from pathlib import Path

from micrographia.errors import MissingReader, Unreadable
from micrographia.imaging.readers.reader import FAULTS, ImageFile, Reader, Request, check_zip

_HEAD_BYTES = 64
_MISSING = '{} files need an extra package. Install it with: pip install "micrographia[formats]"'
_TIFF_SUFFIXES = frozenset([".tif", ".tiff", ".btf", ".tf8", ".tf2"])
_PICTURE_SUFFIXES = frozenset([".png", ".jpg", ".jpeg", ".jpe", ".webp"])
_VIDEO_SUFFIXES = frozenset([".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi", ".flv", ".gif"])
_VENDOR_SUFFIXES = frozenset([".czi", ".lif", ".nd2"])
_ZARR_FILES = (".zattrs", ".zgroup", "zarr.json")

SUFFIXES = _TIFF_SUFFIXES | _PICTURE_SUFFIXES | _VIDEO_SUFFIXES | _VENDOR_SUFFIXES


def is_zarr_folder(path: Path) -> bool:
    """Whether a folder is the root of a Zarr group."""
    return path.is_dir() and any((path / name).is_file() for name in _ZARR_FILES)


def _is_tiff(path: Path, head: bytes) -> bool:
    return head[:4] in {b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"}


def _is_zarr(path: Path, head: bytes) -> bool:
    if not head:
        return is_zarr_folder(path)
    return head[:4] in {b"PK\3\4", b"PK\5\6"} and _zip_has_zarr(path)


def _zip_has_zarr(path: Path) -> bool:
    if path.suffix.casefold() in {".zarr", ".ozx"} or path.name.casefold().endswith(".zarr.zip"):
        return True
    try:
        check_zip(path)
        with zipfile.ZipFile(path) as archive:
            return any(name.rpartition("/")[2] in _ZARR_FILES for name in archive.namelist()[:1000])
    except (*FAULTS, zipfile.BadZipFile):
        return False


def _is_picture(path: Path, head: bytes) -> bool:
    is_webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    return head[:8] == b"\x89PNG\r\n\x1a\n" or head[:3] == b"\xff\xd8\xff" or is_webp


def _is_video(path: Path, head: bytes) -> bool:
    is_avi = head[:4] == b"RIFF" and head[8:12] == b"AVI "
    is_movie = head[4:8] in {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"}
    is_stream = head[:4] in {b"\x1aE\xdf\xa3", b"FLV\x01"}
    return is_avi or is_movie or is_stream or head[:6] in {b"GIF87a", b"GIF89a"}


def _is_planes(path: Path, head: bytes) -> bool:
    return not head and path.is_dir()


def _named(suffix: str):
    return lambda path, head: bool(head) and path.suffix.casefold() == suffix


READERS: tuple[Reader, ...] = tuple(
    sorted(
        (
            Reader("TIFF", 10, _is_tiff, "micrographia.imaging.readers.tiffs"),
            Reader("OME-Zarr", 20, _is_zarr, "micrographia.imaging.readers.zarrs"),
            Reader("picture", 30, _is_picture, "micrographia.imaging.readers.pictures"),
            Reader("video", 40, _is_video, "micrographia.imaging.readers.videos"),
            Reader("folder of planes", 50, _is_planes, "micrographia.imaging.readers.planefolders"),
            *(
                Reader(name, 60, _named(suffix), "micrographia.imaging.readers.vendors", package, _MISSING.format(name))
                for name, suffix, package in (
                    ("CZI", ".czi", "bioio_czi"),
                    ("LIF", ".lif", "bioio_lif"),
                    ("ND2", ".nd2", "bioio_nd2"),
                )
            ),
        ),
        key=lambda reader: reader.priority,
    )
)


def head_of(path: Path) -> bytes:
    """The first bytes of a file; none of a folder."""
    if path.is_dir():
        return b""
    if not path.is_file():
        raise Unreadable(f"{path.name} is neither a file nor a folder.")
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head:
        raise Unreadable(f"{path.name} is empty: it has no bytes at all. Copy it again.")
    return head


def reader_for(path: Path) -> Reader:
    """The reader of the highest priority that supports the file or folder."""
    head = head_of(path)
    for reader in READERS:
        if reader.supports(path, head):
            return reader
    if path.suffix.casefold() in SUFFIXES:
        raise Unreadable(
            f"{path.name} is not what its name says: it does not begin like a {path.suffix[1:].upper()} file. "
            "It may be damaged; copy it again."
        )
    raise Unreadable(f"{path.name} is in no format that is read here. Save it as OME-TIFF, TIFF or PNG.")


def open_with(reader: Reader, request: Request) -> ImageFile:
    """The request opened by that reader, whose module is loaded now if it was not yet."""
    if reader.package and importlib.util.find_spec(reader.package) is None:
        raise MissingReader(reader.missing)
    return importlib.import_module(reader.module).open_request(request)

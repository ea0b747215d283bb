"""Files made to break a reader: each gives a clear finding or refusal, within bounds and without a look outside."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import struct
import subprocess
import sys
import zlib
from contextlib import suppress
from pathlib import Path

import imagecodecs
import numcodecs
import numpy as np
import pytest
import zarr

from micrographia.errors import LibraryError, Unreadable
from micrographia.imaging.files import describe, inspect, open_image
from micrographia.imaging.readers.chunks import unpacked
from tests.imaging import factories

HEAD = b"II*\0" + struct.pack("<I", 8)
PEAK_MB = 500
CPU_SECONDS = 5


def ifd(entries, following: int = 0) -> bytes:
    """A TIFF directory of (tag, type, count, value) entries."""
    body = b"".join(struct.pack("<HHII", *entry) for entry in sorted(entries))
    return struct.pack("<H", len(entries)) + body + struct.pack("<I", following)


def tags(width=16, height=16, offset=300, count=256, compression=1, **more):
    """The tags of an 8-bit grey image in one strip."""
    numbers = {256: width, 257: height, 258: 8, 259: compression, 262: 1, 273: offset, 277: 1, 278: height, 279: count}
    found = [(code, 3 if code in {258, 259, 262, 277} else 4, 1, value) for code, value in numbers.items()]
    return found + list(more.get("extra", ()))


def tiff(*args, pad=600, following=0, **kwargs) -> bytes:
    """A TIFF of one directory and some zeros."""
    return HEAD + ifd(tags(*args, **kwargs), following) + bytes(pad)


def png(width: int, height: int, packed: bytes) -> bytes:
    """A PNG with that header and that data, whatever they mean."""

    def _chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


REFUSED = {
    "zero.tif": b"",
    "magic.tif": b"neither a TIFF nor anything else" * 4,
    "four.tif": b"II*\0",
    "offset-past-the-end.tif": b"II*\0" + struct.pack("<I", 10**9) + bytes(90),
    "no-directory.tif": b"II*\0" + bytes(90),
    "billion-wide.tif": tiff(10**9, 1, count=500),
    "billion-deflated.tif": tiff(31623, 31623, count=500, compression=8),
    "billion-zstd.tif": tiff(31623, 31623, count=500, compression=50000),
    "sparse.tif": tiff(2**31, 2**31, offset=0, count=0, compression=5),
    "no-pixels.tif": tiff(0, 0),
    "compression.tif": tiff(compression=12345),
    "strip-past-the-end.tif": tiff(offset=10**8),
    "four-billion-of-text.tif": tiff(extra=[(270, 2, 0xFFFFFFFF, 100)]),
    "billion-strips.tif": HEAD
    + ifd([(273, 4, 0x3FFFFFFF, 100) if tag[0] == 273 else tag for tag in tags()])
    + bytes(600),
    "billion.png": png(31623, 31623, zlib.compress(bytes(100_000))),
    "named.png": b"not a picture",
    "cut.webp": b"RIFF\xff\0\0\0WEBPVP8 ",
    "cut.mp4": b"\0\0\0\x18ftypisom" + bytes(60),
    "wide.gif": b"GIF89a" + struct.pack("<HH", 65535, 65535) + bytes(30),
    "cut.zarr.zip": b"PK\3\4" + bytes(100),
}
TOLD = {
    "loop.tif": tiff(following=8),
    "loop-of-subifds.tif": tiff(extra=[(330, 4, 1, 8)]),
    "two-in-a-loop.tif": HEAD + ifd(tags(), 122) + ifd(tags(), 8) + bytes(600),
    "lying-count.tif": tiff(count=2**32 - 1),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_an_image_is_refused_with_a_sentence(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(REFUSED[name])
    with pytest.raises(Unreadable) as refusal:
        open_image(path)
    assert name in str(refusal.value)
    assert str(tmp_path) not in str(refusal.value)
    facts, findings = inspect(path)
    assert facts is None
    assert findings[0].severity == "error"
    assert describe(path)["axes"] is None


@pytest.mark.parametrize("name", TOLD)
def test_what_can_be_read_in_part_is_told(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(TOLD[name])
    try:
        with open_image(path) as image:
            assert image.read().shape == (16, 16)
            assert name in {"loop-of-subifds.tif"} or image.findings[0].severity == "error"
    except Unreadable:
        assert name == "lying-count.tif"


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
@pytest.mark.parametrize("make", [factories.plain_tiff, factories.imagej_tiff, factories.ome_tiff])
def test_truncated_stacks_have_an_error_finding(make, share, tmp_path):
    path = tmp_path / "a.tif"
    make(path, "z5y64x64")
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    facts, findings = inspect(path)
    assert any(finding.severity == "error" for finding in findings)
    if facts is not None:
        with open_image(path) as image:
            assert image.read().shape == (64, 64)


@pytest.mark.parametrize("kind", ["png", "jpg", "webp"])
def test_truncated_pictures_have_an_error_finding(kind, tmp_path):
    path = tmp_path / f"a.{kind}"
    factories.picture(path, "RGB", (64, 64))
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    _, findings = inspect(path)
    assert any(finding.severity == "error" for finding in findings)


ENTITIES = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 12))
HOSTILE_XML = {
    "entities": f'<!DOCTYPE x [<!ENTITY e0 "ha">{ENTITIES}]><OME xmlns="{factories.OME}"><Image Name="&e11;"/></OME>',
    "outside": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><OME><Image Name="&e;"/></OME>',
    "malformed": "<OME <<<>",
    "sizes": factories.ome_xml("z1000000000t1000000000c1000000000y16x24"),
    "planes": factories.ome_xml("z2t100000000y16x24"),
    "words": factories.ome_xml("z2y16x24").replace('SizeZ="2"', 'SizeZ="two"'),
    "negative": factories.ome_xml("z2y16x24", 'PhysicalSizeX="-3" PhysicalSizeY="1e999"'),
}


@pytest.mark.parametrize("name", HOSTILE_XML)
def test_hostile_xml_is_a_finding_and_the_pages_are_read(name, tmp_path):
    data = factories.ome_tiff(tmp_path / "a.ome.tif", "z2y16x24", xml=HOSTILE_XML[name])
    with open_image(tmp_path / "a.ome.tif") as image:
        assert image.findings
        assert image.facts.sizes.z == 2
        assert (image.read(z=1) == data[0, 1, 0]).all()


@pytest.mark.parametrize("name", ["../secret.tif", "/etc/passwd", "link.tif", "..\\secret.tif", "sub/../../secret.tif"])
def test_names_in_metadata_do_not_lead_outside(name, tmp_path):
    folder = tmp_path / "library"
    folder.mkdir()
    factories.plain_tiff(tmp_path / "secret.tif", "y16x24")
    (folder / "link.tif").symlink_to(tmp_path / "secret.tif")
    part = f'<TiffData IFD="0" FirstZ="1" PlaneCount="1"><UUID FileName="{name}">urn:uuid:x</UUID></TiffData>'
    xml = factories.ome_xml("z2y16x24", tiff_data=f'<TiffData IFD="0" PlaneCount="1"/>{part}')
    factories.ome_tiff(folder / "a.ome.tif", "y16x24", xml=xml)
    for within in (None, folder):
        with open_image(folder / "a.ome.tif", within=within) as image:
            assert image.files == (folder / "a.ome.tif",)
            assert any(finding.field == "files" for finding in image.findings)
            with pytest.raises(LibraryError):
                image.read(z=1)


def test_links_out_of_the_folder_are_not_opened(tmp_path):
    folder = tmp_path / "library"
    folder.mkdir()
    factories.plain_tiff(tmp_path / "secret.tif")
    (folder / "a.tif").symlink_to(tmp_path / "secret.tif")
    with pytest.raises(Unreadable, match="out of its folder"):
        open_image(folder / "a.tif", within=folder)
    factories.plane_folder(folder / "planes", "p_t{t}_c{c}.tif", "t2y16x24")
    (folder / "planes" / "p_t9_c0.tif").symlink_to(tmp_path / "secret.tif")
    with open_image(folder / "planes") as image:
        assert image.facts.sizes.t == 2
        assert any("link out of the folder" in finding.message for finding in image.findings)


@pytest.mark.parametrize(
    "change",
    [
        {"shape": [1, 1, 1, 10**9, 10**9]},
        {"shape": [1, 1, 1, 10**6, 10**6], "chunks": [1, 1, 1, 10**6, 10**6]},
        {"shape": "wide"},
        {"chunks": [0, 0, 0, 0, 0]},
        {"dtype": "|O"},
        {"compressor": {"id": "none such"}},
    ],
)
def test_hostile_zarr_arrays_are_refused(change, tmp_path):
    factories.ome_zarr(tmp_path / "a.zarr", "y16x24")
    place = tmp_path / "a.zarr" / "0" / ".zarray"
    place.write_text(json.dumps(json.loads(place.read_text()) | change))
    with pytest.raises(LibraryError):
        open_image(tmp_path / "a.zarr").read()


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "{}", "{", '{"multiscales": [[1]]}', '{"multiscales": [{"datasets": 3}]}']
)
def test_hostile_zarr_metadata_are_refused(text, tmp_path):
    factories.ome_zarr(tmp_path / "a.zarr", "y16x24")
    (tmp_path / "a.zarr" / ".zattrs").write_text(text)
    with pytest.raises(Unreadable):
        open_image(tmp_path / "a.zarr")


def _edited(path: Path, place: str, **changes) -> None:
    file = path / place
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def test_numbers_and_names_that_cannot_be_are_left_out_of_a_zarr(tmp_path):
    factories.ome_zarr(tmp_path / "a.zarr", "t2c2y16x24")
    scales = json.loads((tmp_path / "a.zarr" / ".zattrs").read_text())["multiscales"]
    scales[0]["axes"][0]["unit"] = "day"
    for level in scales[0]["datasets"]:
        level["coordinateTransformations"][0]["scale"] = [1e308, 1, 1, 10**400, 0.5]
    channels = [{"label": "\ud800bad\x00", "window": {"start": 0, "end": 10**4000}}, {"label": "good"}]
    _edited(tmp_path / "a.zarr", ".zattrs", omero={"channels": channels}, multiscales=scales)
    with open_image(tmp_path / "a.zarr") as image:
        facts = image.facts
        assert (facts.frame_interval_s, facts.pixel_size_um.y, facts.pixel_size_um.x) == (None, None, 0.5)
        assert [channel.name for channel in facts.channels] == [" bad ", "good"]
        assert facts.channels[0].limits is None
        assert {finding.field for finding in image.findings} == {"channels", "pixel_size_um", "frame_interval_s"}
    scales[0]["datasets"][0]["coordinateTransformations"][0]["scale"] = [1e308, 1, 1, 0.5, 0.5]
    _edited(tmp_path / "a.zarr", ".zattrs", multiscales=scales)
    with open_image(tmp_path / "a.zarr") as image:
        assert (image.facts.frame_interval_s, image.facts.pixel_size_um.y) == (None, 0.5)
        assert "frame_interval_s" in {finding.field for finding in image.findings}


@pytest.mark.parametrize("shape", [[2**39, 2**20, 2**10, 16, 24], [1, 5000, 1, 16, 24]])
def test_a_zarr_of_more_planes_than_can_be_listed_is_refused(shape, tmp_path):
    factories.ome_zarr(tmp_path / "a.zarr", "y16x24")
    _edited(tmp_path / "a.zarr", "0/.zarray", shape=shape)
    with pytest.raises(Unreadable, match="channels are read"):
        open_image(tmp_path / "a.zarr")


LONG = bytes(1 << 20)
CHUNK_BOMBS = {
    "zlib": zlib.compress(LONG),
    "gzip": gzip.compress(LONG),
    "bz2": bz2.compress(LONG),
    "lzma": lzma.compress(LONG),
    "zstd": imagecodecs.zstd_encode(bytes(128)) + imagecodecs.zstd_encode(LONG),
    "lz4": (1 << 20).to_bytes(4, "little") + bytes(50),
    "blosc": numcodecs.Blosc().encode(LONG),
}


@pytest.mark.parametrize("name", CHUNK_BOMBS)
def test_chunks_unpack_to_no_more_than_their_place(name, tmp_path):
    limit = 200
    sound = numcodecs.get_codec({"id": name}).encode(bytes(range(128)))
    assert bytes(unpacked(name, sound, limit)) == bytes(range(128))
    with suppress(ValueError, RuntimeError):
        assert len(unpacked(name, CHUNK_BOMBS[name], limit)) <= limit
    factories.ome_zarr(tmp_path / "a.zarr", "y16x24")
    _edited(tmp_path / "a.zarr", "0/.zarray", compressor={"id": name})
    for chunk in (tmp_path / "a.zarr" / "0").glob("0*"):
        chunk.write_bytes(CHUNK_BOMBS[name])
    with open_image(tmp_path / "a.zarr") as image, pytest.raises(Unreadable):
        image.read()


@pytest.mark.parametrize(
    "filters", [[{"id": "zlib"}], [{"id": "astype", "encode_dtype": "u1", "decode_dtype": "U9999"}]]
)
def test_filters_that_unpack_to_any_size_are_refused(filters, tmp_path):
    factories.ome_zarr(tmp_path / "a.zarr", "y16x24")
    _edited(tmp_path / "a.zarr", "0/.zarray", filters=filters)
    with pytest.raises(Unreadable, match=r"a\.zarr"):
        open_image(tmp_path / "a.zarr")


def test_chunks_in_shards_and_compressions_of_old_are_read(tmp_path):
    factories.ome_zarr(tmp_path / "new.zarr", "y16x24", "0.5")
    data = np.arange(384, dtype=np.uint16).reshape(1, 1, 1, 16, 24)
    codec = zarr.codecs.GzipCodec()
    options = {"chunks": (1, 1, 1, 8, 8), "shards": (1, 1, 1, 16, 24), "compressors": codec, "overwrite": True}
    array = zarr.create_array(tmp_path / "new.zarr" / "0", shape=data.shape, dtype=data.dtype, **options)
    array[...] = data
    with open_image(tmp_path / "new.zarr") as image:
        assert (image.read() == data[0, 0, 0]).all()
        assert (image.read(y=slice(3, 9), x=slice(7, 20)) == data[0, 0, 0, 3:9, 7:20]).all()
    shard = next(path for path in (tmp_path / "new.zarr" / "0").rglob("0") if path.is_file())
    bomb = gzip.compress(LONG)
    index = (0).to_bytes(8, "little") + len(bomb).to_bytes(8, "little")
    index *= 6
    shard.write_bytes(bomb + index + bytes(numcodecs.CRC32C().encode(index))[-4:])
    with open_image(tmp_path / "new.zarr") as image, pytest.raises(Unreadable):
        image.read()


def test_zarr_paths_and_links_do_not_lead_outside(tmp_path):
    factories.ome_zarr(tmp_path / "other.zarr", "y16x24")
    factories.ome_zarr(tmp_path / "a.zarr", "y16x24")
    place = tmp_path / "a.zarr" / ".zattrs"
    place.write_text(place.read_text().replace('"path": "0"', '"path": "../other.zarr/0"'))
    with pytest.raises(Unreadable, match="out of its folder"):
        open_image(tmp_path / "a.zarr")
    factories.ome_zarr(tmp_path / "b.zarr", "y8x8")
    (tmp_path / "b.zarr" / "0" / "0.0.0.0.0").unlink()
    (tmp_path / "b.zarr" / "0" / "0.0.0.0.0").symlink_to("/etc/passwd")
    with open_image(tmp_path / "b.zarr") as image, pytest.raises(Unreadable, match="out of its folder"):
        image.read()


def test_a_zip_with_a_flood_of_members_is_refused(tmp_path):
    end = b"PK\5\6" + bytes(4) + struct.pack("<HHIIH", 0xFFFF, 0xFFFF, 2**31, 0, 0)
    for name in ("a.ozx", "a.zip"):
        (tmp_path / name).write_bytes(b"PK\3\4" + bytes(100) + end)
        with pytest.raises(Unreadable):
            open_image(tmp_path / name)


def test_a_flood_of_metadata_is_bounded_in_time_and_memory(tmp_path):
    """Each heavy file is described by a process of its own, which is stopped at the bounds."""
    heavy = [
        _sparse(tmp_path / "two-gigabytes.tif", tiff(extra=[(270, 2, 2 * 10**9, 1000)]), 2 * 10**9 + 2000),
        _sparse(tmp_path / "many-tags.tif", tiff(extra=[(50000 + i, 7, 5 * 10**7, 1000) for i in range(40)]), 10**8),
        _chain(tmp_path / "directories.tif", 110_000),
        _planes(tmp_path / "planes.ome.tif", 150_000),
    ]
    for path in heavy:
        done = subprocess.run(
            [sys.executable, "-c", _DESCRIBE, str(path), str(CPU_SECONDS)],
            capture_output=True, text=True, timeout=60, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        assert done.returncode == 0, (path.name, done.stderr[-500:])
        said = json.loads(done.stdout)
        assert said["peak_mb"] < PEAK_MB, path.name
        assert said["findings"] or said["axes"], path.name


# The peak is the child's own: ru_maxrss would begin with that of the process that started it.
_DESCRIBE = """
import json, pathlib, re, resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[2]), int(sys.argv[2])))
from micrographia.imaging.files import describe
said = describe(sys.argv[1])
status = pathlib.Path("/proc/self/status")
said["peak_mb"] = int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1]) // 1024 if status.exists() else 0
print(json.dumps(said))
"""


def _sparse(path: Path, head: bytes, size: int) -> Path:
    with path.open("wb") as file:
        file.write(head)
        file.truncate(size)
    return path


def _chain(path: Path, count: int) -> Path:
    length = len(ifd(tags()))
    parts = [ifd(tags(), 8 + (i + 1) * length if i < count - 1 else 0) for i in range(count)]
    path.write_bytes(HEAD + b"".join(parts) + bytes(600))
    return path


def _planes(path: Path, count: int) -> Path:
    planes = "".join(
        f'<Plane TheT="{t}" TheZ="0" TheC="0" DeltaT="{t}.5" ExposureTime="0.1" PositionX="1.25"/>'
        for t in range(count)
    )
    factories.ome_tiff(path, "z2y16x24", xml=factories.ome_xml("z2y16x24", tiff_data=f"<TiffData/>{planes}"))
    return path

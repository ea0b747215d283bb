"""Files made to break a reader: each gives a clear finding or refusal, within bounds and without a look outside."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
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
import tifffile
import zarr

from micrographia.collection.store import Store
from micrographia.errors import LibraryError, Unreadable
from micrographia.imaging.files import describe, inspect, open_image
from micrographia.imaging.readers import omexml
from micrographia.imaging.readers.boxes import check_boxes
from micrographia.imaging.readers.chunks import unpacked
from micrographia.indexing import index
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


def png(width: int, height: int, packed: bytes, kind: int = 0) -> bytes:
    """A PNG with that header and that data, whatever they mean."""

    def _chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
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


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="There are no pipes here.")
def test_pipes_and_links_in_a_zarr_are_neither_read_nor_counted(tmp_path):
    images, library = tmp_path / "images", tmp_path / "library"
    factories.ome_zarr(images / "first.zarr", "y16x24")
    index(images, library, processes=0)
    with Store.open(library) as store:
        before = next(store.records(store.ids()))
    # A moved image is looked for by its size and then by its hash, in the process that must go on.
    (images / "first.zarr").rename(images / "second.zarr")
    os.mkfifo(images / "second.zarr" / "0" / "pipe")
    (images / "second.zarr" / "0" / "x").symlink_to("/etc/passwd")
    report = index(images, library, processes=0)
    assert report.moved == 1
    messages = " ".join(finding.message for _, finding in report.findings)
    assert "is a pipe, a socket or a device" in messages and "leads out of the folder" in messages
    with Store.open(library) as store:
        after = next(store.records(store.ids()))
    assert (after.facts, after.file.size) == (before.facts, before.file.size)


def test_a_zip_with_a_flood_of_members_is_refused(tmp_path):
    end = b"PK\5\6" + bytes(4) + struct.pack("<HHIIH", 0xFFFF, 0xFFFF, 2**31, 0, 0)
    for name in ("a.ozx", "a.zip"):
        (tmp_path / name).write_bytes(b"PK\3\4" + bytes(100) + end)
        with pytest.raises(Unreadable):
            open_image(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="There is no way here to bound a process.")
def test_heavy_files_are_bounded_in_time_and_memory(tmp_path):
    """Each is described, and measured as indexing does it, by a process of its own that is stopped at the bounds."""
    heavy = [made for make in (_heavy_tiffs, _heavy_xml, _heavy_zarrs, _heavy_others) for made in make(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-c", _BOUNDED, str(CPU_SECONDS), *map(str, heavy)],
        capture_output=True, text=True, timeout=300, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-500:]
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["path"] for answer in answers] == [str(path) for path in heavy for _ in range(2)]
    for said in answers:
        assert said["status"] == 0, said
        assert said["peak_mb"] < PEAK_MB, said
        assert said["findings"] or said["is_read"], said


# Peaks are the child's own: ru_maxrss would begin with that of the process that started it.
_BOUNDED = """
import json, os, pathlib, re, resource, sys, tempfile
from micrographia.imaging.files import describe
from micrographia.imaging.readers import pictures, tiffs, videos, zarrs
from micrographia.indexing.measuring import Job, measure

def described(path):
    said = describe(path)
    return len(said["findings"]), said["axes"] is not None

def measured(path):
    with tempfile.TemporaryDirectory() as cache:
        said = measure(Job(path=path, files=(), within=os.path.dirname(path), cache=cache))
    return len(said.findings), said.facts is not None

for path in sys.argv[2:]:
    for act in (described, measured):
        child = os.fork()
        if child:
            status = os.waitpid(child, 0)[1]
            if status:
                print(json.dumps({"path": path, "act": act.__name__, "status": status}), flush=True)
            continue
        resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[1]), int(sys.argv[1])))
        findings, is_read = act(path)
        proc = pathlib.Path("/proc/self/status")
        peak = int(re.search(r"VmHWM:\\s+(\\d+)", proc.read_text())[1]) // 1024 if proc.exists() else 0
        said = {"path": path, "act": act.__name__, "status": 0, "findings": findings, "is_read": is_read}
        print(json.dumps({**said, "peak_mb": peak}), flush=True)
        os._exit(0)
"""


def _heavy_tiffs(folder: Path) -> list[Path]:
    many = [(50000 + i, 7, 5 * 10**7, 1000) for i in range(40)]
    bits = [tag for tag in tags() if tag[0] != 258]
    strips = [tag for tag in tags() if tag[0] not in {273, 279}]
    numbers, places = 60_000_000, [(273, 1, 60_000_000, 1000), (279, 1, 60_000_000, 1000)]
    return [
        _sparse(folder / "two-gigabytes.tif", tiff(extra=[(270, 2, 2 * 10**9, 1000)]), 2 * 10**9 + 2000),
        _sparse(folder / "many-tags.tif", tiff(extra=many), 10**8),
        _chain(folder / "directories.tif", 110_000),
        _sparse(folder / "bits.tif", HEAD + ifd([*bits, (258, 1, numbers, 1000)]) + bytes(600), numbers + 2000),
        _sparse(folder / "subifds.tif", tiff(extra=[(330, 4, 15_000_000, 1000)]), numbers + 2000),
        _sparse(folder / "strips.tif", HEAD + ifd([*strips, *places]) + bytes(600), numbers + 2000),
    ]


def _heavy_xml(folder: Path) -> list[Path]:
    factories.plain_tiff(folder / "b.tif", "y16x24")
    again = '<TiffData PlaneCount="1000000"><UUID FileName="b.tif">u</UUID></TiffData>' * 5000
    names = "".join(f'<TiffData FirstT="{t}"><UUID FileName="n{t}.tif">u</UUID></TiffData>' for t in range(9000))
    texts = {
        "deep": "<OME>" + "<a>" * 5_000_000,
        "elements": "<OME><Image><Pixels/>" + "<b/>" * 4_000_000,
        "attributes": "<OME " + " ".join(f'a{i}="1"' for i in range(1_000_000)) + "/>",
        "again": factories.ome_xml("t1000000y16x24", tiff_data=again),
        "names": factories.ome_xml("t300000y16x24", tiff_data=names),
    }
    made = [_planes(folder / "planes.ome.tif", 150_000)]
    for name, text in texts.items():
        path = folder / f"{name}.ome.tif"
        with tifffile.TiffWriter(path) as writer:
            writer.write(np.zeros((16, 24), np.uint16), description=text.encode(), metadata=None)
        made.append(path)
    return made


def _heavy_zarrs(folder: Path) -> list[Path]:
    names = ("bomb", "piece", "lengths", "pipe")
    bomb, piece, lengths, pipe = paths = [folder / f"{name}.zarr" for name in names]
    for path in paths:
        factories.ome_zarr(path, "y16x24")
    _edited(bomb, "0/.zarray", compressor={"id": "bz2"})
    packed = bz2.compress(bytes(1 << 24)) * 64
    for chunk in (bomb / "0").glob("0*"):
        chunk.write_bytes(packed)
    for chunk in (piece / "0").glob("0*"):
        _sparse(chunk, b"", 32 << 20)
    _edited(lengths, "0/.zarray", shape=[2**39, 2**20, 2**10, 16, 24])
    os.mkfifo(pipe / "0" / "x")
    (pipe / "0" / "y").symlink_to("/dev/zero")
    return paths


def _heavy_others(folder: Path) -> list[Path]:
    flood, video = folder / "flood.zarr.zip", folder / "samples.mp4"
    members = b"PK\1\2" + bytes(42)
    end = b"PK\5\6" + bytes(4) + struct.pack("<HHIIH", 0xFFFF, 0xFFFF, 200_000 * len(members), 4, 0)
    flood.write_bytes(b"PK\3\4" + members * 200_000 + end)
    factories.video(video, 6)
    video.write_bytes(_many_samples(video.read_bytes(), 40_000_000))
    (folder / "wide.png").write_bytes(png(6600, 6600, zlib.compress(bytes(6600 * 6600 * 4)), 6))
    return [flood, video, folder / "wide.png"]


def _many_samples(data: bytes, count: int) -> bytes:
    """An MP4 whose tables of sizes and times tell of that many samples of one byte."""
    made = bytearray(data)
    for kind, at, values in ((b"stsz", 8, (1, count)), (b"stsc", 12, (1, count, 1)), (b"stts", 12, (count,))):
        start = made.index(kind) + at
        made[start : start + 4 * len(values)] = struct.pack(f">{len(values)}I", *values)
    return bytes(made)


@pytest.mark.parametrize("table", ["stsz", "stts", "trun", "cmov"])
def test_a_video_that_declares_more_samples_than_there_can_be_is_refused(table, tmp_path):
    path = tmp_path / "a.mp4"
    factories.video(path, 6)
    data = path.read_bytes()
    if table in {"trun", "cmov"}:
        inner = struct.pack(">I4sII", 16, table.encode(), 0, 1 << 31)
        data += struct.pack(">I4s", 8 + len(inner), b"moof" if table == "trun" else b"moov") + inner
    else:
        start = data.index(table.encode()) + 12
        data = data[:start] + struct.pack(">I", 1 << 31) + data[start + 4 :]
    path.write_bytes(data)
    with pytest.raises(Unreadable, match="declares more frames"):
        open_image(path)


def test_a_sound_of_many_samples_is_no_video_of_many_frames():
    tables = {b"hdlr": (0, 0, 0x736F756E), b"stsz": (0, 2, 1 << 30), b"stts": (0, 1, 1 << 30, 1)}
    inner = b"".join(
        struct.pack(f">I4s{len(values)}I", 8 + 4 * len(values), kind, *values) for kind, values in tables.items()
    )
    check_boxes(io.BytesIO(struct.pack(">I4s", 8 + len(inner), b"trak") + inner), 8 + len(inner), "a.mp4")
    video = inner.replace(b"soun", b"vide")
    with pytest.raises(Unreadable):
        check_boxes(io.BytesIO(struct.pack(">I4s", 8 + len(video), b"trak") + video), 8 + len(video), "a.mp4")


@pytest.mark.parametrize("kind", ["lerc", "webp", "lossy webp"])
def test_a_picture_within_a_tile_is_no_larger_than_its_place(kind, tmp_path):
    grey = np.arange(256, dtype=np.uint8).reshape(16, 16)
    colour = np.repeat(grey[..., None], 3, axis=2)
    for path, large in ((tmp_path / "fits.tif", 1), (tmp_path / "bomb.tif", 40)):
        if kind == "lerc":
            data = imagecodecs.lerc_encode(np.tile(grey, (large, large)))
            extra, colours, code = b"", {}, 34887
        else:
            data = imagecodecs.webp_encode(np.tile(colour, (large, large, 1)), lossless=kind == "webp", level=50)
            extra, code = struct.pack("<HHH", 8, 8, 8), 50001
            colours = {258: (258, 3, 3, 280), 262: (262, 3, 1, 2), 277: (277, 3, 1, 3)}
        entries = [colours.get(tag[0], tag) for tag in tags(count=len(data), compression=code)]
        path.write_bytes((HEAD + ifd(entries)).ljust(280, b"\0") + extra.ljust(20, b"\0") + data)
    with open_image(tmp_path / "fits.tif") as image:
        assert image.read().shape == (16, 16)
    with open_image(tmp_path / "bomb.tif") as image, pytest.raises(Unreadable, match="larger than its place"):
        image.read()


def test_a_picture_with_transparency_counts_as_it_is_stored(tmp_path):
    (tmp_path / "a.png").write_bytes(png(6600, 6600, bytes(20_000), 6))
    with pytest.raises(Unreadable, match="too much for a picture"):
        open_image(tmp_path / "a.png")


def test_xml_beyond_the_bounds_keeps_what_was_read_before():
    image = '<OME><Image Name="kept"><Pixels SizeZ="3"/>'
    for flood in ("<a>" * 200, '<a b="' + "x" * (3 << 20) + '"/>'):
        document = omexml.parse((image + flood).encode())
        assert document.images[0].pixels["SizeZ"] == "3"
        assert "more than" in document.findings[0].message


@pytest.mark.parametrize("name", ["n" * 900, "none.tif"])
def test_a_name_that_no_disk_can_hold_is_a_file_that_is_not_there(name, tmp_path):
    part = f'<TiffData IFD="0" FirstZ="1"><UUID FileName="{name}">u</UUID></TiffData>'
    factories.ome_tiff(tmp_path / "a.ome.tif", "y16x24", xml=factories.ome_xml("z2y16x24", tiff_data=part))
    with open_image(tmp_path / "a.ome.tif") as image:
        assert any("is not there" in finding.message for finding in image.findings)


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

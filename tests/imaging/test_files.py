from __future__ import annotations

import logging

import numpy as np
import pytest
import tifffile
from ome_types import model as types

from micrographia.errors import MissingReader, NotFound, Unreadable
from micrographia.imaging.files import content_hash, describe, discover, inspect, open_image
from micrographia.imaging.readers import formats, vendors
from tests.imaging import factories
from tests.imaging.contracts import ReaderContract


class TestPlainTiff(ReaderContract):
    def make(self, folder):
        return folder / "stack.tif", factories.plain_tiff(folder / "stack.tif", "z4y16x24")


class TestCompressedTiff(ReaderContract):
    def make(self, folder):
        return folder / "stack.tif", factories.plain_tiff(
            folder / "stack.tif", "z4y37x29", compression="zlib", predictor=True, rowsperstrip=5
        )


class TestBigEndianTiff(ReaderContract):
    def make(self, folder):
        data = factories.pixels("z2y16x24", "float32")
        tifffile.imwrite(
            folder / "stack.tif", data.astype(">f4"), byteorder=">", bigtiff=True, metadata={"axes": "TZCYX"}
        )
        return folder / "stack.tif", data


class TestImageJ(ReaderContract):
    def make(self, folder):
        return folder / "hyper.tif", factories.imagej_tiff(folder / "hyper.tif")


class TestOmeTiff(ReaderContract):
    def make(self, folder):
        return folder / "made.ome.tif", factories.ome_tiff(folder / "made.ome.tif", compression="lzw")


class TestMultiFileOmeTiff(ReaderContract):
    def make(self, folder):
        data = factories.pixels("t3z2y16x24")
        parts = "".join(
            f'<TiffData FirstT="{t}" PlaneCount="2"><UUID FileName="t{t}.ome.tif">urn:uuid:{t}</UUID></TiffData>'
            for t in range(3)
        )
        xml = factories.ome_xml("t3z2y16x24", tiff_data=parts)
        for t in range(3):
            with tifffile.TiffWriter(folder / f"t{t}.ome.tif") as writer:
                for z in range(2):
                    description = xml.encode() if z == 0 else None
                    writer.write(data[t, z, 0], description=description, metadata=None, contiguous=False)
        return folder / "t0.ome.tif", data

    def test_all_files_belong_to_it(self, made):
        with open_image(made[0]) as image:
            assert [path.name for path in image.files] == ["t0.ome.tif", "t1.ome.tif", "t2.ome.tif"]
        found = list(discover(made[0].parent))
        assert [(candidate.kind, len(candidate.files)) for candidate in found] == [("set", 3)]


class TestColourTiff(ReaderContract):
    def make(self, folder):
        data = factories.pixels("c3y16x24", "uint8")
        tifffile.imwrite(folder / "h.tif", np.moveaxis(data[0, 0], 0, -1), photometric="rgb")
        return folder / "h.tif", data


class TestPlanarColourTiff(ReaderContract):
    def make(self, folder):
        data = factories.pixels("c3y40x24", "uint8")
        tifffile.imwrite(folder / "h.tif", data[0, 0], photometric="rgb", planarconfig="separate", compression="zlib")
        return folder / "h.tif", data


class TestPyramid(ReaderContract):
    def make(self, folder):
        return folder / "p.tif", factories.pyramid_tiff(folder / "p.tif", compression="zlib")[None, None, None]

    def test_levels_are_read(self, made):
        path, data = made
        with open_image(path) as image:
            assert image.facts.levels == ((128, 128), (64, 64), (32, 32))
            for level in range(3):
                expected = data[0, 0, 0, :: 2**level, :: 2**level]
                assert np.array_equal(image.read(level=level), expected)
                region = image.read(level=level, y=slice(7, 29), x=slice(3, 31))
                assert np.array_equal(region, expected[7:29, 3:31])


class TestOmeZarr04(ReaderContract):
    version = "0.4"

    def make(self, folder):
        path = folder / "made.zarr"
        return path, factories.ome_zarr(path, version=self.version)

    def test_its_metadata_are_read(self, made):
        with open_image(made[0]) as image:
            assert image.facts.levels == ((16, 24), (8, 12))
            assert image.facts.pixel_size_um.x == 0.25
            assert image.facts.pixel_size_um.z == 0.75
            assert image.facts.frame_interval_s == 2.5
            assert np.array_equal(image.read(1, 2, 1, level=1), made[1][1, 2, 1, ::2, ::2])


class TestOmeZarr05(TestOmeZarr04):
    version = "0.5"


class TestZippedOmeZarr(TestOmeZarr04):
    def make(self, folder):
        data = factories.ome_zarr(folder / "made.zarr", version=self.version)
        return factories.zipped(folder / "made.zarr", folder / "made.ozx"), data


class TestPlaneFolder(ReaderContract):
    def make(self, folder):
        return folder / "planes", factories.plane_folder(folder / "planes")


class TestPng(ReaderContract):
    def make(self, folder):
        data = factories.picture(folder / "p.png", "RGB")
        return folder / "p.png", np.moveaxis(data, -1, 0)[None, None]


class TestDeepPng(ReaderContract):
    def make(self, folder):
        import imagecodecs

        data = factories.pixels("c3y16x24")
        (folder / "p.png").write_bytes(imagecodecs.png_encode(np.ascontiguousarray(np.moveaxis(data[0, 0], 0, -1))))
        return folder / "p.png", data

    def test_deep_colour_is_read_as_channels(self, made):
        with open_image(made[0]) as image:
            assert not image.facts.colour
            assert [finding.field for finding in image.findings] == ["channels"]


class TestJpeg(ReaderContract):
    def make(self, folder):
        from PIL import Image

        ramp = np.linspace(0, 250, 32).astype(np.uint8)
        data = np.stack([np.tile(ramp, (16, 1))] * 3)
        Image.fromarray(np.moveaxis(data, 0, -1)).save(folder / "p.jpg", quality=95)
        return folder / "p.jpg", data[None, None]

    def check(self, found, expected):
        assert found.shape == expected.shape
        assert np.abs(found.astype(int) - expected).max() < 16


class TestAnimatedWebp(ReaderContract):
    def make(self, folder):
        from PIL import Image

        frames = [factories.frame_of(number) for number in (1, 2, 5)]
        first, *rest = [Image.fromarray(frame) for frame in frames]
        first.save(folder / "a.webp", save_all=True, append_images=rest, duration=200, lossless=True)
        return folder / "a.webp", np.stack([np.moveaxis(frame, -1, 0)[None] for frame in frames])


class TestVendor(ReaderContract):
    """The bioio family behind a stand-in that answers as its readers do."""

    @pytest.fixture(autouse=True)
    def stand_in(self, monkeypatch):
        monkeypatch.setattr(formats.importlib.util, "find_spec", lambda name: object())
        real = vendors.importlib.import_module
        module = type("bioio_czi", (), {"Reader": _StandIn})
        monkeypatch.setattr(
            vendors.importlib, "import_module", lambda name: module if name.startswith("bioio") else real(name)
        )

    def make(self, folder):
        (folder / "made.czi").write_bytes(b"ZISRAWFILE" + bytes(100))
        return folder / "made.czi", _StandIn.data


class _StandIn:
    data = factories.pixels("t2z3c2y16x24")
    dtype = data.dtype
    scenes = ("a",)
    channel_names = ("DNA", "actin")
    physical_pixel_sizes = type("Sizes", (), {"X": 0.1, "Y": 0.1, "Z": 0.3})
    dims = type("Dims", (), {"T": 2, "C": 2, "Z": 3, "Y": 16, "X": 24})

    def __init__(self, path):
        self.path = path

    def get_image_dask_data(self, order, T, Z, C):
        return type("Dask", (), {"compute": lambda _, scheduler: self.data[T, Z, C]})()


def test_what_the_metadata_of_a_makers_file_say(tmp_path, monkeypatch):
    pixels = types.Pixels(
        dimension_order="XYCZT", size_c=2, size_t=2, size_x=24, size_y=16, size_z=3, type="uint16",
        time_increment=500, time_increment_unit="ms",
        channels=[types.Channel(color="lime", emission_wavelength=509), types.Channel()],
    )  # fmt: skip
    said = types.OME(images=[types.Image(pixels=pixels, acquisition_date="2020-01-02T03:04:05")])
    monkeypatch.setattr(_StandIn, "ome_metadata", said, raising=False)
    monkeypatch.setattr(formats.importlib.util, "find_spec", lambda name: object())
    module = type("bioio_czi", (), {"Reader": _StandIn})
    real = vendors.importlib.import_module
    monkeypatch.setattr(
        vendors.importlib, "import_module", lambda name: module if name.startswith("bioio") else real(name)
    )
    (tmp_path / "made.czi").write_bytes(b"ZISRAWFILE" + bytes(100))
    with open_image(tmp_path / "made.czi") as image:
        assert [(c.name, c.color, c.wavelength_nm) for c in image.facts.channels] == [
            ("DNA", "#00FF00", pytest.approx(509)),
            ("actin", None, None),
        ]
        assert image.facts.frame_interval_s == 0.5
        assert image.facts.acquired == "2020-01-02T03:04:05"


def test_a_real_czi(tmp_path):
    """With the extra ``formats`` only: every plane of a file that the makers' own library wrote."""
    pytest.importorskip("bioio_czi", reason="the extra formats is not installed")
    writer = pytest.importorskip("pylibCZIrw.czi")
    data = factories.pixels("t2z3c2y16x24")
    with writer.create_czi(str(tmp_path / "made.czi")) as czi:
        for t, z, c in np.ndindex(data.shape[:3]):
            czi.write(data[t, z, c][..., None], plane={"T": t, "Z": z, "C": c})
        czi.write_metadata("made", channel_names={0: "DNA", 1: "actin"}, scale_x=1e-7, scale_y=1e-7, scale_z=5e-7)
    with open_image(tmp_path / "made.czi") as image:
        assert (image.facts.pixel_size_um.x, image.facts.pixel_size_um.z) == (pytest.approx(0.1), pytest.approx(0.5))
        assert [channel.name for channel in image.facts.channels] == ["DNA", "actin"]
        for t, z, c in np.ndindex(data.shape[:3]):
            np.testing.assert_array_equal(image.read(t=t, z=z, c=c), data[t, z, c])


def test_a_missing_package_is_a_sentence_that_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(formats.importlib.util, "find_spec", lambda name: None)
    (tmp_path / "a.nd2").write_bytes(b"\xda\xce\xbe\x0a" + bytes(60))
    with pytest.raises(MissingReader, match=r'pip install "micrographia\[formats\]"'):
        open_image(tmp_path / "a.nd2")
    facts, findings = inspect(tmp_path / "a.nd2")
    assert facts is None
    assert findings[0].severity == "error"


def test_what_is_not_there_and_what_is_no_image(tmp_path):
    with pytest.raises(NotFound):
        open_image(tmp_path / "none.tif")
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "empty.tif").write_bytes(b"")
    for name in ("notes.txt", "empty.tif"):
        with pytest.raises(Unreadable):
            open_image(tmp_path / name)
        said = describe(tmp_path / name)
        assert said["axes"] is None
        assert said["findings"][0]["severity"] == "error"
    assert describe(tmp_path / "none.tif")["findings"][0]["severity"] == "error"


def test_reading_leaves_no_word_in_the_log(tmp_path, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    factories.plain_tiff(tmp_path / "a.tif")
    (tmp_path / "a.tif").write_bytes((tmp_path / "a.tif").read_bytes()[:900])
    inspect(tmp_path / "a.tif")
    assert caplog.records == []
    assert capsys.readouterr().err == ""


def test_the_hash_follows_content_and_not_place(tmp_path):
    factories.plain_tiff(tmp_path / "a.tif")
    (tmp_path / "b.tif").write_bytes((tmp_path / "a.tif").read_bytes())
    assert content_hash(tmp_path / "a.tif") == content_hash(tmp_path / "b.tif")
    factories.plane_folder(tmp_path / "one", name="t2y8x8")
    factories.plane_folder(tmp_path / "two", name="t2y8x8")
    assert content_hash(tmp_path / "one") == content_hash(tmp_path / "two")
    next((tmp_path / "two").iterdir()).write_bytes(b"other")
    assert content_hash(tmp_path / "one") != content_hash(tmp_path / "two")


def test_discovery_finds_each_image_once(tmp_path):
    factories.plain_tiff(tmp_path / "stack.tif")
    factories.picture(tmp_path / "still.png")
    factories.plane_folder(tmp_path / "movie", "cell--T{t:05}--Z{z:03}--C{c}.tif", "t3y8x8")
    factories.ome_zarr(tmp_path / "deep" / "made.zarr", "y16x24")
    (tmp_path / "metadata.csv").write_text("file\nstack.tif\n")
    (tmp_path / "broken.tif").write_bytes(b"")
    (tmp_path / ".hidden.tif").write_bytes(b"II*\0")
    (tmp_path / "up").symlink_to(tmp_path)
    (tmp_path / "out.tif").symlink_to("/etc/passwd")
    found = {candidate.path.name: candidate.kind for candidate in discover(tmp_path)}
    assert found == {
        "broken.tif": "file",
        "stack.tif": "file",
        "still.png": "file",
        "movie": "planes",
        "made.zarr": "zarr",
    }


def test_files_with_other_names_than_numbers_stay_single(tmp_path):
    for name in ("wt_t1.tif", "mutant_t2.tif", "control.tif"):
        factories.plain_tiff(tmp_path / name, "y8x8")
    assert [candidate.kind for candidate in discover(tmp_path)] == ["file"] * 3

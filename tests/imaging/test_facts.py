"""What files say of themselves, and what is noticed about it."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile
from PIL import Image

from micrographia.errors import Unreadable
from micrographia.imaging.files import inspect, open_image
from micrographia.imaging.readers import axes, calibration, hyperstacks, omexml
from micrographia.imaging.readers.labels import looks_like_labels
from tests.imaging import factories


def facts_of(path, **options):
    facts, findings = inspect(path, known_hash="known", **options)
    assert facts is not None, findings
    return facts, findings


def beside_calibration(findings):
    """What was noticed beside the missing unit of a pixel size, which plain TIFFs hardly ever give."""
    return [finding for finding in findings if "not calibrated" not in finding.message]


@pytest.mark.parametrize(
    ("unit", "factor"),
    [
        ("micron", 1), ("microns", 1), ("µm", 1), ("μm", 1), ("um", 1), ("\\u00B5m", 1), ("micrometer", 1),
        ("micrometre", 1), ("nm", 1e-3), ("nanometers", 1e-3), ("mm", 1e3), ("cm", 1e4), ("inch", 25400),
        ("inches", 25400), ("in", 25400), ("m", 1e6), ("Å", 1e-4), ("angstrom", 1e-4), ("Micron", 1),
        ("millimeter", 1e3), ("pixel", None), ("", None), ("parsec", None), ("Mm", None), ("seconds", None),
    ],
)  # fmt: skip
def test_units_of_length(unit, factor):
    found = calibration.micrometres(unit)
    assert found == (pytest.approx(factor) if factor else None)


@pytest.mark.parametrize(
    ("unit", "factor"),
    [("s", 1), ("sec", 1), ("ms", 1e-3), ("µs", 1e-6), ("min", 60), ("hours", 3600), ("banana", None)],
)
def test_units_of_time(unit, factor):
    assert calibration.seconds(unit) == factor


def test_one_without_a_unit_is_not_one_micrometre(tmp_path):
    factories.imagej_tiff(tmp_path / "a.tif", "z3y16x24", spacing=1.0)
    factories.ome_tiff(
        tmp_path / "b.ome.tif", "y16x24", xml=factories.ome_xml("y16x24", 'PhysicalSizeX="1" PhysicalSizeY="1.0"')
    )
    tifffile.imwrite(tmp_path / "c.tif", np.zeros((16, 24), np.uint16), resolution=(1, 1), resolutionunit="NONE")
    for name in ("a.tif", "b.ome.tif", "c.tif"):
        facts, findings = facts_of(tmp_path / name)
        assert facts.pixel_size_um.x is facts.pixel_size_um.z is None
        assert "not calibrated" in next(f.message for f in findings if f.field == "pixel_size_um")


@pytest.mark.parametrize("unit", ["micron", "\\u00B5m", "µm".encode().decode("latin-1"), "µm"])
def test_imagej_writes_the_micro_sign_in_several_ways(tmp_path, unit):
    factories.imagej_tiff(tmp_path / "a.tif", "z3y16x24", unit="MICROSC", spacing=0.5)
    raw = (tmp_path / "a.tif").read_bytes()
    (tmp_path / "a.tif").write_bytes(raw.replace(b"unit=MICROSC", b"unit=" + unit.encode("latin-1").ljust(7)))
    facts, findings = facts_of(tmp_path / "a.tif")
    assert facts.pixel_size_um.z == 0.5
    assert not [f for f in findings if f.field == "pixel_size_um"]


def test_one_with_a_unit_is_believed(tmp_path):
    xml = factories.ome_xml(
        "y16x24", 'PhysicalSizeX="1" PhysicalSizeY="1" PhysicalSizeXUnit="µm" PhysicalSizeYUnit="µm"'
    )
    factories.ome_tiff(tmp_path / "a.ome.tif", "y16x24", xml=xml)
    assert facts_of(tmp_path / "a.ome.tif")[0].pixel_size_um.x == 1


@pytest.mark.parametrize(("dpi", "unit"), [(72, "INCH"), (96, "INCH"), (300, "INCH"), (118.11, "CENTIMETER")])
def test_printing_resolutions_are_no_calibration(tmp_path, dpi, unit):
    data = np.zeros((16, 24), np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", data, resolution=(dpi, dpi), resolutionunit=unit, metadata=None)
    Image.fromarray(data).save(tmp_path / "a.png", dpi=(dpi, dpi))
    for name in ("a.tif", "a.png"):
        facts, findings = facts_of(tmp_path / name)
        assert facts.pixel_size_um.x is None
        assert [finding.severity for finding in findings] == ["note"]


def test_a_true_resolution_in_a_plain_tiff_is_taken(tmp_path):
    data = np.zeros((16, 24), np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", data, resolution=(50000, 50000), resolutionunit="CENTIMETER", metadata=None)
    assert facts_of(tmp_path / "a.tif")[0].pixel_size_um.x == pytest.approx(0.2)


def test_imagej_metadata(tmp_path):
    tables = [np.outer(color, np.arange(256)).astype(np.uint8) for color in ((0, 1, 1), (1, 0, 1))]
    tifffile.imwrite(
        tmp_path / "a.tif",
        factories.pixels("t2z3c2y16x24"),
        imagej=True,
        resolution=(4, 4),
        metadata={
            "axes": "TZCYX", "unit": "\\u00B5m", "spacing": 0.5, "finterval": 30.0, "mode": "composite",
            "Ranges": (10.0, 500.0, 20.0, 600.0), "LUTs": tables,
            "Labels": ["c:1/2 z:1/3 - DNA", "c:2/2 z:1/3 - actin"] * 6,
        },
    )  # fmt: skip
    facts, findings = facts_of(tmp_path / "a.tif")
    assert (facts.pixel_size_um.x, facts.pixel_size_um.z) == (0.25, 0.5)
    assert facts.frame_interval_s == 30
    assert [channel.name for channel in facts.channels] == ["DNA", "actin"]
    assert [channel.color for channel in facts.channels] == ["#00FFFF", "#FF00FF"]
    assert [channel.limits for channel in facts.channels] == [(10, 500), (20, 600)]
    assert findings == ()


def test_imagej_stacks_without_directories_are_read(tmp_path):
    data = factories.pixels("z6y16x24")
    tifffile.imwrite(tmp_path / "a.tif", data[0, :, 0], imagej=True, metadata={"axes": "ZYX"})
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        first, end = file.pages[0].offset, file.pages[1].offset
        assert end > first
        position = first + 2 + 12 * len(file.pages[0].tags)
    content = bytearray((tmp_path / "a.tif").read_bytes())
    content[position : position + 4] = bytes(4)
    (tmp_path / "a.tif").write_bytes(content)
    with open_image(tmp_path / "a.tif") as image:
        assert image.facts.sizes.z == 6
        assert all(np.array_equal(image.read(z=z), data[0, z, 0]) for z in range(6))


def test_ome_metadata(tmp_path):
    channels = (
        '<Channel ID="Channel:0:0" Name="DNA" Color="65535" EmissionWavelength="0.461" EmissionWavelengthUnit="µm"/>'
        '<Channel ID="Channel:0:1" Fluor="GFP" Color="16711935" EmissionWavelength="509"/>'
    )
    pixel = (
        'PhysicalSizeX="250" PhysicalSizeXUnit="nm" PhysicalSizeY="0.25" PhysicalSizeZ="0.001" PhysicalSizeZUnit="mm" '
        'TimeIncrement="2" TimeIncrementUnit="min"'
    )
    factories.ome_tiff(tmp_path / "a.ome.tif", xml=factories.ome_xml("t2z3c2y16x24", pixel, channels))
    facts, findings = facts_of(tmp_path / "a.ome.tif")
    size = facts.pixel_size_um
    assert (size.x, size.y, size.z) == (pytest.approx(0.25), 0.25, pytest.approx(1))
    assert facts.frame_interval_s == 120
    assert facts.acquired == "2020-01-02T03:04:05"
    assert [(c.name, c.color, c.wavelength_nm) for c in facts.channels] == [
        ("DNA", "#0000FF", 461.0),
        ("GFP", "#00FF00", 509.0),
    ]
    assert findings == ()


def test_times_of_planes_stand_in_for_an_increment_and_are_compared_with_it(tmp_path):
    planes = "".join(f'<Plane TheT="{t}" TheZ="0" TheC="0" DeltaT="{t * 5000}" DeltaTUnit="ms"/>' for t in range(3))
    for pixel, interval, count in (("", 5, 0), ('TimeIncrement="9"', 9, 1)):
        xml = factories.ome_xml("t3y16x24", pixel, tiff_data=f"<TiffData/>{planes}")
        factories.ome_tiff(tmp_path / "a.ome.tif", "t3y16x24", xml=xml)
        facts, findings = facts_of(tmp_path / "a.ome.tif")
        assert facts.frame_interval_s == interval
        assert [finding.field for finding in findings] == ["frame_interval_s"] * count


@pytest.mark.parametrize("interval", [0, -1, 1e-30, 1e30])
def test_a_time_between_frames_that_cannot_be_is_left_out(tmp_path, interval):
    path = tmp_path / "stack.tif"
    metadata = {"axes": "TYX", "finterval": interval}
    tifffile.imwrite(path, np.zeros((3, 8, 8), np.uint8), imagej=True, metadata=metadata)
    assert facts_of(path)[0].frame_interval_s is None
    metadata = {"axes": "TYX", "TimeIncrement": interval, "TimeIncrementUnit": "s"}
    tifffile.imwrite(path, np.zeros((3, 8, 8), np.uint8), ome=True, metadata=metadata, photometric="minisblack")
    assert facts_of(path)[0].frame_interval_s is None


def test_off_schema_xml_is_used_as_far_as_it_goes(tmp_path):
    xml = factories.ome_xml("z2y16x24", 'PhysicalSizeX="wide" Bogus="1"', "<Nonsense/><Channel/>").replace(
        factories.OME, "urn:x"
    )
    factories.ome_tiff(tmp_path / "a.ome.tif", "z2y16x24", xml=xml)
    facts, _ = facts_of(tmp_path / "a.ome.tif")
    assert facts.sizes.z == 2
    assert facts.pixel_size_um.x is None


def test_entities_are_refused_and_the_pages_read_all_the_same():
    document = omexml.parse(b'<!DOCTYPE x [<!ENTITY a "b">]><OME><Image><Pixels SizeX="&a;"/></Image></OME>')
    assert document.images == ()
    assert "document type" in document.findings[0].message


@pytest.mark.parametrize(
    ("name", "axis"),
    [
        ("membrane_2d_timelapse", "t"), ("cell-movie-3", "t"), ("xyt_golgi", "t"), ("LiveImaging", "t"),
        ("zstack of nucleus", "z"), ("brain_volume", "z"), ("xyz_8bit", "z"), ("experiment7", "z"),
        ("multichannel_a", "c"), ("xyc_16bit", "c"),
    ],
)  # fmt: skip
def test_unnamed_axes_are_guessed_from_the_name_and_said(name, axis):
    found, finding = axes.guess_axis(name, 5)
    assert found == axis
    assert (finding.severity, finding.field) == ("warning", "axes")


def test_the_caller_may_know_the_axis(tmp_path):
    factories.plain_tiff(tmp_path / "a.tif", "z5y16x24")
    facts, findings = facts_of(tmp_path / "a.tif", axes="TYX")
    assert (facts.sizes.t, facts.sizes.z) == (5, 1)
    assert beside_calibration(findings) == []


@pytest.mark.parametrize(
    ("name", "dtype", "count"),
    [
        ("xyz_8bit__a", "uint16", 1),
        ("xy_8bit", "uint8", 0),
        ("12bit", "uint16", 0),
        ("a_16-bit", "float32", 1),
        ("a", "f4", 0),
    ],
)
def test_bits_in_the_name_are_compared(name, dtype, count):
    assert len(axes.name_findings(name, np.dtype(dtype))) == count


def test_deep_samples_are_channels_and_shallow_ones_colour(tmp_path):
    for bits in (8, 16):
        data = np.moveaxis(factories.pixels("c3y16x24", f"uint{bits}")[0, 0], 0, -1)
        tifffile.imwrite(tmp_path / f"{bits}.tif", data, photometric="rgb")
        facts, findings = facts_of(tmp_path / f"{bits}.tif")
        assert facts.colour == (bits == 8)
        assert facts.sizes.c == 3
        assert len(beside_calibration(findings)) == (bits == 16)


def test_label_images_need_the_name_and_the_pixels(tmp_path):
    objects = np.zeros((32, 32), np.uint8)
    objects[4:10, 4:10], objects[15:25, 12:28] = 1, 2
    noise = np.random.default_rng(0).integers(0, 255, (32, 32)).astype(np.uint8)
    for name, plane, expected in (
        ("nuclei_labels", objects, True), ("nuclei-mask", objects * 100, True), ("nuclei", objects, False),
        ("nuclei_labels2", noise, False), ("labelled_nuclei", objects, False), ("true_labels", noise, False),
    ):  # fmt: skip
        tifffile.imwrite(tmp_path / f"{name}.tif", plane)
        assert facts_of(tmp_path / f"{name}.tif")[0].labels == expected, name
    assert not looks_like_labels(objects.astype(np.float32))


def test_ngff_metadata(tmp_path):
    omero = {
        "channels": [
            {"label": "DNA", "color": "0000FF", "window": {"start": 10, "end": 500, "min": 0, "max": 65535}},
            {"label": "actin", "color": "ff00ff", "window": {"start": 9, "end": 3}},
        ]
    }
    factories.ome_zarr(tmp_path / "a.zarr", omero=omero)
    facts, _ = facts_of(tmp_path / "a.zarr")
    assert [(c.name, c.color, c.limits) for c in facts.channels] == [
        ("DNA", "#0000FF", (10.0, 500.0)),
        ("actin", "#FF00FF", None),
    ]
    factories.ome_zarr(tmp_path / "l.zarr", "y16x24", **{"image-label": {"version": "0.4"}})
    assert facts_of(tmp_path / "l.zarr")[0].labels


def test_only_even_colour_tables_are_colours():
    ramp = np.outer((0, 1, 0), np.arange(256))
    assert hyperstacks.color_of(ramp) == "#00FF00"
    assert hyperstacks.color_of(ramp[:, ::-1]) is None
    assert hyperstacks.color_of(np.random.default_rng(0).integers(0, 255, (3, 256))) is None


@pytest.mark.parametrize(
    "pattern", ["img_T{t:05}Z{z:03}C{c}.tif", "a_t{t}z{z}c{c}.tif", "W2--T{t:05}--Z{z:03}--C{c}.tif"]
)
def test_the_numbers_of_planes_may_stand_side_by_side(tmp_path, pattern):
    data = factories.plane_folder(tmp_path / "movie", pattern, "t3z2c2y16x24")
    facts, _ = facts_of(tmp_path / "movie")
    assert (facts.sizes.t, facts.sizes.z, facts.sizes.c) == (3, 2, 2)
    with open_image(tmp_path / "movie") as image:
        assert (image.read(t=2, z=1, c=1) == data[2, 1, 1]).all()


def test_folders_of_planes(tmp_path):
    data = factories.plane_folder(tmp_path / "movie", "W0002--T{t:05}--Z{z:03}--C.tif", "t4y16x24")
    with open_image(tmp_path / "movie") as image:
        assert image.facts.sizes.t == 4
        assert beside_calibration(image.findings) == []
    (tmp_path / "movie" / "W0002--T00002--Z000--C.tif").unlink()
    factories.plane_folder(tmp_path / "stack", "em_{z:04}.tif", "z3y16x24")
    facts, findings = facts_of(tmp_path / "stack")
    assert facts.sizes.z == 3
    assert findings[0].field == "axes"
    assert data.shape[0] == 4


def test_a_missing_plane_is_told_and_refused(tmp_path):
    factories.plane_folder(tmp_path / "p", "a_t{t}_c{c}.tif", "t3c2y16x24")
    (tmp_path / "p" / "a_t1_c1.tif").unlink()
    with open_image(tmp_path / "p") as image:
        assert "1 planes have no file" in image.findings[0].message
        with pytest.raises(Unreadable):
            image.read(t=1, c=1)


@pytest.mark.parametrize(
    "options",
    [
        {"compression": "zlib", "predictor": 2}, {"compression": "lzw", "tile": (32, 48)}, {"compression": "zstd"},
        {"compression": "packbits"}, {"compression": "lzma"}, {"compression": "jpeg", "rowsperstrip": 16},
        {"compression": "jpeg2000", "tile": (64, 64)}, {"bitspersample": 1}, {"bigtiff": True}, {"byteorder": ">"},
        {"rowsperstrip": 7}, {"photometric": "miniswhite"},
    ],
    ids=str,
)  # fmt: skip
def test_every_dialect_of_tiff_is_read_as_tifffile_reads_it(options, tmp_path):
    data = (np.add.outer(np.arange(75), np.arange(101)) % 200).astype(np.uint8)
    data = data > 99 if options.get("bitspersample") == 1 else data
    options = {key: value for key, value in options.items() if key != "bitspersample"}
    tifffile.imwrite(tmp_path / "a.tif", data, metadata=None, **options)
    expected = tifffile.imread(tmp_path / "a.tif")
    with open_image(tmp_path / "a.tif") as image:
        assert np.array_equal(image.read(), expected)
        assert np.array_equal(image.read(y=slice(13, 70), x=slice(21, 99)), expected[13:70, 21:99])


@pytest.mark.parametrize("dtype", ["int8", "uint16", "int16", "uint32", "int32", "float16", "float32", "float64"])
def test_every_type_of_sample_is_read(dtype, tmp_path):
    data = (np.add.outer(np.arange(20), np.arange(30)) % 100).astype(dtype)
    tifffile.imwrite(tmp_path / "a.tif", data, metadata=None, compression="zlib")
    with open_image(tmp_path / "a.tif") as image:
        assert image.facts.dtype == dtype
        assert np.array_equal(image.read(), data)


def test_even_planes_pack_far_and_are_still_believed(tmp_path):
    for compression in ("zlib", "lzw", "zstd", "lzma", "packbits"):
        tifffile.imwrite(tmp_path / "a.tif", np.zeros((1024, 1024), np.uint8), compression=compression, metadata=None)
        assert beside_calibration(facts_of(tmp_path / "a.tif")[1]) == []

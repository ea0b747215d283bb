"""Small valid files of every kind, bytes flipped, cut and spliced: only findings and refusals may come out."""

from __future__ import annotations

import os
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from micrographia.errors import LibraryError
from micrographia.imaging.files import describe, inspect, open_image
from tests.imaging import factories

MAKERS = {
    "plain.tif": lambda path: factories.plain_tiff(path, "z2y16x24"),
    "deflate.tif": lambda path: factories.plain_tiff(path, "z2y16x24", compression="zlib", predictor=True),
    "lzw.tif": lambda path: factories.plain_tiff(path, "z2y16x24", compression="lzw"),
    "jpeg.tif": lambda path: factories.plain_tiff(path, "y16x24", "uint8", compression="jpeg"),
    "imagej.tif": lambda path: factories.imagej_tiff(path, "z2c2y8x12", mode="composite", Ranges=(0, 9, 1, 8)),
    "made.ome.tif": lambda path: factories.ome_tiff(path, "z2y16x24"),
    "pyramid.tif": lambda path: factories.pyramid_tiff(path, 64, 2, compression="zlib"),
    "grey.png": lambda path: factories.picture(path),
    "colour.jpg": lambda path: factories.picture(path, "RGB"),
    "colour.webp": lambda path: factories.picture(path, "RGB"),
    "movie.mp4": lambda path: factories.video(path, 6),
    "movie.avi": lambda path: factories.video(path, 6, "mpeg4"),
    "movie.webm": lambda path: factories.video(path, 6, "libvpx-vp9"),
    "movie.gif": lambda path: factories.video(path, 6, "gif"),
}

# More for a longer search: MICROGRAPHIA_FUZZ_EXAMPLES=5000.
EXAMPLES = int(os.environ.get("MICROGRAPHIA_FUZZ_EXAMPLES", "60"))

positions = st.floats(0, 1, exclude_max=True)
edits = st.lists(
    st.one_of(
        st.tuples(st.just("flip"), positions, st.integers(1, 255)),
        # Headers decide how the rest is read: bytes near the start are flipped more often.
        st.tuples(st.just("flip"), st.floats(0, 0.05), st.integers(1, 255)),
        st.tuples(st.just("cut"), positions, st.just(0)),
        st.tuples(st.just("splice"), positions, positions),
        st.tuples(st.just("fill"), positions, st.sampled_from([0, 0x7F, 0xFF])),
    ),
    min_size=1,
    max_size=4,
)


def edited(data: bytes, changes) -> bytes:
    """The bytes after the changes."""
    for kind, position, value in changes:
        at = int(position * len(data))
        if kind == "flip" and data:
            data = data[:at] + bytes([data[at] ^ value]) + data[at + 1 :]
        elif kind == "cut":
            data = data[:at]
        elif kind == "splice":
            other = int(value * len(data))
            data = data[:at] + data[other : other + 64] + data[at:]
        elif kind == "fill":
            data = data[:at] + bytes([value]) * len(data[at : at + 4]) + data[at + 4 :]
    return data


def look_at(path) -> None:
    """Do with the file what indexing and viewing do; refusals are what may happen."""
    facts, findings = inspect(path)
    assert facts is not None or any(finding.severity == "error" for finding in findings)
    describe(path)
    try:
        with open_image(path, within=path.parent) as image:
            sizes = image.facts.sizes
            for t in {0, sizes.t - 1}:
                for level in range(len(image.facts.levels)):
                    image.read(t, sizes.z - 1, sizes.c - 1, level, slice(0, 64), slice(0, 64))
    except LibraryError:
        pass


@pytest.fixture(scope="module")
def originals(tmp_path_factory):
    """The bytes of one valid file of each kind."""
    folder = tmp_path_factory.mktemp("originals")
    for name, make in MAKERS.items():
        make(folder / name)
    return {name: (folder / name).read_bytes() for name in MAKERS}


@pytest.mark.parametrize("name", MAKERS)
def test_edited_files_are_told_and_never_crash(name, originals, tmp_path):
    @settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
    @given(edits)
    def _try(changes):
        path = tmp_path / name
        path.write_bytes(edited(originals[name], changes))
        look_at(path)

    _try()


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_edited_zarrs_are_told_and_never_crash(version, tmp_path):
    factories.ome_zarr(tmp_path / "original.zarr", "z2y16x24", version)
    members = sorted(file for file in (tmp_path / "original.zarr").rglob("*") if file.is_file())
    copy = tmp_path / "copy.zarr"

    @settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
    @given(st.sampled_from(members), edits)
    def _try(member, changes):
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(tmp_path / "original.zarr", copy)
        (copy / member.relative_to(tmp_path / "original.zarr")).write_bytes(edited(member.read_bytes(), changes))
        look_at(copy)

    _try()


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits)
def test_edited_zips_are_told_and_never_crash(tmp_path, changes):
    original = tmp_path / "original.ozx"
    if not original.exists():
        factories.ome_zarr(tmp_path / "original.zarr", "y16x24")
        factories.zipped(tmp_path / "original.zarr", original)
    (tmp_path / "edited.ozx").write_bytes(edited(original.read_bytes(), changes))
    look_at(tmp_path / "edited.ozx")


@settings(max_examples=EXAMPLES)
@given(changes=edits)
def test_edited_xml_gives_a_document_and_findings(changes):
    from micrographia.imaging.readers import omexml

    xml = factories.ome_xml("t2z3y16x24", 'PhysicalSizeX="0.25"', '<Channel Name="a" Color="-1"/>').encode()
    document = omexml.parse(edited(xml, changes))
    for image in document.images:
        omexml.lengths_of(image)
        omexml.pixel_size(image, True)
        omexml.frame_interval(image)
        omexml.channels_of(image, 3)

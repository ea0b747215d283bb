"""Pixels by address: what is answered, what is refused with which sentence, and that nothing is done twice."""

from __future__ import annotations

import gzip
import io
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from micrographia.collection.records import Channel
from micrographia.errors import Invalid, LibraryError, NotFound, Unreadable
from micrographia.imaging.encoding import MEDIA_TYPE, to_bytes, unpack
from micrographia.imaging.files import discover, inspect, open_image
from micrographia.imaging.histograms import measure_auto
from micrographia.imaging.service import Found, PixelService
from micrographia.settings import Settings
from tests.imaging.arrays import ArrayFile, made

VERSION = "ab" * 8


class Site:
    """A service over images in memory, by id."""

    def __init__(self, folder: Path, settings: Settings | None = None, **files: ArrayFile) -> None:
        self.files = files
        self.opened: list[str] = []
        for name in files:
            (folder / name).write_bytes(name.encode())
        self.folder = folder
        self.service = PixelService(self.find, folder / "cache", settings, opener=self.open)

    def find(self, record_id: str) -> Found:
        if record_id not in self.files:
            raise NotFound(f"There is no image {record_id!r}.")
        return Found(record_id, self.folder / record_id, self.files[record_id].facts, title="A title")

    def open(self, path: Path, **_: object) -> ArrayFile:
        self.opened.append(path.name)
        return self.files[path.name]

    def get(self, address: str, **options: bool) -> tuple[dict, list[np.ndarray]]:
        return unpack(self.service.answer(address, **options).body)

    def json(self, address: str) -> dict:
        return json.loads(self.service.answer(address).body)


@pytest.fixture
def site(tmp_path):
    site = Site(
        tmp_path,
        stack=ArrayFile(made(2, 4, 3, 40, 50), channels=tuple(Channel(f"C{c}", limits=(0, 4000)) for c in range(3))),
        colour=ArrayFile(made(1, 1, 1, 40, 50, 3, dtype="uint8", most=255)),
        labels=ArrayFile(made(1, 1, 1, 40, 50, most=9), labels=True),
        large=ArrayFile(made(1, 1, 1, 2100, 2200)),
    )
    yield site
    site.service.close()


def test_exact_planes_are_the_files_own(site):
    header, planes = site.get(f"/pixels/stack/{VERSION}/0/1/2/0/0?c=2,0&q=exact")
    assert [part["c"] for part in header["parts"]] == [2, 0]
    assert (header["y"], header["x"], header["dtype"], header["quality"]) == (40, 50, "uint16", "exact")
    array = site.files["stack"].array
    assert np.array_equal(planes[0], array[1, 2, 2])
    assert np.array_equal(planes[1], array[1, 2, 0])


def test_previews_are_in_the_asked_window(site):
    header, (plane,) = site.get(f"/pixels/stack/{VERSION}/0/0/0/0/0?c=1&w=1000..3000")
    assert header["quality"] == "preview"
    assert header["parts"][0]["window"] == [1000, 3000]
    expected = to_bytes(site.files["stack"].array[0, 0, 1], (1000, 3000))
    assert np.abs(plane.astype(int) - expected).mean() < 12


def test_without_parameters_all_shown_channels_come_in_their_limits(site):
    header, _ = site.get(f"/pixels/stack/{VERSION}/0/0/0/0/0")
    assert [(part["c"], part["window"]) for part in header["parts"]] == [(c, [0, 4000]) for c in range(3)]
    header, _ = site.get(f"/pixels/stack/{VERSION}/0/0/sum:0-1/0/0?c=0")
    assert header["parts"][0]["window"] == [0, 8000]
    header, _ = site.get(f"/pixels/stack/{VERSION}/0/0/0/0/0?c=0&w=-1.5e+21..1e-7")
    assert header["parts"][0]["window"] == [-1.5e21, 1e-7]


def test_projections(site):
    _, (plane,) = site.get(f"/pixels/stack/{VERSION}/0/1/max:1-2/0/0?c=0&q=exact")
    assert np.array_equal(plane, site.files["stack"].array[1, 1:3, 0].max(axis=0))


def test_colour_is_one_part_and_labels_always_exact(site):
    for c in ("", "?c=rgb", "?c=0"):
        header, (plane,) = site.get(f"/pixels/colour/{VERSION}/0/0/0/0/0{c}")
        assert header["colour"]
        assert header["parts"][0]["c"] == "rgb"
        assert plane.shape == (40, 50, 3)
    header, (plane,) = site.get(f"/pixels/labels/{VERSION}/0/0/0/0/0?q=preview")
    assert header["quality"] == "exact"
    assert np.array_equal(plane, site.files["labels"].array[0, 0, 0])


def test_bytes_are_compressed_only_for_those_who_take_them(tmp_path):
    site = Site(tmp_path, flat=ArrayFile(np.zeros((1, 1, 1, 200, 200), np.uint16)))
    address = f"/pixels/flat/{VERSION}/0/0/0/0/0?q=exact"
    plain, packed = site.service.answer(address), site.service.answer(address, gzip=True)
    assert not plain.gzipped
    assert packed.gzipped
    assert gzip.decompress(packed.body) == plain.body
    assert plain.media_type == MEDIA_TYPE


def test_histograms(site):
    data = site.json(f"/histogram/stack/{VERSION}/0/0?c=0,2")
    assert data["exact"]
    assert [channel["c"] for channel in data["channels"]] == [0, 2]
    assert sum(data["channels"][0]["counts"]) == 40 * 50
    assert not site.json(f"/histogram/large/{VERSION}/0/0")["exact"]


def test_values_are_raw(site):
    assert site.json(f"/value/stack/{VERSION}/1/2/3/4")["values"] == site.files["stack"].array[1, 2, :, 3, 4].tolist()
    assert site.json(f"/value/colour/{VERSION}/0/0/3/4")["values"] == site.files["colour"].array[0, 0, 0, 3, 4].tolist()
    assert site.json(f"/value/large/{VERSION}/0/0/2099/2199")["values"] == [site.files["large"].array[0, 0, 0, -1, -1]]


def test_overviews(site):
    header, (grid,) = site.get(f"/overview/stack/{VERSION}/z/1?c=0&w=0..4000")
    assert (header["y"], header["x"], header["frames"], header["columns"]) == (40, 50, 4, 2)
    assert header["indices"] == [0, 1, 2, 3]
    assert grid.shape == (80, 100)
    expected = to_bytes(site.files["stack"].array[1, 3, 0], (0, 4000))
    assert np.abs(grid[40:, 50:].astype(int) - expected).mean() < 12


def test_thumbnails_and_strips(site):
    answer = site.service.answer("/thumbnails/stack?s=512")
    assert Image.open(io.BytesIO(answer.body)).size == (50, 40)
    assert not answer.immutable
    strip = site.service.answer(f"/thumbnails/stack?axis=z&v={VERSION}")
    assert strip.headers["X-Frames"] == "4"
    assert strip.immutable
    assert strip.media_type == "image/webp"


def test_the_manifest(site):
    data = site.json("/pixels/stack")
    assert data["title"] == "A title"
    assert data["base"] == f"/pixels/stack/{VERSION}"
    assert not site.service.answer("/pixels/stack").immutable
    assert json.loads(site.service.answer("/pixels/stack", prefix="/cells").body)["base"].startswith("/cells/pixels/")


@pytest.mark.parametrize(
    "address",
    [
        "/pixels/other",
        "/pixels/stack/0000000000000000/0/0/0/0/0",
        f"/pixels/stack/{VERSION}",
        f"/pixels/stack/{VERSION}/1/0/0/0/0",
        f"/pixels/stack/{VERSION}/0/2/0/0/0",
        f"/pixels/stack/{VERSION}/0/0/4/0/0",
        f"/pixels/stack/{VERSION}/0/0/max:0-4/0/0",
        f"/pixels/stack/{VERSION}/0/0/0/1/0",
        f"/pixels/stack/{VERSION}/0/0/0/0/0?c=3",
        f"/pixels/..%2F..%2Fetc/{VERSION}/0/0/0/0/0",
        f"/overview/stack/{VERSION}/z/2",
        f"/overview/labels/{VERSION}/t/0",
        f"/value/stack/{VERSION}/0/0/40/0",
        "/thumbnails/other",
        "/thumbnails/stack?v=0000000000000000",
        "/thumbnails/labels?axis=t",
        "/elsewhere/stack",
        "/",
        "",
    ],
)
def test_what_is_not_there(site, address):
    with pytest.raises(NotFound):
        site.service.answer(address)


@pytest.mark.parametrize(
    "address",
    [
        f"/pixels/stack/{VERSION}/x/0/0/0/0",
        f"/pixels/stack/{VERSION}/-1/0/0/0/0",
        f"/pixels/stack/{VERSION}/0/0/median/0/0",
        f"/pixels/stack/{VERSION}/0/0/max:3-1/0/0",
        f"/pixels/stack/{VERSION}/0/0/0/0/0?c=",
        f"/pixels/stack/{VERSION}/0/0/0/0/0?c=0,0",
        f"/pixels/stack/{VERSION}/0/0/0/0/0?c=0,x",
        f"/pixels/stack/{VERSION}/0/0/0/0/0?c={','.join(map(str, range(17)))}",
        f"/pixels/stack/{VERSION}/0/0/0/0/0?c=0&w=5..1",
        f"/pixels/stack/{VERSION}/0/0/0/0/0?c=0&w=nan..1",
        f"/pixels/stack/{VERSION}/0/0/0/0/0?c=0&w=-1e400..1",
        f"/pixels/stack/{VERSION}/0/0/0/0/0?c=0,1&w=0..1",
        f"/pixels/stack/{VERSION}/0/0/0/0/0?q=best",
        f"/pixels/stack/{VERSION}/0/0/0/0/0?zoom=1",
        f"/pixels/stack/{VERSION}/0/0/0/0/0?q=exact&q=preview",
        f"/pixels/colour/{VERSION}/0/0/0/0/0?c=1",
        f"/overview/stack/{VERSION}/x/0",
        "/thumbnails/stack?s=100000",
        "/thumbnails/stack?axis=..",
        "/pixels/stack?c=1",
        f"/pixels/stack/{VERSION}/0/0/0/0/0?c=" + "0" * 5000,
    ],
)
def test_what_cannot_be(site, address):
    with pytest.raises(Invalid):
        site.service.answer(address)


def test_no_refusal_builds_or_opens_anything(site):
    with pytest.raises(NotFound):
        site.service.answer(f"/pixels/large/{'0' * 16}/1/0/0/0/0")
    assert site.opened == []


words = st.sampled_from(
    ["pixels", "overview", "histogram", "value", "thumbnails", "stack", VERSION, "0", "max", "t", "?"]
)


@given(st.lists(words | st.text(max_size=8), max_size=9), st.text(max_size=30))
def test_any_address_is_answered_or_refused(tmp_path_factory, parts, query):
    site = Site(tmp_path_factory.mktemp("any"), stack=ArrayFile(made(1, 1, 1, 4, 4)))
    address = "/" + "/".join(parts) + "?" + query
    for ask in (site.service.answer, site.service.is_quick):
        try:
            ask(address)
        except LibraryError as refusal:
            assert str(refusal)


def test_thirty_students_decode_a_plane_once(tmp_path):
    waiting = threading.Event()

    class SlowFile(ArrayFile):
        def _region(self, *place):
            waiting.wait(10)
            return super()._region(*place)

    site = Site(tmp_path, lesson=SlowFile(made(1, 1, 1, 40, 50)))
    with ThreadPoolExecutor(30) as students:
        answers = [
            students.submit(site.service.answer, f"/pixels/lesson/{VERSION}/0/0/0/0/0?w=0..{1000 + number}")
            for number in range(30)
        ]
        waiting.set()
        assert len({answer.result().body for answer in answers}) == 30
    assert site.files["lesson"].reads == 1


def test_planes_seen_before_are_not_read_again(site):
    for _ in range(3):
        for address in ("0/0/0?c=0", "0/0/0?c=0&q=exact", "0/0/0?c=0&w=1..2"):
            site.service.answer(f"/pixels/stack/{VERSION}/0/0/{address}")
    assert site.files["stack"].reads == 1
    assert site.opened == ["stack"]


def test_memory_stays_bounded(tmp_path):
    site = Site(tmp_path, Settings(plane_cache_mb=1), series=ArrayFile(made(40, 1, 1, 200, 200)))
    for t in range(40):
        site.service.answer(f"/pixels/series/{VERSION}/0/{t}/0/0/0?q=exact")
    assert site.service._planes.used + site.service._bodies.used <= 1 << 20


def test_only_so_many_files_are_open(tmp_path):
    files = {f"image{number}": ArrayFile(made(1, 1, 1, 9, 9), content_hash=f"{number:016d}") for number in range(9)}
    site = Site(tmp_path, Settings(open_files=3), **files)
    for name, file in files.items():
        site.service.answer(f"/pixels/{name}/{file.facts.version}/0/0/0/0/0")
    assert sum(not file.closed for file in files.values()) == 3


def test_files_that_keep_frames_count_for_more(tmp_path):
    kinds = ["OME-TIFF"] * 12 + ["MP4"] * 12
    files = {
        f"{number}-{kind}": ArrayFile(made(1, 1, 1, 9, 9), format=kind, content_hash=f"{number:016d}")
        for number, kind in enumerate(kinds)
    }
    site = Site(tmp_path, Settings(open_files=24), **files)
    for name, file in files.items():
        site.service.answer(f"/value/{name}/{file.facts.version}/0/0/1/1")
    assert [name for name, file in files.items() if not file.closed] == ["21-MP4", "22-MP4", "23-MP4"]


def test_what_needs_a_pyramid_is_known_beforehand(site):
    quick, slow = f"/pixels/stack/{VERSION}/0/0/0/0/0", f"/pixels/large/{VERSION}/1/0/0/0/0"
    assert site.service.is_quick(quick)
    assert not site.service.is_quick(slow)
    site.service.answer(slow)
    assert site.service.is_quick(slow)
    assert not site.service.is_quick("/thumbnails/stack")
    site.service.answer("/thumbnails/stack")
    assert site.service.is_quick("/thumbnails/stack")


def test_a_file_that_is_gone_or_has_changed_is_said(site):
    (site.folder / "stack").unlink()
    with pytest.raises(NotFound, match="not where it was"):
        site.service.answer(f"/pixels/stack/{VERSION}/0/0/0/0/0")
    known = site.find("colour")
    service = PixelService(lambda _: known, site.folder, opener=lambda *_, **__: ArrayFile(made(1, 1, 1, 5, 5)))
    with pytest.raises(Unreadable, match="has changed"):
        service.answer(f"/pixels/colour/{VERSION}/0/0/0/0/0")


def test_other_pixels_of_the_same_shape_never_come_under_the_old_version(tmp_path):
    path, old, new = tmp_path / "a.tif", made(1, 1, 1, 16, 16)[0, 0, 0], made(1, 1, 1, 16, 16)[0, 0, 0] + 1
    tifffile.imwrite(path, old)
    facts, _ = inspect(path)
    state = path.stat().st_size, path.stat().st_mtime_ns
    found = Found("a", path, facts, state=state)
    service = PixelService(lambda _: found, tmp_path / "cache")
    address = f"/pixels/a/{facts.version}/0/0/0/0/0?q=exact"
    assert np.array_equal(unpack(service.answer(address).body)[1][0], old)
    tifffile.imwrite(path, new)
    os.utime(path, ns=(0, state[1] + 10**9))
    for asked in (f"/value/a/{facts.version}/0/0/3/3", f"/histogram/a/{facts.version}/0/0", "/thumbnails/a"):
        fresh = PixelService(lambda _: found, tmp_path / "cache")
        with pytest.raises(Unreadable, match="has changed"):
            fresh.answer(asked)
        fresh.close()
    # The same bytes at another time are the same image.
    tifffile.imwrite(path, old)
    os.utime(path, ns=(0, state[1] + 2 * 10**9))
    fresh = PixelService(lambda _: found, tmp_path / "cache")
    assert np.array_equal(unpack(fresh.answer(address).body)[1][0], old)
    fresh.close()
    service.close()


def test_a_real_file(tmp_path):
    array = made(3, 4, 2, 32, 48)
    path = tmp_path / "t3z4c2y32x48.tif"
    tifffile.imwrite(path, array, imagej=True, metadata={"axes": "TZCYX"})
    with open_image(path) as file:
        auto = measure_auto(file)
        channels = tuple(
            replace(channel, auto=limits) for channel, limits in zip(file.facts.channels, auto, strict=True)
        )
        facts = replace(file.facts, channels=channels, content_hash="cd" * 32)
    service = PixelService(lambda _: Found("cells", path, facts), tmp_path / "cache")
    _, planes = unpack(service.answer(f"/pixels/cells/{facts.version}/0/2/3/0/0?q=exact").body)
    assert np.array_equal(planes[1], array[2, 3, 1])
    service.close()


def test_every_real_image_has_a_picture(real_data, tmp_path):
    for number, candidate in enumerate(discover(real_data / "images")):
        with open_image(candidate.path) as file:
            facts = replace(file.facts, content_hash=f"{number:x}".zfill(64)[::-1])
        found = Found("real", candidate.path, facts)
        service = PixelService(lambda _, found=found: found, tmp_path)
        _, planes = unpack(service.answer(f"/pixels/real/{facts.version}/0/0/0/0/0?q=exact").body)
        assert planes[0].shape[:2] == (facts.sizes.y, facts.sizes.x), candidate.path.name
        picture = np.asarray(Image.open(io.BytesIO(service.answer("/thumbnails/real").body)))
        assert picture.std() > 2, candidate.path.name
        service.close()

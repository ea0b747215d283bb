from __future__ import annotations

import av
import numpy as np
import pytest

from micrographia.imaging.files import open_image
from tests.imaging import factories
from tests.imaging.contracts import open_files

KINDS = {
    "mp4": ("libx264", {"bf": 3, "g": 12}),
    "mov": ("libx264", {"bf": 2, "g": 9}),
    "avi": ("libx264", {"bf": 3, "g": 12}),
    "webm": ("libvpx-vp9", {}),
    "flv": ("flv", {"g": 9}),
    "gif": ("gif", {}),
}


@pytest.fixture(scope="module", params=KINDS)
def movie(request, tmp_path_factory):
    """A video of 40 frames that show their numbers; most kinds store them out of order."""
    codec, options = KINDS[request.param]
    path = tmp_path_factory.mktemp("videos") / f"movie.{request.param}"
    try:
        factories.video(path, codec=codec, **options)
    except av.codec.codec.UnknownCodecError:
        pytest.skip(f"this build of PyAV cannot write {codec}")
    return path


def test_every_frame_is_the_one_asked_for(movie):
    order = [*range(40), 0, 39, 5, 38, 4, 20, 19, 21, 7, 6, 33, *np.random.default_rng(1).integers(0, 40, 30)]
    with open_image(movie) as image:
        assert image.facts.video
        assert image.facts.colour
        assert (image.facts.sizes.t, image.facts.sizes.y, image.facts.sizes.x) == (40, 48, 64)
        assert image.facts.frame_interval_s == pytest.approx(0.1)
        for number in order:
            image._cache.clear()
            assert factories.number_in(image.read(int(number), c=None)) == number
    assert open_files(movie.parent) == []


def test_samples_and_regions_come_from_the_frame(movie):
    with open_image(movie) as image:
        whole = image.read(7, c=None)
        assert whole.dtype == np.uint8
        assert np.array_equal(image.read(7, c=1, y=slice(5, 20), x=slice(8, 30)), whole[5:20, 8:30, 1])


def test_the_cache_is_bounded(movie, monkeypatch):
    monkeypatch.setattr("micrographia.imaging.readers.videos._CACHE_BYTES", 3 * 48 * 64 * 3)
    with open_image(movie) as image:
        for number in range(20):
            image.read(number, c=None)
        assert len(image._cache) <= 3


def test_the_speed_of_playing_is_no_calibration(movie):
    with open_image(movie) as image:
        assert any(finding.field == "frame_interval_s" for finding in image.findings)
        assert image.facts.pixel_size_um.x is None


def test_a_cut_off_video_is_told(movie, tmp_path):
    from micrographia.imaging.files import inspect

    cut = tmp_path / movie.name
    cut.write_bytes(movie.read_bytes()[: movie.stat().st_size * 6 // 10])
    _, findings = inspect(cut, known_hash="known")
    assert any(finding.severity == "error" for finding in findings)

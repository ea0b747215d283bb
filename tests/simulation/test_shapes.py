"""The drawing tools and the camera: what goes in comes out, in numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from micrographia.simulation.cameras import bleaching, expose
from micrographia.simulation.shapes import Outline, dense, enlarged, mosaic, path_length, spaced, splat, texture

SEEDS = st.integers(0, 2**32 - 1)


@settings(max_examples=25)
@given(SEEDS)
def test_splatting_keeps_the_weight_of_points_inside(seed):
    rng = np.random.default_rng(seed)
    points, weights = rng.uniform(1, 18, (40, 3)), rng.random(40)
    assert splat((20, 20, 20), points, weights).sum() == pytest.approx(weights.sum(), rel=1e-5)


@settings(max_examples=25)
@given(SEEDS, st.floats(4, 30))
def test_spaced_points_keep_their_distance(seed, distance):
    points = spaced(np.random.default_rng(seed), (100, 120), distance)
    gaps = np.linalg.norm(points[:, None] - points[None], axis=-1) + 1e9 * np.eye(len(points))
    assert gaps.min() >= distance


def test_a_denser_path_is_as_long():
    path = np.array([[0.0, 0.0], [3.0, 4.0], [3.0, 10.0]])
    assert path_length(dense(path, 0.5)) == pytest.approx(11, rel=0.02)


def test_texture_has_no_mean_and_unit_variance_at_any_grain():
    for scale in (1, 3, 20, (2, 40)):
        field = texture(np.random.default_rng(1), (64, 96), scale)
        assert field.shape == (64, 96)
        assert field.mean() == pytest.approx(0, abs=1e-3)
        assert field.std() == pytest.approx(1, abs=1e-3)


def test_an_enlarged_slope_stays_straight():
    field = np.arange(6.0)[:, None] + 10 * np.arange(5.0)[None]
    large = enlarged(field, 4)
    assert large.shape == (24, 20)
    assert np.allclose(np.diff(large[2:-2], axis=0), 0.25)
    assert large.mean() == pytest.approx(field.mean(), rel=1e-5)


def test_a_mosaic_gives_every_pixel_to_its_nearest_seed():
    seeds = np.array([[5.0, 5.0], [5.0, 25.0]])
    labels, border, away = mosaic((10, 30), seeds)
    assert labels[5, 5] == 1
    assert labels[5, 25] == 2
    assert away[5, 5] == 0
    assert border[5, 15] == pytest.approx(0, abs=0.01)


def test_an_outline_is_inside_out_at_its_radius():
    outline = Outline(np.random.default_rng(0), (20, 20), (8, 12), 0.0, 0.0)
    assert outline.distance(np.array(0.0), np.array(11.0)) < 1 < outline.distance(np.array(9.0), np.array(0.0))


def test_photon_noise_grows_with_the_root_of_the_light():
    rng = np.random.default_rng(3)
    dim, bright = (
        expose(rng, np.full((200, 200), n, np.float32), offset=0, gain=1, read=0).astype(float) for n in (5, 500)
    )
    assert dim.mean() == pytest.approx(5, rel=0.03)
    assert bright.var() / bright.mean() == pytest.approx(1, rel=0.05)
    assert dim.var() / dim.mean() == pytest.approx(1, rel=0.05)


@pytest.mark.parametrize("mean", [0.3, 2.0, 8.0])
def test_few_photons_are_counted_as_poisson_says(mean):
    counts = expose(np.random.default_rng(5), np.full((300, 300), mean, np.float32), offset=0, gain=1, read=0)
    assert counts.mean() == pytest.approx(mean, rel=0.02)
    assert counts.var() == pytest.approx(mean, rel=0.03)
    assert (counts == 0).mean() == pytest.approx(np.exp(-mean), abs=0.01)


def test_a_full_camera_clips():
    counts = expose(np.random.default_rng(0), np.full((4, 4), 1e6, np.float32), bits=8)
    assert counts.dtype == np.uint8
    assert (counts == 255).all()


def test_bleaching_only_takes_light_away():
    curve = bleaching(30, left=0.6)
    assert curve[0] == pytest.approx(1)
    assert curve[-1] == pytest.approx(0.6)
    assert (np.diff(curve) < 0).all()

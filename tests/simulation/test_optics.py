"""Light keeps its laws: energy, symmetry, resolution, contrast."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from micrographia.simulation.optics import (
    Microscope,
    bright_field,
    interference_contrast,
    phase_contrast,
    stained,
)

POINT = np.zeros((65, 65), np.float32)
POINT[32, 32] = 1


@settings(max_examples=15)
@given(na=st.floats(0.4, 1.4), wavelength=st.floats(450, 700), defocus=st.floats(-1.5, 1.5))
def test_a_widefield_microscope_keeps_all_the_light(na, wavelength, defocus):
    image = Microscope(na=na).focus(POINT, wavelength, defocus)
    assert image.sum() == pytest.approx(1, abs=0.02)
    assert np.allclose(image, image.T, atol=1e-6)


def test_a_larger_aperture_makes_a_smaller_spot():
    spots = [Microscope(na=na, pixel_um=0.05).focus(POINT, 520).max() for na in (0.5, 0.9, 1.35)]
    assert spots == sorted(spots)


def test_the_first_dark_ring_is_where_airy_puts_it():
    scope = Microscope(na=1.0, pixel_um=0.02)
    profile = scope.kernel(500, 1)[0, 32, 32:]
    dark = int(np.argmax(np.diff(profile) > 0)) * scope.pixel_um
    assert dark == pytest.approx(0.61 * 0.5 / 1.0, abs=0.03)


def test_a_pinhole_keeps_out_of_focus_light_away():
    volume = np.zeros((9, 65, 65), np.float32)
    volume[0, 32, 32] = 1
    widefield, confocal = (Microscope(mode=mode, z_um=0.5).blur(volume, 520) for mode in ("widefield", "confocal"))
    far = [image[8].sum() / image[0].sum() for image in (widefield, confocal)]
    assert far[1] < 0.1 * far[0]


def test_depth_below_the_cover_glass_spreads_light_along_z():
    volume = np.zeros((15, 65, 65), np.float32)
    volume[7, 32, 32] = 1
    at_glass, deep = (Microscope(depth_um=depth, z_um=0.3).blur(volume, 520)[:, 32, 32] for depth in (0.0, 8.0))
    assert deep.max() < at_glass.max()


@pytest.mark.parametrize("mode", ["widefield", "confocal"])
def test_the_image_of_a_volume_is_its_convolution_with_the_point_spread_function(mode):
    volume = np.random.default_rng(4).random((6, 24, 20)).astype(np.float32)
    scope = Microscope(mode=mode, z_um=0.4)
    kernel = scope.kernel(520, 6, 17)
    padded = np.pad(volume, ((0, 0), (8, 8), (8, 8)), mode="reflect")
    full = signal.convolve(padded, kernel, mode="full", method="direct")[5:11, 16:40, 16:36]
    assert np.allclose(scope.blur(volume, 520, 17), full, atol=2e-3 * full.max())


def test_positive_phase_contrast_is_dark_with_a_bright_halo():
    y, x = np.mgrid[:128, :128] - 64
    image = phase_contrast((0.5 * (np.hypot(y, x) < 8)).astype(np.float32), 0.2)
    ground = np.median(image)
    assert image[64, 64] < ground < image[64, 75]


def test_interference_contrast_is_bright_on_one_side_and_dark_on_the_other():
    y, x = np.mgrid[:96, :96] - 48
    ball = np.sqrt(np.clip(400 - x**2 - y**2, 0, None)).astype(np.float32) / 8
    image = interference_contrast(ball, 0.1, angle=0.0)
    ground = np.sin(0.45) ** 2
    assert (image[48, 30] - ground) * (image[48, 66] - ground) < 0
    assert image[4, 4] == pytest.approx(ground, abs=1e-3)


def test_a_transparent_thing_shows_in_bright_field_only_out_of_focus():
    y, x = np.mgrid[:96, :96] - 48
    phase = np.exp(-(x**2 + y**2) / 200).astype(np.float32)
    sharp, blurred = (bright_field(0 * phase, phase, 0.1, defocus_um=z) for z in (0.0, 3.0))
    assert np.ptp(sharp) < 0.2 * np.ptp(blurred)


def test_stains_multiply():
    amount = np.full((2, 2), 0.4, np.float32)
    both = stained((1, 1, 1), ("haematoxylin", amount), ("eosin", amount))
    single = stained((1, 1, 1), ("haematoxylin", amount)) * stained((1, 1, 1), ("eosin", amount))
    assert np.allclose(both, single, rtol=1e-5)

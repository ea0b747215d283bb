"""Light on its way from the specimen to the camera: point-spread functions, phase contrast, defocus, DIC, stains.

Lengths are in µm, wavelengths in nm, angles in radians. Fluorescence is linear: a volume of fluorophore density is
convolved with the point-spread function of the microscope. Transmitted light is coherent: the specimen is a complex
transmission, which is filtered in the back focal plane of the objective.

Sources: S. F. Gibson and F. Lanni, J. Opt. Soc. Am. A 8, 1601 (1991), for the aberrated point-spread function;
M. Born and E. Wolf, Principles of Optics, section 8.8, for its limit at the cover glass; T. Wilson and C. Sheppard,
Theory and Practice of Scanning Optical Microscopy (1984), for the confocal product; F. Zernike, Physica 9, 686 and
974 (1942), for phase contrast; A. C. Ruifrok and D. A. Johnston, Anal. Quant. Cytol. Histol. 23, 291 (2001).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import fft, special

Floats = NDArray[np.floating]

# Planes of a point-spread function with less than this share of the brightest one's light are left out.
FAINTEST = 3e-4

# Optical density per unit of stain in red, green and blue: haematoxylin as Ruifrok and Johnston measured it, eosin
# a little warmer than theirs (as with phloxine); Giemsa's azure, carmine and the pigments are set by eye.
STAINS = {
    "haematoxylin": (0.65, 0.70, 0.29),
    "eosin": (0.09, 0.94, 0.30),
    "azure": (0.72, 0.66, 0.20),
    "haemoglobin": (0.20, 0.62, 0.48),
    "carmine": (0.22, 0.78, 0.36),
    "chlorophyll": (0.62, 0.18, 0.76),
}


@dataclass(frozen=True)
class Microscope:
    """A fluorescence microscope: objective, sampling, and how it rejects light from out of focus.

    ``na`` is the numerical aperture, ``index`` the refractive index of the immersion, ``sample_index`` that of the
    specimen; ``depth_um`` is how far below the cover glass the specimen lies. ``pinhole_airy`` counts in Airy discs.
    """

    na: float = 1.4
    index: float = 1.515
    sample_index: float = 1.38
    pixel_um: float = 0.1
    z_um: float = 0.3
    mode: Literal["widefield", "confocal"] = "widefield"
    depth_um: float = 0.0
    pinhole_airy: float = 1.0

    def kernel(self, wavelength_nm: float, planes: int, size: int = 65) -> Floats:
        """The point-spread function as (2 * planes - 1, size, size), each widefield plane with a sum of one."""
        return _kernel(self, float(wavelength_nm), planes, size)

    def blur(self, volume: Floats, wavelength_nm: float, size: int = 65) -> Floats:
        """The image of a (z, y, x) volume of fluorophores, each plane focused in turn."""
        planes, height, width = volume.shape
        return _convolve(volume, _volume_filter(self, float(wavelength_nm), planes, size, (height, width)), size // 2)

    def focus(self, plane: Floats, wavelength_nm: float, defocus_um: float = 0.0, size: int = 65) -> Floats:
        """The image of one thin (y, x) layer that lies ``defocus_um`` away from the plane of focus."""
        height, width = plane.shape
        transfer = _plane_filter(self, float(wavelength_nm), float(defocus_um), size, (height, width))
        return _convolve(plane[None], transfer, size // 2)[0]

    def project(self, volume: Floats, wavelength_nm: float, at: int, size: int = 65) -> Floats:
        """One camera frame of a (z, y, x) volume, focused on plane ``at``, with the blur of all the others."""
        frame = np.zeros(volume.shape[1:], np.float32)
        for z, plane in enumerate(volume):
            if plane.any():
                frame += self.focus(plane, wavelength_nm, (z - at) * self.z_um, size)
        return frame


def phase_contrast(
    phase: Floats, pixel_um: float, *, halo_um: float = 1.6, ring: float = 0.55, na: float = 0.95
) -> Floats:
    """Zernike's positive phase contrast: dense things dark, with the bright halo and the shade-off of a finite ring.

    Parameters
    ----------
    phase : (y, x) phase delay in radians
    pixel_um : distance of the samples
    halo_um : width of the halo; the wider the ring of the condenser, the narrower the halo
    ring : amplitude that the phase plate lets through
    na : numerical aperture, for the cut-off at twice NA over the wavelength (550 nm)

    Returns
    -------
    Intensity, 1 for light that meets nothing and no phase plate.
    """
    padded, crop = _pad(_wave(phase), _margin(halo_um * 3 / pixel_um))
    spectrum = fft.fft2(padded, overwrite_x=True)
    spectrum *= _phase_plate(padded.shape, pixel_um, halo_um, ring, na)
    return _squared(fft.ifft2(spectrum, overwrite_x=True)[crop])


def bright_field(
    absorption: Floats,
    phase: Floats,
    pixel_um: float,
    *,
    defocus_um: float = 0.0,
    na: float = 0.95,
    wavelength_nm: float = 550,
) -> Floats:
    """Transmitted light, slightly out of focus so that transparent things show (Fresnel propagation).

    Parameters
    ----------
    absorption : (y, x) optical density to base e
    phase : (y, x) phase delay in radians
    pixel_um : distance of the samples
    defocus_um : distance from the plane of focus
    na : numerical aperture of the objective; the condenser is taken to fill half of it
    wavelength_nm : wavelength of the light

    Returns
    -------
    Intensity, 1 where nothing is in the way.
    """
    padded, crop = _pad(_wave(phase) * np.exp(absorption.astype(np.float32) / -2), 32)
    spectrum = fft.fft2(padded, overwrite_x=True)
    spectrum *= _pupil(padded.shape, pixel_um, defocus_um, na, wavelength_nm / 1000)
    return _squared(fft.ifft2(spectrum, overwrite_x=True)[crop])


def interference_contrast(
    phase: Floats, pixel_um: float, *, shear_um: float = 0.25, bias: float = 0.9, angle: float = -0.785, na: float = 1.2
) -> Floats:
    """Differential interference contrast after Nomarski: the optical path's slope along the shear, as relief.

    Parameters
    ----------
    phase : (y, x) phase delay in radians
    pixel_um : distance of the samples
    shear_um : distance between the two wave fronts, below the resolution
    bias : retardation between them, in radians
    angle : direction of the shear
    na : numerical aperture

    Returns
    -------
    Intensity between 0 and 1; flat specimens give ``sin(bias / 2) ** 2``.
    """
    padded, crop = _pad(phase.astype(np.float32), 16)
    slope = _shear_filter(padded.shape, pixel_um, shear_um, angle, na)
    difference = fft.irfft2(fft.rfft2(padded) * slope, padded.shape)
    return (np.sin((difference + bias) / 2) ** 2)[crop].astype(np.float32)


def stained(light: tuple[float, float, float], *stains: tuple[str, Floats]) -> Floats:
    """Beer and Lambert: white light through stains, as (y, x, 3) intensities of at most ``light``."""
    # Colour after colour in memory, as they are worked on.
    samples = np.empty((3, *stains[0][1].shape), np.float32)
    for c, white in enumerate(light):
        density = sum(amount * np.float32(-np.log(10) * STAINS[name][c]) for name, amount in stains)
        np.exp(density, out=samples[c])
        samples[c] *= np.float32(white)
    return np.moveaxis(samples, 0, -1)


@dataclass(frozen=True)
class _Transfer:
    """A point-spread function as the filter of its Fourier plane: ``spectrum`` is that of a (z, y, x) ``shape``."""

    shape: tuple[int, int, int]
    spectrum: NDArray[np.complex64]


def _convolve(volume: Floats, transfer: _Transfer, margin: int) -> Floats:
    padded = np.pad(volume.astype(np.float32), ((0, 0), (margin, margin), (margin, margin)), mode="reflect")
    spectrum = fft.rfftn(padded, transfer.shape)
    spectrum *= transfer.spectrum
    image = fft.irfftn(spectrum, transfer.shape, overwrite_x=True)
    return np.maximum(image[: len(volume), margin : padded.shape[1] - margin, margin : padded.shape[2] - margin], 0)


# What the frames of a series share; a few, as those of a large stack take 30 MB.
@lru_cache(maxsize=6)
def _volume_filter(
    scope: Microscope, wavelength_nm: float, planes: int, size: int, shape: tuple[int, int]
) -> _Transfer:
    kernel = _kernel(scope, wavelength_nm, planes, size)
    # A pinhole leaves next to nothing of far planes: without them the transform is shorter.
    weight = kernel.sum((1, 2))
    away = np.abs(np.arange(len(kernel)) - (planes - 1))
    reach = int(away[weight > FAINTEST * weight.max()].max())
    return _transfer(kernel[planes - 1 - reach : planes + reach], planes, shape)


@lru_cache(maxsize=16)
def _plane_filter(
    scope: Microscope, wavelength_nm: float, defocus_um: float, size: int, shape: tuple[int, int]
) -> _Transfer:
    return _transfer(_plane_kernel(scope, wavelength_nm, defocus_um, size)[None], 1, shape)


def _transfer(kernel: Floats, planes: int, shape: tuple[int, int]) -> _Transfer:
    depth, height, width = kernel.shape
    # In z there is nothing above and below the volume; half a kernel more keeps the ends apart.
    full = (
        fft.next_fast_len(planes + depth // 2, real=False),
        *(fft.next_fast_len(n + size - 1, real=True) for n, size in zip(shape, (height, width))),
    )
    centred = np.zeros(full, np.float32)
    centred[:depth, :height, :width] = kernel
    centred = np.roll(centred, [-(n // 2) for n in kernel.shape], axis=(0, 1, 2))
    return _Transfer(full, fft.rfftn(centred))


@lru_cache(maxsize=32)
def _kernel(scope: Microscope, wavelength_nm: float, planes: int, size: int) -> Floats:
    z = (np.arange(2 * planes - 1) - (planes - 1)) * scope.z_um
    return _sections(scope, wavelength_nm, z, size)


@lru_cache(maxsize=128)
def _plane_kernel(scope: Microscope, wavelength_nm: float, defocus_um: float, size: int) -> Floats:
    return _sections(scope, wavelength_nm, np.array([defocus_um]), size)[0]


def _sections(scope: Microscope, wavelength_nm: float, z: NDArray, size: int) -> Floats:
    emission = _intensity(scope, wavelength_nm, z, size)
    if scope.mode == "widefield":
        return emission / emission.sum((1, 2), keepdims=True)
    excitation = _intensity(scope, wavelength_nm * 0.93, z, size)
    detected = np.stack([_through_pinhole(plane, scope, wavelength_nm) for plane in emission])
    confocal = excitation * detected
    focal = _intensity(scope, wavelength_nm * 0.93, np.zeros(1), size)[0]
    focal = focal * _through_pinhole(_intensity(scope, wavelength_nm, np.zeros(1), size)[0], scope, wavelength_nm)
    return (confocal / focal.sum()).astype(np.float32)


def _through_pinhole(plane: Floats, scope: Microscope, wavelength_nm: float) -> Floats:
    airy_px = 0.61 * wavelength_nm / 1000 / scope.na / scope.pixel_um * scope.pinhole_airy
    half = plane.shape[-1] // 2
    y, x = np.mgrid[-half : half + 1, -half : half + 1]
    pinhole = np.clip(airy_px + 0.5 - np.hypot(y, x), 0, 1)
    shape = [fft.next_fast_len(2 * n, real=True) for n in plane.shape]
    image = fft.irfft2(fft.rfft2(plane, shape) * fft.rfft2(pinhole, shape), shape)
    return np.maximum(image[half : half + plane.shape[0], half : half + plane.shape[1]], 0).astype(np.float32)


def _intensity(scope: Microscope, wavelength_nm: float, z: NDArray, size: int) -> Floats:
    """The Gibson-Lanni integral on a radial grid, turned into (z, size, size)."""
    k = 2000 * np.pi / wavelength_nm
    aperture = min(scope.na, 0.98 * scope.sample_index)
    rho = (np.arange(96) + 0.5) / 96
    radius = np.arange(0, size * 0.75 * scope.pixel_um, scope.pixel_um / 2)
    immersion = np.sqrt(scope.index**2 - (aperture * rho) ** 2)
    sample = np.sqrt(scope.sample_index**2 - (aperture * rho) ** 2)
    aberration = scope.depth_um * (sample - scope.index / scope.sample_index * immersion)
    phase = np.exp(1j * k * (z[:, None] * immersion + aberration))
    bessel = special.j0(k * aperture * radius[None] * rho[:, None]) * rho[:, None]
    profile = np.abs(phase @ bessel) ** 2
    half = size // 2
    y, x = np.mgrid[-half : half + 1, -half : half + 1]
    distance = np.hypot(y, x) * scope.pixel_um
    return np.stack([np.interp(distance, radius, line, right=0) for line in profile]).astype(np.float32)


def _wave(phase: Floats) -> NDArray[np.complex64]:
    """Light of amplitude one with that delay."""
    angle = phase.astype(np.float32)
    wave = np.empty(angle.shape, np.complex64)
    wave.real, wave.imag = np.cos(angle), np.sin(angle)
    return wave


def _squared(wave: NDArray[np.complex64]) -> Floats:
    return wave.real**2 + wave.imag**2


@lru_cache(maxsize=4)
def _phase_plate(
    shape: tuple[int, int], pixel_um: float, halo_um: float, ring: float, na: float
) -> NDArray[np.complex64]:
    frequency = _frequencies(shape, pixel_um)
    direct = np.exp(-2 * (np.pi * halo_um * frequency) ** 2)
    return (((1 - direct) - 1j * ring * direct) * _aperture(frequency, na)).astype(np.complex64)


@lru_cache(maxsize=4)
def _pupil(
    shape: tuple[int, int], pixel_um: float, defocus_um: float, na: float, wave_um: float
) -> NDArray[np.complex64]:
    frequency = _frequencies(shape, pixel_um)
    # A condenser of finite size blurs what propagation would ring: the envelope of partial coherence.
    coherence = np.exp(-((np.pi * defocus_um * 0.5 * na * frequency) ** 2) / 2)
    spread = np.exp(-1j * np.pi * wave_um * defocus_um * frequency**2)
    return (spread * coherence * _aperture(frequency, na, wave_um)).astype(np.complex64)


@lru_cache(maxsize=4)
def _shear_filter(
    shape: tuple[int, int], pixel_um: float, shear_um: float, angle: float, na: float
) -> NDArray[np.complex64]:
    fy, fx = fft.fftfreq(shape[0], pixel_um)[:, None], fft.rfftfreq(shape[1], pixel_um)[None]
    along = fy * np.sin(angle) + fx * np.cos(angle)
    return (2j * np.sin(np.pi * along * shear_um) * _aperture(np.hypot(fy, fx), na)).astype(np.complex64)


def _pad(field: NDArray, margin: int) -> tuple[NDArray, tuple[slice, slice]]:
    height, width = field.shape
    full = [fft.next_fast_len(n + 2 * margin) for n in field.shape]
    padded = np.pad(field, ((margin, full[0] - height - margin), (margin, full[1] - width - margin)), mode="symmetric")
    return padded, (slice(margin, margin + height), slice(margin, margin + width))


def _margin(pixels: float) -> int:
    return int(np.clip(np.ceil(pixels), 8, 96))


def _frequencies(shape: tuple[int, ...], pixel_um: float) -> Floats:
    return np.hypot(fft.fftfreq(shape[0], pixel_um)[:, None], fft.fftfreq(shape[1], pixel_um)[None]).astype(np.float32)


def _aperture(frequency: Floats, na: float, wave_um: float = 0.55) -> Floats:
    # Partly coherent light falls off smoothly towards the cut-off: no ringing at edges.
    return np.exp(-((frequency * wave_um / (1.1 * na)) ** 4)).astype(np.float32)

"""The real images beside the project: facts as their table says, planes as tifffile reads them."""

from __future__ import annotations

import csv

import numpy as np
import pytest
import tifffile

from micrographia.imaging.files import discover, inspect, open_image

FINDINGS = {
    "membrane-timelapse": ("axes", "time points"),
    "hela-cells": ("channels", "stored like a colour"),
    "chromosomes": ("dtype", "says 8 bit"),
}
SIZES = {
    "bbbc022-a02-s9": (1, 1, 3), "membrane-timelapse": (5, 1, 1), "rgb-cells": (1, 1, 3), "hela-cells": (1, 1, 3),
    "golgi-bfa-series": (30, 1, 1), "golgi-bfa-stack": (1, 25, 1), "chromosomes": (1, 40, 1), "sphere": (1, 64, 1),
    "nucleus-confocal-widefield": (1, 45, 2), "mitocheck-movie": (30, 1, 1), "c-elegans-em": (1, 21, 1),
}  # fmt: skip


def _rows(real_data):
    with (real_data / "images" / "metadata.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_facts_agree_with_the_table(real_data):
    for row in _rows(real_data):
        facts, findings = inspect(real_data / "images" / row["file"], known_hash="known")
        assert facts is not None, row["id"]
        pixel = facts.pixel_size_um
        said = {"pixel_size_um": pixel.x, "z_step_um": pixel.z, "frame_interval_s": facts.frame_interval_s}
        for column, value in said.items():
            expected = float(row[column]) if row[column] else None
            assert value == (expected if expected is None else pytest.approx(expected, rel=1e-3)), (row["id"], column)
        assert pixel.y == pixel.x
        assert facts.colour == (row["id"] == "rgb-cells")
        assert facts.labels == (row["id"] == "mitocheck-incenp-t1-labels")
        sizes = facts.sizes
        assert (sizes.t, sizes.z, sizes.c) == SIZES.get(row["id"], (sizes.t, sizes.z, sizes.c)), row["id"]
        if row["id"] in FINDINGS:
            field, words = FINDINGS[row["id"]]
            assert any(finding.field == field and words in finding.message for finding in findings), row["id"]
        assert not any(finding.severity == "error" for finding in findings)


def test_every_plane_is_what_tifffile_reads(real_data):
    for candidate in discover(real_data / "images"):
        expected = _through_tifffile(candidate)
        with open_image(candidate.path) as image:
            sizes = image.facts.sizes
            assert expected.shape == (sizes.t, sizes.z, sizes.c, sizes.y, sizes.x), candidate.path.name
            for t, z, c in np.ndindex(expected.shape[:3]):
                plane = image.read(t, z, c)
                assert plane.dtype == expected.dtype
                assert np.array_equal(plane, expected[t, z, c]), (candidate.path.name, t, z, c)


def _through_tifffile(candidate) -> np.ndarray:
    if candidate.kind == "planes":
        planes = np.stack([tifffile.imread(path) for path in candidate.files])
        return planes[:, None, None] if "--T" in candidate.files[0].name else planes[None, :, None]
    with tifffile.TiffFile(candidate.path) as file:
        series = file.series[0]
        data, axes = series.asarray(), series.axes.replace("Q", "T").replace("S", "C")
    for axis in "TZC":
        if axis not in axes:
            data, axes = data[None], axis + axes
    return data.transpose([axes.index(axis) for axis in "TZCYX"])

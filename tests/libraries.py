"""A small library for tests: made images named by their dimensions, and a table."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import tifffile

from micrographia.indexing import index

COLUMNS = (
    "id title file organism organism_id cell_type biological_process imaging_mode licence contributor year".split()
)
ROWS = (
    "division|A dividing cell|t3c2z5y64x48.ome.tif|Homo sapiens|NCBITaxon:9606|epithelial cell|"
    "mitotic cell cycle;cytokinesis|confocal microscopy|CC0-1.0|Ada Lovelace;Robert Hooke|2010",
    "yeast|Yeast buds over time|t4y64x64.ome.tif|Saccharomyces cerevisiae|NCBITaxon:4932||"
    "cell budding|phase contrast microscopy|CC-BY-4.0|Robert Hooke|2012",
    "section|A stained section|y96x96rgb.tif|Mus musculus|NCBITaxon:10090|||bright-field microscopy|CC0-1.0||2012",
    "mosaic|A large mosaic|y2300x2100.tif|Homo sapiens|NCBITaxon:9606|fibroblast|"
    "|fluorescence microscopy|CC0-1.0||2014",
)
DESCRIPTIONS = {"division": "Watch the <b>plate</b> form."}


def write_images(folder: Path) -> Path:
    """Four small images and their table in a folder: z-stack time series, time series, colour, large."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    metadata = {
        "axes": "TCZYX",
        "PhysicalSizeX": 0.1,
        "PhysicalSizeXUnit": "µm",
        "PhysicalSizeY": 0.1,
        "PhysicalSizeYUnit": "µm",
        "PhysicalSizeZ": 0.5,
        "PhysicalSizeZUnit": "µm",
        "TimeIncrement": 30.0,
        "TimeIncrementUnit": "s",
        "Channel": {"Name": ["DNA", "tubulin"]},
    }
    stack = rng.poisson(400, (3, 2, 5, 64, 48)).astype(np.uint16)
    tifffile.imwrite(folder / "t3c2z5y64x48.ome.tif", stack, ome=True, metadata=metadata)
    series = rng.integers(0, 255, (4, 64, 64), dtype=np.uint8)
    tifffile.imwrite(folder / "t4y64x64.ome.tif", series, ome=True, metadata={"axes": "TYX"})
    colour = rng.integers(0, 255, (96, 96, 3), dtype=np.uint8)
    tifffile.imwrite(folder / "y96x96rgb.tif", colour, photometric="rgb")
    y, x = np.mgrid[:2300, :2100]
    tifffile.imwrite(folder / "y2300x2100.tif", ((x + y) % 251).astype(np.uint8), compression="zlib")
    with (folder / "metadata.csv").open("w", encoding="utf-8", newline="") as table:
        writer = csv.writer(table)
        writer.writerow([*COLUMNS, "description"])
        writer.writerows([*cells, DESCRIPTIONS.get(cells[0], "")] for cells in (row.split("|") for row in ROWS))
    return folder


def make_library(folder: Path) -> Path:
    """A library of those four images; the path of its folder."""
    index(write_images(folder / "images"), folder, processes=1)
    return folder

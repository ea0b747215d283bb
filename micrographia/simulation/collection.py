"""The demo collection: every specimen made, written as OME-TIFF with its true answers, and listed in one table."""

from __future__ import annotations

import json
import multiprocessing
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from micrographia.errors import NotFound
from micrographia.simulation import (
    blood,
    cytoskeleton,
    dynamics,
    electron,
    embryos,
    histology,
    microbes,
    mitosis,
    neurons,
    nuclei,
    organelles,
    plants,
    protists,
    table,
    tissues,
)
from micrographia.simulation.ometiff import write_picture, write_pyramid
from micrographia.simulation.specimens import Dye, Picture, Pyramid, Specimen

Progress = Callable[[int, int, str], None]

FAMILIES = (
    mitosis, cytoskeleton, organelles, nuclei, dynamics, microbes, protists,
    tissues, neurons, histology, blood, embryos, plants, electron,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Report:
    """What was made: how many images, how many of them true labels, bytes on disk, seconds."""

    images: int
    labels: int
    bytes: int
    seconds: float


def specimens() -> tuple[Specimen, ...]:
    """All specimens of the demo collection, in the order of the table."""
    return tuple(specimen for family in FAMILIES for specimen in family.SPECIMENS)


def make_demo(
    folder: Path,
    *,
    seed: int = 2010,
    processes: int = 2,
    progress: Progress | None = None,
    only: Iterable[str] | None = None,
) -> Report:
    """Write the demo collection into a folder: ``images/``, ``truth/`` and ``metadata.csv``.

    Parameters
    ----------
    folder : where to; made if it is not there
    seed : the same seed gives the same bytes, with any number of processes
    processes : how many work at the same time; 1 works in this process
    progress : called with images done, images in all and the id of the one just done
    only : ids of the specimens to make, all by default

    Returns
    -------
    A report of what was written.
    """
    began = time.perf_counter()
    chosen = _chosen(only)
    for name in ("images", "truth"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    with_labels: dict[str, bool] = {}
    for done, (specimen_id, labelled) in enumerate(_made(chosen, folder, seed, processes), 1):
        with_labels[specimen_id] = labelled
        if progress is not None:
            progress(done, len(chosen), specimen_id)
    rows = [row for specimen in chosen for row in table.rows(specimen.id, with_labels[specimen.id])]
    table.write(folder / "metadata.csv", rows)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return Report(len(rows), sum(with_labels.values()), size, time.perf_counter() - began)


def _chosen(only: Iterable[str] | None) -> list[Specimen]:
    everything = {specimen.id: specimen for specimen in specimens()}
    if only is None:
        return list(everything.values())
    wanted = set(only)
    if missing := wanted - set(everything):
        raise NotFound(f"The demo collection has no image {min(missing)!r}. Leave the choice out to make all.")
    return [specimen for name, specimen in everything.items() if name in wanted]


def _made(chosen: list[Specimen], folder: Path, seed: int, processes: int) -> Iterator[tuple[str, bool]]:
    slow_first = sorted(chosen, key=lambda specimen: -specimen.cost)
    if processes <= 1 or len(chosen) == 1:
        for specimen in slow_first:
            yield _make(specimen.id, folder, seed)
        return
    # Spawned, not forked: the caller may be a server with threads.
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        for job in as_completed([pool.submit(_make, specimen.id, folder, seed) for specimen in slow_first]):
            yield job.result()


def _make(specimen_id: str, folder: Path, seed: int) -> tuple[str, bool]:
    """Make one image; its chance depends on the seed and its id alone."""
    specimen = next(one for one in specimens() if one.id == specimen_id)
    picture = specimen.make(np.random.default_rng([seed, zlib.crc32(specimen_id.encode())]))
    path = folder / "images" / f"{specimen_id}.ome.tiff"
    title, description = table.words(specimen_id)
    if isinstance(picture, Pyramid):
        write_pyramid(path, title, description, picture)
        _write_truth(folder, specimen_id, picture.truth())
        return specimen_id, False
    write_picture(path, title, description, picture)
    _write_truth(folder, specimen_id, picture.truth)
    if picture.labels is not None:
        _write_labels(folder / "truth" / f"{specimen_id}-labels.ome.tiff", title, picture, picture.labels)
    return specimen_id, picture.labels is not None


def _write_truth(folder: Path, specimen_id: str, truth: Mapping[str, object]) -> None:
    """The true answers as JSON, one a line: with every number on its own line, tracks take ten times as long."""
    lines = (f' "{name}": {json.dumps(value, default=_plain, ensure_ascii=False)}' for name, value in truth.items())
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    (folder / "truth" / f"{specimen_id}.json").write_text(text, encoding="utf-8")


def _plain(value: object) -> object:
    if isinstance(value, np.ndarray):
        return np.round(value, 4).tolist()
    if isinstance(value, np.generic):
        return round(value.item(), 4)
    raise TypeError(f"{type(value).__name__} cannot be written as a true answer.")


def _write_labels(path: Path, title: str, picture: Picture, labels: np.ndarray) -> None:
    small = labels.astype(np.uint8 if labels.max() < 256 else np.uint16)
    planes = small.reshape(small.shape[0], small.shape[1], 1, *small.shape[2:])
    as_labels = replace(picture, planes=planes, dyes=(Dye("Labels"),), labels=None)
    write_picture(path, f"{title}: true labels", f"Simulated. {table.LABELS}", as_labels)

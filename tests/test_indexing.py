"""Indexing: a folder of images becomes a library, again and again, whatever is in the folder."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from micrographia.collection.findings import Finding
from micrographia.collection.records import Given, Record, SourceFile, Term
from micrographia.collection.store import Store
from micrographia.collection.table import write_table
from micrographia.errors import NotFound
from micrographia.imaging.thumbnails import thumbnail_path
from micrographia.indexing import Report, index, measuring
from tests.collection.records_made import RECORDS

# What is noticed of every file that `write` writes.
UNCALIBRATED = Finding(
    "note",
    "pixel_size_um",
    "The TIFF gives a pixel size without a unit (x 1, y 1), so it is not calibrated.",
    "Give pixel_size_um in the table when you know it.",
)


@pytest.fixture
def images(tmp_path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    return folder


@pytest.fixture
def library(tmp_path) -> Path:
    return tmp_path / "library"


def write(path: Path, seed: int = 0, shape: tuple[int, ...] = (8, 8), **options) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 200, shape, dtype=np.uint8)
    tifffile.imwrite(path, pixels, photometric="minisblack", **options)
    return path


def table(folder: Path, *lines: str) -> None:
    (folder / "metadata.csv").write_text("\n".join(lines) + "\n", "utf-8")


def take(images: Path, library: Path, **options) -> Report:
    # In this process, unless a test is about workers: starting one takes most of a second.
    return index(images, library, **{"processes": 0, **options})


def records(library: Path) -> dict[str, Record]:
    with Store.open(library) as store:
        return {record.id: record for record in store.records(public=False)}


def messages(report: Report) -> list[str]:
    return [f"{name}: {finding.message}" for name, finding in report.findings]


def told(report: Report, words: str) -> bool:
    return any(words in message for message in messages(report))


def counts(report: Report) -> dict[str, int]:
    names = "added changed moved unchanged missing removed failed".split()
    return {name: getattr(report, name) for name in names if getattr(report, name)}


def test_files_with_and_without_rows_become_records(images, library):
    write(images / "described.tif")
    write(images / "deep/lonely_cell.tif", 1)
    table(
        images,
        "id,Title,file,Organism,organism_id",
        "d1,Described,described.tif,Homo sapiens,NCBITaxon:9606",
        "m1,No file,,x,",
    )
    assert counts(take(images, library)) == {"added": 3}
    found = records(library)
    assert list(found) == ["d1", "m1", "deep-lonely_cell"]
    assert found["d1"].fields["organism"] == (Term("Homo sapiens", "NCBITaxon:9606"),)
    assert found["deep-lonely_cell"].title == "lonely cell"
    assert found["m1"].file is found["m1"].facts is None
    facts = found["d1"].facts
    assert (facts.sizes.y, facts.sizes.x) == (8, 8)
    assert facts.channels[0].auto is not None
    assert facts.content_hash == hashlib.sha256((images / "described.tif").read_bytes()).hexdigest()
    assert all(thumbnail_path(library / "cache", facts, edge).is_file() for edge in (256, 512))


def test_repeating_changes_nothing_and_touching_reads_only_the_hash(images, library):
    path = write(images / "a.tif")
    take(images, library)
    with Store.open(library) as store:
        change = store.change
    again = take(images, library)
    assert (counts(again), again.bytes) == ({"unchanged": 1}, 0)
    os.utime(path, ns=(1, 1))
    assert counts(take(images, library)) == {"unchanged": 1}
    assert take(images, library).bytes == 0
    with Store.open(library) as store:
        assert store.changed_since(change) in ([], [("a", False)])


def test_new_pixels_change_a_record_and_its_version(images, library):
    write(images / "a.tif")
    take(images, library)
    before = records(library)["a"]
    write(images / "a.tif", 7, (9, 9))
    assert counts(take(images, library)) == {"changed": 1}
    after = records(library)["a"]
    assert (after.facts.sizes.y, after.added) == (9, before.added)
    assert after.facts.version != before.facts.version
    assert [event.what for event in after.history] == ["added", "changed file, facts"]


def test_a_changed_table_changes_its_records_only(images, library):
    write(images / "a.tif")
    write(images / "b.tif", 1)
    table(images, "id,file,licence", "a,a.tif,ask", "b,b.tif,CC0")
    assert told(take(images, library), "not one we know")
    table(images, "id,file,licence", "a,a.tif,CC BY 4.0", "b,b.tif,CC0")
    assert counts(take(images, library)) == {"changed": 1, "unchanged": 1}
    assert records(library)["a"].licence == "CC-BY-4.0"
    assert [finding.message for finding in records(library)["a"].findings if finding != UNCALIBRATED] == []


def test_metadata_stay_when_the_table_goes(images, library):
    write(images / "a.tif")
    table(images, "id,file,organism", "cells,a.tif,yeast")
    take(images, library)
    (images / "metadata.csv").unlink()
    assert counts(take(images, library)) == {"unchanged": 1}
    assert records(library)["cells"].fields["organism"] == (Term("yeast"),)


def test_a_moved_file_keeps_its_record(images, library):
    write(images / "a.tif")
    write(images / "b.tif", 1)
    take(images, library)
    (images / "new").mkdir()
    (images / "a.tif").rename(images / "new" / "renamed.tif")
    assert counts(take(images, library)) == {"moved": 1, "unchanged": 1}
    found = records(library)
    assert set(found) == {"a", "b"}
    assert found["a"].file.path == "new/renamed.tif"
    assert counts(take(images, library)) == {"unchanged": 2}


def test_a_moved_source_keeps_its_records(images, library, tmp_path):
    write(images / "a.tif")
    table(images, "id,file,title", "x1,a.tif,Cells")
    write(images / "b.tif", 1)
    take(images, library)
    images.rename(tmp_path / "elsewhere")
    take(tmp_path / "elsewhere", library)
    found = records(library)
    assert set(found) == {"x1", "b"}
    assert {record.file.source for record in found.values()} == {str(tmp_path / "elsewhere")}


def test_a_thousand_rows_may_say_the_same(images, library):
    table(images, "title,organism", *(f"HeLa cell,o{i}" for i in range(1000)))
    assert counts(take(images, library)) == {"added": 1000}
    assert counts(take(images, library)) == {"unchanged": 1000}
    table(images, "id,title", *(f"same,HeLa cell {i}" for i in range(300)))
    assert len(records(library)) == 1000
    assert counts(take(images, library))["added"] == 300


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=st.lists(st.tuples(RECORDS, st.booleans()), max_size=3, unique_by=lambda pair: pair[0].id))
def test_indexing_the_table_of_a_library_gives_the_same_records(tmp_path_factory, made):
    images = tmp_path_factory.mktemp("images")
    given_records = [
        replace(record, file=SourceFile(str(images), write(images / f"{i}.tif", i).name)) if has_file else record
        for i, (record, has_file) in enumerate(made)
    ]
    found = []
    for library in (images.parent / f"{images.name}-first", images.parent / f"{images.name}-second"):
        with (images / "metadata.csv").open("w", encoding="utf-8", newline="") as stream:
            write_table(given_records, stream)
        take(images, library)
        given_records = list(records(library).values())
        found.append({r.id: replace(r, history=(), changed="") for r in given_records})
    first, second = found
    assert set(first) == {record.id for record, _ in made}
    assert {r.id: bool(r.facts) for r in first.values()} == {record.id: has_file for record, has_file in made}
    assert first == second


def test_a_source_that_is_one_image_is_called_by_its_folder(images, library):
    for t in range(3):
        write(images / f"mitosis movie/cell_t{t:02}.tif", t)
    take(images / "mitosis movie", library)
    ((record_id, record),) = records(library).items()
    assert (record_id, record.title) == ("mitosis-movie", "mitosis movie")
    assert record.facts is not None and record.facts.sizes.t == 3
    assert counts(take(images / "mitosis movie", library)) == {"unchanged": 1}


def test_a_vanished_file_is_missing_and_comes_back(images, library):
    path = write(images / "a.tif")
    take(images, library)
    facts = records(library)["a"].facts
    shutil.move(path, images.parent / "away.tif")
    report = take(images, library)
    assert (counts(report), told(report, "a.tif: The file is missing")) == ({"missing": 1}, True)
    assert records(library)["a"].facts == facts
    with Store.open(library) as store:
        change = store.change
    take(images, library)
    with Store.open(library) as store:
        assert store.change == change
    shutil.move(images.parent / "away.tif", path)
    take(images, library)
    assert [finding.message for finding in records(library)["a"].findings if finding != UNCALIBRATED] == []


def test_a_row_whose_file_vanishes_keeps_what_was_read(images, library):
    path = write(images / "a.tif")
    table(images, "id,file", "x,a.tif")
    take(images, library)
    path.unlink()
    assert counts(take(images, library)) == {"changed": 1, "failed": 1}
    record = records(library)["x"]
    assert record.facts is not None
    assert "is missing" in record.findings[-1].message


def test_a_table_that_comes_later_gives_the_file_its_id(images, library):
    write(images / "a.tif")
    take(images, library)
    table(images, "id,file,organism", "cells,a.tif,yeast")
    report = take(images, library)
    assert counts(report) == {"added": 1, "removed": 1}
    assert set(records(library)) == {"cells"}
    assert counts(take(images, library)) == {"unchanged": 1}


def test_ids_that_collide_are_told_apart_the_same_way_each_time(images, library, tmp_path):
    for seed, name in enumerate(("a-b.tif", "a/b.tif", "a-b.png.tif")):
        write(images / name, seed)
    table(images, "id,file", "same,a-b.tif", "same,a/b.tif", "not an id!,a-b.png.tif", "same,")
    report = take(images, library)
    assert report.added == 4
    assert told(report, "stands in several rows") and told(report, "cannot stand in an address")
    first = {record.id: record.file and record.file.path for record in records(library).values()}
    assert counts(take(images, library)) == {"unchanged": 4}
    take(images, tmp_path / "other")
    assert {r.id: r.file and r.file.path for r in records(tmp_path / "other").values()} == first


def test_two_sources_with_the_same_names_in_one_library(tmp_path, library):
    write(tmp_path / "x/a.tif")
    write(tmp_path / "y/a.tif", 1)
    for _ in range(2):
        take(tmp_path / "x", library)
        take(tmp_path / "y", library)
    found = records(library).values()
    assert sorted(record.file.source for record in found) == [str(tmp_path / "x"), str(tmp_path / "y")]


def test_broken_files_are_findings_and_stop_nothing(images, library):
    write(images / "good.tif")
    (images / "empty.tif").write_bytes(b"")
    (images / "cut.tif").write_bytes(b"II*\0")
    (images / "wrong.png").write_bytes(b"nothing of the kind")
    table(images, "id,file", "described,cut.tif", "gone,nowhere.tif")
    report = take(images, library)
    assert counts(report) == {"added": 3, "failed": 4}
    names = {name for name, finding in report.findings if finding.severity == "error"}
    assert names == {"empty.tif", "cut.tif", "wrong.png", "nowhere.tif"}
    found = records(library)
    assert set(found) == {"described", "gone", "good"}
    assert found["described"].facts is None and found["described"].findings[0].severity == "error"
    assert "4 could not be read" in report.as_text() and "error: cut.tif" in report.as_text()


@pytest.mark.parametrize(
    "named", ["../secret.tif", "in/../../secret.tif", "{}/secret.tif", "C:\\secret.tif", "link.tif", "."]
)
def test_nothing_outside_of_the_folder_is_read(images, library, tmp_path, named):
    write(tmp_path / "secret.tif")
    (images / "link.tif").symlink_to(tmp_path / "secret.tif")
    table(images, "id,file", f'x,"{named.format(tmp_path)}"')
    report = take(images, library)
    assert records(library)["x"].facts is None
    assert records(library)["x"].findings[0].severity == "error"
    assert counts(report)["added"] == 1


def test_names_of_other_systems_in_a_table_are_found(images, library):
    write(images / "plate/é.tif")
    table(images, "id,file", "x,plate\\e\u0301.tif")
    take(images, library)
    assert records(library)["x"].facts is not None


def test_odd_entries_of_a_folder_are_findings(images, library):
    write(images / "good.tif")
    write(images / "line\nbreak.tif", 1)
    write(images / ".hidden/x.tif", 2)
    write(images / "truth/x.tif", 3)
    (images / "truth" / ".noindex").touch()
    (images / "loop").symlink_to(images)
    (images / "circle.tif").symlink_to(images / "circle.tif")
    (images / "dangling.tif").symlink_to(images / "nowhere.tif")
    with open(os.fsencode(images) + b"/bad\xff.tif", "wb") as file:
        file.write((images / "good.tif").read_bytes())
    report = take(images, library)
    assert set(records(library)) == {"good", "line-break"}
    for words in (
        "line\\nbreak.tif: The name holds",
        "bad\\udcff.tif: The name is not valid UTF-8",
        "circle.tif: The link",
    ):
        assert told(report, words)
    assert told(report, "dangling.tif: The link leads nowhere") and told(report, "loop: The link to a folder")


def test_a_file_that_vanishes_while_the_folder_is_looked_through(images, library):
    write(images / "a.tif")
    write(images / "b.tif", 1)

    def vanish(done, total, name):
        (images / "b.tif").unlink(missing_ok=True)

    report = index(images, library, processes=1, progress=vanish)
    assert report.added in (1, 2)
    assert counts(take(images, library)).get("unchanged") == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_without_rights_is_a_finding(images, library):
    write(images / "good.tif")
    write(images / "locked/x.tif", 1)
    (images / "locked").chmod(0)
    try:
        assert told(take(images, library), "locked: The folder cannot be read")
    finally:
        (images / "locked").chmod(0o755)


def test_a_folder_of_planes_is_one_image_unless_the_table_says_otherwise(images, library, tmp_path):
    for t in range(3):
        write(images / f"movie/T{t:03}.tif", t)
        write(images / f"wells/T{t:03}.tif", 9 + t)
    table(images, "id,file", "movie,movie/", "first,wells/T000.tif")
    take(images, library)
    found = records(library)
    assert set(found) == {"movie", "first", "wells-T001", "wells-T002"}
    assert (found["movie"].facts.sizes.t, found["first"].facts.sizes.t) == (3, 1)
    assert found["movie"].file.path == "movie"
    assert counts(take(images, library)) == {"unchanged": 4}


def test_the_table_fills_what_the_file_does_not_say_and_never_overrules_it(images, library):
    write(images / "plain.tif", 0, (3, 8, 8))
    write(images / "says.ome.tif", 1, metadata={"axes": "YX", "PhysicalSizeX": 0.1, "PhysicalSizeY": 0.1})
    table(images, "id,file,pixel_size_um,frame_interval_s,axes", "p,plain.tif,0.5,2,TYX", "s,says.ome.tif,0.2,,")
    report = take(images, library)
    found = records(library)
    plain, says = found["p"].facts, found["s"].facts
    assert (plain.pixel_size_um.x, plain.pixel_size_um.y, plain.frame_interval_s, plain.sizes.t) == (0.5, 0.5, 2, 3)
    assert found["p"].given == Given(pixel_size_um=0.5, frame_interval_s=2.0, axes="TYX")
    assert says.pixel_size_um.x == pytest.approx(0.1)
    assert told(report, "is 0.1 µm in the file and 0.2 µm in the table")
    assert told(report, "0.5 µm, is from the table")
    assert counts(take(images, library)) == {"unchanged": 2}


def test_one_file_alone_and_a_table_alone(images, library, tmp_path):
    for seed, name in enumerate(("a.tif", "b.tif", "c.tif")):
        write(images / name, seed)
    table(images, "id,file", "row-a,a.tif", "row-b,b.tif")
    assert counts(take(images / "a.tif", library)) == {"added": 1}
    assert counts(take(images / "c.tif", library)) == {"added": 1}
    assert set(records(library)) == {"row-a", "c"}
    assert counts(take(images / "metadata.csv", tmp_path / "other")) == {"added": 2}
    assert counts(take(images, library)) == {"added": 1, "unchanged": 2}


def test_the_library_may_lie_among_its_images(images):
    write(images / "a.tif")
    take(images, images)
    assert counts(take(images, images)) == {"unchanged": 1}


def test_a_library_with_its_images_in_it_can_move_as_a_whole(tmp_path):
    write(tmp_path / "old/images/a.tif")
    take(tmp_path / "old/images", tmp_path / "old")
    (tmp_path / "old").rename(tmp_path / "new")
    assert records(tmp_path / "new")["a"].file.source == str(tmp_path / "new/images")
    assert counts(take(tmp_path / "new/images", tmp_path / "new")) == {"unchanged": 1}


def test_a_written_table_makes_the_same_records_in_another_library(images, library, tmp_path):
    for seed in range(3):
        write(images / f"deep/{seed}.tif", seed, (2, 8, 8))
    line = '"a; b",deep/0.tif,"x\\; y;z","A <b>bold</b>\nline ""here""",CC BY 4.0,0.25,TYX,hidden,2010,Ada;Robert'
    header = "title,file,stain,description,licence,pixel_size_um,axes,visibility,year,contributor"
    table(images, header, line)
    take(images, library)
    stream = io.StringIO(newline="")
    with Store.open(library) as store:
        write_table(store.records(public=False), stream)
    (images / "metadata.csv").write_text(stream.getvalue(), "utf-8")
    take(images, tmp_path / "again")
    first, again = (
        [replace(r, history=(), changed="") for r in records(x).values()] for x in (library, tmp_path / "again")
    )
    assert again == first
    assert counts(take(images, library)) == {"unchanged": 3}
    assert next(csv.DictReader(io.StringIO(stream.getvalue())))["stain"] == r"x\; y;z"


def test_originals_are_never_written_to(images, library):
    write(images / "a.tif")
    write(images / "movie/T000.tif", 1)
    write(images / "movie/T001.tif", 2)
    (images / "cut.tif").write_bytes(b"II*\0")
    table(images, "id,file", "x,a.tif")

    def state():
        return {
            str(path): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else sorted(os.listdir(path)))
            for path in (images, *images.rglob("*"))
        }

    before = state()
    for path in (images, *images.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        take(images, library)
        index(images, library, processes=1)
    finally:
        for path in (images, *images.rglob("*")):
            path.chmod(0o755)
    assert state() == before


def test_progress_counts_every_image(images, library):
    for seed in range(3):
        write(images / f"{seed}.tif", seed)
    seen = []
    index(images, library, processes=2, progress=lambda *step: seen.append(step))
    assert seen == [(0, 3, ""), (1, 3, "0.tif"), (2, 3, "1.tif"), (3, 3, "2.tif")]


def _die(job):
    name = Path(job.path).name
    if name == "crash.tif":
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "hang.tif":
        time.sleep(600)
    if name == "raise.tif":
        raise ZeroDivisionError
    return _measure(job)


_measure = measuring.measure


def _start_deadly() -> subprocess.Popen[str]:
    code = (
        "import tests.test_indexing as t; from micrographia.indexing import measuring; "
        "measuring.measure = t._die; measuring.serve()"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    return subprocess.Popen([sys.executable, "-c", code], text=True, cwd=Path(__file__).parent.parent, **pipes)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_crashing_or_hanging_worker_costs_only_its_file(images, library, monkeypatch):
    monkeypatch.setattr(measuring, "_start", _start_deadly)
    for seed, name in enumerate(("a.tif", "crash.tif", "hang.tif", "raise.tif", "z.tif")):
        write(images / name, seed)
    report = index(images, library, processes=2, patience_s=8)
    assert set(records(library)) == {"a", "z"}
    assert report.failed == 3
    assert told(report, "hang.tif: Reading it took longer than") and told(
        report, "crash.tif: Reading it ended the reader"
    )
    assert told(report, "raise.tif: Reading it ended the reader")


# As if the package were installed, wherever the process runs.
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}

INDEXING = "import sys; from micrographia.indexing import index; index(sys.argv[1], sys.argv[2], processes=0)"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_an_indexing_that_is_killed_goes_on_where_it_was_and_readers_see_it_grow(images, library):
    for seed in range(80):
        write(images / f"{seed:03}.tif", seed, (64, 64))
    seen = set()
    for after_s in (0.3, 0.6):
        process = subprocess.Popen([sys.executable, "-c", INDEXING, images, library], env=ENVIRONMENT)
        while not (library / "cache" / "indexing.lock").exists():
            time.sleep(0.01)
        with Store.open(library) as reader:
            end = time.monotonic() + after_s
            while time.monotonic() < end:
                seen.add(len(list(reader.records())))
        process.kill()
        process.wait()
    already = len(records(library))
    report = take(images, library)
    assert report.unchanged >= already
    assert report.added + report.changed + report.unchanged == len(records(library)) == 80
    assert max(seen) <= already


def test_a_script_without_a_guard_may_index(images, library):
    write(images / "a.tif")
    script = images.parent / "script.py"
    script.write_text(
        f"from micrographia.indexing import index\nprint(index({str(images)!r}, {str(library)!r}).added)\n"
    )
    run = subprocess.run([sys.executable, script], env=ENVIRONMENT, capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("1\n", "")


def test_python_files_beside_the_images_are_not_imported(images, library):
    write(images / "a.tif")
    for name in ("numpy.py", "json.py", "tifffile.py"):
        (images / name).write_text("raise SystemExit('imported')")
    code = "import sys; from micrographia.indexing import index; print(index('.', sys.argv[1]).added)"
    command = [sys.executable, "-P", "-c", code, library]
    run = subprocess.run(command, cwd=images, env=ENVIRONMENT, capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("1\n", "")


def test_no_source(tmp_path):
    with pytest.raises(NotFound, match="folder of images"):
        index(tmp_path / "nowhere", tmp_path / "library")
    assert not (tmp_path / "library").exists()


def test_an_empty_folder(images, library):
    assert take(images, library).as_text().startswith("0 images: nothing to index.")


def test_the_real_images(real_data, library):
    report = index(real_data / "images", library, processes=2)
    assert counts(report) == {"added": 28}
    found = records(library)
    assert all(record.facts for record in found.values())
    assert (found["mitocheck-movie"].facts.sizes.t, found["c-elegans-em"].facts.sizes.z) == (30, 21)
    assert found["membrane-timelapse"].facts.sizes.t == 5
    assert counts(index(real_data / "images", library)) == {"unchanged": 28}


def test_a_file_that_is_still_being_written_is_left_for_the_next_time(images, library, monkeypatch):
    path = write(images / "growing.tif")
    measured = measuring.measure_auto

    def grown(image):
        with path.open("ab") as file:
            file.write(b"more")
        return measured(image)

    monkeypatch.setattr(measuring, "measure_auto", grown)
    assert told(take(images, library), "growing.tif: It changed while it was read")
    monkeypatch.undo()
    assert take(images, library).added == 1


def test_folders_that_are_too_deep_are_told(images, library):
    write(images.joinpath(*["down"] * 40, "deep.tif"))
    write(images.joinpath(*["down"] * 32, "still.tif"))
    report = take(images, library)
    assert report.added == 1
    assert told(report, "more than 32 deep")


def test_a_flood_of_values_is_cut_and_told(images, library):
    write(images / "a.tif")
    table(images, "file,organism", "a.tif," + ";".join(f"o{i}" for i in range(20_000)))
    assert told(take(images, library), "only the first 10,000")
    assert len(records(library)["a"].fields["organism"]) == 10_000


@pytest.mark.parametrize("given", ["1e11", "1e-300", "5e4"])
def test_a_pixel_size_that_cannot_be_gives_no_calibration(images, library, given):
    write(images / "a.tif")
    table(images, "file,pixel_size_um", f"a.tif,{given}")
    assert told(take(images, library), "cannot be")
    record = records(library)["a"]
    assert record.facts.pixel_size_um.x is None
    assert record.fields["pixel_size_um_as_given"] == (Term(given),)


def test_a_table_that_leads_elsewhere_or_is_a_pipe_does_not_stop_the_images(images, library, tmp_path):
    write(images / "a.tif")
    (tmp_path / "elsewhere.csv").write_text("file,title\na.tif,Not for you\n")
    (images / "metadata.csv").symlink_to(tmp_path / "elsewhere.csv")
    report = take(images, library)
    assert report.added == 1
    assert told(report, "a link that leads out of the folder")
    assert records(library)["a"].title == "a"
    (images / "metadata.csv").unlink()
    os.mkfifo(images / "metadata.csv")
    assert told(take(images, library), "is not a file")

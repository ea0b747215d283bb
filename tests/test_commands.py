"""The command line, as people type it."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile
from click.testing import CliRunner

from micrographia.commands import cli, make_ready
from micrographia.errors import NotFound
from tests.importing.documents_made import document, lines
from tests.libraries import write_images


@pytest.fixture
def run():
    def invoke(*arguments: object, code: int = 0):
        result = CliRunner().invoke(cli, [str(argument) for argument in arguments])
        assert result.exit_code == code, result.output
        return result

    return invoke


def test_info_prints_one_json_object_a_file(run, tmp_path):
    folder = write_images(tmp_path)
    files = [folder / "t3c2z5y64x48.ome.tif", folder / "y96x96rgb.tif"]
    stack, colour = map(json.loads, run("info", *files, "--json").stdout.splitlines())
    assert stack["axes"] == {"t": 3, "c": 2, "z": 5, "y": 64, "x": 48}
    assert stack["pixel_size_um"] == {"x": 0.1, "y": 0.1, "z": 0.5}
    assert [channel["name"] for channel in stack["channels"]] == ["DNA", "tubulin"]
    assert colour["colour"] is True
    assert colour["pixel_size_um"] == {"x": None, "y": None, "z": None}
    assert set(stack) == {
        *("file", "axes", "dtype", "colour", "labels", "pixel_size_um"),
        *("frame_interval_s", "channels", "levels", "findings"),
    }


def test_info_on_a_broken_file_exits_1_and_still_tells_of_the_others(run, tmp_path):
    tifffile.imwrite(tmp_path / "good.tif", np.zeros((8, 8), np.uint8))
    (tmp_path / "bad.tif").write_bytes(b"II*\0")
    lines = run("info", tmp_path / "bad.tif", tmp_path / "good.tif", "--json", code=1).stdout.splitlines()
    bad, good = map(json.loads, lines)
    assert bad["findings"][0]["severity"] == "error"
    assert good["axes"]["y"] == 8


def test_index_search_and_table(run, tmp_path):
    images, library = write_images(tmp_path / "images"), tmp_path / "library"
    assert "4" in run("index", images, "--library", library).stdout
    found = json.loads(run("search", "plate", "--library", library, "--json").stdout)
    assert (found["total"], found["images"][0]["id"]) == (1, "division")
    by_field = run("search", "--library", library, "--where", "organism=Homo sapiens", "--json").stdout
    assert {image["id"] for image in json.loads(by_field)["images"]} == {"division", "mosaic"}
    rows = list(csv.DictReader(io.StringIO(run("table", "--library", library).stdout)))
    assert [row["id"] for row in rows] == ["division", "yeast", "section", "mosaic"]


def test_search_asks_what_was_meant(run, small_library):
    said = run("search", "dividin", "--library", small_library).stdout
    assert "Did you mean: dividing (1)" in said
    assert "Did you mean" not in run("search", "dividing", "--library", small_library).stdout


def test_search_without_a_library_says_how_to_make_one(run, tmp_path):
    assert "micrographia index" in run("search", "x", "--library", tmp_path / "none", code=1).output


def test_where_without_a_value_is_explained(run, small_library):
    assert "FIELD=VALUE" in run("search", "--library", small_library, "--where", "organism", code=1).output


def test_ready_is_a_library_itself(small_library):
    assert make_ready(small_library) == small_library


def test_ready_makes_a_library_beside_and_leaves_the_images_alone(tmp_path, monkeypatch):
    images = write_images(tmp_path / "cells")
    before = sorted(path.name for path in images.iterdir())
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    made = make_ready(images)
    assert (made.resolve() / "library.db").is_file()
    assert made.resolve().parent == tmp_path / "work"
    assert sorted(path.name for path in images.iterdir()) == before


def test_ready_refuses_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(NotFound, match="folder of images"):
        make_ready(tmp_path / "nowhere")


def test_names_that_are_no_text_neither_break_json_nor_reach_the_terminal(run, tmp_path):
    odd = [os.fsdecode(b"a\xff.tif"), "\x1b[31mred\n.tif"]
    for name in odd:
        tifffile.imwrite(tmp_path / name, np.zeros((8, 8), np.uint8))
    lines = run("info", *(tmp_path / name for name in odd), "--json").stdout_bytes.decode("utf-8").splitlines()
    assert [json.loads(line)["file"] for line in lines] == [str(tmp_path / name) for name in odd]
    text = run("info", *(tmp_path / name for name in odd)).stdout_bytes.decode("utf-8")
    assert "\\x1b[31mred\\n.tif" in text and "\x1b" not in text


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_a_sentence(run, tmp_path):
    library = tmp_path / "library"
    run("index", write_images(tmp_path / "images"), "--library", library)
    command = [sys.executable, "-m", "micrographia", "table", "--library", str(library)]
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == 1
    assert "No space left" in ended.stderr and "Traceback" not in ended.stderr


def test_import_report_and_originals(run, tmp_path):
    source, library = tmp_path / "source.jsonl", tmp_path / "library"
    source.write_bytes(lines(document(1), document(2, TERMSANDCONDITIONS=None)))
    told = tmp_path / "report.csv"
    assert "Nothing was written" in run("import", "cil", source, "--library", library, "--dry-run").stdout
    assert not library.exists()
    said = run("import", "cil", source, "--library", library, "--report", told).stdout
    assert "2 records: 2 added. 1 not public." in said
    assert "1 error    no licence" in said
    rows = list(csv.DictReader(io.StringIO(told.read_text("utf-8"))))
    assert [(row["record"], row["kind"]) for row in rows] == [("CIL:2", "no licence")]
    assert run("originals", "--library", library).stdout_bytes == source.read_bytes()
    assert run("originals", "--library", library, "--importer", "csv").stdout_bytes == b""
    run("originals", "--library", library, "--to", tmp_path / "out")
    assert (tmp_path / "out" / "CIL-2.json").read_bytes() + b"\n" == lines(document(2, TERMSANDCONDITIONS=None))
    assert json.loads(run("search", "cilia", "--library", library, "--json").stdout)["total"] == 1


def test_import_of_a_table_begins_with_a_suggestion(run, tmp_path):
    table, library = tmp_path / "table.csv", tmp_path / "library"
    table.write_text("Image ID,Species\n1,Amoeba proteus\n", "utf-8")
    assert "--suggest" in run("import", "csv", table, "--library", library, code=1).output
    (tmp_path / "m.toml").write_text(run("import", "csv", table, "--suggest").stdout, "utf-8")
    assert "1 added" in run("import", "csv", table, "--library", library, "--mapping", tmp_path / "m.toml").stdout


def test_import_of_studies(run, tmp_path):
    files, wells, library = tmp_path / "files.tsv", tmp_path / "idr0000.csv", tmp_path / "library"
    files.write_text("Files\tOrganism\na.tif\tDanio rerio\n", "utf-8")
    wells.write_text("Plate,Well,Characteristics [Organism]\np,A1,Danio rerio\n", "utf-8")
    given = ("--library", library, "--licence", "CC0")
    assert "1 added" in run("import", "bioimage-archive", files, "--study", "S-BIAD0", *given).stdout
    assert "1 added" in run("import", "idr", wells, *given).stdout
    assert json.loads(run("search", "danio", "--library", library, "--json").stdout)["total"] == 2


def test_import_of_what_is_not_there_is_a_sentence(run, tmp_path):
    assert "There is no file" in run("import", "cil", tmp_path / "none", "--library", tmp_path / "l", code=1).output

"""Parcels: every file whose licence allows it, none besides, and a manifest that says what became of each image."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace

import pytest

from micrographia.collection.records import Record
from micrographia.indexing import index
from micrographia.library import Library
from micrographia.settings import Settings
from micrographia.web.parcels import COLUMNS, NO_FILE, NO_LICENCE, NOT_ALLOWED, packed_up, parcel
from tests.imaging import factories
from tests.libraries import make_library
from tests.web.serving import serving

ALL = "id=division&id=yeast&id=section&id=asked&id=unstated&id=bare&id=hidden&id=none"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory) -> Iterator[Library]:
    """Four images that may be passed on, one that may not, one without a licence, one without a file, one hidden."""
    with Library.open(make_library(tmp_path_factory.mktemp("parcels") / "shelf")) as library:
        division = library.store.get("division")
        library.store.put(
            [
                replace(division, id="asked", licence="LicenseRef-AllRightsReserved", title="=1+1"),
                replace(division, id="unstated", licence=None),
                Record("bare", title="No file", licence="CC0-1.0"),
                replace(division, id="hidden", title="Hidden one", visibility="hidden"),
            ]
        )
        yield library


def opened(answer) -> zipfile.ZipFile:
    assert answer.status == 200, answer.text
    archive = zipfile.ZipFile(io.BytesIO(answer.body))
    assert archive.testzip() is None
    return archive


def manifest(archive: zipfile.ZipFile) -> dict[str, dict[str, str]]:
    lines = csv.DictReader(io.StringIO(archive.read("manifest.csv").decode()))
    return {line["id"]: line for line in lines}


def test_the_files_byte_for_byte_and_what_is_left_out(shelf):
    with serving(shelf) as site:
        answer = site.get(f"/tray/files.zip?{ALL}")
    archive = opened(answer)
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="shelf-files.zip"'
    assert archive.namelist() == [
        "001-division/t3c2z5y64x48.ome.tif",
        "002-yeast/t4y64x64.ome.tif",
        "003-section/y96x96rgb.tif",
        "ATTRIBUTION.txt",
        "manifest.csv",
    ]
    assert archive.read("001-division/t3c2z5y64x48.ome.tif") == shelf["division"].path.read_bytes()
    said = manifest(archive)
    assert {name: line["left_out"] for name, line in said.items() if line["left_out"]} == {
        "asked": NOT_ALLOWED,
        "unstated": NO_LICENCE,
        "bare": NO_FILE,
    }
    assert said["division"]["file"] == "001-division/t3c2z5y64x48.ome.tif"
    assert said["yeast"]["licence_url"] == "https://creativecommons.org/licenses/by/4.0/"
    assert said["asked"]["title"] == "'=1+1"
    assert list(said["division"]) == COLUMNS


def test_the_credits_are_of_the_files_that_are_there(shelf):
    with serving(shelf, site_url="https://cells.example.org") as site:
        text = opened(site.get(f"/tray/files.zip?{ALL}")).read("ATTRIBUTION.txt").decode()
    assert "Ada Lovelace, Robert Hooke (2010). A dividing cell" in text
    assert "https://cells.example.org/image/yeast" in text
    assert (
        "Licence: Creative Commons Attribution 4.0 International, https://creativecommons.org/licenses/by/4.0/" in text
    )
    assert "asked" not in text and "unstated" not in text


def test_a_hidden_image_is_in_it_in_no_way(shelf):
    with serving(shelf) as site:
        hidden, absent = (site.get(f"/tray/files.zip?id=division&id={name}") for name in ("hidden", "none"))
        assert hidden.body == absent.body
        assert site.get("/tray/files.zip?id=hidden").status == 404


def test_a_zip_is_bounded_in_images_and_in_bytes(shelf):
    records = list(shelf.store.records(["division", "yeast", "mosaic"]))
    assert [one.id for one in parcel(records, Settings(zip_images=2)).packed] == ["division", "yeast"]
    assert parcel(records, Settings(zip_mb=0)).missing == (("a zip holds 0 MB at most", 3),)
    with serving(shelf, zip_images=1) as site:
        page = site.get("/tray?id=division&id=yeast").text
        assert "The files of 1 image in one zip" in page
        assert "1 image is left out. Why: a zip holds the files of 1 images at most." in page
        assert len(opened(site.get("/tray/files.zip?id=division&id=yeast")).namelist()) == 3


def test_a_file_that_grew_or_went_is_left_out_when_its_turn_comes(tmp_path):
    with Library.open(make_library(tmp_path / "library")) as library, serving(library, zip_mb=1) as site:
        library["division"].path.unlink()
        with library["yeast"].path.open("ab") as file:
            file.write(b"0" * 1_000_000)
        said = manifest(opened(site.get("/tray/files.zip?id=division&id=yeast&id=section")))
    assert said["division"]["left_out"] == "its file is not where it was"
    assert said["yeast"]["left_out"] == "a zip holds 1 MB at most"
    assert said["section"]["file"]


def test_where_nothing_may_be_sent_a_page_says_why(shelf):
    with serving(shelf) as site:
        answer = site.get("/tray/files.zip?id=asked&id=bare")
        assert answer.status == 404
        assert f"{NOT_ALLOWED} (1); {NO_FILE} (1)" in answer.text
        assert "None of these images is in this library." in site.get("/tray/files.zip").text
        page = site.get("/tray?id=asked&id=bare").text
        assert "/tray/files.zip" not in page
        assert f"2 images are left out. Why: {NOT_ALLOWED} (1); {NO_FILE} (1)." in page


def test_a_folder_of_planes_keeps_its_files(tmp_path):
    factories.plane_folder(tmp_path / "images" / "series", "a_z{z}.tif", "z3y8x8")
    (tmp_path / "images" / "metadata.csv").write_text("file,licence\nseries,CC0-1.0\n")
    index(tmp_path / "images", tmp_path / "library", processes=0)
    with Library.open(tmp_path / "library") as library, serving(library) as site:
        (record_id,) = library
        names = opened(site.get(f"/tray/files.zip?id={record_id}")).namelist()
    assert names[:3] == [f"001-{record_id}/series/a_z{z}.tif" for z in range(3)]


def test_planes_with_long_names_are_all_there(tmp_path):
    factories.plane_folder(tmp_path / "images" / "series", "x" * 150 + "_z{z}.tif", "z3y8x8")
    (tmp_path / "images" / "metadata.csv").write_text("file,licence\nseries,CC0-1.0\n")
    index(tmp_path / "images", tmp_path / "library", processes=0)
    with Library.open(tmp_path / "library") as library, serving(library) as site:
        (record_id,) = library
        archive = opened(site.get(f"/tray/files.zip?id={record_id}"))
    assert len({name.casefold() for name in archive.namelist()}) == 5
    kept = sorted(path.read_bytes() for path in (tmp_path / "images" / "series").iterdir())
    assert sorted(archive.read(name) for name in archive.namelist()[:3]) == kept


def test_what_is_hidden_or_reserved_while_a_zip_is_sent_is_not_in_it(tmp_path):
    with Library.open(make_library(tmp_path / "library")) as library:
        found = parcel(list(library.store.records(["division", "yeast", "section", "mosaic"])), Settings(zip_images=3))
        blocks = packed_up(found, library, "", "shelf")
        sent = next(blocks)
        hidden = [replace(library.store.get(name), visibility="hidden") for name in ("yeast", "mosaic")]
        library.store.put([*hidden, replace(library.store.get("section"), licence="LicenseRef-AllRightsReserved")])
        archive = zipfile.ZipFile(io.BytesIO(b"".join([sent, *blocks])))
    assert archive.namelist() == ["001-division/t3c2z5y64x48.ome.tif", "ATTRIBUTION.txt", "manifest.csv"]
    assert {name: line["left_out"] for name, line in manifest(archive).items()} == {
        "division": "",
        "section": NOT_ALLOWED,
    }


def test_head_says_what_would_come_and_reads_nothing(shelf):
    with serving(shelf) as site:
        answer = site.get("/tray/files.zip?id=division", method="HEAD")
        assert (answer.status, answer.body) == (200, b"")

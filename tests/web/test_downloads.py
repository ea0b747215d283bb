"""Original files: byte for byte, in parts, as a zip, and not at all."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrographia.collection.records import Record, SourceFile
from micrographia.errors import NotFound
from micrographia.indexing import index
from micrographia.library import Library
from micrographia.web.originals import file_name, may_download, original, zipped
from tests.imaging import factories
from tests.web.serving import serving


def test_the_original_byte_for_byte(site, library):
    record = library["division"].record
    path = Path(record.file.source, record.file.path)
    answer = site.get("/download/division")
    assert answer.body == path.read_bytes()
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="t3c2z5y64x48.ome.tif"')
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert site.get("/download/division", method="HEAD").headers["Content-Length"] == str(len(answer.body))


def test_a_part_of_it(site):
    whole = site.get("/download/division")
    part = site.get("/download/division", Range="bytes=100-199")
    assert part.status == 206
    assert part.body == whole.body[100:200]
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(whole.body)}"
    assert site.get("/download/division", Range="bytes=99999999-").status == 416
    assert site.get("/download/division", If_None_Match=whole.headers["Etag"]).status == 304


def test_a_licence_that_forbids_is_kept(site):
    answer = site.get("/download/hostile")
    assert answer.status == 403
    assert "not given out" in answer.text
    assert "/download/hostile" not in site.get("/image/hostile").text


@pytest.mark.parametrize(
    "licence, allowed",
    [("CC-BY-4.0", True), (None, True), ("LicenseRef-AllRightsReserved", False), ("LicenseRef-ask", False)],
)
def test_who_gets_the_original(licence, allowed):
    record = Record("a", licence=licence, file=SourceFile("/x", "a.tif"))
    assert may_download(record) == allowed
    assert not may_download(Record("a", licence=licence, file=record.file, visibility="hidden"))
    assert not may_download(Record("a", licence=licence))


def test_nothing_outside_of_the_source_is_given_out(tmp_path, library):
    source = tmp_path / "source"
    source.mkdir()
    (tmp_path / "passwords.txt").write_text("secret")
    (source / "link.tif").symlink_to(tmp_path / "passwords.txt")
    for path in ("../passwords.txt", "link.tif", "none.tif"):
        with pytest.raises(NotFound):
            original(Record("a", file=SourceFile(str(source), path)))


@given(st.text(max_size=300))
def test_a_file_name_is_one_name_that_any_system_takes(path):
    name = file_name(Record("a", file=SourceFile("/source", path)))
    assert 0 < len(name) <= 200
    assert not set(name) & set('/\\:*?"<>|\n\r\0')
    assert name.strip(". ") == name


def test_a_folder_of_planes_as_a_zip(tmp_path, library):
    folder = tmp_path / "series"
    folder.mkdir()
    files = {"a_z0.tif": b"0" * 600_000, "a_z1.tif": b""}
    for name, body in files.items():
        (folder / name).write_bytes(body)
    parts = list(zipped(folder, [folder / name for name in files]))
    archive = zipfile.ZipFile(io.BytesIO(b"".join(parts)))
    assert archive.testzip() is None
    assert {name: archive.read(f"series/{name}") for name in files} == files
    assert max(map(len, parts)) < 400_000


@pytest.mark.parametrize("source", ["series", "."])
def test_the_zip_of_a_folder_holds_the_image_and_nothing_that_lies_beside_it(tmp_path, source):
    folder = tmp_path / "images" / "series"
    factories.plane_folder(folder, "a_z{z}.tif", "z3y8x8")
    (folder / "notes").mkdir()
    for name in (".env", "notes/secret.tif", "metadata.csv.bak"):
        (folder / name).write_bytes(b"secret")
    root = folder if source == "." else folder.parent
    library = tmp_path / "library"
    index(root, library, processes=0)
    with Library.open(library) as opened, serving(opened) as site:
        (record_id,) = opened
        answer = site.get(f"/download/{record_id}")
        archive = zipfile.ZipFile(io.BytesIO(answer.body))
        assert archive.testzip() is None
        assert archive.namelist() == [f"series/a_z{z}.tif" for z in range(3)]
        assert 'filename="' in answer.headers["Content-Disposition"]
        assert site.get(f"/download/{record_id}", method="HEAD").status == 200


def test_the_zip_of_a_folder_leaves_out_a_file_of_a_hidden_record(tmp_path):
    folder = tmp_path / "images"
    factories.plane_folder(folder / "series", "a_z{z}.tif", "z3y8x8")
    lines = ["id,file,visibility", "all,series,public", "hidden,series/a_z1.tif,hidden"]
    (folder / "metadata.csv").write_text("\n".join(lines) + "\n")
    index(folder, tmp_path / "library", processes=0)
    with Library.open(tmp_path / "library") as opened, serving(opened) as site:
        assert site.get("/download/hidden").status == 404
        archive = zipfile.ZipFile(io.BytesIO(site.get("/download/all").body))
        assert archive.namelist() == ["series/a_z0.tif", "series/a_z2.tif"]

"""Fetching the files of imported records: which one, what the record gets, and what it keeps."""

from __future__ import annotations

import io
import json
import threading
from dataclasses import replace

import numpy as np
import pytest
import tifffile
from click.testing import CliRunner
from PIL import Image

from micrographia.collection.findings import Finding
from micrographia.collection.records import PixelSize, SourceFile, Term
from micrographia.collection.store import Store
from micrographia.commands import cli
from micrographia.errors import Busy, NotFound
from micrographia.fetching import fetch
from micrographia.fetching.choosing import chosen
from micrographia.importing import Asset, CellImageLibrary, import_records, opened
from micrographia.importing.cil import files
from micrographia.importing.tables.mappings import read_mapping, table_documents
from micrographia.importing.tables.rows import TableImporter
from micrographia.indexing import index
from micrographia.library import Library
from micrographia.portrait.particulars import particulars
from micrographia.search.text import TextIndex
from tests.fetching.shelves import answered, cut_after
from tests.importing.documents_made import document, lines


def tiff(seed=0, shape=(2, 24, 32)):
    stream = io.BytesIO()
    stack = np.random.default_rng(seed).poisson(300, shape).astype(np.uint16)
    metadata = {"axes": "ZYX", "PhysicalSizeX": 0.2, "PhysicalSizeXUnit": "µm"}
    tifffile.imwrite(stream, stack, ome=True, metadata=metadata)
    return stream.getvalue()


def jpeg():
    stream = io.BytesIO()
    Image.fromarray(np.zeros((24, 32), np.uint8)).save(stream, "JPEG")
    return stream.getvalue()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "library"


@pytest.fixture
def bring_in(shelf, tmp_path, folder, monkeypatch):
    """Imports documents whose files lie on the shelf."""
    monkeypatch.setattr(files, "HOST", f"{shelf.address}/")

    def run(*documents):
        (tmp_path / "source.jsonl").write_bytes(lines(*documents))
        with opened(str(tmp_path / "source.jsonl")) as found:
            return import_records(CellImageLibrary(), found, folder)

    return run


@pytest.fixture
def store(folder):
    with Store.open(folder, create=True, observers=(TextIndex(),)) as opened:
        yield opened


@pytest.fixture
def get_files(store, limits):
    def run(*ids, **options):
        return fetch(store, ids, limits=limits, processes=0, **options)

    return run


def test_the_ome_tiff_comes_and_the_record_gets_its_facts(shelf, bring_in, store, get_files, folder):
    bring_in(document(71))
    shelf.put("media/images/71/71.tif", tiff())
    report = get_files("CIL:71")
    assert (report.fetched, report.failed) == (1, [])
    record = store.get("CIL:71")
    assert (record.facts.sizes.z, record.facts.sizes.x, record.facts.pixel_size_um.x) == (2, 32, 0.2)
    assert record.file == SourceFile(
        str((folder / "images").resolve()),
        "CIL+71/71.tif",
        len(tiff()),
        record.file.modified_ns,
        record.facts.content_hash,
    )
    assert (record.history[-1].who, record.history[-1].what) == ("fetch", "changed file, facts")
    with Library.open(folder) as library:
        assert library["CIL:71"].plane(z=1).shape == (24, 32)
        assert library.search(image_type="z-stack").total == 1


def test_fetching_again_asks_nobody(shelf, bring_in, store, get_files):
    bring_in(document(71))
    shelf.put("media/images/71/71.tif", tiff())
    get_files("CIL:71")
    change, asked = store.change, len(shelf.asked)
    report = get_files("CIL:71", "CIL:71")
    assert (report.fetched, report.had, report.bytes) == (0, 1, 0)
    assert (store.change, len(shelf.asked)) == (change, asked)


def test_a_later_import_keeps_file_and_facts_and_a_curator_keeps_her_title(shelf, bring_in, store, get_files):
    bring_in(document(71))
    shelf.put("media/images/71/71.tif", tiff())
    store.put([replace(store.get("CIL:71"), title="Cilia, beating")], who="Grace")
    get_files("CIL:71")
    fetched = store.get("CIL:71")
    report = bring_in(document(71, CELLTYPE={"free_text": "swarmer"}))
    record = store.get("CIL:71")
    assert (record.file, record.facts) == (fetched.file, fetched.facts)
    assert record.title == "Cilia, beating"
    assert record.fields["cell_type"] == (Term("swarmer"),)
    # The new source cites the cell type that it had.
    assert set(fetched.findings) == {finding for finding in record.findings if finding.field != "citation"}
    assert report.changed == 1


def test_what_a_curator_changes_while_the_file_is_on_its_way_stays(shelf, bring_in, store, get_files):
    bring_in(document(71))

    def meanwhile(request, content):
        store.put([replace(store.get("CIL:71"), title="Meanwhile")], who="Grace")
        request.head(200, len(content))
        request.wfile.write(content)

    shelf.put("media/images/71/71.tif", tiff(), meanwhile)
    assert get_files("CIL:71").fetched == 1
    record = store.get("CIL:71")
    assert record.title == "Meanwhile" and record.facts is not None


def test_a_record_that_is_taken_out_meanwhile_stays_out(shelf, bring_in, store, get_files):
    bring_in(document(71))

    def meanwhile(request, content):
        store.remove(["CIL:71"])
        request.head(200, len(content))
        request.wfile.write(content)

    shelf.put("media/images/71/71.tif", tiff(), meanwhile)
    assert "taken out" in get_files("CIL:71").failed[0][1]
    assert not store.ids(public=False)


def test_indexing_the_fetched_files_changes_nothing(shelf, bring_in, store, get_files, folder):
    bring_in(document(71))
    shelf.put("media/images/71/71.tif", tiff())
    get_files("CIL:71")
    before = store.get("CIL:71")
    assert index(folder / "images", folder, processes=0).unchanged == 1
    assert store.get("CIL:71") == before


def test_one_failure_stops_nobody_else_and_another_run_fetches_only_that(shelf, bring_in, store, get_files):
    bring_in(*(document(number) for number in range(1, 7)))
    for number in range(1, 7):
        shelf.put(f"media/images/{number}/{number}.tif", tiff(number))
    shelf.put("media/images/3/3.tif", tiff(3), answered(403))
    shelf.put("media/images/4/4.tif", tiff(4), cut_after(900))
    told = []
    ids = [f"CIL:{number}" for number in range(1, 7)]
    report = get_files(*ids, "CIL:99", progress=lambda done, total, name: told.append((done, total)))
    assert report.fetched == 5
    assert [name for name, _ in report.failed] == ["CIL:99", "CIL:3"]
    assert "does not allow it" in report.as_text()
    assert told[-1] == (7, 7)
    assert store.get("CIL:3").facts is None
    again = get_files(*ids)
    assert (again.fetched, again.had, again.failed) == (1, 5, [])
    assert store.get("CIL:4").facts.content_hash != store.get("CIL:5").facts.content_hash


def test_several_files_are_on_their_way_at_once(shelf, bring_in, get_files):
    bring_in(*(document(number) for number in (1, 2, 3)))
    together = threading.Barrier(3)

    def waits_for_the_others(request, content):
        together.wait(10)
        request.head(200, len(content))
        request.wfile.write(content)

    for number in (1, 2, 3):
        shelf.put(f"media/images/{number}/{number}.tif", tiff(number), waits_for_the_others)
    report = get_files("CIL:1", "CIL:2", "CIL:3", at_once=3)
    assert (report.fetched, report.failed) == (3, [])


def test_a_file_that_is_no_image_is_kept_told_of_and_tried_again(shelf, bring_in, store, get_files):
    bring_in(document(71))
    shelf.put("media/images/71/71.tif", b"no image at all, but long enough to be one of something " * 20)
    ((name, why),) = get_files("CIL:71").failed
    assert (name, "cannot be read" in why) == ("CIL:71", True)
    record = store.get("CIL:71")
    assert record.facts is None
    assert [finding.severity for finding in record.findings if finding.field == "file"] == ["error"]
    assert get_files("CIL:71").failed
    assert store.get("CIL:71") == record
    assert len(shelf.asked) == 1


def test_another_role_takes_the_place_of_what_was_fetched_unless_it_is_worse(shelf, bring_in, store, get_files):
    bring_in(document(71))
    shelf.put("media/images/71/71.tif", b"II*\0" + bytes(600))
    shelf.put("media/images/71/71.jpg", jpeg())
    assert get_files("CIL:71", role="display").fetched == 1
    display = store.get("CIL:71")
    assert any(finding.field == "dtype" for finding in display.findings)
    assert get_files("CIL:71").had == 1
    assert get_files("CIL:71", role="ome_tiff").failed
    assert store.get("CIL:71") == display
    (store.folder / "images/CIL+71/71.tif").unlink()
    shelf.put("media/images/71/71.tif", tiff())
    assert get_files("CIL:71", role="ome_tiff").fetched == 1
    record = store.get("CIL:71")
    assert record.file.path == "CIL+71/71.tif"
    # What was noticed of the still picture is not true of this file.
    assert not {finding.field for finding in record.findings} & {"dtype", "pixel_size_um"}
    assert set(record.findings) <= set(display.findings)


def test_a_still_picture_says_nothing_of_the_image_that_it_stands_for(shelf, bring_in, store, get_files, folder):
    slices = {"Space": {"axis": "Z", "Image_size": 30, "Pixel_size": {"unit": "microns", "value": 0.5}}}
    stack = {"Data_type": {"Z_stack": True}}
    bring_in(document(71, body=stack, DIMENSION=[*document()["CIL_CCDB"]["CIL"]["CORE"]["DIMENSION"], slices]))
    shelf.put("media/images/71/71.jpg", jpeg())
    shelf.put("media/images/71/71.tif", tiff())
    assert get_files("CIL:71", role="display").fetched == 1
    with Library.open(folder) as library:
        record = library["CIL:71"].record
        assert library["CIL:71"].plane().shape == (24, 32)
        found = library.search(image_type="z-stack", slices="30..30")
        assert (found.total, found.rows[0]["image_type"], found.rows[0]["thumbnail"] is None) == (1, "z-stack", False)
        dimensions = {fact.label: fact.values[0].text for fact in particulars(record)["Dimensions"]}
        assert dimensions["Size"].startswith("640") and dimensions["Slices"].startswith("30")
    assert any("still picture" in finding.message for finding in record.findings)
    assert get_files("CIL:71", role="ome_tiff").fetched == 1
    record = store.get("CIL:71")
    assert record.measured.sizes.z == 2
    assert not any("still picture" in finding.message for finding in record.findings)


def test_a_file_of_somebodys_own_is_not_replaced(shelf, bring_in, store, get_files, folder, tmp_path):
    bring_in(document(71))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/better.tif").write_bytes(tiff(9))
    (tmp_path / "mine/metadata.csv").write_text("id,file\nCIL:71,better.tif\n")
    index(tmp_path / "mine", folder, processes=0)
    assert get_files("CIL:71", role="ome_tiff").had == 1
    assert not shelf.asked


def test_a_record_that_was_not_imported_says_so(store, get_files, tmp_path, folder):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/a.tif").write_bytes(tiff())
    index(tmp_path / "mine", folder, processes=0)
    (tmp_path / "mine/a.tif").unlink()
    assert "was not imported" in get_files("a").failed[0][1]


def test_nothing_is_written_through_a_link_out_of_the_library(shelf, bring_in, get_files, folder, tmp_path):
    bring_in(document(71))
    shelf.put("media/images/71/71.tif", tiff())
    (tmp_path / "outside").mkdir()
    (folder / "images").mkdir()
    (folder / "images/CIL+71").symlink_to(tmp_path / "outside")
    assert "leads out of the library" in get_files("CIL:71").failed[0][1]
    (folder / "images/CIL+71").unlink()
    (folder / "images/CIL+71").mkdir()
    (folder / "images/CIL+71/71.tif").symlink_to(tmp_path / "outside/71.tif")
    assert "leads out of the library" in get_files("CIL:71").failed[0][1]
    assert not list((tmp_path / "outside").iterdir())


def test_only_one_fetches_at_a_time(store, get_files):
    with store.alone(), pytest.raises(Busy):
        get_files("CIL:71")


ALL = [
    Asset("display", "7.jpg", "http://a/7.jpg"),
    Asset("submitted", "7.zip", "http://a/7.zip"),
    Asset("original", "7_orig.tif", "http://a/7_orig.tif"),
    Asset("video", "7.mp4", "http://a/7.mp4"),
    Asset("ome_tiff", "7.tif", "http://a/7.tif"),
]


def test_what_shows_most_is_chosen():
    assert [chosen(ALL[:count]).name for count in (5, 4, 3, 2, 1)] == ["7.tif", "7.mp4", "7_orig.tif", "7.jpg", "7.jpg"]
    assert chosen(ALL, "display").name == "7.jpg"
    assert chosen([Asset("original", "download", "http://a/download")]).name == "download"
    for assets, role, said in [
        (ALL, "submitted", r"7\.zip"),
        (ALL[1:2], None, "No file can be read"),
        ([], None, "names no file"),
        ([Asset("ome_tiff", "../../a.tif", "http://a/a.tif")], None, "No file"),
        ([Asset("ome_tiff", ".a.tif", "http://a/a.tif")], None, "No file"),
    ]:
        with pytest.raises(NotFound, match=said):
            chosen(assets, role)


def test_the_command_reports_and_says_by_its_status_whether_all_came(shelf, bring_in, store, folder):
    bring_in(document(71), document(72, CELLTYPE={"free_text": "swarmer"}), document(73, TERMSANDCONDITIONS=None))
    shelf.put("media/images/72/72.tif", tiff(2))

    def run(*arguments):
        return CliRunner().invoke(cli, ["fetch", "--library", str(folder), *arguments])

    done = run("--where", "cell_type=swarmer")
    assert (done.exit_code, "1 image: 1 fetched." in done.stdout) == (0, True), done.output
    assert store.get("CIL:71").facts is None
    failed = run("CIL:72", "CIL:73", "--limit-gb", "1", "--at-once", "2")
    assert failed.exit_code == 1
    assert "2 images: 1 there already, 1 failed." in failed.stdout
    assert "  CIL:73: " in failed.stdout
    assert "There is no field" in run("--where", "cel_type=swarmer").output
    assert "give their ids" in run().output
    assert run("--where", "cell_type=nothing like it").exit_code == 0


def test_what_a_table_says_of_the_pixels_fills_what_the_file_does_not_say(shelf, store, get_files, folder, tmp_path):
    stream = io.BytesIO()
    tifffile.imwrite(stream, np.zeros((3, 24, 32), np.uint16), photometric="minisblack")
    table = f"id,where,px,axes\na,{shelf.put('files/a 1.tif', stream.getvalue()).replace(' ', '%20')},0.5,TYX\n"
    (tmp_path / "t.csv").write_text(table, "utf-8")
    columns = 'id = "id"\nwhere = "file"\npx = "pixel_size_um"\naxes = "axes"\n'
    (tmp_path / "m.toml").write_text(f"[columns]\n{columns}", "utf-8")
    layout = read_mapping(tmp_path / "m.toml")
    import_records(TableImporter(layout), table_documents(tmp_path / "t.csv", layout), folder)
    assert get_files("a").fetched == 1
    record = store.get("a")
    assert (record.file.path, record.facts.sizes.t, record.facts.pixel_size_um.x) == ("a/a 1.tif", 3, 0.5)
    import_records(TableImporter(layout), table_documents(tmp_path / "t.csv", layout), folder)
    assert store.get("a") == record


def test_the_scale_that_the_source_states_holds_for_an_image_of_the_same_size_only(shelf, bring_in, store, get_files):
    bring_in(document(71), document(72))
    for number, shape in ((71, (480, 640)), (72, (48, 64))):
        stream = io.BytesIO()
        tifffile.imwrite(stream, np.zeros(shape, np.uint8))
        shelf.put(f"media/images/{number}/{number}.tif", stream.getvalue())
    assert get_files("CIL:71", "CIL:72").fetched == 2
    whole, small = store.records(["CIL:71", "CIL:72"])
    assert whole.facts.pixel_size_um == PixelSize(0.26, 0.26)
    assert any("0.26 µm, is from the source" in finding.message for finding in whole.findings)
    assert small.facts.pixel_size_um == PixelSize()
    assert any("not for an image of this file's size" in finding.message for finding in small.findings)


def test_findings_of_others_survive_the_first_file(shelf, bring_in, store, get_files):
    bring_in(document(71))
    shelf.put("media/images/71/71.tif", tiff())
    seen = Finding("note", "title", "Seen at the microscope.")
    record = store.get("CIL:71")
    store.put([replace(record, findings=(*record.findings, seen))], who="Grace")
    get_files("CIL:71")
    assert seen in store.get("CIL:71").findings
    assert json.loads(dict(store.originals(["CIL:71"]))["CIL:71"].document)["id"] == "71"

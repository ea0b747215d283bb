"""The metadata table: what is read from a row, and that writing and reading again loses nothing."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrographia.collection.fields import RECORD_COLUMNS, field_named
from micrographia.collection.records import Given, Record, SourceFile, Term
from micrographia.collection.table import read_table, row_to_record, write_table
from tests.collection.records_made import RECORDS


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("tables") / "metadata.csv"


def records_in(path) -> list[Record]:
    rows, _ = read_table(path)
    return [row_to_record(row, row.cells.get("id", "unnamed")) for row in rows]


def record_of(tmp_path, header: str, line: str) -> Record:
    path = tmp_path / "metadata.csv"
    path.write_text(f"{header}\n{line}\n", "utf-8")
    return records_in(path)[0]


@given(records=st.lists(RECORDS, max_size=4, unique_by=lambda record: record.id))
def test_reading_what_was_written_gives_the_same_records(place, records):
    stream = io.StringIO(newline="")
    assert write_table(records, stream) == len(records)
    place.write_bytes(stream.getvalue().encode())
    again = [replace(record, findings=()) for record in records_in(place)]
    assert again == records


def test_terms_with_their_ids_and_a_semicolon_within(tmp_path):
    record = record_of(tmp_path, "id,Process,process_id", r"a,mitosis; G2\; S ;own words,GO:0000278;;")
    assert record.fields["process"] == (Term("mitosis", "GO:0000278"), Term("G2; S"), Term("own words"))


def test_an_id_without_a_value_stands_for_itself_and_is_noticed(tmp_path):
    record = record_of(tmp_path, "id,process,process_id", "a,mitosis,GO:1;GO:2")
    assert record.fields["process"] == (Term("mitosis", "GO:1"), Term("GO:2", "GO:2"))
    assert "2 ids for 1 values" in record.findings[0].message


def test_a_column_of_ids_without_its_field_is_a_field(tmp_path):
    assert record_of(tmp_path, "id,sample_id", "a,S-1").fields == {"sample_id": (Term("S-1"),)}


def test_what_cannot_be_used_is_kept_as_given(tmp_path):
    record = record_of(tmp_path, "id,year,pixel_size_um,axes,licence", 'a,around 1990,two,QQ,"ask me, please"')
    assert (record.year, record.given) == (None, Given())
    kept = {name: terms[0].text for name, terms in record.fields.items()}
    assert kept == {"year_as_given": "around 1990", "pixel_size_um_as_given": "two", "axes_as_given": "QQ"}
    assert field_named("pixel_size_um_as_given").label == "Pixel size (µm), as given"
    assert field_named("year_as_given").label == "Year, as given"
    assert record.licence == "LicenseRef-ask-me-please"
    assert {finding.field for finding in record.findings} == {"year", "pixel_size_um", "axes", "licence"}


@pytest.mark.parametrize(
    ("written", "year"), [("2010", 2010), ("2010.0", 2010), ("2010-11-24", 2010), ("", None), ("n/a", None)]
)
def test_years(tmp_path, written, year):
    assert record_of(tmp_path, "id,year", f"a,{written}").year == year


def test_an_unclear_visibility_hides(tmp_path):
    assert record_of(tmp_path, "id,visibility", "a,maybe").visibility == "hidden"
    assert record_of(tmp_path, "id,visibility", "a,").visibility == "public"


def test_calibration_and_axes_are_what_the_table_gives(tmp_path):
    record = record_of(tmp_path, "id,Pixel size (µm),z step,axes", 'a,"0,16",0.5,"t, y, x"')
    assert record.given == Given(pixel_size_um=0.16, z_step_um=0.5, axes="TYX")


def test_a_title_is_made_from_the_file(tmp_path):
    assert record_of(tmp_path, "id,file", "a,deep/my_cells.ome.tif").title == "my cells"


def test_what_would_swamp_every_list_is_cut_and_said(tmp_path):
    names = ";".join(f"name {number}" for number in range(10_100))
    record = record_of(tmp_path, "id,title,contributor", f"a,{'x' * 5000},{names}")
    assert record.title == "x" * 2000
    assert (len(record.contributors), record.contributors[-1]) == (10_000, "name 9999")
    told = {finding.field: finding.message for finding in record.findings if finding.severity == "error"}
    assert told == {
        "title": "The title has 5,000 characters; only the first 2,000 were kept.",
        "contributor": "There are 10,100 contributors; only the first 10,000 were kept.",
    }


def test_paths_are_written_relative_to_the_folder_that_holds_all_sources(tmp_path):
    def record(record_id, source, path):
        return Record(record_id, title="t", file=SourceFile(str(tmp_path / source), path))

    def files(*records):
        stream = io.StringIO()
        write_table(records, stream)
        return [line.split(",")[2] for line in stream.getvalue().splitlines()[1:]]

    assert files(record("a", "x", "1.tif"), record("b", "x", "in/2.tif")) == ["1.tif", "in/2.tif"]
    assert files(record("a", "x", "1.tif"), record("b", "y", "2.tif")) == ["x/1.tif", "y/2.tif"]


def test_the_real_table_gives_28_records(real_data):
    rows, findings = read_table(real_data / "images" / "metadata.csv")
    assert (len(rows), findings) == (28, [])
    by_id = {row.cells["id"]: row_to_record(row, row.cells["id"]) for row in rows}
    assert by_id["rgb-cells"].fields["labels"] == (Term("DNA"), Term("microtubules"), Term("actin"))
    assert by_id["golgi-bfa-series"].given == Given(pixel_size_um=0.351434, frame_interval_s=59.86)


def test_every_column_of_a_record_is_documented():
    guide = (Path(__file__).parent.parent.parent / "docs/guides/library.md").read_text("utf-8")
    assert not {name for name in RECORD_COLUMNS if f"| `{name}` |" not in guide}

"""Sheets of every kind: encodings, separators, quotation marks, and rows that do not fit; nothing is lost."""

from __future__ import annotations

import pytest

from micrographia.collection.sheets import CELL_LIMIT, COLUMN_LIMIT, read_table
from micrographia.errors import NotFound

PLAIN = 'id,Cell Type,Title\na,HeLa;U2OS,"A ""cell"", dividing\nslowly"\nb,Größe µ,x\n'


def sheet(tmp_path, data: bytes | str):
    path = tmp_path / "metadata.csv"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    rows, findings = read_table(path)
    return [dict(row.cells) for row in rows], [f.message for f in findings] + [
        f.message for row in rows for f in row.findings
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_encodings_and_line_ends(tmp_path, encoding, newline):
    rows, findings = sheet(tmp_path, PLAIN.replace("\n", newline).encode(encoding))
    assert rows == [
        {"id": "a", "cell_type": "HeLa;U2OS", "title": 'A "cell", dividing\nslowly'},
        {"id": "b", "cell_type": "Größe µ", "title": "x"},
    ]
    assert findings == []


def test_another_encoding_is_read_and_noticed(tmp_path):
    rows, findings = sheet(tmp_path, "id,title\na,Größe\n".encode("cp1252"))
    assert rows[0]["title"] == "Größe"
    assert "not valid UTF-8" in findings[0]


@pytest.mark.parametrize(
    "text",
    [
        "id\ttitle\torganism\na\tone, two; three\thuman;mouse\n",
        'id;title;organism\na;"one, two; three";"human;mouse"\n',
        'id,title,organism\na,"one, two; three",human;mouse\n',
        "sep=|\nid|title|organism\na|one, two; three|human;mouse\n",
    ],
)
def test_separators_of_columns_are_told_from_those_of_values(tmp_path, text):
    assert sheet(tmp_path, text)[0] == [{"id": "a", "title": "one, two; three", "organism": "human;mouse"}]


def test_a_sheet_of_one_column_with_several_values_stays_one_column(tmp_path):
    assert sheet(tmp_path, "organism\nhuman;mouse\nfly;yeast\n")[0] == [
        {"organism": "human;mouse"},
        {"organism": "fly;yeast"},
    ]


def test_columns_of_the_same_name_are_all_kept(tmp_path):
    rows, findings = sheet(tmp_path, "id,organism,Organism,organism\na,x,y,z\n")
    assert rows == [{"id": "a", "organism": "x", "organism_2": "y", "organism_3": "z"}]
    assert len(findings) == 2


def test_rows_too_long_or_too_short(tmp_path):
    rows, findings = sheet(tmp_path, "id,title,x\na\nb,t,1,more\n\nc,t,2,,,\n")
    assert rows == [
        {"id": "a"},
        {"id": "b", "title": "t", "x": "1", "column_4": "more"},
        {"id": "c", "title": "t", "x": "2"},
    ]
    assert findings == ["Line 2 has 1 cells, the header 3.", "Line 3 has 4 cells, the header 3."]


def test_names_that_mean_something_else_in_an_address_get_an_underscore(tmp_path):
    rows, findings = sheet(tmp_path, "id,page,channels,field:sort\na,1,2,3\n")
    assert rows == [{"id": "a", "page_": "1", "channels_": "2", "sort": "3"}]
    assert len(findings) == 2


def test_columns_without_a_usable_name_are_kept(tmp_path):
    assert sheet(tmp_path, "id,細胞,,3D\na,x,y,z\n")[0] == [
        {"id": "a", "column_2": "x", "column_3": "y", "column_3d": "z"}
    ]


def test_zero_bytes_are_left_out_and_noticed(tmp_path):
    rows, findings = sheet(tmp_path, b"id,title\na,x\0y\n")
    assert rows == [{"id": "a", "title": "xy"}]
    assert "NUL" in findings[0]


def test_an_absurdly_long_cell_is_cut_and_noticed(tmp_path):
    rows, findings = sheet(tmp_path, f"id,title\na,{'x' * (CELL_LIMIT + 1)}\nb,y\n")
    assert len(rows[0]["title"]) == CELL_LIMIT
    assert rows[1] == {"id": "b", "title": "y"}
    assert "only the first" in findings[0]


def test_a_missing_quotation_mark_is_noticed(tmp_path):
    rows, findings = sheet(tmp_path, 'id,title\na,"never closed\n' + "b,y\n" * 600)
    assert len(rows) == 1
    assert "602 lines" in findings[0]


def test_empty_sheets(tmp_path):
    assert sheet(tmp_path, "") == ([], ["The table is empty."])
    assert sheet(tmp_path, "id,title\n") == ([], [])


def test_no_sheet(tmp_path):
    with pytest.raises(NotFound):
        read_table(tmp_path / "none.csv")


def test_a_flood_of_columns_is_cut_and_noticed(tmp_path):
    wide = COLUMN_LIMIT + 4000
    rows, findings = sheet(tmp_path, f"id,title{',same' * wide}\na,x{',y' * (2 * wide)}\n")
    assert (rows[0]["id"], rows[0]["same_2"], len(rows[0])) == ("a", "y", COLUMN_LIMIT)
    assert any("only the first 1,000 were read" in finding for finding in findings)

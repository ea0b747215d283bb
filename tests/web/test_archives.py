"""Zips that are written while they are sent: whole for whoever opens them, and small on their way."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from micrographia.web.archives import CHUNK, NAME_LIMIT, Entry, archived, distinct, safe_name


def test_files_and_texts_come_out_as_they_went_in(tmp_path):
    path = tmp_path / "big.bin"
    path.write_bytes(b"0123456789" * 100_000)
    when = datetime(2020, 2, 3, 4, 5, 6, tzinfo=UTC)
    parts = list(archived([Entry("a/big.bin", path), Entry("words.txt", "µm ∆", when)]))
    archive = zipfile.ZipFile(io.BytesIO(b"".join(parts)))
    assert archive.testzip() is None
    assert archive.read("a/big.bin") == path.read_bytes()
    assert archive.read("words.txt").decode() == "µm ∆"
    assert archive.getinfo("words.txt").date_time == (2020, 2, 3, 4, 5, 6)
    assert max(map(len, parts)) < 2 * CHUNK


def test_a_file_is_asked_for_when_it_is_its_turn(tmp_path):
    asked = []

    def entries():
        for number in range(3):
            asked.append(number)
            yield Entry(f"{number}.txt", "text")

    blocks = archived(entries())
    next(blocks)
    assert asked == [0]


@given(st.text(max_size=300))
def test_a_name_is_one_that_every_system_takes(text):
    name = safe_name(text)
    assert len(name) <= NAME_LIMIT + 1
    assert not set(name) & set('/\\:*?"<>|\n\r\0')
    assert name.rstrip(". ") == name


def test_names_of_devices_are_not_left_as_they_are():
    assert safe_name("CON") == "_CON"
    assert safe_name("aux.tif") == "_aux.tif"
    assert safe_name(".zattrs") == ".zattrs"
    assert safe_name("..") == ""
    assert safe_name("x" * 300 + ".tif").endswith("x.tif")


def test_no_two_files_get_one_name():
    taken = set()
    names = [distinct(name, taken) for name in ("a/z1.tif", "a/Z1.tif", "a/z1.tif", "a/z1", "b/z1.tif", "a/z1-2.tif")]
    assert names == ["a/z1.tif", "a/Z1-2.tif", "a/z1-3.tif", "a/z1", "b/z1.tif", "a/z1-2-2.tif"]

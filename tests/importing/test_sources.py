"""Sources of documents: in every packing, from the web, cut off, damaged, or made to fill a memory."""

from __future__ import annotations

import functools
import gzip
import os
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from micrographia.errors import NotFound, Unreadable
from micrographia.importing import downloads, opened, sources
from tests.importing.documents_made import document, lines

LINES = lines(document(1), document(2), document(3))
CONTENTS = LINES.splitlines()


def read(source):
    """What a source holds, and the kinds of faults that it has."""
    faults = []
    with opened(str(source)) as documents:
        found = list(documents(lambda place, noted: faults.append((place, noted.kind))))
        assert [one.content for one in documents(lambda *told: None)] == [one.content for one in found]
    return found, faults


def test_lines_plain_or_packed_with_or_without_an_end(tmp_path):
    for name, content in (
        ("a.jsonl", LINES),
        ("b.jsonl", LINES.rstrip()),
        ("c.txt", b"\n\n" + LINES.replace(b"\n", b"\n \n")),
        ("d.jsonl.gz", gzip.compress(LINES)),
        ("d.jsonl", LINES.decode().encode("utf-16")),
        ("d16.jsonl.gz", gzip.compress(b"\xfe\xff" + LINES.decode().encode("utf-16-be"))),
        ("e.jsonl.gz", gzip.compress(CONTENTS[0] + b"\n") + gzip.compress(b"\n".join(CONTENTS[1:]))),
    ):
        (tmp_path / name).write_bytes(content)
        found, faults = read(tmp_path / name)
        assert ([one.content for one in found], faults) == (CONTENTS, []), name
    assert found[1].name == "e.jsonl.gz, line 2"


def test_a_folder_of_files_and_a_zip_of_them(tmp_path):
    folder = tmp_path / "dump"
    (folder / "deep").mkdir(parents=True)
    (folder / "1.json").write_bytes(CONTENTS[0])
    (folder / "2.json").write_bytes(CONTENTS[1].replace(b", ", b",\n"))
    (folder / "deep" / "3.json.gz").write_bytes(gzip.compress(CONTENTS[2]))
    (folder / "README.md").write_text("no document")
    (folder / ".4.json").write_text("hidden")
    (tmp_path / "outside.json").write_bytes(CONTENTS[0])
    (folder / "9.json").symlink_to(tmp_path / "outside.json")
    (folder / "circle.json").symlink_to("circle.json")
    (folder / "broken.json").symlink_to("none.json")
    (folder / "up").symlink_to("..")
    os.mkfifo(folder / "pipe.json")
    found, faults = read(folder)
    assert [(one.name, one.is_file) for one in found] == [("1.json", True), ("2.json", True), ("deep/3.json.gz", True)]
    assert faults == [
        ("9.json", "link out of the folder"),
        ("broken.json", "link to nothing"),
        ("circle.json", "link to nothing"),
        ("pipe.json", "not a file"),
    ]
    for name in ("circle.json", "broken.json", "pipe.json", "up"):
        (folder / name).unlink()
    with zipfile.ZipFile(tmp_path / "dump.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*.json*")):
            archive.write(path, path.relative_to(folder))
        archive.writestr("../../out.json", CONTENTS[0])
        archive.writestr("__MACOSX/._1.json", b"\0")
    inside, faults = read(tmp_path / "dump.zip")
    assert [one.name for one in inside] == ["1.json", "2.json", "9.json", "deep/3.json.gz", "../../out.json"]
    assert inside[3].content == CONTENTS[2]
    assert not faults
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dump", "dump.zip", "outside.json"]


def test_what_was_cut_off_or_damaged_gives_all_that_comes_before(tmp_path):
    many = b"".join(lines(document(number)) for number in range(1, 400))
    packed = gzip.compress(many)
    (tmp_path / "cut.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    found, faults = read(tmp_path / "cut.jsonl.gz")
    assert len(found) > 100
    assert faults == [("cut.jsonl.gz", "damaged source")]
    (tmp_path / "tail.jsonl.gz").write_bytes(gzip.compress(LINES) + b"garbage")
    assert len(read(tmp_path / "tail.jsonl.gz")[0]) == 3
    with zipfile.ZipFile(tmp_path / "whole.zip", "w") as archive:
        for number in (1, 2, 3):
            archive.writestr(f"{number}.json", CONTENTS[number - 1])
    damaged = bytearray((tmp_path / "whole.zip").read_bytes())
    at = damaged.index(CONTENTS[1])
    damaged[at + 20] ^= 255
    (tmp_path / "damaged.zip").write_bytes(damaged)
    found, faults = read(tmp_path / "damaged.zip")
    assert {CONTENTS[0], CONTENTS[2]} <= {one.content for one in found}
    assert ("2.json", "damaged source") in faults
    (tmp_path / "cut.zip").write_bytes(damaged[:200])
    assert read(tmp_path / "cut.zip") == ([], [("cut.zip", "damaged source")])


def test_no_document_and_no_source_is_larger_than_allowed(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "DOCUMENT_LIMIT", 10_000)
    bomb = CONTENTS[0] + b"\n" + b"0" * 30_000_000 + b"\n" + CONTENTS[1] + b"\n"
    (tmp_path / "bomb.jsonl.gz").write_bytes(gzip.compress(bomb))
    found, faults = read(tmp_path / "bomb.jsonl.gz")
    assert [one.content for one in found] == CONTENTS[:2]
    assert faults == [("bomb.jsonl.gz, line 2", "very large document")]
    monkeypatch.setattr(sources, "SOURCE_LIMIT", 5_000_000)
    found, faults = read(tmp_path / "bomb.jsonl.gz")
    assert [one.content for one in found] == CONTENTS[:1]
    assert ("bomb.jsonl.gz", "damaged source") in faults


def test_a_source_that_is_not_there(tmp_path):
    with pytest.raises(NotFound, match="There is no file"), opened(str(tmp_path / "none")):
        pass


class _Answers(BaseHTTPRequestHandler):
    """Serves one source, as it is, elsewhere, cut off, and as a page that says that it is gone."""

    def __init__(self, content, *arguments):
        self.content = content
        super().__init__(*arguments)

    def do_GET(self):
        path, content = self.path, self.content
        if path == "/elsewhere.jsonl.gz":
            self.send_response(302)
            self.send_header("Location", "/records.jsonl.gz")
            self.end_headers()
            return
        if path in ("/circle", "/file"):
            self.send_response(302)
            self.send_header("Location", path if path == "/circle" else "file:///etc/passwd")
            self.end_headers()
            return
        pages = {"/page": b"<!DOCTYPE html><p>Log in", "/error": b"<?xml version='1.0'?><Error/>", "/empty": b""}
        content = pages.get(path, content)
        self.send_response(404 if path == "/none" else 200)
        if path in ("/packed", "/called-packed.jsonl.gz"):
            self.send_header("Content-Encoding", "br" if path == "/packed" else "gzip")
        self.send_header("Content-Length", str(len(content) + (100 if path == "/cut" else 0)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def web():
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Answers, gzip.compress(LINES)))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_address(web):
    for name in ("records.jsonl.gz", "elsewhere.jsonl.gz", "called-packed.jsonl.gz"):
        found, faults = read(f"{web}/{name}")
        assert ([one.content for one in found], faults) == (CONTENTS, [])


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("none", "answers 404"),
        ("page", "a web page"),
        ("error", "a web page"),
        ("cut", "cannot be downloaded"),
        ("empty", "is empty"),
        ("packed", "a packing that was not asked for"),
        ("circle", "leads on and on"),
        ("file", "no http or https address|not an http or https address"),
    ],
)
def test_an_address_that_does_not_give_the_source(web, path, said):
    with pytest.raises(Unreadable, match=said), opened(f"{web}/{path}"):
        pass


def test_a_download_has_a_limit_and_leaves_room_on_the_disk(web, monkeypatch, tmp_path):
    monkeypatch.setattr(downloads, "DOWNLOAD_LIMIT", 10)
    with pytest.raises(Unreadable, match="larger than"), opened(f"{web}/records.jsonl.gz"):
        pass
    monkeypatch.setattr(downloads, "DOWNLOAD_LIMIT", 10**9)
    monkeypatch.setattr(downloads, "SPARE", 10**18)
    with pytest.raises(Unreadable, match="does not fit"), opened(f"{web}/records.jsonl.gz"):
        pass


def test_a_disk_that_fills_is_a_sentence(web, monkeypatch, tmp_path):
    with pytest.raises(Unreadable, match="cannot be kept"):
        downloads.download(f"{web}/records.jsonl.gz", tmp_path / "none")


def test_a_source_of_blank_lines_is_read_at_once_and_its_lines_are_counted(tmp_path):
    path = tmp_path / "blank.jsonl"
    path.write_bytes(b"\n \r\n" * 3_000_000 + b"{}\n\n  {}")
    found, faults = read(str(path))
    assert [(one.name, one.content.strip()) for one in found] == [
        ("blank.jsonl, line 6000001", b"{}"),
        ("blank.jsonl, line 6000003", b"{}"),
    ]
    assert faults == []

"""Downloading from servers that serve, cut, stall, lead astray, lie, and change their minds."""

from __future__ import annotations

import errno
import hashlib
import random
import shutil
import threading
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from micrographia.errors import LibraryError, Unreadable
from micrographia.fetching.downloading import Downloads, Wanted
from micrographia.fetching.parts import Part
from micrographia.importing.addresses import checked, redirected
from tests.fetching.shelves import (
    answered,
    cut_after,
    dripped,
    etag,
    served,
    stalled_after,
    without_length,
    without_ranges,
)

CONTENT = random.Random(0).randbytes(40_000)
PAGE = b"<!DOCTYPE html><html><body>Sign in, please.</body></html>"


@pytest.fixture
def bring(tmp_path, limits):
    """Brings one address to ``cell.tif``; whether anything came."""

    def run(address, limits=limits, **known):
        with Downloads(limits) as downloads:
            return downloads.bring(Wanted(address, tmp_path / "cell.tif", **known), lambda size, total: None)

    return run


def left(folder):
    return sorted(path.name for path in folder.iterdir())


def sha(content):
    return hashlib.sha256(content).hexdigest()


def test_a_file_comes_whole_and_only_once(bring, shelf, tmp_path):
    address = shelf.put("cell.tif", CONTENT)
    assert bring(address, sha256=sha(CONTENT), size=len(CONTENT))
    assert not bring(address)
    assert not bring(address, sha256=sha(CONTENT))
    assert (tmp_path / "cell.tif").read_bytes() == CONTENT
    assert left(tmp_path) == ["cell.tif"]
    assert shelf.ranges("cell.tif") == [None]


def test_what_was_cut_off_goes_on_where_it_was(bring, shelf, tmp_path):
    assert bring(shelf.put("cell.tif", CONTENT, cut_after(10_000), cut_after(9_000)))
    assert (tmp_path / "cell.tif").read_bytes() == CONTENT
    assert shelf.ranges("cell.tif") == [None, "bytes=10000-", "bytes=19000-"]


def test_a_later_run_goes_on_where_an_earlier_one_gave_up(bring, shelf, tmp_path, limits):
    address = shelf.put("cell.tif", CONTENT, cut_after(10_000))
    with pytest.raises(Unreadable, match=r"cut off after 10,000 .* Fetch it again later"):
        bring(address, replace(limits, tries=1))
    assert left(tmp_path) == [".cell.tif.part", ".cell.tif.part.json"]
    assert bring(address)
    assert (tmp_path / "cell.tif").read_bytes() == CONTENT
    assert shelf.ranges("cell.tif") == [None, "bytes=10000-"]


def test_what_came_whole_is_only_put_in_its_place(bring, shelf, tmp_path, limits):
    address = shelf.put("cell.tif", CONTENT, cut_after(10_000))
    with pytest.raises(Unreadable):
        bring(address, replace(limits, tries=1))
    (tmp_path / ".cell.tif.part").write_bytes(CONTENT)
    assert bring(address)
    assert left(tmp_path) == ["cell.tif"]
    assert len(shelf.asked) == 1


@pytest.mark.parametrize("validator", ['W/"weak"', ""])
def test_it_starts_anew_where_versions_cannot_be_told_apart(bring, shelf, tmp_path, validator):
    assert bring(shelf.put("cell.tif", CONTENT, cut_after(10_000, validator)))
    assert (tmp_path / "cell.tif").read_bytes() == CONTENT
    assert shelf.ranges("cell.tif") == [None, None]


def test_it_starts_anew_where_parts_are_not_given(bring, shelf, tmp_path):
    assert bring(shelf.put("cell.tif", CONTENT, cut_after(10_000), without_ranges))
    assert (tmp_path / "cell.tif").read_bytes() == CONTENT


def test_parts_of_two_versions_are_never_put_together(bring, shelf, tmp_path, limits):
    address = shelf.put("cell.tif", CONTENT, cut_after(10_000))
    with pytest.raises(Unreadable):
        bring(address, replace(limits, tries=1))
    new = CONTENT[::-1]

    def rude(request, content):
        # Gives the rest of the new version although the old one was asked for.
        more = {"content_range": f"bytes 10000-{len(content) - 1}/{len(content)}"}
        request.head(206, len(content) - 10_000, etag=etag(content), **more)
        request.wfile.write(content[10_000:])

    shelf.put("cell.tif", new, rude)
    assert bring(address)
    assert (tmp_path / "cell.tif").read_bytes() == new


def test_a_part_that_begins_elsewhere_is_not_taken(bring, shelf, tmp_path):
    def astray(request, content):
        request.head(206, 10, etag=etag(content), content_range=f"bytes 5-14/{len(content)}")
        request.wfile.write(content[5:15])

    assert bring(shelf.put("cell.tif", CONTENT, cut_after(10_000), astray))
    assert (tmp_path / "cell.tif").read_bytes() == CONTENT
    with pytest.raises(Unreadable, match="does not go on"):
        bring(shelf.put("cell.tif", CONTENT, astray, astray, astray), sha256=sha(b""))


def test_a_stall_ends_and_is_tried_again(bring, shelf, tmp_path, limits):
    assert bring(shelf.put("cell.tif", CONTENT, stalled_after(8_000)), replace(limits, stall_s=1))
    assert (tmp_path / "cell.tif").read_bytes() == CONTENT
    assert shelf.ranges("cell.tif") == [None, "bytes=8000-"]


@pytest.mark.parametrize("odd", [stalled_after(0), dripped])
def test_one_that_never_gets_on_is_given_up(bring, shelf, limits, odd):
    address = shelf.put("cell.tif", CONTENT, odd, odd)
    with pytest.raises(Unreadable, match="stalled"):
        bring(address, replace(limits, tries=2, stall_s=0.2))


def test_redirects_are_followed_where_they_may_lead(bring, shelf, tmp_path):
    shelf.put("there.tif", CONTENT)
    assert bring(shelf.put("here.tif", b"", answered(302, location="/there.tif")))
    assert (tmp_path / "cell.tif").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("/here.tif", "on and on"),
        ("file:///etc/passwd", "leads to file:///etc/passwd, which is no http"),
        ("ftp://example.org/a", "which is no http"),
        ("http://[::1", "Invalid URL"),
        ("", "on and on"),
    ],
)
def test_redirects_in_a_circle_or_away_from_the_web_are_not_followed(bring, shelf, tmp_path, location, said):
    odd = answered(302, location=location)
    with pytest.raises(Unreadable, match=said):
        bring(shelf.put("here.tif", CONTENT, *[odd] * 9))
    assert left(tmp_path) == []
    assert len(shelf.asked) <= 6


def test_redirects_lead_neither_to_less_safety_nor_into_this_network():
    assert redirected("https://a.org/x/y", "../z?q=1") == "https://a.org/z?q=1"
    for begin, to in [
        ("https://a.org/x", "http://a.org/x"),
        ("http://a.org/x", "http://127.0.0.1/x"),
        ("http://a.org/x", "http://[::1]/x"),
        ("https://a.org/x", "https://169.254.169.254/latest"),
        ("http://a.org/x", "http://localhost:80/x"),
    ]:
        with pytest.raises(Unreadable):
            redirected(begin, to)


@settings(max_examples=60)
@given(st.tuples(st.sampled_from(["http://", "https://", "file:", "HTTP://a", ""]), st.text(max_size=20)).map("".join))
def test_any_text_is_an_address_on_the_web_or_refused_in_a_sentence(text):
    try:
        assert checked(text).casefold().startswith(("http://", "https://"))
    except Unreadable as error:
        assert str(error).isprintable()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PAGE, "application/octet-stream"),
        (b"\xef\xbb\xbf\n <!-- x --> <HTML>" + bytes(9000), "image/tiff"),
        (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "application/octet-stream"),
        (CONTENT, "text/html; charset=utf-8"),
    ],
)
def test_a_web_page_is_no_image(bring, shelf, tmp_path, content, kind):
    with pytest.raises(Unreadable, match="web page"):
        bring(shelf.put("cell.tif", content, kind=kind))
    assert left(tmp_path) == []


def test_a_file_too_large_is_refused_before_and_while_it_comes(bring, shelf, tmp_path, limits):
    small = replace(limits, size=30_000)
    with pytest.raises(Unreadable, match="--limit-gb"):
        bring(shelf.put("said.tif", CONTENT), small)
    with pytest.raises(Unreadable, match="--limit-gb"):
        bring(shelf.put("unsaid.tif", CONTENT, without_length), small)
    assert left(tmp_path) == []


def test_a_file_without_a_length_is_taken_and_held_against_what_is_known(bring, shelf, tmp_path):
    address = shelf.put("cell.tif", CONTENT, without_length, without_length)
    with pytest.raises(Unreadable, match=r"40,000 bytes and should have 41,000"):
        bring(address, size=41_000)
    assert bring(address, size=40_000)
    assert left(tmp_path) == ["cell.tif"]


def test_a_server_that_lies_about_the_length_is_not_believed(bring, shelf, tmp_path):
    def boastful(request, content):
        request.head(200, len(content) + 500, etag=etag(content))
        request.wfile.write(content)
        request.hang_up()

    with pytest.raises(Unreadable, match=r"cut off|does not go on"):
        bring(shelf.put("cell.tif", CONTENT, boastful, boastful, boastful))
    assert not (tmp_path / "cell.tif").exists()


def test_another_file_than_the_published_one_is_refused(bring, shelf, tmp_path):
    with pytest.raises(Unreadable, match="checksum differs"):
        bring(shelf.put("cell.tif", CONTENT), sha256=sha(b"another"))
    with pytest.raises(Unreadable, match="should have 7"):
        bring(shelf.put("cell.tif", CONTENT), size=7)
    assert left(tmp_path) == []


def test_a_damaged_part_is_thrown_away_and_the_whole_file_comes(bring, shelf, tmp_path, limits):
    address = shelf.put("cell.tif", CONTENT, cut_after(10_000))
    with pytest.raises(Unreadable):
        bring(address, replace(limits, tries=1))
    (tmp_path / ".cell.tif.part").write_bytes(bytes(10_000))
    assert bring(address, sha256=sha(CONTENT))
    assert (tmp_path / "cell.tif").read_bytes() == CONTENT


@pytest.mark.parametrize("odd", [answered(404), answered(500), cut_after(100), stalled_after(100)])
def test_a_whole_file_is_never_given_up_for_a_worse_one(bring, shelf, tmp_path, limits, odd):
    (tmp_path / "cell.tif").write_bytes(b"II*\0 an older version")
    with pytest.raises(Unreadable):
        bring(shelf.put("cell.tif", CONTENT, *[odd] * 9), replace(limits, stall_s=0.2), sha256=sha(CONTENT))
    assert (tmp_path / "cell.tif").read_bytes() == b"II*\0 an older version"
    shelf.put("cell.tif", CONTENT)
    assert bring(f"{shelf.address}/cell.tif", sha256=sha(CONTENT))
    assert (tmp_path / "cell.tif").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("status", "said", "times"),
    [(404, "has no such file", 1), (403, "does not allow it", 1), (503, "answers 503", 3), (418, "answers 418", 1)],
)
def test_each_refusal_has_its_sentence_and_only_passing_ones_are_tried_again(bring, shelf, status, said, times):
    with pytest.raises(Unreadable, match=said):
        bring(shelf.put("cell.tif", CONTENT, *[answered(status, retry_after="0")] * 9))
    assert len(shelf.asked) == times


def test_a_server_that_is_not_there_is_a_sentence(bring, limits):
    with pytest.raises(Unreadable, match=r"127\.0\.0\.1:9/cell\.tif cannot be reached"):
        bring("http://127.0.0.1:9/cell.tif", replace(limits, tries=1))


def test_an_empty_file_and_a_packed_one_are_refused(bring, shelf, tmp_path):
    with pytest.raises(Unreadable, match="is empty"):
        bring(shelf.put("cell.tif", b""))

    def packed(request, content):
        request.head(200, len(content), content_encoding="gzip")
        request.wfile.write(content)

    with pytest.raises(Unreadable, match="packing"):
        bring(shelf.put("cell.tif", CONTENT, packed))
    assert left(tmp_path) == []


def test_a_full_disk_is_told_of_before_and_while_it_fills(bring, shelf, tmp_path, limits, monkeypatch):
    with pytest.raises(Unreadable, match="does not fit on the disk"):
        bring(shelf.put("cell.tif", CONTENT), replace(limits, spare=shutil.disk_usage(tmp_path).total))

    def full(part, *given):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Part, "open", full)
    with pytest.raises(Unreadable, match="disk is full"):
        bring(shelf.put("cell.tif", CONTENT))


def test_it_stops_when_it_is_told_to_and_keeps_what_came(shelf, tmp_path, limits):
    address = shelf.put("cell.tif", CONTENT, dripped)
    with Downloads(limits) as downloads:
        timer = threading.Timer(0.2, downloads.stop)
        timer.start()
        with pytest.raises(LibraryError, match="stopped"):
            downloads.bring(Wanted(address, tmp_path / "cell.tif"), lambda size, total: None)
        timer.join()
    assert left(tmp_path) == [".cell.tif.part", ".cell.tif.part.json"]


ODDITIES = [served, without_ranges, without_length, answered(503), answered(416), cut_after(7_000, ""), cut_after(0)]
ODDITIES += [cut_after(count) for count in (1, 600, 15_000, 39_999)]


@pytest.fixture
def patient(limits):
    with Downloads(replace(limits, pause_s=0)) as downloads:
        yield downloads


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(odd=st.lists(st.sampled_from(ODDITIES), max_size=5))
def test_whatever_a_server_does_the_file_is_whole_or_not_there(shelf, tmp_path_factory, patient, odd):
    wanted = Wanted(shelf.put("cell.tif", CONTENT, *odd), tmp_path_factory.mktemp("odd") / "cell.tif")
    try:
        assert patient.bring(wanted, lambda size, total: None)
    except Unreadable:
        assert not wanted.path.exists()
    else:
        assert wanted.path.read_bytes() == CONTENT

"""Static files: compressed once, kept for good, nothing outside of their folders."""

from __future__ import annotations

import gzip
from pathlib import Path

import imagecodecs
import pytest
from bokeh.settings import settings as bokeh_settings

from micrographia.look import assets
from micrographia.web.static import Shelf

BOKEH = "/static/js/bokeh.min.js?v=1"


@pytest.mark.parametrize("address", [assets.asset_url("look.css"), BOKEH, "/static/extensions/panel/panel.min.js?v=1"])
def test_a_static_file_is_compressed_and_kept_for_good(site, address):
    plain = site.get(address)
    small = site.get(address, Accept_Encoding="gzip, deflate, br")
    middle = site.get(address, Accept_Encoding="gzip")
    assert imagecodecs.brotli_decode(small.body) == plain.body
    assert gzip.decompress(middle.body) == plain.body
    assert len(small.body) < len(middle.body) < len(plain.body) / 2
    assert small.headers["Content-Encoding"] == "br"
    for answer in (plain, small, middle):
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Vary"] == "Accept-Encoding"
    assert site.get(address, If_None_Match=plain.headers["Etag"]).status == 304


def test_bokehs_files_are_bokehs(site):
    assert site.get(BOKEH).body == Path(bokeh_settings.bokehjs_path(), "js/bokeh.min.js").read_bytes()
    assert site.get(BOKEH).headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert site.get("/static/js/bokeh.min.js").headers["Cache-Control"] == "public, max-age=86400"


@pytest.mark.parametrize(
    "path",
    [
        "/static/none.js",
        "/static/../server.py",
        "/static/%2e%2e/%2e%2e/__init__.py",
        "/static//etc/passwd",
        "/static/%00",
        "/static/" + "a" * 5000,
        "/static/js",
        "/static/extensions/none/x.js",
        "/static/extensions/panel/..%2f..%2f__init__.py",
        "/assets/0/none.css",
        "/assets/0/../look.css",
        "/assets/0/partials/head.html",
    ],
)
def test_nothing_else_is_given_out(site, path):
    assert site.get(path).status == 404


def test_an_asset_of_an_older_release_is_not_kept(site):
    answer = site.get("/assets/00ff/look.css")
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-cache"


def test_a_file_is_compressed_once_and_again_when_it_has_changed(tmp_path, monkeypatch):
    calls = []
    monkeypatch.setattr("micrographia.web.static.pack", lambda body: calls.append(body) or assets.Packed(body))
    shelf, path = Shelf(), tmp_path / "a.js"
    path.write_text("let a = 1")
    assert shelf.get(path) is shelf.get(path)
    path.write_text("let a = 12")
    assert shelf.get(path).plain == b"let a = 12"
    assert len(calls) == 2


def test_memory_for_static_files_is_bounded(tmp_path):
    shelf = Shelf(limit=1000)
    for number in range(5):
        path = tmp_path / f"{number}.bin"
        path.write_bytes(bytes(400))
        shelf.get(path)
    assert shelf.bytes <= 1000

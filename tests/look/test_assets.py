"""The assets: their addresses and their bytes."""

from __future__ import annotations

import gzip
import re

import imagecodecs
import pytest

from micrographia.errors import NotFound
from micrographia.look import assets


def test_an_address_has_the_hash_of_what_is_there():
    address = assets.asset_url("look.css", "/cells")
    assert re.fullmatch(r"/cells/assets/[0-9a-f]{16}/look\.css", address)
    assert assets.asset_url("shell.js").split("/")[2] == assets.release()


def test_everything_that_pages_need_is_there():
    assert {"look.css", "shell.js", "document.js", "icon.svg", "player.js", "widgets/page.js"} <= set(assets.names())
    assert not [name for name in assets.names() if name.endswith((".py", ".html"))]


@pytest.mark.parametrize("name", ["none.css", "../settings.py", "", "partials/head.html"])
def test_what_is_no_asset_is_not_found(name):
    with pytest.raises(NotFound):
        assets.asset_url(name)


def test_compressed_forms_say_the_same():
    packed = assets.packed("look.css")
    assert gzip.decompress(packed.gzip) == packed.plain == imagecodecs.brotli_decode(packed.brotli)
    assert assets.packed("look.css") is packed


@pytest.mark.parametrize(
    "accepted, encoding",
    [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("", ""), ("br;q=0, gzip;q=0.5", "gzip"), ("identity", "")],
)
def test_a_browser_gets_what_it_takes(accepted, encoding):
    assert assets.pack(b"a" * 10_000).chosen(accepted)[1] == encoding


def test_what_does_not_shrink_stays_as_it_is():
    body = bytes(imagecodecs.brotli_encode(bytes(range(256)) * 9))
    assert assets.pack(body).chosen("br, gzip") == (body, "")


@pytest.mark.parametrize("name", assets.names())
def test_no_asset_loads_from_another_host(name):
    text = assets.read(name).decode()
    text = text.replace("http://www.w3.org/", "")
    assert not re.search(r"""(?:url\(|import\s*\(?|from|src=|href=|fetch\()\s*["'`]?https?:""", text)

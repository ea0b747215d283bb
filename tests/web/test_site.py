"""The front door: started as people start it, stopped as they stop it."""

from __future__ import annotations

import asyncio
import gzip
import http.client
import re
import shutil
import signal
import socket
import time
import urllib.error
import urllib.request
from datetime import date
from email.message import Message

import pytest

from micrographia.collection.records import Record, Term
from micrographia.library import Library
from micrographia.search import snapshot as snapshots
from micrographia.settings import Settings
from micrographia.web import browsing, showcase
from micrographia.web.browsing import Wish
from micrographia.web.handlers import Site
from micrographia.web.site import _origins, keep_up
from tests.servers import APP, address_of, started


def status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_the_front_door_opens_and_closes(small_library):
    with started(APP, cwd=small_library, library=small_library, port=0) as server:
        address = address_of(server)
        for path in ("/", "/image/division", "/explore", "/api/v1/images", "/thumbnails/division?s=256"):
            assert status(address + path) == 200, path
        assert status(f"{address}/nothing") == 404
        server.send_signal(signal.SIGINT)
        assert server.wait(20) == 0
        assert server.stdout.read() == ""


def test_a_workspace_is_compressed_on_its_way_and_so_is_what_it_is_told(small_library):
    with started(APP, library=small_library, port=0) as server:
        address = address_of(server)
        headers, packed = asked(f"{address}/explore", {"Accept-Encoding": "gzip"})
        page = gzip.decompress(packed).decode()
        assert headers["Content-Encoding"] == "gzip"
        assert len(packed) < len(page) / 3
        assert asked(f"{address}/explore", {})[1].decode().startswith(page[:200])
        for path in ("/", "/explore"):
            for accepted in ("gzip", "gzip;q=0, *;q=0.5", "identity"):
                headers, _ = asked(address + path, {"Accept-Encoding": accepted})
                assert headers.get_all("Vary") == ["Accept-Encoding"]
                assert headers["Content-Encoding"] == ("gzip" if accepted == "gzip" else None)
        token = re.search(r'"token":"([^"]+)"', page)
        assert token is not None
        upgrade = {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Protocol": f"bokeh, {token[1]}",
            "Sec-WebSocket-Extensions": "permessage-deflate",
        }
        connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)
        connection.request("GET", "/explore/ws", headers=upgrade)
        assert connection.getresponse().headers["Sec-WebSocket-Extensions"].startswith("permessage-deflate")
        connection.close()


def asked(address: str, headers: dict[str, str]) -> tuple[Message, bytes]:
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=60) as answer:
        return answer.headers, answer.read()


def test_the_site_takes_in_what_was_written_before_a_visitor_comes(small_library, tmp_path, monkeypatch):
    folder = tmp_path / "copy"
    shutil.copytree(small_library, folder)
    with Library.open(folder) as library:
        library.search("")
        library.store.put([Record("late", title="Late")])
        asyncio.run(keep_up(Site(library, Settings())))
        monkeypatch.setattr(snapshots, "updated", lambda *given: pytest.fail("The visitor had to wait."))
        assert "late" in library.search("late").ids


def test_pages_that_are_visited_are_made_anew_before_the_next_visitor_comes(small_library, tmp_path, monkeypatch):
    folder = tmp_path / "copy"
    shutil.copytree(small_library, folder)
    with Library.open(folder) as library:
        site, today = Site(library, Settings()), date(2026, 11, 1)

        def pages() -> list[str]:
            documents = site.documents
            return [documents.home("", today), documents.browse("", today), documents.listing("organism", Wish(), "")]

        before = pages()
        library.store.put([Record("late", title="Late", fields={"organism": (Term("Tardus tardus"),)})])
        asyncio.run(keep_up(site))
        for part in (showcase, browsing):
            monkeypatch.setattr(part, "tile", lambda *given, **more: pytest.fail("The visitor had to wait."))
        assert all("Tardus" in page and "Tardus" not in old for page, old in zip(pages(), before))


def test_a_port_that_is_taken_is_a_sentence(small_library):
    with socket.socket() as taken:
        taken.bind(("localhost", 0))
        taken.listen()
        with started(APP, library=small_library, port=taken.getsockname()[1]) as server:
            said = server.communicate(timeout=60)[0]
    assert server.returncode == 1
    assert said.startswith("Port ")
    assert "give another port" in said
    assert "Traceback" not in said


def test_panel_serve_has_the_whole_site(small_library):
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    with started("-m", "panel", "serve", APP, "--port", str(port), library=small_library):
        address = f"http://localhost:{port}"
        _wait_for(f"{address}/app")
        for path in ("/", "/image/division", "/explore?q=yeast", "/api/v1/images", "/static/js/bokeh.min.js"):
            assert status(address + path) == 200, path


@pytest.mark.parametrize(
    "given, expected",
    [
        ({}, {"localhost:5050", "127.0.0.1:5050"}),
        ({"host": "0.0.0.0"}, {"*"}),
        (
            {"site_url": "https://example.org/cells"},
            {"localhost:5050", "127.0.0.1:5050", "example.org"},
        ),
    ],
)
def test_who_may_open_a_websocket(given, expected):
    assert _origins(Settings(**given), 5050) == expected


def _wait_for(address: str) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if status(address) == 200:
                return
        except urllib.error.URLError:
            time.sleep(0.2)
    raise AssertionError(f"nothing answers at {address}")

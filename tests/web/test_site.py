"""The front door: started as people start it, stopped as they stop it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from micrographia.settings import Settings
from micrographia.web.site import _origins

ROOT = Path(__file__).parent.parent.parent
APP = str(ROOT / "app.py")


@contextmanager
def running(library: Path, *command: str, port: int = 0) -> Iterator[subprocess.Popen]:
    """A command of this Python in an empty environment of settings."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MICROGRAPHIA")}
    environment |= {"MICROGRAPHIA_LIBRARY": str(library), "MICROGRAPHIA_PORT": str(port), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, *command],
        env=environment,
        cwd=library,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_the_front_door_opens_and_closes(small_library):
    with running(small_library, APP) as server:
        address = re.search(r"http://localhost:\d+", server.stdout.readline())[0]
        for path in ("/", "/image/division", "/explore", "/api/v1/images", "/thumbnails/division?s=256"):
            assert status(address + path) == 200, path
        assert status(f"{address}/nothing") == 404
        server.send_signal(signal.SIGINT)
        assert server.wait(20) == 0
        assert server.stdout.read() == ""


def test_a_port_that_is_taken_is_a_sentence(small_library):
    with socket.socket() as taken:
        taken.bind(("localhost", 0))
        taken.listen()
        with running(small_library, APP, port=taken.getsockname()[1]) as server:
            said = server.communicate(timeout=60)[0]
    assert server.returncode == 1
    assert said.startswith("Port ")
    assert "give another port" in said
    assert "Traceback" not in said


def test_panel_serve_has_the_whole_site(small_library):
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    with running(small_library, "-m", "panel", "serve", APP, "--port", str(port)):
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

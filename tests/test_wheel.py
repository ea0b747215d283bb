"""The wheel, installed into an empty environment, serves a folder of images from an empty directory."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import urllib.request
import venv
import zipfile
from pathlib import Path

import numpy as np
import pytest
import tifffile

from tests.servers import ROOT, address_of, started

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(folder), str(ROOT)],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return next(folder.glob("*.whl"))


def test_the_wheel_carries_what_the_site_needs(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "micrographia/_site/app.py",
        "micrographia/_site/dashboards/explore.py",
        "micrographia/_site/collections.toml",
        "micrographia/look/look.css",
        "micrographia/player/dist/player.js",
    } <= names
    assert not [name for name in names if name.startswith("tests/")]


def test_serve_from_an_empty_directory(wheel, tmp_path):
    python = _installed(wheel, tmp_path)
    images = tmp_path / "cells"
    images.mkdir()
    tifffile.imwrite(images / "a.tif", np.arange(64 * 64, dtype=np.uint16).reshape(64, 64))
    empty = tmp_path / "empty"
    empty.mkdir()
    where = subprocess.run(
        [str(python), "-I", "-c", "import micrographia; print(micrographia.__file__)"],
        cwd=empty,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert Path(where).is_relative_to(tmp_path / "env")

    with started("-m", "micrographia", "serve", str(images), "--port", "0", python=str(python), cwd=empty) as server:
        address = address_of(server)
        with urllib.request.urlopen(f"{address}/api/v1/images", timeout=60) as answer:
            assert b'"total": 1' in answer.read().replace(b'"total":1', b'"total": 1')
        with urllib.request.urlopen(f"{address}/explore", timeout=60) as answer:
            assert answer.status == 200
    assert sorted(path.name for path in images.iterdir()) == ["a.tif"]
    assert (empty / "cells-library/library.db").is_file()


def _installed(wheel: Path, folder: Path) -> Path:
    """An empty environment into which the wheel was installed with what it asks for; its Python."""
    venv.create(folder / "env", with_pip=True, symlinks=True)
    python = folder / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
    # The versions of the lock, so that this tests the wheel and not what was published today.
    versions = re.findall(r"^[a-z0-9][a-z0-9._-]*==[^\\\n]*", (ROOT / "requirements.lock").read_text("utf-8"), re.M)
    (folder / "versions.txt").write_text("\n".join(versions), "utf-8")
    command = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*command, "-c", str(folder / "versions.txt"), str(wheel)], check=True, stdin=subprocess.DEVNULL)
    return python

"""The docs say what is there: settings, commands, links, and the language the project is written in."""

from __future__ import annotations

import re
import shutil
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import tifffile

import micrographia as mg
from micrographia.commands import cli
from micrographia.imaging.service import PixelService
from micrographia.indexing import index
from micrographia.settings import Settings
from micrographia.web.pixels import pixel_routes
from tests.importing.documents_made import document, lines

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_every_setting_is_documented_as_it_is():
    host = (ROOT / "docs/host.md").read_text("utf-8")
    for setting in fields(Settings):
        default = f"`{setting.default}`" if str(setting.default) else ""
        row = f"| `{setting.name}` | {default} | {setting.metadata['help']} |"
        assert row in host, row


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Path:
    """A folder as the docs speak of it: ``my-library`` with a dividing cell, ``cells.ome.tif``, ``documents.jsonl``."""
    folder = tmp_path_factory.mktemp("desk")
    stack = np.random.default_rng(0).poisson(300, (2, 9, 2, 32, 24)).astype(np.uint16)
    metadata = {"axes": "TZCYX", "Channel": {"Name": ["DNA", "tubulin"]}}
    (folder / "images").mkdir()
    tifffile.imwrite(folder / "images/mitosis.ome.tif", stack, ome=True, metadata=metadata)
    table = "file,title,organism,cell_type\nmitosis.ome.tif,Mitosis,Homo sapiens,epithelial cell\n"
    (folder / "images/metadata.csv").write_text(table, "utf-8")
    shutil.copy(folder / "images/mitosis.ome.tif", folder / "cells.ome.tif")
    (folder / "documents.jsonl").write_bytes(lines(document(1)))
    index(folder / "images", folder / "my-library", processes=0)
    return folder


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_the_python_of_the_docs_runs(page, desk, monkeypatch):
    monkeypatch.chdir(desk)
    blocks = re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), flags=re.S)
    with mg.open("my-library") as library:
        said = {"library": library}
        for block in blocks:
            exec(compile(block, str(page), "exec"), said)
        if said["library"] is not library:
            said["library"].close()


def test_the_addresses_of_pixels_are_documented():
    guide = (ROOT / "docs/guides/pixels.md").read_text("utf-8")
    patterns = [pattern for pattern, *_ in pixel_routes(PixelService(None, Path("cache")))]
    kinds = re.findall(r"[a-z]+", " ".join(patterns))
    assert "pixels" in kinds
    assert [kind for kind in kinds if f"`/{kind}/{{image}}" not in guide] == []


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_is_documented(name):
    written = "\n".join(page.read_text("utf-8") for page in PAGES)
    assert f"micrographia {name}" in written
    assert cli.commands[name].help


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_option_has_a_help_text_or_says_it_by_its_name(name):
    bare = {"--library", "--json", "--page", "--per-page", "--sort"}
    for option in cli.commands[name].params:
        if option.param_type_name == "option":
            assert option.help or bare & set(option.opts), option.opts


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.S)
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists(), target


def test_decisions_are_numbered_without_a_gap_or_a_twin():
    numbers = [int(path.name[:4]) for path in sorted((ROOT / "docs/decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_readme_names_its_two_commands():
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "make serve" in readme
    assert "make test" in readme

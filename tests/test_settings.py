"""Settings: read from the environment, and each of them heeded."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from micrographia.errors import Invalid
from micrographia.settings import Settings

ROOT = Path(__file__).parent.parent


def test_what_is_given_goes_before_the_environment():
    environment = {"MICROGRAPHIA_PORT": "5050", "MICROGRAPHIA_LIBRARY": "cells", "MICROGRAPHIA_PREFIX": "/a"}
    settings = Settings.from_environment(environment, prefix="/b", host=None)
    assert (settings.port, settings.library, settings.prefix) == (5050, Path("cells"), "/b")
    assert settings.host == Settings().host


def test_a_number_that_is_none_is_a_sentence():
    with pytest.raises(Invalid, match="port is 'many'"):
        Settings.from_environment({"MICROGRAPHIA_PORT": "many"})


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Settings)])
def test_every_setting_is_heeded_and_described(name):
    sources = [p.read_text("utf-8") for p in (ROOT / "micrographia").rglob("*.py") if p.stem != "settings"]
    assert any(re.search(rf"settings\.{name}\b", source) for source in [*sources, (ROOT / "app.py").read_text("utf-8")])
    assert f"`{name}`" in (ROOT / "docs/host.md").read_text("utf-8")

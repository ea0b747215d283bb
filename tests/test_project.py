"""The project's own files agree with each other: dependencies, lock, conda way, version, licence."""

from __future__ import annotations

import csv
import re
import tomllib
from pathlib import Path

import micrographia
from micrographia.simulation import table
from micrographia.simulation.collection import specimens

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def normal(requirement: str) -> str:
    return requirement.strip().lower().replace("_", "-").replace(" ", "")


def name_of(requirement: str) -> str:
    return re.split(r"[<>=!~;\[ ]", normal(requirement))[0]


def test_environment_yml_says_the_same_as_pyproject():
    lines = (ROOT / "environment.yml").read_text("utf-8").splitlines()
    packages = {normal(line.strip()[2:]) for line in lines if re.match(r"  - [a-z]", line)}
    packages -= {"conda-forge", "nodefaults", "pip", "pip:"}
    asked = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["notebook"]
    assert packages == {normal(r) for r in asked} | {f"python{PROJECT['requires-python']}"}


def test_every_dependency_is_locked_with_a_hash():
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    locked = set(re.findall(r"^([a-z0-9][a-z0-9._-]*)==", lock, re.M))
    asked = PROJECT["dependencies"] + [
        r for extra in ("notebook", "dev") for r in PROJECT["optional-dependencies"][extra]
    ]
    assert {name_of(r) for r in asked} <= locked
    for entry in re.split(r"\n(?=[a-z0-9])", lock.strip()):
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


def test_every_dependency_has_its_reason():
    reasons = (ROOT / "docs/decisions/0001-dependencies.md").read_text("utf-8").lower()
    groups = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    missing = {name_of(r) for group in groups for r in group if f"**{name_of(r)}**" not in reasons}
    assert not missing


def test_one_version():
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    assert PROJECT["version"] == micrographia.__version__
    assert f"version: {micrographia.__version__}" in citation
    assert f"## {micrographia.__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_licence():
    assert PROJECT["license"] == "BSD-3-Clause"
    assert "BSD 3-Clause" in (ROOT / "LICENSE").read_text("utf-8")


def test_the_demo_table_is_the_one_that_the_demo_writes():
    with (ROOT / "data/demo-metadata.csv").open(encoding="utf-8", newline="") as stream:
        kept = list(csv.DictReader(stream))
    ids = {row["id"] for row in kept}
    written = [row for specimen in specimens() for row in table.rows(specimen.id, f"{specimen.id}-labels" in ids)]
    assert kept == [dict.fromkeys(table.COLUMNS, "") | row for row in written]

"""The house: which part may import which, what importing costs, and that the parts say what they are."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "micrographia"

# Each part, and the parts of Micrographia it may import besides itself.
FLOOR = {"errors", "settings"}
ASSETS = {"look", "player"}
LIBRARY = FLOOR | {"collection", "imaging", "search", "simulation", "indexing", "importing", "fetching", "library"}
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "settings": {"errors"},
    "collection": FLOOR,
    "search": FLOOR | {"collection"},
    "imaging": FLOOR | {"collection"},
    "simulation": FLOOR,
    "indexing": FLOOR | {"collection", "imaging", "search"},
    "importing": FLOOR | {"collection", "search"},
    "fetching": FLOOR | {"collection", "imaging", "search", "indexing", "importing"},
    "look": {"errors"},
    "player": FLOOR | {"collection", "imaging", "look"},
    "library": FLOOR | {"collection", "imaging", "search", "indexing", "player"},
    "commands": LIBRARY,
    "portrait": FLOOR | {"collection", "imaging", "search"},
    "widgets": LIBRARY | ASSETS | {"portrait"},
    "web": LIBRARY | ASSETS | {"portrait"},
    "__init__": {"library"},
    "__main__": {"commands"},
}
BELOW_THE_LINE = {"widgets", "web"}
SERVERS = {"panel", "tornado", "bokeh"}


def modules() -> list[Path]:
    return sorted(p for p in PACKAGE.rglob("*.py") if "_site" not in p.parts)


def part_of(path: Path) -> str:
    relative = path.relative_to(PACKAGE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def imports(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    names = {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write imports in full"
            names |= {f"{node.module}.{a.name}" for a in node.names}
    return names


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_arrows_run_one_way(path):
    part = part_of(path)
    inside = {n.split(".")[1] for n in imports(path) if n.startswith("micrographia.")}
    assert inside - {part, "__version__"} <= MAY_IMPORT[part]


@pytest.mark.parametrize("path", sorted((PACKAGE / "imaging/readers").glob("*.py")), ids=lambda p: p.name)
def test_readers_know_nothing_of_what_becomes_of_the_pixels(path):
    inside = {n for n in imports(path) if n.startswith("micrographia.imaging.")}
    assert all(n.startswith("micrographia.imaging.readers.") for n in inside)


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_server_above_the_line(path):
    if part_of(path) not in BELOW_THE_LINE:
        assert not {n.split(".")[0] for n in imports(path)} & SERVERS


@pytest.mark.parametrize("path", sorted((ROOT / "dashboards").glob("*.py")), ids=lambda p: p.name)
def test_dashboards_meet_only_through_the_address(path):
    others = {p.stem for p in (ROOT / "dashboards").glob("*.py")} - {path.stem}
    assert not {part for name in imports(path) if name.startswith("dashboards") for part in name.split(".")} & others
    assert not any(name.startswith("micrographia.web") for name in imports(path))


def test_importing_the_library_brings_in_no_server():
    code = "import sys, micrographia; print([m for m in ('panel', 'bokeh', 'tornado') if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_everything_public_has_a_sentence(path):
    if path.stem == "__init__" and not path.read_text("utf-8").strip():
        return
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree), f"{path.name} has no docstring"
    missing = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            missing += [] if ast.get_docstring(node) else [node.name]
            for member in node.body if isinstance(node, ast.ClassDef) else ():
                public = isinstance(member, ast.FunctionDef) and not member.name.startswith("_")
                if public and not ast.get_docstring(member) and not _inherits(node) and not _sets(member):
                    missing.append(f"{node.name}.{member.name}")
    assert not missing


def _inherits(node: ast.ClassDef) -> bool:
    # A method that fills in a contract is described where the contract is.
    return bool(node.bases)


def _sets(member: ast.FunctionDef) -> bool:
    # A setter is described with its property.
    return any(
        isinstance(decorator, ast.Attribute) and decorator.attr == "setter" for decorator in member.decorator_list
    )


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_module_names_are_nouns_of_the_field(path):
    assert path.stem not in {"utils", "helpers", "core", "base", "common", "main", "misc", "tools"}

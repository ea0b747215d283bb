"""The docs say what is there: settings, commands, links, and the language the project is written in."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from micrographia.commands import cli
from micrographia.settings import Settings

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_every_setting_is_documented_as_it_is():
    host = (ROOT / "docs/host.md").read_text("utf-8")
    for setting in fields(Settings):
        default = f"`{setting.default}`" if str(setting.default) else ""
        row = f"| `{setting.name}` | {default} | {setting.metadata['help']} |"
        assert row in host, row


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

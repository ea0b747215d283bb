"""The shell round every page, and the colours it is drawn in."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from micrographia.look import assets
from micrographia.look.shell import Shell, theme_script_hash

CSS = assets.read("look.css").decode()


def tokens(selector: str) -> dict[str, str]:
    block = CSS.split(selector + " {", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6});", block))


LIGHT = tokens(":root")
DARK = LIGHT | tokens(':root[data-theme="dark"]')


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["--paper", "--surface"])
def test_text_and_controls_stand_out(theme, ground):
    for name in ("--ink", "--ink-2", "--accent", "--error", "--doubt"):
        assert contrast(theme[name], theme[ground]) >= 4.5, name
    assert contrast(theme["--edge"], theme[ground]) >= 3
    assert contrast(theme["--on-accent"], theme["--accent"]) >= 4.5


def test_night_by_choice_and_by_system_are_the_same():
    assert tokens(':root:not([data-theme="light"])') == tokens(':root[data-theme="dark"]')


def test_the_policy_allows_exactly_the_script_that_is_there():
    script = re.search(r"<script>(.*?)</script>", Shell().head(), re.S)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert theme_script_hash() == f"'sha256-{digest}'"


def test_the_theme_is_set_before_the_style_sheet():
    head = str(Shell().head())
    assert head.index("<script>") < head.index("stylesheet")


def test_the_top_bar_leads_only_to_what_is_there():
    bar = str(Shell(prefix="/cells", page="explore", words='a"b').topbar())
    assert re.findall(r'href="([^"]*)"', bar) == [
        "#content",
        *(f"/cells/{page}" for page in ("", "explore", "browse", "help", "tray")),
    ]
    assert 'value="a&#34;b"' in bar
    assert bar.count('aria-current="page"') == 1


def test_every_search_box_has_suggestions():
    for page in ("", "home", "explore", "help"):
        assert 'data-suggest="/cells/api/v1/suggest"' in Shell(prefix="/cells", page=page).topbar()

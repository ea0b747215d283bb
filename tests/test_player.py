"""The player's bundle, its messages from notebooks, and the Panel shell."""

from __future__ import annotations

import asyncio
import re
import sys
from dataclasses import dataclass

import pytest

from micrographia.errors import Invalid, MissingReader, NotFound
from micrographia.player import bundle
from micrographia.player.messages import address
from micrographia.player.notebook import View

MANIFEST = {
    "id": "cells",
    "version": "0123456789abcdef",
    "base": "/pixels/cells/0123456789abcdef",
    "sizes": {"t": 1, "c": 2, "z": 3, "y": 4, "x": 4},
    "dtype": "uint8",
    "colour": False,
    "labels": False,
    "channels": [{"name": "DNA", "color": "#00FFFF"}, {"name": "Tubulin", "color": "#FF00FF"}],
    "levels": [{"y": 4, "x": 4, "tile": 4, "rows": 1, "cols": 1}],
}


@dataclass(frozen=True)
class Sent:
    body: bytes
    media_type: str = "application/vnd.micrographia.planes"


class Pixels:
    """Answers every address with itself."""

    def manifest(self, record_id):
        if record_id != "cells":
            raise NotFound(f"There is no image {record_id!r}.")
        return dict(MANIFEST)

    def answer(self, address):
        if "/9/" in address:
            raise NotFound("There is no slice 9.")
        return Sent(address.encode())


def test_the_bundle_is_as_new_as_its_sources():
    assert bundle.is_fresh(), "run: npm run bundle"


def test_the_bundle_is_small_and_asks_no_other_host():
    text = bundle.text()
    assert len(text.encode()) < 100_000
    hosts = set(re.findall(r"https?://([^/\"'`]+)", text))
    assert hosts <= {"www.w3.org"}


def test_the_bundle_exports_what_pages_import():
    exported = re.search(r"export\s*\{([^}]*)\}\s*;?\s*$", bundle.text()).group(1)
    assert {"mount", "mountAll", "render", "default"} <= {
        part.split(" as ")[-1].strip() for part in exported.split(",")
    }


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            {"ask": "planes", "level": 0, "t": 1, "z": "max:0-2", "row": 0, "col": 0, "channels": [0, 1],
             "quality": "preview", "windows": [[0, 255], [1.5, 9]]},
            "/pixels/cells/0123456789abcdef/0/1/max:0-2/0/0?c=0,1&q=preview&w=0..255,1.5..9",
        ),
        ({"ask": "planes", "level": 0, "t": 0, "z": "2", "row": 0, "col": 0, "channels": ["rgb"], "quality": "exact"},
         "/pixels/cells/0123456789abcdef/0/0/2/0/0?q=exact"),
        ({"ask": "overview", "axis": "z", "at": 0, "channels": [1], "windows": None},
         "/overview/cells/0123456789abcdef/z/0?c=1"),
        ({"ask": "histogram", "t": 0, "z": "1", "channels": [0]}, "/histogram/cells/0123456789abcdef/0/1?c=0"),
        ({"ask": "value", "t": 0, "z": 1, "y": 3, "x": 2}, "/value/cells/0123456789abcdef/0/1/3/2"),
    ],
)  # fmt: skip
def test_messages_become_addresses(message, expected):
    assert address(MANIFEST, message) == expected


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"ask": "delete"},
        {"ask": "planes", "level": "../..", "t": 0, "z": "0", "row": 0, "col": 0, "channels": [0]},
        {"ask": "planes", "level": 0, "t": 0, "z": "0/../../etc", "row": 0, "col": 0, "channels": [0]},
        {"ask": "planes", "level": 0, "t": 0, "z": "0", "row": 0, "col": 0, "channels": ["0&q=exact"]},
        {"ask": "histogram", "t": 0, "z": "0", "channels": [0], "windows": ["x"]},
        {"ask": "histogram", "t": 0, "z": "0", "channels": list(range(5000))},
    ],
)
def test_messages_that_cannot_be_are_refused(message):
    with pytest.raises(Invalid):
        address(MANIFEST, message)


def test_a_view_names_its_channels():
    view = View(Pixels(), "cells", channels="tubulin:#00ff00", z="max")
    channels = view.state.channels
    assert view.state.z == "max"
    assert (channels[0].visible, channels[1].visible, channels[1].color) == (False, True, "#00FF00")
    assert View(Pixels(), "cells", channels="0:cyan,1").state.channels[0].color == "#00FFFF"


def test_a_view_says_what_cannot_be():
    with pytest.raises(NotFound):
        View(Pixels(), "nothing")
    with pytest.raises(Invalid, match="'DNA', 'Tubulin'"):
        View(Pixels(), "cells", channels="actin")
    with pytest.raises(Invalid, match="not a colour"):
        View(Pixels(), "cells", channels="dna:sunny")
    with pytest.raises(Invalid):
        View(Pixels(), "cells", mode="sepia")


def test_without_anywidget_a_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(MissingReader, match="pip install"):
        _ = View(Pixels(), "cells").widget


def test_the_widget_answers_messages_with_buffers():
    pytest.importorskip("anywidget")
    view = View(Pixels(), "cells")
    sent = []

    async def ask(*messages):
        view.widget.send = lambda content, buffers=None: sent.append((content, buffers))
        for message in messages:
            view.widget._handle_custom_msg(message, [])
        while len(sent) < len(messages):
            await asyncio.sleep(0.01)

    place = {"level": 0, "t": 0, "row": 0, "col": 0, "channels": [0], "quality": "exact"}
    asyncio.run(ask({"ask": "planes", "id": 1, "z": "2", **place}, {"ask": "planes", "id": 2, "z": "9", **place}))
    answers = {content["id"]: (content, buffers) for content, buffers in sent}
    assert answers[1][1][0].startswith(b"/pixels/cells/")
    assert answers[2][0]["error"] == "There is no slice 9."
    assert view.widget.transport == "message"
    view.close()

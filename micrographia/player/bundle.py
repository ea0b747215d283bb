"""The player's bundle: where it is, its text, and whether it is as new as its sources."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
PATH = HERE / "dist" / "player.js"

_BANNER = re.compile(r"sources ([0-9a-f]{64})")


@cache
def text() -> str:
    """The bundle as one ES module that exports ``mount``, ``mountAll`` and ``render``."""
    return PATH.read_text(encoding="utf-8")


def source_hash() -> str:
    """The SHA-256 over all sources, as ``bundle.mjs`` writes it into the bundle's banner."""
    digest = hashlib.sha256()
    for path in sorted(path for path in HERE.iterdir() if path.suffix in (".js", ".css")):
        digest.update(f"{path.name}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_fresh() -> bool:
    """Whether the bundle was made from the sources that lie beside it."""
    found = _BANNER.search(PATH.read_text(encoding="utf-8")[:300])
    return found is not None and found.group(1) == source_hash()

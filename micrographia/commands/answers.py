"""What commands answer with, for programs."""

from __future__ import annotations

import json

from micrographia.collection.folder import is_text


def json_text(data: dict) -> str:
    """One JSON object on one line."""
    text = json.dumps(data, ensure_ascii=False)
    # File names need not be valid text, but JSON has to be.
    return text if is_text(text) else json.dumps(data)

"""Excerpts: as much of a text as there is room for, in words that a line of a page can hold without harm."""

from __future__ import annotations

import re

# What a page holds of a title, of the name of a value, and of the line that must stand beside a picture.
TITLE_LIMIT = 240
VALUE_LIMIT = 160
CREDIT_LIMIT = 2000

# Of a text so many times as much is looked at as is shown: white space may be most of it.
_LOOKED_AT = 4

# What cannot be shown, and signs that turn round all that stands behind them on the line.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# White space that would break the line or fill it; a thin space stands between a number and its unit.
_SPACE = re.compile("\\s{2,}|[^\\S\u00a0\u2009\u202f]")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def excerpt(text: str, limit: int = VALUE_LIMIT) -> str:
    """The text on one line, of at most so many characters, cut at a word; what is left out is an ellipsis."""
    looked_at = _TURNING.sub("", _UNSEEN.sub(" ", text[: _LOOKED_AT * limit]))
    words = _SPACE.sub(" ", looked_at).strip()
    if len(words) <= limit and len(text) <= _LOOKED_AT * limit:
        return words
    cut = words[: max(limit - 1, 0)]
    # A word that is as long as the line is cut within.
    whole = cut.rpartition(" ")[0] if words[len(cut) :][:1].strip() else cut
    return (whole if 2 * len(whole) > limit else cut).rstrip(" ,;:.") + "…"


def listed(texts: tuple[str, ...] | list[str], limit: int, *, most: int = 3) -> str:
    """The first of some texts as one line, and how many more there are.

    Parameters
    ----------
    texts
        The texts.
    limit
        How many characters each of them has at most.
    most
        How many are told.
    """
    said = ", ".join(excerpt(text, limit) for text in texts[:most])
    return f"{said} and {len(texts) - most} more" if len(texts) > most else said

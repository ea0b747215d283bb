"""Descriptions: the text and the technical details as one rich text; the title that is made of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from micrographia.collection.records import Term
from micrographia.collection.richtext import to_plain
from micrographia.importing.documents import Notes

TITLE_LIMIT = 120
_HEADING = "<b>Technical details</b>"

_PICTURE = re.compile(r"<img\b[^>]{0,2000}>", re.IGNORECASE)
_SOURCE = re.compile(r"\bsrc\s*=\s*[\"']?\s*(https?://[^\s\"'<>]{1,1000})", re.IGNORECASE)
_FIRST_BLOCK = re.compile(r"\n|<br\b|</?p\b|<table\b|<td\b|</td|<li\b", re.IGNORECASE)
# The end of a sentence; not that of an abbreviation, an initial or a number.
_END = re.compile(r"(?<=[.!?])[\"”’)\]]*\s+(?=[\"“‘(\[]?[A-Z0-9])")
_ABBREVIATED = re.compile(
    r"(?:\b(?:[A-Z]|e\.g|i\.e|cf|vs|ca|approx|fig|figs|no|dr|prof|st|mr|mrs|ed|eds|vol|pp|sp|spp|subsp|var|al|etc|"
    r"inc|co|jr|sr|magn|min|max|dept|univ|ph\.d|m\.d))\.$",
    re.IGNORECASE,
)
_TEST = re.compile(r"\W*test\W*\d*\W*", re.IGNORECASE)


def description(text: str, technical: str, notes: Notes) -> str:
    """One rich text of two: the technical details follow under a heading of their own.

    Parameters
    ----------
    text, technical
        As the source has them, mended.
    notes
        Told of what had to be changed.
    """
    text, technical = (_without_pictures(part, notes) for part in (text, technical))
    if _TEST.fullmatch(text):
        notes.doubt(
            "looks like a test", "description", "The description looks like that of a test.", "Hide the record."
        )
    if not technical:
        return text
    return f"{text}\n\n{_HEADING}\n\n{technical}".strip()


def title(text: str, fields: Mapping[str, Sequence[Term]], record_id: str) -> str:
    """A title: the first sentence when it is short, else what is shown of what, else the id.

    Parameters
    ----------
    text
        The description, without technical details.
    fields
        The terms of the record.
    record_id
        The record's id.
    """
    sentence = first_sentence(text)
    if sentence and len(sentence) <= TITLE_LIMIT and any(sign.isalpha() for sign in sentence):
        return sentence
    said = [fields[name][0].text for name in ("organism", "cell_type", "cellular_component") if fields.get(name)]
    made = ", ".join(dict.fromkeys(said))
    return (made if len(made) <= 2 * TITLE_LIMIT else f"{made[: 2 * TITLE_LIMIT - 1]}…") or record_id


def first_sentence(text: str) -> str:
    """The first sentence of a rich text, without the stop at its end; empty when there is none."""
    start = text[:4000].lstrip()
    # Tables and breaks may stand before the first words.
    for block in _FIRST_BLOCK.split(start):
        plain = to_plain(re.sub(r"^[^<]{0,300}>", "", block) if block[:1] in "/ >" else block)
        if plain:
            return _sentence(plain)
    return ""


def _sentence(plain: str) -> str:
    begin = 0
    for match in _END.finditer(plain):
        sentence = plain[begin : match.start()]
        if not _ABBREVIATED.search(sentence):
            return sentence.rstrip(" .")
    return plain.rstrip(" .")


def _without_pictures(text: str, notes: Notes) -> str:
    def link(match: re.Match[str]) -> str:
        source = _SOURCE.search(match[0])
        return f'<a href="{source[1]}">[picture]</a>' if source else ""

    found = _PICTURE.sub(link, text) if "<" in text else text
    if found != text:
        notes.note("picture in a text", "description", "A picture within the text was made a link.")
    return found

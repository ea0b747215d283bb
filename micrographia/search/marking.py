"""Marking: which words of a title, of values and of a description a search matched, as pieces of plain text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from micrographia.collection.excerpts import TITLE_LIMIT
from micrographia.search.folding import words

# The length of a snippet in characters, and how much of it stands before the first word that matched.
SNIPPET = 180
BEFORE = 50

# Values that are shown of one image, and places in a text that are looked at.
VALUES_SHOWN = 3
HITS = 20

# Where the text index opens and closes what matched, and what stands between values; nobody can type these.
OPEN, CLOSE, GAP = "\x02", "\x03", "\ue000"

_MARK = re.compile(f"{OPEN}[^{CLOSE}]*{CLOSE}")
_RUN = re.compile(r"[^\W_]+")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text, and whether the search matched it. It is text, never HTML."""

    text: str
    hit: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The piece as plain JSON."""
        return {"text": self.text, "hit": self.hit}


@dataclass(frozen=True, slots=True)
class Termed:
    """A value by which an image was found without the words: the words are a name of its term, or of one above it.

    ``value`` is what the image has, ``term`` the name of the term that the words mean, ``said`` the words.
    """

    value: str
    term: str
    said: str

    def pieces(self) -> tuple[Piece, ...]:
        """The value, and how the words lead to it."""
        above = "" if self.value == self.term else f", a kind or part of {self.term}"
        known = "" if words(self.term) == words(self.said) else f", also known as {self.said}"
        return (Piece(self.value, True), *([Piece(above + known)] if above or known else []))

    def as_dict(self) -> dict[str, Any]:
        """The value as plain JSON."""
        return {"value": self.value, "term": self.term, "said": self.said}


@dataclass(frozen=True, slots=True)
class Matched:
    """What a search matched of an image; what has no hit is empty.

    ``title`` and ``description`` are pieces, the latter of a part of the description only; ``values`` are the
    labels of values that matched; ``terms`` are values that were found by a name of theirs, where no words were.
    """

    title: tuple[Piece, ...] = ()
    values: tuple[str, ...] = ()
    description: tuple[Piece, ...] = ()
    terms: tuple[Termed, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The match as plain JSON."""
        return {
            "title": [piece.as_dict() for piece in self.title],
            "values": list(self.values),
            "description": [piece.as_dict() for piece in self.description],
            "terms": [term.as_dict() for term in self.terms],
        }


def marked(text: str, found: str) -> tuple[Piece, ...]:
    """A text in pieces, as the index marked its folded words; empty when nothing of it is marked."""
    text, spans = _hits(text, found)
    return tuple(_pieces(text, spans, 0, len(text))) if spans else ()


def marked_title(text: str, found: str) -> tuple[Piece, ...]:
    """A title in pieces, of a long one the part in which most words matched; empty when nothing of it is marked."""
    return snippet(text, found) if len(text) > TITLE_LIMIT else marked(text, found)


def snippet(text: str, found: str) -> tuple[Piece, ...]:
    """The part of a long text in which most words matched, in pieces; empty when nothing of it is marked."""
    text, spans = _hits(text, found)
    if not spans:
        return ()
    start, end = _window(text, spans)
    pieces = list(_pieces(text, spans, start, end))
    before = [Piece("… ")] if start else []
    return (*before, *pieces, *([Piece(" …")] if end < len(text) else []))


def marked_values(labels: Iterable[str], found: str) -> tuple[str, ...]:
    """Those of an image's values in which anything is marked, the first few in their order."""
    parts = {" ".join(_plain(part)) for part in found.split(GAP) if OPEN in part}
    matched: list[str] = []
    for label in labels:
        if not parts or len(matched) == VALUES_SHOWN:
            break
        said = " ".join(words(label))
        if said in parts:
            parts.discard(said)
            matched.append(label)
    return tuple(matched)


def _hits(text: str, found: str) -> tuple[str, list[tuple[int, int]]]:
    """The text, composed where that is needed, and from where to where it matched."""
    found = found.partition(f" {GAP}")[0]
    if OPEN not in found:
        return text, []
    marks = islice(_MARK.finditer(found), HITS)
    hits = [place for mark in marks for place in _places(found, mark)]
    said = _plain(found)[: hits[-1] + 1]
    for spelling in (text, unicodedata.normalize("NFC", text)):
        spans = _spans(spelling, said, hits)
        if spans:
            return spelling, spans
    return text, []


def _places(found: str, mark: re.Match[str]) -> range:
    first = found.count(" ", 0, mark.start())
    return range(first, first + mark[0].count(" ") + 1)


def _spans(text: str, said: Sequence[str], hits: Sequence[int]) -> list[tuple[int, int]]:
    """Where the folded words of those numbers stand in a text; nowhere, when it has other words than were marked."""
    # A word is one run of letters, but for a few signs that are folded to several: so many runs are enough.
    runs = [run.span() for run in islice(_RUN.finditer(text), len(said))]
    if text.isascii():
        same = [text[start:end].lower() for start, end in runs] == said
        return [runs[hit] for hit in hits] if same else []
    folded = [words(text[start:end]) for start, end in runs]
    if [word for several in folded for word in several][: len(said)] != said:
        return []
    owners = [run for run, several in zip(runs, folded) for _ in several]
    return list(dict.fromkeys(owners[hit] for hit in hits))


def _plain(found: str) -> list[str]:
    return found.replace(OPEN, "").replace(CLOSE, "").split()


def _window(text: str, spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """From where to where a snippet runs: the first place that holds the most different words."""

    def different(start: int) -> int:
        return len({text[a:b].lower() for a, b in spans if start <= a and b <= start + SNIPPET - BEFORE})

    first = max((span[0] for span in spans), key=lambda start: (different(start), -start))
    start = _word_start(text, max(0, first - BEFORE))
    return start, _word_end(text, min(len(text), start + SNIPPET))


def _word_start(text: str, at: int) -> int:
    if at == 0:
        return 0
    space = _SPACE.search(text, at, at + BEFORE)
    return space.end() if space else at


def _word_end(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    space = text.rfind(" ", max(0, at - BEFORE), at)
    return space if space > 0 else at


def _pieces(text: str, spans: Sequence[tuple[int, int]], start: int, end: int) -> Iterator[Piece]:
    at = start
    for first, last in spans:
        if first < start or first >= end:
            continue
        if first > at:
            yield Piece(text[at:first])
        yield Piece(text[first : min(last, end)], True)
        at = min(last, end)
    if at < end:
        yield Piece(text[at:end])

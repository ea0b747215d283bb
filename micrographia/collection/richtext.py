"""Rich text: descriptions as people write them, made safe to show, and as plain words."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import nh3

ATTRIBUTES = {"a": {"href"}}
SCHEMES = {"http", "https", "mailto"}
TAGS = frozenset("b i em strong sub sup br p a table tr td th span".split())

# Read as far as this and no further: a page must stay a page.
LENGTH_LIMIT = 200_000

# What the reader of a table may have meant as a tag; any other "<" is a sign such as in "p < 0.05".
_TAG = re.compile(
    rf"</?(?:{'|'.join(sorted(TAGS | {'script', 'style', 'div', 'ul', 'ol', 'li', 'img', 'h[1-6]'}))})\b", re.I
)
# What no page can show, and signs that turn round what stands behind them.
_UNSHOWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_STRAY = re.compile(r"<")
_PARTING = re.compile(r"<(?:/?(?:p|br|tr|td|th|table|div|li)\b)", re.I)
_BLOCK = re.compile(r"<(/?)(?:p|table)\b[^>]{0,2000}>", re.I)
# Room that editors left behind: line breaks round a paragraph's words, and paragraphs without any.
_ROOM = re.compile(r"(?<=<p>)(?:\s*<br>)+\s*|(?:<br>\s*)+(?=</p>)")
_NO_WORDS = re.compile(r"<p>\s*</p>")
_MANY_BREAKS = re.compile(r"(?:<br>\s*){3,}")


def to_html(text: str) -> str:
    """The text as HTML that is safe to show: few tags, no attributes but web and mail links, lines as paragraphs."""
    lines = text[:LENGTH_LIMIT].replace("\r\n", "\n").replace("\r", "\n")
    text = _with_stray_signs_kept(_UNSHOWN.sub("", lines))
    text = "".join(part if is_block else _as_paragraphs(part) for part, is_block in _blocks(text))
    cleaned = nh3.clean(
        text,
        tags=set(TAGS),
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="nofollow noopener",
        clean_content_tags={"script", "style"},
    )
    return _MANY_BREAKS.sub("<br><br>", _NO_WORDS.sub("", _ROOM.sub("", cleaned)))


def to_plain(text: str, limit: int | None = None) -> str:
    """The words of the text on one line, without tags; with ``limit``, cut at a word to so many characters."""
    # Data have all of it, a line on a page the beginning.
    text = text if limit is None else text[:LENGTH_LIMIT]
    # A tag that ends a line or a cell separates words; one such as <sub> does not.
    spaced = _PARTING.sub(lambda match: " " + match[0], text)
    cleaned = nh3.clean(
        _with_stray_signs_kept(_UNSHOWN.sub("", spaced)), tags=set(), clean_content_tags={"script", "style"}
    )
    words = " ".join(html.unescape(cleaned).split())
    if limit is None or len(words) <= limit:
        return words
    cut = words[: max(limit - 1, 0)]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,;:.") + "…"


def _with_stray_signs_kept(text: str) -> str:
    return _STRAY.sub(lambda match: "<" if _is_tag(text, match.start()) else "&lt;", text)


def _is_tag(text: str, start: int) -> bool:
    return text.startswith("<!--", start) or (_TAG.match(text, start) is not None and ">" in text[start : start + 2000])


def _blocks(text: str) -> Iterator[tuple[str, bool]]:
    """The text in parts: tables and paragraphs as they were written, and what stands between them."""
    depth = begin = 0
    for tag in _BLOCK.finditer(text):
        if not tag[1]:
            if not depth:
                yield text[begin : tag.start()], False
                begin = tag.start()
            depth += 1
        elif depth:
            depth -= 1
            if not depth:
                yield text[begin : tag.end()], True
                begin = tag.end()
    yield text[begin:], depth > 0


def _as_paragraphs(text: str) -> str:
    paragraphs = [part.strip("\n") for part in re.split(r"\n[ \t]*\n\s*", text) if part.strip()]
    return "".join(f"<p>{part.strip()}</p>".replace("\n", "<br>") for part in paragraphs)

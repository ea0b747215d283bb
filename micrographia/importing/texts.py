"""Texts as sources have them, mended where the mending is certain, and with every e-mail address left out."""

from __future__ import annotations

import html
import re
import unicodedata

from micrographia.importing.documents import Notes

LONG_TEXT = 200_000
SHORT_TEXT = 2_000

# Quoted in findings: enough to find the place by.
_QUOTED = 80

WITHHELD = "[e-mail address withheld]"

# Text of printable ASCII without these needs no mending.
_PLAIN = re.compile(r"[\n\t -%'-?A-~]*")
_EMAIL = re.compile(r"(?:mailto:\s*)?[\w.%+'-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}\b", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\ufeff\ud800-\udfff]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_MARKUP = frozenset({"<", ">", "&", '"', "'"})

# Bytes above 127 read as Latin-1 or as Windows-1252.
_HIGH = re.compile("[\u0080-\u00ff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]{2,}")
_QUOTES = frozenset("‘’“”–—")
# Traces of encodings that cannot be told apart from text for certain: dashes and quotes of the Macintosh and of DOS.
_SUSPECT = re.compile(r"\d[ÐÑ]\d|[a-z]Õ[a-z]\b|\?Ç|\ufffd")


def mended(text: str, field: str, notes: Notes, *, rich: bool = False) -> str:
    """A text without what is certainly wrong in it: encodings, control characters, blanks around it, e-mail addresses.

    Parameters
    ----------
    text
        As it stands in the source.
    field
        What the findings are about.
    notes
        Told of every repair.
    rich
        The text may hold HTML: entities that stand for its signs are left.
    """
    text = _cut(text, LONG_TEXT if rich else SHORT_TEXT, field, notes)
    if not _PLAIN.fullmatch(text):
        text = _entities(text, field, notes, rich)
        text = _reencoded(text, field, notes)
        text = _controls(text, field, notes)
        text = _composed(text, field, notes)
        text = without_emails(text, field, notes)
    stripped = text.strip()
    if stripped != text:
        notes.note("blanks", field, "Blanks before or after the text were left out.")
    return stripped


def without_emails(text: str, field: str, notes: Notes) -> str:
    """The text with a word in the place of each e-mail address; these stay in the original, which nobody is shown."""
    if "@" not in text:
        return text
    text, count = _EMAIL.subn(WITHHELD, text)
    if count:
        message = (
            "An e-mail address is not shown; it is kept with the original."
            if count == 1
            else (f"{count} e-mail addresses are not shown; they are kept with the original.")
        )
        notes.note("e-mail address", field, message)
    return text


def one_line(text: str) -> str:
    """The text on one line, with single blanks."""
    return " ".join(text.split())


def quoted(value: object) -> str:
    """A value as a finding quotes it: short, without e-mail addresses."""
    text = value[:LONG_TEXT] if isinstance(value, str) else _written(value)
    text = _EMAIL.sub(WITHHELD, text) if "@" in text else text
    return repr(text if len(text) <= _QUOTED else text[: _QUOTED - 1] + "…")


def _cut(text: str, limit: int, field: str, notes: Notes) -> str:
    if len(text) <= limit:
        return text
    message = f"The text has {len(text):,} characters; only the first {limit:,} are shown."
    notes.fault("very long text", field, message, "The whole text is kept with the original.")
    return text[:limit]


def _entities(text: str, field: str, notes: Notes, rich: bool) -> str:
    def decoded(match: re.Match[str]) -> str:
        sign = html.unescape(match[0])
        return match[0] if rich and sign in _MARKUP else sign

    found = _ENTITY.sub(decoded, text) if "&" in text else text
    if found != text:
        notes.note(
            "HTML entities", field, "Signs written as HTML entities, such as &micro;, were written as themselves."
        )
    return found


def _reencoded(text: str, field: str, notes: Notes) -> str:
    if text.isascii():
        return text
    found = _HIGH.sub(_decoded, text)
    if found != text:
        notes.note("wrong encoding", field, "Letters that had been read in the wrong encoding were put right.")
    if _SUSPECT.search(found):
        message = "Some letters look as if they had been read in a wrong encoding; they are left as they are."
        notes.doubt("suspect encoding", field, message, "Correct the text.")
    return found


def _decoded(match: re.Match[str]) -> str:
    run = match[0]
    try:
        found = b"".join(sign.encode("latin-1" if ord(sign) < 256 else "cp1252") for sign in run).decode("utf-8")
    except UnicodeError:
        return run
    # Quotes after a capital with an accent may be just that, unless a control character betrays the encoding.
    betrayed = any("\x80" <= sign <= "\x9f" for sign in run)
    expected = all("\xa0" <= sign <= "ÿ" or "Ͱ" <= sign <= "Ͽ" or "\u2000" <= sign <= "\u22ff" for sign in found)
    certain = betrayed or (expected and not (len(run) == 2 and run[1] in _QUOTES))
    return found if certain else run


def _controls(text: str, field: str, notes: Notes) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    found, count = _CONTROL.subn("", text)
    if count:
        notes.note("control characters", field, "Characters that cannot be seen were left out.")
    return found


def _composed(text: str, field: str, notes: Notes) -> str:
    if unicodedata.is_normalized("NFC", text):
        return text
    notes.note("letters and accents apart", field, "Letters and their accents, kept apart, were put together.")
    return unicodedata.normalize("NFC", text)


def _written(value: object) -> str:
    if isinstance(value, list | dict):
        return f"{'a list' if isinstance(value, list) else 'an object'} of {len(value)}"
    return str(value) if not isinstance(value, int) or abs(value) < 10**15 else "a very large number"

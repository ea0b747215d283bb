"""Folding: what is the same to a searcher becomes the same text (case, accents, widths, micro signs, Greek)."""

from __future__ import annotations

import re
import unicodedata

_GREEK = {
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "ε": "epsilon",
    "ζ": "zeta",
    "η": "eta",
    "θ": "theta",
    "ι": "iota",
    "κ": "kappa",
    "λ": "lambda",
    "μ": "mu",
    "ν": "nu",
    "ξ": "xi",
    "ο": "omicron",
    "π": "pi",
    "ρ": "rho",
    "σ": "sigma",
    "τ": "tau",
    "υ": "upsilon",
    "φ": "phi",
    "χ": "chi",
    "ψ": "psi",
    "ω": "omega",
}
# The increment and the n-ary sum are signs of their own in Unicode, and Greek letters on every keyboard.
_SIGNS = str.maketrans({"∆": "δ", "∑": "σ", "∏": "π"})

# A Greek letter within a Greek word is spelling; alone it is a name: β-tubulin, TNFα, Δwhi5.
_LONE_GREEK = re.compile(r"(?<![α-ω])[α-ω](?![α-ω])")
_MICRO_UNIT = re.compile(r"(?<![a-zα-ω])μ(?=(?:m|l|g|s|w|j|mol)(?:\d|\b))")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """The text as it is compared: without case and accents, micro as ``u`` in units, Greek letters by name."""
    if text.isascii():
        return text.lower()
    text = _NOT_ASCII.sub(lambda part: _without_marks(part[0]), text.lower())
    text = _MICRO_UNIT.sub("u", text)
    return _LONE_GREEK.sub(lambda letter: _GREEK.get(letter[0], letter[0]), text)


def words(text: str) -> list[str]:
    """The folded words of a text in order: runs of letters and digits."""
    return _WORD.findall(fold(text))


def key(text: str) -> str:
    """What tells one value of a field from another: its folded text with single spaces."""
    return " ".join(fold(text).split())


def _without_marks(text: str) -> str:
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text.translate(_SIGNS)).casefold())
    return unicodedata.normalize("NFC", "".join(c for c in text if unicodedata.category(c)[0] != "M"))

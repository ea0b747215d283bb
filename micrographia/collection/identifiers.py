"""Ids made from names: readable, safe in an address, the same whenever they are made again."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from itertools import count

from micrographia.collection.records import ID_PATTERN

LENGTH_LIMIT = 128

# Of the digest that tells ids apart which would be the same.
_DIGITS = 6

_LIGATURES = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "þ": "th"}
)
_SUFFIXES = re.compile(
    r"(\.(ome|zarr|tiff?|btf|zip|png|jpe?g|webp|gif|mp4|m4v|webm|avi|flv|mov|mkv|czi|lif|nd2|lsm|stk))+$", re.IGNORECASE
)


def slug(text: str) -> str:
    """The text as an id: letters of other scripts spelled in Latin ones, everything else but ``. _ : -`` a hyphen."""
    latin = "".join(_spelled(character) for character in text.translate(_LIGATURES))
    safe = re.sub(r"[^A-Za-z0-9._:]+", "-", latin).strip("-._:")
    return _shortened(safe) or "image"


def slug_of_path(path: str) -> str:
    """The id of a file: its path without the suffixes of image formats."""
    return slug(_SUFFIXES.sub("", path.rstrip("/")))


def free_id(wanted: str, is_taken: Callable[[str], bool], key: str) -> str:
    """The wanted id, or when it is taken one that is always the same for the same ``key`` (a path, say)."""
    if not is_taken(wanted):
        return wanted
    keys = (key if again == 0 else f"{key} {again}" for again in count())
    digests = (hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:_DIGITS] for text in keys)
    candidates = (f"{wanted[: LENGTH_LIMIT - 1 - _DIGITS]}-{digest}" for digest in digests)
    return next(candidate for candidate in candidates if not is_taken(candidate))


def is_id(text: str) -> bool:
    """Whether the text can be an id as it is."""
    return bool(ID_PATTERN.fullmatch(text))


def title_of_path(path: str) -> str:
    """A title for a file nobody has described: its name without suffixes, underscores as spaces."""
    name = _SUFFIXES.sub("", path.rstrip("/").rpartition("/")[2])
    words = "".join(c if c.isprintable() else " " for c in name.encode("utf-8", "replace").decode().replace("_", " "))
    return " ".join(words.split()) or "Image"


def _shortened(text: str) -> str:
    if len(text) <= LENGTH_LIMIT:
        return text
    # The end of a long path tells its files apart: it is kept as a digest.
    digest = hashlib.sha256(text.encode()).hexdigest()[:10]
    return f"{text[: LENGTH_LIMIT - 11]}-{digest}"


def _spelled(character: str) -> str:
    if character.isascii():
        return character
    plain = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    if plain and plain.isalnum():
        return plain
    name = unicodedata.name(character, "")
    if " LETTER " in name:
        letter = name.rpartition(" LETTER ")[2].partition(" WITH ")[0].replace(" ", "-")
        return letter.lower() if "CAPITAL" not in name else letter.capitalize()
    return f"{ord(character):x}" if character.isalnum() else "-"

"""Phrasings: the ways in which texts write what was typed as one: *time-lapse* and *timelapse*, *3D* and *3-D*."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

# Words in so many parts are joined at most: more of them are a sentence.
_PARTS = 3

# A word of fewer letters, or a part of one, says too little; two are enough in cryo-EM, and not in upon.
_WORD, _PART = 3, 3

# What stands before a word with a hyphen, with a space, or as one word with it.
BEFORE = frozenset(
    """
    after anti auto bi bio co counter cross cryo cyto de di down electro endo epi exo extra half hetero homo hyper hypo
    immuno inter intra iso macro meso meta micro mid mono multi nano neo neuro non over para peri photo poly post pre
    pro proto pseudo quasi re retro self semi sub super supra thin time trans tri ultra under uni up whole wide x
    """.split()
)

_BOUNDARY = re.compile(r"(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)")
_POSSESSIVE = re.compile(r"['’]s$", re.I)


def phrasings(words: Sequence[str], typed: str = "") -> list[tuple[str, ...]]:
    """The ways to write some folded words that were typed as one, their own first.

    Parameters
    ----------
    words
        The folded words; several are a phrase.
    typed
        The same as it was typed.
    """
    found = [tuple(words)]
    if len(words) > 1 and words[-1] == "s" and _POSSESSIVE.search(typed):
        return [*found, tuple(words[:-1])]
    if 1 < len(words) <= _PARTS and not _has_decimals(words):
        found.append(("".join(words),))
    if len(words) > 2 and words[-2].isdigit():
        found.append((*words[:-2], words[-2] + words[-1]))
    found += [(*words[:-1], *parts) for parts in _parted(words[-1])]
    return list(dict.fromkeys(found))


def parts_of(phrases: Iterable[Sequence[str]]) -> set[str]:
    """All words of some phrases."""
    return {word for phrase in phrases for word in phrase}


def _parted(word: str) -> list[tuple[str, str]]:
    """A word in two: between digits and letters, and behind what stands before words."""
    if len(word) < _WORD and not word[:1].isdigit():
        return []
    found = [(word[: at.start()], word[at.start() :]) for at in _BOUNDARY.finditer(word)]
    parts = ((word[:end], word[end:]) for end in range(1, len(word)))
    return found + [(one, rest) for one, rest in parts if one in BEFORE and len(rest) >= _PART - (len(one) > _PART)]


def _has_decimals(words: Sequence[str]) -> bool:
    return any(one.isdigit() and other[:1].isdigit() for one, other in pairwise(words))

"""Wordings: the values of a field as texts, in which words are found as the text index finds them: by their stems."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from micrographia.search.folding import words
from micrographia.search.stems import stem, stems

# Between the stem of a word and the word itself.
_IS = "\x1f"


@dataclass(frozen=True)
class Wordings:
    """Texts on a line each, every word after a space and its stem, where each line ends, and all words there are."""

    text: str
    ends: np.ndarray
    words: frozenset[str]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Wordings:
        """The wordings of texts, by their numbers."""
        said = [words(text) for text in texts]
        distinct = frozenset(word for several in said for word in several)
        written = {word: f" {stem}{_IS}{word}" for word, stem in stems(distinct).items()}
        lines = ["".join(map(written.__getitem__, several)) for several in said]
        ends = np.cumsum(np.fromiter((len(line) + 1 for line in lines), np.int64, len(lines)))
        return cls("\n" + "\n".join(lines) + "\n", ends, distinct)

    def saying(self, phrases: Sequence[Sequence[str]], *, prefix: bool = False, whole: bool = False) -> list[int]:
        """The numbers of the texts with any of some phrases.

        Parameters
        ----------
        phrases
            Folded words that stand side by side, each in any form with the same stem.
        prefix
            The last word of each begins so, as it is written.
        whole
            The text begins with the first word and, unless the last is only a beginning, ends with the last.
        """
        several = dict.fromkeys(_pattern(phrase, prefix=prefix) for phrase in phrases)
        pattern = f"(?:{'|'.join(several)})"
        if whole:
            pattern = "\n" + pattern + ("" if prefix else "(?=\n)")
        # The line break that a match may begin with is the end of the line before.
        places = np.array([match.end() - 1 for match in re.finditer(pattern, self.text)], dtype=np.int64)
        return np.unique(np.searchsorted(self.ends, places, side="left")).tolist()


def _pattern(phrase: Sequence[str], *, prefix: bool) -> str:
    found = "".join(rf" {re.escape(stem(word))}{_IS}[^ \n]*" for word in phrase[: len(phrase) - prefix])
    return found + (rf" [^ {_IS}\n]*{_IS}{re.escape(phrase[-1])}" if prefix else "")

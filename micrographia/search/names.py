"""Names: many names as one text, in which those with a word that begins so are found without any list being sorted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

_BETWEEN = re.compile(r"(?:[^\w\n]|_)+")


@dataclass(frozen=True)
class Names:
    """Names on a line each, every word with a space before it, and where each line ends."""

    text: str
    ends: np.ndarray

    @classmethod
    def of(cls, folded: Iterable[str]) -> Names:
        """The names that are given, folded and without line breaks, by their numbers."""
        # All at once: a name takes a tenth of the time that it takes alone.
        lines = _BETWEEN.sub(" ", "\n".join(folded)).split("\n")
        ends = np.cumsum(np.fromiter((len(line) + 2 for line in lines), np.int64, len(lines)))
        return cls(" " + "\n ".join(lines) + "\n", ends)

    def beginning(self, start: str) -> np.ndarray:
        """The numbers of the names of which any word, or words side by side, begin with folded words."""
        wanted, places = f" {start}", []
        at = self.text.find(wanted)
        while at >= 0:
            places.append(at)
            # One place on a line is enough.
            at = self.text.find(wanted, self.text.find("\n", at))
        return np.searchsorted(self.ends, np.array(places, dtype=np.int64), side="right")

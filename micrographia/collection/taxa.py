"""Taxa: the names of the taxonomy, which tells names that mean several things apart, as people read them.

``Drosophila <flies,genus>`` is the name in data, exports and addresses; people read *Drosophila (flies, genus)*, and
the name itself is *Drosophila*.
"""

from __future__ import annotations

import re

PREFIX = "NCBITaxon:"

_QUALIFIED = re.compile(r"(\S[^<>]{0,200}?)\s{0,9}<([^\W\d_][^<>=/\"]{0,100})>\s*")
_COMMA = re.compile(r",(?=\S)")


def readable(name: str) -> str:
    """The name as people read it."""
    found = _QUALIFIED.fullmatch(name)
    return f"{found[1]} ({_COMMA.sub(', ', found[2].strip())})" if found else name


def bare(name: str) -> str:
    """The name without what tells it from others of the same spelling."""
    found = _QUALIFIED.fullmatch(name)
    return found[1] if found else name

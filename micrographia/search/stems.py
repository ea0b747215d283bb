"""Stems: what Porter's stemmer makes of words, asked of the text index's own tokenizer, so that both always agree."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from functools import lru_cache

# How the text index reads texts.
TOKENIZER = "porter unicode61 remove_diacritics 2"

_TABLES = f"""
CREATE VIRTUAL TABLE texts USING fts5(word, content = '', tokenize = '{TOKENIZER}');
CREATE VIRTUAL TABLE stems USING fts5vocab(texts, 'instance');
"""


@lru_cache(4096)
def stem(word: str) -> str:
    """The stem of a folded word; remembered, for the same words are typed again with each letter of the next one."""
    return stems([word])[word]


def stems(words: Iterable[str]) -> dict[str, str]:
    """The stem of each of some folded words; a word of which the tokenizer makes no single one stays as it is."""
    distinct = list(dict.fromkeys(words))
    found = {word: word for word in distinct}
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(_TABLES)
        connection.executemany("INSERT INTO texts (rowid, word) VALUES (?, ?)", enumerate(distinct))
        single = "SELECT doc, min(term) FROM stems GROUP BY doc HAVING count(*) = 1"
        found |= {distinct[at]: stem for at, stem in connection.execute(single)}
    return found

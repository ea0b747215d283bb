"""Explaining: what is told of a search besides its hits: why people have these, and how they get others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from micrographia.search import text as text_index
from micrographia.search.counting import FacetCounts
from micrographia.search.documents import search_field
from micrographia.search.marking import VALUES_SHOWN, Matched, Termed, marked_title, marked_values, snippet
from micrographia.search.matching import Matcher
from micrographia.search.meanings import Meaning, meanings
from micrographia.search.query import Query, range_text
from micrographia.search.results import Also, Drop, Meant
from micrographia.search.snapshot import Snapshot
from micrographia.search.spelling import corrected
from micrographia.search.syntax import Parsed, parse, shorter


def also(matcher: Matcher, query: Query, parsed: Parsed, hits: np.ndarray) -> Also | None:
    """What a text found by the terms that its words are a name of, and not by the words.

    Parameters
    ----------
    matcher
        What finds the rows.
    query, parsed
        The query, and its text as it was understood.
    hits
        What was found, as a mask.
    """
    worded = matcher.worded(parsed)
    added = hits & ~worded if worded is not None else hits[:0]
    if not added.any():
        return None
    found = {m: matcher.term_rows(m.terms) & added for m in meanings(matcher.snapshot, parsed.groups)}
    # A word within a name adds only what the whole name has not.
    for one, rows in found.items():
        for longer in (other for other in found if other.holds(one)):
            rows &= ~found[longer]
    used = [meaning for meaning, rows in found.items() if rows.any()]
    return Also(
        tuple(_term_names(matcher.snapshot, used)), int(np.count_nonzero(added)), _words_alone(query, used).to_url()
    )


def _term_names(snapshot: Snapshot, used: Sequence[Meaning]) -> list[str]:
    # Terms with the same images are told once, by what records call themselves.
    terms = [(snapshot.forest.trees[name], at) for meaning in used for name, at in meaning.terms]
    direct_last = sorted(terms, key=lambda term: term[0].nodes[term[1]].is_direct)
    names = {tree.column(at): tree.nodes[at].label for tree, at in direct_last}
    return list(dict.fromkeys(names[tree.column(at)] for tree, at in terms))


def _words_alone(query: Query, used: Sequence[Meaning]) -> Query:
    text = query.text
    for clause in sorted({clause for m in used for clause in m.clauses}, key=lambda clause: -clause.at):
        text = f'{text[: clause.at]}"{clause.value}"{text[clause.at + len(clause.value) :]}'
    return replace(query, text=text, page=1)


def meant(matcher: Matcher, query: Query, parsed: Parsed, total: int, find: Callable[[Query], int]) -> Meant | None:
    """The text that was probably meant, where that finds more; ``find`` tells how many records a query finds."""
    # Where every part of the text has to be there and is, no word is missing.
    if not parsed.groups or (total and all(len(group) == 1 for group in parsed.groups)):
        return None
    text = corrected(matcher.snapshot, matcher.connection, query.text, parsed)
    for better in (replace(query, text=text, page=1), Query(text)) if text else ():
        found = find(better)
        if found > total:
            return Meant(better.text, found, better.to_url())
    return None


def marks(matcher: Matcher, parsed: Parsed, rows: np.ndarray, cards: Sequence[Mapping[str, Any]]) -> list[Matched]:
    """Which words of a text matched in each row; ``cards`` is what a gallery shows of the rows."""
    match = matcher.marked_expression(parsed)
    if not match or len(cards) < len(rows):
        return []
    numbers = matcher.arrays.numbers[rows].tolist()
    told = text_index.marks(matcher.connection, match, numbers)
    prose = text_index.prose(matcher.connection, numbers)
    labels = matcher.arrays.vocabulary.labels
    worded = matcher.worded(parsed)
    found = []
    for row, number, card in zip(rows.tolist(), numbers, cards):
        title, terms, description = told.get(number, ("", "", ""))
        values = (labels[column] for column in matcher.arrays.values_of(row).tolist())
        found.append(
            Matched(
                marked_title(str(card["title"]), title),
                marked_values(values, terms),
                snippet(prose.get(number, ""), description),
                _termed(matcher, parsed, row) if worded is not None and not worded[row] else (),
            )
        )
    return found


def _termed(matcher: Matcher, parsed: Parsed, row: int) -> tuple[Termed, ...]:
    """The values by which a row was found without the words."""
    forest, labels = matcher.snapshot.forest, matcher.arrays.vocabulary.labels
    means = [(m, forest.trees[name], at) for m in meanings(matcher.snapshot, parsed.groups) for name, at in m.terms]
    found: dict[int, Termed] = {}
    for column in matcher.arrays.values_of(row).tolist():
        for meaning, tree, at in means:
            if column not in found and forest.belongs(column, tree.column(at)):
                own = tree.find(labels[column])
                value = labels[column] if own is None else tree.nodes[own].label
                found[column] = Termed(value, tree.nodes[at].label, meaning.said)
    return tuple(found.values())[:VALUES_SHOWN]


def drops(
    query: Query, counts: FacetCounts, missed: Mapping[str, np.ndarray], textless: np.ndarray | None, words: list[Drop]
) -> list[Drop]:
    """The filters of a query that bring records back when they are dropped, the best first.

    Parameters
    ----------
    query, counts
        The query, and its counts.
    missed
        For each field that is held to something the rows that fail only there, as a mask.
    textless
        The rows that fail only by the text; ``None`` where there is none.
    words
        The single words of the text that bring records back, as ``droppable_words`` gives them.
    """
    found = [
        Drop(name, _said(query, name, counts), int(np.count_nonzero(mask)), query.dropping(name).to_url())
        for name, mask in missed.items()
    ]
    whole: list[Drop] = []
    if textless is not None:
        total = int(np.count_nonzero(textless))
        whole = [Drop("q", f"“{query.text}”", total, query.dropping("q").to_url())] if total else []
        # All of the text always brings most back, and says least where one word of it is the trouble.
        found, whole = (found + words, whole) if words else (found + whole, [])
    return sorted((drop for drop in found if drop.total), key=lambda drop: (-drop.total, drop.field)) + whole


def droppable_words(
    matcher: Matcher, query: Query, parsed: Parsed, rows: np.ndarray | None, is_field: Callable[[str], bool]
) -> list[Drop]:
    """The words of a text without which it matches any of the rows that fail only by the text, a mask."""
    found: list[Drop] = []
    if rows is None:
        return found
    for said, rest in shorter(query.text, parsed, is_field):
        text = matcher.text(parse(rest, is_field))
        total = 0 if text is None else int(np.count_nonzero(rows & text))
        if total:
            found.append(Drop("q", f"“{said}”", total, replace(query, text=rest, page=1).to_url()))
    return found


def _said(query: Query, name: str, counts: FacetCounts) -> str:
    values = [counts.label(name, value) for value in query.where.get(name, ())]
    if name in query.ranges:
        values.append(range_text(query.ranges[name]))
    return f"{search_field(name).label}: {', '.join(values)}"

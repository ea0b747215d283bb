"""Meanings: the terms of the library's vocabulary of which words of a text are a name.

``fruit fly`` means *Drosophila melanogaster*, and so finds the records that have this term, or one below it, whatever
words stand there. Words within quotation marks mean themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from micrographia.search.families import forms
from micrographia.search.snapshot import Snapshot
from micrographia.search.syntax import Clause

# Words that a name has at most, and names that are understood of one text.
MOST_WORDS = 6
MOST_MEANINGS = 12

Groups = tuple[tuple[Clause, ...], ...]


@dataclass(frozen=True, slots=True)
class Meaning:
    """Terms that one part of a text is a name of.

    Parameters
    ----------
    first, end
        Of which of the text's groups, from and to.
    clauses
        What was typed.
    terms
        The field of each term, and its place in the field's tree.
    """

    first: int
    end: int
    clauses: tuple[Clause, ...]
    terms: tuple[tuple[str, int], ...]

    def holds(self, other: Meaning) -> bool:
        """Whether another is of some of the same words."""
        return self.first <= other.first and other.end <= self.end and self.end - self.first > other.end - other.first

    @property
    def said(self) -> str:
        """The words as they were typed."""
        return " ".join(clause.value for clause in self.clauses)


def meanings(snapshot: Snapshot, groups: Groups) -> tuple[Meaning, ...]:
    """What the parts of a text mean: words side by side before single ones, the longest name first.

    Parameters
    ----------
    snapshot
        Where the terms are.
    groups
        The text, as it was understood.
    """
    if not snapshot.forest.trees:
        return ()
    return snapshot.remembered("meanings", groups, lambda: tuple(_meanings(snapshot, groups))[:MOST_MEANINGS])


def meaning_of(snapshot: Snapshot, clause: Clause) -> tuple[tuple[str, int], ...]:
    """The terms that one clause is a name of, whether it is wanted or not."""
    return _terms(snapshot, clause.words) if _is_bare(clause) else ()


def term_columns(snapshot: Snapshot, terms: Sequence[tuple[str, int]]) -> list[int]:
    """The columns of the facet arrays that have the records of terms, and of all that lies below them."""
    found = (snapshot.forest.trees[name].column(at) for name, at in terms)
    return list(dict.fromkeys(found))


def _meanings(snapshot: Snapshot, groups: Groups) -> Iterator[Meaning]:
    at = 0
    while at < len(groups):
        end = at + 1
        for longer in range(at + _run(groups, at), at + 1, -1):
            run = tuple(clause for (clause,) in groups[at:longer])
            if terms := _terms(snapshot, [word for clause in run for word in clause.words]):
                yield Meaning(at, longer, run, terms)
                end = longer
                break
        for place in range(at, end):
            for clause in groups[place]:
                if not clause.negative and (terms := meaning_of(snapshot, clause)):
                    yield Meaning(place, place + 1, (clause,), terms)
        at = end


def _run(groups: Groups, at: int) -> int:
    """How many groups from one on are a single bare word each, as far as a name may reach."""
    near = groups[at : at + MOST_WORDS]
    return next((i for i, group in enumerate(near) if len(group) > 1 or not _is_wanted(group[0])), len(near))


def _is_wanted(clause: Clause) -> bool:
    return _is_bare(clause) and not clause.negative


def _is_bare(clause: Clause) -> bool:
    return bool(clause.words) and not (clause.field or clause.quoted or clause.prefix)


def _terms(snapshot: Snapshot, words: Sequence[str]) -> tuple[tuple[str, int], ...]:
    if len(words) > MOST_WORDS:
        return ()
    names = [" ".join((*words[:-1], form)) for form in forms(words[-1])]
    trees = snapshot.forest.trees.items()
    return tuple(dict.fromkeys((field, at) for name in names for field, tree in trees for at in tree.named(name)))

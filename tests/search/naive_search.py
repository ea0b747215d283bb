"""A search engine made of the oracle: row by row, behind the same ``Query`` and ``Results`` as the real one."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from micrographia.collection.fields import Field
from micrographia.collection.records import Record
from micrographia.search.counting import NONE_LABEL, value_label
from micrographia.search.documents import KNOWN_FIELDS, search_field
from micrographia.search.folding import fold
from micrographia.search.query import NONE, Query
from micrographia.search.results import Counts, FacetNode, FacetValue, Results, Span
from micrographia.search.sentence import sentence
from micrographia.search.syntax import parse
from tests.search.naive import NaiveIndex, Row, Wanted


class NaiveSearch:
    """Answers queries over records that are made of the oracle's few words."""

    def __init__(self, records: list[Record]) -> None:
        self.rows = [_row(record) for record in records]
        self.naive = NaiveIndex(self.rows)
        self.fields = sorted({name for row in self.rows for name in (*row.values, *row.numbers)})

    def search(self, query: Query) -> Results:
        """What a query finds."""
        for name in {*query.where, *query.without, *query.ranges} - {*self.fields, *KNOWN_FIELDS}:
            query = query.without_field(name)
        wanted = _wanted(query)
        found = self._ordered(wanted, query.sort)
        counts = NaiveCounts(self, query, wanted)
        shown = found[(query.page - 1) * query.per_page : query.page * query.per_page]
        return Results(
            query=query,
            total=len(found),
            ids=shown,
            rows=[{"id": one} for one in shown],
            sentence=sentence(query, len(found), counts.label),
            problems=[],
            cards=len(found),
            counts=counts,
            tabulate=lambda: pd.DataFrame({"id": found}),
        )

    def _ordered(self, wanted: Wanted, sort: str) -> list[str]:
        if sort:
            return self.naive.ordered(wanted)
        newest = self.naive.ordered(replace(wanted, sort="-added"))
        row_of = {row.id: row for row in self.rows}
        return sorted(newest, key=lambda one: self._place(row_of[one], wanted))

    def _place(self, row: Row, wanted: Wanted) -> int:
        # The first of title, terms and description in which all is that is looked for.
        parts = Row(row.id, row.title), Row(row.id, values=row.values)
        stands = [all(any(self.naive._matches(p, *c) for c in group) for group in wanted.groups) for p in parts]
        return stands.index(True) if True in stands else len(stands)


class NaiveCounts(Counts):
    """The counts of one search, each asked of the oracle."""

    def __init__(self, search: NaiveSearch, query: Query, wanted: Wanted) -> None:
        self.search = search
        self.query = query
        self.wanted = wanted

    def fields(self) -> tuple[Field, ...]:
        """All fields, and those in which something is chosen."""
        return tuple(map(search_field, dict.fromkeys((*self.search.fields, *self.query.constraints()))))

    def values(self, name: str, *, containing: str = "", limit: int | None = None) -> list[FacetValue]:
        """The values of a facet."""
        counts = self.search.naive.counts(self.wanted, name)
        chosen = {fold(value) for value in self.query.where.get(name, ())}
        labels = self._labels(name)
        values = [
            FacetValue(labels.get(one, one), value_label(name, labels.get(one, one)), count, one in chosen)
            for one, count in counts.items()
            if one != NONE and fold(containing) in one
        ]
        # What no record has stands behind all others; numbers by size.
        by_count = search_field(name).kind != "number"
        values.sort(key=lambda value: (fold(value.value) not in labels, -value.count * by_count, fold(value.value)))
        listed = values if limit is None else values[:limit] + [value for value in values[limit:] if value.selected]
        none = FacetValue(NONE, NONE_LABEL, counts.get(NONE, 0), NONE in self.query.where.get(name, ()))
        return listed if containing or not (none.count or none.selected) else [*listed, none]

    def lines(self, name: str, *, parent: str | None, containing: str, limit: int | None) -> list[FacetNode]:
        """The values: nothing lies below another."""
        return [] if parent else [FacetNode(*one) for one in self.values(name, containing=containing, limit=limit)]

    def chosen_lines(self, name: str) -> list[FacetNode]:
        """The chosen values."""
        return [FacetNode(*one) for one in self.values(name) if one.selected]

    def rolled_up(self) -> tuple[str, ...]:
        """None."""
        return ()

    def spans(self) -> dict[str, Span]:
        """The span of the years."""
        years = [row.numbers["year"] for row in self.search.rows if "year" in row.numbers]
        return {"year": Span(min(years), max(years), self.query.ranges.get("year"))} if years else {}

    def label(self, name: str, value: str) -> str:
        """A value as it is spelled."""
        return NONE_LABEL if value == NONE else value_label(name, self._labels(name).get(fold(value), value))

    def _labels(self, name: str) -> dict[str, str]:
        values = [value for row in self.search.rows for value in row.values.get(name, ())]
        values += [str(int(row.numbers[name])) for row in self.search.rows if name in row.numbers]
        return {fold(value): value for value in sorted(values, reverse=True)}


def _row(record: Record) -> Row:
    values = {name: tuple(term.text for term in terms) for name, terms in record.fields.items()}
    numbers = {} if record.year is None else {"year": float(record.year)}
    return Row(record.id, record.title, record.description, values, numbers)


def _wanted(query: Query) -> Wanted:
    groups = tuple(
        tuple((clause.words, clause.prefix, clause.negative) for clause in group)
        for group in parse(query.text, lambda name: False).groups
    )
    parts = [{name: tuple(values) for name, values in part.items()} for part in (query.where, query.without)]
    return Wanted(groups, *parts, dict(query.ranges), query.sort)

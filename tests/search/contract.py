"""What every search engine behind ``Query`` and ``Results`` must do; inherit and say how to make one."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from micrographia.collection.records import Record, Term
from micrographia.search.query import NONE, Query
from tests.search.naive import STEMS, NaiveIndex, NaiveTree, Row, Wanted

FIELDS = ("organism", "cell_type", "imaging_mode", "stain")
SORTS = ("added", "-added", "title", "-title", "year", "-year", "organism", "-organism")

texts = st.lists(st.sampled_from(sorted(STEMS)), min_size=1, max_size=5).map(" ".join)
values = st.sampled_from(["yeast", "Human", "mouse cell", "Mouse", "golgi spindle", "actin"])
years = st.integers(2008, 2014)
row_parts = st.fixed_dictionaries(
    {
        "title": texts,
        "description": st.just("") | texts,
        "values": st.dictionaries(
            st.sampled_from(FIELDS), st.lists(values, min_size=1, max_size=3, unique_by=str.lower).map(tuple)
        ),
        "numbers": st.dictionaries(st.just("year"), years.map(float)),
    }
)
rows = st.lists(row_parts, max_size=14).map(lambda parts: [Row(f"id-{i}", **part) for i, part in enumerate(parts)])

words = st.sampled_from(sorted(STEMS))
clauses = (
    st.tuples(st.lists(words, min_size=1, max_size=2).map(tuple), st.just(False), st.booleans())
    | st.tuples(words.map(lambda word: (word[:3],)), st.just(True), st.booleans())
)  # fmt: skip
chosen = st.lists(values | st.just(NONE), min_size=1, max_size=2, unique_by=str.lower).map(tuple)
bounds = st.tuples(st.none() | years.map(float), years.map(float)).map(
    lambda b: b if b[0] is None else tuple(sorted(b))
)
queries = st.builds(
    Wanted,
    groups=st.lists(st.lists(clauses, min_size=1, max_size=2).map(tuple), max_size=2).map(tuple),
    where=st.dictionaries(st.sampled_from(FIELDS), chosen, max_size=2),
    without=st.dictionaries(st.sampled_from(FIELDS), chosen, max_size=1),
    ranges=st.dictionaries(st.just("year"), bounds),
    sort=st.sampled_from(SORTS),
)


def record_of(row: Row) -> Record:
    """A row as a record."""
    return Record(
        id=row.id,
        title=row.title,
        description=row.description,
        fields={name: tuple(Term(value) for value in row.values[name]) for name in row.values},
        year=int(row.numbers["year"]) if "year" in row.numbers else None,
    )


def query_of(wanted: Wanted, **more: Any) -> Query:
    """A structure as a query."""
    return Query(wanted.text, wanted.where, wanted.without, wanted.ranges, wanted.sort, **more)


def settings(max_examples: int) -> hypothesis_settings:
    """So many examples, in each of the classes that inherit a test."""
    return hypothesis_settings(max_examples=max_examples, suppress_health_check=[HealthCheck.differing_executors])


class SearchContract:
    """The same totals, the same counts and the same order as the oracle, for whatever is asked."""

    def make_index(self, records: list[Record]) -> Any:
        """An index over records, in that order."""
        raise NotImplementedError

    @settings(120)
    @given(rows=rows, wanted=queries)
    def test_agrees_with_the_oracle(self, rows: list[Row], wanted: Wanted):
        index, naive = self.make_index([record_of(row) for row in rows]), NaiveIndex(rows)
        results = index.search(query_of(wanted))
        # What no record has is no field there, unless it is one that everyone knows.
        known = {*(name for row in rows for name in row.values), "year", *FIELDS[:3]}
        wanted = Wanted(
            wanted.groups,
            *({name: v for name, v in part.items() if name in known} for part in (wanted.where, wanted.without)),
            wanted.ranges,
            wanted.sort if rows else "added",
        )
        if wanted.sort.removeprefix("-") == "organism" and not any("organism" in row.values for row in rows):
            return
        assert results.total == len(naive.hits(wanted))
        assert results.ids == naive.ordered(wanted)
        for name in results.facets:
            if name in (*FIELDS, "year"):
                counts = {value.value.lower(): value.count for value in results.facets[name]}
                expected = naive.counts(wanted, name)
                shown = {v for v in expected if name != "year" or v == NONE or expected[v]}
                assert counts == {value: expected[value] for value in shown}, name

    @settings(40)
    @given(rows=rows, wanted=queries, per_page=st.integers(1, 5))
    def test_pages_join_to_the_whole(self, rows: list[Row], wanted: Wanted, per_page: int):
        index = self.make_index([record_of(row) for row in rows])
        whole = index.search(query_of(wanted))
        pages = range(1, -(-len(rows) // per_page) + 1)
        joined = [i for page in pages for i in index.search(query_of(wanted, page=page, per_page=per_page)).ids]
        assert joined == whole.ids
        assert list(whole.table["id"]) == whole.ids

    @settings(40)
    @given(rows=rows, wanted=queries)
    def test_choosing_a_value_finds_as_many_as_its_facet_said(self, rows: list[Row], wanted: Wanted):
        index = self.make_index([record_of(row) for row in rows])
        query = query_of(wanted)
        for name, values in index.search(query).facets.items():
            for value in [value for value in values if not query.ranges.get(name)][:4]:
                alone = Query(query.text, {**query.where, name: (value.value,)}, query.without, query.ranges)
                assert index.search(alone).total == value.count

    @settings(60)
    @given(rows=rows, wanted=queries, limit=st.integers(0, 4))
    def test_a_short_list_is_the_beginning_of_the_long_one_and_what_is_chosen(
        self, rows: list[Row], wanted: Wanted, limit: int
    ):
        results = self.make_index([record_of(row) for row in rows]).search(query_of(wanted))
        for name in results.facet_fields:
            whole = results.facet(name)
            listed = [value for value in whole if value.value != NONE]
            expected = listed[:limit] + [value for value in listed[limit:] if value.selected]
            assert results.facet(name, limit=limit) == expected + whole[len(listed) :], name

    def test_facets_are_ordered_by_count_and_then_label(self):
        rows = [Row(f"r{i}", values={"organism": v}) for i, v in enumerate([("b", "a"), ("c", "b"), ("c",), ()])]
        found = self.make_index([record_of(row) for row in rows]).search(Query()).facets["organism"]
        assert [(v.value, v.count) for v in found] == [("b", 2), ("c", 2), ("a", 1), (NONE, 1)]

    def test_relevance_puts_titles_before_terms_before_descriptions(self):
        rows = [
            Row("description", "yeast", "cell golgi"),
            Row("terms", "yeast", values={"organism": ("golgi",)}),
            Row("title", "golgi"),
            Row("none", "yeast"),
        ]
        found = self.make_index([record_of(row) for row in rows]).search(Query("golgi"))
        assert found.ids == ["title", "terms", "description"]


TERMS = "abcdefgh"
names = st.sampled_from(TERMS)
graphs = st.dictionaries(names, st.lists(names, max_size=3), min_size=1).map(
    lambda parents: {one: parents.get(one, []) for one in TERMS}
)
annotated = st.lists(
    st.lists(names | st.sampled_from(["free", "text"]), max_size=3, unique=True), min_size=1, max_size=8
)


def annotated_records(rows: list[list[str]]) -> list[Record]:
    """A record for each row: single letters are terms ``T:<letter>`` of its components, its first is its stain too."""
    own = [[Term(value, f"T:{value}" if value in TERMS else None) for value in values] for values in rows]
    return [
        Record(str(i), fields={"cellular_component": tuple(terms), "stain": tuple(terms[:1])})
        for i, terms in enumerate(own)
    ]


class TreeContract:
    """Choosing a term finds what lies below it in any graph, circles included, and as many as its count said."""

    def make_index(self, records: list[Record], parents: dict[str, list[str]]) -> Any:
        """An index over records, with a vocabulary of the terms ``T:<name>`` and the names of their parents."""
        raise NotImplementedError

    @settings(60)
    @given(graph=graphs, rows=annotated, stains=st.lists(names, max_size=2), within=names)
    def test_every_term_finds_what_it_counts(self, graph, rows, stains, within):
        index, naive = self.make_index(annotated_records(rows), graph), NaiveTree(graph)
        where = {"stain": tuple(stains), "cellular_component": (within,)}
        others = {i for i, values in enumerate(rows) if not stains or naive.has(values[:1], stains)}
        results = index.search(Query(where=where))
        assert not any(rows) or set(map(int, results.ids)) == {i for i in others if naive.has(rows[i], [within])}
        for name in TERMS if any(rows) else "":
            expected = sum(naive.has(rows[i], [name]) for i in others)
            lines = results.facet_tree("cellular_component", containing=f"t:{name}")
            assert [line.count for line in lines] == ([expected] if expected or (lines and name == within) else [])
            for line in lines:
                assert index.search(Query(where={**where, "cellular_component": (line.value,)})).total == expected
        for value in results.facets.get("cellular_component", []):
            assert index.search(Query(where={**where, "cellular_component": (value.value,)})).total == value.count

    @settings(40)
    @given(graph=graphs, rows=annotated, stains=st.lists(names, max_size=2), limit=st.integers(0, 4))
    def test_a_short_list_is_the_beginning_of_the_long_one_and_what_is_chosen(self, graph, rows, stains, limit):
        results = self.make_index(annotated_records(rows), graph).search(Query(where={"stain": tuple(stains)}))
        for name in results.facet_fields:
            whole = results.facet(name)
            listed = [value for value in whole if value.value != NONE]
            expected = listed[:limit] + [value for value in listed[limit:] if value.selected]
            assert results.facet(name, limit=limit) == expected + whole[len(listed) :], name

    @settings(40)
    @given(graph=graphs, rows=annotated)
    def test_every_value_is_reached_from_the_first_lines(self, graph, rows):
        results = self.make_index(annotated_records(rows), graph).search(Query())
        seen: set[str] = set()
        left: list[str | None] = [None]
        while left:
            for line in results.facet_tree("cellular_component", left.pop()):
                left += [line.value] if line.has_more and line.value not in seen else []
                seen.add(line.value)
        assert {value for values in rows for value in values} <= seen

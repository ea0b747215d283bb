"""Briefs: bounded whatever a record holds, the same where nothing is long, and honest about what is missing."""

from __future__ import annotations

from micrographia.collection.records import Record, Term
from micrographia.portrait.briefs import brief, cited, is_cut
from micrographia.search.query import Query

LONG = "mitochondria " * 80_000
USUAL = Record(
    "a",
    "A dividing cell",
    "Watch the <b>plate</b>.\n\nIt forms.",
    {"organism": (Term("Homo sapiens", "NCBITaxon:9606"),)},
    ("Ada Lovelace", "Robert Hooke"),
    "CC0-1.0",
    "Lovelace lab",
    "https://example.org/a",
    group="plates",
)
HUGE = Record(
    "b", LONG, LONG, {"organism": (Term(LONG, LONG),)}, (LONG,), "CC0-1.0", LONG, f"https://a.org/{LONG}", group=LONG
)


def test_what_is_short_stays_as_it_is():
    assert brief(USUAL) == cited(USUAL) == USUAL
    assert not is_cut(USUAL)


def test_what_is_long_is_cut_and_said_to_be():
    shown = brief(HUGE)
    assert len(repr(shown)) < 70_000
    assert is_cut(HUGE)
    assert shown.title.endswith(" mitochondria…")
    assert all(text.endswith("…") for text in (shown.attribution, shown.description, shown.source, *shown.contributors))


def test_what_is_left_of_a_value_leads_to_its_search():
    (term,) = brief(HUGE).fields["organism"]
    whole, left = (Query(where={"organism": (text,)}) for text in (LONG, term.text))
    assert whole.to_url() == left.to_url()


def test_a_citation_names_a_hundred_people_and_how_many_others():
    crowd = Record("c", contributors=tuple(f"P{number}" for number in range(350)))
    assert cited(crowd).contributors[98:] == ("P98", "P99", "250 others")
    assert is_cut(crowd)
    few = Record("d", contributors=crowd.contributors[:101])
    assert cited(few).contributors == few.contributors

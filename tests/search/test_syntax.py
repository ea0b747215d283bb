"""The search box's language: what is understood, and where it points when something is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrographia.search.folding import fold, words
from micrographia.search.syntax import CLAUSE_LIMIT, parse

FIELDS = frozenset({"organism", "cell_type", "year"})


def read(text: str):
    return parse(text, FIELDS.__contains__)


def said(text: str) -> list[list[str]]:
    """Each group's clauses in a short form: ``-organism:a b*``."""
    return [
        ["-" * c.negative + (f"{c.field}:" if c.field else "") + " ".join(c.words) + "*" * c.prefix for c in group]
        for group in read(text).groups
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mitosis yeast", [["mitosis"], ["yeast"]]),
        ("E. coli -S. organism:D.", [["e*"], ["coli"], ["-s*"], ["organism:d*"]]),
        ('E coli. "E." GFP. 4.', [["e"], ["coli"], ["e"], ["gfp"], ["4"]]),
        ('"spindle pole" body', [["spindle pole"], ["body"]]),
        ("“spindle pole”", [["spindle pole"]]),
        ("-yeast −mouse", [["-yeast"], ["-mouse"]]),
        ("a OR b c", [["a", "b"], ["c"]]),
        ("a | b OR c", [["a", "b", "c"]]),
        ("a AND b", [["a"], ["b"]]),
        ("a NOT b c", [["a"], ["-b"], ["c"]]),
        ('a AND NOT "b c" OR NOT d', [["a"], ["-b c", "-d"]]),
        ("NOT organism:human", [["-organism:human"]]),
        ("NOT -a not b", [["-a"], ["not"], ["b"]]),
        ("mito*", [["mito*"]]),
        ("organism:human", [["organism:human"]]),
        ("Organism:human", [["organism:human"]]),
        ("E.coli", [["e*"], ["coli"]]),
        ("-E.coli", [["-e coli"]]),
        ("yeast OR E.coli", [["yeast", "e coli"]]),
        ("E.coli OR yeast", [["e coli", "yeast"]]),
        ("organism:E.coli", [["organism:e coli"]]),
        ("5 µm beads", [["5 um"], ["beads"]]),
        ("0.5 µm", [["0 5 um"]]),
        ("5 cells", [["5"], ["cells"]]),
        ('-organism:"Homo sapiens"', [["-organism:homo sapiens"]]),
        ("CIL:9776", [["cil 9776"]]),
        ("title:golgi", [["title:golgi"]]),
        ("beta-tubulin", [["beta tubulin"]]),
        ('spindle"pole body"', [["spindle"], ["pole body"]]),
        ("", []),
    ],
)
def test_what_is_understood(text, expected):
    assert said(text) == expected
    assert read(text).problems == ()


@pytest.mark.parametrize(
    ("text", "expected", "problem"),
    [
        ('mitosis "pole', [["mitosis"], ["pole"]], "Character 9: this quotation mark is never closed"),
        ("OR a", [["a"]], "Character 1: OR needs something"),
        ("a OR", [["a"]], "Character 3: OR needs something"),
        ("a OR OR b", [["a", "b"]], "Character 6: OR needs something"),
        ("a & b", [["a"], ["b"]], "Character 3: “&” has no letter or digit"),
        ("- a", [["a"]], "Character 1: “-” has no letter or digit"),
        ("mi*sis", [["mi sis"]], "Character 3: a star stands for any ending"),
        ("***", [], "Character 1: “***” has no letter or digit"),
        ('a ""', [["a"]], 'Character 3: “""” has no letter or digit'),
        ('a organism:""', [["a"]], 'Character 3: “organism:""” has no letter or digit'),
        ("a -", [["a"]], "Character 3: “-” has no letter or digit"),
        ("a OR -", [["a"]], "Character 3: OR needs something"),
        ("AND a", [["a"]], "Character 1: AND needs something"),
        ("a AND", [["a"]], "Character 3: AND needs something"),
        ("a AND OR b", [["a"], ["b"]], "Character 7: OR needs something"),
        ("a OR AND b", [["a", "b"]], "Character 6: AND needs something"),
        ("a* B. c* d* e*", [["a*"], ["b*"], ["c*"], ["d*"]], "Character 13: a search has at most 8 beginnings"),
        ("ab* " * 9, [["ab*"]] * 8, "Character 33: a search has at most 8 beginnings of words, 4 letters"),
        ("a NOT", [["a"]], "Character 3: NOT needs something to leave out"),
        ("a NOT OR b", [["a", "b"]], "Character 3: NOT needs something to leave out"),
        ("organism: human", [["organism"], ["human"]], "Character 9: what is looked for must follow this colon"),
        ("a year:", [["a"], ["year"]], "Character 7: what is looked for must follow this colon"),
    ],
)
def test_what_is_not_understood_is_pointed_at(text, expected, problem):
    assert said(text) == expected
    assert any(problem in found for found in read(text).problems)


@given(st.text(alphabet='ab -"“”*:OR|()~.µ\n', max_size=60) | st.text(max_size=60))
def test_nothing_typed_is_an_error(text):
    found = read(text)
    assert sum(map(len, found.groups)) <= CLAUSE_LIMIT
    assert len(found.problems) <= 10
    assert all(clause.words or clause.field for group in found.groups for clause in group)


def test_very_long_texts_are_bounded():
    found = read("a " * 5000)
    assert sum(map(len, found.groups)) == CLAUSE_LIMIT
    assert "at most 40 parts" in found.problems[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("µm", "μm"),
        ("5 µm", "5 um"),
        ("Δcut7", "∆cut7"),
        ("β-tubulin", "Beta-Tubulin"),
        ("TNFα", "tnfalpha"),
        ("Müller", "muller"),
        ("Straße", "STRASSE"),
        ("ﬁbroblast", "fibroblast"),
        ("H₂O", "h2o"),
        ("Ǻngström", "angstrom"),
    ],
)
def test_folded_alike(one, other):
    assert words(one) == words(other)


def test_greek_words_stay_words():
    assert fold("κύτταρο") == "κυτταρο"


@given(st.text(max_size=50))
def test_folding_again_changes_nothing_for_words(text):
    assert words(" ".join(words(text))) == words(text)

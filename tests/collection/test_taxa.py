"""Names of the taxonomy: readable, and without what tells one from another; other names stay as they are."""

from __future__ import annotations

import pytest

from micrographia.collection.taxa import bare, readable


@pytest.mark.parametrize(
    ("name", "shown", "alone"),
    [
        ("Drosophila <flies,genus>", "Drosophila (flies, genus)", "Drosophila"),
        ("Mus <genus>", "Mus (genus)", "Mus"),
        ("Coxiella <g-proteobacteria>", "Coxiella (g-proteobacteria)", "Coxiella"),
        ("Cryptococcus <basidiomycete fungi>", "Cryptococcus (basidiomycete fungi)", "Cryptococcus"),
        ("Homo sapiens", "Homo sapiens", "Homo sapiens"),
        ("Streptomyces coelicolor A3(2)", "Streptomyces coelicolor A3(2)", "Streptomyces coelicolor A3(2)"),
        ("Fawcett <i>The Cell</i>", "Fawcett <i>The Cell</i>", "Fawcett <i>The Cell</i>"),
        ("x <img src=y>", "x <img src=y>", "x <img src=y>"),
        ("p < 0.05 > q", "p < 0.05 > q", "p < 0.05 > q"),
        ("<genus>", "<genus>", "<genus>"),
        ("", "", ""),
    ],
)
def test_names(name, shown, alone):
    assert readable(name) == shown
    assert bare(name) == alone

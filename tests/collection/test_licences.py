"""Licences: as people write them, and what they allow."""

from __future__ import annotations

import re

import pytest

from micrographia.collection.licences import LICENCES, licence, normalise


@pytest.mark.parametrize(
    ("text", "licence_id"),
    [
        ("CC BY 4.0", "CC-BY-4.0"),
        ("cc-by-4.0", "CC-BY-4.0"),
        ("CC-BY-NC-SA 3.0", "CC-BY-NC-SA-3.0"),
        ("https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"),
        ("http://creativecommons.org/licenses/by-nc/4.0/deed.en", "CC-BY-NC-4.0"),
        ("Creative Commons Attribution 4.0 International License", "CC-BY-4.0"),
        ("Creative Commons Attribution-ShareAlike 4.0 International Public License", "CC-BY-SA-4.0"),
        ("CC0", "CC0-1.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("public domain", "LicenseRef-PublicDomain"),
        ("Public_Domain", "LicenseRef-PublicDomain"),
        ("All rights reserved.", "LicenseRef-AllRightsReserved"),
        ("mit license", "MIT"),
    ],
)
def test_spellings(text, licence_id):
    assert normalise(text) == (licence_id, True)


def test_unknown_text_is_kept():
    assert normalise("ask Dr. Hooke / Gresham College") == ("LicenseRef-ask-Dr.-Hooke-Gresham-College", False)
    assert normalise("CC BY") == ("LicenseRef-CC-BY", False)
    assert normalise("§§§")[0] == "LicenseRef-unknown"
    assert normalise("  ") == (None, True)


@pytest.mark.parametrize("known", LICENCES, ids=lambda known: known.id)
def test_each_known_licence_is_found_by_all_its_names(known):
    assert re.fullmatch(r"[A-Za-z0-9.-]+", known.id)
    for text in (known.id, known.id.lower(), known.name, known.label):
        assert normalise(text) == (known.id, True)


def test_what_is_unknown_may_not_be_passed_on():
    assert licence("CC-BY-4.0").redistributable
    assert not licence("LicenseRef-AllRightsReserved").redistributable
    unknown = licence("LicenseRef-ask-me")
    assert (unknown.label, unknown.redistributable) == ("ask me", False)
